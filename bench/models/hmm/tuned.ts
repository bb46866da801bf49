// The gradient of a hidden Markov model, tuned: probabilities instead of their logarithms, scaled at each step, so that no
// step needs an exponential (Baum and Welch). The expected transitions are one product of matrices over all steps.

import { exp } from '../exp.js';
import { addProduct } from '../gemm.js';
import type { Inputs, Prepared } from '../variant.js';
import { zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { T, S, V } = sizes;
  if (S % 4 !== 0) throw new RangeError('S must be a multiple of 4');
  const gradient = zeros(sizes);
  const scratch = {
    step: new Float64Array(S * S),
    emit: new Float64Array(V * S),
    start: new Float64Array(S),
    forward: new Float64Array(T * S),
    scale: new Float64Array(T),
    /** Row t: how likely step t shows what it did and all that follows, for each state; row 0 is not used. */
    ahead: new Float64Array(T * S),
    beta: new Float64Array(S),
    counts: new Float64Array(S * S),
    shown: new Float64Array(V * S),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

type Scratch = Record<
  'step' | 'emit' | 'start' | 'forward' | 'scale' | 'ahead' | 'beta' | 'counts' | 'shown',
  Float64Array
>;

function lossAndGradient(
  { T, S, V }: Sizes,
  { params, data }: Inputs<Params, Data>,
  { A: dA, B: dB, pi: dPi }: Params,
  { step, emit, start, forward, scale, ahead, beta, counts, shown }: Scratch,
): number {
  const { obs } = data;
  softmaxRows(params.A, step, S, S, S, 1);
  softmaxRows(params.B, emit, S, V, 1, S);
  softmaxRows(params.pi, start, 1, S, S, 1);

  const first = obs[0] * S;
  let total = 0;
  for (let s = 0; s < S; s++) total += forward[s] = start[s] * emit[first + s];
  let loss = -Math.log(total);
  scale[0] = 1 / total;
  for (let s = 0; s < S; s++) forward[s] *= scale[0];
  let product = 1;
  for (let t = 1; t < T; t++) {
    const sum = stepForward(forward, step, emit, obs[t] * S, t * S, S);
    scale[t] = 1 / sum;
    // One logarithm for eight steps, as long as their product is far from underflow.
    product *= sum;
    if (t % 8 === 0 || product < 1e-100) {
      loss -= Math.log(product);
      product = 1;
    }
  }
  loss -= Math.log(product);

  shown.fill(0);
  beta.fill(1);
  for (let t = T - 1; t > 0; t--) {
    const row = t * S;
    const e = obs[t] * S;
    const inverse = scale[t];
    for (let s = 0; s < S; s++) {
      shown[e + s] += forward[row + s] * beta[s];
      ahead[row + s] = emit[e + s] * beta[s] * inverse;
    }
    stepBack(step, ahead, beta, row, S);
  }
  // The first state and what it shows.
  for (let s = 0; s < S; s++) {
    const gamma = forward[s] * beta[s];
    shown[first + s] += gamma;
    dPi[s] = start[s] - gamma;
  }
  counts.fill(0);
  // Row t of forward goes with row t + 1 of ahead: shifted by a row, both have T - 1 rows.
  ahead.copyWithin(0, S);
  addProduct(forward, 1, S, ahead, counts, S, T - 1, S);

  for (let from = 0; from < S; from++) {
    const row = from * S;
    let sum = 0;
    for (let to = 0; to < S; to++) {
      const count = step[row + to] * counts[row + to];
      counts[row + to] = count;
      sum += count;
    }
    for (let to = 0; to < S; to++) dA[row + to] = step[row + to] * sum - counts[row + to];
  }
  for (let s = 0; s < S; s++) {
    let sum = 0;
    for (let v = 0; v < V; v++) sum += shown[v * S + s];
    for (let v = 0; v < V; v++) dB[s * V + v] = emit[v * S + s] * sum - shown[v * S + s];
  }
  return loss;
}

/** The next row of forward, scaled; returns what it was divided by. Four states come from at a time. */
function stepForward(
  forward: Float64Array,
  step: Float64Array,
  emit: Float64Array,
  e: number,
  row: number,
  S: number,
): number {
  const before = row - S;
  for (let to = 0; to < S; to++) forward[row + to] = 0;
  for (let from = 0; from < S; from += 4) {
    const a0 = forward[before + from];
    const a1 = forward[before + from + 1];
    const a2 = forward[before + from + 2];
    const a3 = forward[before + from + 3];
    const s0 = from * S;
    const s1 = s0 + S;
    const s2 = s1 + S;
    const s3 = s2 + S;
    for (let to = 0; to < S; to++) {
      forward[row + to] +=
        a0 * step[s0 + to] + a1 * step[s1 + to] + (a2 * step[s2 + to] + a3 * step[s3 + to]);
    }
  }
  let sum = 0;
  for (let to = 0; to < S; to++) {
    const value = forward[row + to] * emit[e + to];
    forward[row + to] = value;
    sum += value;
  }
  const inverse = 1 / sum;
  for (let to = 0; to < S; to++) forward[row + to] *= inverse;
  return sum;
}

function stepBack(step: Float64Array, ahead: Float64Array, beta: Float64Array, row: number, S: number): void {
  for (let from = 0; from < S; from += 4) {
    const r0 = from * S;
    const r1 = r0 + S;
    const r2 = r1 + S;
    const r3 = r2 + S;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let to = 0; to < S; to++) {
      const g = ahead[row + to];
      s0 += step[r0 + to] * g;
      s1 += step[r1 + to] * g;
      s2 += step[r2 + to] * g;
      s3 += step[r3 + to] * g;
    }
    beta[from] = s0;
    beta[from + 1] = s1;
    beta[from + 2] = s2;
    beta[from + 3] = s3;
  }
}

/** The softmax of each row; out[r, i] is out[r * down + i * across]. */
function softmaxRows(
  x: Float64Array,
  out: Float64Array,
  rows: number,
  columns: number,
  down: number,
  across: number,
): void {
  for (let r = 0; r < rows; r++) {
    const row = r * columns;
    let greatest = -Infinity;
    for (let i = 0; i < columns; i++) greatest = Math.max(greatest, x[row + i]);
    let total = 0;
    for (let i = 0; i < columns; i++) {
      const e = exp(x[row + i] - greatest);
      out[r * down + i * across] = e;
      total += e;
    }
    const inverse = 1 / total;
    for (let i = 0; i < columns; i++) out[r * down + i * across] *= inverse;
  }
}
