// What is known of the elements of an array after stores to it.

import { expect, it } from 'vitest';
import { constant as size } from '../../src/base/polynomial.ts';
import { constant, integer, load, reference } from '../../src/loops/make.ts';
import { numbering } from '../../src/loops/numbering.ts';
import type { Buffer, Expression } from '../../src/loops/types.ts';

const array = (rank: number): Buffer => ({
  role: 'scratch',
  name: 'T',
  scalar: 'real',
  dims: Array.from({ length: rank }, () => size(9)),
});
const [i, a, b, c] = ['i', 'a', 'b', 'c'].map((name) =>
  reference(constant(name, name === 'i' ? 'int' : 'real')),
) as [Expression, Expression, Expression, Expression];

function known(rank: number) {
  const buffer = array(rank);
  const { numberOf, store } = numbering();
  return {
    put: (value: Expression, ...indices: readonly Expression[]) =>
      store({ kind: 'store', buffer, indices, value }),
    holds: (value: Expression, ...indices: readonly Expression[]) =>
      numberOf(load(buffer, indices)) === numberOf(value),
    numberLoaded: (...indices: readonly Expression[]) => numberOf(load(buffer, indices)),
  };
}

it('stores to other known places are remembered side by side', () => {
  const { put, holds } = known(1);
  put(a, integer(0));
  put(b, integer(1));
  put(c, integer(0));
  expect([holds(c, integer(0)), holds(a, integer(0)), holds(b, integer(1))]).toEqual([true, false, true]);
});

it('a store to an unknown place may have been to any', () => {
  const { put, holds } = known(1);
  put(a, integer(0));
  put(b, i);
  expect([holds(a, integer(0)), holds(b, i)]).toEqual([false, true]);
  put(c, integer(3));
  expect([holds(b, i), holds(c, integer(3))]).toEqual([false, true]);
});

it('rows that differ in a known axis are apart', () => {
  const { put, holds } = known(2);
  put(a, integer(0), i);
  put(b, integer(1), i);
  put(c, integer(2), integer(5));
  expect([holds(a, integer(0), i), holds(b, integer(1), i)]).toEqual([true, true]);
  put(c, i, integer(5));
  const left = [holds(a, integer(0), i), holds(b, integer(1), i), holds(c, integer(2), integer(5))];
  expect(left).toEqual([false, false, false]);
});

it('what was loaded stays known behind stores to other places', () => {
  const { put, numberLoaded } = known(2);
  const before = [numberLoaded(integer(0), i), numberLoaded(integer(1), i)];
  put(a, integer(1), i);
  const after = [numberLoaded(integer(0), i), numberLoaded(integer(1), i)];
  expect(after.map((number, k) => number === before[k])).toEqual([true, false]);
  put(b, i, i);
  expect(numberLoaded(integer(0), i)).not.toBe(before[0]);
});
