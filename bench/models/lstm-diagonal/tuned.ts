// The gradient of ADBench's LSTM, tuned: for each layer and step, the sums of all four gates, then one loop with one
// exponential over them, since tanh(x) = 2 sigmoid(2x) - 1. All that the sweep back needs is stored.

import { exp, tanh } from '../exp.js';
import type { Inputs, Prepared } from '../variant.js';
import { zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { T, L, W } = sizes;
  const gradient = zeros(sizes);
  // Layers are outermost: row t of xs[l] is what layer l sees in step t, of hs and cs its state before it.
  const scratch = {
    xs: new Float64Array((L + 1) * T * W),
    hs: new Float64Array(L * (T + 1) * W),
    cs: new Float64Array(L * (T + 1) * W),
    tanhs: new Float64Array(L * T * W),
    gates: new Float64Array(L * T * 4 * W),
    dx: new Float64Array(T * W),
    dh: new Float64Array(W),
    dc: new Float64Array(W),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

type Scratch = Record<'xs' | 'hs' | 'cs' | 'tanhs' | 'gates' | 'dx' | 'dh' | 'dc', Float64Array>;

function lossAndGradient(
  { T, L, W }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  { xs, hs, cs, tanhs, gates, dx, dh, dc }: Scratch,
): number {
  const { weight, bias, wIn } = params;
  const { start, text } = data;
  const steps = T - 1;
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < W; i++) xs[t * W + i] = text[t * W + i] * wIn[i];
  }
  for (let l = 0; l < L; l++) {
    for (let i = 0; i < W; i++) {
      hs[l * (T + 1) * W + i] = start[l * 2 * W + i];
      cs[l * (T + 1) * W + i] = start[(l * 2 + 1) * W + i];
    }
    layer(weight, bias, xs, hs, cs, tanhs, gates, l, steps, T, W);
  }
  const loss = predict(params, gradient, xs, dx, text, L * T * W, steps, W);
  gradient.weight.fill(0);
  gradient.bias.fill(0);
  for (let l = L - 1; l >= 0; l--) {
    dh.fill(0);
    dc.fill(0);
    layerBack(weight, gradient, xs, hs, cs, tanhs, gates, dx, dh, dc, l, steps, T, W);
  }
  const dwIn = gradient.wIn;
  dwIn.fill(0);
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < W; i++) dwIn[i] += dx[t * W + i] * text[t * W + i];
  }
  return loss;
}

function layer(
  weight: Float64Array,
  bias: Float64Array,
  xs: Float64Array,
  hs: Float64Array,
  cs: Float64Array,
  tanhs: Float64Array,
  gates: Float64Array,
  l: number,
  steps: number,
  T: number,
  W: number,
): void {
  const w0 = l * 4 * W;
  const w1 = w0 + W;
  const w2 = w1 + W;
  const w3 = w2 + W;
  for (let t = 0; t < steps; t++) {
    const x = (l * T + t) * W;
    const s = (l * (T + 1) + t) * W;
    const next = s + W;
    const out = x + T * W;
    const g0 = (l * T + t) * 4 * W;
    const g1 = g0 + W;
    const g2 = g1 + W;
    const g3 = g2 + W;
    for (let i = 0; i < W; i++) {
      const xi = xs[x + i];
      const hi = hs[s + i];
      gates[g0 + i] = xi * weight[w0 + i] + bias[w0 + i];
      gates[g1 + i] = hi * weight[w1 + i] + bias[w1 + i];
      gates[g2 + i] = xi * weight[w2 + i] + bias[w2 + i];
      gates[g3 + i] = 2 * (hi * weight[w3 + i] + bias[w3 + i]);
    }
    const end = g3 + W;
    for (let g = g0; g < end; g++) gates[g] = 1 / (1 + exp(-gates[g]));
    for (let i = 0; i < W; i++) {
      const change = 2 * gates[g3 + i] - 1;
      gates[g3 + i] = change;
      const c = cs[s + i] * gates[g0 + i] + gates[g1 + i] * change;
      const squashed = tanh(c);
      const h = gates[g2 + i] * squashed;
      cs[next + i] = c;
      tanhs[x + i] = squashed;
      hs[next + i] = h;
      xs[out + i] = h;
    }
  }
}

/** The loss and, in dx, its adjoint by what the last layer shows. */
function predict(
  { wOut, bOut }: Params,
  gradient: Params,
  xs: Float64Array,
  dx: Float64Array,
  text: Float64Array,
  top: number,
  steps: number,
  W: number,
): number {
  const { wOut: dwOut, bOut: dbOut } = gradient;
  dwOut.fill(0);
  dbOut.fill(0);
  const scale = 1 / (steps * W);
  let loss = 0;
  for (let t = 0; t < steps; t++) {
    const row = t * W;
    const next = row + W;
    let total = 2;
    let ones = 0;
    for (let i = 0; i < W; i++) {
      const y = xs[top + row + i] * wOut[i] + bOut[i];
      const e = exp(y);
      const bit = text[next + i];
      dx[row + i] = e;
      total += e;
      loss -= bit * y;
      ones += bit;
    }
    loss += ones * Math.log(total);
    const share = (scale * ones) / total;
    for (let i = 0; i < W; i++) {
      const g = dx[row + i] * share - scale * text[next + i];
      dbOut[i] += g;
      dwOut[i] += g * xs[top + row + i];
      dx[row + i] = g * wOut[i];
    }
  }
  return loss * scale;
}

/** In dx, the adjoint of what the layer shows becomes that of what it sees. */
function layerBack(
  weight: Float64Array,
  { weight: dWeight, bias: dBias }: Params,
  xs: Float64Array,
  hs: Float64Array,
  cs: Float64Array,
  tanhs: Float64Array,
  gates: Float64Array,
  dx: Float64Array,
  dh: Float64Array,
  dc: Float64Array,
  l: number,
  steps: number,
  T: number,
  W: number,
): void {
  const w0 = l * 4 * W;
  const w1 = w0 + W;
  const w2 = w1 + W;
  const w3 = w2 + W;
  for (let t = steps - 1; t >= 0; t--) {
    const row = t * W;
    const x = l * T * W + row;
    const s = l * (T + 1) * W + row;
    const g0 = (l * T + t) * 4 * W;
    const g1 = g0 + W;
    const g2 = g1 + W;
    const g3 = g2 + W;
    for (let i = 0; i < W; i++) {
      const forget = gates[g0 + i];
      const write = gates[g1 + i];
      const show = gates[g2 + i];
      const change = gates[g3 + i];
      const squashed = tanhs[x + i];
      const xi = xs[x + i];
      const hi = hs[s + i];
      const dout = dx[row + i] + dh[i];
      const g = dc[i] + dout * show * (1 - squashed * squashed);
      const dForget = g * cs[s + i] * forget * (1 - forget);
      const dWrite = g * change * write * (1 - write);
      const dShow = dout * squashed * show * (1 - show);
      const dChange = g * write * (1 - change * change);
      dWeight[w0 + i] += dForget * xi;
      dWeight[w1 + i] += dWrite * hi;
      dWeight[w2 + i] += dShow * xi;
      dWeight[w3 + i] += dChange * hi;
      dBias[w0 + i] += dForget;
      dBias[w1 + i] += dWrite;
      dBias[w2 + i] += dShow;
      dBias[w3 + i] += dChange;
      dx[row + i] = dForget * weight[w0 + i] + dShow * weight[w2 + i];
      dh[i] = dWrite * weight[w1 + i] + dChange * weight[w3 + i];
      dc[i] = g * forget;
    }
  }
}
