// Elementary functions in WGSL by its builtins, which are as fast and as good as the implementation makes them. The helpers
// only mend where builtins promise nothing.

import type { Spelling } from './types.ts';

/** The builtins may be any number at 0 and to the left of it. */
const logarithm = (name: string, builtin: string, title: string): Spelling => ({
  helper: name,
  source: `\
/// The ${title} of x, without a finite value where there is none.
fn ${name}(x: f32) -> f32 {
  return select(-abs(inverseSqrt(x)), ${builtin}(x), x > 0.0);
}`,
});

export const log = logarithm('stable_log', 'log', 'natural logarithm');
export const log2 = logarithm('stable_log2', 'log2', 'logarithm to base 2');

export const pow: Spelling = {
  helper: 'real_power',
  source: `\
/// x to the power y, also for a negative x with a whole y; NaN, as the root of a negative number, for others.
fn real_power(x: f32, y: f32) -> f32 {
  let is_whole = floor(y) == y;
  let is_odd = is_whole & (floor(0.5 * y) * 2.0 != y);
  let magnitude = pow(abs(x), y);
  let power = select(magnitude, -magnitude, (x < 0.0) & is_odd);
  let value = select(power, select(1.0 / abs(x), 0.0, y > 0.0), x == 0.0);
  return select(select(value, sqrt(x), (x < 0.0) & !is_whole), 1.0, y == 0.0);
}`,
};

// The builtin promises nothing where x or y is zero, nor does the other where the quotient is infinite.
export const atan2: Spelling = {
  helper: 'angle',
  source: `\
/// The angle of the point (x, y), in -pi to pi.
fn angle(y: f32, x: f32) -> f32 {
  let longer = max(abs(x), abs(y));
  let flat = atan(min(abs(x), abs(y)) / select(longer, 1.0, longer == 0.0));
  let acute = select(flat, 1.5707964 - flat, abs(y) > abs(x));
  let above = select(acute, 3.1415927 - acute, x < 0.0);
  return select(above, -above, y < 0.0);
}`,
};
