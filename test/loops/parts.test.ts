// Long bodies: parts stay within their budget, values cross between them, and everything takes linear time.

import { expect, test } from 'vitest';
import { BlockBuilder, bool, boolType, int, intType, real, realType } from '../../src/ir/build.ts';
import { interpret } from '../../src/ir/interpret.ts';
import type { Operand, Program, Value } from '../../src/ir/types.ts';
import { effectsOf } from '../../src/loops/effects.ts';
import { toRoutine } from '../../src/loops/index.ts';
import type { Statement } from '../../src/loops/types.ts';
import { regionsOf } from '../../src/loops/walk.ts';
import { run } from './run.ts';

/** `count` statements, each of two values out of the `near` before it: reals, ints and bools. */
function longProgram(count: number, near: number): Program {
  const b = new BlockBuilder(0);
  const a = b.fresh(realType, { name: 'a' });
  const k = b.fresh(intType, { name: 'k' });
  const flag = b.fresh(boolType, { name: 'flag' });
  const reals: Operand[] = [a, real(0.5)];
  const ints: Operand[] = [k, int(2)];
  const bools: Operand[] = [flag, bool(true)];
  let seed = 7;
  const pick = (from: readonly Operand[]): Operand => {
    seed = (seed * 16807) % 2147483647;
    return from[Math.max(0, from.length - 1 - (seed % near))] ?? real(0);
  };
  for (let i = 0; i < count; i++) {
    if (i % 10 === 7) ints.push(b.op('imod', [b.op('iadd', [pick(ints), pick(ints)]), int(17)]));
    else if (i % 10 === 8)
      bools.push(b.op('or', [b.op('and', [pick(bools), flag]), b.op('ilt', [pick(ints), int(8)])]));
    else if (i % 10 === 9)
      reals.push(b.op('select', [pick(bools), pick(reals), b.op('toReal', [pick(ints)])]));
    else reals.push(b.op('sin', [b.op(i % 2 === 0 ? 'mul' : 'sub', [pick(reals), pick(reals)])]));
  }
  const total = reals.slice(-near).reduce((sum, value) => b.op('add', [sum, value]));
  const input = (role: 'param' | 'data', name: string, value: Value) => ({ role, name, value });
  return {
    name: 'Long',
    sizes: [],
    inputs: [input('param', 'a', a), input('data', 'k', k), input('data', 'flag', flag)],
    body: b.block([total]),
    outputs: [{ role: 'loss', name: 'loss' }],
    nextId: b.nextId,
  };
}

const inputs = { params: { a: 0.7 }, data: { k: 5, flag: true } };
const sizeOf = (statements: readonly Statement[]): number =>
  statements.reduce(
    (sum, one) => sum + 1 + regionsOf(one).reduce((inner, region) => inner + sizeOf(region), 0),
    0,
  );

test.each([
  { count: 300, near: 20, partStatements: 20 },
  { count: 3000, near: 40, partStatements: 100 },
  { count: 3000, near: 3, partStatements: 500 },
])('parts of $partStatements statements compute the same', ({ count, near, partStatements }) => {
  const program = longProgram(count, near);
  const routine = toRoutine(program, 'loss', { checked: true, partStatements });
  expect(routine.parts.length).toBeGreaterThan(1);
  // Besides its share of the body, a part holds loads and stores of the values that cross.
  for (const part of routine.parts) expect(sizeOf(part.body)).toBeLessThan(3 * partStatements + 2 * near);
  expect(run(routine, { sizes: {}, inputs }).result).toBeCloseTo(interpret(program, inputs).loss ?? NaN, 12);
});

test('a body within the budget is not cut', () => {
  expect(toRoutine(longProgram(100, 10), 'loss', { checked: true }).parts).toEqual([]);
});

test('slots of the spill array are used again', () => {
  const routine = toRoutine(longProgram(20_000, 30), 'loss', { checked: true, partStatements: 200 });
  const spill = routine.scratch.find((buffer) => buffer.name === 'spill');
  expect(routine.parts.length).toBeGreaterThan(50);
  expect(Number(spill?.dims[0]?.terms[0]?.coefficient)).toBeLessThan(150);
});

test('cheap operations on what a part needs anyway are done again, and take no slots', () => {
  const b = new BlockBuilder(0);
  const a = b.fresh(realType, { name: 'a' });
  const values: Operand[] = [a];
  const rests: Operand[] = [];
  for (let i = 0; i < 300; i++) {
    const value = values.at(-1) ?? a;
    const rest = b.op('sub', [real(1), value]);
    rests.push(rest);
    values.push(b.op('mul', [value, rest]));
  }
  // Back again, as a reverse sweep goes: with each value and what is left of 1.
  const total = rests.reduceRight<Operand>(
    (sum, rest, i) => b.op('add', [b.op('mul', [sum, rest]), b.op('sin', [values[i] ?? a])]),
    real(1),
  );
  const program: Program = {
    name: 'Back',
    sizes: [],
    inputs: [{ role: 'param', name: 'a', value: a }],
    body: b.block([total]),
    outputs: [{ role: 'loss', name: 'loss' }],
    nextId: b.nextId,
  };
  const given = { sizes: {}, inputs: { params: { a: 0.7 }, data: {} } };
  const routine = toRoutine(program, 'loss', { checked: true, partStatements: 100 });
  const spill = routine.scratch.find((buffer) => buffer.name === 'spill');
  expect(routine.parts.length).toBeGreaterThan(3);
  expect(Number(spill?.dims[0]?.terms[0]?.coefficient)).toBeLessThan(320);
  expect(run(routine, given).result).toBe(interpret(program, given.inputs).loss);
});

test('what only other parts read, and compute again, is computed in these alone', () => {
  const b = new BlockBuilder(0);
  const a = b.fresh(realType, { name: 'a' });
  const values: Operand[] = [a];
  for (let i = 0; i < 300; i++) values.push(b.op('sin', [values.at(-1) ?? a]));
  const doubles = values.map((value) => b.op('add', [value, value]));
  const rests = doubles.map((double) => b.op('sub', [real(1), double]));
  const total = rests.reduceRight<Operand>((sum, rest, i) => {
    const more = b.op('mul', [b.op('add', [sum, rest]), rest]);
    return b.op('add', [more, b.op('mul', [values[i] ?? a, doubles[i] ?? a])]);
  }, real(1));
  const program: Program = {
    name: 'Rests',
    sizes: [],
    inputs: [{ role: 'param', name: 'a', value: a }],
    body: b.block([total]),
    outputs: [{ role: 'loss', name: 'loss' }],
    nextId: b.nextId,
  };
  const given = { sizes: {}, inputs: { params: { a: 0.7 }, data: {} } };
  const routine = toRoutine(program, 'loss', { checked: true, partStatements: 60 });
  expect(routine.parts.length).toBeGreaterThan(5);
  const unread = routine.parts.flatMap(({ body }) => {
    const { declared, used } = effectsOf(body);
    return [...declared].filter((local) => !used.has(local)).map(({ name }) => name);
  });
  expect(unread).toEqual([]);
  expect(run(routine, given).result).toBe(interpret(program, given.inputs).loss);
});

test('time is linear: ten times the statements take about ten times as long', () => {
  const timeOf = (count: number): number => {
    const program = longProgram(count, 40);
    const start = performance.now();
    toRoutine(program, 'loss', { checked: true });
    return performance.now() - start;
  };
  timeOf(5_000);
  expect(timeOf(50_000) / timeOf(5_000)).toBeLessThan(40);
});
