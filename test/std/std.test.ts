// The functions of the prelude: a row each against the formula in its doc, and none without a row.

import { describe, expect, it } from 'vitest';
import { stdFiles } from '../../generated/std.ts';
import { check } from '../../src/lang/check.ts';
import { parse } from '../../src/lang/parse.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { distance, farthestOf } from '../support/compare.ts';
import { optimised } from '../support/derive.ts';
import { compileModule } from '../support/emitted.ts';
import { programOf } from '../support/language.ts';
import {
  a,
  b,
  inputs,
  modelOf,
  point,
  readBy,
  sizes,
  slopesOf,
  t,
  valueOf,
  x,
  y,
  type Row,
} from './inputs.ts';
import * as convolutions from './rows/convolutions.ts';
import * as densities from './rows/densities.ts';
import * as layers from './rows/layers.ts';
import * as matrices from './rows/matrices.ts';
import * as sequential from './rows/sequential.ts';

const files = stdFiles.map((source) => parse(source).file);
const functions = files.flatMap((file) =>
  file.declarations.flatMap((item) => (item.kind === 'fn' ? [item] : [])),
);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const zip = (f: (p: number, q: number) => number): readonly number[] =>
  a.map((value, i) => f(value, b[i] ?? NaN));
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const norm = (v: readonly number[]): number => Math.sqrt(sum(v.map((value) => value ** 2)));
const total = sum(a.map(Math.exp));

const own: readonly Row[] = [
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
  ['pinball([x, y], t, 0.9)', [0.1 * (x - t), 0.9 * (t - y)]],
  ['focalLoss([x, y], [1, 0], 2)', [-((1 - sigmoid(x)) ** 2) * Math.log(sigmoid(x)), -(sigmoid(y) ** 2) * Math.log(1 - sigmoid(y))]],
  ['logCosh([x, 400], y)', [Math.log(Math.cosh(x - y)), 400 - y - Math.LN2]],
  ['crossEntropy(a, k)', Math.log(total) - (a[1] ?? NaN)],
  ['softCrossEntropy(a, softmax(b))', -sum(zip((p, q) => (Math.exp(q) / sum(b.map(Math.exp))) * (p - Math.log(total))))],
  ['binaryCrossEntropy(x, t)', -t * Math.log(sigmoid(x)) - (1 - t) * Math.log(1 - sigmoid(x))],
  ['hinge([x, 2], 1)', [1 - x, 0]],
  ['multiclassHinge(a, k)', 1 + 0.5 + 1.5 + 1 + 2 + 1.5],
  ['gaussianKl(x, y)', 0.5 * (x ** 2 + Math.exp(y) - 1 - y)],
  ['klDivergence([x, 0, 1 - x], [t, 0.5, 0.5 - t])', x * Math.log(x / t) + (1 - x) * Math.log((1 - x) / (0.5 - t))],
  ['normalKl(x, t, y, 2)', Math.log(2 / t) + (t ** 2 + (x - y) ** 2) / 8 - 0.5],
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
]; // prettier-ignore
const groups = {
  own,
  layers: layers.rows,
  convolutions: convolutions.rows,
  matrices: matrices.rows,
  densities: densities.rows,
  sequential: sequential.rows,
};
const rows = Object.values(groups).flat();

/** Where a careless formula overflows or gives NaN, and kinks: values of x. */
const extremes: readonly (readonly [expression: string, points: readonly number[]])[] = [
  ['pinball(x, 0, 0.9)', [0, 1e300]],
  ['focalLoss(x, 1, 2) + focalLoss(x, 0, 2)', [-1000, 0, 1000]],
  ['klDivergence([x, 1 - x], [0.5, 0.5])', [0, 1e-300, 1]],
  ['normalKl(x, 1e-150, 0, 1)', [0, 1e100]],
  ['sum(rmsNorm([x, x, -x], [1, 2, 3], 1e-5))', [0, 1e-200, 1e150]],
  ['sum(layerNorm([x, x, x], [1, 2, 3], [0, 0, 0], 1e-5))', [0, 1e150]],
  ['sum(batchNorm([[x], [x]], [2], [1], 1e-5))', [0, 1e150]],
  ['sum(attention([[x]], [[1], [-1]], [[1], [2]]))', [-1e4, 0, 1e4]],
  ['sum(causalAttention([[x], [x]], [[1], [-1]], [[1], [2]]))', [-1e4, 0, 1e4]],
  ['interpolate([1, 2, 4], x)', [-1e300, -1, -0.0, 0, 1, 2, 1e300]],
  ['interpolateKnots([0, 1, 2], [1, 2, 4], x)', [-1e300, 0, 1, 2, 1e300]],
  ['bilinear([[1, 2], [4, 5]], x, x)', [-1e300, 0, 1, 1e300]],
  ['logBeta(x, 2) + logBeta(20, x)', [1e-300, 2, 8, 20, 1e15, 1e300]],
  ['studentLogDensity(x, 3) + studentLogDensity(2, 1e15)', [0, 1e150]],
  ['normalLogDensity(x, 0, 1e-100)', [0, 1e40]],
  ['poissonLogDensity(0, x)', [0, 1e300]],
  ['logDet([[x, 0], [0, x]])', [1e-150, 1, 1e150]],
];

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

  // A step compares, and these rows of a factor do not depend on y and t.
  const told = rows.filter(([expression]) => !/^step|^cholesky/.test(expression));
  it.each(told)('%s: what is no number is not lost', (expression) => {
    for (const name of readBy(expression)) {
      const given = inputs[name];
      const value = (): number => {
        const found = valueOf(expression, { [name]: typeof given === 'number' ? NaN : given.map(() => NaN) });
        return found.find(Number.isNaN) ?? 0;
      };
      if (/interpolate\(a|bilinear/.test(expression) && typeof given === 'number')
        expect(value).toThrow(RangeError);
      else expect([name, value()]).toEqual([name, NaN]);
    }
  });

  it.each(rows)('%s: the gradient agrees with differences', (...row) => {
    const { reverse, differences } = slopesOf(modelOf([row]));
    expect(distance(reverse, differences.value)).toBeLessThan(1e-9 + 4 * differences.error);
    expect(differences.error).toBeLessThan(1e-5);
  });

  it.each(Object.entries(groups))('%s: the emitted code agrees', async (_, group) => {
    const model = modelOf(group);
    const emitted = await compileModule(model, 'm.nabla', { sizes, emit: ['gradient'] });
    const { loss, gradient } = interpret(optimised(programOf(model)).gradient, point, sizes);
    const found = emitted.run(point);
    expect(distance(found.loss, loss ?? NaN)).toBeLessThan(1e-13);
    expect(farthestOf(found.gradient, gradient)).toBeLessThan(1e-12);
  });

  it.each(extremes)('%s stays finite, its gradient too', (expression, points) => {
    const program = programOf(`model M {\n  param x: real\n  loss ${expression}\n}`);
    for (const point of points) {
      const { loss, gradient } = interpret(optimised(program).gradient, { params: { x: point } }, {});
      expect([point, loss, gradient['x']].map(Number.isFinite)).toEqual([true, true, true]);
    }
  });

  it('has a row and a doc for each function', () => {
    const tested = new Set(rows.map(([expression]) => /\w+(?=\()/.exec(expression)?.[0]));
    expect(functions.filter((item) => !tested.has(item.name.text)).map((item) => item.name.text)).toEqual([]);
    expect(functions.filter((item) => item.doc === undefined).map((item) => item.name.text)).toEqual([]);
    expect(functions.length).toBeGreaterThan(30);
  });

  it('is without a word from the checker', () => {
    const { file } = parse({ path: 'm.nabla', text: 'model M {\n  param x: real\n  loss x\n}\n' });
    expect(check(file, files).diagnostics).toEqual([]);
  });
});
