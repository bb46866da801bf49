// The gradient of a mixture of Gaussians, tuned. Points are taken in chunks, coordinates outside and points inside, so that
// the inner loops are long and contiguous for any D. With c = x - mean and weights w, the sums over points need neither
// z = Q c again nor a product with Q: the adjoint of Q is -Q S for S = Σ w c cᵀ, that of the mean is QᵀQ Σ w c.
// D is even.

import { exp } from '../exp.js';
import type { Inputs, Prepared } from '../variant.js';
import { wishartConstant } from './prior.js';
import type { Data, Params, Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { N, D, K } = sizes;
  if (D % 2 !== 0) throw new RangeError('D must be even');
  // A chunk of centred points, its weighted row pair and its products stay in the first cache.
  const P = Math.min(N, Math.max(32, Math.floor(2048 / D)));
  const gradient = {
    alphas: new Float64Array(K),
    means: new Float64Array(K * D),
    icf: new Float64Array((K * D * (D + 1)) / 2),
  };
  const scratch = {
    P,
    Q: new Float64Array(K * D * D),
    S: new Float64Array(K * D * D),
    moment: new Float64Array(K * D),
    base: new Float64Array(K),
    xs: new Float64Array(D * P),
    c: new Float64Array(D * P),
    z: new Float64Array(4 * P),
    score: new Float64Array(K * P),
    greatest: new Float64Array(P),
    total: new Float64Array(P),
    row: new Float64Array(D),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

interface Scratch {
  /** Points in a chunk. */
  readonly P: number;
  readonly Q: Float64Array;
  readonly S: Float64Array;
  readonly moment: Float64Array;
  readonly base: Float64Array;
  readonly xs: Float64Array;
  readonly c: Float64Array;
  readonly z: Float64Array;
  readonly score: Float64Array;
  readonly greatest: Float64Array;
  readonly total: Float64Array;
  readonly row: Float64Array;
}

function lossAndGradient(
  { N, D, K }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  scratch: Scratch,
): number {
  const { alphas, means, icf } = params;
  const { x, wishart_gamma, wishart_m } = data;
  const { P, Q, S, moment, base, xs, c, z, score, greatest, total, row } = scratch;
  unpack(icf, Q, base, D, K);
  let logDets = 0;
  for (let k = 0; k < K; k++) {
    logDets += base[k];
    base[k] += alphas[k];
  }

  gradient.alphas.fill(0);
  moment.fill(0);
  S.fill(0);
  let loss = 0;
  for (let start = 0; start < N; start += P) {
    const p = Math.min(P, N - start);
    for (let d = 0; d < D; d++) {
      for (let n = 0; n < p; n++) xs[d * P + n] = x[(start + n) * D + d];
    }
    for (let k = 0; k < K; k++) {
      if (D === 2) {
        planeScores(Q, xs, means, base, score, k, P, p);
        continue;
      }
      centre(xs, means, c, k, D, P, p);
      squaredNorms(Q, c, z, score, k, D, P, p);
      const constant = base[k];
      for (let n = k * P; n < k * P + p; n++) score[n] = constant - 0.5 * score[n];
    }
    loss += softmax(score, greatest, total, K, P, p);
    for (let k = 0; k < K; k++) {
      if (D === 2) {
        gradient.alphas[k] += planeMoments(xs, means, score, S, moment, k, P, p);
        continue;
      }
      if (D >= 32 && D % 8 === 0) {
        gradient.alphas[k] += wideMoments(x, start, means, score, c, S, moment, k, D, P, p);
        continue;
      }
      centre(xs, means, c, k, D, P, p);
      let weights = 0;
      for (let n = k * P; n < k * P + p; n++) weights += score[n];
      gradient.alphas[k] += weights;
      moments(c, score, z, S, moment, k, D, P, p);
    }
  }

  let top = -Infinity;
  for (let k = 0; k < K; k++) top = Math.max(top, alphas[k]);
  let sum = 0;
  for (let k = 0; k < K; k++) sum += exp(alphas[k] - top);
  let squares = 0;
  for (let i = 0; i < K * D * D; i++) squares += Q[i] * Q[i];
  loss -= N * (top + Math.log(sum) + 0.5 * D * Math.log(2 * Math.PI));
  loss += 0.5 * wishart_gamma * wishart_gamma * squares - wishart_m * logDets;
  loss -= K * wishartConstant(D, wishart_gamma, wishart_m);
  for (let k = 0; k < K; k++) {
    finish(Q, S, moment, row, gradient, k, D, wishart_gamma * wishart_gamma, wishart_m);
    gradient.alphas[k] -= (N * exp(alphas[k] - top)) / sum;
  }
  return loss;
}

/** Q with its zeros, and the logarithms of its determinants. */
function unpack(icf: Float64Array, Q: Float64Array, logDet: Float64Array, D: number, K: number): void {
  let from = 0;
  for (let k = 0; k < K; k++) {
    let sum = 0;
    const start = k * D * D;
    for (let i = 0; i < D; i++) {
      sum += icf[from];
      Q[start + i * D + i] = exp(icf[from++]);
    }
    logDet[k] = sum;
    for (let j = 0; j < D; j++) {
      for (let i = j + 1; i < D; i++) Q[start + i * D + j] = icf[from++];
    }
  }
}

function centre(
  xs: Float64Array,
  means: Float64Array,
  c: Float64Array,
  k: number,
  D: number,
  P: number,
  p: number,
): void {
  for (let d = 0; d < D; d++) {
    const mean = means[k * D + d];
    for (let n = d * P; n < d * P + p; n++) c[n] = xs[n] - mean;
  }
}

/** score[k, n] = |Q c|² for each point n: four rows of Q at a time, four columns at a time. */
function squaredNorms(
  Q: Float64Array,
  c: Float64Array,
  z: Float64Array,
  score: Float64Array,
  k: number,
  D: number,
  P: number,
  p: number,
): void {
  const s = k * P;
  for (let n = s; n < s + p; n++) score[n] = 0;
  const start = k * D * D;
  let i = 0;
  for (; i + 4 <= D; i += 4) {
    const q0 = start + i * D;
    const q1 = q0 + D;
    const q2 = q1 + D;
    const q3 = q2 + D;
    const z1 = P;
    const z2 = 2 * P;
    const z3 = 3 * P;
    for (let j = 0; j < i; j += 4) {
      const a00 = Q[q0 + j];
      const a01 = Q[q0 + j + 1];
      const a02 = Q[q0 + j + 2];
      const a03 = Q[q0 + j + 3];
      const a10 = Q[q1 + j];
      const a11 = Q[q1 + j + 1];
      const a12 = Q[q1 + j + 2];
      const a13 = Q[q1 + j + 3];
      const a20 = Q[q2 + j];
      const a21 = Q[q2 + j + 1];
      const a22 = Q[q2 + j + 2];
      const a23 = Q[q2 + j + 3];
      const a30 = Q[q3 + j];
      const a31 = Q[q3 + j + 1];
      const a32 = Q[q3 + j + 2];
      const a33 = Q[q3 + j + 3];
      const c0 = j * P;
      const c1 = c0 + P;
      const c2 = c1 + P;
      const c3 = c2 + P;
      if (j === 0) {
        for (let n = 0; n < p; n++) {
          const b0 = c[c0 + n];
          const b1 = c[c1 + n];
          const b2 = c[c2 + n];
          const b3 = c[c3 + n];
          z[n] = a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3;
          z[z1 + n] = a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3;
          z[z2 + n] = a20 * b0 + a21 * b1 + a22 * b2 + a23 * b3;
          z[z3 + n] = a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
        }
      } else {
        for (let n = 0; n < p; n++) {
          const b0 = c[c0 + n];
          const b1 = c[c1 + n];
          const b2 = c[c2 + n];
          const b3 = c[c3 + n];
          z[n] += a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3;
          z[z1 + n] += a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3;
          z[z2 + n] += a20 * b0 + a21 * b1 + a22 * b2 + a23 * b3;
          z[z3 + n] += a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
        }
      }
    }
    // The triangle on the diagonal completes the rows.
    const a00 = Q[q0 + i];
    const a10 = Q[q1 + i];
    const a11 = Q[q1 + i + 1];
    const a20 = Q[q2 + i];
    const a21 = Q[q2 + i + 1];
    const a22 = Q[q2 + i + 2];
    const a30 = Q[q3 + i];
    const a31 = Q[q3 + i + 1];
    const a32 = Q[q3 + i + 2];
    const a33 = Q[q3 + i + 3];
    const c0 = i * P;
    const c1 = c0 + P;
    const c2 = c1 + P;
    const c3 = c2 + P;
    if (i === 0) {
      for (let n = 0; n < p; n++) {
        const b0 = c[c0 + n];
        const b1 = c[c1 + n];
        const b2 = c[c2 + n];
        const b3 = c[c3 + n];
        const r0 = a00 * b0;
        const r1 = a10 * b0 + a11 * b1;
        const r2 = a20 * b0 + a21 * b1 + a22 * b2;
        const r3 = a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
        score[s + n] = r0 * r0 + r1 * r1 + r2 * r2 + r3 * r3;
      }
    } else {
      for (let n = 0; n < p; n++) {
        const b0 = c[c0 + n];
        const b1 = c[c1 + n];
        const b2 = c[c2 + n];
        const b3 = c[c3 + n];
        const r0 = z[n] + a00 * b0;
        const r1 = z[z1 + n] + a10 * b0 + a11 * b1;
        const r2 = z[z2 + n] + a20 * b0 + a21 * b1 + a22 * b2;
        const r3 = z[z3 + n] + a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
        score[s + n] += r0 * r0 + r1 * r1 + r2 * r2 + r3 * r3;
      }
    }
  }
  if (i < D) {
    const q0 = start + i * D;
    const q1 = q0 + D;
    for (let n = 0; n < 2 * P; n++) z[n] = 0;
    for (let j = 0; j < i; j += 4) {
      const a00 = Q[q0 + j];
      const a01 = Q[q0 + j + 1];
      const a02 = Q[q0 + j + 2];
      const a03 = Q[q0 + j + 3];
      const a10 = Q[q1 + j];
      const a11 = Q[q1 + j + 1];
      const a12 = Q[q1 + j + 2];
      const a13 = Q[q1 + j + 3];
      const c0 = j * P;
      const c1 = c0 + P;
      const c2 = c1 + P;
      const c3 = c2 + P;
      for (let n = 0; n < p; n++) {
        const b0 = c[c0 + n];
        const b1 = c[c1 + n];
        const b2 = c[c2 + n];
        const b3 = c[c3 + n];
        z[n] += a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3;
        z[P + n] += a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3;
      }
    }
    const a00 = Q[q0 + i];
    const a10 = Q[q1 + i];
    const a11 = Q[q1 + i + 1];
    const c0 = i * P;
    const c1 = c0 + P;
    for (let n = 0; n < p; n++) {
      const b0 = c[c0 + n];
      const b1 = c[c1 + n];
      const r0 = z[n] + a00 * b0;
      const r1 = z[P + n] + a10 * b0 + a11 * b1;
      score[s + n] += r0 * r0 + r1 * r1;
    }
  }
}

/** In the plane, all of a point and a cluster fits in locals. */
function planeScores(
  Q: Float64Array,
  xs: Float64Array,
  means: Float64Array,
  base: Float64Array,
  score: Float64Array,
  k: number,
  P: number,
  p: number,
): void {
  const q00 = Q[4 * k];
  const q10 = Q[4 * k + 2];
  const q11 = Q[4 * k + 3];
  const mean0 = means[2 * k];
  const mean1 = means[2 * k + 1];
  const constant = base[k];
  const s = k * P;
  for (let n = 0; n < p; n++) {
    const c0 = xs[n] - mean0;
    const c1 = xs[P + n] - mean1;
    const z0 = q00 * c0;
    const z1 = q10 * c0 + q11 * c1;
    score[s + n] = constant - 0.5 * (z0 * z0 + z1 * z1);
  }
}

function planeMoments(
  xs: Float64Array,
  means: Float64Array,
  score: Float64Array,
  S: Float64Array,
  moment: Float64Array,
  k: number,
  P: number,
  p: number,
): number {
  const mean0 = means[2 * k];
  const mean1 = means[2 * k + 1];
  const s = k * P;
  let weights = 0;
  let m0 = 0;
  let m1 = 0;
  let s00 = 0;
  let s10 = 0;
  let s11 = 0;
  for (let n = 0; n < p; n++) {
    const weight = score[s + n];
    const c0 = xs[n] - mean0;
    const c1 = xs[P + n] - mean1;
    const a0 = weight * c0;
    const a1 = weight * c1;
    weights += weight;
    m0 += a0;
    m1 += a1;
    s00 += a0 * c0;
    s10 += a1 * c0;
    s11 += a1 * c1;
  }
  moment[2 * k] += m0;
  moment[2 * k + 1] += m1;
  S[4 * k] += s00;
  S[4 * k + 2] += s10;
  S[4 * k + 3] += s11;
  return weights;
}

/** Scores become shares, point by point; returns the sum of the logarithms of the totals. Clusters are the outer loop. */
function softmax(
  score: Float64Array,
  greatest: Float64Array,
  total: Float64Array,
  K: number,
  P: number,
  p: number,
): number {
  for (let n = 0; n < p; n++) {
    greatest[n] = score[n];
    total[n] = 0;
  }
  for (let k = 1; k < K; k++) {
    for (let n = 0; n < p; n++) greatest[n] = Math.max(greatest[n], score[k * P + n]);
  }
  for (let k = 0; k < K; k++) {
    for (let n = 0; n < p; n++) {
      const e = exp(score[k * P + n] - greatest[n]);
      score[k * P + n] = e;
      total[n] += e;
    }
  }
  let sum = 0;
  for (let n = 0; n < p; n++) {
    sum += greatest[n] + Math.log(total[n]);
    total[n] = 1 / total[n];
  }
  for (let k = 0; k < K; k++) {
    for (let n = 0; n < p; n++) score[k * P + n] *= total[n];
  }
  return sum;
}

/** The lower triangle of Σ w c cᵀ, and Σ w c: two rows at a time, up to three columns at a time. */
function moments(
  c: Float64Array,
  w: Float64Array,
  weighted: Float64Array,
  S: Float64Array,
  moment: Float64Array,
  k: number,
  D: number,
  P: number,
  p: number,
): void {
  const s = k * P;
  for (let i = 0; i < D; i += 2) {
    const ci = i * P;
    let m0 = 0;
    let m1 = 0;
    let d00 = 0;
    let d10 = 0;
    let d11 = 0;
    for (let n = 0; n < p; n++) {
      const b0 = c[ci + n];
      const b1 = c[ci + P + n];
      const a0 = w[s + n] * b0;
      const a1 = w[s + n] * b1;
      weighted[n] = a0;
      weighted[P + n] = a1;
      m0 += a0;
      m1 += a1;
      d00 += a0 * b0;
      d10 += a1 * b0;
      d11 += a1 * b1;
    }
    moment[k * D + i] += m0;
    moment[k * D + i + 1] += m1;
    const r0 = (k * D + i) * D;
    const r1 = r0 + D;
    S[r0 + i] += d00;
    S[r1 + i] += d10;
    S[r1 + i + 1] += d11;
    let j = 0;
    for (; j + 3 <= i; j += 3) {
      const c0 = j * P;
      const c1 = c0 + P;
      const c2 = c1 + P;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      for (let n = 0; n < p; n++) {
        const a0 = weighted[n];
        const a1 = weighted[P + n];
        const b0 = c[c0 + n];
        s00 += a0 * b0;
        s10 += a1 * b0;
        const b1 = c[c1 + n];
        s01 += a0 * b1;
        s11 += a1 * b1;
        const b2 = c[c2 + n];
        s02 += a0 * b2;
        s12 += a1 * b2;
      }
      S[r0 + j] += s00;
      S[r0 + j + 1] += s01;
      S[r0 + j + 2] += s02;
      S[r1 + j] += s10;
      S[r1 + j + 1] += s11;
      S[r1 + j + 2] += s12;
    }
    for (; j < i; j++) {
      const c0 = j * P;
      let s0 = 0;
      let s1 = 0;
      for (let n = 0; n < p; n++) {
        const b = c[c0 + n];
        s0 += weighted[n] * b;
        s1 += weighted[P + n] * b;
      }
      S[r0 + j] += s0;
      S[r1 + j] += s1;
    }
  }
}

/** The same for rows that are long enough for rank updates: eight rows of S, four points at a time. Returns Σ w. */
function wideMoments(
  x: Float64Array,
  start: number,
  means: Float64Array,
  w: Float64Array,
  c: Float64Array,
  S: Float64Array,
  moment: Float64Array,
  k: number,
  D: number,
  P: number,
  p: number,
): number {
  const mean = k * D;
  let weights = 0;
  for (let n = 0; n < p; n++) {
    const weight = w[k * P + n];
    weights += weight;
    const from = (start + n) * D;
    const to = n * D;
    for (let d = 0; d < D; d++) {
      const value = x[from + d] - means[mean + d];
      c[to + d] = value;
      moment[mean + d] += weight * value;
    }
  }
  const end = p - (p % 4);
  for (let i = 0; i < D; i += 8) {
    const r0 = (k * D + i) * D;
    const r1 = r0 + D;
    const r2 = r1 + D;
    const r3 = r2 + D;
    const r4 = r3 + D;
    const r5 = r4 + D;
    const r6 = r5 + D;
    const r7 = r6 + D;
    const length = i + 8;
    for (let n = 0; n < end; n += 4) {
      const c0 = n * D;
      const c1 = c0 + D;
      const c2 = c1 + D;
      const c3 = c2 + D;
      const w0 = w[k * P + n];
      const w1 = w[k * P + n + 1];
      const w2 = w[k * P + n + 2];
      const w3 = w[k * P + n + 3];
      const a00 = w0 * c[c0 + i];
      const a01 = w1 * c[c1 + i];
      const a02 = w2 * c[c2 + i];
      const a03 = w3 * c[c3 + i];
      const a10 = w0 * c[c0 + i + 1];
      const a11 = w1 * c[c1 + i + 1];
      const a12 = w2 * c[c2 + i + 1];
      const a13 = w3 * c[c3 + i + 1];
      const a20 = w0 * c[c0 + i + 2];
      const a21 = w1 * c[c1 + i + 2];
      const a22 = w2 * c[c2 + i + 2];
      const a23 = w3 * c[c3 + i + 2];
      const a30 = w0 * c[c0 + i + 3];
      const a31 = w1 * c[c1 + i + 3];
      const a32 = w2 * c[c2 + i + 3];
      const a33 = w3 * c[c3 + i + 3];
      const a40 = w0 * c[c0 + i + 4];
      const a41 = w1 * c[c1 + i + 4];
      const a42 = w2 * c[c2 + i + 4];
      const a43 = w3 * c[c3 + i + 4];
      const a50 = w0 * c[c0 + i + 5];
      const a51 = w1 * c[c1 + i + 5];
      const a52 = w2 * c[c2 + i + 5];
      const a53 = w3 * c[c3 + i + 5];
      const a60 = w0 * c[c0 + i + 6];
      const a61 = w1 * c[c1 + i + 6];
      const a62 = w2 * c[c2 + i + 6];
      const a63 = w3 * c[c3 + i + 6];
      const a70 = w0 * c[c0 + i + 7];
      const a71 = w1 * c[c1 + i + 7];
      const a72 = w2 * c[c2 + i + 7];
      const a73 = w3 * c[c3 + i + 7];
      for (let j = 0; j < length; j++) {
        const b0 = c[c0 + j];
        const b1 = c[c1 + j];
        const b2 = c[c2 + j];
        const b3 = c[c3 + j];
        S[r0 + j] += a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3;
        S[r1 + j] += a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3;
        S[r2 + j] += a20 * b0 + a21 * b1 + a22 * b2 + a23 * b3;
        S[r3 + j] += a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
        S[r4 + j] += a40 * b0 + a41 * b1 + a42 * b2 + a43 * b3;
        S[r5 + j] += a50 * b0 + a51 * b1 + a52 * b2 + a53 * b3;
        S[r6 + j] += a60 * b0 + a61 * b1 + a62 * b2 + a63 * b3;
        S[r7 + j] += a70 * b0 + a71 * b1 + a72 * b2 + a73 * b3;
      }
    }
    for (let n = end; n < p; n++) {
      for (let r = 0; r < 8; r++) {
        const a = w[k * P + n] * c[n * D + i + r];
        for (let j = 0; j < length; j++) S[r0 + r * D + j] += a * c[n * D + j];
      }
    }
  }
  return weights;
}

/** The gradient by the mean and by Q of one cluster, from its moments. */
function finish(
  Q: Float64Array,
  S: Float64Array,
  moment: Float64Array,
  row: Float64Array,
  { alphas, means, icf }: Params,
  k: number,
  D: number,
  gammaSquared: number,
  m: number,
): void {
  const start = k * D * D;
  const mean = k * D;
  for (let i = 0; i < D; i++) {
    for (let j = 0; j < i; j++) S[start + j * D + i] = S[start + i * D + j];
  }
  for (let j = 0; j < D; j++) means[mean + j] = 0;
  const triangle = (D * (D + 1)) / 2;
  const out = k * triangle;
  for (let i = 0; i < D; i++) {
    const q = start + i * D;
    let z = 0;
    for (let j = 0; j <= i; j++) {
      z += Q[q + j] * moment[mean + j];
      row[j] = gammaSquared * Q[q + j];
    }
    for (let j = 0; j <= i; j++) means[mean + j] += z * Q[q + j];
    let l = 0;
    for (; l + 4 <= i + 1; l += 4) {
      const a0 = Q[q + l];
      const a1 = Q[q + l + 1];
      const a2 = Q[q + l + 2];
      const a3 = Q[q + l + 3];
      const s0 = start + l * D;
      const s1 = s0 + D;
      const s2 = s1 + D;
      const s3 = s2 + D;
      for (let j = 0; j <= i; j++)
        row[j] -= a0 * S[s0 + j] + a1 * S[s1 + j] + a2 * S[s2 + j] + a3 * S[s3 + j];
    }
    for (; l <= i; l++) {
      const a = Q[q + l];
      for (let j = 0; j <= i; j++) row[j] -= a * S[start + l * D + j];
    }
    icf[out + i] = alphas[k] - m + row[i] * Q[q + i];
    for (let j = 0; j < i; j++) icf[out + D + (j * (2 * D - j - 1)) / 2 + i - j - 1] = row[j];
  }
}
