// Numbers in single precision.

/** The least float with all its digits. */
const leastNormal = 2 ** -126;

/**
 * The float nearest to a number that is written in a program. What floats cannot hold, since it is too large or too small, stays
 * what it is: the least that is added to make a logarithm finite must not become zero.
 */
export function nearestFloat(value: number): number {
  const float = Math.fround(value);
  return Number.isFinite(float) && Math.abs(value) >= leastNormal ? float : value;
}
