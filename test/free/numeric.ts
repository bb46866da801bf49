// What emitted transforms are compared with: the formulas of the literature in plain JavaScript, differences, determinants.

import { random } from '../../src/numeric/random.ts';
import type { Vector } from './model.ts';

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Row k of Helmert's orthonormal basis of the vectors of K numbers that add up to zero: (1, …, 1, -k, 0, …) scaled. */
function helmert(count: number): readonly Vector[] {
  return Array.from({ length: count - 1 }, (_, i) => {
    const k = i + 1;
    const scale = 1 / Math.sqrt(k * (k + 1));
    return Array.from({ length: count }, (__, j) => (j < k ? scale : j === k ? -k * scale : 0));
  });
}

/** The inverse of the isometric log-ratio transform. */
export function simplex(free: Vector): Vector {
  const basis = helmert(free.length + 1);
  const logs = Array.from({ length: free.length + 1 }, (_, j) =>
    free.reduce((sum, y, k) => sum + y * (basis[k]?.[j] ?? NaN), 0),
  );
  const weights = logs.map((log) => Math.exp(log));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

export const ordered = (free: Vector): Vector =>
  free.map((first, k) => free.slice(1, k + 1).reduce((sum, y) => sum + Math.exp(y), free[0] ?? first));

export const positiveOrdered = (free: Vector): Vector =>
  free.map((_, k) => free.slice(0, k + 1).reduce((sum, y) => sum + Math.exp(y), 0));

export const rows =
  (length: number, transform: (free: Vector) => Vector) =>
  (free: Vector): Vector =>
    Array.from({ length: free.length / length }, (_, i) =>
      transform(free.slice(i * length, (i + 1) * length)),
    ).flat();

/** Central differences, with an error of the fourth order. */
export function differences(f: (x: Vector) => Vector, x: Vector, step = 1e-3): readonly Vector[] {
  return x.map((centre, i) => {
    const at = (t: number): Vector => f(x.with(i, centre + t * step));
    const [a, b, c, d] = [at(-2), at(-1), at(1), at(2)];
    return a.map(
      (_, j) => ((a[j] ?? NaN) - 8 * (b[j] ?? NaN) + 8 * (c[j] ?? NaN) - (d[j] ?? NaN)) / (12 * step),
    );
  });
}

/** log |det A|, by Gaussian elimination with pivots. */
export function logDeterminant(matrix: readonly Vector[]): number {
  const rest = matrix.map((row) => [...row]);
  let sum = 0;
  for (let k = 0; k < rest.length; k++) {
    const column = rest.map((row) => Math.abs(row[k] ?? NaN));
    let pivot = k;
    for (let i = k; i < rest.length; i++) if ((column[i] ?? NaN) > (column[pivot] ?? NaN)) pivot = i;
    const top = rest[pivot] ?? [];
    rest[pivot] = rest[k] ?? [];
    rest[k] = top;
    sum += Math.log(Math.abs(top[k] ?? NaN));
    for (let i = k + 1; i < rest.length; i++) {
      const row = rest[i] ?? [];
      const factor = (row[k] ?? NaN) / (top[k] ?? NaN);
      for (let j = k; j < row.length; j++) row[j] = (row[j] ?? NaN) - factor * (top[j] ?? NaN);
    }
  }
  return sum;
}

export function points(length: number, count: number, spread: number): readonly Vector[] {
  const source = random(7);
  return Array.from({ length: count }, () => Array.from({ length }, () => spread * source.normal()));
}
