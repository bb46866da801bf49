// What is done with the elements of an array that is zero elsewhere, where they are added.

import { expect, test } from 'vitest';
import { printRoutine } from '../../src/loops/index.ts';
import { scatter } from '../../src/loops/scatter.ts';
import type { Buffer, Expression, Local, Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import * as make from '../emit/build.ts';
import { run } from './run.ts';

const { accumulate, at, declare, fill, local, of, reference, store, when } = make;

const a = make.buffer('param', 'a', make.type('real', 'N', 4));
const place = make.buffer('data', 'place', make.type('int', 'N', 4));
const w = make.buffer('data', 'w', make.type('real', 8));
const g = make.buffer('gradient', 'a', make.type('real', 'N', 4));
const x: Buffer = make.buffer('scratch', 'x', make.type('real', 'N', 8));
const row: Buffer = make.buffer('scratch', 'row', make.type('real', 8));
const [n, i, m, j, k, q] = ['n', 'i', 'm', 'j', 'k', 'q'].map((name) => local(name, 'int')) as [
  Local,
  Local,
  Local,
  Local,
  Local,
  Local,
];
const v = local('v');
const double = local('double');

const N = make.size('N');
const added = accumulate(x, [n, at(place, n, i)], at(a, n, i));
/** Four of eight elements of each row are added to. */
const producer = make.loop(n, N, [make.loop(i, 4, [added])]);
const isFound = of('ne', reference(v), 0);
const use = (...then: readonly Statement[]): Statement =>
  make.loop(j, 8, [declare(v, at(x, m, j)), when(isFound, then)]);
const product = (factor: Expression): Statement =>
  make.loop(k, 4, [accumulate(g, [m, k], of('mul', v, factor))]);
const consumer = make.loop(m, N, [use(product(at(w, j)))]);
const cleared = [fill(g, 0), fill(x, 0)];
/** Doubled weights, made for each row. */
const prepared = make.loop(q, 8, [store(row, [q], of('mul', at(w, q), 2))]);

/** Without a second text nothing may change. */
const cases: readonly (readonly [string, readonly Statement[], string | undefined])[] = [
  [
    'loops over all elements',
    [...cleared, producer, consumer],
    `
  fill gradient.a 0
  for n in 0..N
    for i in 0..4
      const j: int = place[n, i]
      const v: real = a[n, i]
      if (v != 0)
        for k in 0..4
          gradient.a[n, k] += (v * w[j])`,
  ],
  [
    'loops that prepare something for each row',
    [...cleared, producer, fill(row, 0), make.loop(m, N, [prepared, use(product(at(row, j)))])],
    `
  fill gradient.a 0
  fill row 0
  for n in 0..N
    for q in 0..8
      row[q] = (w[q] * 2)
    for i in 0..4
      const j: int = place[n, i]
      const v: real = a[n, i]
      if (v != 0)
        for k in 0..4
          gradient.a[n, k] += (v * row[j])`,
  ],
  [
    'a test that is known before',
    [
      ...cleared,
      make.loop(n, N, [
        make.loop(i, 4, [
          declare(double, at(a, n, i)),
          when(of('lt', at(w, i), 1), [declare(q, at(place, n, i)), accumulate(x, [n, q], double)]),
        ]),
      ]),
      consumer,
    ],
    `
  fill gradient.a 0
  for n in 0..N
    for i in 0..4
      const double: real = a[n, i]
      if (double != 0)
        if (w[i] < 1)
          const q: int = place[n, i]
          for k in 0..4
            gradient.a[n, k] += (double * w[q])`,
  ],
  ['not where more is added than there are elements', [...cleared, make.loop(n, N, [make.loop(q, 3, [make.loop(i, 4, [added])])]), consumer], undefined],
  ['not what is no product with the element', [...cleared, producer, make.loop(m, N, [use(product(reference(v)))])], undefined],
  ['not what is set', [...cleared, producer, make.loop(m, N, [use(store(g, [m, make.integer(0)], v))])], undefined],
  ['not of an array that is used elsewhere', [...cleared, producer, consumer, accumulate(g, [0, 0].map(make.integer), at(x, make.integer(0), make.integer(1)))], undefined],
  ['not of an array that holds something else', [fill(g, 0), fill(x, 1), producer, consumer], undefined],
  ['not of a part of the array', [...cleared, producer, make.loop(m, N, [make.loop(j, 7, [declare(v, at(x, m, j)), when(isFound, [product(at(w, j))])])])], undefined],
  ['not where what is added to is read', [...cleared, make.loop(n, N, [make.loop(i, 4, [accumulate(x, [n, at(place, n, i)], at(g, n, i))])]), consumer], undefined],
  ['not where what is added changes before', [...cleared, fill(row, 1), make.loop(n, N, [make.loop(i, 4, [accumulate(x, [n, at(place, n, i)], at(row, i))])]), fill(row, 0), consumer], undefined],
  ['not for rows that are prepared in another iteration', [...cleared, make.loop(n, N, [make.loop(i, 4, [accumulate(x, [at(place, n, make.integer(0)), i], at(a, n, i))])]), make.loop(m, N, [prepared, use(product(at(row, j)))])], undefined],
]; // prettier-ignore

const routineOf = (body: readonly Statement[]): Routine =>
  make.model(
    {
      name: 'Scatter',
      sizes: ['N'],
      params: { a: make.type('real', 'N', 4) },
      data: { place: make.type('int', 'N', 4), w: make.type('real', 8) },
    },
    { gradient: { body, scratch: [x, row] } },
  ).routines[0] as Routine;

const text = (routine: Routine): string =>
  printRoutine(routine)
    .replace(/^.*\n(?:  scratch .*\n)*/, '\n')
    .trimEnd();

test.each(cases)('%s', (_, body, expected) => {
  const before = routineOf(body);
  const after = scatter(before);
  verifyRoutine(after, 'scatter');
  expect(text(after)).toBe(expected ?? text(before));
  expect(after.scratch.includes(x)).toBe(expected === undefined);
  const given = {
    sizes: { N: 3 },
    inputs: {
      params: { a: [1, 2, 0, -4, 3, 0.5, 8, -2, 0, 0, 1, 1] },
      // Twice in a row the same place.
      data: { place: [0, 5, 2, 7, 1, 1, 2, 3, 0, 2, 2, 2], w: [0.5, 1, 2, 0.25, 4, 8, 0.5, 2] },
    },
  };
  expect(run(after, given)).toEqual(run(before, given));
});
