// Types of array reads: `a[i, j]`, rows, slices. A plain index on an axis also tells how far the index runs.

import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { catalogue } from '../../base/catalogue.ts';
import type { Expression, IndexItem } from '../ast.ts';
import { complain, converted, declaredAt, type Checking } from './context.ts';
import { checkExpression } from './expression.ts';
import type { Scope } from './scope.ts';
import { adviceOnSize, namesAreKnown, nothingIn, sizeOf } from './size.ts';
import { exprType, printType, withArticle, type ExprType, type MaybeType } from './types.ts';

type IndexExpression = Extract<Expression, { kind: 'index' }>;
type Slice = Extract<IndexItem, { kind: 'slice' }>;

export function readType(c: Checking, scope: Scope, e: IndexExpression): MaybeType {
  const base = checkExpression(c, scope, e.base);
  if (base !== undefined && !fits(c, e, base)) return undefined;
  const dims: Polynomial[] = [];
  let wrong = base === undefined;
  e.items.forEach((item, axis) => {
    const extent = base?.dims[axis];
    if (item.kind === 'at') wrong = !checkIndex(c, scope, item.index, extent) || wrong;
    else {
      const length = checkSlice(c, scope, item, extent);
      if (length === undefined) wrong = true;
      else dims.push(length);
    }
  });
  return wrong || base === undefined
    ? undefined
    : exprType(base.scalar, [...dims, ...base.dims.slice(e.items.length)]);
}

function fits(c: Checking, e: IndexExpression, base: ExprType): boolean {
  const notes = [declaredAt(c, e.base)];
  if (base.dims.length === 0) {
    complain(c, catalogue.notAnArray, { found: withArticle(base) }, e.base.span, { notes });
    return false;
  }
  if (e.items.length > base.dims.length) {
    const args = { found: e.items.length, type: printType(base), rank: base.dims.length };
    complain(c, catalogue.tooManyIndices, args, e.span, { notes });
    return false;
  }
  return true;
}

function checkIndex(c: Checking, scope: Scope, index: Expression, extent: Polynomial | undefined): boolean {
  if (!namesAreKnown(c, scope, index, (name) => adviceOnIndex(name, index))) return false;
  const type = checkExpression(c, scope, index);
  if (type === undefined) return false;
  if (type.scalar !== 'int' || type.dims.length > 0) {
    const cut = type.scalar === 'real' && type.dims.length === 0;
    const help = cut ? `\`${converted('int', index.span, 'x')}\` cuts off the fraction` : undefined;
    complain(c, catalogue.indexType, { found: withArticle(type) }, index.span, {
      notes: [declaredAt(c, index)],
      help,
    });
    return false;
  }
  const value = constantOf(c, index);
  if (value !== undefined && value < 0) {
    const help =
      extent === undefined
        ? undefined
        : `the last element is at ${polynomial.print(polynomial.subtract(extent, polynomial.one))}`;
    complain(c, catalogue.negativeIndex, { index: String(value) }, index.span, { help });
    return false;
  }
  const symbol = index.kind === 'name' ? c.annotations.symbols.get(index) : undefined;
  if (symbol?.kind === 'index' && extent !== undefined) symbol.uses.push({ extent, span: index.span });
  return true;
}

/** How an index that nothing binds would be bound. Only one that stands by itself tells how far it runs. */
function adviceOnIndex(name: string, index: Expression): string {
  const clause = index.kind === 'name' ? name : `${name} in N`;
  return `to run over this axis, add \`for ${clause}\` as in \`sum(… for ${clause})\``;
}

const constantOf = (c: Checking, e: Expression): number | undefined => {
  const size = sizeOf(c.annotations, e);
  return size && polynomial.asConstant(size);
};

/** The extent of a slice; its bounds are annotated for the lowering. */
function checkSlice(
  c: Checking,
  scope: Scope,
  item: Slice,
  extent: Polynomial | undefined,
): Polynomial | undefined {
  const bound = (e: Expression | undefined, missing: Polynomial | undefined): Polynomial | undefined => {
    if (e === undefined) return missing;
    if (!namesAreKnown(c, scope, e, (name) => adviceOnSize(scope, name))) return undefined;
    const type = checkExpression(c, scope, e);
    if (type === undefined) return undefined;
    const size = type.scalar === 'int' ? sizeOf(c.annotations, e) : undefined;
    if (size === undefined) return complain(c, catalogue.sliceBound, {}, e.span);
    const value = polynomial.asConstant(size);
    return value !== undefined && value < 0
      ? complain(c, catalogue.negativeIndex, { index: String(value) }, e.span)
      : size;
  };
  const from = bound(item.from, polynomial.zero);
  const to = bound(item.to, extent);
  if (from === undefined || to === undefined || extent === undefined) return undefined;
  const past = polynomial.asConstant(polynomial.subtract(to, extent));
  if (past !== undefined && past > 0) {
    const args = {
      index: `${polynomial.print(to)} as the end of a slice`,
      limit: `this axis has the size ${polynomial.print(extent)}`,
    };
    return complain(c, catalogue.outOfRange, args, (item.to ?? item).span);
  }
  const nothing = nothingIn(from, to);
  if (nothing === 'runs backwards') {
    const args = { from: polynomial.print(from), to: polynomial.print(to), nothing } as const;
    return complain(c, catalogue.emptyRange, args, item.span);
  }
  c.annotations.slices.set(item, { from, to });
  return polynomial.subtract(to, from);
}
