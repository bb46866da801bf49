// Numerical derivatives that know how wrong they may be. C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)",
// Advances in Engineering Software 4 (1982) 75-76: central differences at shrinking steps, extrapolated to step zero by
// Neville's scheme; the disagreement between neighbouring orders of the tableau is the error estimate.

/** A vector-valued function of one real variable; components may be NaN where it is not defined. */
export type Curve = (t: number) => readonly number[];

/** The derivative of one component at t = 0. */
export interface Derivative {
  readonly value: number;
  /** An estimate of |value - truth|; Infinity when no step gave finite values. */
  readonly error: number;
  /** Set where the derivatives from the left and from the right differ and do not come together. */
  readonly kink?: { readonly left: number; readonly right: number };
}

/** Steps shrink by this factor, as in Ridders' paper. */
const shrink = 1.4;
const rows = 8;
/** Where a tableau begins. Large steps cancel less; small ones stay away from a kink or a pole that is near. */
const firstSteps = [0.2, 2e-2, 2e-3, 2e-4, 2e-6];

/**
 * The derivative of every component of `curve` at 0. `scale` is the size of a natural step, `noise` the relative
 * rounding error of a component (2^-52 for float64).
 */
export function differentiate(curve: Curve, scale: number, noise: number): readonly Derivative[] {
  const atZero = curve(0);
  let best: Derivative[] = atZero.map(() => ({ value: NaN, error: Infinity }));
  for (const first of firstSteps) {
    const found = tableau(curve, first * scale, noise);
    best = best.map((before, i) => better(before, found[i]));
    // A tableau this good is not near anything that smaller steps would escape from.
    const floor = (16 * noise) / (first * scale);
    if (
      best.every(
        ({ value, error }, i) => error <= 1e-9 * Math.abs(value) + floor * Math.abs(atZero[i] ?? NaN),
      )
    )
      break;
  }
  const kinks = kinksAtZero(curve, atZero, scale, noise);
  return best.map((derivative, i) => {
    const kink = kinks[i];
    return kink === undefined ? derivative : { ...derivative, kink };
  });
}

const better = (a: Derivative, b: Derivative | undefined): Derivative =>
  b !== undefined && b.error < a.error ? b : a;

/** One run of Ridders' method over all components at once. */
function tableau(curve: Curve, first: number, noise: number): readonly Derivative[] {
  const differences: { readonly centred: readonly number[]; readonly rounding: readonly number[] }[] = [];
  for (let row = 0; row < rows; row++) {
    const step = first / shrink ** row;
    const right = curve(step);
    const left = curve(-step);
    differences.push({
      centred: right.map((value, i) => (value - (left[i] ?? NaN)) / (2 * step)),
      rounding: right.map((value, i) => (noise * (Math.abs(value) + Math.abs(left[i] ?? NaN))) / (2 * step)),
    });
  }
  return (differences[0]?.centred ?? []).map((_, component) =>
    extrapolate(
      differences.map((row) => row.centred[component] ?? NaN),
      differences.map((row) => row.rounding[component] ?? NaN),
    ),
  );
}

function extrapolate(centred: readonly number[], rounding: readonly number[]): Derivative {
  let best: Derivative = { value: NaN, error: Infinity };
  let previous: number[] = [];
  for (const [row, difference] of centred.entries()) {
    const current = [difference];
    let factor = 1;
    for (let order = 1; order <= row; order++) {
      factor *= shrink * shrink;
      const lower = current[order - 1] ?? NaN;
      const older = previous[order - 1] ?? NaN;
      const value = (lower * factor - older) / (factor - 1);
      // Rounding is added because equal neighbours prove nothing when both rest on the same few bits.
      const error = Math.max(Math.abs(value - lower), Math.abs(value - older)) + (rounding[row] ?? Infinity);
      if (error <= best.error) best = { value, error };
      current.push(value);
    }
    // Higher orders have become worse by far: the steps are too small now, or the function is not smooth.
    if (row > 0 && Math.abs((current[row] ?? NaN) - (previous[row - 1] ?? NaN)) >= 2 * best.error) break;
    previous = current;
  }
  return best;
}

/** Steps at which the two sides are compared; a smooth function's sides come together a hundredfold between them. */
const coarse = 1e-3;
const fine = 1e-5;

function kinksAtZero(
  curve: Curve,
  atZero: readonly number[],
  scale: number,
  noise: number,
): readonly (Derivative['kink'] | undefined)[] {
  const [near, far] = [sides(curve, atZero, fine * scale), sides(curve, atZero, coarse * scale)];
  return near.map(({ left, right }, i) => {
    const gap = Math.abs(right - left);
    const gapBefore = Math.abs((far[i]?.right ?? NaN) - (far[i]?.left ?? NaN));
    const rounding = (noise * Math.abs(atZero[i] ?? NaN)) / (fine * scale);
    const isReal = gap > 64 * rounding && gap > 1e-6 * Math.max(Math.abs(left), Math.abs(right));
    return isReal && !(gap <= 0.5 * gapBefore) ? { left, right } : undefined;
  });
}

function sides(
  curve: Curve,
  atZero: readonly number[],
  step: number,
): readonly { left: number; right: number }[] {
  const right = curve(step);
  const left = curve(-step);
  return atZero.map((value, i) => ({
    right: ((right[i] ?? NaN) - value) / step,
    left: (value - (left[i] ?? NaN)) / step,
  }));
}
