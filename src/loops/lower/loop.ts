// Sequential loops: what they carry lives in variables and arrays that every iteration changes.

import { bug } from '../../base/bug.ts';
import type { Block, LoopStatement, Value } from '../../ir/types.ts';
import { apply, declare, integer, reference, variable } from '../make.ts';
import type { Expression, Statement } from '../types.ts';
import { moveAll, type Copy, type Move } from './moves.ts';
import { copy, isArray, placeOf, slice, type Goal } from './places.ts';
import { isNotedFirst } from './reach.ts';
import { rangeOf, type Around } from './reduce.ts';
import { cellFor, named, scalar, type Lowering, type Place } from './scalars.ts';

/** Lowers a block into statements; an expression for each result whose goal is 'value'. */
export type LowerBlock = (
  block: Block,
  into: Statement[],
  goals: readonly Goal[],
) => readonly (Expression | undefined)[];

export function lowerLoop(
  lowering: Lowering,
  statement: LoopStatement,
  into: Statement[],
  lower: LowerBlock,
): void {
  const body = (inner: Statement[]): void => iterate(lowering, statement, inner, lower);
  // Bounds are read before the state begins, which may take over what they are made of.
  const around =
    statement.condition === undefined
      ? rangeOf(lowering, statement, into)
      : whileOf(lowering, statement, statement.condition, into, lower);
  enter(lowering, statement, into);
  into.push(around(body));
  leave(lowering, statement, into);
}

/** What the state is before the first iteration. Its final value is found where the state is. */
function enter(lowering: Lowering, { state, outs }: LoopStatement, into: Statement[]): void {
  const moves: Move[] = [];
  const copies: Copy[] = [];
  state.forEach(({ value, initial }, k) => {
    if (isArray(value)) {
      if (initial.kind !== 'value') return bug('an array that is no value');
      const [from, to] = [placeOf(lowering, initial), placeOf(lowering, value)];
      if (from !== to) copies.push({ from, to });
      return;
    }
    const start = scalar(lowering, initial);
    const { local, isNew } = cellFor(lowering, value, value.name ?? outs[k]?.name ?? 'state');
    if (isNew) into.push(declare(local, start));
    else moves.push({ local, value: start });
    lowering.scalars.set(value, reference(local));
  });
  moveAll(lowering, into, moves, copies);
}

/** What the state is after the last one, where that does not share a place with it. */
function leave(lowering: Lowering, { state, outs }: LoopStatement, into: Statement[]): void {
  const moves: Move[] = [];
  const copies: Copy[] = [];
  state.forEach(({ value }, k) => {
    const out = outs[k];
    if (out === undefined || !lowering.uses.used.has(out)) return;
    if (isArray(out)) {
      const [from, to] = [placeOf(lowering, value), placeOf(lowering, out)];
      if (from !== to) copies.push({ from, to });
      return;
    }
    const end = scalar(lowering, value);
    const { local, isNew } = cellFor(lowering, out, out.name ?? 'state');
    if (isNew) into.push(declare(local, end));
    else moves.push({ local, value: end });
    lowering.scalars.set(out, reference(local));
  });
  moveAll(lowering, into, moves, copies);
}

/** The body of one iteration: histories are noted, and the state becomes the next. */
function iterate(lowering: Lowering, statement: LoopStatement, into: Statement[], lower: LowerBlock): void {
  const { state, outs, index, from, body } = statement;
  const row = (out: Value): Place =>
    slice(placeOf(lowering, out), [fromStart(scalar(lowering, index), scalar(lowering, from))]);
  const note = (out: Value, value: Expression): void => {
    const { buffer, prefix } = row(out);
    into.push({ kind: 'store', buffer, indices: prefix, value });
  };
  const goals = body.results.map((result, k): Goal => {
    if (k < state.length) return isArray(result) ? 'nothing' : 'value';
    const out = outs[k];
    if (out === undefined || !lowering.uses.used.has(out)) return 'nothing';
    if (!isNotedFirst(statement, k) || result.kind !== 'value') return isArray(result) ? row(out) : 'value';
    if (isArray(result)) into.push(copy(placeOf(lowering, result), row(out)));
    else note(out, scalar(lowering, result));
    return 'nothing';
  });
  const results = lower(body, into, goals);
  const moves: Move[] = [];
  const copies: Copy[] = [];
  results.forEach((value, k) => {
    const [carried, out, result] = [state[k], outs[k], body.results[k]];
    if (carried === undefined) {
      if (value !== undefined && out !== undefined) note(out, value);
    } else if (value !== undefined) {
      const { local } = cellFor(lowering, carried.value, 'state');
      moves.push({ local, value });
    } else if (result?.kind === 'value') {
      const [source, to] = [placeOf(lowering, result), placeOf(lowering, carried.value)];
      if (source !== to) copies.push({ from: source, to });
    }
  });
  moveAll(lowering, into, moves, copies);
}

/** The row of a history that belongs to an index. */
const fromStart = (index: Expression, from: Expression): Expression =>
  from.kind === 'literal' && from.value === 0 ? index : apply('isub', index, from);

/**
 * `while (condition) { limit; …; trips++ }`. The trip count is the index where that counts up from zero. The condition is
 * asked once more than the body may run, and then must not hold.
 */
function whileOf(
  lowering: Lowering,
  { index, from, to, order, outs }: LoopStatement,
  condition: Block,
  into: Statement[],
  lower: LowerBlock,
): Around {
  const first = named(into, scalar(lowering, from), 'first');
  const end = named(into, scalar(lowering, to), 'end');
  const fromZero = first.kind === 'literal' && first.value === 0;
  const span = fromZero ? end : apply('isub', end, first);
  const most = named(into, order === 'down' ? apply('imax', integer(0), span) : span, 'most');
  const isIndex = fromZero && order === 'up';
  const trips = variable((isIndex ? index.name : undefined) ?? 'trips', 'int');
  const count = reference(trips);
  into.push(declare(trips, integer(0)));
  lowering.scalars.set(outs.at(-1) ?? bug('a loop with a condition has a trip count'), count);

  return (body) => {
    const inner: Statement[] = [];
    if (isIndex) lowering.scalars.set(index, count);
    else {
      const last = apply('isub', apply('iadd', first, most), integer(1));
      const value = order === 'up' ? apply('iadd', first, count) : apply('isub', last, count);
      lowering.scalars.set(index, named(inner, value, index.name ?? 'i'));
    }
    const [holds] = lower(condition, inner, ['value']);
    inner.push({ kind: 'leave', condition: apply('not', holds ?? bug('a condition without an answer')) });
    inner.push({ kind: 'limit', trips: count, most, name: outs[0]?.name ?? 'a loop' });
    body(inner);
    inner.push({ kind: 'increase', local: trips, value: integer(1) });
    return { kind: 'while', body: inner };
  };
}
