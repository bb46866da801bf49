// The printer of expressions, shared by all targets: parentheses come from precedence numbers, words from the op table.

import { bug } from '../base/bug.ts';
import type { Polynomial, Term } from '../base/polynomial.ts';
import type { Buffer, Expression, Local } from '../loops/types.ts';
import { ops } from '../ops/index.ts';
import { levelOf, type Printed, type Target } from './target.ts';

/** How the names of a function are written where an expression stands. */
export interface Naming {
  readonly local: (local: Local) => string;
  readonly size: (name: string) => Printed;
  /** Products of sizes are written in this order, that of their declarations. */
  readonly sizeRank: (name: string) => number;
  /** `index` is the flat offset; a scalar field has none. */
  readonly load: (buffer: Buffer, index: string | undefined) => Printed;
}

export function printExpression(target: Target, naming: Naming, expression: Expression): string {
  return print(target, naming, expression).text;
}

function print(target: Target, naming: Naming, e: Expression): Printed {
  switch (e.kind) {
    case 'literal':
      return target.literal(e.scalar, e.value);
    case 'extent':
      return printPolynomial(target, naming, e.size);
    case 'local':
      return { text: naming.local(e.local), level: target.primary };
    case 'op':
      return printOp(target, naming, e);
    case 'conditional': {
      const parts = [e.condition, e.then, e.otherwise].map((part) => print(target, naming, part));
      return conditional(target, parts as [Printed, Printed, Printed]);
    }
    case 'load': {
      const [index, second] = e.indices;
      if (second !== undefined) bug(`an element of ${e.buffer.name} by several indices cannot be printed`);
      return naming.load(e.buffer, index && printExpression(target, naming, index));
    }
  }
}

function printOp(target: Target, naming: Naming, e: Expression & { kind: 'op' }): Printed {
  const spelling = e.math === 'exact' ? ops[e.op].ts : target.spelling(e.op);
  const args = e.args.map((arg) => print(target, naming, arg));
  if ('call' in spelling) return call(target, spelling.call, args);
  if ('helper' in spelling) return call(target, spelling.helper, args);
  if ('operator' in spelling) return operation(target, spelling.operator, args);
  const names = Object.keys(ops[e.op].args);
  const argument = (name: string): Printed =>
    args[names.indexOf(name)] ?? bug(`the spelling of ${e.op} has no argument ${name}`);
  if ('argument' in spelling) return argument(spelling.argument);
  const operands = levelOf(target, spelling.operands ?? spelling.precedence) + 1;
  return {
    text: spelling.template.replace(/\$(\w+)/g, (_, name: string) => within(argument(name), operands)),
    level: levelOf(target, spelling.precedence),
  };
}

function operation(target: Target, operator: string, args: readonly Printed[]): Printed {
  const [first, second] = args;
  if (first === undefined || args.length > 2) return bug(`operator ${operator} with ${args.length} operands`);
  return second === undefined ? prefix(target, operator, first) : infix(target, operator, first, second);
}

function conditional(
  target: Target,
  [condition, then, otherwise]: readonly [Printed, Printed, Printed],
): Printed {
  const level = target.conditional;
  if (level === 'select') return call(target, 'select', [otherwise, then, condition]);
  // The condition binds tighter than the arms may, so that `(a ? b : c) ? d : e` keeps its parentheses.
  const text = `${within(condition, level + 1)} ? ${within(then, level)} : ${within(otherwise, level)}`;
  return { text, level };
}

function call(target: Target, callee: string, args: readonly Printed[]): Printed {
  // In `f(a < b, c > d)`, WGSL reads a template `a<b, c>`.
  const isTemplate = ({ text, level }: Printed, k: number): boolean =>
    level === target.operators['<']?.level &&
    text.includes(' < ') &&
    args.slice(k + 1).some((later) => later.text.includes('>'));
  const texts = args.map((arg, k) => (isTemplate(arg, k) ? `(${arg.text})` : arg.text));
  return { text: `${callee}(${texts.join(', ')})`, level: target.primary };
}

/** In parentheses unless it binds at least as tightly as `level`. */
const within = (operand: Printed, level: number): string =>
  operand.level >= level ? operand.text : `(${operand.text})`;

export function prefix(target: Target, operator: string, operand: Printed): Printed {
  const text = within(operand, target.prefix);
  // `--x` is another operator than `-(-x)`.
  const fuses = operator === '-' && text.startsWith('-');
  return { text: fuses ? `-(${text})` : operator + text, level: target.prefix };
}

export function infix(target: Target, symbol: string, first: Printed, second: Printed): Printed {
  const { level, chains } = target.operators[symbol] ?? bug(`no operator ${symbol} in the target`);
  const leftText = within(first, chains === 'none' ? level + 1 : level);
  const rightText = within(second, chains === 'both' ? level : level + 1);
  return { text: `${leftText} ${symbol} ${rightText}`, level };
}

/** A polynomial in the sizes as exact integer arithmetic: `2 * L + 1`, `(D * D + D) / 2`. */
export function printPolynomial(
  target: Target,
  naming: Pick<Naming, 'size' | 'sizeRank'>,
  polynomial: Polynomial,
): Printed {
  const int = (value: number): Printed => target.literal('int', value);
  const magnitude = (term: Term): Printed => {
    const ranked = [...term.symbols].sort((a, b) => naming.sizeRank(a) - naming.sizeRank(b));
    const factors = ranked.map(naming.size);
    const scale = Math.abs(term.coefficient);
    if (scale !== 1 || factors.length === 0) factors.unshift(int(scale));
    return factors.reduce((product, factor) => infix(target, '*', product, factor));
  };
  // Highest degree first, but a positive term leads where there is one: `5 - N`, not `-N + 5`.
  const terms = [...polynomial.terms].sort((a, b) => b.symbols.length - a.symbols.length);
  const lead = terms.findIndex((term) => term.coefficient > 0);
  terms.unshift(...terms.splice(Math.max(lead, 0), 1));
  const [first, ...rest] = terms;
  if (first === undefined) return int(0);
  const start = first.coefficient < 0 ? prefix(target, '-', magnitude(first)) : magnitude(first);
  const sum = rest.reduce(
    (before, term) => infix(target, term.coefficient < 0 ? '-' : '+', before, magnitude(term)),
    start,
  );
  return polynomial.denominator === 1 ? sum : infix(target, '/', sum, int(polynomial.denominator));
}
