// Rows about convolutions and pooling: every place by the sum that defines it.

import { image, kernel, numbers, signal, taps, type Row } from '../inputs.ts';

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** An element of an array of this shape; 0 outside. */
const at =
  (values: readonly number[], ...shape: readonly number[]) =>
  (...place: readonly number[]): number => {
    if (place.some((index, axis) => index < 0 || index >= (shape[axis] ?? 0))) return 0;
    return values[place.reduce((flat, index, axis) => flat * (shape[axis] ?? 0) + index, 0)] ?? NaN;
  };
const S = at(signal, 2, 8);
const I = at(image, 2, 4, 6);
const K1 = at(taps, 3, 2, 2);
const K2 = at(kernel, 3, 2, 3, 2);
const wide = numbers(30, 11);
const W1 = at(wide, 3, 2, 5);

const over = (...counts: readonly number[]): readonly (readonly number[])[] =>
  counts.reduce<readonly (readonly number[])[]>(
    (all, count) => all.flatMap((before) => range(count).map((next) => [...before, next])),
    [[]],
  );
type Places = (f: (...place: readonly number[]) => number) => readonly number[];
const map = (...counts: readonly number[]): Places => (f) => over(...counts).map((place) => f(...place)); // prettier-ignore
const sum = (...counts: readonly number[]) => (f: (...place: readonly number[]) => number): number => total(map(...counts)(f)); // prettier-ignore

const conv1 = (o: number, start: number, dilation: number) =>
  sum(2, 2)((c = NaN, p = NaN) => S(c, start + dilation * p) * K1(o, c, p));
const conv2 = (o: number, row: number, column: number, dilation: number) =>
  sum(
    2,
    3,
    2,
  )((c = NaN, p = NaN, q = NaN) => I(c, row + dilation * p, column + dilation * q) * K2(o, c, p, q));
const spread1 = (o: number, place: number, stride: number) =>
  sum(2, 8, 2)((c = NaN, i = NaN, p = NaN) => (stride * i + p === place ? S(c, i) * K1(o, c, p) : 0));
const spread2 = (o: number, row: number, column: number, stride: number) =>
  sum(
    2,
    4,
    6,
    3,
    2,
  )((c = NaN, i = NaN, j = NaN, p = NaN, q = NaN) =>
    stride * i + p === row && stride * j + q === column ? I(c, i, j) * K2(o, c, p, q) : 0,
  );
const pairs = (c: number, i: number) => [S(c, 2 * i), S(c, 2 * i + 1)];
const squares = (c: number, i: number, j: number) =>
  over(2, 2).map(([p = NaN, q = NaN]) => I(c, 2 * i + p, 2 * j + q));
const channel = (c: number) => over(4, 6).map(([i = NaN, j = NaN]) => I(c, i, j));
const list = (values: readonly number[]): string => `[${values.map(String).join(', ')}]`;
const wideText = `[[${list(wide.slice(0, 5))}, ${list(wide.slice(5, 10))}], [${list(wide.slice(10, 15))}, ${list(wide.slice(15, 20))}], [${list(wide.slice(20, 25))}, ${list(wide.slice(25))}]]`;

export const rows: readonly Row[] = [
  ['conv1d(signal, taps)', map(3, 7)((o = NaN, i = NaN) => conv1(o, i, 1))],
  ['conv2d(image, kernel)', map(3, 2, 5)((o = NaN, i = NaN, j = NaN) => conv2(o, i, j, 1))],
  // A group for each channel.
  ['[conv2d([image[g]], [[kernel[o, g]] for o in 3]) for g in 2]', map(2, 3, 2, 5)((g = NaN, o = NaN, i = NaN, j = NaN) => sum(3, 2)((p = NaN, q = NaN) => I(g, i + p, j + q) * K2(o, g, p, q)))],
  // Stride 3, padding 2, dilation 2.
  ['[conv1dAt(signal, taps[o], 3*i - 2, 2) for o in 3, i in 4]', map(3, 4)((o = NaN, i = NaN) => conv1(o, 3 * i - 2, 2))],
  ['[conv2dAt(image, kernel[o], 2*i - 1, 2*j - 1, 1) for o in 3, i in 2, j in 4]', map(3, 2, 4)((o = NaN, i = NaN, j = NaN) => conv2(o, 2 * i - 1, 2 * j - 1, 1))],
  ['[conv2dAt(image, kernel[o], i - 2, j - 1, 2) for o in 3, i in 4, j in 6]', map(3, 4, 6)((o = NaN, i = NaN, j = NaN) => conv2(o, i - 2, j - 1, 2))],
  [`conv1dSame(signal, ${wideText})`, map(3, 8)((o = NaN, i = NaN) => sum(2, 5)((c = NaN, p = NaN) => S(c, i - 2 + p) * W1(o, c, p)))],
  ['conv2dSame(image, kernel)', map(3, 4, 6)((o = NaN, i = NaN, j = NaN) => conv2(o, i - 1, j, 1))],
  ['[transposedConv1dAt(signal, taps[o], i, 3) for o in 3, i in 23]', map(3, 23)((o = NaN, i = NaN) => spread1(o, i, 3))],
  ['[transposedConv1dAt(signal, taps[o], i, 1) for o in 3, i in 9]', map(3, 9)((o = NaN, i = NaN) => spread1(o, i, 1))],
  ['[transposedConv2dAt(image, kernel[o], i, j, 2) for o in 3, i in 9, j in 12]', map(3, 9, 12)((o = NaN, i = NaN, j = NaN) => spread2(o, i, j, 2))],
  ['maxPool1d(signal)', map(2, 4)((c = NaN, i = NaN) => Math.max(...pairs(c, i)))],
  ['maxPool2d(image)', map(2, 2, 3)((c = NaN, i = NaN, j = NaN) => Math.max(...squares(c, i, j)))],
  ['averagePool1d(signal)', map(2, 4)((c = NaN, i = NaN) => total(pairs(c, i)) / 2)],
  ['averagePool2d(image)', map(2, 2, 3)((c = NaN, i = NaN, j = NaN) => total(squares(c, i, j)) / 4)],
  ['globalMaxPool(image)', map(2)((c = NaN) => Math.max(...channel(c)))],
  ['globalAveragePool(image)', map(2)((c = NaN) => total(channel(c)) / 24)],
]; // prettier-ignore
