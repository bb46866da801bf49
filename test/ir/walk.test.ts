// The traversals: what they find in the examples, and that copies are copies.

import { expect, test } from 'vitest';
import { CompilerBug } from '../../src/base/bug.ts';
import { int, real } from '../../src/ir/build.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import { printHeader, printOperand, printProgram, printStatement } from '../../src/ir/print.ts';
import type { Operand, Program, Statement, Value } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import {
  accumulatorsOf,
  blocksOf,
  boundBy,
  cloneBlock,
  countOps,
  freeValues,
  isEffect,
  mapBlocks,
  mapOperands,
  operandsOf,
  statementsOf,
} from '../../src/ir/walk.ts';
import { control, logistic, trace } from './examples.ts';

/** The statement of the example that begins with this text. */
function find(program: string, header: string): Statement {
  for (const statement of statementsOf(parseProgram(program).body)) {
    if (printHeader(statement).startsWith(header)) return statement;
  }
  throw new Error(`no statement ${header}`);
}
const list = (operands: readonly Operand[]): string => operands.map(printOperand).join(' ');

test.each([
  [logistic, '%10:', '%8 %9', '', ''],
  [logistic, '%8:', 'X%0 n%5 d%7', '', ''],
  [logistic, 'margin%4:', '', 'n%5', 'X%0 w%2'],
  [logistic, '%6:', '0 <D>', 'd%7', 'X%0 n%5 w%2'],
  [logistic, 'for d%26', '0 <D>', 'd%26', 'g%25 %20'],
  [logistic, 'g%25[', 'g%25 d%26 %20', '', ''],
  [logistic, 'g%25:', '', '', ''],
  [logistic, 'g%27:', 'g%25', '', ''],
  [control, '%5:', '%4 %4 %4', '', ''],
  [control, 'rows%6:', '', 'i%8', '%5'],
  [control, '%14:', '1 <2*N - 1>', 'n%16', ''],
  [control, 'if some%22', 'some%22', '', `total%28 ids%7 field%29 "x'"%2`],
  [control, 'if %32', '%32', '', `field%29 i%30 "x'"%2 %31`],
])('operands, indices and free values of %# %s', (program, header, operands, indices, free) => {
  const statement = find(program, header);
  expect(list(operandsOf(statement))).toBe(operands);
  expect(list(boundBy(statement))).toBe(indices);
  const bound = new Set(boundBy(statement).map((value) => value.id));
  const inBlocks = new Map(blocksOf(statement).flatMap((block) => [...freeValues(block)]));
  expect(list([...inBlocks.values()].filter((value) => !bound.has(value.id)))).toBe(free);
});

test.each([
  [logistic, '%10:', []],
  [logistic, 'margin%4:', []],
  [logistic, 'g%25:', [25]],
  [logistic, 'for d%26', [25]],
  [logistic, 'g%27:', [25]],
  [control, 'if some%22', [28, 29]],
  [control, 'if %32', [29]],
])('effects of %# %s', (program, header, accumulators) => {
  const statement = find(program, header);
  expect([...accumulatorsOf(statement)].sort()).toEqual(accumulators);
  expect(isEffect(statement)).toBe(accumulators.length > 0);
});

test('an accumulator that lives inside a statement is no effect of it', () => {
  const inner = 'a%2: real = open for j%3 in 0..3 { a%2 += 1.0 } a%4: real = freeze a%2 yield a%4';
  expect(isEffect(find(`program P() { b%0: real[3] = build i%1 { ${inner} } }`, 'b%0'))).toBe(false);
});

test('operations on reals are counted, those on ints, conversions, choices and reads are not', () => {
  expect(countOps(parseProgram(trace))).toBe(9);
  expect(countOps(parseProgram(logistic))).toBe(1);
  expect(countOps(parseProgram(control))).toBe(0);
  expect(
    countOps(parseProgram('program P() { %0: real = select(true, 1.0, 2.0) %1: real = floor(%0) }')),
  ).toBe(1);
});

test.each([logistic, trace, control])('mapping by the identity changes nothing', (text) => {
  const program = parseProgram(text);
  const same = (statement: Statement): Statement =>
    mapBlocks(mapOperands(statement, (operand) => operand), (block) => ({ ...block, statements: block.statements.map(same) })); // prettier-ignore
  const statements = program.body.statements.map(same);
  expect(printProgram({ ...program, body: { ...program.body, statements } })).toBe(text);
});

test('every operand is mapped, and only values can stand for arrays and accumulators', () => {
  const name = (operand: Operand): Operand =>
    operand.kind === 'value' ? { ...operand, name: 'mapped' } : operand.kind === 'literal' ? int(9) : operand;
  const mapped = (program: string, header: string): string =>
    printHeader(mapOperands(find(program, header), name));
  expect(mapped(logistic, '%10:')).toBe('%10: real = mul(mapped%8, mapped%9)');
  expect(mapped(logistic, '%9:')).toBe('%9: real = mapped%2[mapped%7] checked');
  expect(mapped(logistic, 'for')).toBe('for d%26 in 9..<D> {');
  expect(mapped(logistic, 'g%25[')).toBe('mapped%25[mapped%26] += mapped%20');
  expect(mapped(logistic, 'g%27')).toBe('g%27: real[D] = freeze mapped%25');
  expect(mapped(control, 'if some')).toBe('if mapped%22 {');
  expect(() => mapOperands(find(logistic, '%9:'), () => real(1))).toThrow(CompilerBug);
});

/** A program with the copy of its body behind the body, as AD makes when it runs a region again. */
function twice(program: Program): Program {
  let { nextId } = program;
  const fresh = (value: Value): Value => ({ ...value, id: nextId++ });
  const { block } = cloneBlock(program.body, new Map(), fresh);
  const statements = [...program.body.statements, ...block.statements];
  return { ...program, body: { statements, results: block.results }, nextId };
}

test.each([
  [logistic, { params: { w: [0.5, -2] }, data: { X: [1, 2, 3, 4, 5, 6], label: [0, 1, 9] } }, { N: 3, D: 2 }],
  [trace, { params: { x1: 2, x2: 5 } }, {}],
  [
    control,
    { params: { "x'": 0.25 }, directions: { "x'": 1 }, data: { place: [0, 2], flags: [1, 0] } },
    { N: 2 },
  ],
])('a copy of a block shares no binding with it and means the same', (text, inputs, sizes) => {
  const program = parseProgram(text);
  const doubled = twice(program);
  verify(doubled);
  expect(doubled.body.statements).toHaveLength(2 * program.body.statements.length);
  expect(interpret(doubled, inputs, sizes)).toEqual(interpret(program, inputs, sizes));
});

test('cloning substitutes from outside and reports what became of each value', () => {
  const build = find(logistic, 'margin%4:');
  const [body] = blocksOf(build);
  if (body === undefined) throw new Error('a build has a body');
  let nextId = 100;
  const copy = cloneBlock(body, new Map([[5, int(3)]]), (value) => ({ ...value, id: nextId++ }));
  expect(copy.block.statements.map(printStatement).join('\n')).toBe(
    `%100: real = sum d%101 in 0..<D> {
  %102: real = X%0[3, d%101]
  %103: real = w%2[d%101] checked
  %104: real = mul(%102, %103)
  yield %104
}`,
  );
  expect(list(copy.block.results)).toBe('%100');
  expect([...copy.substitution].map(([id, operand]) => `${id}:${printOperand(operand)}`).join(' ')).toBe(
    '5:3 6:%100 7:d%101 8:%102 9:%103 10:%104',
  );
});
