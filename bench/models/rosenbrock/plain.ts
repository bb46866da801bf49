// The gradient of Rosenbrock's function as a careful developer writes it.

import type { Inputs, Prepared } from '../variant.js';
import type { Params, Sizes } from './types.js';

export function prepare({ N }: Sizes, { params }: Inputs<Params, object>): Prepared<Params> {
  const gradient = { x: new Float64Array(N) };
  return { gradient, run: () => lossAndGradient(N, params.x, gradient.x) };
}

function lossAndGradient(N: number, x: Float64Array, dx: Float64Array): number {
  dx.fill(0);
  let loss = 0;
  for (let i = 0; i < N - 1; i++) {
    const valley = x[i + 1] - x[i] ** 2;
    const apart = 1 - x[i];
    loss += 100 * valley ** 2 + apart ** 2;
    dx[i] += -400 * valley * x[i] - 2 * apart;
    dx[i + 1] += 200 * valley;
  }
  return loss;
}
