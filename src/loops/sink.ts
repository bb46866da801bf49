// Sinking of fills: an array that is cleared before a loop, and of which every iteration touches only its own row, is
// cleared row by row in the loop. Then contraction can do without the other rows.

import { asConstant } from '../base/polynomial.ts';
import { accessesOf } from './accesses.ts';
import { integer, invented, isZero, loop, reference, sizeOf, zeroOf } from './make.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapRegions } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

export function sinkFills(routine: Routine): Routine {
  if (routine.scratch.length === 0) return routine;
  const accesses = accessesOf(routine, true);

  /** The loop in which everything but the one fill happens, and the axis that its index stands on. */
  function homeOf(
    buffer: Buffer,
    list: readonly Statement[],
  ): { readonly loop: Loop; readonly axis: number } | undefined {
    const access = accesses.get(buffer);
    if (access === undefined || access.fills !== 1) return undefined;
    const depth = access.around.findIndex((one) => one.list === list);
    const inner = depth < 0 ? undefined : access.around[depth + 1]?.loop;
    if (inner === undefined) return undefined;
    const axis = access.indices.indexOf(inner.index);
    return axis < 0 ? undefined : { loop: inner, axis };
  }

  function sinkList(list: readonly Statement[]): readonly Statement[] {
    const sunk = new Map<Statement, Statement[]>();
    const kept = list.filter((statement) => {
      if (statement.kind !== 'fill' || statement.buffer.role !== 'scratch' || !isZero(statement.value))
        return true;
      const home = homeOf(statement.buffer, list);
      if (home === undefined) return true;
      const rows = sunk.get(home.loop) ?? [];
      rows.push(...clearRow(statement.buffer, home.axis, home.loop.index));
      sunk.set(home.loop, rows);
      return false;
    });
    return kept.map((statement) => {
      const mapped = mapRegions(statement, sinkList);
      const rows = sunk.get(statement);
      return rows === undefined || mapped.kind !== 'for'
        ? mapped
        : { ...mapped, body: [...rows, ...mapped.body] };
    });
  }
  const body = sinkList(routine.body);
  return { ...routine, body };
}

const letters = ['i', 'j', 'k', 'l'];

/** Rows of up to this many elements are cleared without a loop: what is known by number may become a local. */
const shortest = 8;

/** Sets all elements to zero whose index on `axis` is `row`. */
function clearRow(buffer: Buffer, axis: number, row: Local): readonly Statement[] {
  const known = placesOf(buffer, axis, row);
  if (known !== undefined)
    return known.map((indices) => ({ kind: 'store', buffer, indices, value: zeroOf(buffer.scalar) }));
  const inner = buffer.dims.map((_, k) => (k === axis ? row : invented(letters[k] ?? 'i', 'int')));
  const indices: readonly Expression[] = inner.map(reference);
  let statement: Statement = { kind: 'store', buffer, indices, value: zeroOf(buffer.scalar) };
  for (let k = buffer.dims.length - 1; k >= 0; k--) {
    const [index, dim] = [inner[k], buffer.dims[k]];
    if (k !== axis && index !== undefined && dim !== undefined)
      statement = loop(index, sizeOf(dim), [statement]);
  }
  return [statement];
}

/** The indices of all elements of a short row. */
function placesOf(buffer: Buffer, axis: number, row: Local): readonly (readonly Expression[])[] | undefined {
  let places: readonly (readonly Expression[])[] = [[]];
  for (const [k, dim] of buffer.dims.entries()) {
    const extent = k === axis ? 1 : (asConstant(dim) ?? Infinity);
    if (places.length * extent > shortest) return undefined;
    places = places.flatMap((place) =>
      Array.from({ length: extent }, (_, n) => [...place, k === axis ? reference(row) : integer(n)]),
    );
  }
  return places;
}
