// Ops table, the functions of statistics and networks that cannot be written stably from others.

import { op } from './define.ts';

export const activation = {
  sigmoid: op({
    doc: 'Logistic function, `1 / (1 + exp(-x))`.',
    args: { x: 'real' },
    result: 'real',
    eval: (x: number) => 1 / (1 + Math.exp(-x)),
    // Not `out * sigmoid(-x)`, which doubles the cost for digits that the value has lost: far to the right 1 - out is wrong
    // by one rounding of 1, as is out itself. What needs those digits is written with logSigmoid.
    d: { x: 'out * (1 - out)' },
    range: 'bounded',
    vanishes: true,
    rises: true,
    ts: {
      helper: 'sigmoid',
      source: `\
/** The logistic function. */
function sigmoid(x: number): number {
  return 1 / (1 + $exp(-x));
}`,
    },
    wgsl: {
      helper: 'sigmoid',
      // The exponential of a positive number may overflow, and WGSL promises nothing about infinities.
      source: `\
/// The logistic function.
fn sigmoid(x: f32) -> f32 {
  let e = $exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}`,
    },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [5], [-40], [40], [-700]],
  }),
  softplus: op({
    doc: '`log(1 + exp(x))`, a smooth relu.',
    args: { x: 'real' },
    result: 'real',
    eval: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    d: { x: 'sigmoid(x)' },
    vanishes: true,
    rises: true,
    ts: {
      helper: 'softplus',
      source: `\
/** log(1 + exp(x)), without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + $log1p($exp(-Math.abs(x)));
}`,
    },
    wgsl: {
      helper: 'softplus',
      source: `\
/// log(1 + exp(x)), without overflow.
fn softplus(x: f32) -> f32 {
  return max(x, 0.0) + $log1p($exp(-abs(x)));
}`,
    },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [5], [-40], [40], [-700], [800]],
  }),
  logSigmoid: op({
    doc: '`log(sigmoid(x))`, stable for all x.',
    args: { x: 'real' },
    result: 'real',
    eval: (x: number) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
    d: { x: 'sigmoid(-x)' },
    vanishes: true,
    rises: true,
    ts: {
      helper: 'logSigmoid',
      source: `\
/** log(sigmoid(x)), without overflow. */
function logSigmoid(x: number): number {
  return Math.min(x, 0) - $log1p($exp(-Math.abs(x)));
}`,
    },
    wgsl: {
      helper: 'log_sigmoid',
      source: `\
/// log(sigmoid(x)), without overflow.
fn log_sigmoid(x: f32) -> f32 {
  return min(x, 0.0) - $log1p($exp(-abs(x)));
}`,
    },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [5], [-40], [40], [-700], [700]],
  }),
  logAddExp: op({
    doc: '`log(exp(x) + exp(y))`, without overflow.',
    args: { x: 'real', y: 'real' },
    result: 'real',
    eval: (x: number, y: number) =>
      x === y ? x + Math.LN2 : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
    d: { x: 'sigmoid(x - y)', y: 'sigmoid(y - x)' },
    vanishes: true,
    ts: {
      helper: 'logAddExp',
      source: `\
/** log(exp(x) + exp(y)), without overflow. */
function logAddExp(x: number, y: number): number {
  if (x === y) return x + Math.LN2;
  return Math.max(x, y) + $log1p($exp(-Math.abs(x - y)));
}`,
    },
    wgsl: {
      helper: 'log_add_exp',
      source: `\
/// log(exp(x) + exp(y)), without overflow.
fn log_add_exp(x: f32, y: f32) -> f32 {
  return select(max(x, y) + $log1p($exp(-abs(x - y))), x + 0.6931472, x == y);
}`,
    },
    callable: false,
    commutative: true,
    samples: [[0.5, 2.25], [-3, 0.1], [800, 799.5], [-1000, -1002], [5, -40], [0.25, 1e5]], // prettier-ignore
  }),
  softmaxWeight: op({
    doc: '`exp(x - lse)`, and 0 where x is -Infinity: a masked entry has no weight even if all are masked.',
    args: { x: 'real', lse: 'real' },
    result: 'real',
    eval: (x: number, lse: number) => (x === -Infinity ? 0 : Math.exp(x - lse)),
    d: { x: 'out', lse: '-out' },
    range: 'bounded',
    vanishes: true,
    ts: {
      helper: 'softmaxWeight',
      source: `\
/** The weight exp(x - lse) of x in a softmax; none if x is masked by -Infinity. */
function softmaxWeight(x: number, lse: number): number {
  return x === -Infinity ? 0 : $exp(x - lse);
}`,
    },
    wgsl: {
      helper: 'softmax_weight',
      source: `\
/// The weight exp(x - lse) of x in a softmax; none if x is masked by a value than which none is lower.
fn softmax_weight(x: f32, lse: f32) -> f32 {
  return select($exp(x - lse), 0.0, x <= -3.4028234e38);
}`,
    },
    callable: false,
    samples: [[0.5, 1], [-2, 3], [-100, 5.5], [10, 10.25]], // prettier-ignore
  }),
};
