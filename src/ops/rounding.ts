// Ops table, piecewise functions of reals: rounding, sign, extrema, choice. Their kinks follow one table in the docs:
// abs'(0) = 0, a tie of max or min shares the adjoint in halves, what is constant between jumps is flat.

import { op } from './define.ts';

export const rounding = {
  abs: op({
    doc: 'Absolute value; its derivative at 0 is 0.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.abs,
    d: { x: 'x > 0 ? 1 : x < 0 ? -1 : 0' },
    vanishes: true,
    ts: { call: 'Math.abs' },
    wgsl: { call: 'abs' },
    callable: true,
    samples: [[1.5], [-2], [1e-300], [-1e300]],
  }),
  sign: op({
    doc: '-1, 0 or 1 as x is negative, zero or positive.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.sign,
    d: { x: 'flat' },
    range: 'bounded',
    ts: { call: 'Math.sign' },
    wgsl: { call: 'sign' },
    callable: true,
    samples: [[1.5], [-2], [1e-300], [-1e300]],
  }),
  floor: op({
    doc: 'The largest whole number that is not above x.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.floor,
    d: { x: 'flat' },
    ts: { call: 'Math.floor' },
    wgsl: { call: 'floor' },
    callable: true,
    samples: [[1.5], [-2.3], [1e-300], [-0.7], [1000000000000000.25]],
  }),
  ceil: op({
    doc: 'The smallest whole number that is not below x.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.ceil,
    d: { x: 'flat' },
    ts: { call: 'Math.ceil' },
    wgsl: { call: 'ceil' },
    callable: true,
    samples: [[1.5], [-2.3], [1e-300], [-0.7], [1000000000000000.25]],
  }),
  round: op({
    doc: 'The nearest whole number; halves go to the even one, as in IEEE 754 (Math.round takes them up).',
    args: { x: 'real' },
    result: 'real',
    eval: roundHalfEven,
    d: { x: 'flat' },
    ts: {
      helper: 'roundHalfEven',
      source: `\
/** The whole number nearest to x; halves go to the even one. */
function roundHalfEven(x: number): number {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}`,
    },
    wgsl: { call: 'round' },
    callable: true,
    samples: [[1.6], [-2.3], [1e-300], [-0.7], [1000000000000000.25]],
  }),
  trunc: op({
    doc: 'x without its fraction.',
    args: { x: 'real' },
    result: 'real',
    eval: Math.trunc,
    d: { x: 'flat' },
    ts: { call: 'Math.trunc' },
    wgsl: { call: 'trunc' },
    callable: true,
    samples: [[1.5], [-2.3], [1e-300], [-0.7], [1000000000000000.25]],
  }),
  min: op({
    doc: 'The smaller of two; a tie shares the adjoint in halves.',
    args: { x: 'real', y: 'real' },
    result: 'real',
    eval: (x: number, y: number) => Math.min(x, y),
    d: { x: 'x < y ? 1 : x == y ? 0.5 : 0', y: 'y < x ? 1 : x == y ? 0.5 : 0' },
    vanishes: true,
    ts: { call: 'Math.min' },
    wgsl: { call: 'min' },
    callable: true,
    commutative: true,
    samples: [[1.5, 2], [-2, -3], [1e-300, -1e-300], [1e300, 5]], // prettier-ignore
  }),
  max: op({
    doc: 'The larger of two; a tie shares the adjoint in halves.',
    args: { x: 'real', y: 'real' },
    result: 'real',
    eval: (x: number, y: number) => Math.max(x, y),
    d: { x: 'x > y ? 1 : x == y ? 0.5 : 0', y: 'y > x ? 1 : x == y ? 0.5 : 0' },
    vanishes: true,
    ts: { call: 'Math.max' },
    wgsl: { call: 'max' },
    callable: true,
    commutative: true,
    samples: [[1.5, 2], [-2, -3], [1e-300, -1e-300], [1e300, 5]], // prettier-ignore
  }),
  clamp: op({
    doc: '`min(max(x, low), high)`; at its ends the adjoint goes to x, so that x can come back inside.',
    args: { x: 'real', low: 'real', high: 'real' },
    result: 'real',
    eval: (x: number, low: number, high: number) => Math.min(Math.max(x, low), high),
    d: {
      x: 'x < low || x > high ? 0 : 1',
      low: 'x < low && low <= high ? 1 : 0',
      high: 'x > high || low > high ? 1 : 0',
    },
    vanishes: true,
    ts: { template: 'Math.min(Math.max($x, $low), $high)', precedence: 'call', operands: ',' },
    wgsl: { template: 'min(max($x, $low), $high)', precedence: 'call', operands: ',' },
    callable: true,
    samples: [[0.5, 0, 1], [-2, 0, 1], [7, -1, 2.5], [0.5, 2, 1]], // prettier-ignore
  }),
  select: op({
    doc: 'a where the condition holds, else b. Both are evaluated; rules and rewrites make it.',
    args: { condition: 'bool', a: 'real', b: 'real' },
    result: 'real',
    eval: (condition: boolean, a: number, b: number) => (condition ? a : b),
    d: { a: 'condition ? 1 : 0', b: 'condition ? 0 : 1' },
    vanishes: true,
    ts: { template: '$condition ? $a : $b', precedence: '?:' },
    wgsl: { template: 'select($b, $a, $condition)', precedence: 'call', operands: ',' },
    callable: false,
    samples: [[true, 1.5, 2], [false, 1.5, 2]], // prettier-ignore
  }),
  chain: op({
    doc: 'The product of an adjoint g and a partial p, in which an exact zero wins over an infinity or a NaN.',
    args: { g: 'real', p: 'real' },
    result: 'real',
    eval: (g: number, p: number) => (g === 0 || p === 0 ? 0 : g * p),
    d: { g: 'p', p: 'g' },
    singular: 'finite',
    ts: {
      helper: 'chain',
      source: `\
/** The product of an adjoint and a partial, in which an exact zero wins over an infinity. */
function chain(g: number, p: number): number {
  return g === 0 || p === 0 ? 0 : g * p;
}`,
    },
    wgsl: {
      helper: 'chain',
      source: `\
/// The product of an adjoint and a partial, in which an exact zero wins over an infinity.
fn chain(g: f32, p: f32) -> f32 {
  return select(g * p, 0.0, (g == 0.0) | (p == 0.0));
}`,
    },
    callable: false,
    commutative: true,
    samples: [[1.5, 2.25], [-3, 0.1], [0.7, -1e-8]], // prettier-ignore
  }),
};

function roundHalfEven(x: number): number {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}
