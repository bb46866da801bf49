// What a loop computes and a later one computes again: what is kept, and what may have changed.

import { expect, test } from 'vitest';
import { printRoutine } from '../../src/loops/index.ts';
import { keepCostly } from '../../src/loops/keep.ts';
import type { Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import * as make from '../emit/build.ts';
import { run } from './run.ts';

const { accumulate, assign, at, declare, fill, increase, local, loop, of, store, when } = make;

const a = make.buffer('param', 'a', make.type('real', 'N'));
const g = make.buffer('gradient', 'a', make.type('real', 'N'));
const angle = make.buffer('scratch', 'angle', make.type('real', 'N'));
const [i, k] = [local('i', 'int'), local('k', 'int')];
const [j, l, m] = [local('j', 'int'), local('l', 'int'), local('m', 'int')];
const [sum, turned] = [local('sum', 'real', true), local('turned', 'real', true)];
const [t, u, scale] = [local('t'), local('u'), local('scale')];

const start = [declare(sum, 0), declare(turned, 0)];
const first = (...body: readonly Statement[]): Statement => loop(i, 'N', body);
const second = (...body: readonly Statement[]): Statement => loop(k, 'N', body);
const use = second(store(g, [k], of('mul', of('cos', at(angle, k)), sum)));
const turn = [increase(turned, at(a, i)), store(angle, [i], turned)];

/** Without a second text nothing may change. */
const cases: readonly (readonly [string, readonly Statement[], string | undefined])[] = [
  [
    'of a variable that was stored',
    [...start, first(...turn, increase(sum, of('cos', turned))), use],
    `
  scratch angle: real[N]
  scratch cosine: real[N]
  let sum: real = 0
  let turned: real = 0
  for i in 0..N
    turned += a[i]
    angle[i] = turned
    const cosine: real = cos(turned)
    cosine[i] = cosine
    sum += cosine
  for k in 0..N
    gradient.a[k] = (cosine[k] * sum)`,
  ],
  [
    'under other names, through all loops of a nest',
    [
      declare(sum, 0),
      declare(scale, at(a, make.integer(0))),
      first(loop(j, 'N', [declare(t, of('mul', scale, at(a, i))), increase(sum, of('exp', of('add', t, at(a, j))))])),
      fill(g, 0),
      second(loop(l, 'N', [declare(u, at(a, k)), accumulate(g, [k], of('mul', sum, of('exp', of('add', of('mul', scale, u), at(a, l)))))])),
    ],
    `
  scratch angle: real[N]
  scratch exponential: real[N, N]
  let sum: real = 0
  const scale: real = a[0]
  for i in 0..N
    for j in 0..N
      const t: real = (scale * a[i])
      const exponential: real = exp((t + a[j]))
      exponential[i, j] = exponential
      sum += exponential
  fill gradient.a 0
  for k in 0..N
    for l in 0..N
      const u: real = a[k]
      gradient.a[k] += (sum * exponential[k, l])`,
  ],
  [
    'in a loop and after it: each in an array of its own',
    [
      declare(sum, 0),
      first(
        loop(j, 'N', [increase(sum, of('cos', of('mul', at(a, i), at(a, j))))]),
        loop(m, 'N', [increase(sum, of('cos', of('mul', at(a, i), at(a, m))))]),
      ),
      fill(g, 0),
      second(loop(l, 'N', [accumulate(g, [l], of('mul', sum, of('cos', of('mul', at(a, k), at(a, l)))))])),
    ],
    `
  scratch angle: real[N]
  scratch cosine: real[N]
  scratch cosine: real[N, N]
  let sum: real = 0
  for i in 0..N
    for j in 0..N
      const cosine: real = cos((a[i] * a[j]))
      cosine[i, j] = cosine
      const cosine'2: real = cosine
      cosine[j] = cosine'2
      sum += cosine'2
    for m in 0..N
      sum += cosine[m]
  fill gradient.a 0
  for k in 0..N
    for l in 0..N
      gradient.a[l] += (sum * cosine[k, l])`,
  ],
  ['not what was computed in a branch', [...start, first(...turn, when(of('lt', turned, 1), [increase(sum, of('cos', turned))])), use], undefined],
  ['not of what was stored before the variable changed', [...start, first(...turn, increase(turned, 1), increase(sum, of('cos', turned))), use], undefined],
  ['not of what is stored again', [...start, first(...turn, increase(sum, of('cos', turned))), fill(angle, 1), use], undefined],
  ['not of what is stored elsewhere', [...start, fill(angle, 1), first(increase(turned, at(a, i)), store(angle, [make.integer(0)], turned), increase(sum, of('cos', turned))), use], undefined],
  ['not of what changed in between', [...start, first(increase(sum, of('cos', of('mul', turned, at(a, i))))), assign(turned, 1), second(store(g, [k], of('mul', sum, of('cos', of('mul', turned, at(a, k))))))], undefined],
  ['not over another range', [...start, first(increase(sum, of('cos', at(a, i)))), fill(g, 0), loop(k, 1, [store(g, [k], of('mul', sum, of('cos', at(a, k))))])], undefined],
  ['not what costs no more than a store and a load', [...start, first(increase(sum, of('div', 1, at(a, i)))), second(store(g, [k], of('mul', sum, of('div', 1, at(a, k)))))], undefined],
]; // prettier-ignore

const routineOf = (body: readonly Statement[]): Routine =>
  make.model(
    { name: 'Keep', sizes: ['N'], params: { a: make.type('real', 'N') } },
    { gradient: { body, scratch: [angle] } },
  ).routines[0] as Routine;

const text = (routine: Routine): string => printRoutine(routine).replace(/^.*\n/, '\n').trimEnd();

test.each(cases)('%s', (_, body, expected) => {
  const before = routineOf(body);
  const after = keepCostly(before);
  verifyRoutine(after, 'keep');
  expect(text(after)).toBe(expected ?? text(before));
  for (const length of [1, 3]) {
    const given = {
      sizes: { N: length },
      inputs: { params: { a: Array.from({ length }, (_, k) => k - 0.5) } },
    };
    expect(run(after, given)).toEqual(run(before, given));
  }
});
