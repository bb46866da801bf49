// Ops table, exponentials and logarithms.

import * as builtins from './builtins.ts';
import { op } from './define.ts';
import * as shaders from './shaders.ts';
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
    wgsl: shaders.exp,
    wgslFast: { call: 'exp' },
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
    wgsl: shaders.log,
    wgslFast: builtins.log,
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
    wgsl: shaders.expm1,
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
    wgsl: shaders.log1p,
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
    wgsl: shaders.exp2,
    wgslFast: { call: 'exp2' },
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
    wgsl: shaders.log2,
    wgslFast: builtins.log2,
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
      source: `\
/// The logarithm of x to base 10.
fn log10(x: f32) -> f32 {
  return 0.4342944819 * $log(x);
}`,
    },
    callable: true,
    samples: [[0.5], [3], [1.0000001], [1e-300], [1e300]],
    domain: 'x > 0',
  }),
};
