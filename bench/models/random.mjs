// Inputs that are the same in every process.

/** Numbers in [-1, 1). */
export function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

/** Reals in [-scale, scale). */
export const reals = (next, length, scale = 1) => Float64Array.from({ length }, () => scale * next());

/** Ints in 0..end. */
export const ints = (next, length, end) =>
  Int32Array.from({ length }, () => Math.floor(Math.abs(next()) * end));
