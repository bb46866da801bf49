// The gradient of a small net, tuned: the whole batch at once by rank updates, and a hyperbolic tangent through exp.

import { tanh } from '../exp.js';
import { addProduct, fillRows, sumRows, transpose } from '../gemm.js';
import type { Inputs, Prepared } from '../variant.js';
import { zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { B, H } = sizes;
  const gradient = zeros(sizes);
  const scratch = {
    h1: new Float64Array(B * H),
    h2: new Float64Array(B * H),
    d1: new Float64Array(B * H),
    turned: new Float64Array(H * H),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

function lossAndGradient(
  { B, D, H }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  { h1, h2, d1, turned }: Record<'h1' | 'h2' | 'd1' | 'turned', Float64Array>,
): number {
  const { W1, b1, W2, b2, w3, b3 } = params;
  const { x, y } = data;
  fillRows(h1, b1, B);
  addProduct(x, D, 1, W1, h1, B, D, H);
  tanhs(h1);
  fillRows(h2, b2, B);
  addProduct(h1, H, 1, W2, h2, B, H, H);
  tanhs(h2);

  // What is in h2 becomes the adjoint of the second layer's sums.
  const dw3 = gradient.w3;
  dw3.fill(0);
  let loss = 0;
  let db3 = 0;
  const scale = 2 / B;
  for (let b = 0; b < B; b++) {
    const row = b * H;
    let error = b3 - y[b];
    for (let j = 0; j < H; j++) error += h2[row + j] * w3[j];
    loss += error * error;
    const g = scale * error;
    db3 += g;
    for (let j = 0; j < H; j++) {
      const h = h2[row + j];
      dw3[j] += g * h;
      h2[row + j] = g * w3[j] * (1 - h * h);
    }
  }
  gradient.b3 = db3;
  sumRows(h2, gradient.b2, B);
  gradient.W2.fill(0);
  addProduct(h1, 1, H, h2, gradient.W2, H, B, H);
  transpose(W2, turned, H, H);
  d1.fill(0);
  addProduct(h2, H, 1, turned, d1, B, H, H);
  for (let i = 0; i < B * H; i++) d1[i] *= 1 - h1[i] * h1[i];
  sumRows(d1, gradient.b1, B);
  gradient.W1.fill(0);
  addProduct(x, 1, D, d1, gradient.W1, D, B, H);
  return loss / B;
}

function tanhs(values: Float64Array): void {
  const end = values.length;
  for (let i = 0; i < end; i++) values[i] = tanh(values[i]);
}
