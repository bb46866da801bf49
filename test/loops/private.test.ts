// Which scratch is private to the iterations of a loop.

import { expect, it } from 'vitest';
import { symbol } from '../../src/base/polynomial.ts';
import { apply, constant, declare, integer, load, loop, real, reference, sizeOf } from '../../src/loops/make.ts'; // prettier-ignore
import { privateTo, touchesOf } from '../../src/loops/private.ts';
import type { Buffer, Statement } from '../../src/loops/types.ts';

const D = symbol('D');
const row: Buffer = { role: 'scratch', name: 'row', scalar: 'real', dims: [D] };
const x: Buffer = { role: 'data', name: 'x', scalar: 'real', dims: [D] };
const j = () => constant('j', 'int');

/** `for j in from..D { row[j] = x[j] }` */
function filled(from = 0): Statement {
  const index = j();
  const at = [reference(index)];
  const all = loop(index, sizeOf(D), [{ kind: 'store', buffer: row, indices: at, value: load(x, at) }]);
  return all.kind === 'for' ? { ...all, from: integer(from) } : all;
}

const use: Statement = declare(constant('first', 'real'), load(row, [integer(0)]));
const add: Statement = { kind: 'accumulate', buffer: row, indices: [integer(0)], value: real(1) };
const either: Statement = {
  kind: 'if',
  condition: apply('lt', load(x, [integer(0)]), real(0)),
  then: [filled()],
  otherwise: [],
};

const cases: readonly {
  readonly name: string;
  readonly body: readonly Statement[];
  readonly after?: readonly Statement[];
  readonly found: boolean;
}[] = [
  { name: 'filled, then used', body: [filled(), use], found: true },
  { name: 'filled with one value, then added to', body: [{ kind: 'fill', buffer: row, value: real(0) }, add, use], found: true }, // prettier-ignore
  { name: 'filled and used in each iteration of a loop inside', body: [loop(j(), sizeOf(D), [filled(), use])], found: true }, // prettier-ignore
  { name: 'used, then filled', body: [use, filled()], found: false },
  { name: 'added to, and never filled', body: [add, use], found: false },
  { name: 'all but the first filled', body: [filled(1), use], found: false },
  { name: 'filled in a branch', body: [either, use], found: false },
  { name: 'filled in a loop that may not run', body: [loop(j(), load(x, [integer(0)]), [filled()]), use], found: false }, // prettier-ignore
  { name: 'used outside', body: [filled(), use], after: [use], found: false },
];

it.each(cases)('$name', ({ body, after = [], found }) => {
  const points = loop(constant('n', 'int'), sizeOf(symbol('N')), body);
  if (points.kind !== 'for') throw new Error('not a loop');
  expect(privateTo(points, touchesOf([points, ...after]))).toEqual(found ? [row] : []);
});

it('what the routine returns is outside, too', () => {
  const points = loop(constant('n', 'int'), sizeOf(symbol('N')), [filled(), use]);
  if (points.kind !== 'for') throw new Error('not a loop');
  expect(privateTo(points, touchesOf([points], load(row, [integer(0)])))).toEqual([]);
});
