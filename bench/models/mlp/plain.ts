// The gradient of a perceptron as a careful developer writes it: layer by layer, every inner loop along rows.

import type { Inputs, Prepared } from '../variant.js';
import { crossEntropies, zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { B, H, M, K } = sizes;
  const gradient = zeros(sizes);
  const scratch = {
    h1: new Float64Array(B * H),
    h2: new Float64Array(B * M),
    score: new Float64Array(B * K),
    dh1: new Float64Array(B * H),
    dh2: new Float64Array(B * M),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

function lossAndGradient(
  { B, D, H, M, K }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  { h1, h2, score, dh1, dh2 }: Record<'h1' | 'h2' | 'score' | 'dh1' | 'dh2', Float64Array>,
): number {
  const { W1, b1, W2, b2, W3, b3 } = params;
  affine(data.x, W1, b1, h1, B, D, H);
  relu(h1);
  affine(h1, W2, b2, h2, B, H, M);
  relu(h2);
  affine(h2, W3, b3, score, B, M, K);
  const loss = crossEntropies(score, data.label, B, K);
  affineAdjoint(h2, W3, score, gradient.W3, gradient.b3, dh2, B, M, K);
  reluAdjoint(h2, dh2);
  affineAdjoint(h1, W2, dh2, gradient.W2, gradient.b2, dh1, B, H, M);
  reluAdjoint(h1, dh1);
  affineAdjoint(data.x, W1, dh1, gradient.W1, gradient.b1, undefined, B, D, H);
  return loss;
}

/** out = x·W + bias, for x of n rows and m columns. */
function affine(
  x: Float64Array,
  W: Float64Array,
  bias: Float64Array,
  out: Float64Array,
  n: number,
  m: number,
  p: number,
): void {
  for (let i = 0; i < n; i++) {
    const o = i * p;
    for (let j = 0; j < p; j++) out[o + j] = bias[j];
    for (let k = 0; k < m; k++) {
      const a = x[i * m + k];
      const w = k * p;
      for (let j = 0; j < p; j++) out[o + j] += a * W[w + j];
    }
  }
}

/** From the adjoint of `affine`'s result those of its weights and bias, and of x where that is wanted. */
function affineAdjoint(
  x: Float64Array,
  W: Float64Array,
  dout: Float64Array,
  dW: Float64Array,
  dbias: Float64Array,
  dx: Float64Array | undefined,
  n: number,
  m: number,
  p: number,
): void {
  dW.fill(0);
  dbias.fill(0);
  for (let i = 0; i < n; i++) {
    const o = i * p;
    for (let j = 0; j < p; j++) dbias[j] += dout[o + j];
    for (let k = 0; k < m; k++) {
      const a = x[i * m + k];
      const w = k * p;
      for (let j = 0; j < p; j++) dW[w + j] += a * dout[o + j];
      if (dx === undefined) continue;
      let sum = 0;
      for (let j = 0; j < p; j++) sum += W[w + j] * dout[o + j];
      dx[i * m + k] = sum;
    }
  }
}

function relu(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] = 0;
}

function reluAdjoint(out: Float64Array, d: Float64Array): void {
  for (let i = 0; i < out.length; i++) if (!(out[i] > 0)) d[i] = 0;
}
