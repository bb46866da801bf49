// Several things that change at once, one after the other: each value must be taken before what it is made of changes.

import { apply, constant, declare, isZero, reference } from '../make.ts';
import { renameExpression } from '../rename.ts';
import type { Expression, Local, Statement } from '../types.ts';
import { visitExpression } from '../walk.ts';
import { effectsOf } from '../effects.ts';
import { copy, setAside } from './places.ts';
import { named, readsChanged, type Lowering, type Place } from './scalars.ts';

export interface Move {
  readonly local: Local;
  readonly value: Expression;
}

/** Gives locals their values and copies arrays, all as if at once. */
export function moveAll(
  lowering: Lowering,
  into: Statement[],
  moves: readonly Move[],
  copies: readonly Copy[],
): void {
  const copied: Statement[] = [];
  copyAll(lowering, copied, copies);
  const effects = effectsOf(copied);
  const taken = moves.map((move) =>
    readsChanged(move.value, effects) ? { ...move, value: named(into, move.value) } : move,
  );
  // Rows are found by indices, so arrays are copied before locals change.
  into.push(...copied);
  assignAll(into, taken);
}

/** Gives the locals their values, all as if at once. */
function assignAll(into: Statement[], moves: readonly Move[]): void {
  let waiting = moves.filter(({ local, value }) => !(value.kind === 'local' && value.local === local));
  for (let [first] = waiting; first !== undefined; [first] = waiting) {
    const free = waiting.find((move) =>
      waiting.every((other) => other === move || !mentions(other.value, move.local)),
    );
    if (free === undefined) {
      const { local } = first;
      const before = constant(`${local.name}Before`, local.scalar);
      into.push(declare(before, reference(local)));
      const names = new Map([[local, before]]);
      const kept = first;
      waiting = waiting.map((move) =>
        move === kept ? move : { ...move, value: renameExpression(move.value, names) },
      );
      continue;
    }
    into.push(assigned(free));
    waiting = waiting.filter((move) => move !== free);
  }
}

/** `x = value`, or `x += …` where the value is a sum that x is a term of. */
function assigned({ local, value }: Move): Statement {
  const [a, b] = value.kind === 'op' ? value.args : [];
  const isLocal = (term: Expression): boolean => term.kind === 'local' && term.local === local;
  if (value.kind === 'op' && a !== undefined && b !== undefined) {
    const isSum = value.op === 'add' || value.op === 'iadd';
    if (isSum && isLocal(a) && !mentions(b, local)) return { kind: 'increase', local, value: b };
    if (isSum && isLocal(b) && !mentions(a, local)) return { kind: 'increase', local, value: a };
    if (value.op === 'sub' && isLocal(a) && !mentions(b, local) && !isZero(b))
      return { kind: 'increase', local, value: apply('neg', b) };
  }
  return { kind: 'assign', local, value };
}

function mentions(expression: Expression, local: Local): boolean {
  let found = false;
  visitExpression(expression, (part) => {
    found ||= part.kind === 'local' && part.local === local;
  });
  return found;
}

export interface Copy {
  readonly from: Place;
  readonly to: Place;
}

/** Copies arrays, all as if at once. */
function copyAll(lowering: Lowering, into: Statement[], copies: readonly Copy[]): void {
  let waiting = [...copies];
  for (let [first] = waiting; first !== undefined; [first] = waiting) {
    const free = waiting.find((each) =>
      waiting.every((other) => other === each || other.from.buffer !== each.to.buffer),
    );
    const next = free ?? first;
    if (free === undefined) {
      // What the first copy writes over is kept for those that want it.
      const { buffer } = next.to;
      const kept = setAside(lowering, next.to, into);
      waiting = waiting.map((each) =>
        each !== next && each.from.buffer === buffer ? { ...each, from: kept } : each,
      );
    }
    into.push(copy(next.from, next.to));
    waiting = waiting.filter((each) => each !== next);
  }
}
