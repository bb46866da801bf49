// The gradient of a hidden Markov model as a careful developer writes it: logarithms of probabilities throughout, and the
// shares of each step from its scores and the next.

import type { Inputs, Prepared } from '../variant.js';
import { zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { T, S, V } = sizes;
  const gradient = zeros(sizes);
  const scratch = {
    step: new Float64Array(S * S),
    emit: new Float64Array(S * V),
    start: new Float64Array(S),
    score: new Float64Array(T * S),
    arrived: new Float64Array(S),
    d: new Float64Array(S),
    dBefore: new Float64Array(S),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

type Scratch = Record<'step' | 'emit' | 'start' | 'score' | 'arrived' | 'd' | 'dBefore', Float64Array>;

function lossAndGradient(
  { T, S, V }: Sizes,
  { params, data }: Inputs<Params, Data>,
  { A: dA, B: dB, pi: dPi }: Params,
  { step, emit, start, score, arrived, d, dBefore }: Scratch,
): number {
  const { obs } = data;
  logSoftmax(params.A, step, S, S);
  logSoftmax(params.B, emit, S, V);
  logSoftmax(params.pi, start, 1, S);
  for (let s = 0; s < S; s++) score[s] = start[s] + emit[s * V + obs[0]];
  for (let t = 1; t < T; t++) {
    const before = (t - 1) * S;
    for (let to = 0; to < S; to++) {
      let greatest = -Infinity;
      for (let from = 0; from < S; from++)
        greatest = Math.max(greatest, score[before + from] + step[from * S + to]);
      let total = 0;
      for (let from = 0; from < S; from++)
        total += Math.exp(score[before + from] + step[from * S + to] - greatest);
      score[t * S + to] = greatest + Math.log(total) + emit[to * V + obs[t]];
    }
  }
  const last = (T - 1) * S;
  let greatest = -Infinity;
  for (let s = 0; s < S; s++) greatest = Math.max(greatest, score[last + s]);
  let total = 0;
  for (let s = 0; s < S; s++) total += Math.exp(score[last + s] - greatest);
  const loss = -(greatest + Math.log(total));

  // The adjoints of step, emit and start come first, of which those of the parameters follow.
  dA.fill(0);
  dB.fill(0);
  for (let s = 0; s < S; s++) d[s] = -Math.exp(score[last + s] + loss);
  for (let t = T - 1; t > 0; t--) {
    const before = (t - 1) * S;
    for (let to = 0; to < S; to++) {
      dB[to * V + obs[t]] += d[to];
      arrived[to] = score[t * S + to] - emit[to * V + obs[t]];
    }
    for (let from = 0; from < S; from++) {
      let sum = 0;
      for (let to = 0; to < S; to++) {
        const g = d[to] * Math.exp(score[before + from] + step[from * S + to] - arrived[to]);
        dA[from * S + to] += g;
        sum += g;
      }
      dBefore[from] = sum;
    }
    d.set(dBefore);
  }
  for (let s = 0; s < S; s++) {
    dB[s * V + obs[0]] += d[s];
    dPi[s] = d[s];
  }
  logSoftmaxAdjoint(step, dA, S, S);
  logSoftmaxAdjoint(emit, dB, S, V);
  logSoftmaxAdjoint(start, dPi, 1, S);
  return loss;
}

function logSoftmax(x: Float64Array, out: Float64Array, rows: number, columns: number): void {
  for (let r = 0; r < rows; r++) {
    const row = r * columns;
    let greatest = -Infinity;
    for (let i = 0; i < columns; i++) greatest = Math.max(greatest, x[row + i]);
    let total = 0;
    for (let i = 0; i < columns; i++) total += Math.exp(x[row + i] - greatest);
    const shift = greatest + Math.log(total);
    for (let i = 0; i < columns; i++) out[row + i] = x[row + i] - shift;
  }
}

/** In d, the adjoint of the result becomes that of the argument. */
function logSoftmaxAdjoint(out: Float64Array, d: Float64Array, rows: number, columns: number): void {
  for (let r = 0; r < rows; r++) {
    const row = r * columns;
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += d[row + i];
    for (let i = 0; i < columns; i++) d[row + i] -= Math.exp(out[row + i]) * sum;
  }
}
