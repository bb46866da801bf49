// What flows back to a value is a sum of contributions. In the block where a value is defined they add up as plain
// values; contributions from inside iterations, and all those to elements of arrays, go to an accumulator that is
// opened in the block of the value just before it is first needed and frozen where the sweep reaches the definition.

import { bug } from '../../base/bug.ts';
import { extent, int, real, type BlockBuilder } from '../../ir/build.ts';
import type { Operand, Statement, Value } from '../../ir/types.ts';
import { isLiteral, isNumber } from '../rule.ts';

/** The adjoint of an array that is (a slice of) another array: `array[...prefix, ...]`. */
export interface View {
  readonly array: Value;
  readonly prefix: readonly Operand[];
  /** Nothing else needs the array: adding to it in place saves a copy. */
  readonly owned?: true;
}

/** The adjoint of a scalar, or of an array. */
export type Adjoint = Operand | View;
export const isView = (adjoint: Adjoint): adjoint is View => !('kind' in adjoint);

/** Where the primal statements of a block are: what the adjoint wants saved is put in there. */
export interface Primal {
  /** What stands there is saved for the adjoint. */
  readonly saves?: boolean;
  replace(statement: Statement, by: readonly Statement[]): void;
}

/** A block of the result under construction, with the adjoints of the values defined in it. */
export class Scope {
  readonly builder: BlockBuilder;
  readonly primal: Primal;
  /** Adjoints of scalars, summed as values. */
  readonly scalars = new Map<number, Operand>();
  /** Adjoints of arrays that have a single contribution, which is an array. */
  readonly views = new Map<number, View>();
  readonly accumulators = new Map<number, Value>();

  constructor(builder: BlockBuilder, primal: Primal = builder) {
    this.builder = builder;
    this.primal = primal;
  }

  /** The accumulator of a value that this scope owns, opened if there is none yet. */
  accumulator(target: Value): Value {
    let accumulator = this.accumulators.get(target.id);
    if (accumulator === undefined) {
      const view = this.views.get(target.id);
      const taken = view?.owned === true && view.prefix.length === 0;
      const begun = taken ? { initial: view.array } : {};
      if (taken) this.views.delete(target.id);
      accumulator = this.builder.open(target.type, { name: target.name, ...begun });
      this.accumulators.set(target.id, accumulator);
    }
    return accumulator;
  }

  addScalar(target: Value, adjoint: Operand): void {
    const before = this.scalars.get(target.id);
    this.scalars.set(target.id, before === undefined ? adjoint : sum(this.builder, before, adjoint));
  }

  addArray(target: Value, view: View): void {
    if (this.accumulators.get(target.id) === undefined && !this.views.has(target.id)) {
      this.views.set(target.id, view);
      return;
    }
    const accumulator = this.accumulator(target);
    const before = this.views.get(target.id);
    if (before !== undefined) {
      this.views.delete(target.id);
      addWhole(this.builder, accumulator, before);
    }
    addWhole(this.builder, accumulator, view);
  }

  /** Whether anything contributes to the adjoint of an array of this scope. */
  isReached({ id }: Value): boolean {
    return this.views.has(id) || this.accumulators.has(id);
  }

  /** The finished adjoint of a scalar defined in this scope; undefined when nothing reached it. */
  scalarAdjoint(value: Value): Operand | undefined {
    const direct = this.scalars.get(value.id);
    const accumulator = this.accumulators.get(value.id);
    if (accumulator === undefined) return direct;
    const collected = this.builder.freeze(accumulator);
    return direct === undefined ? collected : sum(this.builder, collected, direct);
  }

  arrayAdjoint(value: Value, name = value.name): View | undefined {
    const view = this.views.get(value.id);
    const accumulator = this.accumulators.get(value.id);
    if (accumulator === undefined) return view;
    if (view !== undefined) addWhole(this.builder, accumulator, view);
    return { array: this.builder.freeze(accumulator, { name }), prefix: [], owned: true };
  }
}

function sum(b: BlockBuilder, left: Operand, right: Operand): Operand {
  if (isLiteral(left) && isLiteral(right)) return real(Number(left.value) + Number(right.value));
  if (isNumber(left, 0)) return right;
  if (isNumber(right, 0)) return left;
  return b.op('add', [left, right]);
}

/** The element of an adjoint array at these indices: a scalar, or a view when indices are left over. */
export function elementOf(
  b: BlockBuilder,
  adjoint: Adjoint | undefined,
  indices: readonly Operand[],
  inRange = true,
): Adjoint {
  if (adjoint === undefined || !isView(adjoint)) return bug('an array has a scalar adjoint');
  const all = [...adjoint.prefix, ...indices];
  return all.length === adjoint.array.type.dims.length
    ? b.read(adjoint.array, all, { inRange })
    : { array: adjoint.array, prefix: all };
}

/** The array that a view shows, as a value of its own. */
export function wholeOf(b: BlockBuilder, view: View): Value {
  return view.prefix.length === 0 ? view.array : b.row(view.array, view.prefix);
}

/** Adds every element of a view into an accumulator, at `place` and what follows. */
export function addWhole(
  b: BlockBuilder,
  accumulator: Value,
  view: View,
  place: readonly Operand[] = [],
): void {
  const dims = accumulator.type.dims.slice(place.length);
  nest(
    b,
    dims.map(() => undefined),
    dims.map((dim) => extent(dim)),
    (inner, axes) => {
      const element = elementOf(inner, view, axes);
      if (!isView(element)) inner.add(accumulator, [...place, ...axes], element);
    },
  );
}

/** Nested independent iterations over extents; the axes lend their names. */
export function nest(
  b: BlockBuilder,
  axes: readonly (Value | undefined)[],
  extents: readonly Operand[],
  body: (inner: BlockBuilder, indices: readonly Value[]) => void,
  indices: readonly Value[] = [],
): void {
  if (indices.length === axes.length) {
    body(b, indices);
    return;
  }
  const depth = indices.length;
  const to = extents[depth] ?? bug('an axis without an extent');
  b.forEach({ from: int(0), to, name: axes[depth]?.name }, (inner, index) =>
    nest(inner, axes, extents, body, [...indices, index]),
  );
}
