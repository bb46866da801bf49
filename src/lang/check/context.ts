// What the checker finds out about a syntax tree, and the handful of things every part of it does.

import { catalogue, report, type Row } from '../../base/catalogue.ts';
import type { Diagnostic, Note } from '../../base/diagnostic.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import type { Span } from '../../base/source.ts';
import type { OpName } from '../../ops/index.ts';
import { libraries } from '../advice.ts';
import type { Type } from './types.ts';
import type { Clause, Expression, FunctionDeclaration, IndexItem, Name, RuleDeclaration } from '../ast.ts';
import { isBuiltIn, type ReducerName } from './built-in.ts';
import { didYouMean } from './nearest.ts';
import { lookUp, visibleNames, type Scope, type Symbol } from './scope.ts';
import { exprType, isTuple, printType, tupleType, withArticle, type ExprType, type MaybeType, type RecordType } from './types.ts'; // prettier-ignore

export type CallExpression = Extract<Expression, { kind: 'call' }>;
export type ConstructExpression = Extract<Expression, { kind: 'construct' }>;
export type ReduceExpression = Extract<Expression, { kind: 'reduce' }>;

/** What a call means. */
export type CallMeaning =
  /** A primitive op; arrays are taken element by element. */
  | { readonly kind: 'op'; readonly op: OpName }
  /** An op of two arguments applied to several, from the left. */
  | { readonly kind: 'fold'; readonly op: OpName }
  | { readonly kind: 'convert'; readonly to: 'real' | 'int' }
  /** A reduction over all elements of an array. */
  | { readonly kind: 'whole'; readonly reducer: ReducerName }
  /** `sizes`: what the size variables of the function stand for, in the sizes of the caller. */
  | {
      readonly kind: 'function';
      readonly function: FunctionInfo;
      readonly sizes: ReadonlyMap<string, Polynomial>;
      readonly lifted: boolean;
    };

export type ArgumentSymbol = Extract<Symbol, { kind: 'argument' }>;

/** A derivative that the user gives, with its names resolved. */
export interface RuleInfo {
  readonly declaration: RuleDeclaration;
  /** The parameters of the function, as the rule sees them. */
  readonly arguments: readonly ArgumentSymbol[];
  /** The result of the function. */
  readonly out: ArgumentSymbol;
  /** The adjoint of the result, from which the rule makes those of the parameters; without it the rule has partials. */
  readonly given: ArgumentSymbol | undefined;
  /** For each real parameter, in order. */
  readonly answers: readonly { readonly argument: ArgumentSymbol; readonly value: Expression }[];
}

/** A function with its signature resolved. */
export interface FunctionInfo {
  readonly declaration: FunctionDeclaration;
  readonly scope: Scope;
  readonly arguments: readonly ArgumentSymbol[];
  readonly sizes: readonly string[];
  readonly result: Type | undefined;
  /** Calls in its body, filled when the body is checked. */
  readonly calls: { readonly callee: FunctionInfo; readonly span: Span }[];
  /** Set when the rules are checked. */
  rule?: RuleInfo | undefined;
}

/** What the lowering needs to know about the tree. */
export interface Annotations {
  /** Of each expression, after literals have adapted. */
  readonly types: Map<Expression, ExprType>;
  /** Of each use of a name as a value or a target, and of each name that a clause, let, var or output declares. */
  readonly symbols: Map<Name, Symbol>;
  readonly calls: Map<CallExpression, CallMeaning>;
  readonly reducers: Map<ReduceExpression, ReducerName>;
  /** Ranges that are polynomials in the sizes; all ranges of array comprehensions are. */
  readonly ranges: Map<Clause, { readonly from: Polynomial; readonly to: Polynomial }>;
  readonly slices: Map<IndexItem, { readonly from: Polynomial; readonly to: Polynomial }>;
}

/** The state of checking one body (a function's or a model's). */
export interface Checking {
  readonly annotations: Annotations;
  readonly diagnostics: Diagnostic[];
  readonly used: Set<Symbol | FunctionInfo | RecordType>;
  /** Visible here; functions of the prelude see only each other. */
  readonly functions: ReadonlyMap<string, FunctionInfo>;
  /** Those that are wrong are undefined. */
  readonly records: ReadonlyMap<string, RecordType | undefined>;
  /** Imported names that are not there, which has been reported. */
  readonly broken: Set<string>;
  /** Names defined further down, for the message. */
  readonly later: (name: string) => Span | undefined;
  /** Names of blocks that have ended, for the message. */
  readonly ended: Map<string, Span>;
  readonly calls: { readonly callee: FunctionInfo; readonly span: Span }[];
}

export interface Extra {
  readonly notes?: readonly (Note | undefined)[];
  readonly help?: string | undefined;
}

/** Adds a diagnostic; returns undefined, which is the type of a wrong expression. */
export function complain<Args>(
  c: Checking,
  row: Row<Args>,
  args: Args,
  span: Span,
  extra: Extra = {},
): undefined {
  const notes = (extra.notes ?? []).filter((note) => note !== undefined);
  c.diagnostics.push(report(row, args, span, { notes, help: extra.help }));
  return undefined;
}

/** The text of an expression, for help lines; a name for it when it is long. */
export function sourceText(span: Span, otherwise = '…'): string {
  const text = span.source.text.slice(span.start, span.end);
  return text.length <= 40 && !/[\r\n]/.test(text) ? text : otherwise;
}

/** An expression made real or int, for help lines. The brackets of the call take the place of its own. */
export function converted(to: 'real' | 'int', span: Span, otherwise?: string): string {
  const text = sourceText(span, otherwise);
  return `${to}(${isBracketed(text) ? text.slice(1, -1) : text})`;
}

/** Whether the first character and the last are brackets, and partners. */
function isBracketed(text: string): boolean {
  let depth = 0;
  for (const [k, character] of [...text].entries()) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0) return k > 0 && k === text.length - 1;
  }
  return false;
}

/** Where the type of a named operand comes from: "`W1` is declared real[D, H] here". */
export function declaredAt(c: Pick<Checking, 'annotations'>, expression: Expression): Note | undefined {
  const symbol = expression.kind === 'name' ? c.annotations.symbols.get(expression) : undefined;
  switch (symbol?.kind) {
    case 'input':
    case 'argument':
      return (
        symbol.type && {
          message: `\`${symbol.name}\` is declared ${printType(symbol.type)} here`,
          span: symbol.span,
        }
      );
    case 'let':
    case 'var':
      return byDefinition(symbol);
    default:
      return undefined;
  }
}

/** Where a name got its type. */
export const byDefinition = (symbol: Extract<Symbol, { kind: 'let' | 'var' }>): Note | undefined =>
  symbol.type && {
    message: `\`${symbol.name}\` is ${printType(symbol.type)} by this definition`,
    span: symbol.span,
  };

/** Puts a name into a scope; a second one of the same name is an error that shows both. */
export function define(c: Checking, scope: Scope, symbol: Symbol & { readonly span: Span }): void {
  const before = scope.names.get(symbol.name);
  if (before !== undefined) {
    const notes = before.span === undefined ? [] : [{ message: 'first defined here', span: before.span }];
    complain(c, catalogue.definedTwice, { name: symbol.name }, symbol.span, { notes });
    return;
  }
  scope.names.set(symbol.name, symbol);
}

/** Whether a name that is not in scope is defined elsewhere in the body, which is reported. */
export function explainUnknown(c: Checking, { text, span }: Name): boolean {
  const later = c.later(text);
  const ended = c.ended.get(text);
  if (later !== undefined) {
    const notes = [{ message: 'defined here', span: later }];
    complain(c, catalogue.usedBeforeDefined, { name: text }, span, { notes });
  } else if (ended !== undefined) {
    const notes = [{ message: 'this one ends with its block', span: ended }];
    const help = `declare it before the block, \`var ${text} = …\`, and assign to it inside`;
    complain(c, catalogue.unknownName, { name: text }, span, { notes, help });
  }
  return later !== undefined || ended !== undefined;
}

/** What a name stands for, marked as used. `advice` is for a name that nothing in scope is near to. */
export function resolve(c: Checking, scope: Scope, name: Name, advice?: string): Symbol | undefined {
  const symbol = lookUp(scope, name.text);
  if (symbol !== undefined) {
    c.used.add(symbol);
    c.annotations.symbols.set(name, symbol);
    return symbol;
  }
  if (explainUnknown(c, name) || c.broken.has(name.text)) return undefined;
  const called = c.functions.get(name.text);
  if (called !== undefined || isBuiltIn(name.text)) {
    return complain(c, catalogue.notAValue, { name: name.text }, name.span, {
      help: `call it: \`${name.text}(…)\``,
    });
  }
  // A letter says too little to guess from: `D` is not what a forgotten index `d` was to be. Looking for the nearest name
  // takes a while; a flood of mistakes does without.
  const guess = name.text.length > 1 && c.diagnostics.length < 100;
  const near = guess ? didYouMean(name.text, visibleNames(scope)) : undefined;
  const prefix = libraries.has(name.text)
    ? 'functions and constants have no prefix: `exp(x)`, `pi`'
    : undefined;
  return complain(c, catalogue.unknownName, { name: name.text }, name.span, {
    help: prefix ?? near ?? advice,
  });
}

/**
 * Makes an expression real. Int literals, and what is made of them, turn into reals where they stand;
 * any other int is an error that says how to convert it.
 */
export function toReal(
  c: Checking,
  expression: Expression,
  type: ExprType,
  what = 'this',
  advice = (real: string): string => `write \`${real}\``,
): MaybeType {
  if (type.scalar === 'real') return type;
  if (type.scalar === 'int' && type.adapts) {
    adapt(c.annotations, expression);
    return exprType('real', type.dims);
  }
  if (type.scalar === 'int') {
    const text = sourceText(expression.span);
    const subject = what === 'this' && text !== '…' ? `\`${text}\`` : what;
    return complain(c, catalogue.intAsReal, { what: subject }, expression.span, {
      help: asRealVar(c, expression) ?? advice(converted('real', expression.span)),
      notes: [declaredAt(c, expression)],
    });
  }
  const args = { what, expected: 'a real', found: withArticle(type) };
  return complain(c, catalogue.typeMismatch, args, expression.span, { notes: [declaredAt(c, expression)] });
}

/** What to do about a var of ints that was to be one of reals: it begins with a literal. */
function asRealVar(c: Checking, expression: Expression): string | undefined {
  const symbol = expression.kind === 'name' ? c.annotations.symbols.get(expression) : undefined;
  return symbol?.kind === 'var' ? declareReal(symbol) : undefined;
}

export function declareReal({ name, declaration }: Extract<Symbol, { kind: 'var' }>): string | undefined {
  return declaration.kind === 'var' && declaration.type === undefined && declaration.value.kind === 'number'
    ? `declare it as a real: \`var ${name} = ${declaration.value.text}.0\``
    : undefined;
}

/** A value as it is used where a type is wanted: literals become real, those of several values each by itself. */
export function fitted(c: Checking, e: Expression, found: ExprType, wanted: Type): MaybeType {
  if (wanted.scalar === 'real' && found.scalar === 'int') return toReal(c, e, found);
  if (e.kind !== 'tuple' || !isTuple(wanted.scalar) || !isTuple(found.scalar)) return found;
  const { fields } = wanted.scalar;
  const types = e.elements.map((element, k) => {
    const [type, other] = [c.annotations.types.get(element), fields[k]?.type];
    return type && other ? fitted(c, element, type, other) : type;
  });
  const known = types.filter((type) => type !== undefined);
  if (known.length < types.length) return undefined;
  const type = exprType(tupleType(known));
  c.annotations.types.set(e, type);
  return type;
}

/** Marks an int expression made of literals, and the literals in it, as real. */
function adapt(annotations: Annotations, root: Expression): void {
  const pending = [root];
  for (let e = pending.pop(); e !== undefined; e = pending.pop()) {
    const type = annotations.types.get(e);
    if (type === undefined || type.scalar !== 'int') continue;
    annotations.types.set(e, exprType('real', type.dims));
    switch (e.kind) {
      case 'unary':
        pending.push(e.operand);
        break;
      case 'binary':
        // The exponent stays an int.
        pending.push(e.left, ...(e.operator === '^' ? [] : [e.right]));
        break;
      case 'conditional':
        pending.push(e.then, e.otherwise);
        break;
      case 'list':
        pending.push(...e.elements);
        break;
      case 'build':
        pending.push(e.element);
        break;
      case 'call':
        pending.push(...e.args);
        break;
      case 'number':
      case 'bool':
      case 'name':
      case 'index':
      case 'reduce':
      case 'member':
      case 'construct':
      case 'tuple':
        break;
    }
  }
}
