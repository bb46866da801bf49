// Lists of statements in which elements and variables are written several times, and terms that have a power of two in common.

import { expect, it } from 'vitest';
import { symbol } from '../../src/base/polynomial.ts';
import { writeOnce } from '../../src/loops/again.ts';
import { dropDead } from '../../src/loops/dead.ts';
import { apply, constant, declare, integer, load, loop, real, reference, sizeOf, variable } from '../../src/loops/make.ts'; // prettier-ignore
import { printRoutine } from '../../src/loops/print.ts';
import { settleVariables } from '../../src/loops/settle.ts';
import { factorTwos } from '../../src/loops/twos.ts';
import type { Buffer, Expression, Routine, Statement } from '../../src/loops/types.ts';

const N = symbol('N');
const x: Buffer = { role: 'data', name: 'x', scalar: 'real', dims: [N] };
const row: Buffer = { role: 'scratch', name: 'row', scalar: 'real', dims: [N] };
const out: Buffer = { role: 'output', name: 'out', scalar: 'real', dims: [N] };
const i = constant('i', 'int');
const at = [reference(i)];
const first = [integer(0)];

const store = (buffer: Buffer, indices: readonly Expression[], value: Expression): Statement => ({
  kind: 'store',
  buffer,
  indices,
  value,
});
const add = (buffer: Buffer, indices: readonly Expression[], value: Expression): Statement => ({
  kind: 'accumulate',
  buffer,
  indices,
  value,
});
const assign = (local: ReturnType<typeof variable>, value: Expression): Statement => ({
  kind: 'assign',
  local,
  value,
});
const inLoop = (...body: readonly Statement[]): readonly Statement[] => [loop(i, sizeOf(N), body)];

const routine = (body: readonly Statement[]): Routine => ({
  kind: 'outputs',
  program: { name: 'Test', sizes: [], inputs: [], body: { statements: [], results: [] }, outputs: [], nextId: 0 }, // prettier-ignore
  body,
  parts: [],
  scratch: [row],
});

const scaled = (factor: number, of: Expression): Expression => apply('mul', real(factor), of);
const s = variable('s', 'real');
const t = variable('t', 'real');

const cases: readonly {
  readonly name: string;
  readonly pass: (routine: Routine) => Routine;
  readonly body: readonly Statement[];
  readonly text: string;
}[] = [
  {
    name: 'what was stored is not loaded, and only the last store is one',
    pass: writeOnce,
    body: inLoop(
      add(row, at, load(x, at)),
      store(out, at, apply('mul', load(row, at), load(row, at))),
      store(row, at, load(out, at)),
    ),
    text: `
  for i in 0..N
    const sum: real = (row[i] + x[i])
    const product: real = (sum * sum)
    out[i] = product
    row[i] = product`,
  },
  {
    name: 'an element that another statement may touch is loaded',
    pass: writeOnce,
    body: inLoop(
      store(row, at, load(x, at)),
      add(row, first, real(1)),
      store(out, at, load(row, at)),
      store(row, at, real(2)),
      ...inLoop(store(out, at, load(row, first))),
      store(row, at, real(3)),
    ),
    text: `
  for i in 0..N
    row[i] = x[i]
    row[0] += 1
    out[i] = row[i]
    row[i] = 2
    for i in 0..N
      out[i] = row[0]
    row[i] = 3`,
  },
  {
    name: 'and so it is where the second write loads it',
    pass: writeOnce,
    body: inLoop(
      store(row, at, load(x, at)),
      store(row, at, load(row, first)),
      add(row, at, load(row, first)),
      add(row, at, load(row, at)),
    ),
    text: `
  for i in 0..N
    row[i] = x[i]
    row[i] = row[0]
    const sum: real = (row[i] + row[0])
    row[i] = (sum + sum)`,
  },
  {
    name: 'a store stays where what follows may not run',
    pass: writeOnce,
    body: [
      {
        kind: 'while',
        body: [
          store(row, first, real(1)),
          { kind: 'leave', condition: apply('lt', load(x, first), real(0)) },
          store(row, first, real(2)),
        ],
      },
      store(out, first, load(row, first)),
    ],
    text: `
  while
    row[0] = 1
    leave if (x[0] < 0)
    row[0] = 2
  out[0] = row[0]`,
  },
  {
    name: 'what was stored takes the name that it is loaded by',
    pass: writeOnce,
    body: inLoop(
      add(row, at, load(x, at)),
      declare(constant('now', 'real'), load(row, at)),
      store(row, at, real(0)),
      store(out, at, load(row, at)),
    ),
    text: `
  for i in 0..N
    const now: real = (row[i] + x[i])
    row[i] = 0
    out[i] = 0`,
  },
  {
    name: 'a variable that is assigned in its own list alone is several constants',
    pass: settleVariables,
    body: inLoop(
      { kind: 'declare', local: s },
      assign(s, load(x, at)),
      { kind: 'increase', local: s, value: apply('neg', load(row, at)) },
      store(out, at, reference(s)),
      assign(s, real(0)),
      store(row, at, reference(s)),
    ),
    text: `
  for i in 0..N
    const s: real = x[i]
    const s'2: real = (s - row[i])
    out[i] = s'2
    row[i] = 0`,
  },
  {
    name: 'one that a loop or a branch assigns stays a variable',
    pass: settleVariables,
    body: [
      declare(s, real(0)),
      ...inLoop({ kind: 'increase', local: s, value: load(x, at) }),
      declare(t, real(0)),
      {
        kind: 'if',
        condition: apply('lt', reference(s), real(0)),
        then: [assign(t, real(1))],
        otherwise: [],
      },
      store(out, first, apply('add', reference(s), reference(t))),
    ],
    text: `
  let s: real = 0
  for i in 0..N
    s += x[i]
  let t: real = 0
  if (s < 0)
    t = 1
  out[0] = (s + t)`,
  },
  {
    name: 'stores behind the last load are dead, but not those that a loop comes back to',
    pass: dropDead,
    body: [
      ...inLoop(store(row, at, load(x, at))),
      ...inLoop(store(out, at, load(row, at)), store(row, at, real(1))),
      ...inLoop(store(row, at, load(out, at)), store(out, at, real(2))),
    ],
    text: `
  for i in 0..N
    row[i] = x[i]
  for i in 0..N
    out[i] = row[i]
    row[i] = 1
  for i in 0..N
    out[i] = 2`,
  },
  {
    name: 'a power of two that two terms have in common is a factor of their sum',
    pass: factorTwos,
    body: inLoop(
      store(out, at, apply('sub', apply('neg', scaled(2, load(x, at))), apply('mul', load(row, at), scaled(2, load(x, at))))), // prettier-ignore
      store(row, at, apply('add', scaled(-4, load(x, at)), apply('add', scaled(4, load(row, at)), scaled(4, real(3))))), // prettier-ignore
    ),
    text: `
  for i in 0..N
    out[i] = (-2 * (x[i] + (row[i] * x[i])))
    row[i] = (-4 * (x[i] - (row[i] + 3)))`,
  },
  {
    name: 'a number that is none, or another one, is not',
    pass: factorTwos,
    body: inLoop(
      store(out, at, apply('add', scaled(3, load(x, at)), scaled(3, load(row, at)))),
      store(row, at, apply('add', scaled(2, load(x, at)), scaled(4, load(out, at)))),
      add(row, at, apply('add', scaled(0.5, load(x, at)), scaled(0.5, load(out, at)))),
    ),
    text: `
  for i in 0..N
    out[i] = ((3 * x[i]) + (3 * row[i]))
    row[i] = ((2 * x[i]) + (4 * out[i]))
    row[i] += ((0.5 * x[i]) + (0.5 * out[i]))`,
  },
];

it.each(cases)('$name', ({ pass, body, text }) => {
  const printed = printRoutine(pass(routine(body)));
  expect(`\n${printed.split('\n').slice(2).join('\n').trimEnd()}`).toBe(text);
});
