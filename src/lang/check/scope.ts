// What names stand for, and where they are visible.

import type { Polynomial } from '../../base/polynomial.ts';
import type { Span } from '../../base/source.ts';
import type { Constraint, Scalar } from '../../ir/types.ts';
import type { Type } from './types.ts';
import type {
  InputDeclaration,
  LetDeclaration,
  OutputDeclaration,
  Unpacking,
  VarDeclaration,
} from '../ast.ts';
import type { MaybeType } from './types.ts';

/** An axis that an index stands on by itself: it tells how far the index runs. */
export interface AxisUse {
  readonly extent: Polynomial;
  readonly span: Span;
}

export type Symbol =
  /** Folded to its value; undefined when the declaration is wrong. Predeclared ones have no span. */
  | {
      readonly kind: 'const';
      readonly name: string;
      readonly span?: Span;
      readonly scalar: Scalar;
      readonly value?: number | boolean;
    }
  /** A `dim` of a model, or a size variable of a function's signature. */
  | { readonly kind: 'size'; readonly name: string; readonly span: Span; readonly size: Polynomial }
  | {
      readonly kind: 'input';
      readonly name: string;
      readonly span: Span;
      readonly type: MaybeType;
      readonly declaration: InputDeclaration;
      readonly range?: { readonly from: Polynomial; readonly to: Polynomial };
      readonly constraint?: Constraint;
    }
  /** A parameter of a function. */
  | { readonly kind: 'argument'; readonly name: string; readonly span: Span; readonly type: Type | undefined }
  | {
      readonly kind: 'let';
      readonly name: string;
      readonly span: Span;
      readonly type: MaybeType;
      readonly declaration: LetDeclaration | OutputDeclaration | Unpacking;
      /** Of an int that is a polynomial in the sizes. */
      readonly size?: Polynomial;
    }
  /** What may be assigned again. Its value is never a size. */
  | {
      readonly kind: 'var';
      readonly name: string;
      readonly span: Span;
      readonly type: MaybeType;
      readonly declaration: VarDeclaration | Unpacking;
    }
  | { readonly kind: 'index'; readonly name: string; readonly span: Span; readonly uses: AxisUse[] };

/** In words, with article. */
export function describe(symbol: Symbol): string {
  switch (symbol.kind) {
    case 'const':
      return 'a constant';
    case 'size':
      return 'a size';
    case 'input':
      return symbol.declaration.kind === 'param' ? 'a param' : 'data';
    case 'argument':
      return 'a parameter';
    case 'let':
      return symbol.declaration.kind === 'output' ? 'an output' : 'a value';
    case 'var':
      return 'a var';
    case 'index':
      return 'an index';
  }
}

/** `outer`: constants of the file and predeclared ones, which anything may hide. */
export interface Scope {
  readonly kind: 'outer' | 'model' | 'function' | 'index' | 'block';
  readonly parent?: Scope;
  readonly names: Map<string, Symbol>;
}

export function openScope(kind: Scope['kind'], parent?: Scope): Scope {
  return parent === undefined ? { kind, names: new Map() } : { kind, parent, names: new Map() };
}

export function lookUp(scope: Scope, name: string): Symbol | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The body, a function's or a model's, that a scope is in. */
export function bodyOf(scope: Scope): Scope {
  let at = scope;
  while ((at.kind === 'index' || at.kind === 'block') && at.parent !== undefined) at = at.parent;
  return at;
}

export function* visibleNames(scope: Scope): Iterable<string> {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) yield* at.names.keys();
}
