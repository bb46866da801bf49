// The gradient of a convolutional net, tuned. A convolution takes its planes as one long row each, with padding in between,
// so that eight channels of the result and three taps of the kernel are a rank update with a long inner loop; what falls
// between the rows is never read. The largest of four is taken before bias and rectifier, which keep its place. Only these
// places have an adjoint, a quarter of all at most, so the way back goes from one to the next.

import { addProduct, fillRows, sumRows, transpose } from '../gemm.js';
import { crossEntropies } from '../mlp/types.js';
import type { Inputs, Prepared } from '../variant.js';
import { zeros, type Data, type Params, type Sizes } from './types.js';

/** Images of 32 by 32 with a frame of zeros, and two elements behind the last that taps may read. */
const PADDED = 34;
const PLANE1 = PADDED * PADDED + 2;
const LONG1 = 32 * PADDED;
const PLANE2 = 16 * 16 + 2;
const LONG2 = 14 * 16;

export function prepare({ B }: Sizes, { params, data }: Inputs<Params, Data>): Prepared<Params> {
  const gradient = zeros();
  const scratch = {
    padded: new Float64Array(B * 3 * PLANE1),
    z1: new Float64Array(16 * LONG1),
    pooled1: new Float64Array(B * 16 * PLANE2),
    place1: new Int32Array(B * 16 * 256),
    z2: new Float64Array(32 * LONG2),
    pooled2: new Float64Array(B * 1568),
    place2: new Int32Array(B * 1568),
    hidden: new Float64Array(B * 64),
    score: new Float64Array(B * 10),
    dHidden: new Float64Array(B * 64),
    dPooled2: new Float64Array(B * 1568),
    dPooled1: new Float64Array(16 * PLANE2),
    turned: new Float64Array(1568 * 64),
  };
  return { gradient, run: () => lossAndGradient(B, params, data, gradient, scratch) };
}

interface Scratch {
  readonly padded: Float64Array;
  readonly z1: Float64Array;
  readonly pooled1: Float64Array;
  readonly place1: Int32Array;
  readonly z2: Float64Array;
  readonly pooled2: Float64Array;
  readonly place2: Int32Array;
  readonly hidden: Float64Array;
  readonly score: Float64Array;
  readonly dHidden: Float64Array;
  readonly dPooled2: Float64Array;
  readonly dPooled1: Float64Array;
  readonly turned: Float64Array;
}

function lossAndGradient(B: number, params: Params, data: Data, gradient: Params, scratch: Scratch): number {
  const { K1, c1, K2, c2, W1, b1, W2, b2 } = params;
  const { padded, z1, pooled1, place1, z2, pooled2, place2, hidden, score } = scratch;
  const { dHidden, dPooled2, dPooled1, turned } = scratch;
  for (let plane = 0; plane < 3 * B; plane++) {
    for (let i = 0; i < 32; i++) {
      const to = plane * PLANE1 + (i + 1) * PADDED + 1;
      for (let j = 0; j < 32; j++) padded[to + j] = data.x[(plane * 32 + i) * 32 + j];
    }
  }
  for (let n = 0; n < B; n++) {
    convolve(padded, n * 3 * PLANE1, PLANE1, PADDED, K1, 3, z1, 16, LONG1);
    pool(z1, LONG1, PADDED, c1, pooled1, n * 16 * PLANE2, PLANE2, place1, n * 16 * 256, 16, 16);
    convolve(pooled1, n * 16 * PLANE2, PLANE2, 16, K2, 16, z2, 32, LONG2);
    pool(z2, LONG2, 16, c2, pooled2, n * 1568, 49, place2, n * 1568, 32, 7);
  }
  fillRows(hidden, b1, B);
  addProduct(pooled2, 1568, 1, W1, hidden, B, 1568, 64);
  for (let i = 0; i < B * 64; i++) if (!(hidden[i] > 0)) hidden[i] = 0;
  fillRows(score, b2, B);
  addProduct(hidden, 64, 1, W2, score, B, 64, 10);
  const loss = crossEntropies(score, data.y, B, 10);

  sumRows(score, gradient.b2, B);
  gradient.W2.fill(0);
  addProduct(hidden, 1, 64, score, gradient.W2, 64, B, 10);
  transpose(W2, turned, 64, 10);
  dHidden.fill(0);
  addProduct(score, 10, 1, turned, dHidden, B, 10, 64);
  for (let i = 0; i < B * 64; i++) if (!(hidden[i] > 0)) dHidden[i] = 0;
  sumRows(dHidden, gradient.b1, B);
  gradient.W1.fill(0);
  addProduct(pooled2, 1, 1568, dHidden, gradient.W1, 1568, B, 64);
  transpose(W1, turned, 1568, 64);
  dPooled2.fill(0);
  addProduct(dHidden, 64, 1, turned, dPooled2, B, 64, 1568);

  gradient.K1.fill(0);
  gradient.c1.fill(0);
  gradient.K2.fill(0);
  gradient.c2.fill(0);
  for (let n = 0; n < B; n++) {
    dPooled1.fill(0);
    const { K1: dK1, c1: dc1, K2: dK2, c2: dc2 } = gradient;
    const p1 = n * 16 * PLANE2;
    const p2 = n * 1568;
    adjoint2(pooled1, p1, K2, pooled2, p2, place2, dPooled2, dK2, dc2, dPooled1);
    adjoint1(padded, n * 3 * PLANE1, pooled1, p1, place1, n * 16 * 256, dPooled1, dK1, dc1);
  }
  return loss;
}

/** z[e, m] = Σ x[d, m + a * width + b] K[e, d, a, b], for eight channels e at a time. */
function convolve(
  x: Float64Array,
  first: number,
  plane: number,
  width: number,
  K: Float64Array,
  c: number,
  z: Float64Array,
  channels: number,
  long: number,
): void {
  z.fill(0);
  const row = 9 * c;
  for (let e = 0; e < channels; e += 8) {
    const z0 = e * long;
    const z1 = z0 + long;
    const z2 = z1 + long;
    const z3 = z2 + long;
    const z4 = z3 + long;
    const z5 = z4 + long;
    const z6 = z5 + long;
    const z7 = z6 + long;
    for (let step = 0; step < 3 * c; step++) {
      const from = first + Math.floor(step / 3) * plane + (step % 3) * width;
      const k = e * row + 3 * step;
      const k00 = K[k];
      const k01 = K[k + 1];
      const k02 = K[k + 2];
      const k10 = K[k + row];
      const k11 = K[k + row + 1];
      const k12 = K[k + row + 2];
      const k20 = K[k + 2 * row];
      const k21 = K[k + 2 * row + 1];
      const k22 = K[k + 2 * row + 2];
      const k30 = K[k + 3 * row];
      const k31 = K[k + 3 * row + 1];
      const k32 = K[k + 3 * row + 2];
      const k40 = K[k + 4 * row];
      const k41 = K[k + 4 * row + 1];
      const k42 = K[k + 4 * row + 2];
      const k50 = K[k + 5 * row];
      const k51 = K[k + 5 * row + 1];
      const k52 = K[k + 5 * row + 2];
      const k60 = K[k + 6 * row];
      const k61 = K[k + 6 * row + 1];
      const k62 = K[k + 6 * row + 2];
      const k70 = K[k + 7 * row];
      const k71 = K[k + 7 * row + 1];
      const k72 = K[k + 7 * row + 2];
      for (let m = 0; m < long; m++) {
        const x0 = x[from + m];
        const x1 = x[from + m + 1];
        const x2 = x[from + m + 2];
        z[z0 + m] += k00 * x0 + k01 * x1 + k02 * x2;
        z[z1 + m] += k10 * x0 + k11 * x1 + k12 * x2;
        z[z2 + m] += k20 * x0 + k21 * x1 + k22 * x2;
        z[z3 + m] += k30 * x0 + k31 * x1 + k32 * x2;
        z[z4 + m] += k40 * x0 + k41 * x1 + k42 * x2;
        z[z5 + m] += k50 * x0 + k51 * x1 + k52 * x2;
        z[z6 + m] += k60 * x0 + k61 * x1 + k62 * x2;
        z[z7 + m] += k70 * x0 + k71 * x1 + k72 * x2;
      }
    }
  }
}

/** The largest of each square of four, then bias and rectifier; `place` says where in its plane it is. */
function pool(
  z: Float64Array,
  long: number,
  width: number,
  bias: Float64Array,
  out: Float64Array,
  outFirst: number,
  outPlane: number,
  place: Int32Array,
  placeFirst: number,
  channels: number,
  half: number,
): void {
  for (let e = 0; e < channels; e++) {
    const added = bias[e];
    for (let i = 0; i < half; i++) {
      const corner = 2 * i * width;
      const to = outFirst + e * outPlane + i * half;
      const toPlace = placeFirst + (e * half + i) * half;
      for (let j = 0; j < half; j++) {
        const m = corner + 2 * j;
        const at = e * long + m;
        let best = z[at];
        let where = m;
        const right = z[at + 1];
        if (right > best) {
          best = right;
          where = m + 1;
        }
        const below = z[at + width];
        if (below > best) {
          best = below;
          where = m + width;
        }
        const across = z[at + width + 1];
        if (across > best) {
          best = across;
          where = m + width + 1;
        }
        const value = best + added;
        out[to + j] = value > 0 ? value : 0;
        place[toPlace + j] = where;
      }
    }
  }
}

/** The second convolution: from the adjoint of what was pooled those of kernel, bias and x. */
function adjoint2(
  x: Float64Array,
  first: number,
  K: Float64Array,
  pooled: Float64Array,
  cells: number,
  place: Int32Array,
  dPooled: Float64Array,
  dK: Float64Array,
  dBias: Float64Array,
  dx: Float64Array,
): void {
  for (let e = 0; e < 32; e++) {
    let sum = 0;
    for (let cell = cells + e * 49; cell < cells + (e + 1) * 49; cell++) {
      if (!(pooled[cell] > 0)) continue;
      const g = dPooled[cell];
      sum += g;
      const m = place[cell];
      for (let d = 0; d < 16; d++) {
        const k = (e * 16 + d) * 9;
        const to = d * PLANE2 + m;
        const from = first + to;
        dK[k] += g * x[from];
        dx[to] += g * K[k];
        dK[k + 1] += g * x[from + 1];
        dx[to + 1] += g * K[k + 1];
        dK[k + 2] += g * x[from + 2];
        dx[to + 2] += g * K[k + 2];
        dK[k + 3] += g * x[from + 16];
        dx[to + 16] += g * K[k + 3];
        dK[k + 4] += g * x[from + 17];
        dx[to + 17] += g * K[k + 4];
        dK[k + 5] += g * x[from + 18];
        dx[to + 18] += g * K[k + 5];
        dK[k + 6] += g * x[from + 32];
        dx[to + 32] += g * K[k + 6];
        dK[k + 7] += g * x[from + 33];
        dx[to + 33] += g * K[k + 7];
        dK[k + 8] += g * x[from + 34];
        dx[to + 34] += g * K[k + 8];
      }
    }
    dBias[e] += sum;
  }
}

/** The first convolution, whose x is data; a plane's taps stay in locals. */
function adjoint1(
  x: Float64Array,
  first: number,
  pooled: Float64Array,
  cells: number,
  place: Int32Array,
  places: number,
  dPooled: Float64Array,
  dK: Float64Array,
  dBias: Float64Array,
): void {
  for (let e = 0; e < 16; e++) {
    for (let d = 0; d < 3; d++) {
      const plane = first + d * PLANE1;
      let sum = 0;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s20 = 0;
      let s21 = 0;
      let s22 = 0;
      for (let cell = 0; cell < 256; cell++) {
        if (!(pooled[cells + e * PLANE2 + cell] > 0)) continue;
        const g = dPooled[e * PLANE2 + cell];
        sum += g;
        const from = plane + place[places + e * 256 + cell];
        s00 += g * x[from];
        s01 += g * x[from + 1];
        s02 += g * x[from + 2];
        s10 += g * x[from + 34];
        s11 += g * x[from + 35];
        s12 += g * x[from + 36];
        s20 += g * x[from + 68];
        s21 += g * x[from + 69];
        s22 += g * x[from + 70];
      }
      if (d === 0) dBias[e] += sum;
      const k = (e * 3 + d) * 9;
      dK[k] += s00;
      dK[k + 1] += s01;
      dK[k + 2] += s02;
      dK[k + 3] += s10;
      dK[k + 4] += s11;
      dK[k + 5] += s12;
      dK[k + 6] += s20;
      dK[k + 7] += s21;
      dK[k + 8] += s22;
    }
  }
}
