// Rows about small matrices and about interpolation.

import { a, S, T, t, x, y, type Row } from '../inputs.ts';

const [p = NaN, q = NaN, r = NaN, s = NaN] = S;
const element = (i: number, j: number): number => T[3 * (i % 3) + (j % 3)] ?? NaN;
/** The sum over the six permutations, and the minors. */
const determinant = [0, 1, 2].reduce(
  (sum, k) =>
    sum +
    element(0, k) * element(1, k + 1) * element(2, k + 2) -
    element(0, k + 2) * element(1, k + 1) * element(2, k),
  0,
);
const minor = (i: number, j: number): number =>
  element(i + 1, j + 1) * element(i + 2, j + 2) - element(i + 1, j + 2) * element(i + 2, j + 1);
const inverse = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => minor(j, i) / determinant));

const line = (from: number, to: number, share: number): number => from + share * (to - from);
const [a0 = NaN, a1 = NaN, a2 = NaN] = a;
const knots = (at: number): number => {
  if (at < -1) return t;
  if (at < x) return line(t, y, (at + 1) / (x + 1));
  return at < 3 ? line(y, 4, (at - x) / (3 - x)) : 4;
};
const row = (i: number, share: number): number => line(element(i, 1), element(i, 2), share);

export const rows: readonly Row[] = [
  ['det2(S)', p * s - q * r],
  ['inverse2(S)', [s, -q, -r, p].map((value) => value / (p * s - q * r))],
  ['det3(T)', determinant],
  ['inverse3(T)', inverse],
  ['inverse3(T) @ T', [1, 0, 0, 0, 1, 0, 0, 0, 1]],
  ['[interpolate(a, x), interpolate(a, x + 1), interpolate(a, 5 * x), interpolate(a, -x)]', [line(a0, a1, x), line(a1, a2, x), a2, a0]],
  ['interpolate([x], 0.3)', x],
  ['[interpolateKnots([-1, x, 3], [t, y, 4], -x), interpolateKnots([-1, x, 3], [t, y, 4], x / 2), interpolateKnots([-1, x, 3], [t, y, 4], 2 * x), interpolateKnots([-1, x, 3], [t, y, 4], 5 * x), interpolateKnots([-1, x, 3], [t, y, 4], -2 * x)]', [-x, x / 2, 2 * x, 5 * x, -2 * x].map(knots)],
  ['bilinear(T, x, x + 1)', line(row(0, x), row(1, x), x)],
  ['bilinear(T, -x, x + 1)', row(0, x)],
  ['bilinear(T, 5, x + 1)', row(2, x)],
]; // prettier-ignore
