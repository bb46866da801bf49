// `const` declarations.

import { catalogue } from '../../base/catalogue.ts';
import type { ConstDeclaration, Expression } from '../ast.ts';
import { complain, type Checking } from './context.ts';
import { checkExpression } from './expression.ts';
import { fold } from './fold.ts';
import type { Scope, Symbol } from './scope.ts';
import { isRecord, withArticle } from './types.ts';

export type ConstSymbol = Extract<Symbol, { kind: 'const' }>;

/** Constants that every file sees. Anything may hide them. */
export const predeclared: readonly ConstSymbol[] = [
  { kind: 'const', name: 'pi', scalar: 'real', value: Math.PI },
  { kind: 'const', name: 'inf', scalar: 'real', value: Infinity },
];

export function checkConstant(
  c: Checking,
  scope: Scope,
  declaration: ConstDeclaration,
): ConstSymbol & { readonly span: typeof declaration.span } {
  const symbol = { kind: 'const', name: declaration.name.text, span: declaration.name.span } as const;
  const type = checkExpression(c, scope, declaration.value);
  if (type === undefined) return { ...symbol, scalar: 'real' };
  const { scalar } = type;
  if (isRecord(scalar)) {
    complain(c, catalogue.notConstant, {}, declaration.value.span);
    return { ...symbol, scalar: 'real' };
  }
  const value = fold(c, declaration.value, (e) => complain(c, catalogue.notConstant, {}, e.span));
  if (type.scalar === 'int' && value !== undefined && !Number.isSafeInteger(value)) {
    complain(c, catalogue.constantNotInt, { value: String(value) }, declaration.value.span);
    return { ...symbol, scalar: 'int' };
  }
  return value === undefined ? { ...symbol, scalar } : { ...symbol, scalar, value };
}

/** The value of an expression that has to be a constant number, where it is one; what is wrong is reported as `what`. */
export function constantNumber(c: Checking, scope: Scope, e: Expression, what: string): number | undefined {
  const type = checkExpression(c, scope, e);
  if (type === undefined) return undefined;
  if (type.dims.length > 0 || (type.scalar !== 'real' && type.scalar !== 'int')) {
    return complain(
      c,
      catalogue.typeMismatch,
      { what, expected: 'a number', found: withArticle(type) },
      e.span,
    );
  }
  const help = 'compute with it: `let s = low + t`, with `param t: real > 0`';
  const value = fold(c, e, (part) => complain(c, catalogue.notConstantBound, {}, part.span, { help }));
  return value === undefined ? undefined : Number(value);
}
