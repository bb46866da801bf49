// Ops table, hyperbolic functions and their inverses. WGSL has builtins for all of them, but defines their accuracy through
// formulas that cancel near zero and overflow early, hence the helpers.

import { op } from './define.ts';
import { tanh } from './tables.ts';

export const hyperbolic = {
  sinh: op({
    doc: 'Hyperbolic sine.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.sinh,
    d: { x: 'cosh(x)' },
    range: 'overflows',
    ts: { call: 'Math.sinh' },
    wgsl: {
      helper: 'stable_sinh',
      // Twice the product of the sine and the cosine of half of x, whose exponential overflows no earlier than the result.
      source: `\
/// The hyperbolic sine of x, accurate for small x.
fn stable_sinh(x: f32) -> f32 {
  let growth = $expm1(0.5 * select(abs(x), 176.0, abs(x) > 176.0));
  let root = growth + 1.0;
  return sign(x) * (0.5 * (growth + growth / root)) * (root + 1.0 / root);
}`,
    },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [30], [-700]],
  }),
  cosh: op({
    doc: 'Hyperbolic cosine.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.cosh,
    d: { x: 'sinh(x)' },
    range: 'overflows',
    ts: { call: 'Math.cosh' },
    wgsl: {
      helper: 'stable_cosh',
      source: `\
/// The hyperbolic cosine of x, which overflows no earlier than it should.
fn stable_cosh(x: f32) -> f32 {
  let root = $exp(0.5 * abs(x));
  let half = 0.5 * root * root;
  return half + 0.25 / half;
}`,
    },
    wgslFast: { call: 'cosh' },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [30], [-700]],
  }),
  tanh: op({
    doc: 'Hyperbolic tangent.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.tanh,
    // Where tanh saturates this is as wrong as the value is (one rounding of 1), and costs no second exponential.
    d: { x: '1 - out * out' },
    range: 'bounded',
    vanishes: true,
    rises: true,
    ts: { call: 'Math.tanh' },
    fast: tanh,
    // The builtin overflows to NaN from about 89 on.
    wgsl: {
      helper: 'stable_tanh',
      source: `\
/// The hyperbolic tangent of x; nothing overflows, and small x stay accurate.
fn stable_tanh(x: f32) -> f32 {
  let e = $expm1(-2.0 * abs(x));
  return -sign(x) * e / (e + 2.0);
}`,
    },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [10], [-40]],
  }),
  asinh: op({
    doc: 'Inverse hyperbolic sine.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.asinh,
    d: { x: '1 / hypot(1, x)' },
    ts: { call: 'Math.asinh' },
    wgsl: {
      helper: 'stable_asinh',
      // Far away it is the logarithm of 2 |x|, and the square would overflow.
      source: `\
/// The inverse hyperbolic sine of x.
fn stable_asinh(x: f32) -> f32 {
  let a = abs(x);
  let is_far = a > 1e9;
  let near = a + a * a / (1.0 + sqrt(1.0 + a * a));
  return sign(x) * ($log1p(select(near, a, is_far)) + select(0.0, 0.6931472, is_far));
}`,
    },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [1e10], [-1e200]],
  }),
  acosh: op({
    doc: 'Inverse hyperbolic cosine, not negative.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.acosh,
    d: { x: '1 / (sqrt(x - 1) * sqrt(x + 1))' },
    singular: 'finite',
    edge: true,
    ts: { call: 'Math.acosh' },
    wgsl: {
      helper: 'stable_acosh',
      source: `\
/// The inverse hyperbolic cosine of x.
fn stable_acosh(x: f32) -> f32 {
  let is_far = x > 1e9;
  let t = x - 1.0;
  return $log1p(select(t + sqrt(t) * sqrt(t + 2.0), t, is_far)) + select(0.0, 0.6931472, is_far);
}`,
    },
    callable: true,
    samples: [[1.5], [2], [1.0000001], [1e10], [1e200]],
    domain: 'x >= 1',
  }),
  atanh: op({
    doc: 'Inverse hyperbolic tangent.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.atanh,
    d: { x: '1 / ((1 - x) * (1 + x))' },
    singular: 'infinite',
    edge: true,
    ts: { call: 'Math.atanh' },
    wgsl: {
      helper: 'stable_atanh',
      source: `\
/// The inverse hyperbolic tangent of x.
fn stable_atanh(x: f32) -> f32 {
  let a = abs(x);
  return 0.5 * sign(x) * $log1p(2.0 * a / (1.0 - a));
}`,
    },
    callable: true,
    samples: [[0.5], [-0.3], [1e-10], [0.9999999], [-0.9999]],
    domain: '-1 < x < 1',
  }),
};
