// The forces in a cluster of atoms as a careful developer writes them: each pair once.

import type { Inputs, Prepared } from '../variant.js';
import type { Params, Sizes } from './types.js';

export function prepare({ n }: Sizes, { params }: Inputs<Params, object>): Prepared<Params> {
  const gradient = { x: new Float64Array(3 * n) };
  return { gradient, run: () => lossAndGradient(n, params.x, gradient.x) };
}

function lossAndGradient(n: number, x: Float64Array, dx: Float64Array): number {
  dx.fill(0);
  let energy = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const a = x[3 * i] - x[3 * j];
      const b = x[3 * i + 1] - x[3 * j + 1];
      const c = x[3 * i + 2] - x[3 * j + 2];
      const inverse = 1 / (a * a + b * b + c * c);
      const attraction = inverse * inverse * inverse;
      energy += 4 * (attraction * attraction - attraction);
      const g = -24 * (2 * attraction * attraction - attraction) * inverse;
      dx[3 * i] += g * a;
      dx[3 * i + 1] += g * b;
      dx[3 * i + 2] += g * c;
      dx[3 * j] -= g * a;
      dx[3 * j + 1] -= g * b;
      dx[3 * j + 2] -= g * c;
    }
  }
  return energy;
}
