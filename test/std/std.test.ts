// The functions of the prelude: a row each against the formula in its doc, and none without a row.

import { describe, expect, it } from 'vitest';
import { stdFiles } from '../../generated/std.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { check } from '../../src/lang/check.ts';
import { parse } from '../../src/lang/parse.ts';
import { programOf } from '../support/language.ts';

const files = stdFiles.map((source) => parse(source).file);
const functions = files.flatMap((file) =>
  file.declarations.flatMap((item) => (item.kind === 'fn' ? [item] : [])),
);

const a = [0.5, -1.5, 2];
const b = [1, 0.25, -3];
const data = { x: 0.7, y: -1.3, t: 0.25, a, b, A: [1, 2, 3, 4, 5, 6], S: [2, 1, -1, 3], k: 1 };

function valueOf(expression: string): readonly number[] {
  const program = programOf(`
    model M {
      dim n
      data x: real, y: real, t: real, a: real[n], b: real[n], A: real[2, n], S: real[2, 2], k: int in 0..n
      output result = ${expression}
    }`);
  const { result } = interpret(program, { data }, { n: 3 }).outputs;
  if (result instanceof Float64Array) return [...result];
  return [Number(result)];
}

const { x, y, t } = data;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const zip = (f: (p: number, q: number) => number): readonly number[] =>
  a.map((value, i) => f(value, b[i] ?? NaN));
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const norm = (v: readonly number[]): number => Math.sqrt(sum(v.map((value) => value ** 2)));
const total = sum(a.map(Math.exp));
const deviation = a.map((value) => value - mean(a));
const spread = mean(deviation.map((value) => value ** 2));

const rows: readonly (readonly [string, number | readonly number[]])[] = [
  ['identity(y)', y],
  ['step([x, 0, y])', [1, 0, 0]],
  ['relu([x, 0, y])', [x, 0, 0]],
  ['relu6([7, x, y])', [6, x, 0]],
  ['leakyRelu([x, y], 0.1)', [x, 0.1 * y]],
  ['elu([x, y])', [x, Math.exp(y) - 1]],
  ['selu([x, y])', [1.0507009873554805 * x, 1.0507009873554805 * 1.6732632423543772 * (Math.exp(y) - 1)]],
  ['silu([x, y])', [x * sigmoid(x), y * sigmoid(y)]],
  // Phi(1) and Phi(-1), from tables.
  ['gelu([1, -1])', [0.8413447460685429, -0.15865525393145707]],
  ['geluTanh(x)', 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))],
  ['mish(x)', x * Math.tanh(Math.log(1 + Math.exp(x)))],
  ['softsign([x, y])', [x / (1 + x), y / (1 - y)]],
  ['hardTanh([2, x, -2])', [1, x, -1]],
  ['hardSigmoid([4, x, -4])', [1, x / 6 + 0.5, 0]],
  ['squaredError(x, y)', (x - y) ** 2],
  ['absoluteError(y, x)', x - y],
  ['mse(a, b)', mean(zip((p, q) => (p - q) ** 2))],
  ['mae(a, b)', mean(zip((p, q) => Math.abs(p - q)))],
  ['huber([x, y], 0, 1)', [0.5 * x ** 2, -y - 0.5]],
  ['logCosh([x, 400], y)', [Math.log(Math.cosh(x - y)), 400 - y - Math.LN2]],
  ['crossEntropy(a, k)', Math.log(total) - (a[1] ?? NaN)],
  ['softCrossEntropy(a, softmax(b))', -sum(zip((p, q) => (Math.exp(q) / sum(b.map(Math.exp))) * (p - Math.log(total))))],
  ['binaryCrossEntropy(x, t)', -t * Math.log(sigmoid(x)) - (1 - t) * Math.log(1 - sigmoid(x))],
  ['hinge([x, 2], 1)', [1 - x, 0]],
  ['multiclassHinge(a, k)', 1 + 0.5 + 1.5 + 1 + 2 + 1.5],
  ['gaussianKl(x, y)', 0.5 * (x ** 2 + Math.exp(y) - 1 - y)],
  ['dot(a, b)', sum(zip((p, q) => p * q))],
  ['outer(a[..2], b)', [...b.map((q) => 0.5 * q), ...b.map((q) => -1.5 * q)]],
  ['transpose(A)', [1, 4, 2, 5, 3, 6]],
  ['trace(S)', 5],
  ['norm1(a)', 4],
  ['squaredNorm(a)', 6.5],
  ['norm2(a)', norm(a)],
  ['normInf(b)', 3],
  ['squaredDistance(a, b)', sum(zip((p, q) => (p - q) ** 2))],
  ['distance(a, b)', norm(zip((p, q) => p - q))],
  ['cosineSimilarity(a, b)', sum(zip((p, q) => p * q)) / norm(a) / norm(b)],
  ['cross([1, 2, 3], [4, 6, 5])', [-8, 7, -2]],
  ['softmax(a)', a.map((value) => Math.exp(value) / total)],
  ['softmax([1000, 0, -1000])', [1, 0, 0]],
  ['logSoftmax(a)', a.map((value) => value - Math.log(total))],
  ['variance(a)', spread],
  ['layerNorm(a, b, 2 * b, 1e-5)', zip((_, q) => q).map((q, i) => ((deviation[i] ?? NaN) / Math.sqrt(spread + 1e-5)) * q + 2 * q)],
]; // prettier-ignore

describe('the prelude', () => {
  it.each(rows)('%s', (expression, expected) => {
    const found = valueOf(expression);
    const wanted = [expected].flat();
    expect(found).toHaveLength(wanted.length);
    for (const [i, value] of found.entries()) {
      const error = Math.abs(value - (wanted[i] ?? NaN)) / Math.max(1, Math.abs(value));
      expect(error).toBeLessThan(4e-15);
    }
  });

  it('has a row and a doc for each function', () => {
    const tested = new Set(rows.map(([expression]) => expression.slice(0, expression.indexOf('('))));
    expect(functions.filter((item) => !tested.has(item.name.text)).map((item) => item.name.text)).toEqual([]);
    expect(functions.filter((item) => item.doc === undefined).map((item) => item.name.text)).toEqual([]);
    expect(functions.length).toBeGreaterThan(30);
  });

  it('is without a word from the checker', () => {
    const { file } = parse({ path: 'm.nabla', text: 'model M {\n  param x: real\n  loss x\n}\n' });
    expect(check(file, files).diagnostics).toEqual([]);
  });
});
