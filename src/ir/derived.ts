// Sizes that follow from others: what it takes to save the state of a long loop at √T places rather than at all T.

import type { DerivedSize } from './types.ts';

/** Up to here a loop is one segment: there is little to save. */
export const shortLoop = 64;

/** The value of a derived size for a number of iterations. */
export function derivedSize({ rule, every }: DerivedSize, trips: number): number {
  const root = trips <= shortLoop ? trips : Math.ceil(Math.sqrt(trips));
  const length = every ?? Math.max(1, root);
  return rule === 'length' ? length : Math.max(0, Math.ceil(trips / length) - 1);
}
