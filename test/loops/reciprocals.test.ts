// Which divisions become products with a reciprocal, and which are left alone.

import { expect, it, test } from 'vitest';
import { printRoutine } from '../../src/loops/index.ts';
import { shareReciprocals } from '../../src/loops/reciprocals.ts';
import type { Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import * as make from '../emit/build.ts';
import { distance, farthestOf } from '../support/compare.ts';
import { compileModule } from '../support/emitted.ts';
import { run } from './run.ts';

const { at, declare, integer, local, of, store, when } = make;

const a = make.buffer('param', 'a', make.type('real', 'N'));
const g = make.buffer('gradient', 'a', make.type('real', 'N'));
const [i, d, q, choice] = [local('i', 'int'), local('d'), local('q'), local('choice')];
const denominator = declare(d, at(a, integer(0)));
const quotient = (k: number) => of('div', at(a, integer(k)), d);
const put = (k: number, value: Parameters<typeof store>[2]): Statement => store(g, [integer(k)], value);
const each = (...body: readonly Statement[]): Statement => make.loop(i, make.size('N'), body);
const half = make.real(0.5);

/** Without a second text nothing may change. */
const cases: readonly (readonly [string, readonly Statement[], string | undefined])[] = [
  [
    'two by one',
    [denominator, put(1, quotient(1)), put(2, quotient(2))],
    `
  const d: real = a[0]
  const inverse: real = (1 / d)
  gradient.a[1] = (a[1] * inverse)
  gradient.a[2] = (a[2] * inverse)`,
  ],
  ['one', [denominator, put(1, quotient(1))], undefined],
  [
    'one in each iteration',
    [denominator, each(store(g, [i], of('div', at(a, i), d)))],
    `
  const d: real = a[0]
  const inverse: real = (1 / d)
  for i in 0..N
    gradient.a[i] = (a[i] * inverse)`,
  ],
  [
    'a reciprocal that has a name, and one in a branch',
    [
      denominator,
      declare(q, of('div', make.real(1), d)),
      put(1, of('mul', quotient(1), q)),
      when(of('lt', at(a, integer(1)), half), [put(2, quotient(2))]),
    ],
    `
  const d: real = a[0]
  const q: real = (1 / d)
  gradient.a[1] = ((a[1] * q) * q)
  if (a[1] < 0.5)
    gradient.a[2] = (a[2] * q)`,
  ],
  [
    'branches that need not run',
    [
      denominator,
      when(of('lt', at(a, integer(1)), half), [put(1, quotient(1))]),
      when(of('lt', at(a, integer(2)), half), [put(2, quotient(2))]),
    ],
    undefined,
  ],
  [
    'what is rounded',
    [denominator, put(1, of('floor', quotient(1))), put(2, of('floor', quotient(2)))],
    undefined,
  ],
  [
    'what has a root',
    [denominator, put(1, of('sqrt', of('sub', quotient(1), make.real(1)))), put(2, of('acosh', quotient(2)))],
    undefined,
  ],
  [
    'what is compared, by another name',
    [
      denominator,
      declare(q, quotient(1)),
      declare(choice, of('select', of('lt', of('sub', q, half), make.real(0)), half, q)),
      put(1, choice),
      put(2, quotient(2)),
    ],
    undefined,
  ],
  [
    'what goes through memory to what is rounded',
    [denominator, put(0, quotient(1)), put(1, quotient(2)), put(2, of('floor', at(g, integer(0))))],
    undefined,
  ],
];

const routineOf = (body: readonly Statement[]): Routine =>
  make.model(
    { name: 'Quotients', sizes: ['N'], params: { a: make.type('real', 'N') } },
    { gradient: { body: [make.fill(g, 0), ...body] } },
  ).routines[0] as Routine;

test.each(cases)('%s', (_, body, expected) => {
  const before: Routine = routineOf(body);
  const after = shareReciprocals(before);
  if (expected === undefined) return expect(after).toBe(before);
  verifyRoutine(after, 'reciprocals');
  expect(printRoutine(after)).toContain(expected);
  const given = { sizes: { N: 3 }, inputs: { params: { a: [0.7, 0.3, -1.9] } } };
  const [{ buffers: left }, { buffers: right }] = [run(before, given), run(after, given)];
  left['gradient.a']?.forEach((value, k) =>
    expect(distance(Number(value), Number(right['gradient.a']?.[k]))).toBeLessThan(1e-15),
  );
});

// 49 times the reciprocal of 49 is less than 1.
it('of 49 / 49 - 1 there is a root', async () => {
  const source = `model Ratios {
    dim N
    data t: real[N]
    param a: real[N]
    let first = t[0] + 0 * t[1]
    loss sum(a[n] * (sqrt(t[n] / first - 1) + acosh(t[n] / first) + (t[n] / first - 1)^0.3) for n)
  }`;
  const { run: call } = await compileModule(source, 'ratios.nabla', { sizes: { N: 2 }, emit: ['gradient'] });
  const { loss, gradient } = call({ params: { a: [1, 1] }, data: { t: [49, 98] } });
  expect(distance(loss, 2 + Math.acosh(2))).toBeLessThan(1e-14);
  expect(farthestOf({ a: gradient['a'] as Float64Array }, { a: [0, loss] })).toBeLessThan(1e-14);
});
