// The gradient of an LSTM over characters, tuned. Only what depends on the step before runs step by step: scores, and the
// gradients of all weights, are products of matrices over all steps. Gates are one loop with one exponential, since
// tanh(x) = 2 sigmoid(2x) - 1.

import { exp, tanh } from '../exp.js';
import { addProduct, fillRows, sumRows, transpose } from '../gemm.js';
import type { Inputs, Prepared } from '../variant.js';
import { zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { T, V, H } = sizes;
  if (H % 4 !== 0) throw new RangeError('H must be a multiple of 4');
  const gradient = zeros(sizes);
  // Row t of h and c is the state before step t.
  const scratch = {
    gates: new Float64Array((T - 1) * 4 * H),
    h: new Float64Array(T * H),
    c: new Float64Array(T * H),
    tanhC: new Float64Array((T - 1) * H),
    score: new Float64Array((T - 1) * V),
    shown: new Float64Array((T - 1) * H),
    dshown: new Float64Array((T - 1) * H),
    da: new Float64Array((T - 1) * 4 * H),
    dh: new Float64Array(H),
    dc: new Float64Array(H),
    turned: new Float64Array(V * H),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

type Scratch = Record<
  'gates' | 'h' | 'c' | 'tanhC' | 'score' | 'shown' | 'dshown' | 'da' | 'dh' | 'dc' | 'turned',
  Float64Array
>;

function lossAndGradient(
  { T, V, H }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  { gates, h, c, tanhC, score, shown, dshown, da, dh, dc, turned }: Scratch,
): number {
  const { E, Wh, b, Wy, by } = params;
  const { text } = data;
  const steps = T - 1;
  for (let t = 0; t < steps; t++) {
    preactivations(E, Wh, b, h, gates, text[t], t, H);
    activate(gates, t * 4 * H, H);
    step(gates, h, c, tanhC, t, H);
  }

  // shown is h without its first row, so that one kernel serves all products.
  for (let i = 0; i < steps * H; i++) shown[i] = h[H + i];
  fillRows(score, by, steps);
  transpose(Wy, turned, V, H);
  addProduct(shown, H, 1, turned, score, steps, H, V);
  const loss = crossEntropies(score, text, steps, V);

  sumRows(score, gradient.by, steps);
  gradient.Wy.fill(0);
  addProduct(score, 1, V, shown, gradient.Wy, V, steps, H);
  dshown.fill(0);
  addProduct(score, V, 1, Wy, dshown, steps, V, H);
  dh.fill(0);
  dc.fill(0);
  for (let t = steps - 1; t >= 0; t--) {
    stepBack(gates, c, tanhC, dshown, dh, dc, da, t, H);
    dh.fill(0);
    rowTimesMatrix(da, t * 4 * H, Wh, dh, 4 * H, H);
  }

  sumRows(da, gradient.b, steps);
  gradient.E.fill(0);
  for (let t = 0; t < steps; t++) {
    const to = text[t] * 4 * H;
    const from = t * 4 * H;
    for (let r = 0; r < 4 * H; r++) gradient.E[to + r] += da[from + r];
  }
  gradient.Wh.fill(0);
  addProduct(da, 1, 4 * H, h, gradient.Wh, 4 * H, steps, H);
  return loss;
}

/** Four rows of Wh at a time. */
function preactivations(
  E: Float64Array,
  Wh: Float64Array,
  b: Float64Array,
  h: Float64Array,
  gates: Float64Array,
  character: number,
  t: number,
  H: number,
): void {
  const e = character * 4 * H;
  const out = t * 4 * H;
  const state = t * H;
  for (let r = 0; r < 4 * H; r += 4) {
    const w0 = r * H;
    const w1 = w0 + H;
    const w2 = w1 + H;
    const w3 = w2 + H;
    let s0 = E[e + r] + b[r];
    let s1 = E[e + r + 1] + b[r + 1];
    let s2 = E[e + r + 2] + b[r + 2];
    let s3 = E[e + r + 3] + b[r + 3];
    for (let j = 0; j < H; j++) {
      const hj = h[state + j];
      s0 += Wh[w0 + j] * hj;
      s1 += Wh[w1 + j] * hj;
      s2 += Wh[w2 + j] * hj;
      s3 += Wh[w3 + j] * hj;
    }
    gates[out + r] = s0;
    gates[out + r + 1] = s1;
    gates[out + r + 2] = s2;
    gates[out + r + 3] = s3;
  }
}

function activate(gates: Float64Array, first: number, H: number): void {
  const change = first + 2 * H;
  for (let i = change; i < change + H; i++) gates[i] *= 2;
  const end = first + 4 * H;
  for (let i = first; i < end; i++) gates[i] = 1 / (1 + exp(-gates[i]));
  for (let i = change; i < change + H; i++) gates[i] = 2 * gates[i] - 1;
}

function step(
  gates: Float64Array,
  h: Float64Array,
  c: Float64Array,
  tanhC: Float64Array,
  t: number,
  H: number,
): void {
  const g = t * 4 * H;
  const s = t * H;
  for (let i = 0; i < H; i++) {
    const next = gates[g + H + i] * c[s + i] + gates[g + i] * gates[g + 2 * H + i];
    const squashed = tanh(next);
    c[s + H + i] = next;
    tanhC[s + i] = squashed;
    h[s + H + i] = gates[g + 3 * H + i] * squashed;
  }
}

function stepBack(
  gates: Float64Array,
  c: Float64Array,
  tanhC: Float64Array,
  dshown: Float64Array,
  dh: Float64Array,
  dc: Float64Array,
  da: Float64Array,
  t: number,
  H: number,
): void {
  const a = t * 4 * H;
  const s = t * H;
  for (let i = 0; i < H; i++) {
    const write = gates[a + i];
    const forget = gates[a + H + i];
    const change = gates[a + 2 * H + i];
    const show = gates[a + 3 * H + i];
    const squashed = tanhC[s + i];
    const dhi = dh[i] + dshown[s + i];
    const g = dc[i] + dhi * show * (1 - squashed * squashed);
    da[a + i] = g * change * write * (1 - write);
    da[a + H + i] = g * c[s + i] * forget * (1 - forget);
    da[a + 2 * H + i] = g * write * (1 - change * change);
    da[a + 3 * H + i] = dhi * squashed * show * (1 - show);
    dc[i] = g * forget;
  }
}

/** out += a row of A times W, eight rows of W at a time. */
function rowTimesMatrix(
  A: Float64Array,
  first: number,
  W: Float64Array,
  out: Float64Array,
  m: number,
  p: number,
): void {
  for (let k = 0; k < m; k += 8) {
    const a0 = A[first + k];
    const a1 = A[first + k + 1];
    const a2 = A[first + k + 2];
    const a3 = A[first + k + 3];
    const a4 = A[first + k + 4];
    const a5 = A[first + k + 5];
    const a6 = A[first + k + 6];
    const a7 = A[first + k + 7];
    const w0 = k * p;
    const w1 = w0 + p;
    const w2 = w1 + p;
    const w3 = w2 + p;
    const w4 = w3 + p;
    const w5 = w4 + p;
    const w6 = w5 + p;
    const w7 = w6 + p;
    for (let j = 0; j < p; j++) {
      out[j] +=
        a0 * W[w0 + j] +
        a1 * W[w1 + j] +
        (a2 * W[w2 + j] + a3 * W[w3 + j]) +
        (a4 * W[w4 + j] + a5 * W[w5 + j] + (a6 * W[w6 + j] + a7 * W[w7 + j]));
    }
  }
}

/** Row t predicts character t + 1. Scores become their adjoints. */
function crossEntropies(score: Float64Array, text: Int32Array, n: number, V: number): number {
  let loss = 0;
  for (let t = 0; t < n; t++) {
    const s = t * V;
    let greatest = -Infinity;
    for (let v = 0; v < V; v++) greatest = Math.max(greatest, score[s + v]);
    loss += greatest - score[s + text[t + 1]];
    let total = 0;
    for (let v = 0; v < V; v++) total += score[s + v] = exp(score[s + v] - greatest);
    loss += Math.log(total);
    const inverse = 1 / total;
    for (let v = 0; v < V; v++) score[s + v] *= inverse;
    score[s + text[t + 1]] -= 1;
  }
  return loss;
}
