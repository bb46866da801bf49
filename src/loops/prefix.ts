// Running sums. What an iteration i adds up over 0..i is what the iteration before added up and one term more; what it
// adds to each of the elements 0..i, an element gets from all iterations from its own on. Either way a local carries the
// sum from iteration to iteration, upwards or downwards, in place of an inner loop: n steps for n² / 2, so that it always pays.
//
// Iterations may come in any order as long as none has been chosen, and so may the terms of a sum, but for one that decides
// something: its ties must stay ties.

import { canFail, jumps, type OpName } from '../ops/index.ts';
import { decisiveIn } from './decisive.ts';
import { effectsOf, changesLocal, writes, type Effects } from './effects.ts';
import { apply, declare, integer, isZero, load, reference, variable, zeroOf } from './make.ts';
import { boundsOf, type Bounds } from './ranges.ts';
import { substituted } from './rename.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapRegions, someExpression, visitExpression } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;
type Order = NonNullable<Loop['order']>;

/** An inner loop whose range grows by one index with each iteration of the loop around it, taken in `order`. */
interface Growing {
  readonly order: Order;
  /** The index that the range gains. */
  readonly gained: Expression;
  /** The first range is empty: the index is gained after the sum has been used. */
  readonly isLate: boolean;
}

export function carrySums(routine: Routine): Routine {
  const bounds = boundsOf(routine);
  let decisive: ReturnType<typeof decisiveIn> | undefined;
  const decides: Decides = (place) => (decisive ??= decisiveIn(routine.body, isTie)).has(place);
  const list = (statements: readonly Statement[]): readonly Statement[] => {
    let changed = false;
    const result = statements.flatMap((statement): readonly Statement[] => {
      const inner = mapRegions(statement, list);
      const made = inner.kind === 'for' ? carried(inner, bounds, decides) : undefined;
      changed ||= made !== undefined || inner !== statement;
      return made ?? [inner];
    });
    return changed ? result : statements;
  };
  const body = list(routine.body);
  return body === routine.body ? routine : { ...routine, body };
}

/** The loop with sums carried, and what goes before it. */
function carried(loop: Loop, bounds: Bounds, decides: Decides): readonly Statement[] | undefined {
  if (loop.order !== undefined || !loop.body.some(({ kind }) => kind === 'for')) return undefined;
  const effects = effectsOf(loop.body);
  let order: Order | undefined;
  let body = loop.body;
  const before: Statement[] = [];
  for (const inner of loop.body) {
    if (inner.kind !== 'for' || inner.order !== undefined) continue;
    const made =
      gathered(loop, inner, effects, bounds, body) ?? scattered(loop, inner, effects, bounds, body);
    if (made === undefined || (order !== undefined && order !== made.order)) continue;
    if (!keepsTies(made, effects, decides)) continue;
    ({ order, body } = made);
    before.push(...made.before);
  }
  return order === undefined ? undefined : [...before, { ...loop, order, body }];
}

/** Rounding makes no number of an infinity. */
const isTie = ({ op, args }: { readonly op: OpName; readonly args: readonly Expression[] }): boolean =>
  jumps(op) && !args.some((arg) => arg.kind === 'literal' && Math.abs(Number(arg.value)) === Infinity);

type Decides = (place: Local | Buffer) => boolean;

/**
 * Upwards a sum has its terms in the order in which they came, and adds to an array go together. Downwards all that the loop adds up
 * is added up from the other end, and of equal elements a search would find the last.
 */
function keepsTies({ order, into }: Made, effects: Effects, decides: Decides): boolean {
  if (order === 'up') return !('dims' in into && decides(into));
  const isOuter = (place: Local | Buffer): boolean =>
    'dims' in place || place === into || !effects.declared.has(place);
  return (
    ![...effects.assigned].some(isOuter) &&
    ![...effects.increased, ...effects.accumulated].some((place) => isOuter(place) && decides(place))
  );
}

interface Made {
  /** What is added to. */
  readonly into: Local | Buffer;
  readonly order: Order;
  readonly before: readonly Statement[];
  readonly body: readonly Statement[];
}

/** `sum = 0; for j in 0..i { sum += f(j) }` */
function gathered(
  loop: Loop,
  inner: Loop,
  effects: Effects,
  bounds: Bounds,
  body: readonly Statement[],
): Made | undefined {
  const growing = growthOf(loop, inner, 'sum');
  const [add] = inner.body;
  if (growing === undefined || inner.body.length !== 1 || add?.kind !== 'increase') return undefined;
  const { order, gained, isLate } = growing;
  const sum = body.find((one) => one.kind === 'declare' && one.local === add.local);
  if (sum?.kind !== 'declare' || sum.value === undefined || !isZero(sum.value)) return undefined;
  const start = body.indexOf(sum);
  const at = body.indexOf(inner);
  const others = [...body.slice(start + 1, at), ...body.slice(at + 1)];
  if (changesLocal(effectsOf(others), add.local) || mentions(body.slice(start + 1, at), add.local))
    return undefined;
  if (!isTheSame(add.value, loop, inner, effects)) return undefined;
  const value = substituted(add.value, new Map([[inner.index, gained]]));
  if (isLate && !areInRange(value, bounds)) return undefined;
  const step: Statement = { ...add, value };
  const rest = body.flatMap((one) => (one === sum ? [] : one !== inner ? [one] : isLate ? [] : [step]));
  return { into: add.local, order, before: [sum], body: isLate ? [...rest, step] : rest };
}

/** `for j in 0..i { array[j] += value }` */
function scattered(
  loop: Loop,
  inner: Loop,
  effects: Effects,
  bounds: Bounds,
  body: readonly Statement[],
): Made | undefined {
  const growing = growthOf(loop, inner, 'adds');
  const [add] = inner.body;
  if (growing === undefined || inner.body.length !== 1 || add?.kind !== 'accumulate') return undefined;
  const { order, gained, isLate } = growing;
  const { buffer, indices, value } = add;
  const others = effectsOf(body.filter((one) => one !== inner));
  if (others.loaded.has(buffer) || others.stored.has(buffer)) return undefined;
  if (effectsOf([add]).loaded.has(buffer) || mentionsIn(value, inner.index)) return undefined;
  if (!indices.every((index) => isTheSame(index, loop, inner, effects))) return undefined;
  const place = indices.map((index) => substituted(index, new Map([[inner.index, gained]])));
  if (isLate && !areInRange(load(buffer, place), bounds)) return undefined;
  const sum = variable('carried', buffer.scalar);
  const steps: readonly Statement[] = [
    { kind: 'increase', local: sum, value },
    { kind: 'accumulate', buffer, indices: place, value: reference(sum) },
  ];
  return {
    into: buffer,
    order,
    before: [declare(sum, zeroOf(buffer.scalar))],
    body: body.flatMap((one) => (one !== inner ? [one] : isLate ? steps.toReversed() : steps)),
  };
}

/**
 * How the range of the inner loop grows, if it does. Of a sum the iteration with the shortest range comes first; of adds the one
 * with the longest, since an element gets what later iterations had.
 */
function growthOf(loop: Loop, inner: Loop, what: 'sum' | 'adds'): Growing | undefined {
  const from = offsetFrom(inner.from, loop);
  const to = offsetFrom(inner.to, loop);
  const { index } = loop;
  const ranges =
    what === 'sum' ? ({ up: 'up', down: 'down' } as const) : ({ up: 'down', down: 'up' } as const);
  if (to !== undefined && inner.from.kind === 'literal' && loop.from.kind === 'literal') {
    // At the first index of the loop the range has this many.
    const count = Number(loop.from.value) + to - Number(inner.from.value);
    if (count !== 0 && count !== 1) return undefined;
    return { order: ranges.up, gained: plus(index, to - 1 + (count === 0 ? 1 : 0)), isLate: count === 0 };
  }
  if (from !== undefined && isSame(inner.to, loop.to)) {
    if (from !== 0 && from !== 1) return undefined;
    return { order: ranges.down, gained: reference(index), isLate: from === 1 };
  }
  return undefined;
}

/** `c` of `i + c`, where `i` is the index of the loop; constants of its body are looked through. */
function offsetFrom(expression: Expression, loop: Loop): number | undefined {
  if (expression.kind === 'local') {
    if (expression.local === loop.index) return 0;
    const declared = loop.body.find((one) => one.kind === 'declare' && one.local === expression.local);
    return declared?.kind === 'declare' && declared.value !== undefined && !declared.local.mutable
      ? offsetFrom(declared.value, loop)
      : undefined;
  }
  if (expression.kind !== 'op' || (expression.op !== 'iadd' && expression.op !== 'isub')) return undefined;
  const [a, b] = expression.args;
  if (a?.kind !== 'local' || b?.kind !== 'literal') return undefined;
  const offset = offsetFrom(a, loop);
  return offset === undefined ? undefined : offset + (expression.op === 'iadd' ? 1 : -1) * Number(b.value);
}

const plus = (index: Local, by: number): Expression =>
  by === 0
    ? reference(index)
    : by > 0
      ? apply('iadd', reference(index), integer(by))
      : apply('isub', reference(index), integer(-by));

const isSame = (a: Expression, b: Expression): boolean =>
  (a.kind === 'extent' && b.kind === 'extent' && a.size.key === b.size.key) ||
  (a.kind === 'literal' && b.kind === 'literal' && a.value === b.value);

/** What it comes to depends on the inner index alone. */
function isTheSame(expression: Expression, loop: Loop, inner: Loop, effects: Effects): boolean {
  let same = true;
  visitExpression(expression, (part) => {
    if (part.kind === 'local' && part.local !== inner.index)
      same &&=
        part.local !== loop.index && !effects.declared.has(part.local) && !changesLocal(effects, part.local);
    if (part.kind === 'load') same &&= !writes(effects, part.buffer);
  });
  return same;
}

/** An index that the range never gained is harmless. */
function areInRange(expression: Expression, bounds: Bounds): boolean {
  let known = true;
  visitExpression(expression, (part) => {
    if (part.kind === 'load') known &&= bounds.inRange(part.buffer, part.indices);
    if (part.kind === 'op') known &&= !canFail(part.op);
  });
  return known;
}

const mentionsIn = (expression: Expression, local: Local): boolean => {
  let found = false;
  visitExpression(expression, (part) => {
    found ||= part.kind === 'local' && part.local === local;
  });
  return found;
};

const mentions = (statements: readonly Statement[], local: Local): boolean =>
  someExpression(statements, (part) => part.kind === 'local' && part.local === local);
