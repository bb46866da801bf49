// The gradient of examples/logistic.nabla as a careful developer writes it.

import type { Inputs, Prepared } from '../variant.js';
import type { Data, Params, Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const gradient = { w: new Float64Array(sizes.D), bias: 0 };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient) };
}

function lossAndGradient({ N, D }: Sizes, { params, data }: Inputs<Params, Data>, gradient: Params): number {
  const { w, bias } = params;
  const { X, y, lambda } = data;
  const dw = gradient.w;

  let penalty = 0;
  for (let d = 0; d < D; d++) {
    penalty += w[d] * w[d];
    dw[d] = lambda * w[d];
  }

  let loss = 0;
  let dbias = 0;
  for (let n = 0; n < N; n++) {
    const row = n * D;
    let score = bias;
    for (let d = 0; d < D; d++) score += X[row + d] * w[d];

    // -log sigmoid(margin) and its derivative from one exponential, which cannot overflow.
    const margin = y[n] * score;
    const e = Math.exp(-Math.abs(margin));
    loss += Math.log1p(e) - Math.min(margin, 0);
    const g = (-y[n] * (margin > 0 ? e : 1)) / ((1 + e) * N);

    dbias += g;
    for (let d = 0; d < D; d++) dw[d] += g * X[row + d];
  }
  gradient.bias = dbias;
  return 0.5 * lambda * penalty + loss / N;
}
