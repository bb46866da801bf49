// Ops table, circular functions and their inverses.

import * as builtins from './builtins.ts';
import { op } from './define.ts';
import { fused } from './nested.ts';
import * as shaders from './shaders.ts';
import * as tables from './tables.ts';

/** (asin(x) - x) / x³ in x² for |x| <= 1/2, good to 5e-9; the builtins of WGSL may be wrong in the fourth digit. */
const arcsine = [
  0.16666666337430908, 0.07500094543497424, 0.04459940152851218, 0.03110066273549457, 0.017149238357677253,
  0.03369084720283012,
];

export const trigonometric = {
  sin: op({
    doc: 'Sine of an angle in radians.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.sin,
    d: { x: 'cos(x)' },
    range: 'bounded',
    ts: { call: 'Math.sin' },
    fast: tables.sin,
    wgsl: shaders.sin,
    wgslFast: { call: 'sin' },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [1e5], [3.14159]],
  }),
  cos: op({
    doc: 'Cosine of an angle in radians.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.cos,
    d: { x: '-sin(x)' },
    range: 'bounded',
    ts: { call: 'Math.cos' },
    fast: tables.cos,
    wgsl: shaders.cos,
    wgslFast: { call: 'cos' },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [1e5], [1.5707]],
  }),
  tan: op({
    doc: 'Tangent of an angle in radians.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.tan,
    d: { x: '1 + out * out' },
    ts: { call: 'Math.tan' },
    wgsl: shaders.tan,
    wgslFast: { call: 'tan' },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [1e5], [1.57]],
  }),
  asin: op({
    doc: 'Inverse sine, in -pi/2 .. pi/2.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.asin,
    // Near the ends 1 - x * x would cancel; the product of the factors does not.
    d: { x: '1 / sqrt((1 - x) * (1 + x))' },
    range: 'bounded',
    singular: 'finite',
    edge: true,
    ts: { call: 'Math.asin' },
    wgsl: {
      helper: 'stable_asin',
      source: `\
/// The inverse sine of x.
fn stable_asin(x: f32) -> f32 {
  let a = abs(x);
  let is_far = a > 0.5;
  let square = select(x * x, 0.5 * (1.0 - a), is_far);
  let root = select(a, sqrt(square), is_far);
  let angle = fma(root * square, ${fused(arcsine, 'square')}, root);
  return sign(x) * select(angle, 1.5707964 - 2.0 * angle, is_far);
}`,
    },
    callable: true,
    samples: [[0.5], [-0.3], [1e-10], [0.9999999], [-0.9999]],
    domain: '-1 <= x <= 1',
  }),
  acos: op({
    doc: 'Inverse cosine, in 0 .. pi.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.acos,
    d: { x: '-1 / sqrt((1 - x) * (1 + x))' },
    range: 'bounded',
    singular: 'finite',
    edge: true,
    ts: { call: 'Math.acos' },
    wgsl: {
      helper: 'stable_acos',
      source: `\
/// The inverse cosine of x.
fn stable_acos(x: f32) -> f32 {
  let a = abs(x);
  let is_far = a > 0.5;
  let square = select(x * x, 0.5 * (1.0 - a), is_far);
  let root = select(x, sqrt(square), is_far);
  let angle = fma(root * square, ${fused(arcsine, 'square')}, root);
  let twice = select(2.0 * angle, 3.1415927 - 2.0 * angle, x < 0.0);
  return select(1.5707964 - angle, twice, is_far);
}`,
    },
    callable: true,
    samples: [[0.5], [-0.3], [1e-10], [0.9999999], [-0.9999]],
    domain: '-1 <= x <= 1',
  }),
  atan: op({
    doc: 'Inverse tangent, in -pi/2 .. pi/2.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.atan,
    d: { x: '1 / (1 + x * x)' },
    range: 'bounded',
    rises: true,
    ts: { call: 'Math.atan' },
    wgsl: shaders.atan,
    wgslFast: { call: 'atan' },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [1e5], [-30]],
  }),
  atan2: op({
    doc: 'The angle of the point (x, y), in -pi .. pi; its partials at the origin are 0.',
    args: { y: 'real', x: 'real' },
    result: 'real',
    eval: Math.atan2,
    // Divided by the length twice: its square would overflow or vanish.
    d: {
      y: 'hypot(x, y) == 0 ? 0 : x / hypot(x, y) / hypot(x, y)',
      x: 'hypot(x, y) == 0 ? 0 : -y / hypot(x, y) / hypot(x, y)',
    },
    range: 'bounded',
    ts: { call: 'Math.atan2' },
    wgsl: shaders.atan2,
    wgslFast: builtins.atan2,
    callable: true,
    samples: [[1, 2], [-0.5, -3], [1e-10, 2], [3e170, -1e170], [2e-140, 1e-140], [0.7, -1e-6]], // prettier-ignore
  }),
};
