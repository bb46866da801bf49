// What the size variables of a function stand for in a call: found by matching the types of its parameters against those
// of the arguments. One-way: the arguments are known, so no variable of the caller is ever bound.

import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { catalogue } from '../../base/catalogue.ts';
import { complain, declaredAt, type CallExpression, type Checking, type FunctionInfo } from './context.ts';
import type { Span } from '../../base/source.ts';
import type { Operand } from './operator.ts';
import { isWhole } from './size.ts';
import { printType, withArticle } from './types.ts';

export interface Match {
  readonly bindings: ReadonlyMap<string, Polynomial>;
  readonly substitute: (dims: readonly Polynomial[]) => readonly Polynomial[];
}

/** One axis of a parameter against one of its argument. */
interface Pair {
  readonly declared: Polynomial;
  readonly actual: Polynomial;
  readonly arg: Operand;
  readonly parameter: FunctionInfo['arguments'][number];
}

export function matchArguments(
  c: Checking,
  e: CallExpression,
  called: FunctionInfo,
  args: readonly Operand[],
): Match | undefined {
  const pairs: Pair[] = [];
  for (const [k, arg] of args.entries()) {
    const parameter = called.arguments[k];
    if (parameter?.type === undefined) return undefined;
    if (parameter.type.dims.length !== arg.type.dims.length) return unfit(c, e, called, parameter, arg);
    parameter.type.dims.forEach((declared, axis) => {
      const actual = arg.type.dims[axis];
      if (actual !== undefined) pairs.push({ declared, actual, arg, parameter });
    });
  }
  return solve(c, e, called, pairs);
}

function unfit(
  c: Checking,
  e: CallExpression,
  called: FunctionInfo,
  parameter: FunctionInfo['arguments'][number],
  arg: Operand,
): undefined {
  const expected = parameter.type === undefined ? '?' : withArticle(parameter.type);
  const wrong = { parameter: parameter.name, name: e.callee.text, expected, found: withArticle(arg.type) };
  return complain(c, catalogue.argumentType, wrong, arg.expression.span, {
    notes: [declaredAt(c, arg.expression), signatureNote(called)],
  });
}

/** Each round solves the axes in which one variable is still open; plain ones come first. */
function solve(
  c: Checking,
  e: CallExpression,
  called: FunctionInfo,
  pairs: readonly Pair[],
): Match | undefined {
  const variables = new Set(called.sizes);
  const bound = new Map<string, { readonly size: Polynomial; readonly pair: Pair }>();
  const inCaller = (size: Polynomial): Polynomial =>
    polynomial.substitute(size, (name) => bound.get(name)?.size);
  const open = (pair: Pair): readonly string[] =>
    polynomial.symbolsOf(pair.declared).filter((name) => variables.has(name) && !bound.has(name));

  for (let waiting = [...pairs].sort((a, b) => complexity(a) - complexity(b)); waiting.length > 0;) {
    const before = waiting.length;
    waiting = waiting.filter((pair) => {
      const [name, second] = open(pair);
      if (second !== undefined) return true;
      if (name === undefined) return false;
      const size = solveFor(name, pair, inCaller);
      if (size === undefined) return true;
      bound.set(name, { size, pair });
      return false;
    });
    if (waiting.length === before) break;
  }
  for (const pair of pairs) {
    if (open(pair).length > 0) continue;
    const expected = inCaller(pair.declared);
    if (expected.key === pair.actual.key) continue;
    if (polynomial.symbolsOf(pair.declared).length === 0)
      return unfit(c, e, called, pair.parameter, pair.arg);
    return conflict(c, e, called, pair, expected, bound);
  }
  const missing = called.sizes.find((name) => !bound.has(name));
  if (missing !== undefined) {
    const args = { size: missing, name: e.callee.text };
    const tried = pairs.filter((pair) => polynomial.symbolsOf(pair.declared).includes(missing));
    const notes = tried.map((pair) => ({
      message: `here \`${polynomial.print(pair.declared)}\` is ${polynomial.print(pair.actual)}`,
      span: pair.arg.expression.span,
    }));
    return complain(c, catalogue.sizeUndetermined, args, e.span, {
      notes: [...notes, signatureNote(called)],
    });
  }
  const bindings = new Map([...bound].map(([name, { size }]) => [name, size]));
  return { bindings, substitute: (dims) => dims.map(inCaller) };
}

const complexity = (pair: Pair): number =>
  pair.declared.terms.length + (pair.declared.terms[0]?.symbols.length ?? 0);

/** The variable from `declared = actual`, where it stands linearly with a constant factor. */
function solveFor(
  name: string,
  pair: Pair,
  inCaller: (size: Polynomial) => Polynomial,
): Polynomial | undefined {
  // A private name keeps the open variable apart from a size of the caller that is spelt alike.
  const apart = polynomial.substitute(pair.declared, (symbol) =>
    symbol === name ? polynomial.symbol(`?${name}`) : undefined,
  );
  const declared = inCaller(apart);
  const rest = polynomial.substitute(declared, (symbol) =>
    symbol === `?${name}` ? polynomial.zero : undefined,
  );
  const linear = polynomial.subtract(declared, rest);
  const [term] = linear.terms;
  if (linear.terms.length !== 1 || term?.symbols.length !== 1) return undefined;
  const difference = polynomial.subtract(pair.actual, rest);
  const size = polynomial.divide(
    polynomial.multiply(difference, polynomial.constant(linear.denominator)),
    term.coefficient,
  );
  return isWhole(size) ? size : undefined;
}

function conflict(
  c: Checking,
  e: CallExpression,
  called: FunctionInfo,
  pair: Pair,
  expected: Polynomial,
  bound: ReadonlyMap<string, { readonly pair: Pair }>,
): undefined {
  const origins = polynomial.symbolsOf(pair.declared).map((name) => bound.get(name)?.pair.arg);
  const args = [...new Set([...origins, pair.arg])].filter((arg) => arg !== undefined);
  const declared = polynomial.print(pair.declared);
  const sides = {
    size: declared,
    name: e.callee.text,
    first: polynomial.print(expected),
    second: polynomial.print(pair.actual),
  };
  return complain(c, catalogue.sizeConflict, sides, e.span, {
    notes: [
      ...args.map((arg) => ({ message: `this is ${withArticle(arg.type)}`, span: arg.expression.span })),
      ...args.map((arg) => declaredAt(c, arg.expression)),
      signatureNote(called),
    ],
  });
}

/** The signature, as a note. */
export function signatureNote(called: FunctionInfo): { readonly message: string; readonly span: Span } {
  const { declaration } = called;
  const types = called.arguments.map(
    (argument) => `${argument.name}: ${argument.type === undefined ? '?' : printType(argument.type)}`,
  );
  const result = called.result === undefined ? '?' : printType(called.result);
  return {
    message: `\`fn ${declaration.name.text}(${types.join(', ')}): ${result}\``,
    span: declaration.name.span,
  };
}
