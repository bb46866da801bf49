// The gradient of ADBench's LSTM as a careful developer writes it.

import type { Inputs, Prepared } from '../variant.js';
import { zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { T, L, W } = sizes;
  const gradient = zeros(sizes);
  // Row t of states is the state before step t, row l of inputs what layer l sees.
  const scratch = {
    states: new Float64Array(T * L * 2 * W),
    inputs: new Float64Array(T * (L + 1) * W),
    gates: new Float64Array(T * L * 4 * W),
    dy: new Float64Array(T * W),
    dstate: new Float64Array(L * 2 * W),
    dx: new Float64Array(W),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

type Scratch = Record<'states' | 'inputs' | 'gates' | 'dy' | 'dstate' | 'dx', Float64Array>;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function lossAndGradient(
  { T, L, W }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  { states, inputs, gates, dy, dstate, dx }: Scratch,
): number {
  const { weight, bias, wIn, wOut, bOut } = params;
  const { start, text } = data;
  const count = (T - 1) * W;
  states.set(start);
  let loss = 0;
  for (let t = 0; t < T - 1; t++) {
    for (let i = 0; i < W; i++) inputs[t * (L + 1) * W + i] = text[t * W + i] * wIn[i];
    for (let l = 0; l < L; l++) {
      const before = (t * L + l) * 2 * W;
      const after = before + L * 2 * W;
      const input = (t * (L + 1) + l) * W;
      const gate = (t * L + l) * 4 * W;
      const w = l * 4 * W;
      for (let i = 0; i < W; i++) {
        const x = inputs[input + i];
        const h = states[before + i];
        const forget = sigmoid(x * weight[w + i] + bias[w + i]);
        const write = sigmoid(h * weight[w + W + i] + bias[w + W + i]);
        const show = sigmoid(x * weight[w + 2 * W + i] + bias[w + 2 * W + i]);
        const change = Math.tanh(h * weight[w + 3 * W + i] + bias[w + 3 * W + i]);
        gates[gate + i] = forget;
        gates[gate + W + i] = write;
        gates[gate + 2 * W + i] = show;
        gates[gate + 3 * W + i] = change;
        const c = states[before + W + i] * forget + write * change;
        const out = show * Math.tanh(c);
        states[after + W + i] = c;
        states[after + i] = out;
        inputs[input + W + i] = out;
      }
    }
    const top = (t * (L + 1) + L) * W;
    let total = 2;
    for (let i = 0; i < W; i++) {
      const y = inputs[top + i] * wOut[i] + bOut[i];
      total += dy[t * W + i] = Math.exp(y);
      loss -= (text[(t + 1) * W + i] * y) / count;
    }
    let ones = 0;
    for (let i = 0; i < W; i++) ones += text[(t + 1) * W + i];
    loss += (ones * Math.log(total)) / count;
    for (let i = 0; i < W; i++) {
      dy[t * W + i] = ((dy[t * W + i] / total) * ones - text[(t + 1) * W + i]) / count;
    }
  }

  const { weight: dWeight, bias: dBias, wIn: dwIn, wOut: dwOut, bOut: dbOut } = gradient;
  for (const field of [dWeight, dBias, dwIn, dwOut, dbOut, dstate]) field.fill(0);
  for (let t = T - 2; t >= 0; t--) {
    const top = (t * (L + 1) + L) * W;
    for (let i = 0; i < W; i++) {
      const g = dy[t * W + i];
      dbOut[i] += g;
      dwOut[i] += g * inputs[top + i];
      dx[i] = g * wOut[i];
    }
    for (let l = L - 1; l >= 0; l--) {
      const before = (t * L + l) * 2 * W;
      const after = before + L * 2 * W;
      const input = (t * (L + 1) + l) * W;
      const gate = (t * L + l) * 4 * W;
      const w = l * 4 * W;
      const d = l * 2 * W;
      for (let i = 0; i < W; i++) {
        const x = inputs[input + i];
        const h = states[before + i];
        const forget = gates[gate + i];
        const write = gates[gate + W + i];
        const show = gates[gate + 2 * W + i];
        const change = gates[gate + 3 * W + i];
        const tanhC = Math.tanh(states[after + W + i]);
        const dout = dx[i] + dstate[d + i];
        const dc = dstate[d + W + i] + dout * show * (1 - tanhC * tanhC);
        const dForget = dc * states[before + W + i] * forget * (1 - forget);
        const dWrite = dc * change * write * (1 - write);
        const dShow = dout * tanhC * show * (1 - show);
        const dChange = dc * write * (1 - change * change);
        dWeight[w + i] += dForget * x;
        dWeight[w + W + i] += dWrite * h;
        dWeight[w + 2 * W + i] += dShow * x;
        dWeight[w + 3 * W + i] += dChange * h;
        dBias[w + i] += dForget;
        dBias[w + W + i] += dWrite;
        dBias[w + 2 * W + i] += dShow;
        dBias[w + 3 * W + i] += dChange;
        dx[i] = dForget * weight[w + i] + dShow * weight[w + 2 * W + i];
        dstate[d + i] = dWrite * weight[w + W + i] + dChange * weight[w + 3 * W + i];
        dstate[d + W + i] = dc * forget;
      }
    }
    for (let i = 0; i < W; i++) dwIn[i] += dx[i] * text[t * W + i];
  }
  return loss;
}
