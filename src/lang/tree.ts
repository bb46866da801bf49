// What the rules of the grammar build. A rule is completed at every prefix of what it matches, so these functions are pure
// and cheap: lists are cons cells, and an expression stays a flat chain of operands and operators until a terminal after it
// (a closing bracket, the end of the statement) shows that it is complete. There it is settled into a tree, once.

import { spanBetween } from '../base/source.ts';
import type { Span } from '../base/source.ts';
import { bug } from '../base/bug.ts';
import type {
  Assignment, BinaryOperator, Choice, Clause, ConstDeclaration, Declaration, DimDeclaration, Expression, ForLoop,
  FunctionDeclaration, IndexExpression, IndexItem, InputDeclaration, LetDeclaration, LossDeclaration, ModelDeclaration,
  ModelItem, Name, OutputDeclaration, Parameter, Range, Statement, TypeExpression, VarDeclaration, WhileLoop,
} from './ast.ts'; // prettier-ignore
import { settleChain } from './precedence.ts';
import type { Chain } from './precedence.ts';
import { isIntLiteral } from './number.ts';
import type { Token } from './token.ts';

// ---- lists

export type List<T> = { readonly before: List<T>; readonly item: T } | null;

export const append = <T>(before: List<T>, item: T): List<T> => ({ before, item });

export function toArray<T>(list: List<T>): readonly T[] {
  const items: T[] = [];
  for (let cell = list; cell !== null; cell = cell.before) items.push(cell.item);
  return items.reverse();
}

// ---- expressions

/** `c1 ? a1 : c2 ? a2 : last`. */
export interface Loose {
  readonly branches: List<{ readonly condition: Expression; readonly then: Expression }>;
  readonly last: Chain;
}

export function settle(loose: Loose): Expression {
  let expression = settleChain(loose.last);
  for (let cell = loose.branches; cell !== null; cell = cell.before) {
    const { condition, then } = cell.item;
    const span = spanBetween(condition.span, expression.span);
    expression = { kind: 'conditional', condition, then, otherwise: expression, span };
  }
  return expression;
}

const settleAll = (list: List<Loose>): readonly Expression[] => toArray(list).map(settle);

export function branch(condition: Chain, then: Loose): { condition: Expression; then: Expression } {
  return { condition: settleChain(condition), then: settle(then) };
}

export function name(token: Token): Name {
  return { kind: 'name', text: token.text, span: token.span };
}

export function number({ text, span }: Token): Expression {
  return { kind: 'number', value: Number(text.replaceAll('_', '')), isInt: isIntLiteral(text), text, span };
}

export function bool({ text, span }: Token): Expression {
  return { kind: 'bool', value: text === 'true', span };
}

/** Brackets leave no node, but the span grows, so that a message underlines them too. */
export function bracketed(open: Token, inner: Loose, close: Token): Expression {
  return { ...settle(inner), span: spanBetween(open.span, close.span) };
}

export function call(callee: Name, args: List<Loose>, close: Token): Expression {
  return { kind: 'call', callee, args: settleAll(args), span: spanBetween(callee.span, close.span) };
}

export function reduce(
  reducer: Name,
  element: Loose,
  clauses: List<LooseClause>,
  guard: Loose | null,
  close: Token,
): Expression {
  const span = spanBetween(reducer.span, close.span);
  const whole = {
    kind: 'reduce',
    reducer,
    element: settle(element),
    clauses: settleClauses(clauses),
    span,
  } as const;
  return guard === null ? whole : { ...whole, guard: settle(guard) };
}

export function list(open: Token, elements: List<Loose>, close: Token): Expression {
  return { kind: 'list', elements: settleAll(elements), span: spanBetween(open.span, close.span) };
}

export function build(open: Token, element: Loose, clauses: List<LooseClause>, close: Token): Expression {
  const span = spanBetween(open.span, close.span);
  return { kind: 'build', element: settle(element), clauses: settleClauses(clauses), span };
}

/** An item of an index: an expression, or the bounds and dots of a slice. */
export type LooseIndex =
  { readonly at: Loose } | { readonly from?: Loose; readonly sign: Token; readonly to?: Loose };

function settleIndex(item: LooseIndex): IndexItem {
  if ('at' in item) {
    const index = settle(item.at);
    return { kind: 'at', index, span: index.span };
  }
  const from = item.from === undefined ? {} : { from: settle(item.from) };
  const to = item.to === undefined ? {} : { to: settle(item.to) };
  const start = from.from?.span ?? item.sign.span;
  return { kind: 'slice', ...from, ...to, span: spanBetween(start, to.to?.span ?? item.sign.span) };
}

export function index(base: Expression, items: List<LooseIndex>, close: Token): IndexExpression {
  return {
    kind: 'index',
    base,
    items: toArray(items).map(settleIndex),
    span: spanBetween(base.span, close.span),
  };
}

// ---- ranges and clauses

export interface LooseRange {
  readonly from?: Loose;
  readonly to: Loose;
}

export interface LooseClause {
  readonly name: Name;
  readonly range?: LooseRange;
}

function settleRange(range: LooseRange): Range {
  const to = settle(range.to);
  if (range.from === undefined) return { to, span: to.span };
  const from = settle(range.from);
  return { from, to, span: spanBetween(from.span, to.span) };
}

const rangeOf = (range: LooseRange | undefined): { range?: Range } =>
  range === undefined ? {} : { range: settleRange(range) };

function settleClauses(clauses: List<LooseClause>): readonly Clause[] {
  return toArray(clauses).map((clause) => {
    const range = rangeOf(clause.range);
    return {
      name: clause.name,
      ...range,
      span: spanBetween(clause.name.span, range.range?.span ?? clause.name.span),
    };
  });
}

// ---- types

export function type(scalar: Name, dims: List<Loose>, close: Token | undefined): TypeExpression {
  return {
    kind: 'type',
    scalar,
    dims: settleAll(dims),
    span: spanBetween(scalar.span, close?.span ?? scalar.span),
  };
}

export function parameter(name: Name, type: TypeExpression): Parameter {
  return { name, type, span: spanBetween(name.span, type.span) };
}

// ---- statements. The keyword carries the doc comment.

const docOf = (keyword: Token): { doc?: string } => (keyword.doc === undefined ? {} : { doc: keyword.doc });

/** What stands between `let`, `var` or `output` and the `=`. */
export interface Binder {
  readonly name: Name;
  readonly clauses: readonly Clause[];
  readonly type?: TypeExpression;
}

export const plainBinder = (name: Name): Binder => ({ name, clauses: [] });
export const typedBinder = (name: Name, type: TypeExpression): Binder => ({ name, clauses: [], type });
export const indexBinder = (name: Name, clauses: List<LooseClause>): Binder => ({
  name,
  clauses: settleClauses(clauses),
});

export function constant(keyword: Token, name: Name, loose: Loose): ConstDeclaration {
  const value = settle(loose);
  return { kind: 'const', ...docOf(keyword), name, value, span: spanBetween(keyword.span, value.span) };
}

export function binding(keyword: Token, binder: Binder, loose: Loose): LetDeclaration | OutputDeclaration {
  const value = settle(loose);
  const kind = keyword.text === 'let' ? 'let' : 'output';
  return { kind, ...docOf(keyword), ...binder, value, span: spanBetween(keyword.span, value.span) };
}

export function variable(keyword: Token, binder: Binder, loose: Loose): VarDeclaration {
  const value = settle(loose);
  return { kind: 'var', ...docOf(keyword), ...binder, value, span: spanBetween(keyword.span, value.span) };
}

export function assignment(target: Name | IndexExpression, compound: Token | null, loose: Loose): Assignment {
  const right = settle(loose);
  const span = spanBetween(target.span, right.span);
  if (compound === null) return { kind: 'assign', target, value: right, span };
  const operator = compound.text.slice(0, -1) as BinaryOperator;
  const operatorSpan = compound.span;
  return {
    kind: 'assign',
    target,
    value: { kind: 'binary', operator, left: target, right, operatorSpan, span },
    span,
  };
}

/** The statements between two braces, and the one that closes them. */
export interface Block {
  readonly statements: readonly Statement[];
  readonly close: Token;
}

export const block = (list: List<Statement>, close: Token): Block => ({ statements: toArray(list), close });

export function loop(keyword: Token, clauses: List<LooseClause>, body: Block): ForLoop {
  const span = spanBetween(keyword.span, body.close.span);
  return { kind: 'for', clauses: settleClauses(clauses), body: body.statements, span };
}

export function whileLoop(keyword: Token, condition: Loose, most: Loose, body: Block): WhileLoop {
  const span = spanBetween(keyword.span, body.close.span);
  const head = { condition: settle(condition), most: settle(most) };
  return { kind: 'while', ...head, body: body.statements, span };
}

/** `if (c) { … }`, of which a choice has one or more. */
export interface Arm {
  readonly keyword: Token;
  readonly condition: Expression;
  readonly then: Block;
}

export function arm(keyword: Token, condition: Loose, then: Block): Arm {
  return { keyword, condition: settle(condition), then };
}

export function choice(arms: List<Arm>, last: Block | null): Choice {
  let rest: readonly Statement[] = last?.statements ?? [];
  let whole: Choice | undefined;
  const end = last?.close.span ?? arms?.item.then.close.span;
  for (let cell = arms; cell !== null && end !== undefined; cell = cell.before) {
    const { keyword, condition, then } = cell.item;
    const span = spanBetween(keyword.span, end);
    whole = { kind: 'if', condition, then: then.statements, otherwise: rest, span };
    rest = [whole];
  }
  return whole ?? bug('a choice without an arm');
}

export function loss(keyword: Token, loose: Loose): LossDeclaration {
  const value = settle(loose);
  return { kind: 'loss', ...docOf(keyword), value, span: spanBetween(keyword.span, value.span) };
}

export interface LooseDim {
  readonly name: Name;
  readonly value?: Loose;
}

export function dims(keyword: Token, list: List<LooseDim>): readonly DimDeclaration[] {
  return toArray(list).map(({ name, value }) => {
    if (value === undefined) return { kind: 'dim', ...docOf(keyword), name, span: name.span };
    const settled = settle(value);
    const span = spanBetween(name.span, settled.span);
    return { kind: 'dim', ...docOf(keyword), name, value: settled, span };
  });
}

export interface LooseInput {
  readonly name: Name;
  readonly type: TypeExpression;
  readonly range?: LooseRange;
}

export function inputs(keyword: Token, list: List<LooseInput>): readonly InputDeclaration[] {
  const kind = keyword.text === 'param' ? 'param' : 'data';
  return toArray(list).map(({ name, type, range }) => {
    const settled = rangeOf(range);
    const span: Span = spanBetween(name.span, settled.range?.span ?? type.span);
    return { kind, ...docOf(keyword), name, type, ...settled, span };
  });
}

// ---- declarations

export interface FunctionHead {
  readonly keyword: Token;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly result: TypeExpression;
}

export interface FunctionBody {
  readonly body: readonly Statement[];
  readonly value: Expression;
  readonly end: Span;
}

export function functionHead(
  keyword: Token,
  name: Name,
  parameters: List<Parameter>,
  result: TypeExpression,
): FunctionHead {
  return { keyword, name, parameters: toArray(parameters), result };
}

export function shortBody(loose: Loose): FunctionBody {
  const value = settle(loose);
  return { body: [], value, end: value.span };
}

export function longBody(steps: List<Statement>, value: Expression, close: Token): FunctionBody {
  return { body: toArray(steps), value, end: close.span };
}

export function fn(head: FunctionHead, { body, value, end }: FunctionBody): FunctionDeclaration {
  const { keyword, name, parameters, result } = head;
  const span = spanBetween(keyword.span, end);
  return { kind: 'fn', ...docOf(keyword), name, parameters, result, body, value, span };
}

export function model(
  keyword: Token,
  name: Name,
  items: List<readonly ModelItem[]>,
  close: Token,
): ModelDeclaration {
  const span = spanBetween(keyword.span, close.span);
  return { kind: 'model', ...docOf(keyword), name, items: toArray(items).flat(), span };
}

export type Declarations = List<Declaration>;
