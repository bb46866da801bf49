// What a comparison of an emitted derivative with a numerical one says. "Not wrong" is not "right": a component at a
// kink, and one that the differences could not resolve, are counted apart and never as agreement.

import type { Derivative } from './differences.ts';

export type Verdict = 'agrees' | 'wrong' | 'kink' | 'unresolved';

export interface Judged {
  readonly verdict: Verdict;
  /** Difference relative to the larger of the two, or to the floor where both are smaller. NaN when one is. */
  readonly error: number;
}

/** Differences this rough, relative to what they found, prove nothing wrong. */
const telling = 0.01;

/** What is small. */
export interface Floors {
  /**
   * Components smaller than this are compared as if they were as large; it is far below the components that matter, and
   * above what rounding leaves.
   */
  readonly compared: number;
  /** The same without regard to what was emitted, which may be wrong by any factor. */
  readonly numeric: number;
}

export function judge(emitted: number, numeric: Derivative, floors: Floors, tolerance: number): Judged {
  const { value, error: doubt, kink } = numeric;
  const found = Number.isNaN(value) ? 0 : Math.abs(value);
  const isTelling = doubt <= telling * Math.max(found, floors.numeric);
  if (!Number.isFinite(emitted)) {
    return { verdict: Number.isNaN(emitted) || isTelling ? 'wrong' : 'unresolved', error: NaN };
  }
  const gap = Math.abs(emitted - value);
  const bigger = Math.max(Math.abs(emitted), found, floors.compared);
  const error = gap === 0 ? 0 : gap / bigger;
  const allowed = tolerance * bigger;
  if (kink !== undefined) {
    // Any number between the one-sided derivatives is a subgradient; outside of them nothing is.
    const low = Math.min(kink.left, kink.right) - allowed;
    const high = Math.max(kink.left, kink.right) + allowed;
    return { verdict: emitted < low || emitted > high ? 'wrong' : 'kink', error };
  }
  if (gap > allowed + 10 * doubt) return { verdict: isTelling ? 'wrong' : 'unresolved', error };
  return { verdict: doubt <= allowed ? 'agrees' : 'unresolved', error };
}

/** A component with its two numbers. */
export interface Worst {
  readonly component: string;
  readonly emitted: number;
  readonly expected: number;
  /** 1 for the first point. */
  readonly point: number;
}

/** How many components came to which verdict, and the largest error among those that agree or are wrong. */
export interface Tally {
  readonly agrees: number;
  readonly wrong: number;
  readonly kink: number;
  readonly unresolved: number;
  /** Of those unresolved, how many forward mode has the same number for. It shares too much with the gradient to prove it. */
  readonly seconded: number;
  readonly error: number;
  readonly worst?: Worst;
}

export const emptyTally: Tally = { agrees: 0, wrong: 0, kink: 0, unresolved: 0, seconded: 0, error: 0 };

export function count(tally: Tally, { verdict, error }: Judged, found: Worst): Tally {
  const counted = { ...tally, [verdict]: tally[verdict] + 1 };
  if (verdict === 'kink' || verdict === 'unresolved') return counted;
  // NaN is worse than any number; a wrong component is worse than one that agrees.
  const isWorse =
    tally.worst === undefined ||
    (verdict === 'wrong' && tally.wrong === 0) ||
    ((verdict === 'wrong' || tally.wrong === 0) && !(error <= tally.error) && !Number.isNaN(tally.error));
  return isWorse ? { ...counted, error, worst: found } : counted;
}

/** Two numbers that must be equal but for rounding, relative to `size`. NaN agrees with nothing. */
export function judgeEqual(emitted: number, expected: number, size: number, tolerance: number): Judged {
  const gap = Math.abs(emitted - expected);
  const error = gap === 0 ? 0 : gap / Math.max(size, Math.abs(emitted), Math.abs(expected));
  return { verdict: error <= tolerance ? 'agrees' : 'wrong', error };
}
