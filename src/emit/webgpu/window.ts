// Windows: of iterations that add at 2 i + a, where all that is known of a is that it is -1, 0 or 1, a thread looks at the one or two
// that can be its own, and not at all of them. Pooling adds so: a is the place of the greatest in its window.

import { asPolynomial, extent, int } from '../../ir/build.ts';
import type { ForStatement, Operand, Statement, Value } from '../../ir/types.ts';
import type { OpName } from '../../ops/index.ts';
import { linearOf, type Linear } from './linear.ts';
import type { Searched } from './segments.ts';

/** The iterations of a loop for which `coefficient * index + rest` plus something from `low` to `high` is the axis. */
interface Window {
  readonly axis: Value;
  readonly coefficient: number;
  readonly rest: Linear;
  readonly low: number;
  readonly high: number;
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * A loop with a window is among `open`, those that a thread would go through. `isAtHand`: a thread knows the operand
 * before it does. `conditions` hold where something is added.
 */
export function windowsOf(
  searched: readonly Searched[],
  open: readonly ForStatement[],
  defs: ReadonlyMap<number, Statement>,
  isAtHand: (operand: Operand) => boolean,
  conditions: readonly Operand[],
): ReadonlyMap<ForStatement, Window> {
  const windows = new Map<ForStatement, Window>();
  for (const { index, axis } of searched) {
    const linear = linearOf(index, defs);
    const found = open.flatMap((loop) => {
      const window = windows.has(loop) ? undefined : windowOf(loop, linear, axis);
      return window === undefined || !shortens(window, loop) ? [] : [{ loop, window }];
    });
    const [first] = found;
    if (first !== undefined) windows.set(first.loop, first.window);
  }
  return windows;

  function windowOf(loop: ForStatement, { terms, rest }: Linear, axis: Value): Window | undefined {
    const coefficient = terms.get(loop.index);
    if (coefficient === undefined) return undefined;
    const exact = new Map<Value, number>();
    let [low, high] = [0, 0];
    for (const [value, by] of terms) {
      if (value === loop.index) continue;
      if (isAtHand(value)) {
        exact.set(value, by);
        continue;
      }
      const range = rangeOf(value);
      if (range === undefined) return undefined;
      low += by * (by > 0 ? range.low : range.high);
      high += by * (by > 0 ? range.high : range.low);
    }
    return { axis, coefficient, rest: { terms: exact, rest }, low, high };
  }

  /** What is known of an int: the index of a loop, or the place of an extremum, -1 where there is none. */
  function rangeOf(value: Value): Range | undefined {
    const loop = open.find(({ index }) => index === value);
    const made = defs.get(value.id);
    if (loop !== undefined) return literalRange(loop);
    if (made?.kind !== 'reduce' || made.outs[1] !== value) return undefined;
    const range = literalRange(made);
    if (range === undefined || range.low < 0 || range.high < range.low) return undefined;
    return conditions.some((condition) => isFound(condition, value)) ? range : { ...range, low: -1 };
  }

  /** `place >= 0`, which a gradient asks before it adds there. */
  function isFound(condition: Operand, place: Value): boolean {
    const made = condition.kind === 'value' ? defs.get(condition.id) : undefined;
    if (made?.kind !== 'op' || made.op !== 'ige' || made.args[0] !== place) return false;
    const [, least] = made.args;
    return least?.kind === 'literal' && least.value === 0;
  }
}

const literalRange = ({ from, to }: { readonly from: Operand; readonly to: Operand }): Range | undefined =>
  from.kind === 'literal' && to.kind === 'literal'
    ? { low: Number(from.value), high: Number(to.value) - 1 }
    : undefined;

/** Whether the window is certainly shorter than the loop, as far as that has a length. */
function shortens({ coefficient, low, high }: Window, loop: ForStatement): boolean {
  const count = Math.floor((high - low) / Math.abs(coefficient)) + 1;
  const range = literalRange(loop);
  return range !== undefined ? count < range.high - range.low + 1 : asPolynomial(loop.to) !== undefined;
}

/** The bounds of a loop in its window; `op` adds to the statements before it. */
export function boundsIn(
  { axis, coefficient, rest, low, high }: Window,
  { from, to }: ForStatement,
  op: (name: OpName, args: readonly Operand[]) => Value,
): { readonly from: Operand; readonly to: Operand } {
  const size = Math.abs(coefficient);
  const plus = (a: Operand, by: number): Operand =>
    by === 0 ? a : op(by > 0 ? 'iadd' : 'isub', [a, int(Math.abs(by))]);
  const divided = (a: Operand): Operand => (size === 1 ? a : op('idiv', [a, int(size)]));
  let at: Operand = axis;
  if (rest.rest.terms.length > 0) at = op('isub', [at, extent(rest.rest)]);
  for (const [value, by] of rest.terms) at = op('isub', [at, op('imul', [int(by), value])]);
  // size * index lies from `at - high` to `at - low`, or from `low - at` to `high - at`: rounded up, and down to what is below the end.
  const [sign, least, most] = coefficient > 0 ? [at, -high, -low] : [op('isub', [int(0), at]), low, high];
  const first = divided(plus(sign, least + size - 1));
  const end = divided(plus(sign, most + size));
  return { from: op('imax', [from, first]), to: op('imin', [to, end]) };
}
