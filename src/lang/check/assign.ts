// Assignments: `s = e`, `L[i, j] = e`, `h[t, :] = e`. The type of a var never changes.

import { catalogue } from '../../base/catalogue.ts';
import { rootOf, type Assignment, type Expression, type IndexItem, type Name, type Target } from '../ast.ts';
import {
  byDefinition,
  complain,
  declaredAt,
  declareReal,
  explainUnknown,
  fitted,
  type Checking,
} from './context.ts';
import { checkExpression } from './expression.ts';
import { didYouMean } from './nearest.ts';
import { describe, lookUp, visibleNames, type Scope, type Symbol } from './scope.ts';
import { printType, sameDims, sameType, withArticle, type ExprType } from './types.ts';

type Var = Extract<Symbol, { kind: 'var' }>;

export function checkAssignment(c: Checking, scope: Scope, { target, value }: Assignment): void {
  const place = checkAssigned(c, scope, target);
  // In `s += e` the target is an operand too; what is wrong with it has been said.
  const isCompound = value.kind === 'binary' && value.left === target;
  const rest = place === undefined && isCompound ? value.right : value;
  const found = checkExpression(c, scope, rest);
  if (place !== undefined && found !== undefined) fits(c, target, place, value, found);
}

/** A var, and the type of the part of it that is assigned. */
export interface Place {
  readonly symbol: Var;
  readonly type: ExprType;
}

export function checkAssigned(c: Checking, scope: Scope, target: Target): Place | undefined {
  const symbol = assigned(c, scope, rootOf(target));
  const type = symbol && partOf(c, scope, symbol, target);
  return symbol && type && { symbol, type };
}

/** Reports a value that is not of the type of the place. */
export function fits(
  c: Checking,
  target: Target,
  { symbol, type: wanted }: Place,
  value: Expression,
  found: ExprType,
): void {
  const type = fitted(c, value, found, wanted);
  if (type === undefined || sameType(type, wanted)) return;
  const args = { name: textOf(target), type: printType(wanted), found: withArticle(type) };
  complain(c, catalogue.assignedType, args, value.span, {
    notes: [byDefinition(symbol), declaredAt(c, value)],
    help: advice(symbol, target, wanted, type),
  });
}

/** The var that a name is, marked as one that this statement changes but does not read. */
function assigned(c: Checking, scope: Scope, name: Name): Var | undefined {
  const symbol = lookUp(scope, name.text);
  if (symbol === undefined) {
    if (explainUnknown(c, name)) return undefined;
    const vars = [...visibleNames(scope)].filter((text) => lookUp(scope, text)?.kind === 'var');
    const near = name.text.length > 1 ? didYouMean(name.text, vars) : undefined;
    const help = near ?? `write \`var ${name.text} = …\`, or \`let\` for what does not change`;
    return complain(c, catalogue.unknownName, { name: name.text }, name.span, { help });
  }
  c.annotations.symbols.set(name, symbol);
  if (symbol.kind === 'var') return symbol;
  const notes =
    symbol.span === undefined ? [] : [{ message: `\`${name.text}\` is defined here`, span: symbol.span }];
  const help =
    symbol.kind === 'let' && symbol.declaration.kind === 'let'
      ? `declare it with \`var\`: \`var ${name.text} = …\``
      : `copy it to a \`var\` and assign to that`;
  return complain(c, catalogue.notAssignable, { name: name.text, what: describe(symbol) }, name.span, {
    notes,
    help,
  });
}

/** The type of what is assigned to: of the whole var, of a field, of an element, or of a row. */
function partOf(c: Checking, scope: Scope, symbol: Var, target: Target): ExprType | undefined {
  if (target.kind === 'name') return symbol.type;
  const wasUsed = c.used.has(symbol);
  const type = checkExpression(c, scope, target);
  if (!wasUsed) c.used.delete(symbol);
  if (type === undefined) return undefined;
  const items = itemsOf(target);
  const first = items.findIndex((item) => item.kind === 'slice');
  const rest = first < 0 ? [] : items.slice(first);
  const wrong = first === 0 ? rest[0] : rest.find((item) => item.kind === 'at' || !isWhole(item));
  if (wrong === undefined) return type;
  const help =
    first === 0
      ? `to assign all of it, write \`${symbol.name} = …\``
      : 'assign the elements one by one, in a `for`';
  return complain(c, catalogue.assignedSlice, {}, wrong.span, { help });
}

/** The indices of a target, of an array of records first and then of its fields. */
function itemsOf(target: Target): readonly IndexItem[] {
  const items: IndexItem[] = [];
  for (let at: Expression = target; at.kind === 'index' || at.kind === 'member'; at = at.base)
    if (at.kind === 'index') items.unshift(...at.items);
  return items;
}

const isWhole = (item: { readonly from?: Expression; readonly to?: Expression }): boolean =>
  item.from === undefined && item.to === undefined;

const textOf = (target: Target): string =>
  target.kind === 'name' ? target.text : target.span.source.text.slice(target.span.start, target.span.end);

function advice(symbol: Var, target: Target, wanted: ExprType, found: ExprType): string | undefined {
  if (wanted.scalar === 'int' && found.scalar === 'real' && sameDims(wanted.dims, found.dims))
    return declareReal(symbol) ?? '`int(x)` cuts off the fraction';
  if (found.dims.length === 0 && wanted.dims.length > 0) {
    const all = wanted.dims.map((_, k) => `${'ijklmn'[k] ?? 'i'} in N`).join(', ');
    return `an array of one value is written \`[… for ${all}]\``;
  }
  if (target.kind === 'name' && wanted.dims.length > 0 && found.dims.length < wanted.dims.length)
    return `an element or a row is assigned with its index: \`${symbol.name}[i] = …\``;
  return undefined;
}
