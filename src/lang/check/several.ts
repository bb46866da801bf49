// Several values at once: `let (a, b) = e` and `(a, b) = e`.

import { catalogue } from '../../base/catalogue.ts';
import type { AssignmentOfSeveral, Expression, Unpacking } from '../ast.ts';
import { checkAssigned, fits } from './assign.ts';
import { complain, define, fitted, type Checking } from './context.ts';
import { checkValues } from './expression.ts';
import type { Scope, Symbol } from './scope.ts';
import { exprType, isTuple, printType, tupleType, withArticle, type MaybeType, type Type } from './types.ts';

export function checkUnpacking(c: Checking, scope: Scope, declaration: Unpacking): void {
  const { keyword: kind, names, value } = declaration;
  const types = valuesOf(c, value, checkValues(c, scope, value), names.length);
  for (const [k, name] of names.entries()) {
    const type = types?.[k];
    const common = { name: name.text, span: name.span, type: type && exprType(type.scalar, type.dims) };
    const symbol: Symbol & { readonly span: typeof name.span } = { kind, ...common, declaration };
    define(c, scope, symbol);
    c.annotations.symbols.set(name, symbol);
  }
}

export function checkSeveral(c: Checking, scope: Scope, { targets, value }: AssignmentOfSeveral): void {
  const assigned = targets.map((target) => checkAssigned(c, scope, target));
  const found = checkValues(c, scope, value);
  const known = assigned.flatMap((one) => one?.type ?? []);
  const complete = known.length === targets.length;
  const type = found && complete ? fitted(c, value, found, exprType(tupleType(known))) : found;
  const types = valuesOf(c, value, type, targets.length);
  for (const [k, target] of targets.entries()) {
    const [place, one] = [assigned[k], types?.[k]];
    const part = value.kind === 'tuple' ? (value.elements[k] ?? value) : value;
    if (place !== undefined && one !== undefined)
      fits(c, target, place, part, exprType(one.scalar, one.dims));
  }
}

/** The types of so many values; another number of them is reported. */
function valuesOf(c: Checking, e: Expression, type: MaybeType, count: number): readonly Type[] | undefined {
  if (type === undefined) return undefined;
  const several = isTuple(type.scalar) && type.dims.length === 0 ? type.scalar.fields : undefined;
  if (several?.length === count) return several.map((field) => field.type);
  const found =
    several === undefined
      ? `this is ${withArticle(type)}`
      : `these are ${several.length}: ${printType(type)}`;
  return complain(c, catalogue.countOfValues, { count, found }, e.span);
}
