// What transforms share: what they make, and arrays of any rank, as axes around what is done for one element or one row.

import { bug } from '../../base/bug.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { extent, int, type BlockBuilder } from '../../ir/build.ts';
import type { Operand, Value } from '../../ir/types.ts';

export interface Constrained {
  readonly value: Value;
  /** log |det J| of the transform, which is computed when it is asked for. */
  readonly logJacobian: () => Operand;
}

export function splitDims(dims: readonly Polynomial[]): {
  readonly outer: readonly Polynomial[];
  readonly last: Polynomial;
} {
  return { outer: dims.slice(0, -1), last: dims[dims.length - 1] ?? bug('a scalar has no axis') };
}

export const element = (b: BlockBuilder, value: Value, at: readonly Operand[]): Value =>
  value.type.dims.length === 0 ? value : b.read(value, at);

/** What `make` yields at every point of the axes; by itself where there are none. */
export function over(
  b: BlockBuilder,
  axes: readonly Polynomial[],
  make: (b: BlockBuilder, at: readonly Value[]) => Operand,
  name?: string,
): Value {
  if (axes.length > 0) return b.build(axes, make, { name });
  const made = make(b, []);
  return made.kind === 'value' ? made : bug('a transform is no constant');
}

/** Of the terms at all points of the axes. */
export function sum(
  b: BlockBuilder,
  axes: readonly Polynomial[],
  term: (b: BlockBuilder, at: readonly Value[]) => Operand,
  at: readonly Value[] = [],
): Operand {
  const [axis, ...rest] = axes;
  if (axis === undefined) return term(b, at);
  const range = { from: int(0), to: extent(axis) };
  return b.reduce('sum', range, (inner, index) => sum(inner, rest, term, [...at, index]))[0] ?? bug('no sum');
}

/** For state that a loop has by construction. */
export const none = (): never => bug('a loop without its state');

export const lastOf = (values: readonly Value[]): Value => values[values.length - 1] ?? none();
