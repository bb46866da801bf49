// Kinks and jumps at a point, told apart from smooth bends nearby by what becomes of them as the step shrinks.

/** One component of a curve at 0 and at ±steps[i]; steps shrink by halves. */
export interface Samples {
  readonly steps: readonly number[];
  readonly left: readonly number[];
  readonly centre: number;
  readonly right: readonly number[];
  /** The relative rounding error of a value. */
  readonly noise: number;
}

/** One-sided derivatives; infinite on the side of a jump. */
export interface Kink {
  readonly left: number;
  readonly right: number;
}

/** Comparisons are over a sixteenfold change of the step, over which a smooth function's sides come sixteen times closer. */
const apart = 4;

/**
 * Looks at the finest step whose two sides differ by more than rounding. A kink that is finer than that is not seen, and
 * one that is only seen at coarser steps lies beside the point.
 */
export function kinkIn({ steps, left, centre, right, noise }: Samples): Kink | undefined {
  const rises = right.map((value) => value - centre);
  const falls = left.map((value) => centre - value);
  const sides = steps.map((step, i) => ({
    left: (falls[i] ?? NaN) / step,
    right: (rises[i] ?? NaN) / step,
  }));
  const isRounding = steps.map((step, i) => {
    const { left: before, right: after } = sides[i] ?? nowhere;
    // A step is known to the square root of the rounding error, hence so is a slope.
    const blur = Math.sqrt(noise) * Math.max(Math.abs(before), Math.abs(after));
    return Math.abs(after - before) <= 64 * Math.max((noise * Math.abs(centre)) / step, blur);
  });
  const finest = isRounding.lastIndexOf(false);
  const fine = sides[finest];
  const coarse = sides[finest - apart];
  if (fine === undefined || coarse === undefined) return undefined;
  const gap = Math.abs(fine.right - fine.left);
  const isHiddenBelow = gap <= (256 * noise * Math.abs(centre)) / (steps[finest] ?? NaN);
  if (finest < steps.length - 1 && !isHiddenBelow) return undefined;

  const settled = (from: number, to: number): boolean => Math.abs(to - from) <= gap / 4;
  const isJump = (changes: readonly number[]): boolean =>
    changes
      .slice(finest - apart, finest)
      .every((change) => Math.abs(change - (changes[finest] ?? NaN)) <= Math.abs(change) / 10);
  const limit = (from: number, to: number, changes: readonly number[]): number =>
    settled(from, to) ? to : isJump(changes) ? Math.sign(to) * Infinity : NaN;
  const kink = {
    left: limit(coarse.left, fine.left, falls),
    right: limit(coarse.right, fine.right, rises),
  };
  return Number.isNaN(kink.left) || Number.isNaN(kink.right) ? undefined : kink;
}

const nowhere: Kink = { left: NaN, right: NaN };
