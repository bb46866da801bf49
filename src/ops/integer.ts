// Ops table, integers and the conversions. An int is exact up to 2^53 in TypeScript and an i32 in WGSL; nothing here
// carries a derivative. A product with a zero may leave the int -0, which only 1 / toReal(x) and its like can tell from 0.

import { op } from './define.ts';

const pairs = [[7, 2], [-7, 2], [7, -2], [-7, -2], [6, 3], [0, 5]] as const; // prettier-ignore

export const integer = {
  iadd: op({
    doc: 'Sum of ints.',
    args: { x: 'int', y: 'int' },
    result: 'int',
    eval: (x: number, y: number) => x + y,
    d: {},
    ts: { operator: '+' },
    wgsl: { operator: '+' },
    callable: false,
    commutative: true,
    samples: pairs,
  }),
  isub: op({
    doc: 'Difference of ints.',
    args: { x: 'int', y: 'int' },
    result: 'int',
    eval: (x: number, y: number) => x - y,
    d: {},
    ts: { operator: '-' },
    wgsl: { operator: '-' },
    callable: false,
    samples: pairs,
  }),
  imul: op({
    doc: 'Product of ints.',
    args: { x: 'int', y: 'int' },
    result: 'int',
    eval: (x: number, y: number) => x * y,
    d: {},
    ts: { operator: '*' },
    wgsl: { operator: '*' },
    callable: false,
    commutative: true,
    samples: pairs,
  }),
  ineg: op({
    doc: 'Negation of an int.',
    args: { x: 'int' },
    result: 'int',
    // Subtracted from 0, so that the int 0 does not become -0.
    eval: (x: number) => 0 - x,
    d: {},
    ts: { template: '0 - $x', precedence: '-' },
    wgsl: { operator: '-' },
    callable: false,
    samples: [[3], [-3], [0]],
  }),
  imin: op({
    doc: 'The smaller of two ints.',
    args: { x: 'int', y: 'int' },
    result: 'int',
    eval: (x: number, y: number) => Math.min(x, y),
    d: {},
    ts: { call: 'Math.min' },
    wgsl: { call: 'min' },
    callable: false,
    commutative: true,
    samples: pairs,
  }),
  imax: op({
    doc: 'The larger of two ints.',
    args: { x: 'int', y: 'int' },
    result: 'int',
    eval: (x: number, y: number) => Math.max(x, y),
    d: {},
    ts: { call: 'Math.max' },
    wgsl: { call: 'max' },
    callable: false,
    commutative: true,
    samples: pairs,
  }),
  iabs: op({
    doc: 'Absolute value of an int.',
    args: { x: 'int' },
    result: 'int',
    eval: Math.abs,
    d: {},
    ts: { call: 'Math.abs' },
    wgsl: { call: 'abs' },
    callable: false,
    samples: [[3], [-3], [0]],
  }),
  iselect: op({
    doc: 'Choice of ints: a where the condition holds, else b.',
    args: { condition: 'bool', a: 'int', b: 'int' },
    result: 'int',
    eval: (condition: boolean, a: number, b: number) => (condition ? a : b),
    d: {},
    ts: { template: '$condition ? $a : $b', precedence: '?:' },
    wgsl: { template: 'select($b, $a, $condition)', precedence: 'call', operands: ',' },
    callable: false,
    samples: [[true, 3, 5], [false, 3, 5]], // prettier-ignore
  }),
  toReal: op({
    doc: '`real(i)`: the int as a real.',
    args: { x: 'int' },
    result: 'real',
    eval: (x: number) => x,
    d: {},
    ts: { argument: 'x' },
    wgsl: { call: 'f32' },
    callable: false,
    samples: [[3], [-3], [0]],
  }),
  toInt: op({
    doc: '`int(x)`: the real without its fraction.',
    args: { x: 'real' },
    result: 'int',
    eval: Math.trunc,
    d: {},
    ts: { call: 'Math.trunc' },
    wgsl: { call: 'i32' },
    callable: false,
    samples: [[3.7], [-3.7], [5]],
  }),
  toIntChecked: op({
    doc: '`int(x)` where x may be NaN or too large for an int, which is refused.',
    args: { x: 'real' },
    result: 'int',
    unchecked: 'toInt',
    eval: (x: number) => {
      const whole = Math.trunc(x);
      if (!Number.isSafeInteger(whole)) throw new RangeError(`int(${x}): no int is that`);
      return whole;
    },
    d: {},
    ts: {
      helper: 'checkedInt',
      source: `\
/** The real without its fraction. */
function checkedInt(x: number): number {
  const whole = Math.trunc(x);
  if (!Number.isSafeInteger(whole)) throw new RangeError(\`int(\${x}): no int is that\`);
  return whole;
}`,
    },
    wgsl: { call: 'i32' },
    callable: false,
    samples: [[3.7], [-3.7], [5]],
  }),
};
