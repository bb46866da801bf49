// What verify refuses: broken programs, each with what verify says about it.

import { expect, test } from 'vitest';
import { CompilerBug } from '../../src/base/bug.ts';
import { symbol } from '../../src/base/polynomial.ts';
import { arrayType, intType, real, realType } from '../../src/ir/build.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import type { Program, Statement, Value } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { control, logistic, trace } from './examples.ts';

test.each([logistic, trace, control])('a correct program passes', (text) => {
  expect(() => verify(parseProgram(text))).not.toThrow();
});

/** The text of a program around some statements; w is a param, X and k are data. */
const around = (statements: string, outputs = ''): string =>
  `program P(N, D = 4) { data X%0: real[N, D] data k%1: int param w%2: real param v%3: real[D]\n${statements}\n${outputs} }`;

function expectBug(program: Program, message: string): void {
  expect(() => verify(program)).toThrow(CompilerBug);
  expect(() => verify(program)).toThrow(message);
}

test.each([
  // Values and scopes.
  ['%4: real = sin(w%2) %4: real = sin(w%2)', '`%4: real = sin(w%2)` in P: %4 is bound twice'],
  ['%4: real[N] = build i%1 { yield w%2 }', 'i%1 is bound twice'],
  ['%4: real = sum i%5 in 0..3 { %6: real = sin(w%2) yield %6 } %7: real = sin(%6)', '%6 is out of scope'],
  ['%4: real[N] = build i%5 { yield w%2 } %7: real = toReal(i%5)', 'i%5 is out of scope'],
  ['%4: real = if true { %5: real = sin(w%2) yield %5 } else { yield %5 }', '%5 is out of scope'],
  ['for i%4 in 0..2 { for i%4 in 0..2 { } }', 'i%4 is bound twice'],
  // Ops.
  ['%4: real = sin(w%2, w%2)', '`%4: real = sin(w%2, w%2)` in P: 2 arguments where there must be 1'],
  ['%4: real = sin(k%1)', 'k%1 is int, not real'],
  ['%4: real = sin(v%3)', 'v%3 is real[D], not real'],
  ['%4: int = sin(w%2)', '%4 is int, not real'],
  ['%4: real = iadd(1, 2)', '%4 is real, not int'],
  ['%4: real = add(1, 2.0)', '1 is int, not real'],
  // Arrays.
  ['%4: real = X%0[k%1]', '1 indices where there must be 2'],
  ['%4: real = X%0[k%1, w%2]', 'w%2 is real, not int'],
  ['%4: int = X%0[k%1, k%1]', '%4 is int, not real'],
  ['%4: real = w%2[]', 'w%2 is no array'],
  ['%4: real[0] = []', 'an empty list'],
  ['%4: real[2] = [w%2, k%1]', 'k%1 is int, not real'],
  ['%4: real[3] = [w%2, w%2]', '%4 is real[3], not real[2]'],
  ['%4: real[2, N] = [v%3, v%3]', '%4 is real[2, N], not real[2, D]'],
  ['%4: real[N, D] = build i%5 { yield w%2 }', '%4 is real[N, D], not real[N]'],
  ['%4: real = build i%5 { yield w%2 }', '1 axes, but the out has 0 dims'],
  ['%4: real[N], %6: real[D] = build i%5 { yield w%2, w%2 }', '%6 is real[D], not real[N]'],
  ['%4: real[N] = build i%5 { }', '0 results where there must be 1'],
  ['%4: real[N] = build i%5 { yield k%1 }', '%4 is real[N], not int[N]'],
  // Sizes.
  ['%4: real[M] = build i%5 { yield w%2 }', 'there is no size M'],
  ['%4: real = toReal(<2*M>)', 'there is no size M'],
  // Reductions and branches.
  ['%4: real = sum i%5 in 0..w%2 { yield 1.0 }', 'w%2 is real, not int'],
  ['%4: real = sum i%5 in 0..2 { yield 1.0, 2.0 }', '2 results where there must be 1'],
  ['%4: real = sum i%5 in 0..2 { yield true }', 'true is bool, not real or int'],
  ['%4: real[D] = sum i%5 in 0..2 { yield v%3 }', 'v%3 is real[D], not real or int'],
  ['%4: real, %6: real = prod i%5 in 0..2 { yield 1.0 }', '2 outs where there must be 1'],
  ['%4: real = max i%5 in 0..2 { yield 1.0 }', '1 outs where there must be 2'],
  ['%4: real, %6: real = min i%5 in 0..2 { yield 1.0 }', '%6 is real, not int'],
  ['%4: int = logSumExp i%5 in 0..2 { yield 1 }', '1 is int, not real'],
  ['%4: bool = any i%5 in 0..2 { yield 1.0 }', '1.0 is real, not bool'],
  ['%4: real = if w%2 { yield 1.0 } else { yield 2.0 }', 'w%2 is real, not bool'],
  ['%4: real = if true { yield 1.0 } else { yield 2 }', '2 is int, not real'],
  ['%4: real = if true { yield 1.0 } else { }', '0 results where there must be 1'],
  ['for i%4 in 0..2 { yield 1.0 }', '1 results where there must be 0'],
  // Accumulators.
  ['a%4: int = open a%5: int = freeze a%4', 'an accumulator must be real'],
  ['a%4: real = open', '`a%4: real = open` in P: the accumulator is opened and never frozen'],
  [
    'for i%4 in 0..2 { a%5: real = open }',
    '`a%5: real = open` in P: the accumulator is opened and never frozen',
  ],
  ['a%4: real = open a%5: real = freeze a%4 a%6: real = freeze a%4', 'a%4 is already frozen'],
  ['a%4: real = open a%5: real = freeze a%4 a%4 += 1.0', 'a%4 is already frozen'],
  ['a%4: real = open if true { a%5: real = freeze a%4 } else { }', 'a%4 is frozen in another block'],
  ['w%2 += 1.0', '`w%2 += 1.0` in P: w%2 is no accumulator'],
  ['%4: real = freeze w%2', 'w%2 is no accumulator'],
  ['a%4: real = open %5: real = sin(a%4) a%6: real = freeze a%4', 'the accumulator a%4 is used as a value'],
  ['a%4: real = open a%4 += a%4 a%6: real = freeze a%4', 'the accumulator a%4 is used as a value'],
  ['a%4: real = open %5: real = if true { yield a%4 } else { yield 1.0 }', 'the accumulator a%4 is used'],
  [
    'a%4: real[D] = open %5: real = a%4[0] a%6: real[D] = freeze a%4',
    'the accumulator a%4 is used as a value',
  ],
  ['a%4: real[D] = open a%4 += 1.0 a%5: real[D] = freeze a%4', '0 indices where there must be 1'],
  ['a%4: real[D] = open a%4[0] += 1 a%5: real[D] = freeze a%4', '1 is int, not real'],
  ['a%4: real[D] = open a%4[1.0] += 1.0 a%5: real[D] = freeze a%4', '1.0 is real, not int'],
  ['a%4: real[D] = open a%5: real = freeze a%4', 'a%5 is real, not real[D]'],
  [
    'a%4: real = open %5: real[N] = build i%6 { a%4 += 1.0 yield w%2 } a%7: real = freeze a%4',
    '`a%4 += 1.0` in P: a%4 is opened outside a region that must be pure',
  ],
  [
    'a%4: real = open %5: real = sum i%6 in 0..2 { for j%7 in 0..2 { a%4 += 1.0 } yield w%2 } a%8: real = freeze a%4',
    'a%4 is opened outside a region that must be pure',
  ],
])('%s: %s', (statements, message) => {
  expectBug(parseProgram(around(statements)), message);
});

test('an accumulator may live inside a pure region', () => {
  const text = around(
    '%4: real[N] = build i%5 { a%6: real = open for j%7 in 0..3 { a%6 += w%2 } a%8: real = freeze a%6 yield a%8 }',
  );
  expect(() => verify(parseProgram(text))).not.toThrow();
});

test.each([
  ['loss = k%1', 'loss loss in P: k%1 is int, not real'],
  ['tangent = v%3', 'v%3 is real[D], not real'],
  ['gradient v = w%2', 'gradient v in P: w%2 is real, not real[D]'],
  ['gradient k = w%2', 'there is no such param'],
  ['hvp u = w%2', 'there is no such param'],
  ['output a = w%2 output a = w%2', 'two outputs share a name'],
])('outputs: %s: %s', (outputs, message) => {
  expectBug(parseProgram(around('', outputs)), message);
});

test.each([
  ['program P(N, N) { }', 'the header in P: two sizes share a name'],
  ['program P(N = 0) { }', 'size N is 0'],
  ['program P() { param a%0: real param a%1: real }', 'two inputs share a name'],
  ['program P() { param a%0: int }', 'param a in P: a param must be real'],
  ['program P() { direction a%0: real }', 'there is no such param'],
  ['program P() { param a%0: real[2] direction a%1: real }', 'a%1 is real, not real[2]'],
  ['program P() { data a%0: real in 0..3 }', 'only int data has a range'],
  ['program P() { param a%0: real simplex }', 'a scalar is no simplex'],
  ['program P() { param a%0: real in 1.0..1.0 }', 'an interval is empty'],
  ['program P() { data a%0: int in 0..K }', 'there is no size K'],
  ['program P() { data a%0: real[K] }', 'there is no size K'],
  ['program P() { data a%0: real data b%0: real }', 'b%0 is bound twice'],
])('%s: %s', (text, message) => {
  expectBug(parseProgram(text), message);
});

/** Programs that the text cannot say, as changes of a correct one. */
const sines = parseProgram(
  'program P() { param x%0: real %1: real = sin(x%0) %2: real = sin(%1) output y = %2 }',
);
const withStatements = (statements: readonly Statement[]): Program => ({
  ...sines,
  body: { ...sines.body, statements },
});
const sine = (id: number, arg: Value | ReturnType<typeof real>): Statement => ({
  kind: 'op',
  outs: [{ kind: 'value', id, type: realType }],
  op: 'sin',
  args: [arg],
});
const x: Value = sines.inputs[0]!.value;
const length: Value = { kind: 'value', id: 1, type: arrayType('real', [symbol('N')]) };

test.each<[string, Program, string]>([
  [
    'a use before its definition',
    withStatements(sines.body.statements.toReversed()),
    '%1 is not defined before',
  ],
  ['a value that does not exist', withStatements([sine(1, { ...x, id: 9 })]), '%9 is not defined before'],
  ['another object with the id', withStatements([sine(1, { ...x })]), 'x%0 is not the object that was bound'],
  ['an id past the end', { ...sines, nextId: 2 }, '%2 is not below nextId, which is 2'],
  ['an id that is none', withStatements([sine(0.5, x)]), '%0.5 has no proper id'],
  [
    'a real literal of type int',
    withStatements([sine(1, { ...real(0.5), type: intType })]),
    'the literal 0.5 is no int',
  ],
  [
    'an array literal',
    withStatements([sine(1, { ...real(1), type: length.type })]),
    'the literal 1 is no real[N]',
  ],
  [
    'an unknown op',
    withStatements([{ ...sine(1, x), op: 'sine' } as unknown as Statement]),
    'there is no op sine',
  ],
  [
    'more outputs than results',
    { ...sines, body: { ...sines.body, results: [] } },
    '1 outputs but 0 results',
  ],
])('%s: %s', (_, program, message) => {
  expectBug(program, message);
});

test('verify is linear in a long block and needs no stack for it', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `%${i + 1}: real = sin(%${i})`);
  expect(() =>
    verify(parseProgram(`program P() { param x = %0: real\n${lines.join('\n')}\n loss = %20000 }`)),
  ).not.toThrow();
});
