// Rows about what is computed step by step, against Cramer's rule.

import { T, t, x, y, type Row } from '../inputs.ts';

type Matrix = readonly (readonly number[])[];

const at = (m: Matrix, i: number, j: number): number => m[i]?.[j] ?? NaN;
/** The sum over the six permutations. */
const determinant = (m: Matrix): number =>
  [0, 1, 2].reduce(
    (sum, k) =>
      sum +
      at(m, 0, k) * at(m, 1, (k + 1) % 3) * at(m, 2, (k + 2) % 3) -
      at(m, 0, (k + 2) % 3) * at(m, 1, (k + 1) % 3) * at(m, 2, k),
    0,
  );
const solution = (m: Matrix, right: readonly number[]): readonly number[] =>
  [0, 1, 2].map((k) => {
    const replaced = m.map((row, i) => row.map((value, j) => (j === k ? (right[i] ?? NaN) : value)));
    return determinant(replaced) / determinant(m);
  });

const lower: Matrix = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (j <= i ? (T[3 * i + j] ?? NaN) : 0)));
const upper: Matrix = [0, 1, 2].map((i) => [0, 1, 2].map((j) => at(lower, j, i)));
const P: Matrix = [[4, x, y], [x, 3, t], [y, t, 2]]; // prettier-ignore
const text = '[[4, x, y], [x, 3, t], [y, t, 2]]';

export const rows: readonly Row[] = [
  ['cumulativeSum(a)', [0.5, -1, 1]],
  ['cumulativeSum([x])', [x]],
  ['triangularSolve(T, [x, y, t])', solution(lower, [x, y, t])],
  ['transposedSolve(T, [x, y, t])', solution(upper, [x, y, t])],
  [`cholesky(${text})[..2]`, [2, 0, 0, x / 2, Math.sqrt(3 - x ** 2 / 4), 0]],
  [`cholesky(${text}) @ transpose(cholesky(${text}))`, P.flat()],
  [`cholesky([[4, 100, 100], [x, 3, 100], [y, t, 2]]) @ [1, 0, 0]`, [2, x / 2, y / 2]],
  [`choleskySolve(${text}, [t, x, y])`, solution(P, [t, x, y])],
  [`logDet(${text})`, Math.log(determinant(P))],
];
