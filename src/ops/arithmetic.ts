// Ops table, arithmetic on reals: the four operations, powers and roots.

import * as builtins from './builtins.ts';
import { op } from './define.ts';
import * as shaders from './shaders.ts';

export const arithmetic = {
  add: op({
    doc: 'Sum, `x + y`.',
    args: { x: 'real', y: 'real' },
    result: 'real',
    eval: (x: number, y: number) => x + y,
    d: { x: '1', y: '1' },
    ts: { operator: '+' },
    wgsl: { operator: '+' },
    callable: false,
    commutative: true,
    samples: [[1.5, 2.25], [-3, 0.1], [1e16, 1], [1e-300, -1e-310]], // prettier-ignore
  }),
  sub: op({
    doc: 'Difference, `x - y`.',
    args: { x: 'real', y: 'real' },
    result: 'real',
    eval: (x: number, y: number) => x - y,
    d: { x: '1', y: '-1' },
    ts: { operator: '-' },
    wgsl: { operator: '-' },
    callable: false,
    samples: [[1.5, 2.25], [-3, 0.1], [1e16, 1], [1.0000000001, 1]], // prettier-ignore
  }),
  mul: op({
    doc: 'Product, `x * y`.',
    args: { x: 'real', y: 'real' },
    result: 'real',
    eval: (x: number, y: number) => x * y,
    d: { x: 'y', y: 'x' },
    ts: { operator: '*' },
    wgsl: { operator: '*' },
    callable: false,
    commutative: true,
    samples: [[1.5, 2.25], [-3, 0.1], [1e200, 1e-190], [0.7, -1e-8]], // prettier-ignore
  }),
  div: op({
    doc: 'Quotient, `x / y`; always real.',
    args: { x: 'real', y: 'real' },
    result: 'real',
    eval: (x: number, y: number) => x / y,
    // Not `-x / (y * y)`: the square overflows long before the quotient does.
    d: { x: '1 / y', y: '1 / y * -out' },
    singular: 'infinite',
    ts: { operator: '/' },
    wgsl: { operator: '/' },
    callable: false,
    samples: [[1.5, 2.25], [-3, 0.1], [1e-100, 1e-90], [1e100, 1e80], [2, -7e-5]], // prettier-ignore
    domain: 'y != 0',
  }),
  neg: op({
    doc: 'Negation, `-x`.',
    args: { x: 'real' },
    result: 'real',
    eval: (x: number) => -x,
    d: { x: '-1' },
    ts: { operator: '-' },
    wgsl: { operator: '-' },
    callable: false,
    samples: [[1.5], [-3], [1e300], [-1e-300]],
  }),
  pow: op({
    doc: 'Real power, `x ^ y`.',
    args: { x: 'real', y: 'real' },
    result: 'real',
    eval: (x: number, y: number) => Math.pow(x, y),
    // Where x = 0 the value does not depend on y > 0; its limit 0 * log(0) is written out. A negative x has
    // no derivative in y: log(x) is NaN, which nobody sees unless y is differentiated. The case of 0 ^ 0 asks for both to be
    // zero: at y = 0 alone the rule for x still depends on y, and second derivatives need that.
    d: {
      x: 'x == 0 && y == 0 ? 0 : y * pow(x, y - 1)',
      y: 'x == 0 && y >= 0 ? 0 : out * log(x)',
    },
    singular: 'finite',
    vanishes: true,
    edge: true,
    ts: { call: 'Math.pow' },
    // The builtin is exp2(y * log2(x)), which knows neither negative bases nor zero.
    wgsl: shaders.pow,
    wgslFast: builtins.pow,
    callable: true,
    samples: [[2, 0.5], [0.3, 2.7], [10, -3.3], [1e-8, 1.5], [1e20, 0.25], [1.0000001, 1e6], [3, 0]], // prettier-ignore
    domain: 'x > 0, or x = 0 and y > 0, or x < 0 and y whole',
  }),
  powi: op({
    doc: 'Integer power, `x ^ n`, by repeated squaring; `x ^ 0` is 1 for every x.',
    args: { x: 'real', n: 'int' },
    result: 'real',
    eval: integerPower,
    d: { x: 'n == 0 ? 0 : toReal(n) * powi(x, n - 1)' },
    singular: 'infinite',
    ts: {
      helper: 'integerPower',
      source: `\
/** x to the integer power n, by repeated squaring. */
function integerPower(x: number, n: number): number {
  let power = 1;
  let square = x;
  for (let rest = Math.abs(n); rest > 0; rest >>>= 1) {
    if (rest & 1) power *= square;
    square *= square;
  }
  return n < 0 ? 1 / power : power;
}`,
    },
    wgsl: {
      helper: 'integer_power',
      // The magnitude of the smallest int is no i32.
      source: `\
/// x to the integer power n, by repeated squaring.
fn integer_power(x: f32, n: i32) -> f32 {
  var power = 1.0;
  var square = x;
  for (var rest = u32(abs(n)); rest > 0u; rest >>= 1u) {
    if ((rest & 1u) == 1u) { power *= square; }
    square *= square;
  }
  return select(power, 1.0 / power, n < 0);
}`,
    },
    callable: false,
    samples: [[1.7, 2], [-0.3, 3], [2.5, -2], [1.01, 100], [-1e-3, -5], [7, 1], [0.6, 0]], // prettier-ignore
    domain: 'x != 0 where n < 0',
  }),
  sqrt: op({
    doc: 'Square root.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.sqrt,
    d: { x: '0.5 / out' },
    singular: 'finite',
    edge: true,
    ts: { call: 'Math.sqrt' },
    wgsl: { call: 'sqrt' },
    callable: true,
    samples: [[2], [0.01], [1e-200], [1e300], [12345.678]],
    domain: 'x >= 0',
  }),
  rootOfSquares: op({
    doc: 'Square root of a sum of squares. The partial at 0 is 0, as for a norm; the stabiliser makes it from `sqrt`.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.sqrt,
    d: { x: 'out == 0 ? 0 : 0.5 / out' },
    ts: { call: 'Math.sqrt' },
    wgsl: { call: 'sqrt' },
    callable: false,
    samples: [[2], [0.01], [1e-200], [1e300], [12345.678]],
    domain: 'x >= 0',
  }),
  cbrt: op({
    doc: 'Cube root.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.cbrt,
    d: { x: '1 / (3 * out * out)' },
    singular: 'finite',
    ts: { call: 'Math.cbrt' },
    wgsl: {
      helper: 'cbrt',
      // One step of Newton repairs what pow loses.
      source: `\
/// The cube root of x.
fn cbrt(x: f32) -> f32 {
  let a = abs(x);
  let r = pow(a, 0.33333334);
  return select(sign(x) * (r - (r - a / (r * r)) / 3.0), x, (x == 0.0) | (a > 3.4028234e38));
}`,
    },
    callable: true,
    samples: [[2], [-0.01], [1e-200], [-1e300], [27]],
  }),
  hypot: op({
    doc: '`sqrt(x * x + y * y)` without overflow; its partials at (0, 0) are 0.',
    args: { x: 'real', y: 'real' },
    result: 'real',
    eval: hypot,
    d: { x: 'out == 0 ? 0 : x / out', y: 'out == 0 ? 0 : y / out' },
    // Math.hypot is eight times slower than this.
    ts: {
      helper: 'hypot',
      source: `\
/** The length of the vector (x, y), scaled where the squares would overflow or vanish. */
function hypot(x: number, y: number): number {
  const square = x * x + y * y;
  if (square > 1e-290 && square < Infinity) return Math.sqrt(square);
  const a = Math.abs(x);
  const b = Math.abs(y);
  if (a === Infinity || b === Infinity) return Infinity;
  const scale = Math.max(a, b);
  if (scale === 0) return 0;
  return scale * Math.sqrt((a / scale) * (a / scale) + (b / scale) * (b / scale));
}`,
    },
    wgsl: {
      helper: 'hypot',
      source: `\
/// The length of the vector (x, y), scaled so that no square overflows or vanishes.
fn hypot(x: f32, y: f32) -> f32 {
  let scale = max(abs(x), abs(y));
  return select(scale * length(vec2f(x, y) / scale), scale, (scale == 0.0) | (scale > 3.4028234e38));
}`,
    },
    callable: true,
    commutative: true,
    samples: [[3, 4], [-0.2, 0.7], [1e200, 2e200], [1e-200, -3e-200], [5, 0.25]], // prettier-ignore
  }),
};

function integerPower(x: number, n: number): number {
  let power = 1;
  let square = x;
  for (let rest = Math.abs(n); rest > 0; rest >>>= 1) {
    if (rest & 1) power *= square;
    square *= square;
  }
  return n < 0 ? 1 / power : power;
}

function hypot(x: number, y: number): number {
  const square = x * x + y * y;
  if (square > 1e-290 && square < Infinity) return Math.sqrt(square);
  const a = Math.abs(x);
  const b = Math.abs(y);
  if (a === Infinity || b === Infinity) return Infinity;
  const scale = Math.max(a, b);
  if (scale === 0) return 0;
  return scale * Math.sqrt((a / scale) * (a / scale) + (b / scale) * (b / scale));
}
