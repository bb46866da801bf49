// Which elements of a value are certainly used, and when: what the analysis of risks collects (risk.ts).

import { asConstant, equal, type Polynomial } from '../../base/polynomial.ts';
import { asPolynomial } from '../../ir/build.ts';
import type { BuildStatement, Extent, Operand, Statement, Value } from '../../ir/types.ts';
import type { Definitions } from '../regular.ts';

/** One index of a use: all of an axis, a constant, or what is known only when it runs. */
export type Place = 'all' | number | Value | Extent | Rows;

/** All rows that data name: what `frame[n]` is for any n below a size. */
export interface Rows {
  readonly kind: 'rows';
  readonly key: string;
}

/** One use of a value. */
export interface Use {
  readonly places: readonly Place[];
  /** The arms of branches that it stands in: the condition, and which way it goes. */
  readonly arms: readonly Arm[];
}
interface Arm {
  readonly condition: Operand;
  readonly side: boolean;
}

/** All of a value. */
export const whole = ({ type }: Value): Use => ({ places: type.dims.map(() => 'all'), arms: [] });

const nameOf = (operand: Operand | Rows): string =>
  operand.kind === 'value' ? `%${operand.id}` : JSON.stringify(operand);
const keyOfPlaces = ({ places }: Use): string =>
  places.map((place) => (typeof place === 'object' ? nameOf(place) : place)).join();
/** Equal uses have equal keys. */
export const keyOf = (use: Use): string =>
  `${keyOfPlaces(use)} ${use.arms.map(({ condition, side }) => `${side}${nameOf(condition)}`).join()}`;

/** The uses in an arm, seen from outside. */
export const inArm = (use: Use, condition: Operand, side: boolean): Use => ({
  ...use,
  arms: [...use.arms, { condition, side }],
});

/** The uses of the elements at one place of the first axis, as uses of those. */
export const at = (uses: readonly Use[], place: Place): readonly Use[] =>
  uses
    .filter(({ places: [first] }) => first === 'all' || first === place)
    .map((use) => ({ ...use, places: use.places.slice(1) }));

/** Whether uses name every element together, whatever way the branches go. */
export function coverAll(uses: readonly Use[], dims: readonly Polynomial[]): boolean {
  if (uses.length === 0) return false;
  const [dim, ...rest] = dims;
  if (dim === undefined) return coverWays(uses);
  if (coverAll(at(uses, 'all'), rest)) return true;
  const extent = asConstant(dim);
  if (extent === undefined || extent > uses.length) return false;
  return Array.from({ length: extent }, (_, k) => k).every((k) => coverAll(at(uses, k), rest));
}

/** More conditions than these are not thought through. */
const mostWays = 6;

/** Whether one of the uses happens whatever way the branches go. */
function coverWays(uses: readonly Use[], depth = mostWays): boolean {
  if (uses.some(({ arms }) => arms.length === 0)) return true;
  const condition = uses[0]?.arms[0]?.condition;
  if (condition === undefined || depth === 0) return false;
  return [true, false].every((side) => coverWays(going(uses, condition, side), depth - 1));
}

const going = (uses: readonly Use[], condition: Operand, side: boolean): readonly Use[] =>
  uses
    .filter(({ arms }) => !arms.some((arm) => arm.condition === condition && arm.side !== side))
    .map((use) => ({ ...use, arms: use.arms.filter((arm) => arm.condition !== condition) }));

/** The extents that indices run over from 0, by their ids; undefined where one does not. */
export type Ranges = ReadonlyMap<number, Polynomial | undefined>;

/** The rows that an element of an array names, if the iterations go through that. */
export function rowsOf(name: Operand, ranges: Ranges, definitions: Definitions): Rows | undefined {
  const read = name.kind === 'value' ? definitions.get(name.id) : undefined;
  if (read?.kind !== 'read') return undefined;
  for (const [id, range] of ranges) {
    const isIndex = (index: Operand): boolean => index.kind === 'value' && index.id === id;
    if (range === undefined || !read.indices.some(isIndex)) continue;
    if (!read.indices.every((index) => isIndex(index) || index.kind === 'literal')) continue;
    const places = read.indices.map((index) => (index.kind === 'literal' ? index.value : 'n'));
    return { kind: 'rows', key: `%${read.array.id}[${places.join()}] ${range.key}` };
  }
  return undefined;
}

/**
 * What the uses in iterations are for the block around them. Which way a branch goes differs from iteration to iteration.
 */
export function outsideOf(
  uses: readonly Use[],
  value: Value,
  ranges: Ranges,
  definitions: Definitions,
): readonly Use[] {
  const alike = new Map<string, Use[]>();
  for (const use of uses) {
    const key = keyOfPlaces(use);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [use]);
    else group.push(use);
  }
  return [...alike.values()].flatMap((group): readonly Use[] => {
    const [use] = group;
    if (use === undefined || !coverWays(group)) return [];
    const places = use.places.map((place, axis): Place | undefined => {
      if (typeof place !== 'object' || place.kind !== 'value') return place;
      if (!ranges.has(place.id)) return rowsOf(place, ranges, definitions) ?? place;
      const [range, dim] = [ranges.get(place.id), value.type.dims[axis]];
      const isAlone = use.places.every((other, k) => k === axis || other !== place);
      return range !== undefined && dim !== undefined && isAlone && equal(range, dim) ? 'all' : undefined;
    });
    return places.every((place): place is Place => place !== undefined) ? [{ places, arms: [] }] : [];
  });
}

/** The index of a range, with the extent that it runs over if it begins at 0. */
export function rangeOf({
  index,
  from,
  to,
}: {
  readonly index: Value;
  readonly from: Operand;
  readonly to: Operand;
}): Ranges {
  const isFromZero = from.kind === 'literal' && from.value === 0;
  return new Map([[index.id, isFromZero ? asPolynomial(to) : undefined]]);
}

/** The key of the rows that a comprehension computes, where it asks which are named and computes no others (passes/gather.ts). */
export function markedIn(
  { axes: [axis], body }: BuildStatement,
  definitions: Definitions,
): string | undefined {
  const definitionOf = (operand: Operand | undefined): Statement | undefined =>
    operand?.kind === 'value' ? definitions.get(operand.id) : undefined;
  const branches = body.statements.flatMap((statement) => (statement.kind === 'if' ? [statement] : []));
  const isAll = body.statements.every(({ kind }) => kind === 'if' || kind === 'read' || kind === 'list');
  const [branch] = branches;
  if (!isAll || branch === undefined || branches.length > 1 || branch.otherwise.statements.length > 0)
    return undefined;
  const asked = definitionOf(branch.condition);
  if (asked?.kind !== 'read' || asked.indices.length !== 1 || asked.indices[0] !== axis) return undefined;
  const loop = definitionOf(asked.array);
  if (loop?.kind !== 'loop' || loop.state.length !== 1 || loop.order !== 'up') return undefined;
  const none = definitionOf(loop.state[0]?.initial);
  const set = definitionOf(loop.body.results[0]);
  if (none?.kind !== 'build' || !isBool(none.body.results[0], false)) return undefined;
  if (set?.kind !== 'set' || set.indices.length !== 1 || !isBool(set.value, true)) return undefined;
  const [name] = set.indices;
  return name === undefined ? undefined : rowsOf(name, rangeOf(loop), definitions)?.key;
}

const isBool = (operand: Operand | undefined, value: boolean): boolean =>
  operand?.kind === 'literal' && operand.value === value;
