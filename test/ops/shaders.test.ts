// The elementary functions in WGSL: how far they are from the true values over dense ranges, in units in the last place or, where
// the last place of the argument decides, absolutely. The bounds are measured, with little to spare.

import { expect, test } from 'vitest';
import type { OpName } from '../../src/ops/index.ts';
import { executed, type Point } from './execute.ts';
import { evaluate } from './rule.ts';

const count = 4096;
const places = Array.from({ length: count }, (_, i) => (i + 0.37) / count);
const evenly = (from: number, to: number): readonly number[] => places.map((t) => from + (to - from) * t);
/** As many of each size. */
const sizes = (from: number, to: number): readonly number[] => places.map((t) => from * (to / from) ** t);
const bothSigns = (values: readonly number[]): readonly number[] => values.flatMap((x) => [x, -x]);
const around1 = (values: readonly number[]): readonly number[] => values.flatMap((x) => [1 - x, 1 + x]);
const below1 = (values: readonly number[]): readonly number[] => values.flatMap((x) => [1 - x, x - 1]);

interface Case {
  readonly op: OpName;
  readonly range: string;
  readonly points: readonly (readonly number[])[];
  readonly ulps?: number;
  readonly absolute?: number;
}

const unary = (
  op: OpName,
  range: string,
  values: readonly number[],
  bound: Pick<Case, 'ulps' | 'absolute'>,
): Case => ({ op, range, points: values.map((x) => [x]), ...bound });

const nearZero = bothSigns(sizes(1e-30, 0.7));
const circular = (['sin', 'cos'] as const).flatMap((op) => [
  unary(op, '-pi to pi', evenly(-Math.PI, Math.PI), { ulps: 1.6 }),
  unary(op, 'near zero', nearZero, { ulps: 1 }),
  unary(op, '-1e4 to 1e4', evenly(-1e4, 1e4), { absolute: 1e-7 }),
  unary(op, '-1e5 to 1e5', evenly(-1e5, 1e5), { absolute: 1e-7 }),
  // As much as one unit of the argument.
  unary(op, '-1e6 to 1e6', evenly(-1e6, 1e6), { absolute: 0.0625 }),
]);

const allSizes = sizes(1e-37, 3e38);
const hyperbolic = bothSigns(sizes(1e-30, 88));
/** Every pair of a base and an exponent. */
const powers = (bases: readonly number[], exponents: readonly number[]): Case['points'] =>
  bases.flatMap((x) => exponents.map((y) => [x, y] as const));
const few = (values: readonly number[]): readonly number[] => values.filter((_, i) => i % 64 === 0);

const cases: readonly Case[] = [
  ...circular,
  unary('tan', '-1.57 to 1.57', evenly(-1.57, 1.57), { ulps: 3 }),
  unary('tan', 'near zero', nearZero, { ulps: 2 }),
  unary('asin', '-1 to 1', evenly(-1, 1), { ulps: 2.5 }),
  unary('asin', 'near the ends', below1(sizes(1e-7, 0.1)), { ulps: 2.5 }),
  unary('asin', 'near zero', nearZero, { ulps: 2.5 }),
  unary('acos', '-1 to 1', evenly(-1, 1), { ulps: 2 }),
  unary('acos', 'near the ends', below1(sizes(1e-7, 0.1)), { ulps: 2 }),
  unary('atan', 'everywhere', bothSigns(sizes(1e-30, 1e30)), { ulps: 2 }),
  unary('atan', '-5 to 5', evenly(-5, 5), { ulps: 2 }),
  {
    op: 'atan2',
    range: 'all around',
    points: evenly(-3.14, 3.14).map((angle) => [Math.sin(angle), 3 * Math.cos(angle)]),
    ulps: 2,
  },
  unary('exp', '-87 to 88.7', evenly(-87, 88.7), { ulps: 1 }),
  unary('exp', 'near zero', nearZero, { ulps: 1 }),
  unary('exp2', '-126 to 128', evenly(-126, 127.99), { ulps: 1 }),
  unary('expm1', 'everywhere', bothSigns(sizes(1e-30, 88)), { ulps: 1.5 }),
  ...(['log', 'log2', 'log10'] as const).flatMap((op) => [
    unary(op, 'everywhere', allSizes, { ulps: 2.2 }),
    unary(op, 'near 1', around1(sizes(1e-7, 0.7)), { ulps: 2.2 }),
  ]),
  unary('log1p', 'everywhere', sizes(1e-30, 1e30), { ulps: 2.5 }),
  unary('log1p', '-1 to 3', evenly(-0.999, 3), { ulps: 2.5 }),
  { op: 'pow', range: 'exponents to 3', points: powers(few(sizes(0.01, 100)), few(evenly(-3, 3))), ulps: 3 },
  { op: 'pow', range: 'exponents to 10', points: powers(few(sizes(0.01, 100)), few(evenly(-10, 10))), ulps: 5 },
  unary('sinh', 'everywhere', hyperbolic, { ulps: 3.5 }),
  unary('cosh', 'everywhere', hyperbolic, { ulps: 3.5 }),
  unary('tanh', 'everywhere', hyperbolic, { ulps: 3 }),
  unary('asinh', 'everywhere', bothSigns(sizes(1e-30, 1e30)), { ulps: 3 }),
  unary('acosh', 'everywhere', sizes(1e-6, 1e30).map((x) => 1 + x), { ulps: 3.5 }),
  unary('atanh', '-1 to 1', evenly(-0.9999, 0.9999), { ulps: 3 }),
  unary('sigmoid', '-80 to 80', evenly(-80, 80), { ulps: 3 }),
  unary('softplus', '-80 to 80', evenly(-80, 80), { ulps: 3 }),
  unary('cbrt', 'everywhere', bothSigns(sizes(1e-30, 1e30)), { ulps: 1.5 }),
]; // prettier-ignore

/** The distance between a number of this size and the next f32; of numbers without all digits that of the least with them. */
const unitOf = (value: number): number => 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - 23, -149);

test.each(cases)('$op, $range', async ({ op, points, ulps = 0, absolute = 0 }) => {
  const rounded: readonly Point[] = points.map((point) => point.map(Math.fround));
  const results = await executed(op, 'exact', rounded);
  const errors = rounded.map((point, i) => {
    const value = Number(evaluate(op, point));
    return Math.abs(Number(results[i]) - value) / (ulps > 0 ? unitOf(value) : 1);
  });
  expect(errors.filter((error) => !(error <= Math.max(ulps, absolute)))).toEqual([]);
});

test.each([...new Set(cases.map(({ op }) => op))])('%s of NaN is NaN', async (op) => {
  const point = cases.find((one) => one.op === op)?.points[0] ?? [];
  const [result] = await executed(op, 'exact', [point.map(() => NaN)]);
  expect(result).toBeNaN();
});
