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

type Branches = List<{ readonly condition: Expression; readonly then: Expression }>;

/** `c1 ? a1 : c2 ? a2 : last`. */
export interface Loose {
  readonly branches: Branches;
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

export function branch(before: Branches, condition: Chain, then: Loose): Branches {
  return append(before, { condition: settleChain(condition), then: settle(then) });
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

/** Brackets leave no node, but the span grows, so that a message underlines them too. Several expressions are a tuple. */
export function group(
  open: Token,
  { first, others }: { readonly first: Loose; readonly others: List<Loose> },
  close: Token,
): Expression {
  const span = spanBetween(open.span, close.span);
  if (others === null) return { ...settle(first), span };
  return { kind: 'tuple', elements: [settle(first), ...settleAll(others)], span };
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

/** Expressions, or one for each index: what brackets hold in a call and in a list. */
type Items =
  | { readonly list: List<Loose> }
  | { readonly element: Loose; readonly clauses: List<LooseClause>; readonly guard?: Loose | null };

export function call(callee: Name, args: Items, close: Token): Expression {
  const span = spanBetween(callee.span, close.span);
  if ('list' in args) return { kind: 'call', callee, args: settleAll(args.list), span };
  const element = settle(args.element);
  const clauses = settleClauses(args.clauses);
  const whole = { kind: 'reduce', reducer: callee, element, clauses, span } as const;
  const { guard = null } = args;
  return guard === null ? whole : { ...whole, guard: settle(guard) };
}

export function list(open: Token, items: Items, close: Token): Expression {
  const span = spanBetween(open.span, close.span);
  if ('list' in items) return { kind: 'list', elements: settleAll(items.list), span };
  return { kind: 'build', element: settle(items.element), clauses: settleClauses(items.clauses), span };
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
