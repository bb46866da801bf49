// Sums over ranges that grow: which become one sum that is carried, and which stay as they are.

import { expect, test } from 'vitest';
import { effectsOf } from '../../src/loops/effects.ts';
import { printRoutine } from '../../src/loops/index.ts';
import { carrySums } from '../../src/loops/prefix.ts';
import type { Expression, Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import * as make from '../emit/build.ts';
import { run } from './run.ts';

const { accumulate, assign, at, declare, fill, increase, integer, local, of, sizeOf, store, when } = make;

const N = make.size('N');
const a = make.buffer('param', 'a', make.type('real', 'N'));
const g = make.buffer('gradient', 'a', make.type('real', 'N'));
const sums = make.buffer('scratch', 'sums', make.type('real', 'N'));
const [i, j, k] = [local('i', 'int'), local('j', 'int'), local('k', 'int')];
const [end, s] = [local('end', 'int'), local('s', 'real', true)];
const [best, total] = [local('best', 'real', true), local('total', 'real', true)];
const whole = sizeOf(N);
const inner = (from: Expression, to: Expression, body: readonly Statement[]): Statement => ({
  kind: 'for',
  index: j,
  from,
  to,
  body,
});
const outer = (...body: readonly Statement[]): Statement => make.loop(i, 'N', body);
const add = [increase(s, of('mul', at(a, j), at(a, j)))];
const [here, next] = [make.reference(i), of('iadd', i, integer(1))];
const zero = declare(s, 0);
const keep = store(g, [i], s);
const spread = [accumulate(g, [j], at(a, i))];
const cleared = fill(g, 0);
const gained = when(of('gt', s, 1), [store(g, [i], s)]);
const search = when(of('gt', at(a, i), best), [assign(best, at(a, i)), store(g, [integer(0)], i)]);

/** The first carries; where there is no second, nothing may change. */
const cases: readonly (readonly [string, readonly Statement[], string | undefined])[] = [
  [
    'a sum up to this index',
    [outer(declare(end, next), zero, inner(integer(0), make.reference(end), add), keep)],
    `
  let s: real = 0
  loop i in 0..N
    const end: int = (i + 1)
    s += (a[i] * a[i])
    gradient.a[i] = s`,
  ],
  [
    'a sum up to this index that is compared: its terms come in the order in which they came',
    [outer(zero, inner(integer(0), of('iadd', i, integer(1)), add), gained)],
    `
  let s: real = 0
  loop i in 0..N
    s += (a[i] * a[i])
    if (s > 1)
      gradient.a[i] = s`,
  ],
  [
    'a sum of what is before this index: the term is added last',
    [outer(zero, inner(integer(0), here, add), keep)],
    `
  let s: real = 0
  loop i in 0..N
    gradient.a[i] = s
    s += (a[i] * a[i])`,
  ],
  [
    'a sum from this index on: downwards',
    [outer(zero, inner(here, whole, add), keep)],
    `
  let s: real = 0
  loop i in 0..N down
    s += (a[i] * a[i])
    gradient.a[i] = s`,
  ],
  [
    'a sum of what comes after this index',
    [outer(zero, inner(next, whole, add), keep)],
    `
  let s: real = 0
  loop i in 0..N down
    gradient.a[i] = s
    s += (a[i] * a[i])`,
  ],
  [
    'adds to all up to this index: downwards',
    [cleared, outer(inner(integer(0), next, spread))],
    `
  fill gradient.a 0
  let carried: real = 0
  loop i in 0..N down
    carried += a[i]
    gradient.a[i] += carried`,
  ],
  [
    'adds to all from this index on',
    [cleared, outer(inner(here, whole, spread))],
    `
  fill gradient.a 0
  let carried: real = 0
  loop i in 0..N
    carried += a[i]
    gradient.a[i] += carried`,
  ],
  [
    'adds to all after this index: its own sum is added first',
    [cleared, outer(inner(next, whole, spread))],
    `
  fill gradient.a 0
  let carried: real = 0
  loop i in 0..N
    gradient.a[i] += carried
    carried += a[i]`,
  ],
  [
    'not both ways at once: the first chooses',
    [cleared, outer(zero, inner(integer(0), next, add), accumulate(g, [i], s), inner(integer(0), next, spread))],
    `
  fill gradient.a 0
  let s: real = 0
  loop i in 0..N
    s += (a[i] * a[i])
    gradient.a[i] += s
    for j in 0..(i + 1)
      gradient.a[j] += a[i]`,
  ],
  ['not terms that are others in each iteration', [outer(zero, inner(integer(0), next, [increase(s, of('mul', at(a, j), at(a, i)))]), keep)], undefined],
  ['not a sum that begins elsewhere', [outer(declare(s, 1), inner(integer(0), next, add), keep)], undefined],
  ['not a sum that goes on', [outer(zero, inner(integer(0), next, add), increase(s, 1), keep)], undefined],
  ['not a range that grows otherwise', [outer(zero, inner(integer(0), of('idiv', i, integer(2)), add), keep)], undefined],
  ['not adds of what differs by element', [cleared, outer(inner(integer(0), next, [accumulate(g, [j], at(a, j))]))], undefined],
  ['not adds to what is stored as well', [outer(store(g, [i], 0), inner(integer(0), next, spread))], undefined],
  ['not downwards a sum that is compared', [outer(zero, inner(here, whole, add), gained)], undefined],
  ['not downwards beside a sum that is compared later', [declare(total, 0), outer(zero, inner(here, whole, add), keep, increase(total, at(a, i))), when(of('lt', total, 1), [store(g, [integer(0)], 0)])], undefined],
  ['not downwards beside a search, which would find the last of equal elements', [declare(best, 0), outer(zero, inner(here, whole, add), keep, search)], undefined],
  ['not adds to an array that is compared', [fill(sums, 0), outer(inner(here, whole, [accumulate(sums, [j], at(a, i))])), make.loop(k, 'N', [when(of('gt', at(sums, k), 1), [store(g, [k], 0)])])], undefined],
  ['not a loop whose iterations build on each other', [{ ...outer(zero, inner(integer(0), next, add), keep), order: 'up' } as Statement], undefined],
]; // prettier-ignore

const routineOf = (body: readonly Statement[]): Routine => {
  const scratch = effectsOf(body).loaded.has(sums) ? [sums] : [];
  const model = { name: 'Prefix', sizes: ['N'], params: { a: make.type('real', 'N') } };
  return make.model(model, { gradient: { body, scratch } }).routines[0] as Routine;
};

const text = (routine: Routine): string => printRoutine(routine).replace(/^.*\n/, '\n').trimEnd();

test.each(cases)('%s', (_, body, expected) => {
  const before = routineOf(body);
  const after = carrySums(before);
  verifyRoutine(after, 'prefix');
  expect(text(after)).toBe(expected ?? text(before));
  for (const length of [1, 2, 5]) {
    const given = {
      sizes: { N: length },
      inputs: { params: { a: Array.from({ length }, (_, k) => 2 ** k) } },
    };
    expect(run(after, given)).toEqual(run(before, given));
  }
});
