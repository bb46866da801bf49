// Sizes: int expressions that are polynomials in the sizes of a model, and the types written with them.

import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { catalogue } from '../../base/catalogue.ts';
import type { Scalar } from '../../ir/types.ts';
import { tupleType, type RecordType, type Type } from './types.ts';
import type { Expression, Name, TypeExpression, TypeExpressions } from '../ast.ts';
import { complain, resolve, type Annotations, type Checking } from './context.ts';
import { jointNames } from './joint.ts';
import { didYouMean } from './nearest.ts';
import { bodyOf, lookUp, type Scope, type Symbol } from './scope.ts';

/** Sizes stay small: one of degree 16 or of 100 terms has no use, and products of them would grow without bound. */
const largestPower = 16;
const mostTerms = 100;
const isTame = (size: Polynomial): boolean =>
  size.terms.length <= mostTerms &&
  Number.isSafeInteger(size.denominator) &&
  size.terms.every((term) => Number.isSafeInteger(term.coefficient) && term.symbols.length <= largestPower);
const tame = (size: Polynomial): Polynomial | undefined => (isTame(size) ? size : undefined);

function sizeOfSymbol(symbol: Symbol | undefined): Polynomial | undefined {
  switch (symbol?.kind) {
    case 'size':
      return symbol.size;
    case 'let':
      return symbol.size;
    case 'const':
      return symbol.scalar === 'int' && symbol.value !== undefined
        ? polynomial.constant(Number(symbol.value))
        : undefined;
    default:
      return undefined;
  }
}

/** `leaf` says what a name stands for; `exact` is how a division by an int is taken. */
function polynomialOf(e: Expression, leaf: (name: Name) => Polynomial | undefined): Polynomial | undefined {
  switch (e.kind) {
    case 'number':
      return e.isInt && Number.isSafeInteger(e.value) ? polynomial.constant(e.value) : undefined;
    case 'name':
      return leaf(e);
    case 'unary': {
      const operand = e.operator === '-' ? polynomialOf(e.operand, leaf) : undefined;
      return operand && polynomial.negate(operand);
    }
    case 'binary': {
      const left = polynomialOf(e.left, leaf);
      const right = left && polynomialOf(e.right, leaf);
      if (left === undefined || right === undefined) return undefined;
      const value = polynomial.asConstant(right);
      const number = value !== undefined && Number.isSafeInteger(value) ? value : undefined;
      switch (e.operator) {
        case '+':
          return tame(polynomial.add(left, right));
        case '-':
          return tame(polynomial.subtract(left, right));
        case '*':
          return tame(polynomial.multiply(left, right));
        case '/':
          return number === undefined || number === 0 ? undefined : tame(polynomial.divide(left, number));
        case 'div': {
          // Exact only where nothing is cut off.
          const quotient = number === undefined || number === 0 ? undefined : polynomial.divide(left, number);
          return quotient !== undefined && isWhole(quotient) ? quotient : undefined;
        }
        case '^': {
          if (number === undefined || number < 0 || number > largestPower) return undefined;
          let power: Polynomial | undefined = polynomial.one;
          for (let k = 0; k < number && power !== undefined; k++)
            power = tame(polynomial.multiply(power, left));
          return power;
        }
        case '@':
        case '==':
        case '!=':
        case '<':
        case '<=':
        case '>':
        case '>=':
        case '&&':
        case '||':
        case 'mod':
          return undefined;
      }
    }
    // falls through to the forms that are never sizes
    case 'bool':
    case 'conditional':
    case 'call':
    case 'index':
    case 'list':
    case 'build':
    case 'reduce':
    case 'member':
    case 'construct':
    case 'tuple':
      return undefined;
  }
}

/** The size that a checked int expression is, if it is one. */
export function sizeOf(annotations: Annotations, e: Expression): Polynomial | undefined {
  const size = polynomialOf(e, (name) => sizeOfSymbol(annotations.symbols.get(name)));
  return size !== undefined && isWhole(size) ? size : undefined;
}

/**
 * Whether a polynomial with fractions is an int for all ints: it is, when it is one on the grid 0..degree
 * (a polynomial is determined by such a grid with int differences).
 */
export function isWhole(size: Polynomial): boolean {
  if (size.denominator === 1) return true;
  const symbols = polynomial.symbolsOf(size);
  const degree = Math.max(...size.terms.map((term) => term.symbols.length));
  if (symbols.length > 4 || degree > largestPower) return false;
  const point = new Map<string, number>();
  const check = (depth: number): boolean => {
    const name = symbols[depth];
    if (name === undefined)
      return Number.isInteger(polynomial.evaluate(size, (symbol) => point.get(symbol) ?? 0));
    for (let value = 0; value <= degree; value++) {
      point.set(name, value);
      if (!check(depth + 1)) return false;
    }
    return true;
  };
  return check(0);
}

/** A dim of a type, or (not `positive`) an end of a range, reported when it is none. */
export function dimension(
  c: Checking,
  scope: Scope,
  e: Expression,
  { positive = true } = {},
): Polynomial | undefined {
  let reported = false;
  const size = polynomialOf(e, (name) => {
    const symbol = resolve(c, scope, name, adviceOnSize(scope, name.text));
    const known = sizeOfSymbol(symbol);
    // What is unknown or wrong has been reported; what is known and no size is reported here, at the name.
    if (known === undefined) {
      reported = true;
      const broken = symbol === undefined || (symbol.kind === 'const' && symbol.value === undefined);
      if (!broken) complain(c, catalogue.notASize, {}, name.span, { help: `sizes are declared by \`dim\`` });
    }
    return known;
  });
  if (size === undefined) return reported ? undefined : complain(c, catalogue.notASize, {}, e.span);
  if (!isWhole(size)) return complain(c, catalogue.fractionalSize, { size: polynomial.print(size) }, e.span);
  const value = polynomial.asConstant(size);
  if (positive && value !== undefined && value < 1)
    return complain(c, catalogue.sizeNotPositive, { size: String(value) }, e.span);
  return size;
}

/** What is wrong with a range in which there is nothing, whatever the sizes are. */
export function nothingIn(from: Polynomial, to: Polynomial): 'is empty' | 'runs backwards' | undefined {
  const missing = polynomial.subtract(from, to);
  if (missing.terms.length === 0) return 'is empty';
  return polynomial.isNeverNegative(missing) ? 'runs backwards' : undefined;
}

const otherSpellings: ReadonlyMap<string, string> = new Map(Object.entries({
  float: 'real', double: 'real', number: 'real', f32: 'real', f64: 'real',
  integer: 'int', i32: 'int', u32: 'int', boolean: 'bool',
})); // prettier-ignore

function scalarOf(c: Checking, name: Name): Type['scalar'] | undefined {
  if (name.text === 'real' || name.text === 'int' || name.text === 'bool') return name.text;
  return recordNamed(c, name, ['real', 'int', 'bool']);
}

/** Marked as used; undefined also where it is wrong, which has been reported. */
export function recordNamed(c: Checking, name: Name, scalars: readonly Scalar[]): RecordType | undefined {
  if (c.broken.has(name.text)) return undefined;
  if (!c.records.has(name.text)) return unknownType(c, name, scalars);
  const record = c.records.get(name.text);
  if (record !== undefined) c.used.add(record);
  return record;
}

function unknownType(c: Checking, name: Name, scalars: readonly Scalar[]): undefined {
  const meant = otherSpellings.get(name.text);
  const known = [...scalars, ...c.records.keys()];
  const help = jointNames.includes(name.text)
    ? 'only a `param` is declared so; everywhere else its type is `real[…]`'
    : meant === undefined
      ? didYouMean(name.text, [...known, ...jointNames])
      : `write \`${meant}\``;
  return complain(c, catalogue.unknownType, { name: name.text }, name.span, { help });
}

/** What a function returns. */
export function resolveResult(
  c: Checking,
  scope: Scope,
  written: TypeExpression | TypeExpressions,
): Type | undefined {
  if (written.kind === 'type') return resolveType(c, scope, written);
  const types = written.items.map((item) => resolveType(c, scope, item));
  const known = types.filter((type) => type !== undefined);
  return known.length === types.length ? { scalar: tupleType(known), dims: [] } : undefined;
}

/** A written type with its sizes resolved; undefined when something in it is wrong. */
export function resolveType(c: Checking, scope: Scope, written: TypeExpression): Type | undefined {
  const scalar = scalarOf(c, written.scalar);
  const dims = written.dims.map((dim) => dimension(c, scope, dim));
  if (scalar === undefined) return undefined;
  const known = dims.filter((dim) => dim !== undefined);
  return known.length === dims.length ? { scalar, dims: known } : undefined;
}

/** Names in the dims of a type, in order; a signature takes those that are not in scope as size variables. */
export const namesInDims = (written: TypeExpression): readonly Name[] => written.dims.flatMap(namesIn);

/** Names that the operators of an expression are applied to, in order. */
function namesIn(root: Expression): readonly Name[] {
  const found: Name[] = [];
  const visit = (e: Expression): void => {
    if (e.kind === 'name') found.push(e);
    if (e.kind === 'unary') visit(e.operand);
    if (e.kind === 'binary') {
      visit(e.left);
      visit(e.right);
    }
  };
  visit(root);
  return found;
}

/** Whether all names that an int expression is made of are in scope; those that are not are reported, with advice. */
export function namesAreKnown(
  c: Checking,
  scope: Scope,
  e: Expression,
  advice: (name: string) => string,
): boolean {
  const unknown = namesIn(e).filter((name) => lookUp(scope, name.text) === undefined);
  for (const name of unknown) resolve(c, scope, name, advice(name.text));
  return unknown.length === 0;
}

/** Where the name of a size would come from. */
export function adviceOnSize(scope: Scope, name: string): string {
  switch (bodyOf(scope).kind) {
    case 'outer':
      return 'the sizes in a record are numbers, or constants of the file';
    case 'function':
      return 'the sizes of a function are those in the types of its parameters';
    default:
      return `declare it with \`dim ${name}\``;
  }
}
