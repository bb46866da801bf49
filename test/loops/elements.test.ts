// Small arrays that become locals, and those that stay.

import { expect, test } from 'vitest';
import { elementsAsLocals } from '../../src/loops/elements.ts';
import { printRoutine } from '../../src/loops/index.ts';
import type { Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import * as make from '../emit/build.ts';
import { run } from './run.ts';

const { accumulate, at, fill, integer, local, loop, of, store, when } = make;

const a = make.buffer('param', 'a', make.type('real', 'N'));
const g = make.buffer('gradient', 'a', make.type('real', 'N'));
const p = make.buffer('scratch', 'p', make.type('real', 2));
const i = local('i', 'int');
const j = local('j', 'int');
const [p0, p1] = [0, 1].map((k) => at(p, integer(k))) as [make.Operand, make.Operand];
const set = (k: number, value: make.Operand): Statement => store(p, [integer(k)], value);
const add = (k: number, value: make.Operand): Statement => accumulate(p, [integer(k)], value);
const each = (...body: readonly Statement[]): Statement => loop(i, 'N', body);
const ai = at(a, i);

/** Without a second text nothing may change. */
const cases: readonly (readonly [string, readonly Statement[], string | undefined])[] = [
  [
    'stored once: a constant',
    [each(set(0, ai), set(1, of('mul', p0, 2)), store(g, [i], of('add', p0, p1)))],
    `
  for i in 0..N
    const p0: real = a[i]
    const p1: real = (p0 * 2)
    gradient.a[i] = (p0 + p1)`,
  ],
  [
    'cleared and added to: the first add is its value',
    [each(set(0, 0), set(1, 0), add(1, ai), when(of('lt', ai, 1), [add(1, 2)]), add(0, p1), store(g, [i], p0))],
    `
  for i in 0..N
    let p1: real = a[i]
    if (a[i] < 1)
      p1 += 2
    const p0: real = p1
    gradient.a[i] = p0`,
  ],
  [
    'left at zero: nothing',
    [each(set(0, ai), set(1, 0), store(g, [i], of('add', p0, p1)))],
    `
  for i in 0..N
    const p0: real = a[i]
    gradient.a[i] = p0`,
  ],
  ['not what a branch may not store', [each(when(of('lt', ai, 1), [set(0, ai)], [set(0, 1)]), set(1, 0), store(g, [i], p0))], undefined],
  [
    'carried from iteration to iteration: a variable around them',
    [set(0, 1), { ...each(store(g, [i], p0), add(0, 1)), order: 'up' } as Statement],
    `
  let p0: real = 1
  loop i in 0..N
    gradient.a[i] = p0
    p0 += 1`,
  ],
  ['not what is used by an index', [each(set(0, ai), set(1, ai), loop(j, 2, [accumulate(p, [j], 1)]), store(g, [i], p0))], undefined],
  ['not what is filled', [each(fill(p, 1), store(g, [i], p0))], undefined],
]; // prettier-ignore

const routineOf = (body: readonly Statement[]): Routine =>
  make.model(
    { name: 'Elements', sizes: ['N'], params: { a: make.type('real', 'N') } },
    { gradient: { body, scratch: [p] } },
  ).routines[0] as Routine;

const text = (routine: Routine): string => printRoutine(routine).replace(/^.*\n/, '\n').trimEnd();

test.each(cases)('%s', (_, body, expected) => {
  const before = routineOf(body);
  const after = elementsAsLocals(before);
  verifyRoutine(after, 'elements');
  expect(text(after)).toBe(expected ?? text(before));
  const given = { sizes: { N: 3 }, inputs: { params: { a: [0.5, 1, 2] } } };
  expect(run(after, given)).toEqual(run(before, given));
});
