// Rows about normalisation, attention and the cells of recurrent nets.

import { a, A, b, bias, state, Wh, Wx, type Row } from '../inputs.ts';

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]): number => total(values) / values.length;
const dot = (p: readonly number[], q: readonly number[]): number =>
  total(p.map((value, i) => value * (q[i] ?? NaN)));
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const part = (values: readonly number[], row: number, width: number): readonly number[] =>
  values.slice(row * width, (row + 1) * width);

const deviation = a.map((value) => value - mean(a));
const spread = mean(deviation.map((value) => value ** 2));
const root = Math.sqrt(mean(a.map((value) => value ** 2)) + 1e-5);

const batch = range(3).map((j) => [A[j] ?? NaN, A[3 + j] ?? NaN]);
const normal = batch.map((column) => {
  const variance = mean(column.map((value) => (value - mean(column)) ** 2));
  return column.map((value) => (value - mean(column)) / Math.sqrt(variance + 1e-5));
});

/** Queries are the rows of A, keys and values those of W = Wx[..n]; the first `seen(i)` keys count. */
const keys = range(3).map((j) => part(Wx, j, 3));
function attended(queries: readonly (readonly number[])[], seen: (i: number) => number): readonly number[] {
  return queries.flatMap((query, i) => {
    const weights = keys.slice(0, seen(i)).map((key) => Math.exp(dot(query, key) / Math.sqrt(3)));
    return range(3).map(
      (e) => dot(weights, keys.map((key) => key[e] ?? NaN).slice(0, seen(i))) / total(weights),
    );
  });
}

const [h, c] = [part(state, 0, 3), part(state, 1, 3)];
const fromX = range(12).map((i) => dot(part(Wx, i, 3), a));
const fromH = range(12).map((i) => dot(part(Wh, i, 3), h));
const gates = fromX.map((value, i) => value + (fromH[i] ?? NaN) + (bias[i] ?? NaN));
const gate = (g: number, i: number): number => gates[3 * g + i] ?? NaN;
const cell = range(3).map(
  (i) => sigmoid(gate(1, i)) * (c[i] ?? NaN) + sigmoid(gate(0, i)) * Math.tanh(gate(2, i)),
);
const hidden = cell.map((value, i) => sigmoid(gate(3, i)) * Math.tanh(value));

const inputPart = (g: number, i: number): number => (fromX[3 * g + i] ?? NaN) + (bias[3 * g + i] ?? NaN);
const hiddenPart = (g: number, i: number): number =>
  (fromH[3 * g + i] ?? NaN) + (bias[3 * (g + 1) + i] ?? NaN);
const gru = range(3).map((i) => {
  const reset = sigmoid(inputPart(0, i) + hiddenPart(0, i));
  const keep = sigmoid(inputPart(1, i) + hiddenPart(1, i));
  return (1 - keep) * Math.tanh(inputPart(2, i) + reset * hiddenPart(2, i)) + keep * (h[i] ?? NaN);
});

export const rows: readonly Row[] = [
  ['variance(a)', spread],
  ['layerNorm(a, b, 2 * b, 1e-5)', b.map((q, i) => ((deviation[i] ?? NaN) / Math.sqrt(spread + 1e-5)) * q + 2 * q)],
  ['rmsNorm(a, b, 1e-5)', b.map((q, i) => ((a[i] ?? NaN) / root) * q)],
  ['batchNorm(A, a, b, 1e-5)', range(6).map((i) => (normal[i % 3]?.[Math.floor(i / 3)] ?? NaN) * (a[i % 3] ?? NaN) + (b[i % 3] ?? NaN))],
  ['[oneHot(i, k) for i in n]', [0, 1, 0]],
  ['embedding(A, [1, 0, 1])', [4, 5, 6, 1, 2, 3, 4, 5, 6]],
  ['attention(A, Wx[..n], Wx[..n])', attended([A.slice(0, 3), A.slice(3)], () => 3)],
  ['causalAttention(Wx[..n], Wx[..n], Wx[..n])', attended(keys, (i) => i + 1)],
  ['rnnCell(a, state[0], Wx[..n], Wh[..n], bias[..n])', gates.slice(0, 3).map(Math.tanh)],
  ['lstmCell(a, state, Wx, Wh, bias)', [...hidden, ...cell]],
  ['gruCell(a, state[0], Wx[..3*n], Wh[..3*n], bias[..3*n], bias[n..])', gru],
]; // prettier-ignore
