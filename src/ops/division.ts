// Ops table, division of ints. No int could be a quotient by zero, so where the divisor is not known to differ from it the
// checked ops stand.

import { op } from './define.ts';

/** Ints have no value for this, unlike reals. */
function refuseZero(word: string, x: number, y: number): void {
  if (y === 0) throw new RangeError(`${x} ${word} 0: the divisor must not be 0`);
}

const pairs = [[7, 2], [-7, 2], [7, -2], [-7, -2], [6, 3], [0, 5]] as const; // prettier-ignore

const floorDiv = {
  helper: 'floor_div',
  source: `\
/// The quotient of x and y, rounded towards minus infinity.
fn floor_div(x: i32, y: i32) -> i32 {
  let quotient = x / y;
  return select(quotient, quotient - 1, (x % y != 0) & ((x < 0) != (y < 0)));
}`,
};
const floorMod = {
  helper: 'floor_mod',
  source: `\
/// The remainder of x divided by y, with the sign of y.
fn floor_mod(x: i32, y: i32) -> i32 {
  let remainder = x % y;
  return select(remainder, remainder + y, (remainder != 0) & ((remainder < 0) != (y < 0)));
}`,
};

export const division = {
  idiv: op({
    doc: '`x div y`: the quotient, rounded towards minus infinity.',
    args: { x: 'int', y: 'int' },
    result: 'int',
    eval: (x: number, y: number) => Math.floor(x / y),
    d: {},
    ts: { template: 'Math.floor($x / $y)', precedence: 'call', operands: '/' },
    wgsl: floorDiv,
    callable: false,
    samples: pairs,
    domain: 'y != 0',
  }),
  imod: op({
    doc: '`x mod y`: what the quotient leaves, with the sign of y.',
    args: { x: 'int', y: 'int' },
    result: 'int',
    eval: (x: number, y: number) => x - y * Math.floor(x / y),
    d: {},
    ts: {
      helper: 'floorMod',
      source: `\
/** The remainder of x divided by y, with the sign of y. */
function floorMod(x: number, y: number): number {
  return x - y * Math.floor(x / y);
}`,
    },
    wgsl: floorMod,
    callable: false,
    samples: pairs,
    domain: 'y != 0',
  }),
  idivChecked: op({
    doc: '`x div y` where y may be 0, which is refused.',
    args: { x: 'int', y: 'int' },
    result: 'int',
    unchecked: 'idiv',
    eval: (x: number, y: number) => {
      refuseZero('div', x, y);
      return Math.floor(x / y);
    },
    d: {},
    ts: {
      helper: 'checkedDiv',
      source: `\
/** The quotient of x and y, rounded towards minus infinity. */
function checkedDiv(x: number, y: number): number {
  if (y === 0) throw new RangeError(\`\${x} div 0: the divisor must not be 0\`);
  return Math.floor(x / y);
}`,
    },
    wgsl: floorDiv,
    callable: false,
    samples: pairs,
    domain: 'y != 0',
  }),
  imodChecked: op({
    doc: '`x mod y` where y may be 0, which is refused.',
    args: { x: 'int', y: 'int' },
    result: 'int',
    unchecked: 'imod',
    eval: (x: number, y: number) => {
      refuseZero('mod', x, y);
      return x - y * Math.floor(x / y);
    },
    d: {},
    ts: {
      helper: 'checkedMod',
      source: `\
/** The remainder of x divided by y, with the sign of y. */
function checkedMod(x: number, y: number): number {
  if (y === 0) throw new RangeError(\`\${x} mod 0: the divisor must not be 0\`);
  return x - y * Math.floor(x / y);
}`,
    },
    wgsl: floorMod,
    callable: false,
    samples: pairs,
    domain: 'y != 0',
  }),
};
