// A range 0..to cut into blocks of so many iterations, and what is left over.

import { divide } from '../base/polynomial.ts';
import { apply, declare, integer, invented, loop, reference, sizeIn, sizeOf } from './make.ts';
import type { Expression, Local, Statement } from './types.ts';

export interface Blocks {
  /** What goes before the loop over blocks. */
  readonly before: readonly Statement[];
  readonly count: Expression;
  /** Where the iterations begin that are left over; undefined if there are none, whatever the sizes. */
  readonly rest?: Expression;
}

/** A range that ends before it starts has no blocks, and nothing is left over. */
export function blocksOf(to: Expression, width: number): Blocks {
  const size = sizeIn(to);
  const whole = size === undefined ? undefined : divide(size, width);
  if (whole?.denominator === 1) return { before: [], count: sizeOf(whole) };
  const blocks = invented('blocks', 'int');
  const count = reference(blocks);
  const floor = apply('idiv', to, integer(width));
  const isNatural = size?.terms.every((term) => term.coefficient > 0) === true;
  const before = [declare(blocks, isNatural ? floor : apply('imax', floor, integer(0)))];
  return { before, count, rest: apply('imul', integer(width), count) };
}

/** The loop over blocks; `body` makes what stands in it from the iterations that are taken together. */
export function overBlocks(
  count: Expression,
  width: number,
  body: (steps: readonly Expression[]) => readonly Statement[],
): Statement {
  const block: Local = invented('block', 'int');
  const first = apply('imul', integer(width), reference(block));
  const steps = Array.from({ length: width }, (_, u) => (u === 0 ? first : apply('iadd', first, integer(u))));
  return loop(block, count, body(steps));
}
