// Arrays while lowering: each value gets a place before its block is lowered, so that it is computed where it is
// wanted: an output in the caller's buffer, an element of a larger array in its slice, anything else in scratch.

import { bug } from '../../base/bug.ts';
import { asConstant, type Polynomial } from '../../base/polynomial.ts';
import type { Block, Operand, Type, Value } from '../../ir/types.ts';
import { nameOf } from '../../ir/build.ts';
import { constant, integer, isAtom, load, loop, reference, sizeOf, zeroOf } from '../make.ts';
import type { Buffer, Expression, Statement } from '../types.ts';
import { named, type Lowering, type Place } from './scalars.ts';
import type { Storage } from './storage.ts';

export const isArray = (operand: Operand): boolean => operand.type.dims.length > 0;

export const whole = (buffer: Buffer): Place => ({ buffer, prefix: [] });
export const slice = (place: Place, indices: readonly Expression[]): Place => ({
  buffer: place.buffer,
  prefix: [...place.prefix, ...indices],
});

export function placeOf(lowering: Lowering, value: Value): Place {
  return lowering.places.get(value) ?? bug(`array %${value.id} has no place`);
}

/**
 * An element of a list may be computed in its place in the list: nothing else lives in either, so that neither is written over
 * while the other is read.
 */
const isComputedIn = ({ storages }: Lowering, element: Value, list: Value): boolean =>
  [element, list].every((value) => storages.of(value)?.members.length === 1);

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

/** What decides where arrays live: the goal of their block, or the array whose element they are. */
type Owner = Place | { readonly list: Value; readonly position: number };

/**
 * Chooses the places of what happens in a block and nowhere around it. Returns the copies that are left to do at its end:
 * results that are computed elsewhere (an input, an array of an outer block, the same value twice).
 */
export function placeArrays(
  lowering: Lowering,
  block: Block,
  goals: readonly Goal[],
): readonly { readonly from: Value; readonly to: Place }[] {
  const { places, uses, storages } = lowering;
  const here = storages.at(block);
  for (const storage of here) lowering.cells.delete(storage);
  const owners = new Map<Storage, Owner>();
  const claim = (value: Operand, owner: Owner): boolean => {
    const storage = value.kind === 'value' ? storages.of(value) : undefined;
    if (storage === undefined || storage.input !== undefined || owners.has(storage)) return false;
    if (!here.includes(storage)) return false;
    owners.set(storage, owner);
    return true;
  };

  const copies: { from: Value; to: Place }[] = [];
  block.results.forEach((result, position) => {
    const goal = goals[position];
    if (goal === undefined || goal === 'value' || goal === 'nothing' || result.kind !== 'value') return;
    if (!claim(result, goal)) copies.push({ from: result, to: goal });
  });
  for (const statement of block.statements) {
    if (statement.kind !== 'list' || !uses.live.has(statement)) continue;
    const [list] = statement.outs;
    statement.elements.forEach((element, position) => {
      if (isArray(element) && element.kind === 'value' && isComputedIn(lowering, element, list))
        claim(element, { list, position });
    });
  }

  const placed = new Map<Storage, Place>();
  const place = (storage: Storage): Place => {
    const known = placed.get(storage);
    if (known !== undefined) return known;
    const owner = owners.get(storage);
    const made =
      owner === undefined
        ? newPlace(lowering, storage)
        : 'buffer' in owner
          ? owner
          : slice(placeOfList(owner.list), [integer(owner.position)]);
    placed.set(storage, made);
    for (const value of storage.members) places.set(value, made);
    return made;
  };
  const placeOfList = (list: Value): Place => {
    const storage = storages.of(list);
    return storage !== undefined && here.includes(storage) ? place(storage) : placeOf(lowering, list);
  };
  for (const storage of here) if (isArray(storage.last)) place(storage);
  return copies;
}

/** Where nobody wants an array in particular. */
function newPlace(lowering: Lowering, { members, last, input, isAdjoint, isHistory }: Storage): Place {
  if (input !== undefined) return placeOf(lowering, input);
  const name = last.name ?? members.find((value) => value.name !== undefined)?.name;
  // Accumulators hold adjoints; an adjoint is called after what it is the adjoint of.
  const called = isAdjoint ? adjointName({ name }, 'adjoint') : (name ?? 'work');
  return whole(scratchFor(lowering, last.type, called, !isAdjoint && name !== undefined, isHistory));
}

export const adjointName = ({ name }: { readonly name?: string | undefined }, otherwise: string): string =>
  name === undefined ? otherwise : name.endsWith('Adjoint') ? name : `${name}Adjoint`;

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

/** A copy of an array that is about to be written over. */
export function setAside(lowering: Lowering, place: Place, into: Statement[]): Place {
  const kept = whole(scratchFor(lowering, { scalar: place.buffer.scalar, dims: restOf(place) }, 'before'));
  into.push(copy(place, kept));
  return kept;
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

/** What an extent is at least: a sum of sizes is positive, a difference may be 0. */
function least(extent: Polynomial): number {
  const known = asConstant(extent);
  if (known !== undefined) return known;
  return extent.terms.every((term) => term.coefficient > 0) ? 1 : 0;
}

/** Checks the indices of an element that are not known to be in range; they become locals first. */
export function checkIndices(
  lowering: Lowering,
  into: Statement[],
  array: Value,
  { buffer, prefix }: Place,
  indices: readonly Expression[],
): readonly Expression[] {
  return indices.map((index, k) => {
    const extent = buffer.dims[prefix.length + k] ?? bug(`index ${k} of ${buffer.name} has no axis`);
    if (index.kind === 'local' && lowering.ranges.get(index.local)?.key === extent.key) return index;
    if (index.kind === 'literal' && Number(index.value) >= 0 && Number(index.value) < least(extent))
      return index;
    const bound = isAtom(index) ? index : named(into, index, 'index');
    into.push({ kind: 'check', index: bound, extent, array: nameOf(array), axis: k });
    return bound;
  });
}
