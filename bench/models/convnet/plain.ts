// The gradient of a convolutional net as a careful developer writes it: image by image, layer by layer, with the places of
// the largest elements stored for the way back.

import { crossEntropies } from '../mlp/types.js';
import type { Inputs, Prepared } from '../variant.js';
import { zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, { params, data }: Inputs<Params, Data>): Prepared<Params> {
  const gradient = zeros();
  const scratch = {
    z1: new Float64Array(16 * 32 * 32),
    pooled1: new Float64Array(16 * 16 * 16),
    place1: new Int32Array(16 * 16 * 16),
    z2: new Float64Array(32 * 14 * 14),
    pooled2: new Float64Array(1568),
    place2: new Int32Array(1568),
    hidden: new Float64Array(64),
    score: new Float64Array(10),
    label: new Int32Array(1),
    dHidden: new Float64Array(64),
    dPooled2: new Float64Array(1568),
    dPooled1: new Float64Array(16 * 16 * 16),
  };
  return { gradient, run: () => lossAndGradient(sizes.B, params, data, gradient, scratch) };
}

interface Scratch {
  readonly z1: Float64Array;
  readonly pooled1: Float64Array;
  readonly place1: Int32Array;
  readonly z2: Float64Array;
  readonly pooled2: Float64Array;
  readonly place2: Int32Array;
  readonly hidden: Float64Array;
  readonly score: Float64Array;
  readonly label: Int32Array;
  readonly dHidden: Float64Array;
  readonly dPooled2: Float64Array;
  readonly dPooled1: Float64Array;
}

function lossAndGradient(B: number, params: Params, data: Data, gradient: Params, scratch: Scratch): number {
  const { K1, c1, K2, c2, W1, b1, W2, b2 } = params;
  const { z1, pooled1, place1, z2, pooled2, place2, hidden, score, label } = scratch;
  const { dHidden, dPooled2, dPooled1 } = scratch;
  for (const field of Object.values(gradient)) field.fill(0);
  let loss = 0;
  for (let n = 0; n < B; n++) {
    const image = n * 3 * 32 * 32;
    convolve(data.x, image, K1, z1, 3, 32, 16, 1);
    pool(z1, c1, pooled1, place1, 16, 32);
    convolve(pooled1, 0, K2, z2, 16, 16, 32, 0);
    pool(z2, c2, pooled2, place2, 32, 14);
    affine(pooled2, W1, b1, hidden);
    for (let i = 0; i < 64; i++) hidden[i] = Math.max(hidden[i], 0);
    affine(hidden, W2, b2, score);
    label[0] = data.y[n];
    loss += crossEntropies(score, label, 1, 10);

    for (let i = 0; i < 10; i++) score[i] /= B;
    affineAdjoint(hidden, W2, score, gradient.W2, gradient.b2, dHidden);
    for (let i = 0; i < 64; i++) if (!(hidden[i] > 0)) dHidden[i] = 0;
    affineAdjoint(pooled2, W1, dHidden, gradient.W1, gradient.b1, dPooled2);
    dPooled1.fill(0);
    adjoint(pooled1, 0, K2, pooled2, place2, dPooled2, gradient.K2, gradient.c2, dPooled1, 16, 16, 32, 0);
    adjoint(data.x, image, K1, pooled1, place1, dPooled1, gradient.K1, gradient.c1, undefined, 3, 32, 16, 1);
  }
  return loss / B;
}

/** out[e, i, j] = Σ x[d, i + a - pad, j + b - pad] K[e, d, a, b], for c planes of x with `size` rows and columns. */
function convolve(
  x: Float64Array,
  first: number,
  K: Float64Array,
  out: Float64Array,
  c: number,
  size: number,
  channels: number,
  pad: number,
): void {
  const outSize = size - 2 + 2 * pad;
  for (let e = 0; e < channels; e++) {
    for (let i = 0; i < outSize; i++) {
      for (let j = 0; j < outSize; j++) {
        let sum = 0;
        for (let d = 0; d < c; d++) {
          for (let a = 0; a < 3; a++) {
            const row = i + a - pad;
            if (row < 0 || row >= size) continue;
            for (let b = 0; b < 3; b++) {
              const column = j + b - pad;
              if (column < 0 || column >= size) continue;
              sum += x[first + (d * size + row) * size + column] * K[((e * c + d) * 3 + a) * 3 + b];
            }
          }
        }
        out[(e * outSize + i) * outSize + j] = sum;
      }
    }
  }
}

/** The largest of each square of four after bias and rectifier, and where in z it is. */
function pool(
  z: Float64Array,
  bias: Float64Array,
  out: Float64Array,
  place: Int32Array,
  channels: number,
  size: number,
): void {
  const half = size / 2;
  for (let e = 0; e < channels; e++) {
    for (let i = 0; i < half; i++) {
      for (let j = 0; j < half; j++) {
        const to = (e * half + i) * half + j;
        let best = (e * size + 2 * i) * size + 2 * j;
        const corner = best;
        if (z[corner + 1] > z[best]) best = corner + 1;
        if (z[corner + size] > z[best]) best = corner + size;
        if (z[corner + size + 1] > z[best]) best = corner + size + 1;
        out[to] = Math.max(z[best] + bias[e], 0);
        place[to] = best;
      }
    }
  }
}

/** From the adjoint of what was pooled those of kernel and bias, and of x where that is wanted. */
function adjoint(
  x: Float64Array,
  first: number,
  K: Float64Array,
  pooled: Float64Array,
  place: Int32Array,
  dPooled: Float64Array,
  dK: Float64Array,
  dBias: Float64Array,
  dx: Float64Array | undefined,
  c: number,
  size: number,
  channels: number,
  pad: number,
): void {
  const outSize = size - 2 + 2 * pad;
  const cells = (outSize / 2) ** 2;
  for (let e = 0; e < channels; e++) {
    for (let cell = e * cells; cell < (e + 1) * cells; cell++) {
      if (!(pooled[cell] > 0)) continue;
      const g = dPooled[cell];
      dBias[e] += g;
      const at = place[cell] - e * outSize * outSize;
      const i = Math.floor(at / outSize);
      const j = at % outSize;
      for (let d = 0; d < c; d++) {
        for (let a = 0; a < 3; a++) {
          const row = i + a - pad;
          if (row < 0 || row >= size) continue;
          for (let b = 0; b < 3; b++) {
            const column = j + b - pad;
            if (column < 0 || column >= size) continue;
            const from = first + (d * size + row) * size + column;
            const k = ((e * c + d) * 3 + a) * 3 + b;
            dK[k] += g * x[from];
            if (dx !== undefined) dx[from] += g * K[k];
          }
        }
      }
    }
  }
}

function affine(x: Float64Array, W: Float64Array, bias: Float64Array, out: Float64Array): void {
  const m = x.length;
  const p = out.length;
  for (let j = 0; j < p; j++) out[j] = bias[j];
  for (let k = 0; k < m; k++) {
    const a = x[k];
    for (let j = 0; j < p; j++) out[j] += a * W[k * p + j];
  }
}

function affineAdjoint(
  x: Float64Array,
  W: Float64Array,
  dout: Float64Array,
  dW: Float64Array,
  dBias: Float64Array,
  dx: Float64Array,
): void {
  const m = x.length;
  const p = dout.length;
  for (let j = 0; j < p; j++) dBias[j] += dout[j];
  for (let k = 0; k < m; k++) {
    const a = x[k];
    let sum = 0;
    for (let j = 0; j < p; j++) {
      dW[k * p + j] += a * dout[j];
      sum += W[k * p + j] * dout[j];
    }
    dx[k] = sum;
  }
}
