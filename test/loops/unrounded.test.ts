// Arrays of the caller that are read back: they are computed in the workspace. Those that are only filled or added to are not.

import { expect, test } from 'vitest';
import { printRoutine } from '../../src/loops/index.ts';
import type { Routine, Statement } from '../../src/loops/types.ts';
import { keepUnrounded } from '../../src/loops/unrounded.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import * as make from '../emit/build.ts';

const { accumulate, at, fill, integer, local, of, real, store } = make;

const x = make.buffer('param', 'x', make.type('real', 'N', 2));
const y = make.buffer('output', 'y', make.type('real', 'N', 2));
const k = make.buffer('output', 'k', make.type('int', 'N'));
const i = local('i', 'int');
const zero = integer(0);
const rows = (...body: readonly Statement[]): Statement => make.loop(i, make.size('N'), body);
const j = local('j', 'int');
const filled = rows(store(y, [i, zero], at(x, i, zero)), store(y, [i, integer(1)], 0));

/** Without a second text nothing may change. */
const cases: readonly (readonly [string, readonly Statement[], string | undefined])[] = [
  ['an array that is filled', [filled], undefined],
  ['an array that is added to', [fill(y, 0), rows(accumulate(y, [i, zero], at(x, i, zero)))], undefined],
  ['ints', [rows(store(k, [i], i), store(k, [i], of('iadd', at(k, i), i)))], undefined],
  [
    'an array that is read back',
    [filled, make.loop(j, make.size('N'), [store(y, [j, integer(1)], of('mul', at(y, j, zero), real(2)))])],
    `
  scratch yDoubles: real[N, 2]
  for i in 0..N
    yDoubles[i, 0] = x[i, 0]
    yDoubles[i, 1] = 0
  for j in 0..N
    yDoubles[j, 1] = (yDoubles[j, 0] * 2)
  for i in 0..N
    for i1 in 0..2
      y[i, i1] = yDoubles[i, i1]`,
  ],
];

const outputs = { y: make.type('real', 'N', 2), k: make.type('int', 'N') };

const routineOf = (body: readonly Statement[]): Routine =>
  make.model(
    { name: 'M', sizes: ['N'], params: { x: make.type('real', 'N', 2) }, outputs },
    { outputs: { body } },
  ).routines[0] as Routine;

test.each(cases)('%s', (_, body, wanted) => {
  const before = routineOf(body);
  const after = keepUnrounded(before);
  verifyRoutine(after, 'unrounded');
  if (wanted === undefined) expect(after).toBe(before);
  else expect(printRoutine(after).replace(/^.*\n/, '\n').trimEnd()).toBe(wanted);
});
