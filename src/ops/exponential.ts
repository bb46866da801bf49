// Ops table, exponentials and logarithms.

import { op } from './define.ts';
import { exp, exp2 } from './tables.ts';

export const exponential = {
  exp: op({
    doc: 'e to the power x.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.exp,
    d: { x: 'out' },
    vanishes: true,
    rises: true,
    ts: { call: 'Math.exp' },
    fast: exp,
    wgsl: { call: 'exp' },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [-700], [700]],
  }),
  log: op({
    doc: 'Natural logarithm.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.log,
    d: { x: '1 / x' },
    singular: 'infinite',
    edge: true,
    ts: { call: 'Math.log' },
    wgsl: {
      helper: 'stable_log',
      // The builtin may be any number at 0 and to the left of it.
      source: `\
/// The natural logarithm of x, without a finite value where there is none.
fn stable_log(x: f32) -> f32 {
  return select(-abs(inverseSqrt(x)), log(x), x > 0.0);
}`,
    },
    callable: true,
    samples: [[0.5], [2], [1.0000001], [1e-300], [1e300]],
    domain: 'x > 0',
  }),
  expm1: op({
    doc: '`exp(x) - 1`, accurate for small x.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.expm1,
    // Not exp(x): far to the left `out` has rounded to -1, and the partial agrees with the value that the rest of the
    // program sees: log1p(expm1(x)) keeps a slope of 1 as long as it has a value.
    d: { x: 'out + 1' },
    vanishes: true,
    ts: { call: 'Math.expm1' },
    wgsl: {
      helper: 'expm1',
      source: `\
/// exp(x) - 1, by its series where the subtraction would cancel.
fn expm1(x: f32) -> f32 {
  if (abs(x) > 0.5) { return exp(x) - 1.0; }
  let tail = 1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0));
  return x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * tail))));
}`,
    },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [-1e-5], [-30], [100]],
  }),
  log1p: op({
    doc: '`log(1 + x)`, accurate for small x.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.log1p,
    d: { x: '1 / (1 + x)' },
    singular: 'infinite',
    edge: true,
    ts: { call: 'Math.log1p' },
    wgsl: {
      helper: 'log1p',
      needs: ['stable_log'],
      // Not the trick log(u) * x / (u - 1): a compiler that simplifies u - 1 = (1 + x) - 1 to x undoes it.
      source: `\
/// log(1 + x), by the series of 2 atanh(x / (2 + x)) where the addition would round x away.
fn log1p(x: f32) -> f32 {
  if (abs(x) > 0.5) { return stable_log(1.0 + x); }
  let s = x / (2.0 + x);
  let t = s * s;
  let series = 1.0 + t * (1.0 / 3.0 + t * (1.0 / 5.0 + t * (1.0 / 7.0 + t * (1.0 / 9.0 + t * (1.0 / 11.0 + t / 13.0)))));
  return 2.0 * s * series;
}`,
    },
    callable: true,
    samples: [[0.5], [-0.9], [1e-10], [-1e-5], [1e10], [3]],
    domain: 'x > -1',
  }),
  exp2: op({
    doc: '2 to the power x.',
    args: { x: 'real' },
    result: 'real',
    eval: (x: number) => Math.pow(2, x),
    d: { x: '0.6931471805599453 * out' },
    vanishes: true,
    ts: { template: 'Math.pow(2, $x)', precedence: 'call', operands: ',' },
    fast: exp2,
    wgsl: { call: 'exp2' },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [-1000.25], [1000.7]],
  }),
  log2: op({
    doc: 'Logarithm to base 2.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.log2,
    d: { x: '1.4426950408889634 / x' },
    singular: 'infinite',
    edge: true,
    ts: { call: 'Math.log2' },
    wgsl: {
      helper: 'stable_log2',
      source: `\
/// The logarithm of x to base 2, without a finite value where there is none.
fn stable_log2(x: f32) -> f32 {
  return select(-abs(inverseSqrt(x)), log2(x), x > 0.0);
}`,
    },
    callable: true,
    samples: [[0.5], [3], [1.0000001], [1e-300], [1e300]],
    domain: 'x > 0',
  }),
  log10: op({
    doc: 'Logarithm to base 10.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.log10,
    d: { x: '0.4342944819032518 / x' },
    singular: 'infinite',
    edge: true,
    ts: { call: 'Math.log10' },
    wgsl: {
      helper: 'log10',
      needs: ['stable_log'],
      source: `\
/// The logarithm of x to base 10.
fn log10(x: f32) -> f32 {
  return 0.4342944819 * stable_log(x);
}`,
    },
    callable: true,
    samples: [[0.5], [3], [1.0000001], [1e-300], [1e300]],
    domain: 'x > 0',
  }),
};
