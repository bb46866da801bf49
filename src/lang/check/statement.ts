// Statements of models, functions and blocks, from top to bottom; what a block defines ends with it.

import { catalogue } from '../../base/catalogue.ts';
import type { Span } from '../../base/source.ts';
import type { LossDeclaration, ModelItem, Statement } from '../ast.ts';
import { checkAssignment } from './assign.ts';
import { checkClauses } from './comprehension.ts';
import { checkConstant } from './constant.ts';
import { complain, declaredAt, define, toReal, type Checking } from './context.ts';
import { checkExpression } from './expression.ts';
import { checkLet, checkVar } from './let.ts';
import { checkSeveral, checkUnpacking } from './several.ts';
import { bodyOf, lookUp, openScope, type Scope, type Symbol } from './scope.ts';
import { isNumeric, withArticle } from './types.ts';
import { adviceOnRecord } from './record.ts';
import type { Expression, Name } from '../ast.ts';

/** The blocks of a statement, if it has any. */
export function blocksOf(item: ModelItem): readonly (readonly Statement[])[] {
  switch (item.kind) {
    case 'for':
    case 'while':
      return [item.body];
    case 'if':
      return [item.then, item.otherwise];
    default:
      return [];
  }
}

/** Where statements first define a name: one that is not in scope yet is defined further down. */
export function namesDefined(items: readonly ModelItem[]): Checking['later'] {
  const names = new Map<string, Span>();
  for (const item of items) {
    const own = item.kind === 'unpack' ? item.names : 'name' in item ? [item.name] : [];
    for (const { text, span } of own) if (!names.has(text)) names.set(text, span);
  }
  return (name) => names.get(name);
}

export function checkStatements(c: Checking, scope: Scope, statements: readonly Statement[]): void {
  for (const statement of statements) checkStatement(c, scope, statement);
}

export function checkStatement(c: Checking, scope: Scope, statement: Statement): void {
  switch (statement.kind) {
    case 'const':
      hides(c, scope, statement.name);
      define(c, scope, checkConstant(c, scope, statement));
      return;
    case 'let':
      hides(c, scope, statement.name);
      checkLet(c, scope, statement);
      return;
    case 'var':
      hides(c, scope, statement.name);
      checkVar(c, scope, statement);
      return;
    case 'unpack':
      for (const name of statement.names) hides(c, scope, name);
      checkUnpacking(c, scope, statement);
      return;
    case 'assign':
      checkAssignment(c, scope, statement);
      return;
    case 'assignSeveral':
      checkSeveral(c, scope, statement);
      return;
    case 'for':
      checkClauses(c, scope, statement.clauses, (inner) => checkBlock(c, inner, statement.body));
      return;
    case 'while':
      checkCondition(c, scope, statement.condition);
      checkLimit(c, scope, statement.most);
      checkBlock(c, scope, statement.body);
      return;
    case 'if':
      checkCondition(c, scope, statement.condition);
      checkBlock(c, scope, statement.then);
      checkBlock(c, scope, statement.otherwise);
      return;
    case 'loss':
      checkLoss(c, scope, statement);
      return;
  }
}

function checkBlock(c: Checking, outer: Scope, statements: readonly Statement[]): void {
  const scope = openScope('block', outer);
  const own = namesDefined(statements);
  checkStatements({ ...c, later: (name) => own(name) ?? c.later(name) }, scope, statements);
  for (const symbol of scope.names.values()) {
    warnIfUnused(c, symbol);
    if (symbol.span !== undefined) c.ended.set(symbol.name, symbol.span);
  }
}

/** A name of a block may hide constants of the file, and nothing nearer. */
function hides(c: Checking, scope: Scope, { text, span }: Name): void {
  if (scope.kind !== 'block' || scope.names.has(text)) return;
  const hidden = lookUp(scope, text);
  if (hidden?.span === undefined || bodyOf(scope).parent?.names.get(text) === hidden) return;
  complain(c, catalogue.nameHides, { name: text }, span, {
    notes: [{ message: `the other \`${text}\``, span: hidden.span }],
    help: hidden.kind === 'var' ? `to assign to it, write \`${text} = …\`` : undefined,
  });
}

export function checkCondition(c: Checking, scope: Scope, condition: Expression): void {
  const type = checkExpression(c, scope, condition);
  if (type === undefined || (type.scalar === 'bool' && type.dims.length === 0)) return;
  const help = type.scalar === 'bool' ? 'reduce it: `any(…)` or `all(…)`' : undefined;
  complain(c, catalogue.conditionType, { found: withArticle(type) }, condition.span, {
    notes: [declaredAt(c, condition)],
    help,
  });
}

function checkLimit(c: Checking, scope: Scope, most: Expression): void {
  const type = checkExpression(c, scope, most);
  if (type === undefined || (type.scalar === 'int' && type.dims.length === 0)) return;
  const args = { what: 'the limit of a `while`', expected: 'an int', found: withArticle(type) };
  complain(c, catalogue.typeMismatch, args, most.span, { notes: [declaredAt(c, most)] });
}

function checkLoss(c: Checking, scope: Scope, item: LossDeclaration): void {
  if (bodyOf(scope).kind === 'function') {
    const args = { word: 'loss', place: 'inside a function' };
    const help = 'return the value, and write `loss` in the model';
    complain(c, catalogue.misplacedStatement, args, item.span, { help });
  }
  const type = checkExpression(c, scope, item.value);
  if (type === undefined) return;
  if (type.dims.length > 0 || !isNumeric(type)) {
    const help = type.dims.length > 0 ? 'reduce it: `sum(…)` or `mean(…)`' : adviceOnRecord(type);
    complain(c, catalogue.lossType, { found: withArticle(type) }, item.value.span, { help });
    return;
  }
  toReal(c, item.value, type, 'the loss');
}

export function warnIfUnused(c: Checking, symbol: Symbol): void {
  if (
    c.used.has(symbol) ||
    (symbol.kind === 'const' && symbol.value === undefined) ||
    (symbol.kind === 'let' && symbol.declaration.kind === 'output') ||
    symbol.name.startsWith('_') ||
    symbol.span === undefined
  )
    return;
  if (symbol.kind === 'input' && symbol.declaration.kind === 'param') {
    complain(c, catalogue.unusedParam, { name: symbol.name }, symbol.span);
    return;
  }
  complain(c, catalogue.unusedName, { what: words[symbol.kind], name: symbol.name }, symbol.span);
}

const words: Readonly<Record<Symbol['kind'], string>> = {
  const: 'the constant',
  size: 'the size',
  input: 'the data',
  argument: 'the parameter',
  let: 'the value',
  var: 'the value',
  index: 'the index',
};
