// What the rules of the grammar for expressions, ranges and types build; items.ts has the rest. A rule is completed at every prefix of what it matches, so these functions are pure
// and cheap: lists are cons cells, and an expression stays a flat chain of operands and operators until a terminal after it
// (a closing bracket, the end of the statement) shows that it is complete. There it is settled into a tree, once.

import { spanBetween } from '../base/source.ts';
import type { Clause, Expression, IndexExpression, IndexItem, MemberExpression, Name, Parameter, Range, TypeExpression, TypeExpressions } from './ast.ts'; // prettier-ignore
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

export function tuple(open: Token, first: Loose, others: List<Loose>, close: Token): Expression {
  const elements = [settle(first), ...settleAll(others)];
  return { kind: 'tuple', elements, span: spanBetween(open.span, close.span) };
}

export function construct(
  type: Name,
  values: List<{ readonly name: Name; readonly value: Loose }>,
  close: Token,
): Expression {
  const settled = toArray(values).map(({ name, value }) => ({ name, value: settle(value) }));
  return { kind: 'construct', type, values: settled, span: spanBetween(type.span, close.span) };
}

export function member(base: Expression, name: Name): MemberExpression {
  return { kind: 'member', base, name, span: spanBetween(base.span, name.span) };
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

export const rangeOf = (range: LooseRange | undefined): { range?: Range } =>
  range === undefined ? {} : { range: settleRange(range) };

export function settleClauses(clauses: List<LooseClause>): readonly Clause[] {
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

export function types(open: Token, list: List<TypeExpression>, close: Token): TypeExpressions {
  return { kind: 'types', items: toArray(list), span: spanBetween(open.span, close.span) };
}

export function parameter(name: Name, type: TypeExpression): Parameter {
  return { name, type, span: spanBetween(name.span, type.span) };
}
