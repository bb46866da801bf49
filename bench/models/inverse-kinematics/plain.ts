// The gradient of an arm's reach as a careful developer writes it.

import type { Inputs, Prepared } from '../variant.js';
import type { Data, Params, Sizes } from './types.js';

export function prepare({ n }: Sizes, { params, data }: Inputs<Params, Data>): Prepared<Params> {
  const gradient = { theta: new Float64Array(n) };
  const angle = new Float64Array(n);
  return { gradient, run: () => lossAndGradient(n, params.theta, data, gradient.theta, angle) };
}

function lossAndGradient(
  n: number,
  theta: Float64Array,
  { len, tx, ty }: Data,
  dTheta: Float64Array,
  angle: Float64Array,
): number {
  let turned = 0;
  let x = -tx;
  let y = -ty;
  let bend = 0;
  for (let i = 0; i < n; i++) {
    turned += theta[i];
    angle[i] = turned;
    x += len[i] * Math.cos(turned);
    y += len[i] * Math.sin(turned);
    bend += theta[i] ** 2;
  }
  let g = 0;
  for (let i = n - 1; i >= 0; i--) {
    g += 2 * len[i] * (y * Math.cos(angle[i]) - x * Math.sin(angle[i]));
    dTheta[i] = g + 2e-3 * theta[i];
  }
  return x * x + y * y + 1e-3 * bend;
}
