// Types of `[e for i in N]`, `let a[i in N] = e` and `sum(e for i in N if c)`, and the ranges of their indices.

import { asReducer, isBuiltIn, reducers, type ReducerName } from './built-in.ts';
import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { catalogue } from '../../base/catalogue.ts';
import type { Clause, Expression } from '../ast.ts';
import { complain, converted, declaredAt, toReal, type Checking, type ReduceExpression } from './context.ts';

import { checkExpression } from './expression.ts';
import { didYouMean } from './nearest.ts';
import { foreignFunctions } from '../spelling.ts';
import { lookUp, openScope, type Scope, type Symbol } from './scope.ts';
import { adviceOnSize, namesAreKnown, nothingIn, sizeOf } from './size.ts';
import { adviceOnRecord } from './record.ts';
import { exprType, isNumeric, isRecord, withArticle, type ExprType, type MaybeType } from './types.ts'; // prettier-ignore

type IndexSymbol = Extract<Symbol, { kind: 'index' }>;

interface Indices {
  readonly scope: Scope;
  readonly symbols: readonly IndexSymbol[];
}

/** Opens the scope of the clauses; a range sees the indices before it. */
function openClauses(c: Checking, scope: Scope, clauses: readonly Clause[]): Indices {
  let inner = scope;
  const symbols: IndexSymbol[] = [];
  for (const clause of clauses) {
    if (clause.range !== undefined) checkRange(c, inner, clause, clause.range);
    inner = openScope('index', inner);
    const symbol: IndexSymbol = { kind: 'index', name: clause.name.text, span: clause.name.span, uses: [] };
    const hidden = lookUp(scope, symbol.name) ?? symbols.find((other) => other.name === symbol.name);
    if (hidden !== undefined && !isOuter(scope, hidden)) {
      const notes =
        hidden.span === undefined ? [] : [{ message: `the other \`${symbol.name}\``, span: hidden.span }];
      complain(c, catalogue.indexShadows, { name: symbol.name }, symbol.span, { notes });
    }
    inner.names.set(symbol.name, symbol);
    c.annotations.symbols.set(clause.name, symbol);
    symbols.push(symbol);
  }
  return { scope: inner, symbols };
}

/** Constants of the file may be hidden by anything. */
function isOuter(scope: Scope, symbol: Symbol): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    if (at.names.get(symbol.name) === symbol) return at.kind === 'outer';
  }
  return false;
}

function checkRange(c: Checking, scope: Scope, clause: Clause, range: NonNullable<Clause['range']>): void {
  const bound = (e: Expression): Polynomial | undefined => {
    if (!namesAreKnown(c, scope, e, (name) => adviceOnSize(scope, name))) return undefined;
    const type = checkExpression(c, scope, e);
    if (type === undefined) return undefined;
    if (type.scalar !== 'int' || type.dims.length > 0) {
      const help =
        type.scalar === 'real' && type.dims.length === 0
          ? `\`${converted('int', e.span, 'x')}\` cuts off the fraction`
          : undefined;
      const args = { what: 'the end of a range', expected: 'an int', found: withArticle(type) };
      return complain(c, catalogue.typeMismatch, args, e.span, { notes: [declaredAt(c, e)], help });
    }
    return sizeOf(c.annotations, e);
  };
  const from = range.from === undefined ? polynomial.zero : bound(range.from);
  const to = bound(range.to);
  if (from === undefined || to === undefined) return;
  const nothing = nothingIn(from, to);
  if (nothing === 'runs backwards') {
    const args = { from: polynomial.print(from), to: polynomial.print(to), nothing } as const;
    const { text } = clause.name;
    const help = `ranges run upwards: to go backwards, read \`x[N - 1 - ${text}]\` for \`${text} in N\``;
    complain(c, catalogue.emptyRange, args, range.span, { help });
    return;
  }
  c.annotations.ranges.set(clause, { from, to });
}

/**
 * Ranges that were left out come from the axes that the index stands on. False when one stays unknown, which is reported
 * unless the element is wrong anyway (its reads may be what would have told).
 */
function inferRanges(
  c: Checking,
  clauses: readonly Clause[],
  symbols: readonly IndexSymbol[],
  wrong: boolean,
): boolean {
  let known = true;
  clauses.forEach((clause, k) => {
    const [first, ...others] = symbols[k]?.uses ?? [];
    if (clause.range !== undefined) return;
    if (first === undefined) {
      known = false;
      if (wrong) return;
      const help = `write \`${clause.name.text} in N\``;
      complain(c, catalogue.rangeUnknown, { name: clause.name.text }, clause.span, { help });
      return;
    }
    const other = others.find((use) => use.extent.key !== first.extent.key);
    if (other !== undefined) {
      const [a, b] = [polynomial.print(first.extent), polynomial.print(other.extent)];
      complain(c, catalogue.rangesDisagree, { name: clause.name.text, first: a, second: b }, clause.span, {
        notes: [
          { message: `this axis has the size ${a}`, span: first.span },
          { message: `this axis has the size ${b}`, span: other.span },
        ],
        help: `write the range: ${shortest(first.extent, other.extent)
          .map((extent) => `\`${clause.name.text} in ${polynomial.print(extent)}\``)
          .join(' or ')}`,
      });
      known = false;
      return;
    }
    c.annotations.ranges.set(clause, { from: polynomial.zero, to: first.extent });
  });
  return known;
}

/** The clauses of a `for` statement, around its body. */
export function checkClauses(
  c: Checking,
  scope: Scope,
  clauses: readonly Clause[],
  body: (inner: Scope) => void,
): void {
  const { scope: inner, symbols } = openClauses(c, scope, clauses);
  const before = c.diagnostics.length;
  body(inner);
  inferRanges(c, clauses, symbols, c.diagnostics.length > before);
}

/** The smaller of two sizes, since that fits both axes; both where it depends. */
function shortest(a: Polynomial, b: Polynomial): readonly Polynomial[] {
  const difference = polynomial.asConstant(polynomial.subtract(a, b));
  if (difference === undefined) return [a, b];
  return difference < 0 ? [a] : [b];
}

/** The type of the array that the element makes over the clauses; all ranges must be sizes. */
export function buildType(
  c: Checking,
  scope: Scope,
  clauses: readonly Clause[],
  element: Expression,
): MaybeType {
  const { scope: inner, symbols } = openClauses(c, scope, clauses);
  const type = checkExpression(c, inner, element);
  const inferred = inferRanges(c, clauses, symbols, type === undefined);
  const dims: Polynomial[] = [];
  for (const clause of clauses) {
    const range = c.annotations.ranges.get(clause);
    if (range !== undefined) dims.push(polynomial.subtract(range.to, range.from));
    else if (clause.range !== undefined && rangeIsFine(c, clause)) {
      complain(c, catalogue.shapeDepends, { name: clause.name.text }, clause.range.span);
    }
  }
  if (type === undefined || !inferred || dims.length < clauses.length) return undefined;
  return exprType(type.scalar, [...dims, ...type.dims], type.adapts);
}

/** A range that has a type but is no size. */
function rangeIsFine(c: Checking, clause: Clause): boolean {
  const ends = [clause.range?.from, clause.range?.to].filter((e) => e !== undefined);
  const types = ends.map((e) => c.annotations.types.get(e));
  if (!types.every((type) => type?.scalar === 'int' && type.dims.length === 0)) return false;
  // A range that runs backwards has been reported.
  return !ends.every((e) => sizeOf(c.annotations, e) !== undefined);
}

export function reduceType(c: Checking, scope: Scope, e: ReduceExpression): MaybeType {
  const reducer = asReducer(e.reducer.text);
  const { scope: inner, symbols } = openClauses(c, scope, e.clauses);
  const type = checkExpression(c, inner, e.element);
  if (e.guard !== undefined) {
    const guard = checkExpression(c, inner, e.guard);
    if (guard !== undefined && (guard.scalar !== 'bool' || guard.dims.length > 0)) {
      complain(c, catalogue.conditionType, { found: withArticle(guard) }, e.guard.span);
    }
  }
  const inferred = inferRanges(c, e.clauses, symbols, type === undefined);
  if (reducer === undefined) {
    return unknownReducer(c, e);
  }
  c.annotations.reducers.set(e, reducer);
  if (type === undefined || !inferred) return undefined;
  if ((reducer === 'argmax' || reducer === 'argmin') && (e.clauses.length > 1 || type.dims.length > 0)) {
    const span = type.dims.length > 0 ? e.element.span : e.span;
    return complain(c, catalogue.positionOfMany, { reducer }, span);
  }
  return reducedType(c, reducer, e.element, type);
}

function unknownReducer(c: Checking, { reducer: { text: name, span } }: ReduceExpression): undefined {
  const all = `the reductions are ${reducers.join(', ')}`;
  const called = c.functions.get(name);
  if (called !== undefined || isBuiltIn(name)) {
    const [only, second] = called?.arguments ?? [];
    const takesArray = second === undefined && (only?.type?.dims.length ?? 0) > 0;
    const help = takesArray ? `give it an array: \`${name}([… for i in N])\`` : all;
    return complain(c, catalogue.notAReduction, { name }, span, { help });
  }
  const help = foreignFunctions.get(name) ?? didYouMean(name, reducers) ?? all;
  return complain(c, catalogue.unknownFunction, { name }, span, { help });
}

/** The type of a reduction of elements of a type; `e` is what is reduced. */
export function reducedType(c: Checking, reducer: ReducerName, e: Expression, type: ExprType): MaybeType {
  const wrong = (wants: string): undefined =>
    complain(c, catalogue.reducedType, { reducer, wants, found: withArticle(type) }, e.span, {
      notes: [declaredAt(c, e)],
      help: isRecord(type.scalar)
        ? adviceOnRecord(type)
        : type.scalar === 'int'
          ? `write \`${converted('real', e.span)}\``
          : undefined,
    });
  switch (reducer) {
    case 'sum':
    case 'prod':
      if (!isNumeric(type)) return wrong('numbers');
      return exprType(type.scalar, type.dims);
    case 'mean':
    case 'max':
    case 'min':
    case 'logSumExp':
    case 'argmax':
    case 'argmin': {
      const real = type.scalar === 'real' || type.adapts ? toReal(c, e, type) : wrong('reals');
      return real && exprType(reducer.startsWith('arg') ? 'int' : 'real', type.dims);
    }
    case 'any':
    case 'all':
      return type.scalar === 'bool' ? exprType('bool', type.dims) : wrong('bools');
  }
}
