// The meaning of each kind of statement, by example.

import { expect, test } from 'vitest';
import { interpret, type Inputs } from '../../src/ir/interpret.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import { verify } from '../../src/ir/verify.ts';
import { control, logistic, trace } from './examples.ts';

/** Runs statements whose results are called a, b, … on data X: real[N, 3], k: int, i: int[N], ok: bool[N], N = 2. */
function run(statements: string, ...results: readonly string[]): unknown[] {
  const outputs = results.map((result, i) => `output ${'abcdef'[i] ?? ''} = ${result}`);
  const text = `program P(N) { data X%0: real[N, 3] data k%1: int data i%2: int[N] data ok%3: bool[N]
    ${statements}
    ${outputs.join(' ')} }`;
  const program = parseProgram(text);
  verify(program);
  const inputs: Inputs = { data: { X: [1, 2, 3, 4, 5, 6], k: 2, i: [1, 0], ok: [true, false] } };
  return Object.values(interpret(program, inputs, { N: 2 }).outputs).map((result) =>
    result instanceof Float64Array ? [...result] : result,
  );
}

test.each<[string, readonly string[], unknown[]]>([
  // Ops and reads.
  ['%4: real = X%0[1, k%1] %5: real = mul(%4, -0.5)', ['%4', '%5'], [6, -3]],
  [
    '%4: bool = ok%3[1] %5: bool = not(%4) %6: real = select(%5, 1.0, 2.0)',
    ['%4', '%5', '%6'],
    [false, true, 1],
  ],
  ['%4: int = idiv(<3*N + 1>, -2) %5: int = imod(-7, 2)', ['%4', '%5', '<N^2 + 1>'], [-4, 1, 5]],
  // Lists and comprehensions, of scalars and of arrays.
  ['%4: real[2] = [1.5, -0.0] %5: real[3, 2] = [%4, %4, %4]', ['%4', '%5'], [[1.5, -0], [1.5, -0, 1.5, -0, 1.5, -0]]], // prettier-ignore
  ['%4: bool[2] = [true, false]', ['%4'], [[1, 0]]],
  ['%4: int[N, 3] = build a%5, b%6 { %7: int = imul(a%5, 10) %8: int = iadd(%7, b%6) yield %8 }', ['%4'], [[0, 1, 2, 10, 11, 12]]], // prettier-ignore
  ['%4: int[3, 2], %5: real[3] = build a%6 { %7: int[2] = [a%6, k%1] yield %7, 0.5 }', ['%4', '%5'], [[0, 2, 1, 2, 2, 2], [0.5, 0.5, 0.5]]], // prettier-ignore
  ['%4: real[N - 2] = build a%5 { %6: real = X%0[9, 9] yield %6 }', ['%4'], [[]]],
  // Arrays with a part replaced, and rows of arrays; the array itself stays.
  ['%4: real[N, 3] = X%0 with [1, k%1] = 0.5 checked %5: real[3] = row %4[1] %6: real[3] = row X%0[1]', ['%5', '%6'], [[4, 5, 0.5], [4, 5, 6]]], // prettier-ignore
  ['%4: real[3] = row X%0[0] %5: real[N, 3] = X%0 with [1] = %4', ['%5'], [[1, 2, 3, 1, 2, 3]]],
  // Loops: state, histories upwards and downwards, no iterations, a condition and its trip count.
  [`%4: real, %5: int, %6: real[5], %7: int[6] = loop t%8 in k%1..5 with s%9: real = 1.0, n%10: int = 0 {
      %11: real = mul(s%9, 2.0) %12: int = iadd(n%10, t%8) yield %11, %12, s%9, t%8 }`, ['%4', '%5', '%6', '%7'], [8, 9, [1, 2, 4, 0, 0], [2, 3, 4, 0, 0, 0]]], // prettier-ignore
  [`%4: int, %5: int[3] = loop t%6 in 1..4 down with s%7: int = 5 { %8: int = iadd(s%7, 1) yield %8, s%7 }`, ['%4', '%5'], [8, [7, 6, 5]]], // prettier-ignore
  ['%4: real = loop t%5 in 4..k%1 with s%6: real = 1.5 { yield 0.0 }', ['%4'], [1.5]],
  [`%4: real, %5: int = loop t%6 in 0..9 with s%7: real = 100.0 while { %8: bool = gt(s%7, 20.0) yield %8 } do {
      %9: real = mul(s%7, 0.5) yield %9 }`, ['%4', '%5'], [12.5, 3]], // prettier-ignore
  // An accumulator that begins with an array's content.
  ['%4: real[N, 3] = open from X%0 %4[0, 1] += 0.5 %5: real[N, 3] = freeze %4', ['%5'], [[1, 2.5, 3, 4, 5, 6]]], // prettier-ignore
  // Sums: several at once, of ints, over nothing.
  ['%4: real, %5: int = sum j%6 in 1..4 { %7: real = toReal(j%6) yield %7, j%6 }', ['%4', '%5'], [6, 6]],
  ['%4: real, %5: int = sum j%6 in k%1..k%1 { yield 1.0, 1 }', ['%4', '%5'], [0, 0]],
  ['%4: real = sum j%6 in 3..1 { yield 1.0 }', ['%4'], [0]],
  ['%4: real = sum j%5 in 0..<N> { %6: real = sum l%7 in 0..j%5 { yield 2.0 } yield %6 }', ['%4'], [2]],
  // Products.
  [
    '%4: int = prod j%5 in 1..5 { yield j%5 } %6: real = prod j%7 in 0..0 { yield 5.0 }',
    ['%4', '%6'],
    [24, 1],
  ],
  // Extrema: the first of equals, nothing, infinities, NaN.
  ['%4: real, %5: int = max j%6 in 0..3 { %7: real = X%0[0, j%6] yield %7 }', ['%4', '%5'], [3, 2]],
  ['%4: real, %5: int = min j%6 in 1..3 { %7: real = X%0[0, j%6] yield %7 }', ['%4', '%5'], [2, 1]],
  ['%4: real, %5: int = max j%6 in 4..9 { yield 7.0 }', ['%4', '%5'], [7, 4]],
  ['%4: int, %5: int = max j%6 in -3..0 { yield j%6 }', ['%4', '%5'], [-1, -1]],
  ['%4: real, %5: int = max j%6 in 0..0 { yield 7.0 }', ['%4', '%5'], [-Infinity, -1]],
  ['%4: real, %5: int = min j%6 in 0..0 { yield 7.0 }', ['%4', '%5'], [Infinity, -1]],
  ['%4: real, %5: int = max j%6 in 0..2 { yield -Infinity }', ['%4', '%5'], [-Infinity, -1]],
  ['%4: real, %5: int = min j%6 in 0..2 { yield Infinity }', ['%4', '%5'], [Infinity, -1]],
  ['%9: real[4] = [1.0, NaN, 5.0, NaN] %4: real, %5: int = max j%6 in 0..4 { %7: real = %9[j%6] yield %7 }', ['%4', '%5'], [NaN, 1]], // prettier-ignore
  ['%9: real[3] = [1.0, NaN, -5.0] %4: real, %5: int = min j%6 in 0..3 { %7: real = %9[j%6] yield %7 }', ['%4', '%5'], [NaN, 1]], // prettier-ignore
  // logSumExp: shifted, empty, and each infinity.
  ['%4: real = logSumExp j%5 in 0..1 { yield 1000.0 }', ['%4'], [1000]],
  ['%4: real = logSumExp j%5 in 0..2 { yield -1000.0 }', ['%4'], [-1000 + Math.log(2)]],
  ['%4: real = logSumExp j%5 in 0..0 { yield 1.0 }', ['%4'], [-Infinity]],
  ['%4: real = logSumExp j%5 in 0..3 { yield -Infinity }', ['%4'], [-Infinity]],
  ['%9: real[3] = [1.0, Infinity, -Infinity] %4: real = logSumExp j%5 in 0..3 { %6: real = %9[j%5] yield %6 }', ['%4'], [Infinity]], // prettier-ignore
  ['%9: real[2] = [1.0, -Infinity] %4: real = logSumExp j%5 in 0..2 { %6: real = %9[j%5] yield %6 }', ['%4'], [1]], // prettier-ignore
  ['%9: real[3] = [1.0, NaN, Infinity] %4: real = logSumExp j%5 in 0..3 { %6: real = %9[j%5] yield %6 }', ['%4'], [NaN]], // prettier-ignore
  // any and all.
  ['%4: bool = any j%5 in 0..<N> { %6: bool = ok%3[j%5] yield %6 }', ['%4'], [true]],
  ['%4: bool = all j%5 in 0..<N> { %6: bool = ok%3[j%5] yield %6 }', ['%4'], [false]],
  [
    '%4: bool = any j%5 in 0..0 { yield true } %6: bool = all j%7 in 0..0 { yield false }',
    ['%4', '%6'],
    [false, true],
  ],
  // Branches: only the one taken runs.
  ['%4: bool = ok%3[0] %5: real, %6: int = if %4 { yield 1.0, 2 } else { %7: real = X%0[9, 9] yield %7, 0 }', ['%5', '%6'], [1, 2]], // prettier-ignore
  ['%4: bool = ok%3[1] %5: real[3] = if %4 { %6: real[3] = [1.0, 1.0, 1.0] yield %6 } else { %7: real[3] = [2.0, 2.0, 3.0] yield %7 }', ['%5'], [[2, 2, 3]]], // prettier-ignore
  // Accumulators.
  ['a%4: real = open a%4 += 1.5 a%4 += 2.0 a%5: real = freeze a%4', ['a%5'], [3.5]],
  ['a%4: real[N, 2] = open for j%5 in 0..<N> { for l%6 in 0..3 { a%4[j%5, 1] += 2.0 } } a%7: real[N, 2] = freeze a%4', ['a%7'], [[0, 6, 0, 6]]], // prettier-ignore
  ['b%4: real[N] = build j%5 { a%6: real = open for l%7 in 0..j%5 { a%6 += 1.0 } a%8: real = freeze a%6 yield a%8 }', ['b%4'], [[0, 1]]], // prettier-ignore
  // The array of one iteration is not that of the next.
  [
    'b%4: real[N, 2] = build j%5 { %6: real = toReal(j%5) %7: real[2] = [%6, 1.0] yield %7 }',
    ['b%4'],
    [[0, 1, 1, 1]],
  ],
])('%s', (statements, results, expected) => {
  expect(run(statements, ...results)).toEqual(expected);
});

test('outputs by role', () => {
  const { loss, gradient } = interpret(parseProgram(trace), { params: { x1: 2, x2: 5 } });
  expect(loss).toBe(Math.log(2) + 10 - Math.sin(5));
  expect(gradient).toEqual({ x1: 5.5, x2: 2 - Math.cos(5) });
  const tangents = parseProgram(
    'program P() { param w%0: real[2] direction w = d%1: real[2] %2: real = d%1[1] tangent = %2 hvp w = d%1 }',
  );
  expect(interpret(tangents, { params: { w: [1, 2] }, directions: { w: [3, 4] } })).toEqual({
    outputs: {},
    gradient: {},
    tangent: 4,
    hvp: { w: Float64Array.of(3, 4) },
  });
});

test('f32: every real that comes in or is computed is rounded', () => {
  const text = `program P() { param x%0: real data a%1: real[1]
    %2: real = mul(x%0, 0.1) %3: real = sum i%4 in 0..3 { yield 0.1 } %5: real = logSumExp i%6 in 0..2 { yield 0.1 }
    %7: real = open %7 += 0.1 %7 += 0.2 %8: real = freeze %7
    output product = %2 output sum = %3 output lse = %5 output acc = %8 output a = a%1 output big = 16777217 }`;
  const f = Math.fround;
  const { outputs } = interpret(
    parseProgram(text),
    { params: { x: 0.7 }, data: { a: [0.3] } },
    {},
    { round: f },
  );
  expect(outputs).toEqual({
    product: f(f(0.7) * f(0.1)),
    sum: f(f(f(0.1) + f(0.1)) + f(0.1)),
    lse: f(f(0.1) + f(Math.log(2))),
    acc: f(f(0.1) + f(0.2)),
    a: Float64Array.of(f(0.3)),
    big: 16777217,
  });
});

const w = { w: [1, 2] };
const data = { X: [1, 2, 3, 4], label: [0, 1] };
const two = { N: 2, D: 2 };
test.each<[string, Inputs, Record<string, number>, string]>([
  ['no size', { params: w, data }, { N: 2 }, 'size D is missing'],
  ['a size of 0', { params: w, data }, { N: 0, D: 2 }, 'size N must be a positive integer, not 0'],
  ['half a size', { params: w, data }, { N: 1.5, D: 2 }, 'size N must be a positive integer, not 1.5'],
  ['another fixed size', { params: w, data }, { ...two, K: 3 }, 'size K is 10, not 3'],
  ['no param', { data }, two, 'param w is missing'],
  ['a scalar', { params: { w: 1 }, data }, two, 'param w must be an array'],
  ['too short', { params: { w: [1] }, data }, two, 'param w has 1 elements, expected 2'],
  ['no int', { params: w, data: { ...data, label: [0.5, 1] } }, two, 'data label must be int'],
  [
    'past its range',
    { params: w, data: { ...data, label: [0, 10] } },
    two,
    'data label is 10, expected 0..10',
  ],
  [
    'below its range',
    { params: w, data: { ...data, label: [-1, 0] } },
    two,
    'data label is -1, expected 0..10',
  ],
])('an input that is wrong: %s', (_, inputs, sizes, message) => {
  expect(() => interpret(parseProgram(logistic), inputs, sizes)).toThrow(message);
});

test.each([
  ['%4: real = X%0[k%1, 0]', 'index 2 of X must be in 0..2 (axis 0)'],
  ['%4: real = X%0[0, -1]', 'index -1 of X must be in 0..3 (axis 1)'],
  ['%4: int = toInt(NaN) %5: real = X%0[0, %4]', 'index NaN of X must be in 0..3 (axis 1)'],
  ['a%4: real[N] = open a%4[2] += 1.0 a%5: real[N] = freeze a%4', 'index 2 of a must be in 0..2 (axis 0)'],
  [
    '%4: real[N - 3] = build a%5 { %6: real = toReal(a%5) yield %6 }',
    'an axis has extent N - 3, which is -1',
  ],
])('%s: %s', (statements, message) => {
  expect(() => run(statements)).toThrow(RangeError);
  expect(() => run(statements)).toThrow(message);
});

test.each([
  [[1, 0], -0, [0, 0, 0, 0, 0, 0]],
  [[1, 1], Infinity, [0, 0, 0, 0, 0, 0]],
  [[0, 0], -0, [0.25, NaN, 0, 0, 0, 0]],
])('the example that uses everything, with flags %s', (flags, loss, field) => {
  const inputs = { params: { "x'": 0.25 }, directions: { "x'": 1 }, data: { place: [0, 2], flags } };
  const results = interpret(parseProgram(control), inputs, { N: 2 });
  expect(results.loss).toBe(loss);
  expect(results.outputs).toEqual({ field: Float64Array.from(field), which: 0 });
});
