// The gradient of an LSTM over characters as a careful developer writes it: gates are stored, and the sweep back runs
// through them step by step.

import type { Inputs, Prepared } from '../variant.js';
import { zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { T, V, H } = sizes;
  const gradient = zeros(sizes);
  const scratch = {
    gates: new Float64Array(T * 4 * H),
    h: new Float64Array(T * H),
    c: new Float64Array(T * H),
    score: new Float64Array(T * V),
    dh: new Float64Array(H),
    dc: new Float64Array(H),
    da: new Float64Array(4 * H),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

type Scratch = Record<'gates' | 'h' | 'c' | 'score' | 'dh' | 'dc' | 'da', Float64Array>;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function lossAndGradient(
  { T, V, H }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  { gates, h, c, score, dh, dc, da }: Scratch,
): number {
  const { E, Wh, b, Wy, by } = params;
  const { text } = data;
  // Row 0 of h and c is the initial state.
  let loss = 0;
  for (let t = 1; t < T; t++) {
    const before = (t - 1) * H;
    const now = t * H;
    const gate = t * 4 * H;
    for (let r = 0; r < 4 * H; r++) {
      let sum = E[text[t - 1] * 4 * H + r] + b[r];
      for (let j = 0; j < H; j++) sum += Wh[r * H + j] * h[before + j];
      gates[gate + r] = r < 2 * H || r >= 3 * H ? sigmoid(sum) : Math.tanh(sum);
    }
    for (let i = 0; i < H; i++) {
      c[now + i] = gates[gate + H + i] * c[before + i] + gates[gate + i] * gates[gate + 2 * H + i];
      h[now + i] = gates[gate + 3 * H + i] * Math.tanh(c[now + i]);
    }
    const s = t * V;
    let greatest = -Infinity;
    for (let v = 0; v < V; v++) {
      let sum = by[v];
      for (let i = 0; i < H; i++) sum += Wy[v * H + i] * h[now + i];
      score[s + v] = sum;
      greatest = Math.max(greatest, sum);
    }
    loss += greatest - score[s + text[t]];
    let total = 0;
    for (let v = 0; v < V; v++) total += score[s + v] = Math.exp(score[s + v] - greatest);
    loss += Math.log(total);
    for (let v = 0; v < V; v++) score[s + v] /= total;
    score[s + text[t]] -= 1;
  }

  const { E: dE, Wh: dWh, b: db, Wy: dWy, by: dby } = gradient;
  dE.fill(0);
  dWh.fill(0);
  db.fill(0);
  dWy.fill(0);
  dby.fill(0);
  dh.fill(0);
  dc.fill(0);
  for (let t = T - 1; t > 0; t--) {
    const before = (t - 1) * H;
    const now = t * H;
    const gate = t * 4 * H;
    for (let v = 0; v < V; v++) {
      const g = score[t * V + v];
      dby[v] += g;
      for (let i = 0; i < H; i++) {
        dWy[v * H + i] += g * h[now + i];
        dh[i] += g * Wy[v * H + i];
      }
    }
    for (let i = 0; i < H; i++) {
      const write = gates[gate + i];
      const forget = gates[gate + H + i];
      const change = gates[gate + 2 * H + i];
      const show = gates[gate + 3 * H + i];
      const tanhC = Math.tanh(c[now + i]);
      const g = dc[i] + dh[i] * show * (1 - tanhC * tanhC);
      da[i] = g * change * write * (1 - write);
      da[H + i] = g * c[before + i] * forget * (1 - forget);
      da[2 * H + i] = g * write * (1 - change * change);
      da[3 * H + i] = dh[i] * tanhC * show * (1 - show);
      dc[i] = g * forget;
    }
    dh.fill(0);
    for (let r = 0; r < 4 * H; r++) {
      const g = da[r];
      db[r] += g;
      dE[text[t - 1] * 4 * H + r] += g;
      for (let j = 0; j < H; j++) {
        dWh[r * H + j] += g * h[before + j];
        dh[j] += g * Wh[r * H + j];
      }
    }
  }
  return loss;
}
