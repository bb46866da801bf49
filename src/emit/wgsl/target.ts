// How WGSL writes expressions. It has no `?:`, its comparisons and logic do not chain without parentheses, and a constant
// expression that is not finite is an error.

import { bug } from '../../base/bug.ts';
import { ops } from '../../ops/index.ts';
import type { Maths, OpRecord } from '../../ops/types.ts';
import type { Operator, Target } from '../target.ts';

const left = (level: number): Operator => ({ level, chains: 'left' });
const none = (level: number): Operator => ({ level, chains: 'none' });

const PREFIX = 14;
const PRIMARY = 18;

/** What stands for infinity, which implementations may assume not to occur. */
export const largest = 3.4028234663852886e38;

export const wgsl: Target = {
  // As in the grammar of expressions in the specification: `&` and `|` take nothing with an operator, and the operands of
  // comparisons are sums.
  operators: {
    '|': none(3),
    '&': none(3),
    '==': none(9),
    '!=': none(9),
    '<': none(9),
    '<=': none(9),
    '>': none(9),
    '>=': none(9),
    '+': left(11),
    '-': left(11),
    '*': left(12),
    '/': left(12),
    '%': left(12),
  },
  conditional: 'select',
  prefix: PREFIX,
  primary: PRIMARY,
  literal: (scalar, value) => {
    const text =
      typeof value === 'boolean' ? String(value) : scalar === 'real' ? realText(value) : intText(value);
    return { text, level: text.startsWith('-') ? PREFIX : PRIMARY };
  },
  spelling: (op) => ops[op].wgsl,
};

const wgslFast: Target = {
  ...wgsl,
  spelling: (op) => {
    const record: OpRecord = ops[op];
    return record.wgslFast ?? record.wgsl;
  },
};

export const wgslOf = (math: Maths): Target => (math === 'fast' ? wgslFast : wgsl);

/** The shortest text that reads back as the same f32, and is no int. */
function realText(value: number): string {
  if (Number.isNaN(value)) return bug('WGSL has no literal for NaN');
  const nearest = Math.fround(Math.min(Math.max(value, -largest), largest));
  if (Object.is(nearest, -0)) return '-0.0';
  // A shorter text would be read as a larger number, which is an error.
  if (Math.abs(nearest) === largest) return String(nearest).replace('e+', 'e');
  const digits = [1, 2, 3, 4, 5, 6, 7, 8].find(
    (n) => Math.fround(Number(nearest.toPrecision(n))) === nearest,
  );
  const text = String(Number(nearest.toPrecision(digits ?? 9))).replace('e+', 'e');
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function intText(value: number): string {
  if (value !== (value | 0) && !Object.is(value, -0)) return bug(`${value} is no i32`);
  return String(value | 0);
}
