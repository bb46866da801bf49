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
export function scratchFor(lowering: Lowering, type: Type, name: string, isUsers = false): Buffer {
  const count = (lowering.names.get(name) ?? 0) + 1;
  lowering.names.set(name, count);
  const unique = count === 1 ? name : `${name}${count}`;
  const plain: Buffer = { role: 'scratch', name: unique, scalar: type.scalar, dims: type.dims };
  const buffer: Buffer = isUsers ? plain : { ...plain, invented: true };
  lowering.scratch.push(buffer);
  return buffer;
}

/** What becomes of a result of a block: an array goes to a place, a scalar is wanted as an expression, or neither. */
export type Goal = Place | 'value' | 'nothing';

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
  const here = new Set<Value>();
  for (const statement of block.statements) {
    if (uses.live.has(statement))
      for (const out of statement.outs) if (out.type.dims.length > 0) here.add(out);
  }
  const copies: { from: Value; to: Place }[] = [];
  const placed = new Set<Value>();
  const claim = (value: Value, place: Place): boolean => {
    if (!here.has(value) || placed.has(value)) return false;
    placed.add(value);
    places.set(value, place);
    return true;
  };
  block.results.forEach((result, position) => {
    const goal = goals[position];
    if (goal === undefined || goal === 'value' || goal === 'nothing' || result.kind !== 'value') return;
    if (!claim(result, goal)) copies.push({ from: result, to: goal });
  });
  for (let position = block.statements.length - 1; position >= 0; position--) {
    const statement = block.statements[position];
    if (statement === undefined || !uses.live.has(statement)) continue;
    for (const out of [...statement.outs].reverse()) {
      if (!here.has(out) || placed.has(out) || (!uses.counts.has(out) && statement.kind !== 'open')) continue;
      // Accumulators hold adjoints; an adjoint is called after what it is the adjoint of.
      const isAdjoint = statement.kind === 'freeze' || statement.kind === 'open';
      const name = isAdjoint ? adjointName(out, 'adjoint') : (out.name ?? 'work');
      claim(out, whole(scratchFor(lowering, out.type, name, !isAdjoint && out.name !== undefined)));
    }
    if (statement.kind === 'freeze' && isArray(statement.outs[0])) {
      claim(statement.accumulator, placeOf(lowering, statement.outs[0]));
    }
    if (statement.kind === 'list') {
      const place = placeOf(lowering, statement.outs[0]);
      statement.elements.forEach((element, k) => {
        if (element.kind === 'value') claim(element, slice(place, [integer(k)]));
      });
    }
  }
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

const restOf = (place: Place): readonly Polynomial[] => place.buffer.dims.slice(place.prefix.length);

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
