// Simplexes: a softmax of isometric log-ratios. Stan Reference Manual: "Unit simplex" since version 2.37, and "Zero sum vector",
// which has the inductive formulas. Up to then Stan broke a stick.

import { bug } from '../../base/bug.ts';
import { constant, subtract, type Polynomial } from '../../base/polynomial.ts';
import { arrayType, extent, int, real, zeros, type BlockBuilder } from '../../ir/build.ts';
import type { Operand, Value } from '../../ir/types.ts';
import { element, lastOf, none, over, splitDims, sum, type Constrained } from './shared.ts';

/**
 * The free reals are coordinates in the plane of logarithms that add up to zero, along orthonormal axes: the k-th has k equal
 * steps up and one of the k-fold height down. What is computed here is their sum, from the last one to the first.
 */
export function toSimplex(
  b: BlockBuilder,
  dims: readonly Polynomial[],
  free: Value,
  name: string | undefined,
): Constrained {
  const { outer, last } = splitDims(dims);
  const count = extent(last);
  const logs = over(b, outer, (body, at) => {
    const range = { from: int(1), to: count, order: 'down', name: 'k' } as const;
    const start = [
      { value: real(0), name: 'total' },
      { value: zeros(body, arrayType('real', [last])), name: 'logs' },
    ];
    const [total = none(), array = none()] = body.loop(range, start, (inner, k, state) => {
      const [total = none(), array = none()] = state;
      const coordinate = inner.read(free, [...at, inner.op('isub', [k, int(1)])]);
      const before = inner.op('toReal', [k]);
      const norm = inner.op('mul', [before, inner.op('add', [before, real(1)])]);
      const step = inner.op('mul', [coordinate, inner.op('sqrt', [inner.op('div', [real(1), norm])])]);
      const log = inner.op('sub', [total, inner.op('mul', [before, step])]);
      return [inner.op('add', [total, step]), inner.set(array, [k], log)];
    });
    return body.set(array, [int(0)], total);
  });
  const norms = over(b, outer, (body, at) =>
    logSumExp(body, count, (inner, k) => inner.read(logs, [...at, k])),
  );
  const value = b.build(
    dims,
    (inner, at) => {
      const log = inner.op('sub', [inner.read(logs, at), element(inner, norms, at.slice(0, -1))]);
      return inner.op('exp', [log]);
    },
    { name },
  );
  const logJacobian = (): Operand =>
    sum(b, outer, (inner, at) => {
      // The sum of the logarithms of the elements, of which those that are not normalised add up to zero.
      const size = inner.op('toReal', [count]);
      const logarithms = inner.op('mul', [size, element(inner, norms, at)]);
      return inner.op('sub', [inner.op('mul', [real(0.5), inner.op('log', [size])]), logarithms]);
    });
  return { value, logJacobian };
}

export function fromSimplex(b: BlockBuilder, value: Value, name: string | undefined): Value {
  const { outer, last } = splitDims(value.type.dims);
  const fewer = subtract(last, constant(1));
  return over(
    b,
    outer,
    (body, at) => {
      const first = body.op('log', [body.read(value, [...at, int(0)])]);
      const start = [
        { value: first, name: 'total' },
        { value: zeros(body, arrayType('real', [fewer])), name },
      ];
      const range = { from: int(0), to: extent(fewer), name: 'k' };
      return lastOf(
        body.loop(range, start, (inner, k, [total = none(), array = none()]) => {
          const next = inner.op('iadd', [k, int(1)]);
          const before = inner.op('toReal', [next]);
          const log = inner.op('log', [inner.read(value, [...at, next])]);
          const fall = inner.op('sub', [inner.op('div', [total, before]), log]);
          const scale = inner.op('sqrt', [inner.op('div', [before, inner.op('add', [before, real(1)])])]);
          return [inner.op('add', [total, log]), inner.set(array, [k], inner.op('mul', [fall, scale]))];
        }),
      );
    },
    name,
  );
}

function logSumExp(b: BlockBuilder, count: Operand, exponent: (b: BlockBuilder, k: Value) => Operand): Value {
  return b.reduce('logSumExp', { from: int(0), to: count, name: 'k' }, exponent)[0] ?? bug('no sum');
}
