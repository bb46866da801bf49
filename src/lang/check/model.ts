// Models: their items from top to bottom, then what is missing or unused.

import { bug } from '../../base/bug.ts';
import * as polynomial from '../../base/polynomial.ts';
import { catalogue } from '../../base/catalogue.ts';
import type { DimDeclaration, InputDeclaration, LossDeclaration, ModelDeclaration } from '../ast.ts';
import { checkConstant } from './constant.ts';
import { complain, define, toReal, type Checking } from './context.ts';
import { checkExpression } from './expression.ts';
import { checkLet } from './let.ts';
import { describe, openScope, type Scope, type Symbol } from './scope.ts';
import { dimension, resolveType } from './size.ts';
import { exprType, printType, withArticle } from './types.ts';

/** A model whose names are resolved: what the lowering starts from. */
export interface ModelInfo {
  readonly declaration: ModelDeclaration;
  readonly scope: Scope;
}

export function checkModel(c: Checking, outer: Scope, declaration: ModelDeclaration): ModelInfo {
  const scope = openScope('model', outer);
  const named = declaration.items.filter((item) => item.kind !== 'loss');
  // A name of this map that is not in scope yet is defined further down.
  const later = new Map([...named].reverse().map((item) => [item.name.text, item.name.span]));
  const own: Checking = { ...c, later };
  for (const item of declaration.items) {
    switch (item.kind) {
      case 'dim':
        checkDim(own, scope, item);
        break;
      case 'param':
      case 'data':
        checkInput(own, scope, item);
        break;
      case 'const':
        define(own, scope, checkConstant(own, scope, item));
        break;
      case 'let':
      case 'output':
        checkLet(own, scope, item);
        break;
      case 'loss':
        checkLoss(own, scope, item);
        break;
    }
  }
  checkParts(own, declaration);
  for (const symbol of scope.names.values()) warnIfUnused(own, symbol);
  return { declaration, scope };
}

/** `dim N` is a symbol; `dim K = 10` is its value everywhere, so that K and 10 are the same size. */
function checkDim(c: Checking, scope: Scope, item: DimDeclaration): void {
  const size = item.value === undefined ? polynomial.symbol(item.name.text) : dimension(c, scope, item.value);
  if (size === undefined) {
    // Wrong and reported: a constant without a value keeps everything that uses it silent.
    define(c, scope, { kind: 'const', name: item.name.text, span: item.name.span, scalar: 'int' });
    return;
  }
  define(c, scope, { kind: 'size', name: item.name.text, span: item.name.span, size });
}

function checkInput(c: Checking, scope: Scope, item: InputDeclaration): void {
  const type = resolveType(c, scope, item.type);
  let fine = type !== undefined;
  if (type !== undefined && item.kind === 'param' && type.scalar !== 'real') {
    const help = `declare it as \`data ${item.name.text}: ${printType(type)}\``;
    complain(c, catalogue.paramType, { name: item.name.text, found: withArticle(type) }, item.span, { help });
    fine = false;
  }
  if (type !== undefined && item.range !== undefined && (item.kind === 'param' || type.scalar !== 'int')) {
    complain(
      c,
      catalogue.rangeOfReals,
      { what: item.kind === 'param' ? 'a param' : withArticle(type) },
      item.range.span,
    );
  }
  const from = item.range?.from === undefined ? polynomial.zero : rangeEnd(c, scope, item.range.from);
  const to = item.range === undefined ? undefined : rangeEnd(c, scope, item.range.to);
  if (from !== undefined && to !== undefined && item.range !== undefined) {
    const count = polynomial.asConstant(polynomial.subtract(to, from));
    if (count !== undefined && count < 1) {
      complain(
        c,
        catalogue.emptyRange,
        { from: polynomial.print(from), to: polynomial.print(to) },
        item.range.span,
      );
    }
  }
  define(c, scope, {
    kind: 'input',
    name: item.name.text,
    span: item.name.span,
    type: fine && type !== undefined ? exprType(type.scalar, type.dims) : undefined,
    declaration: item,
    ...(from === undefined || to === undefined ? {} : { range: { from, to } }),
  });
}

/** An end of a declared range: as a size, but it may be zero or negative. */
function rangeEnd(
  c: Checking,
  scope: Scope,
  e: NonNullable<InputDeclaration['range']>['to'],
): polynomial.Polynomial | undefined {
  return dimension(c, scope, e, { positive: false });
}

function checkLoss(c: Checking, scope: Scope, item: LossDeclaration): void {
  const type = checkExpression(c, scope, item.value);
  if (type === undefined) return;
  if (type.dims.length > 0 || type.scalar === 'bool') {
    const help = type.dims.length > 0 ? 'reduce it: `sum(…)` or `mean(…)`' : undefined;
    complain(c, catalogue.lossType, { found: withArticle(type) }, item.value.span, { help });
    return;
  }
  toReal(c, item.value, type, 'the loss');
}

function checkParts(c: Checking, { name, items }: ModelDeclaration): void {
  const loss = items.find((item) => item.kind === 'loss');
  const has = (kind: (typeof items)[number]['kind']): boolean => items.some((item) => item.kind === kind);
  if (loss === undefined && !has('output'))
    complain(c, catalogue.nothingToCompute, { name: name.text }, name.span);
  if (loss !== undefined && !has('param')) {
    complain(c, catalogue.nothingToDifferentiate, { name: name.text }, loss.span, {
      help: 'declare what is to be trained as `param`, or make this an `output`',
    });
  }
}

function warnIfUnused(c: Checking, symbol: Symbol): void {
  if (
    c.used.has(symbol) ||
    (symbol.kind === 'const' && symbol.value === undefined) ||
    symbol.name.startsWith('_') ||
    symbol.span === undefined
  )
    return;
  if (symbol.kind === 'let' && symbol.declaration.kind === 'output') return;
  if (symbol.kind === 'input' && symbol.declaration.kind === 'param') {
    complain(c, catalogue.unusedParam, { name: symbol.name }, symbol.span);
    return;
  }
  const words = { const: 'the constant', size: 'the size', input: 'the data', let: 'the value' } as const;
  const what =
    symbol.kind === 'index' || symbol.kind === 'argument'
      ? bug(`${describe(symbol)} in a model`)
      : words[symbol.kind];
  complain(c, catalogue.unusedName, { what, name: symbol.name }, symbol.span);
}
