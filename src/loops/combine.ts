// Fusion, sharing and merging of twins feed each other: fused loops share, shared parts make sums equal, and loops over
// equal sums fuse. They run until nothing merges any more.

import { fuse } from './fuse.ts';
import { share } from './share.ts';
import { mergeTwins } from './twins.ts';
import type { RoutineOptions } from './index.ts';
import type { Routine } from './types.ts';

/** Each round merges sums that are one loop deeper; models are rarely deeper than three. */
const mostRounds = 6;

export function combine(routine: Routine, { without = [] }: Pick<RoutineOptions, 'without'> = {}): Routine {
  const options = { productsApart: !without.includes('products') };
  let current = share(fuse(routine, options));
  for (let round = 1; round < mostRounds; round++) {
    const merged = mergeTwins(current);
    if (merged === current) return current;
    current = share(fuse(merged, options));
  }
  return current;
}
