// Numerical derivatives that know how wrong they may be: central differences extrapolated to step zero, believed only
// where step sizes that share no evaluation agree. The extrapolation is that of C. J. F. Ridders, "Accurate computation of
// F'(x) and F'(x)F''(x)", Advances in Engineering Software 4 (1982) 75-76.

import { kinkIn, type Kink, type Samples } from './kink.ts';

/** A vector-valued function of one real variable; components may be NaN where it is not defined. */
export type Curve = (t: number) => readonly number[];

/** The derivative of one component at t = 0. */
export interface Derivative {
  readonly value: number;
  /** An estimate of |value - truth|; Infinity when no two step sizes gave finite values that can be compared. */
  readonly error: number;
  /** Set where the derivatives from the left and from the right differ and do not come together. */
  readonly kink?: Kink;
}

/** Steps are halved from the coarsest down to the finest. */
export interface Steps {
  readonly coarsest: number;
  readonly finest: number;
}

/**
 * Steps for an argument of this magnitude that moves `speed` times as fast as the curve's parameter. Near a pole at zero
 * it is the magnitude that limits them; below the square root of `noise` the argument itself has too few digits.
 */
export function stepsAround(magnitude: number, noise: number, speed = 1): Steps {
  const smallest = magnitude === 0 ? 1e-3 : Math.max(magnitude, 1e-12);
  return {
    coarsest: (0.2 * Math.max(1, magnitude)) / speed,
    finest: (Math.sqrt(noise) * smallest) / speed,
  };
}

/** The derivative of every component of `curve` at 0. `noise` is 2^-52 for float64. */
export function differentiate(
  curve: Curve,
  { coarsest, finest }: Steps,
  noise: number,
): readonly Derivative[] {
  const steps: number[] = [];
  for (let step = coarsest; step >= finest; step /= 2) steps.push(step);
  const right = steps.map((step) => curve(step));
  const left = steps.map((step) => curve(-step));
  return curve(0).map((centre, i) => {
    const along = (side: readonly (readonly number[])[]): readonly number[] =>
      side.map((values) => values[i] ?? NaN);
    const samples = { steps, left: along(left), centre, right: along(right), noise };
    const kink = kinkIn(samples);
    return kink === undefined ? smoothDerivative(samples) : { ...smoothDerivative(samples), kink };
  });
}

/** So many steps in a row are extrapolated together. */
const rows = 4;
/** Estimates are off by at most so many times their error: errors are estimates too. */
const safety = 10;
/** An error of this part of the value leaves no doubt that there is a slope. */
const telling = 0.01;

/**
 * The estimate with the smallest error, of those that a sixteen times smaller step confirms and none contradicts with a
 * slope of its own. Where smaller steps contradict by being flat, either may be true: the error then covers both.
 */
function smoothDerivative(samples: Samples): Derivative {
  const found = estimates(samples);
  const confirmed = found.flatMap(({ value, error: own }, i) => {
    const error = Math.max(own, Math.abs(value - (found[i + rows]?.value ?? NaN)));
    return Number.isFinite(error) ? [{ value, error }] : [];
  });
  const isSlope = ({ value, error }: Derivative): boolean => error < telling * Math.abs(value);
  const believed = confirmed.filter(
    (estimate, i) =>
      !confirmed.slice(i + 1).some((finer) => isSlope(finer) && disagreement(estimate, finer) > 0),
  );
  const best = believed.reduce((a, b) => (b.error < a.error ? b : a), unknown);
  const unconfirmed = found.slice(-rows).filter(({ error }) => Number.isFinite(error));
  const contradictions = [...believed, ...unconfirmed].map((other) => disagreement(best, other));
  return { value: best.value, error: Math.max(best.error, ...contradictions) };
}

const unknown: Derivative = { value: NaN, error: Infinity };

/** By how much two estimates are further apart than their errors allow. */
const disagreement = (a: Derivative, b: Derivative): number =>
  Math.abs(a.value - b.value) - safety * (a.error + b.error);

/** One for each run of steps, NaN for a run that is not to be believed. */
function estimates(samples: Samples): readonly Derivative[] {
  const { steps, left, centre, right, noise } = samples;
  const blur = jitter(samples);
  const rounding = steps.map((_, i) => {
    const own = (noise * (Math.abs(left[i] ?? NaN) + Math.abs(right[i] ?? NaN))) / 2;
    return isFlat(samples, i) ? own : Math.max(own, blur);
  });
  const slopes = steps.map((step, i) => ((right[i] ?? NaN) - (left[i] ?? NaN)) / (2 * step));
  const means = steps.map((_, i) => ((right[i] ?? NaN) + (left[i] ?? NaN)) / 2);
  const slopeRounding = rounding.map((value, i) => value / (steps[i] ?? NaN));
  return Array.from({ length: Math.max(0, steps.length - rows + 1) }, (_, first) => {
    const end = first + rows;
    const slope = extrapolate(slopes.slice(first, end), slopeRounding.slice(first, end));
    // Differences do not look at the centre. Steps that straddle a pole or a spike extrapolate to another value there.
    const mean = extrapolate(means.slice(first, end), rounding.slice(first, end));
    const change = Math.abs(slope.value) * (steps[end - 1] ?? NaN);
    const doubt = safety * (mean.error + noise * Math.abs(centre) + blur) + telling * change;
    return Number.isFinite(centre) && Math.abs(mean.value - centre) <= doubt ? slope : unknown;
  });
}

const isFlat = ({ left, centre, right }: Samples, i: number): boolean =>
  left[i] === centre && right[i] === centre;

/**
 * How uncertain values are, as far as the finest steps show at which they change: what is not a parabola there is
 * rounding, inside of the function or of its argument.
 */
function jitter(samples: Samples): number {
  const { steps, left, centre, right } = samples;
  const bend = steps.map((_, i) => (right[i] ?? NaN) + (left[i] ?? NaN) - 2 * centre);
  const residues = bend.slice(0, -1).map((wide, i) => Math.abs(wide - 4 * (bend[i + 1] ?? NaN)) / 4);
  const known = residues.filter((residue, i) => Number.isFinite(residue) && !isFlat(samples, i));
  return Math.max(0, ...known.slice(-rows));
}

/** Neville's scheme in the square of the step; neighbouring orders tell the error. NaN where a value is not finite. */
function extrapolate(values: readonly number[], rounding: readonly number[]): Derivative {
  let best = unknown;
  if (!values.every(Number.isFinite)) return best;
  let previous: number[] = [];
  for (const [row, first] of values.entries()) {
    const current = [first];
    for (let order = 1; order <= row; order++) {
      const factor = 4 ** order;
      const lower = current[order - 1] ?? NaN;
      const older = previous[order - 1] ?? NaN;
      const value = (lower * factor - older) / (factor - 1);
      // Rounding is added because equal neighbours prove nothing when both rest on the same few bits.
      const error = Math.max(Math.abs(value - lower), Math.abs(value - older)) + (rounding[row] ?? Infinity);
      if (error <= best.error) best = { value, error };
      current.push(value);
    }
    previous = current;
  }
  return best;
}
