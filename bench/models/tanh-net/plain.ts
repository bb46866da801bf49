// The gradient of a small net as a careful developer writes it: example by example.

import type { Inputs, Prepared } from '../variant.js';
import { zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { H } = sizes;
  const gradient = zeros(sizes);
  const scratch = { h1: new Float64Array(H), h2: new Float64Array(H), d2: new Float64Array(H) };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

function lossAndGradient(
  { B, D, H }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  { h1, h2, d2 }: Record<'h1' | 'h2' | 'd2', Float64Array>,
): number {
  const { W1, b1, W2, b2, w3, b3 } = params;
  const { x, y } = data;
  const { W1: dW1, b1: db1, W2: dW2, b2: db2, w3: dw3 } = gradient;
  dW1.fill(0);
  db1.fill(0);
  dW2.fill(0);
  db2.fill(0);
  dw3.fill(0);
  gradient.b3 = 0;
  let loss = 0;
  for (let b = 0; b < B; b++) {
    for (let i = 0; i < H; i++) {
      let sum = b1[i];
      for (let d = 0; d < D; d++) sum += x[b * D + d] * W1[d * H + i];
      h1[i] = Math.tanh(sum);
    }
    let out = b3;
    for (let j = 0; j < H; j++) {
      let sum = b2[j];
      for (let i = 0; i < H; i++) sum += h1[i] * W2[i * H + j];
      h2[j] = Math.tanh(sum);
      out += h2[j] * w3[j];
    }
    const error = out - y[b];
    loss += error * error;

    const g = (2 * error) / B;
    gradient.b3 += g;
    for (let j = 0; j < H; j++) {
      dw3[j] += g * h2[j];
      d2[j] = g * w3[j] * (1 - h2[j] * h2[j]);
      db2[j] += d2[j];
    }
    for (let i = 0; i < H; i++) {
      let sum = 0;
      for (let j = 0; j < H; j++) {
        dW2[i * H + j] += h1[i] * d2[j];
        sum += W2[i * H + j] * d2[j];
      }
      const d1 = sum * (1 - h1[i] * h1[i]);
      db1[i] += d1;
      for (let d = 0; d < D; d++) dW1[d * H + i] += x[b * D + d] * d1;
    }
  }
  return loss / B;
}
