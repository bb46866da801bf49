// How long each array is needed, in numbers of kernels, so that the host can put several into one place one after the other.

import type { Program } from '../../ir/types.ts';
import type { LoweredKernel } from './kernel.ts';
import { kernelsOf, type Plan, type Step, type Storage } from './steps.ts';
import { readsOf, writesOf } from './tidy.ts';

/** The first and the last kernel that needs it. */
export interface Life {
  readonly first: number;
  readonly last: number;
}

export function livesOf(
  plan: Plan,
  kernels: readonly Pick<LoweredKernel, 'kernel' | 'scratch' | 'parts'>[],
  program: Program,
): ReadonlyMap<Storage, Life> {
  const lives = new Map<Storage, Life>();
  const need = (storage: Storage, first: number, last = first): void => {
    const known = lives.get(storage) ?? { first, last };
    lives.set(storage, { first: Math.min(known.first, first), last: Math.max(known.last, last) });
  };
  kernels.forEach(({ kernel, scratch, parts }, k) => {
    for (const storage of [
      ...readsOf(kernel, plan, program),
      ...writesOf(kernel),
      ...scratch.values(),
      ...parts,
    ])
      need(storage, k);
  });
  // What comes from outside of a repetition, or is needed behind it, must be there in all rounds.
  for (const { from, to } of repeatsOf(plan.steps)) {
    for (const [storage, { first, last }] of lives) {
      const isInside = first >= from && last <= to;
      const isApart = last < from || first > to;
      if (!isInside && !isApart) need(storage, from, to);
    }
  }
  return lives;
}

interface Repeat {
  readonly from: number;
  readonly to: number;
}

/** The ranges of kernels that are repeated, inner ones first. */
function repeatsOf(steps: readonly Step[], start = 0): readonly Repeat[] {
  let at = start;
  return steps.flatMap((step) => {
    const from = at;
    if (step.kind !== 'repeat') {
      at++;
      return [];
    }
    at += kernelsOf(step.steps).length;
    return [...repeatsOf(step.steps, from), { from, to: at - 1 }];
  });
}
