// Ordered arrays: running sums of exponentials. Stan Reference Manual: "Ordered vector"; where all are positive, the first element is
// an exponential, too.

import { bug } from '../../base/bug.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { arrayType, extent, int, real, zeros, type BlockBuilder } from '../../ir/build.ts';
import type { Operand, Value } from '../../ir/types.ts';
import { lastOf, none, over, splitDims, sum, type Constrained } from './shared.ts';

export function toOrdered(
  b: BlockBuilder,
  dims: readonly Polynomial[],
  positive: boolean,
  free: Value,
  name: string | undefined,
): Constrained {
  const { outer, last } = splitDims(dims);
  const value = over(
    b,
    outer,
    (body, at) => {
      const start = [
        { value: real(0), name: 'total' },
        { value: zeros(body, arrayType('real', [last])), name },
      ];
      const range = { from: int(0), to: extent(last), name: 'k' };
      return lastOf(
        body.loop(range, start, (inner, k, [total = none(), array = none()]) => {
          const from = inner.read(free, [...at, k]);
          const step = positive
            ? inner.op('exp', [from])
            : firstOr(inner, k, from, (rest) => rest.op('exp', [from]));
          const next = inner.op('add', [total, step]);
          return [next, inner.set(array, [k], next)];
        }),
      );
    },
    name,
  );
  const logJacobian = (): Operand =>
    sum(b, outer, (inner, at) => {
      const range = { from: int(positive ? 0 : 1), to: extent(last), name: 'k' };
      return inner.reduce('sum', range, (body, k) => body.read(free, [...at, k]))[0] ?? bug('no sum');
    });
  return { value, logJacobian };
}

export function fromOrdered(b: BlockBuilder, positive: boolean, value: Value, at: readonly Value[]): Operand {
  const here = b.read(value, at);
  const k = at[at.length - 1] ?? bug('a scalar is not ordered');
  const rise = (inner: BlockBuilder): Operand => {
    const before = inner.op('isub', [k, int(1)]);
    return inner.op('sub', [here, inner.read(value, [...at.slice(0, -1), before])]);
  };
  if (positive) return b.op('log', [firstOr(b, k, here, rise)]);
  return firstOr(b, k, here, (other) => other.op('log', [rise(other)]));
}

/** `first` where k is 0. */
function firstOr(b: BlockBuilder, k: Value, first: Operand, other: (b: BlockBuilder) => Operand): Value {
  const [chosen] = b.branch(b.op('ieq', [k, int(0)]), () => [first], (inner) => [other(inner)]); // prettier-ignore
  return chosen ?? bug('no branch');
}
