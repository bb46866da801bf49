// Sequential loops: what they carry lives in variables and arrays that every iteration changes.

import { bug } from '../../base/bug.ts';
import type { Block, LoopStatement, Value } from '../../ir/types.ts';
import { apply, constant, declare, integer, reference, variable } from '../make.ts';
import type { Expression, Local, Statement } from '../types.ts';
import { visitExpression } from '../walk.ts';
import { assignAll, copyAll, type Copy, type Move } from './moves.ts';
import { copy, isArray, placeOf, restOf, scratchFor, slice, whole, type Goal } from './places.ts';
import { rangeOf } from './reduce.ts';
import { named, scalar, type Lowering, type Place } from './scalars.ts';

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
  const around = statement.condition === undefined ? rangeOf(lowering, statement, into) : undefined;
  enter(lowering, statement, into);
  into.push(
    around === undefined
      ? whileOf(lowering, statement, into, lower)
      : around((inner) => iterate(lowering, statement, inner, lower)),
  );
}

/** What the state is before the first iteration. Its final value is found where the state is. */
function enter(lowering: Lowering, { state, outs }: LoopStatement, into: Statement[]): void {
  state.forEach(({ value, initial }, k) => {
    const out = outs[k] ?? bug('state without an out');
    const name = value.name ?? out.name ?? 'state';
    if (!isArray(value)) {
      const local = variable(name, value.type.scalar);
      into.push(declare(local, scalar(lowering, initial)));
      for (const each of [value, out]) lowering.scalars.set(each, reference(local));
      return;
    }
    if (initial.kind !== 'value') return bug('an array that is no value');
    const place = lowering.uses.used.has(out)
      ? placeOf(lowering, out)
      : whole(scratchFor(lowering, value.type, name, value.name !== undefined));
    lowering.places.set(value, place);
    into.push(copy(placeOf(lowering, initial), place));
  });
}

/** The body of one iteration: histories are noted, then the state becomes the next. */
function iterate(
  lowering: Lowering,
  { state, outs, index, from, body }: LoopStatement,
  into: Statement[],
  lower: LowerBlock,
): void {
  const row = (out: Value): Place =>
    slice(placeOf(lowering, out), [fromStart(scalar(lowering, index), scalar(lowering, from))]);
  const goals = body.results.map((result, k): Goal => {
    if (k < state.length) return isArray(result) ? 'nothing' : 'value';
    const out = outs[k];
    if (out === undefined || !lowering.uses.used.has(out)) return 'nothing';
    return isArray(result) ? row(out) : 'value';
  });
  const results = lower(body, into, goals);
  const moves: Move[] = [];
  const copies: Copy[] = [];
  results.forEach((value, k) => {
    const [carried, out, result] = [state[k], outs[k], body.results[k]];
    if (out === undefined || result === undefined) return;
    if (carried === undefined) {
      if (value === undefined) return;
      const { buffer, prefix } = row(out);
      into.push({ kind: 'store', buffer, indices: prefix, value });
    } else if (value !== undefined) moves.push({ local: localOf(lowering, carried.value), value });
    else if (result.kind === 'value') {
      const [source, to] = [placeOf(lowering, result), placeOf(lowering, carried.value)];
      if (source !== to) copies.push({ from: source, to });
    }
  });
  const taken = moves.map(({ local, value }) => ({
    local,
    value: copies.some(({ to }) => loads(value, to)) ? named(into, value) : value,
  }));
  copyAll(into, copies, (like) =>
    whole(scratchFor(lowering, { scalar: like.buffer.scalar, dims: restOf(like) }, 'before')),
  );
  assignAll(into, taken);
}

function localOf(lowering: Lowering, value: Value): Local {
  const held = scalar(lowering, value);
  return held.kind === 'local' ? held.local : bug(`state %${value.id} is not a local`);
}

/** The row of a history that belongs to an index. */
const fromStart = (index: Expression, from: Expression): Expression =>
  from.kind === 'literal' && from.value === 0 ? index : apply('isub', index, from);

function loads(expression: Expression, { buffer }: Place): boolean {
  let found = false;
  visitExpression(expression, (part) => {
    found ||= part.kind === 'load' && part.buffer === buffer;
  });
  return found;
}

/**
 * `while (condition) { limit; …; trips++ }`. The trip count is the index where that counts up from zero. The condition is
 * asked once more than the body may run, and then must not hold.
 */
function whileOf(
  lowering: Lowering,
  statement: LoopStatement,
  into: Statement[],
  lower: LowerBlock,
): Statement {
  const { index, from, to, order, outs, condition } = statement;
  const first = named(into, scalar(lowering, from), 'first');
  const fromZero = first.kind === 'literal' && first.value === 0;
  const end = named(into, scalar(lowering, to), 'end');
  const span = fromZero ? end : apply('isub', end, first);
  const most = named(into, order === 'down' ? apply('imax', integer(0), span) : span, 'most');
  const trips = variable(fromZero && order === 'up' ? (index.name ?? 'trips') : 'trips', 'int');
  const count = reference(trips);
  into.push(declare(trips, integer(0)));
  const tripsOut = outs.at(-1) ?? bug('a loop with a condition has a trip count');
  lowering.scalars.set(tripsOut, count);

  const inner: Statement[] = [];
  if (fromZero && order === 'up') lowering.scalars.set(index, count);
  else {
    const local = constant(index.name ?? 'i', 'int');
    const last = apply('isub', apply('iadd', first, most), integer(1));
    inner.push(declare(local, order === 'up' ? apply('iadd', first, count) : apply('isub', last, count)));
    lowering.scalars.set(index, reference(local));
  }
  const [holds] = condition === undefined ? [] : lower(condition, inner, ['value']);
  inner.push({ kind: 'leave', condition: apply('not', holds ?? bug('a condition without an answer')) });
  inner.push({ kind: 'limit', trips: count, most, name: outs[0]?.name ?? 'a loop' });
  iterate(lowering, statement, inner, lower);
  inner.push({ kind: 'increase', local: trips, value: integer(1) });
  return { kind: 'while', body: inner };
}
