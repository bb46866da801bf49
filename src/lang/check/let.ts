// `let`, `var` and `output`: a value with a name, in a function, a model or a block.

import { catalogue } from '../../base/catalogue.ts';
import * as polynomial from '../../base/polynomial.ts';
import type { LetDeclaration, OutputDeclaration, VarDeclaration } from '../ast.ts';
import { buildType } from './comprehension.ts';
import { complain, declaredAt, define, fitted, type Checking } from './context.ts';
import { checkExpression } from './expression.ts';
import type { Scope } from './scope.ts';
import { resolveType, sizeOf } from './size.ts';
import { exprType, printType, sameType, withArticle, type MaybeType, type Type } from './types.ts';

export function checkLet(c: Checking, scope: Scope, declaration: LetDeclaration | OutputDeclaration): void {
  const { name, clauses, value } = declaration;
  const found = clauses.length === 0 ? checkExpression(c, scope, value) : buildType(c, scope, clauses, value);
  const type = declaration.type === undefined ? found : declaredType(c, scope, declaration, found);
  const size =
    clauses.length === 0 && type?.scalar === 'int' && type.dims.length === 0
      ? sizeOf(c.annotations, value)
      : undefined;
  // What has a name is no literal any more: `let a = 2` is an int.
  const symbol = {
    kind: 'let',
    name: name.text,
    span: name.span,
    type: type && exprType(type.scalar, type.dims),
    declaration,
    ...(size === undefined ? {} : { size }),
  } as const;
  define(c, scope, symbol);
  c.annotations.symbols.set(name, symbol);
}

export function checkVar(c: Checking, scope: Scope, declaration: VarDeclaration): void {
  const { name, clauses, value } = declaration;
  const found = clauses.length === 0 ? checkExpression(c, scope, value) : buildType(c, scope, clauses, value);
  const type = declaration.type === undefined ? found : declaredType(c, scope, declaration, found);
  const symbol = {
    kind: 'var',
    name: name.text,
    span: name.span,
    type: type && exprType(type.scalar, type.dims),
    declaration,
  } as const;
  define(c, scope, symbol);
  c.annotations.symbols.set(name, symbol);
}

/** The declared type, where the value has it. A scalar fills a `var` of arrays. */
function declaredType(
  c: Checking,
  scope: Scope,
  declaration: LetDeclaration | VarDeclaration | OutputDeclaration,
  found: MaybeType,
): MaybeType {
  const declared = declaration.type && resolveType(c, scope, declaration.type);
  if (declared === undefined || found === undefined) return found;
  const { value, name } = declaration;
  const type = fitted(c, value, found, declared);
  if (type === undefined || sameType(type, declared)) return type;
  if (declaration.kind === 'var' && type.scalar === declared.scalar && type.dims.length === 0)
    return exprType(declared.scalar, declared.dims);
  const args = { name: name.text, declared: printType(declared), found: withArticle(type) };
  const notes = [
    declaration.type && { message: 'declared here', span: declaration.type.span },
    declaredAt(c, value),
  ];
  const isFill = type.scalar === declared.scalar && type.dims.length === 0;
  const help = isFill ? adviceOnFill(declaration.kind, name.text, declared) : undefined;
  return complain(c, catalogue.declaredType, args, value.span, { notes, help });
}

/** `let a: real[N] = 0` */
function adviceOnFill(kind: 'let' | 'output' | 'var', name: string, { dims }: Type): string {
  const clauses = dims.map((dim, axis) => `${'ijklm'[axis] ?? `i${axis}`} in ${polynomial.print(dim)}`);
  const filled = `\`${kind} ${name}[${clauses.join(', ')}] = …\``;
  return kind === 'let' ? `use a \`var\`, which a scalar fills, or write ${filled}` : `write ${filled}`;
}
