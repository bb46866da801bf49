// The gradient of logistic regression, tuned: eight rows of X at a time, read twice while they are near; one logarithm for
// the product of eight factors.

import { exp } from '../exp.js';
import type { Inputs, Prepared } from '../variant.js';
import type { Data, Params, Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const gradient = { w: new Float64Array(sizes.D), bias: 0 };
  const scratch = { margin: new Float64Array(8) };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

function lossAndGradient(
  { N, D }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  { margin }: { margin: Float64Array },
): number {
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
  let n = 0;
  for (; n + 8 <= N; n += 8) {
    scores(X, w, n * D, D, bias, margin, 0);
    scores(X, w, (n + 4) * D, D, bias, margin, 4);
    // Each factor 1 + e is at most 2.
    let product = 1;
    for (let p = 0; p < 8; p++) {
      const label = y[n + p];
      const m = label * margin[p];
      const e = exp(-Math.abs(m));
      product *= 1 + e;
      loss -= 0.5 * (m - Math.abs(m));
      const g = (-label * (m > 0 ? e : 1)) / ((1 + e) * N);
      dbias += g;
      margin[p] = g;
    }
    loss += Math.log(product);

    const g0 = margin[0];
    const g1 = margin[1];
    const g2 = margin[2];
    const g3 = margin[3];
    const g4 = margin[4];
    const g5 = margin[5];
    const g6 = margin[6];
    const g7 = margin[7];
    const r0 = n * D;
    const r1 = r0 + D;
    const r2 = r1 + D;
    const r3 = r2 + D;
    const r4 = r3 + D;
    const r5 = r4 + D;
    const r6 = r5 + D;
    const r7 = r6 + D;
    for (let d = 0; d < D; d++) {
      dw[d] +=
        g0 * X[r0 + d] +
        g1 * X[r1 + d] +
        g2 * X[r2 + d] +
        g3 * X[r3 + d] +
        (g4 * X[r4 + d] + g5 * X[r5 + d] + g6 * X[r6 + d] + g7 * X[r7 + d]);
    }
  }
  for (; n < N; n++) {
    const row = n * D;
    let score = bias;
    for (let d = 0; d < D; d++) score += X[row + d] * w[d];
    const m = y[n] * score;
    const e = exp(-Math.abs(m));
    loss += Math.log(1 + e) - Math.min(m, 0);
    const g = (-y[n] * (m > 0 ? e : 1)) / ((1 + e) * N);
    dbias += g;
    for (let d = 0; d < D; d++) dw[d] += g * X[row + d];
  }
  gradient.bias = dbias;
  return 0.5 * lambda * penalty + loss / N;
}

/** Four scores, of rows that begin at `row`. */
function scores(
  X: Float64Array,
  w: Float64Array,
  row: number,
  D: number,
  bias: number,
  out: Float64Array,
  at: number,
): void {
  const r1 = row + D;
  const r2 = r1 + D;
  const r3 = r2 + D;
  let s0 = bias;
  let s1 = bias;
  let s2 = bias;
  let s3 = bias;
  for (let d = 0; d < D; d++) {
    const wd = w[d];
    s0 += X[row + d] * wd;
    s1 += X[r1 + d] * wd;
    s2 += X[r2 + d] * wd;
    s3 += X[r3 + d] * wd;
  }
  out[at] = s0;
  out[at + 1] = s1;
  out[at + 2] = s2;
  out[at + 3] = s3;
}
