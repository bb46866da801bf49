// Elementary functions in WGSL, in arithmetic of f32 alone. The builtins may be wrong in the fourth digit (the circular
// functions and their inverses), or by as many units in the last place as the argument is large (exp); these are right to a
// few units, as test/ops/shaders.test.ts measures it.
//
// The polynomials are fits of least greatest error, made by test/ops/minimax.py. Implementations may reassociate operators,
// but not calls: a sum that must not be rearranged, as in the reduction of an argument, is an `fma`. That is rounded once or
// twice, so products there have few enough bits to be exact. Nothing branches, since that compiles slowly. NaN passes through
// `select`, and not through `min`.

import { fused } from './nested.ts';
import type { Spelling } from './types.ts';

const helper = (name: string, source: string): Spelling => ({ helper: name, source });

// ---- exponentials and logarithms

/** (e^r - 1 - r) / r² for r in -0.35 .. 0.694, good to 2e-9. */
const exponential = [
  0.49999995151, 0.16666701209, 0.041668015202, 0.0083266875453, 0.0013843209455, 0.00023216835935,
];

/** Of a number k log(2) + r: 2^k as `scale`, and e^r - 1 as `growth`. k is whole, and its last bits are those of k + 2^23. */
const powers = `\
  let growth = fma(r * r, ${fused(exponential, 'r')}, r);
  let scale = bitcast<f32>(bitcast<u32>(k + 8388735.0) * 8388608u);`;

/** Where k would be larger, r is: the result is infinite, and up to there it is good. Where k is smallest, `scale` is 0. */
const reduced = `\
  let bounded = select(x, -88.0, x < -88.0);
  let nearest = floor(fma(1.442695, bounded, 0.5));
  let k = select(nearest, 127.0, nearest > 127.0);
  let r = fma(k, 2.1219444e-4, fma(k, -0.693359375, bounded));
${powers}`;

export const exp = helper(
  'stable_exp',
  `\
/// e to the power x.
fn stable_exp(x: f32) -> f32 {
${reduced}
  return scale * (1.0 + growth);
}`,
);

export const expm1 = helper(
  'expm1',
  `\
/// exp(x) - 1, accurate for small x.
fn expm1(x: f32) -> f32 {
${reduced}
  return fma(scale, growth, scale - 1.0);
}`,
);

export const exp2 = helper(
  'stable_exp2',
  `\
/// 2 to the power x.
fn stable_exp2(x: f32) -> f32 {
  let bounded = select(x, -127.0, x < -127.0);
  let nearest = floor(bounded + 0.5);
  let k = select(nearest, 127.0, nearest > 127.0);
  let r = 0.6931472 * (bounded - k);
${powers}
  return scale * (1.0 + growth);
}`,
);

/** (log(1 + f) - f + f² / 2) / f³ for 1 + f between the roots of 1/2 and 2, good to 6e-9. */
const logarithm = [
  0.33333331688, -0.2500082094, 0.2000122793, -0.16623361601, 0.1420174206, -0.13160128058, 0.12761650065,
  -0.076347159832,
];

/** Of a positive number 2^e (1 + f): `power` is e in the place where the bits of a number have it. */
const parts = (of: string, fraction = '$f'): string => `\
  let bits = bitcast<i32>(${of});
  let power = (bits - 0x3f3504f3) & -8388608;
  let e = f32(power) * 1.1920929e-7;
  let f = ${fraction.replace('$f', 'bitcast<f32>(bits - power) - 1.0')};
  let rest = f * f * fma(f, ${fused(logarithm, 'f')}, -0.5);`;

/** NaN is made when the shader runs: a constant must not be. */
const logarithmOf = (of: string): string => `\
  let value = fma(e, 0.693359375, f + fma(e, -2.1219444e-4, rest));
${beyond(of)}`;
const beyond = (of: string): string => `\
  let beyond = select(bitcast<f32>(select(0x7fc00000u, 0xff800000u, ${of} == 0.0)), ${of}, ${of} > 0.0);
  return select(beyond, value, (${of} > 0.0) & (${of} <= 3.4028234e38));`;

export const log = helper(
  'stable_log',
  `\
/// The natural logarithm of x.
fn stable_log(x: f32) -> f32 {
${parts('x')}
${logarithmOf('x')}
}`,
);

export const log1p = helper(
  'log1p',
  `\
/// log(1 + x), accurate for small x.
fn log1p(x: f32) -> f32 {
  let sum = 1.0 + x;
${parts('sum', 'select($f, x, power == 0)')}
${logarithmOf('sum')}
}`,
);

export const log2 = helper(
  'stable_log2',
  `\
/// The logarithm of x to base 2.
fn stable_log2(x: f32) -> f32 {
${parts('x')}
  let value = fma(1.442695, f + rest, e);
${beyond('x')}
}`,
);

/** As x^y = 2^(y log2(x)), with y in two parts: products of the first with the whole part of the logarithm are exact. */
export const pow = helper(
  'real_power',
  `\
/// x to the power y, also for a negative x with a whole y; NaN, as the root of a negative number, for others.
fn real_power(x: f32, y: f32) -> f32 {
  let size = abs(x);
${parts('size')}
  let bounded = select(y, sign(y) * 1e10, abs(y) > 1e10);
  let head = bitcast<f32>(bitcast<u32>(bounded) & 0xfffff000u);
  let tail = fma(bounded - head, e, bounded * (1.442695 * (f + rest)));
  let nearest = floor(fma(head, e, tail) + 0.5);
  let k = select(select(nearest, 127.0, nearest > 127.0), -127.0, nearest < -127.0);
  let part = fma(head, e, -k) + tail;
  let r = 0.6931472 * select(part, -1.0, part < -1.0);
${powers}
  let size_power = scale * (1.0 + growth);
  let is_whole = floor(y) == y;
  let is_odd = is_whole & (floor(0.5 * y) * 2.0 != y);
  let inside = select(size_power, -size_power, (x < 0.0) & is_odd);
  let edge = select(0.0, max(size, 1.0 / size), (size == 0.0) == (y < 0.0));
  let value = select(inside, edge, (size == 0.0) | (size > 3.4028234e38));
  return select(select(value, sqrt(x), (x < 0.0) & !is_whole), 1.0, y == 0.0);
}`,
);

// ---- circular functions and their inverses

/** (sin(r) - r) / r³ and (cos(r) - 1 + r² / 2) / r⁴ in r² for |r| up to 0.8, good to 5e-9. */
const sine = [-0.16666653192, 0.0083320708807, -0.00019503068432];
const cosine = [0.041666643183, -0.0013887194231, 2.441919687e-5];

/**
 * Sine and cosine of r, which x is without k quarter turns; they are taken away in three parts. Products with the first two are
 * exact for |x| up to 100000. Beyond, x may count as one with another last bit; in the end r is set to 0.
 */
const quarters = `\
  let k = floor(fma(0.63661977, x, 0.5));
  let near = fma(k, -1.2675908e-6, fma(k, -4.825592e-4, fma(k, -1.5703125, x)));
  let r = select(near, 0.0, abs(near) > 1.0);
  let quarters = bitcast<u32>(k + 12582912.0);
  let is_odd = (quarters & 1u) == 1u;
  let square = r * r;
  let sine = fma(r * square, ${fused(sine, 'square')}, r);
  let cosine = fma(square, fma(square, ${fused(cosine, 'square')}, -0.5), 1.0);`;

export const sin = helper(
  'stable_sin',
  `\
/// The sine of x, within 1e-7 where |x| is at most 100000.
fn stable_sin(x: f32) -> f32 {
${quarters}
  let value = select(sine, cosine, is_odd);
  return bitcast<f32>(bitcast<u32>(value) ^ ((quarters & 2u) * 1073741824u));
}`,
);

export const cos = helper(
  'stable_cos',
  `\
/// The cosine of x, within 1e-7 where |x| is at most 100000.
fn stable_cos(x: f32) -> f32 {
${quarters}
  let value = select(cosine, sine, is_odd);
  return bitcast<f32>(bitcast<u32>(value) ^ (((quarters + 1u) & 2u) * 1073741824u));
}`,
);

export const tan = helper(
  'stable_tan',
  `\
/// The tangent of x, as good as the sine and the cosine.
fn stable_tan(x: f32) -> f32 {
${quarters}
  return select(sine, -cosine, is_odd) / select(cosine, sine, is_odd);
}`,
);

/** (atan(q) - q) / q³ in q² for q from 0 to 1, good to 2e-8. */
const arctangent = [
  -0.33333152737, 0.19993772851, -0.14211055323, 0.10666004404, -0.075522134232, 0.043211848942,
  -0.016367920749, 0.0029206906091,
];

export const atan2 = helper(
  'angle',
  `\
/// The angle of the point (x, y), in -pi to pi.
fn angle(y: f32, x: f32) -> f32 {
  let is_steep = abs(y) > abs(x);
  let longer = select(abs(x), abs(y), is_steep);
  let q = select(abs(y), abs(x), is_steep) / select(longer, 1.0, longer == 0.0);
  let square = q * q;
  let flat = fma(q * square, ${fused(arctangent, 'square')}, q);
  let acute = select(flat, 1.5707964 - flat, is_steep);
  let above = select(acute, 3.1415927 - acute, x < 0.0);
  return select(above, -above, y < 0.0);
}`,
);

export const atan: Spelling = {
  helper: 'stable_atan',
  needs: ['angle'],
  source: `\
/// The inverse tangent of x.
fn stable_atan(x: f32) -> f32 {
  return angle(x, 1.0);
}`,
};
