// The gradient of a perceptron, tuned: all products of matrices are rank updates.

import { addProduct, fillRows, sumRows, transpose } from '../gemm.js';
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
    turned: new Float64Array(Math.max(H * M, M * K)),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

function lossAndGradient(
  { B, D, H, M, K }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  { h1, h2, score, dh1, dh2, turned }: Record<'h1' | 'h2' | 'score' | 'dh1' | 'dh2' | 'turned', Float64Array>,
): number {
  const { W1, b1, W2, b2, W3, b3 } = params;
  fillRows(h1, b1, B);
  addProduct(data.x, D, 1, W1, h1, B, D, H);
  relu(h1);
  fillRows(h2, b2, B);
  addProduct(h1, H, 1, W2, h2, B, H, M);
  relu(h2);
  fillRows(score, b3, B);
  addProduct(h2, M, 1, W3, score, B, M, K);
  const loss = crossEntropies(score, data.label, B, K);

  sumRows(score, gradient.b3, B);
  gradient.W3.fill(0);
  addProduct(h2, 1, M, score, gradient.W3, M, B, K);
  transpose(W3, turned, M, K);
  dh2.fill(0);
  addProduct(score, K, 1, turned, dh2, B, K, M);
  reluAdjoint(h2, dh2);

  sumRows(dh2, gradient.b2, B);
  gradient.W2.fill(0);
  addProduct(h1, 1, H, dh2, gradient.W2, H, B, M);
  transpose(W2, turned, H, M);
  dh1.fill(0);
  addProduct(dh2, M, 1, turned, dh1, B, M, H);
  reluAdjoint(h1, dh1);

  sumRows(dh1, gradient.b1, B);
  gradient.W1.fill(0);
  addProduct(data.x, 1, D, dh1, gradient.W1, D, B, H);
  return loss;
}

function relu(values: Float64Array): void {
  const end = values.length;
  for (let i = 0; i < end; i++) {
    const value = values[i];
    values[i] = 0.5 * (value + Math.abs(value));
  }
}

function reluAdjoint(out: Float64Array, d: Float64Array): void {
  const end = out.length;
  for (let i = 0; i < end; i++) if (!(out[i] > 0)) d[i] = 0;
}
