// What the expression printer has to know about a language it prints: how tightly operators bind, how numbers
// are written, and how each primitive op is spelled. The table for TypeScript is here.

import { bug } from '../base/bug.ts';
import type { Scalar } from '../ir/types.ts';
import { ops, type OpName } from '../ops/index.ts';
import type { Maths, OpRecord, Spelling, Steps } from '../ops/types.ts';

/** Text with the level at which it binds: as an operand of something tighter it needs parentheses. */
export interface Printed {
  readonly text: string;
  readonly level: number;
}

export interface Operator {
  readonly level: number;
  /**
   * Which operand may have the same level without parentheses: `left` (`a - b - c`), `both` (`a && b && c`, where
   * grouping changes nothing), or `none`. Floating-point `+` and `*` are `left`: grouping changes the last bit.
   */
  readonly chains: 'left' | 'both' | 'none';
}

export interface Target {
  /** Infix operators by their symbol. */
  readonly operators: Readonly<Record<string, Operator>>;
  /** Of a conditional `c ? a : b`; where the language has none, the function that takes `(b, a, c)`. */
  readonly conditional: number | 'select';
  /** Of a prefix operator and of a negative literal. */
  readonly prefix: number;
  /** Of names, calls, elements and literals. */
  readonly primary: number;
  readonly literal: (scalar: Scalar, value: number | boolean) => Printed;
  readonly spelling: (op: OpName) => Spelling;
}

const left = (level: number): Operator => ({ level, chains: 'left' });
const none = (level: number): Operator => ({ level, chains: 'none' });
const both = (level: number): Operator => ({ level, chains: 'both' });

const PREFIX = 14;
const PRIMARY = 18;

export const typescript: Target = {
  // Levels as in the table of operator precedence on MDN. `**` is absent: V8 is slow on it, and `-x ** 2` is an error.
  operators: {
    '||': both(3),
    '&&': both(4),
    '|': left(5),
    '^': left(6),
    '&': left(7),
    '===': none(8),
    '!==': none(8),
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
  conditional: 2,
  prefix: PREFIX,
  primary: PRIMARY,
  literal: (_scalar, value) => ({
    text: typeof value === 'boolean' ? String(value) : numberText(value),
    level: typeof value === 'number' && (value < 0 || Object.is(value, -0)) ? PREFIX : PRIMARY,
  }),
  spelling: (op) => ops[op].ts,
};

const typescriptFast: Target = {
  ...typescript,
  spelling: (op) => {
    const record: OpRecord = ops[op];
    return record.fast ?? record.ts;
  },
};

export const typescriptOf = (math: Maths): Target => (math === 'fast' ? typescriptFast : typescript);

/** What the helper of an op does, to be written out; only what the loops form expanded asks for it. */
export function stepsOf(target: Target, op: OpName): Steps {
  const spelling = target.spelling(op);
  return ('helper' in spelling ? spelling.steps : undefined) ?? bug(`${op} has no steps in the target`);
}

export interface Helper {
  readonly name: string;
  readonly source: string;
  /** The names of what has to be declared for it. */
  readonly needs: readonly string[];
}

/** The helper function of an op in TypeScript, if it has one; what it calls is spelled as the target spells it. */
export function helperOf(target: Target, op: OpName): Helper | undefined {
  const spelling = target.spelling(op);
  if (!('helper' in spelling)) return undefined;
  const needs = [...(spelling.needs ?? [])];
  const source = spelling.source.replace(/\$(\w+)\(/g, (_, name: OpName) => {
    const called = target.spelling(name);
    if ('helper' in called) needs.push(called.helper);
    const callee = 'helper' in called ? called.helper : 'call' in called ? called.call : undefined;
    return `${callee ?? bug(`${name} is no function in the target`)}(`;
  });
  return { name: spelling.helper, source, needs };
}

/** The shortest text that reads back as the same number. */
function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e');
}

/** The level that a template spelling names: an infix operator, `?:`, `call`, or `,` where anything may stand. */
export function levelOf(target: Target, name: string): number {
  if (name === '?:') return target.conditional === 'select' ? target.primary : target.conditional;
  if (name === ',') return -1;
  if (name === 'call') return target.primary;
  return target.operators[name]?.level ?? bug(`no operator ${name} in the target`);
}
