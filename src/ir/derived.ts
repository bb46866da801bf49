// Sizes that follow from others: what it takes to save the state of a long loop at √T places rather than at all T.

import type { Polynomial } from '../base/polynomial.ts';
import type { DerivedSize } from './types.ts';

/** Up to so many saved elements (8 MB of doubles) a loop is one segment, and saves everything. */
export const smallHistory = 2 ** 20;

/** The value of a derived size. The emitted code computes it in the same way (emit/derived.ts). */
export function derivedSize(derived: DerivedSize, valueOf: (size: Polynomial) => number): number {
  const trips = valueOf(derived.trips);
  if (derived.rule === 'length')
    return trips * valueOf(derived.row) <= smallHistory ? 0 : Math.ceil(Math.sqrt(trips));
  const length = valueOf(derived.length);
  return length === 0 ? 0 : Math.max(0, Math.ceil(trips / length) - 1);
}
