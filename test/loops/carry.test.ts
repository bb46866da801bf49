// Neighbouring elements: which are carried to the next iteration, and which are not.

import { expect, test } from 'vitest';
import { subtract } from '../../src/base/polynomial.ts';
import { carryNeighbours } from '../../src/loops/carry.ts';
import { printRoutine } from '../../src/loops/index.ts';
import type { Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import * as make from '../emit/build.ts';
import { run } from './run.ts';

const { accumulate, at, declare, fill, integer, local, of, when } = make;

const a = make.buffer('param', 'a', make.type('real', 'N'));
const g = make.buffer('gradient', 'a', make.type('real', 'N'));
const i = local('i', 'int');
const index = local('index', 'int');
const next = of('iadd', i, integer(1));
const before = of('isub', i, integer(1));
const pairs = (...body: readonly Statement[]): Statement =>
  make.loop(i, subtract(make.size('N'), make.size(1)), body);
const fromOne = (body: readonly Statement[]): Statement => {
  const all = make.loop(i, make.size('N'), body);
  return all.kind === 'for' ? { ...all, from: integer(1) } : all;
};
const cleared = fill(g, 0);

/** Without a second text nothing may change. */
const cases: readonly (readonly [string, readonly Statement[], string | undefined])[] = [
  [
    'adds to two neighbours',
    [cleared, pairs(accumulate(g, [i], 1), accumulate(g, [next], 2))],
    `
  let carried: real = 0
  loop i in 1..N
    gradient.a[(i - 1)] = (carried + 1)
    carried = 2
  gradient.a[N - 1] = carried`,
  ],
  [
    'in the other order, to an array that is not empty',
    [fill(g, 3), pairs(declare(index, next), accumulate(g, [index], 2), accumulate(g, [i], 1))],
    `
  fill gradient.a 3
  let carried: real = 0
  loop i in 1..N
    const index: int = i
    const next: real = 2
    gradient.a[(i - 1)] += (carried + 1)
    carried = next
  gradient.a[N - 1] += carried`,
  ],
  [
    'reads two neighbours',
    [cleared, pairs(accumulate(g, [integer(0)], of('mul', at(a, i), of('sub', at(a, next), at(a, i)))))],
    `
  fill gradient.a 0
  let aHere: real = a[0]
  loop i in 1..N
    const aNext: real = a[i]
    gradient.a[0] += (aHere * (aNext - aHere))
    aHere = aNext`,
  ],
  [
    'from 1, as time series are written',
    [cleared, fromOne([accumulate(g, [before], at(a, i)), accumulate(g, [i], of('mul', of('toReal', i), at(a, before)))])],
    `
  let carried: real = 0
  let aHere: real = a[0]
  loop i in 1..N
    const aNext: real = a[i]
    gradient.a[(i - 1)] = (carried + aNext)
    carried = (toReal(i) * aHere)
    aHere = aNext
  gradient.a[N - 1] = carried`,
  ],
  ['not what is read elsewhere, too', [cleared, pairs(accumulate(g, [integer(0)], of('mul', at(a, i), of('add', at(a, next), at(a, integer(0))))))], undefined],
  ['not one of the two', [cleared, pairs(accumulate(g, [integer(0)], at(a, next)))], undefined],
  ['not in branches', [cleared, pairs(when(of('lt', at(a, i), 1), [accumulate(g, [i], 1)]), accumulate(g, [next], 2))], undefined],
  ['not what is added to elsewhere', [cleared, pairs(accumulate(g, [i], 1), accumulate(g, [next], 2), accumulate(g, [integer(0)], 1))], undefined],
  ['not what is read in the loop', [cleared, pairs(accumulate(g, [i], 1), accumulate(g, [next], at(g, i)))], undefined],
  ['not of loops over part of the array', [cleared, make.loop(i, subtract(make.size('N'), make.size(2)), [accumulate(g, [i], 1), accumulate(g, [next], 2)])], undefined],
]; // prettier-ignore

const routineOf = (body: readonly Statement[]): Routine =>
  make.model({ name: 'Carry', sizes: ['N'], params: { a: make.type('real', 'N') } }, { gradient: { body } })
    .routines[0] as Routine;

const text = (routine: Routine): string => printRoutine(routine).replace(/^.*\n/, '\n').trimEnd();

test.each(cases)('%s', (_, body, expected) => {
  const before = routineOf(body);
  const after = carryNeighbours(before);
  verifyRoutine(after, 'carry');
  expect(text(after)).toBe(expected ?? text(before));
  for (const length of [1, 2, 5]) {
    const given = {
      sizes: { N: length },
      inputs: { params: { a: Array.from({ length }, (_, k) => k + 0.5) } },
    };
    expect(run(after, given)).toEqual(run(before, given));
  }
});
