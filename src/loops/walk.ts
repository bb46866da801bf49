// Walks over the loops form that every pass needs: children of expressions and statements, and maps over them.
// Recursion follows nesting only; lists are iterated.

import type { Expression, Statement } from './types.ts';

/** The same expression with mapped children; the object itself when nothing changed. */
export function mapChildren(expression: Expression, map: (child: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'literal':
    case 'extent':
    case 'local':
      return expression;
    case 'op': {
      const args = mapList(expression.args, map);
      return args === expression.args ? expression : { ...expression, args };
    }
    case 'conditional': {
      const condition = map(expression.condition);
      const then = map(expression.then);
      const otherwise = map(expression.otherwise);
      const same =
        condition === expression.condition && then === expression.then && otherwise === expression.otherwise;
      return same ? expression : { kind: 'conditional', condition, then, otherwise };
    }
    case 'load': {
      const indices = mapList(expression.indices, map);
      return indices === expression.indices
        ? expression
        : { kind: 'load', buffer: expression.buffer, indices };
    }
  }
}

/** Bottom-up rewriting of a whole expression. */
export function mapExpression(
  expression: Expression,
  map: (expression: Expression) => Expression,
): Expression {
  return map(mapChildren(expression, (child) => mapExpression(child, map)));
}

export function mapList<T>(list: readonly T[], map: (item: T) => T): readonly T[] {
  let changed = false;
  const mapped = list.map((item) => {
    const result = map(item);
    changed ||= result !== item;
    return result;
  });
  return changed ? mapped : list;
}

/** Most expressions are leaves. */
const none: readonly Expression[] = [];

const selects: ReadonlySet<string> = new Set(['select', 'iselect', 'bselect']);

/** Between its second and its third child, by the first. */
export const isChoice = (expression: Expression): boolean =>
  expression.kind === 'conditional' || (expression.kind === 'op' && selects.has(expression.op));

export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'extent':
    case 'local':
      return none;
    case 'op':
      return expression.args;
    case 'conditional':
      return [expression.condition, expression.then, expression.otherwise];
    case 'load':
      return expression.indices;
  }
}

/** Calls `visit` on the expression and everything in it, parents first. */
export function visitExpression(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression);
  const children = childrenOf(expression);
  // Not `for … of`: this is the most frequent loop there is, and V8 takes a while to optimise it.
  for (let k = 0; k < children.length; k++) {
    const child = children[k];
    if (child !== undefined) visitExpression(child, visit);
  }
}

/** The expressions that a statement itself evaluates, without those of its regions. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case 'declare':
      return statement.value === undefined ? [] : [statement.value];
    case 'assign':
    case 'increase':
    case 'fill':
      return [statement.value];
    case 'store':
    case 'accumulate':
      return [...statement.indices, statement.value];
    case 'for':
      return [statement.from, statement.to];
    case 'if':
    case 'leave':
      return [statement.condition];
    case 'limit':
      return [statement.trips, statement.most];
    case 'check':
      return [statement.index];
    case 'while':
    case 'section':
    case 'call':
      return [];
  }
}

/** The same statement with its own expressions mapped; regions are left alone. */
export function mapExpressions(statement: Statement, map: (expression: Expression) => Expression): Statement {
  switch (statement.kind) {
    case 'declare': {
      const { value: old } = statement;
      const value = old && map(old);
      return value === undefined || value === old ? statement : { ...statement, value };
    }
    case 'assign':
    case 'increase':
    case 'fill':
      return { ...statement, value: map(statement.value) };
    case 'store':
    case 'accumulate':
      return { ...statement, indices: mapList(statement.indices, map), value: map(statement.value) };
    case 'for':
      return { ...statement, from: map(statement.from), to: map(statement.to) };
    case 'if':
    case 'leave':
      return { ...statement, condition: map(statement.condition) };
    case 'limit':
      return { ...statement, trips: map(statement.trips), most: map(statement.most) };
    case 'check':
      return { ...statement, index: map(statement.index) };
    case 'while':
    case 'section':
    case 'call':
      return statement;
  }
}

/** The statement lists inside a statement. */
export function regionsOf(statement: Statement): readonly (readonly Statement[])[] {
  if (statement.kind === 'for' || statement.kind === 'while') return [statement.body];
  return statement.kind === 'if' ? [statement.then, statement.otherwise] : noRegions;
}

const noRegions: readonly (readonly Statement[])[] = [];

/** The same statement with its regions mapped. */
export function mapRegions(
  statement: Statement,
  map: (statements: readonly Statement[]) => readonly Statement[],
): Statement {
  if (statement.kind === 'for' || statement.kind === 'while')
    return { ...statement, body: map(statement.body) };
  if (statement.kind === 'if')
    return { ...statement, then: map(statement.then), otherwise: map(statement.otherwise) };
  return statement;
}

/** Every statement of a list and of the regions inside, outer ones first. */
export function visitStatements(
  statements: readonly Statement[],
  visit: (statement: Statement) => void,
): void {
  statements.forEach((statement) => {
    visit(statement);
    const regions = regionsOf(statement);
    if (regions.length > 0) regions.forEach((region) => visitStatements(region, visit));
  });
}

/** Whether something that the statements evaluate, at any depth, passes the test. */
export function someExpression(
  statements: readonly Statement[],
  test: (part: Expression) => boolean,
): boolean {
  let found = false;
  const look = (part: Expression): void => {
    found ||= test(part);
  };
  visitStatements(statements, (statement) => {
    for (const root of expressionsOf(statement)) visitExpression(root, look);
  });
  return found;
}
