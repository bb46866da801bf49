// Arrays while lowering: each value gets a place before its block is lowered, so that it is computed where it is
// wanted: an output in the caller's buffer, an element of a larger array in its slice, anything else in scratch.

import { bug } from '../../base/bug.ts';
import { asConstant, type Polynomial } from '../../base/polynomial.ts';
import type { Block, Operand, Type, Value } from '../../ir/types.ts';
import { constant, integer, isAtom, load, loop, reference, sizeOf, zeroOf } from '../make.ts';
import type { Buffer, Expression, Statement } from '../types.ts';
import { named, type Lowering, type Place } from './scalars.ts';

export const isArray = (operand: Operand): boolean => operand.type.dims.length > 0;

export const whole = (buffer: Buffer): Place => ({ buffer, prefix: [] });
export const slice = (place: Place, indices: readonly Expression[]): Place => ({
  buffer: place.buffer,
  prefix: [...place.prefix, ...indices],
});

export function placeOf(lowering: Lowering, value: Value): Place {
  return lowering.places.get(value) ?? bug(`array %${value.id} has no place`);
}

/** A new scratch array. `isUsers`: the user called it so. */
export function scratchFor(
  lowering: Lowering,
  type: Type,
  name: string,
  isUsers = false,
  isHistory = false,
): Buffer {
  const count = (lowering.names.get(name) ?? 0) + 1;
  lowering.names.set(name, count);
  const unique = count === 1 ? name : `${name}${count}`;
  const { scalar, dims } = type;
  const rows = isHistory ? { isHistory } : {};
  const plain: Buffer = { role: 'scratch', name: unique, scalar, dims, ...rows };
  const buffer: Buffer = isUsers ? plain : { ...plain, invented: true };
  lowering.scratch.push(buffer);
  return buffer;
}

/** What becomes of a result of a block: an array goes to a place, a scalar is wanted as an expression, or neither. */
export type Goal = Place | 'value' | 'nothing';

/** What decides the place of an array: the goal of its block, the array whose element (or whose accumulator) it is, or nothing. */
type Owner =
  | { readonly kind: 'goal'; readonly place: Place }
  | { readonly kind: 'array'; readonly array: Value; readonly indices: readonly Expression[] }
  | { readonly kind: 'none' };

/**
 * Chooses the places of all arrays that a block defines. Returns the copies that are left to do at its end: results
 * that are computed elsewhere (an input, an array of an outer block, the same value twice).
 */
export function placeArrays(
  lowering: Lowering,
  block: Block,
  goals: readonly Goal[],
): readonly { readonly from: Value; readonly to: Place }[] {
  const { places, uses } = lowering;
  const histories = new Set<Value>();
  const live = block.statements.filter((statement) => uses.live.has(statement));
  const owners = new Map<Value, Owner>();
  for (const statement of live) {
    // A row is a part of its array.
    if (statement.kind === 'row') continue;
    if (statement.kind === 'loop')
      statement.outs.slice(statement.state.length).forEach((out) => histories.add(out));
    for (const out of statement.outs) if (isArray(out)) owners.set(out, { kind: 'none' });
  }
  const claim = (value: Operand, owner: Owner): boolean => {
    if (value.kind !== 'value' || owners.get(value)?.kind !== 'none') return false;
    owners.set(value, owner);
    return true;
  };

  const copies: { from: Value; to: Place }[] = [];
  block.results.forEach((result, position) => {
    const goal = goals[position];
    if (goal === undefined || goal === 'value' || goal === 'nothing' || result.kind !== 'value') return;
    if (!claim(result, { kind: 'goal', place: goal })) copies.push({ from: result, to: goal });
  });
  for (const statement of live) {
    if (statement.kind === 'freeze')
      claim(statement.accumulator, { kind: 'array', array: statement.outs[0], indices: [] });
    if (statement.kind !== 'list') continue;
    const [array] = statement.outs;
    statement.elements.forEach((element, k) =>
      claim(element, { kind: 'array', array, indices: [integer(k)] }),
    );
  }

  for (const statement of live) {
    // Accumulators hold adjoints; an adjoint is called after what it is the adjoint of.
    const isAdjoint = statement.kind === 'freeze' || statement.kind === 'open';
    for (const out of statement.outs) {
      if (owners.get(out)?.kind !== 'none' || !(uses.used.has(out) || isAdjoint)) continue;
      const name = isAdjoint ? adjointName(out, 'adjoint') : (out.name ?? 'work');
      places.set(
        out,
        whole(scratchFor(lowering, out.type, name, !isAdjoint && out.name !== undefined, histories.has(out))),
      );
    }
  }
  const resolved = new Map<Value, Place>();
  const resolve = (value: Value): Place => {
    const owner = owners.get(value);
    if (owner === undefined || owner.kind === 'none') return placeOf(lowering, value);
    if (owner.kind === 'goal') return owner.place;
    let place = resolved.get(value);
    if (place === undefined) {
      const around = resolve(owner.array);
      place = owner.indices.length === 0 ? around : slice(around, owner.indices);
      resolved.set(value, place);
    }
    return place;
  };
  for (const [value, owner] of owners) if (owner.kind !== 'none') places.set(value, resolve(value));
  return copies;
}

export const adjointName = ({ name }: Value, otherwise: string): string =>
  name === undefined ? otherwise : `${name}Adjoint`;

const letters = ['i', 'j', 'k', 'l'];

/** Loops over all points of `dims`; `body` gets the indices. */
function overAll(
  dims: readonly Polynomial[],
  body: (indices: readonly Expression[]) => Statement,
): Statement {
  const indices = dims.map((_, k) => constant(letters[k] ?? `i${k}`, 'int'));
  let statement = body(indices.map(reference));
  for (let k = dims.length - 1; k >= 0; k--) {
    const [index, dim] = [indices[k], dims[k]];
    if (index !== undefined && dim !== undefined) statement = loop(index, sizeOf(dim), [statement]);
  }
  return statement;
}

export const restOf = (place: Place): readonly Polynomial[] => place.buffer.dims.slice(place.prefix.length);

export function copy(from: Place, to: Place): Statement {
  return overAll(restOf(to), (indices) => ({
    kind: 'store',
    buffer: to.buffer,
    indices: [...to.prefix, ...indices],
    value: load(from.buffer, [...from.prefix, ...indices]),
  }));
}

export function clear({ buffer, prefix }: Place): Statement {
  const value = zeroOf(buffer.scalar);
  if (prefix.length === 0) return { kind: 'fill', buffer, value };
  return overAll(restOf({ buffer, prefix }), (indices) => ({
    kind: 'store',
    buffer,
    indices: [...prefix, ...indices],
    value,
  }));
}

/** Checks the indices of an element that are not known to be in range; they become locals first. */
export function checkIndices(
  lowering: Lowering,
  into: Statement[],
  { buffer, prefix }: Place,
  indices: readonly Expression[],
): readonly Expression[] {
  return indices.map((index, k) => {
    const axis = prefix.length + k;
    const extent = buffer.dims[axis] ?? bug(`index ${axis} of ${buffer.name} has no axis`);
    if (index.kind === 'local' && lowering.ranges.get(index.local)?.key === extent.key) return index;
    if (
      index.kind === 'literal' &&
      Number(index.value) >= 0 &&
      Number(index.value) < (asConstant(extent) ?? 1)
    )
      return index;
    const bound = isAtom(index) ? index : named(into, index, 'index');
    into.push({ kind: 'check', index: bound, extent, array: buffer.name, axis });
    return bound;
  });
}
