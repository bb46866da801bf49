// A range 0..to cut into blocks of so many iterations, and what is left over.

import { divide } from '../base/polynomial.ts';
import { apply, declare, integer, invented, isZero, loop, reference, sizeIn, sizeOf } from './make.ts';
import type { Expression, Local, Statement } from './types.ts';

export interface Blocks {
  /** What goes before the loop over blocks. */
  readonly before: readonly Statement[];
  /** Where the first block begins. */
  readonly from: Expression;
  readonly count: Expression;
  /** Where the iterations begin that are left over; undefined if there are none, whatever the sizes. */
  readonly rest?: Expression;
}

const zero = integer(0);

/** A range that ends before it starts has no blocks, and nothing is left over. */
export function blocksOf(to: Expression, width: number, from = zero): Blocks {
  const size = sizeIn(to);
  const whole = size === undefined || !isZero(from) ? undefined : divide(size, width);
  if (whole?.denominator === 1) return { before: [], from, count: sizeOf(whole) };
  const blocks = invented('blocks', 'int');
  const count = reference(blocks);
  const floor = apply('idiv', minus(to, from), integer(width));
  const isNatural = size?.terms.every((term) => term.coefficient > 0) === true;
  const before = [declare(blocks, isNatural ? floor : apply('imax', floor, zero))];
  return { before, from, count, rest: plus(from, apply('imul', integer(width), count)) };
}

const plus = (first: Expression, second: Expression): Expression =>
  isZero(first) ? second : apply('iadd', first, second);
const minus = (first: Expression, second: Expression): Expression =>
  isZero(second) ? first : apply('isub', first, second);

/** The loop over blocks; `body` makes what stands in it from the iterations that are taken together. */
export function overBlocks(
  { from, count }: Blocks,
  width: number,
  body: (steps: readonly Expression[]) => readonly Statement[],
): Statement {
  const block: Local = invented('block', 'int');
  const first = plus(from, apply('imul', integer(width), reference(block)));
  const steps = Array.from({ length: width }, (_, u) => (u === 0 ? first : apply('iadd', first, integer(u))));
  return loop(block, count, body(steps));
}
