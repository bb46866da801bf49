// The gradient of Rosenbrock's function, tuned: each element is read once and written once.

import type { Inputs, Prepared } from '../variant.js';
import type { Params, Sizes } from './types.js';

export function prepare({ N }: Sizes, { params }: Inputs<Params, object>): Prepared<Params> {
  const gradient = { x: new Float64Array(N) };
  return { gradient, run: () => lossAndGradient(N, params.x, gradient.x) };
}

function lossAndGradient(N: number, x: Float64Array, dx: Float64Array): number {
  let loss = 0;
  let carried = 0;
  let here = x[0];
  for (let i = 1; i < N; i++) {
    const next = x[i];
    const valley = next - here * here;
    const apart = here - 1;
    loss += 100 * (valley * valley) + apart * apart;
    const g = 200 * valley;
    dx[i - 1] = carried + 2 * (apart - g * here);
    carried = g;
    here = next;
  }
  dx[N - 1] = carried;
  return loss;
}
