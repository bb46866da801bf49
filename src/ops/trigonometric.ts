// Ops table, circular functions and their inverses.

import { op } from './define.ts';

export const trigonometric = {
  sin: op({
    doc: 'Sine of an angle in radians.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.sin,
    d: { x: 'cos(x)' },
    ts: { call: 'Math.sin' },
    wgsl: { call: 'sin' },
    callable: true,
    samples: [[0.5], [-2], [1e-10], [1e5], [3.14159]],
  }),
  cos: op({
    doc: 'Cosine of an angle in radians.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.cos,
    d: { x: '-sin(x)' },
    ts: { call: 'Math.cos' },
    wgsl: { call: 'cos' },
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
    wgsl: { call: 'tan' },
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
    singular: 'finite',
    edge: true,
    ts: { call: 'Math.asin' },
    wgsl: { call: 'asin' },
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
    singular: 'finite',
    edge: true,
    ts: { call: 'Math.acos' },
    wgsl: { call: 'acos' },
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
    rises: true,
    ts: { call: 'Math.atan' },
    wgsl: { call: 'atan' },
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
    ts: { call: 'Math.atan2' },
    wgsl: {
      helper: 'angle',
      // The builtin promises nothing where x or y is zero.
      source: `\
/// The angle of the point (x, y), in -pi to pi.
fn angle(y: f32, x: f32) -> f32 {
  if (x == 0.0) { return 1.5707964 * sign(y); }
  let half_turn = select(-3.1415927, 3.1415927, y >= 0.0);
  return atan(y / x) + select(0.0, half_turn, x < 0.0);
}`,
    },
    callable: true,
    samples: [[1, 2], [-0.5, -3], [1e-10, 2], [3e170, -1e170], [2e-140, 1e-140], [0.7, -1e-6]], // prettier-ignore
  }),
};
