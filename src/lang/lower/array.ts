// Arrays while they are lowered: made as functions from indices to elements, put into memory where they are used twice.

import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { arrayType, extent, type BlockBuilder, type Hint } from '../../ir/build.ts';
import type { Block, Operand, Reducer, Value } from '../../ir/types.ts';
import { scalarType } from '../../ir/build.ts';
import { isArray, type ArrayValue, type Lowering, type Plain } from './context.ts';
import { atomOf, learnRange, polynomialOf, type Known } from './facts.ts';

/** An array in memory. Reading the same int element twice gives the same atom to the prover. */
export function storedArray(l: Lowering, value: Value): ArrayValue {
  return {
    kind: 'array',
    scalar: value.type.scalar,
    dims: value.type.dims,
    stored: value,
    repeatable: true,
    checked: true,
    element: (b, indices, inRange, hint) => {
      const out = b.read(value, indices, { ...hint, inRange });
      if (value.type.scalar === 'int') recognise(l, value, indices, out);
      return out;
    },
  };
}

function recognise(l: Lowering, array: Value, indices: readonly Operand[], out: Value): void {
  const key = `${array.id}[${indices.map((index) => polynomialOf(l.facts, index).key).join(';')}]`;
  const before = l.facts.interned.get(key);
  if (before !== undefined) {
    l.facts.polynomials.set(out, before);
    return;
  }
  l.facts.interned.set(key, polynomial.symbol(atomOf(out)));
  const range = l.ranges.get(array);
  if (range !== undefined) learnRange(l.facts, out, range.from, range.to);
}

/** An index that runs over from <= index < to; `known` holds where the loop starts. */
export function learnIndex(
  l: Lowering,
  index: Value,
  from: Polynomial,
  to: Polynomial,
  known: Known | undefined,
): void {
  l.facts.ranges.set(atomOf(index), { from, to, runs: true, known });
}

/** A `build` over the dims whose indices are known to the prover. */
export function buildOver(
  l: Lowering,
  b: BlockBuilder,
  dims: readonly Polynomial[],
  element: (body: BlockBuilder, indices: readonly Value[]) => Operand,
  hint: Hint & { readonly indexNames?: readonly string[] | undefined },
): Value {
  const { indexNames, ...rest } = hint;
  return b.build(
    dims,
    (body, indices) => {
      indices.forEach((index, k) =>
        learnIndex(l, index, polynomial.zero, dims[k] ?? polynomial.zero, undefined),
      );
      return element(body, indices);
    },
    indexNames === undefined ? rest : { ...rest, indexNames },
  );
}

/** Puts an array into memory, if it is not there. */
export function force(l: Lowering, b: BlockBuilder, array: ArrayValue, hint: Hint = {}): Value {
  if (array.stored !== undefined) return array.stored;
  const names = array.indexNames;
  return buildOver(l, b, array.dims, (body, indices) => array.element(body, indices, true), {
    ...hint,
    indexNames: names,
  });
}

/** As an array whose elements may be asked for many times. */
export function repeatable(l: Lowering, b: BlockBuilder, array: ArrayValue, hint: Hint = {}): ArrayValue {
  return array.repeatable ? array : storedArray(l, force(l, b, array, hint));
}

/** An element's computation is nested as deeply as it has layers; so many would be slow to print and to read, too. */
const mostLayers = 64;

/** Computes one argument of an elementwise function, in the block that asks for it. */
export type Argument = (b: BlockBuilder) => Operand;

/**
 * A function of scalars applied element by element, with the last axes aligned. It asks for the arguments that it needs.
 * An argument that is repeated along leading axes is put into memory first, unless its elements are mere reads.
 */
export function elementwiseLazy(
  l: Lowering,
  b: BlockBuilder,
  args: readonly Plain[],
  scalar: ArrayValue['scalar'],
  hint: Hint,
  apply: (b: BlockBuilder, args: readonly Argument[], hint: Hint) => Operand,
): Plain {
  let dims: readonly Polynomial[] = [];
  for (const arg of args) if (isArray(arg) && arg.dims.length > dims.length) dims = arg.dims;
  const steady = args.map((arg) =>
    isArray(arg) && arg.dims.length < dims.length ? repeatable(l, b, arg) : arg,
  );
  const ask = (indices: readonly Operand[], inRange: boolean): readonly Argument[] =>
    steady.map((arg) => {
      if (!isArray(arg)) return () => arg;
      const own = indices.slice(indices.length - arg.dims.length);
      return (body) => arg.element(body, own, inRange);
    });
  if (dims.length === 0) return apply(b, ask([], true), hint);
  // The name is that of the array, not of its elements.
  const inner: Hint = { span: hint.span };
  const layers = 1 + Math.max(...steady.map((arg) => (isArray(arg) ? (arg.layers ?? 0) : 0)));
  const array: ArrayValue = {
    kind: 'array',
    scalar,
    dims,
    layers,
    repeatable: false,
    checked: false,
    element: (body, indices, inRange) => apply(body, ask(indices, inRange), inner),
  };
  return layers < mostLayers ? array : storedArray(l, force(l, b, array, { span: hint.span }));
}

/** As above, for functions that need all their arguments. */
export function elementwise(
  l: Lowering,
  b: BlockBuilder,
  args: readonly Plain[],
  scalar: ArrayValue['scalar'],
  hint: Hint,
  apply: (b: BlockBuilder, args: readonly Operand[], hint: Hint) => Operand,
): Plain {
  return elementwiseLazy(l, b, args, scalar, hint, (body, asked, own) => apply(body, asked.map((arg) => arg(body)), own)); // prettier-ignore
}

/** A loop's range, as operands and as polynomials. */
export interface LoopRange {
  readonly from: Operand;
  readonly to: Operand;
  readonly name?: string | undefined;
}

export const wholeAxis = (size: Polynomial): LoopRange => ({
  from: extent(polynomial.zero),
  to: extent(size),
});

/** A `reduce` of one or more results, whose index is known to the prover. */
export function reduceOver(
  l: Lowering,
  b: BlockBuilder,
  reducer: Reducer,
  range: LoopRange,
  known: Known | undefined,
  body: (b: BlockBuilder, index: Value) => readonly Operand[],
  hint: Hint = {},
): readonly Value[] {
  const index = b.fresh(extent(polynomial.zero).type, { name: range.name });
  learnIndex(l, index, polynomialOf(l.facts, range.from), polynomialOf(l.facts, range.to), known);
  const inner = b.nested();
  const results = body(inner, index);
  const block: Block = inner.block(results);
  const outs = results.map((result) => b.fresh(scalarType(result.type.scalar), hint));
  if (reducer === 'max' || reducer === 'min') outs.push(b.fresh(scalarType('int'), hint));
  b.push({ kind: 'reduce', outs, reducer, index, from: range.from, to: range.to, body: block });
  return outs;
}

/** An accumulator of array type, filled by `fill`. */
export function accumulate(
  b: BlockBuilder,
  scalar: ArrayValue['scalar'],
  dims: readonly Polynomial[],
  fill: (accumulator: Value) => void,
  hint: Hint,
): Value {
  const accumulator = b.open(arrayType(scalar, dims), hint);
  fill(accumulator);
  return b.freeze(accumulator, hint);
}
