// Random numbers that are the same on every machine for the same seed.

export interface Random {
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
  /** A whole number in from .. to (half-open). */
  readonly integer: (from: number, to: number) => number;
}

/**
 * sfc32 ("small fast counter") by Chris Doty-Humphrey, from PractRand (https://pracrand.sourceforge.net):
 * 128 bits of state with a counter, so that the period is at least 2^32 from any seed.
 */
export function random(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;

  function next(): number {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    c |= 0;
    return result >>> 0;
  }

  // Seeds that differ in one bit must be far apart: the reference implementation discards as many.
  for (let i = 0; i < 15; i++) next();

  const uniform = (): number => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) * 2 ** -53;

  return {
    uniform,
    // Box and Muller; 1 - u is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (from, to) => from + Math.floor(uniform() * (to - from)),
  };
}
