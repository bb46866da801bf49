// What the rules of the grammar for statements and declarations build, over tree.ts.

import { bug } from '../base/bug.ts';
import { spanBetween } from '../base/source.ts';
import type { Span } from '../base/source.ts';
import type {
  Assignment, AssignmentOfSeveral, BinaryOperator, Bound, Choice, Clause, ConstDeclaration, Declaration, DimDeclaration,
  Expression, FieldDeclaration, ForLoop, FunctionDeclaration, InputDeclaration, LetDeclaration, LossDeclaration,
  ModelDeclaration, ModelItem, Name, OutputDeclaration, Parameter, RecordDeclaration, Statement, Target, TypeExpression,
  TypeExpressions, Unpacking, VarDeclaration, WhileLoop,
} from './ast.ts'; // prettier-ignore
import { name, rangeOf, settle, settleClauses, toArray } from './tree.ts';
import type { List, Loose, LooseClause, LooseRange } from './tree.ts';
import type { Token } from './token.ts';

/** The keyword carries the doc comment. */
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

/** `let (a, b) = e`, or without a keyword `(a, b) = e`. */
export function unpacking(start: Token, list: List<Target>, loose: Loose): Unpacking | AssignmentOfSeveral {
  const targets = toArray(list);
  const value = settle(loose);
  const span = spanBetween(start.span, value.span);
  if (start.text !== 'let' && start.text !== 'var') return { kind: 'assignSeveral', targets, value, span };
  const names = targets.filter((target) => target.kind === 'name');
  return { kind: 'unpack', ...docOf(start), keyword: start.text, names, value, span };
}

export function assignment(target: Target, compound: Token | null, loose: Loose): Assignment {
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
  readonly relation?: Token;
  readonly bound?: Loose;
}

export function inputs(keyword: Token, list: List<LooseInput>): readonly InputDeclaration[] {
  const kind = keyword.text === 'param' ? 'param' : 'data';
  return toArray(list).map(({ name, type, range, relation, bound }) => {
    const settled = { ...rangeOf(range), ...boundOf(relation, bound) };
    const span: Span = spanBetween(name.span, (settled.range ?? settled.bound ?? type).span);
    return { kind, ...docOf(keyword), name, type, ...settled, span };
  });
}

function boundOf(relation: Token | undefined, loose: Loose | undefined): { readonly bound?: Bound } {
  if (relation === undefined || loose === undefined) return {};
  const value = settle(loose);
  const operator = relation.text as Bound['operator'];
  return { bound: { operator, value, span: spanBetween(relation.span, value.span) } };
}

// ---- declarations

export function recordField(token: Token, type: TypeExpression): FieldDeclaration {
  return { ...docOf(token), name: name(token), type };
}

export function record(
  keyword: Token,
  name: Name,
  rows: List<List<FieldDeclaration>>,
  close: Token,
): RecordDeclaration {
  const fields = toArray(rows).flatMap(toArray);
  const span = spanBetween(keyword.span, close.span);
  return { kind: 'record', ...docOf(keyword), name, fields, span };
}

export interface FunctionHead {
  readonly keyword: Token;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly result: TypeExpression | TypeExpressions;
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
  result: TypeExpression | TypeExpressions,
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
