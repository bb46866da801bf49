// What becomes of statements that nobody would write that way, and what has to stay as it is.

import { expect, test } from 'vitest';
import { printRoutine } from '../../src/loops/index.ts';
import { tidy } from '../../src/loops/tidy.ts';
import type { Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import * as make from '../emit/build.ts';

const { accumulate, assign, at, declare, increase, integer, local, loop, of, store, when } = make;

const a = make.buffer('param', 'a', make.type('real', 'N'));
const g = make.buffer('gradient', 'a', make.type('real', 'N'));
const [x, y] = [local('x', 'real', true), local('y', 'real', true)];
const c = local('c', 'bool');
const n = local('n', 'int');
const first = at(a, integer(0));
const condition = declare(c, of('lt', first, 1));
const isC = make.reference(c);

const cases: readonly (readonly [string, readonly Statement[], string])[] = [
  [
    'neighbours with one condition',
    [
      condition,
      declare(x),
      when(isC, [assign(x, 1)], [assign(x, 2)]),
      declare(y),
      when(isC, [assign(y, x)], [assign(y, 3)]),
      when(isC, [store(g, [integer(0)], y)]),
    ],
    `
  const c: bool = (a[0] < 1)
  let x: real
  let y: real
  if c
    x = 1
    y = x
    gradient.a[0] = y
  else
    x = 2
    y = 3`,
  ],
  [
    'equal conditions in full',
    [
      when(of('lt', first, 1), [accumulate(g, [integer(0)], 1)]),
      when(of('lt', first, 1), [], [accumulate(g, [integer(0)], 2)]),
    ],
    `
  if (a[0] < 1)
    gradient.a[0] += 1
  else
    gradient.a[0] += 2`,
  ],
  [
    'a condition that the first branch changes: a local',
    [
      declare(x, first),
      when(of('lt', x, 1), [assign(x, 2)]),
      when(of('lt', x, 1), [assign(x, 3)]),
      when(of('lt', x, 1), [increase(x, 2)]),
      when(of('lt', x, 1), [assign(x, 3)]),
    ],
    `
  let x: real = a[0]
  if (x < 1)
    x = 2
  if (x < 1)
    x = 3
  if (x < 1)
    x += 2
  if (x < 1)
    x = 3`,
  ],
  [
    'a condition that the first branch changes: an array',
    [
      store(g, [integer(0)], 1),
      when(of('lt', at(g, integer(0)), 2), [loop(n, 'N', [accumulate(g, [n], 1)])]),
      when(of('lt', at(g, integer(0)), 2), [store(g, [integer(0)], 5)]),
    ],
    `
  gradient.a[0] = 1
  if (gradient.a[0] < 2)
    for n in 0..N
      gradient.a[n] += 1
  if (gradient.a[0] < 2)
    gradient.a[0] = 5`,
  ],
  [
    'other conditions, and something in between',
    [
      declare(x, 0),
      when(of('lt', first, 1), [assign(x, 2)]),
      when(of('gt', first, 1), [assign(x, 3)]),
      increase(x, 1),
      when(of('gt', first, 1), [assign(x, 4)]),
    ],
    `
  let x: real = 0
  if (a[0] < 1)
    x = 2
  if (a[0] > 1)
    x = 3
  x += 1
  if (a[0] > 1)
    x = 4`,
  ],
  [
    'an empty first branch; order is not turned round, for NaN is neither less nor more',
    [
      condition,
      declare(x, 0),
      when(isC, [], [increase(x, 1)]),
      when(of('not', c), [], [increase(x, 2)]),
      when(of('eq', first, 1), [], [increase(x, 3)]),
      when(of('lt', first, 2), [], [increase(x, 4)]),
      loop(n, 'N', [when(of('ilt', n, integer(2)), [], [increase(x, 5)])]),
    ],
    `
  const c: bool = (a[0] < 1)
  let x: real = 0
  if not(c)
    x += 1
  if c
    x += 2
  if (a[0] != 1)
    x += 3
  if not((a[0] < 2))
    x += 4
  for n in 0..N
    if (n >= 2)
      x += 5`,
  ],
  [
    'a variable is declared where it gets its first value, if that is not inside a branch',
    [
      declare(x),
      declare(y),
      assign(y, first),
      assign(x, y),
      loop(n, 'N', [increase(x, 1)]),
      assign(x, of('add', x, y)),
      assign(x, of('add', y, x)),
    ],
    `
  let y: real = a[0]
  let x: real = y
  for n in 0..N
    x += 1
  x += y
  x = (y + x)`,
  ],
];

function tidied(body: readonly Statement[], result: make.Handmade['result']): string {
  const [routine] = make.model(
    { name: 'Tidy', sizes: ['N'], params: { a: make.type('real', 'N') } },
    { gradient: { body, ...(result && { result }) } },
  ).routines as readonly [Routine];
  const made = tidy(routine);
  verifyRoutine(made, 'tidy');
  return printRoutine(made).replace(/^.*\n/, '\n').trimEnd();
}

test.each(cases)('%s', (_, body, expected) => {
  expect(tidied(body, undefined)).toBe(expected);
});

test('a result that is computed last is returned as it stands; not one that is computed before', () => {
  const sum = local('sum');
  const value = declare(sum, of('mul', first, 2));
  const stored = store(g, [integer(0)], 1);
  expect(tidied([stored, value], sum)).toBe('\n  gradient.a[0] = 1\n  return (a[0] * 2)');
  expect(tidied([value, stored], sum)).toBe(
    '\n  const sum: real = (a[0] * 2)\n  gradient.a[0] = 1\n  return sum',
  );
});
