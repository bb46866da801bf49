// Models: their items from top to bottom, then what is missing or unused.

import * as polynomial from '../../base/polynomial.ts';
import { catalogue } from '../../base/catalogue.ts';
import type { DimDeclaration, InputDeclaration, LossDeclaration, ModelDeclaration } from '../ast.ts';
import { constrainedType } from './constraint.ts';
import { complain, define, type Checking } from './context.ts';
import { checkLet } from './let.ts';
import { openScope, type Scope } from './scope.ts';
import { dimension, nothingIn } from './size.ts';
import { blocksOf, checkStatement, namesDefined, warnIfUnused } from './statement.ts';
import { exprType, isRecord, printType, withArticle, type Type } from './types.ts';

/** A model whose names are resolved: what the lowering starts from. */
export interface ModelInfo {
  readonly declaration: ModelDeclaration;
  readonly scope: Scope;
}

export function checkModel(c: Checking, outer: Scope, declaration: ModelDeclaration): ModelInfo {
  const scope = openScope('model', outer);
  const own: Checking = { ...c, later: namesDefined(declaration.items), ended: new Map() };
  for (const item of declaration.items) {
    switch (item.kind) {
      case 'dim':
        checkDim(own, scope, item);
        break;
      case 'param':
      case 'data':
        checkInput(own, scope, item);
        break;
      case 'output':
        checkLet(own, scope, item);
        break;
      default:
        checkStatement(own, scope, item);
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

/** The first thing in a value of this type that has no derivative, with its path. */
function notReal(
  { scalar, dims }: Type,
  name: string,
): { readonly name: string; readonly type: Type } | undefined {
  if (!isRecord(scalar)) return scalar === 'real' ? undefined : { name, type: { scalar, dims } };
  for (const field of scalar.fields) {
    const found = notReal(field.type, `${name}.${field.name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkInput(c: Checking, scope: Scope, item: InputDeclaration): void {
  const { type, constraint } = constrainedType(c, scope, item);
  let fine = type !== undefined;
  const wrong = type && item.kind === 'param' ? notReal(type, item.name.text) : undefined;
  if (type !== undefined && wrong !== undefined) {
    const help = `declare it as \`data ${item.name.text}: ${printType(type)}\``;
    complain(c, catalogue.paramType, { ...wrong, found: withArticle(wrong.type) }, item.span, { help });
    fine = false;
  }
  const range = item.kind === 'data' ? item.range : undefined;
  if (type !== undefined && range !== undefined && type.scalar !== 'int') {
    complain(c, catalogue.rangeOfReals, { what: withArticle(type) }, range.span);
  }
  const from = range?.from === undefined ? polynomial.zero : rangeEnd(c, scope, range.from);
  const to = range === undefined ? undefined : rangeEnd(c, scope, range.to);
  if (from !== undefined && to !== undefined && range !== undefined) {
    const nothing = nothingIn(from, to);
    if (nothing !== undefined) {
      const args = { from: polynomial.print(from), to: polynomial.print(to), nothing };
      const help = nothing === 'is empty' ? oneMore(from, to) : undefined;
      complain(c, catalogue.emptyRange, args, range.span, { help });
    }
  }
  define(c, scope, {
    kind: 'input',
    name: item.name.text,
    span: item.name.span,
    type: fine && type !== undefined ? exprType(type.scalar, type.dims) : undefined,
    declaration: item,
    ...(from === undefined || to === undefined ? {} : { range: { from, to } }),
    ...(constraint === undefined ? {} : { constraint }),
  });
}

/** For an end that was taken as part of the range. */
const oneMore = (from: polynomial.Polynomial, to: polynomial.Polynomial): string => {
  const range = `${polynomial.print(from)}..${polynomial.print(polynomial.add(to, polynomial.one))}`;
  return `the end is not part of a range: \`${range}\` is ${polynomial.print(from)} alone`;
};

/** An end of a declared range: as a size, but it may be zero or negative. */
function rangeEnd(
  c: Checking,
  scope: Scope,
  e: NonNullable<InputDeclaration['range']>['to'],
): polynomial.Polynomial | undefined {
  return dimension(c, scope, e, { positive: false });
}

function checkParts(c: Checking, { name, items }: ModelDeclaration): void {
  const loss = lossIn(items);
  const has = (kind: (typeof items)[number]['kind']): boolean => items.some((item) => item.kind === kind);
  if (loss === undefined && !has('output'))
    complain(c, catalogue.nothingToCompute, { name: name.text }, name.span);
  if (loss !== undefined && !has('param')) {
    complain(c, catalogue.nothingToDifferentiate, { name: name.text }, loss.span, {
      help: 'declare what is to be trained as `param`, or make this an `output`',
    });
  }
}

/** The first `loss`, in blocks too. */
function lossIn(items: ModelDeclaration['items']): LossDeclaration | undefined {
  const pending = [...items].reverse();
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (item.kind === 'loss') return item;
    pending.push(...blocksOf(item).flat().reverse());
  }
  return undefined;
}
