// The syntax tree: what the parser makes and the checker reads. Plain data; every node has its span.

import type { Span } from '../base/source.ts';

export interface Name {
  readonly kind: 'name';
  readonly text: string;
  readonly span: Span;
}

// ---- expressions

export type BinaryOperator =
  | '+' | '-' | '*' | '/' | '^' | '@'
  | '==' | '!=' | '<' | '<=' | '>' | '>='
  | '&&' | '||'
  | 'div' | 'mod'; // prettier-ignore

export type Expression =
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly isInt: boolean;
      readonly text: string;
      readonly span: Span;
    }
  | { readonly kind: 'bool'; readonly value: boolean; readonly span: Span }
  | Name
  | {
      readonly kind: 'unary';
      readonly operator: '-' | '!';
      readonly operand: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      /** Of the operator itself. */
      readonly operatorSpan: Span;
      readonly span: Span;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'call';
      readonly callee: Name;
      readonly args: readonly Expression[];
      readonly span: Span;
    }
  | {
      readonly kind: 'index';
      readonly base: Expression;
      readonly items: readonly IndexItem[];
      readonly span: Span;
    }
  /** `camera.f`, or of each element of an array: `cameras.f`. */
  | { readonly kind: 'member'; readonly base: Expression; readonly name: Name; readonly span: Span }
  /** `Vec2 { x: 1, y: 2 }` */
  | {
      readonly kind: 'construct';
      readonly type: Name;
      readonly values: readonly { readonly name: Name; readonly value: Expression }[];
      readonly span: Span;
    }
  /** `(a, b)`: several values, for `return` and to be taken apart. */
  | { readonly kind: 'tuple'; readonly elements: readonly Expression[]; readonly span: Span }
  /** `[a, b, c]` */
  | { readonly kind: 'list'; readonly elements: readonly Expression[]; readonly span: Span }
  /** `[element for i in N, j in M]` */
  | {
      readonly kind: 'build';
      readonly element: Expression;
      readonly clauses: readonly Clause[];
      readonly span: Span;
    }
  /** `sum(element for i in N, j in 0..i if guard)`; the name is any name, the checker knows the reducers. */
  | {
      readonly kind: 'reduce';
      readonly reducer: Name;
      readonly element: Expression;
      readonly clauses: readonly Clause[];
      readonly guard?: Expression;
      readonly span: Span;
    };

/** `i`, `:`, `2..5`, `2..`, `..5` */
export type IndexItem =
  | { readonly kind: 'at'; readonly index: Expression; readonly span: Span }
  | { readonly kind: 'slice'; readonly from?: Expression; readonly to?: Expression; readonly span: Span };

/** `i in range`; without a range it is inferred from the axes that the index is used on. */
export interface Clause {
  readonly name: Name;
  readonly range?: Range;
  readonly span: Span;
}

/** `a..b` (half-open), or `N`, which is `0..N`. */
export interface Range {
  readonly from?: Expression;
  readonly to: Expression;
  readonly span: Span;
}

// ---- types

export interface TypeExpression {
  readonly kind: 'type';
  /** `real`, `int`, `bool`, a record, or a name that the checker does not know. */
  readonly scalar: Name;
  /** Extents: expressions in the sizes. */
  readonly dims: readonly Expression[];
  readonly span: Span;
}

/** `(real[n], real)`: what a function with several results returns. */
export interface TypeExpressions {
  readonly kind: 'types';
  readonly items: readonly TypeExpression[];
  readonly span: Span;
}

// ---- declarations

/** `type Vec2 = { x: real, y: real }` */
export interface RecordDeclaration {
  readonly kind: 'record';
  readonly doc?: string;
  readonly name: Name;
  readonly fields: readonly FieldDeclaration[];
  readonly span: Span;
}

export interface FieldDeclaration {
  readonly doc?: string;
  readonly name: Name;
  readonly type: TypeExpression;
}

/** `const g = 9.81` */
export interface ConstDeclaration {
  readonly kind: 'const';
  readonly doc?: string;
  readonly name: Name;
  readonly value: Expression;
  readonly span: Span;
}

/** `let a = e`, or `let a[i in N, j] = e` */
export interface LetDeclaration {
  readonly kind: 'let';
  readonly doc?: string;
  readonly name: Name;
  readonly clauses: readonly Clause[];
  /** `let a: real[3] = e` */
  readonly type?: TypeExpression;
  readonly value: Expression;
  readonly span: Span;
}

/** `var s = e`, `var a[i in N] = e`, or `var L: real[N, N] = 0`: a name that may be assigned again. */
export interface VarDeclaration {
  readonly kind: 'var';
  readonly doc?: string;
  readonly name: Name;
  readonly clauses: readonly Clause[];
  /** A scalar fills a declared array type. */
  readonly type?: TypeExpression;
  readonly value: Expression;
  readonly span: Span;
}

/** `let (a, b) = e`, `var (a, b) = e` */
export interface Unpacking {
  readonly kind: 'unpack';
  readonly doc?: string;
  readonly keyword: 'let' | 'var';
  readonly names: readonly Name[];
  readonly value: Expression;
  readonly span: Span;
}

// ---- statements

/** An array read; what an assignment to a part of an array is to. */
export type IndexExpression = Extract<Expression, { kind: 'index' }>;
export type MemberExpression = Extract<Expression, { kind: 'member' }>;

/** A var, or a part of it: members and elements, down to its name. */
export type Target = Name | IndexExpression | MemberExpression;

/** The var that a target is a part of. */
export function rootOf(target: Target): Name {
  let at: Expression = target;
  while (at.kind === 'index' || at.kind === 'member') at = at.base;
  if (at.kind !== 'name') throw new TypeError('a target without a name');
  return at;
}

/** `s = e`, `L[i, j] = e`; the value of `s += e` is `s + e`, whose left operand is the target itself. */
export interface Assignment {
  readonly kind: 'assign';
  readonly target: Target;
  readonly value: Expression;
  readonly span: Span;
}

/** `(h, c) = e`: all at once. */
export interface AssignmentOfSeveral {
  readonly kind: 'assignSeveral';
  readonly targets: readonly Target[];
  readonly value: Expression;
  readonly span: Span;
}

/** `for i in N, j in 0..i { … }`, one step after the other. */
export interface ForLoop {
  readonly kind: 'for';
  readonly clauses: readonly Clause[];
  readonly body: readonly Statement[];
  readonly span: Span;
}

/** `while (c) max 100 { … }` */
export interface WhileLoop {
  readonly kind: 'while';
  readonly condition: Expression;
  readonly most: Expression;
  readonly body: readonly Statement[];
  readonly span: Span;
}

/** `if (c) { … } else { … }`; for `else if` the second block is one such statement. */
export interface Choice {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly then: readonly Statement[];
  readonly otherwise: readonly Statement[];
  readonly span: Span;
}

/** What blocks hold; models hold it among other items, functions all but `loss`. */
export type Statement =
  | ConstDeclaration
  | LetDeclaration
  | VarDeclaration
  | Unpacking
  | Assignment
  | AssignmentOfSeveral
  | ForLoop
  | WhileLoop
  | Choice
  | LossDeclaration;

export interface Parameter {
  readonly name: Name;
  readonly type: TypeExpression;
  readonly span: Span;
}

/** `fn f(a: real[n]): real { let …; return e }`, or `fn f(x: real): real = e` (no statements). */
export interface FunctionDeclaration {
  readonly kind: 'fn';
  readonly doc?: string;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly result: TypeExpression | TypeExpressions;
  readonly body: readonly Statement[];
  readonly value: Expression;
  readonly span: Span;
}

/** `dim N` or `dim K = 10` */
export interface DimDeclaration {
  readonly kind: 'dim';
  readonly doc?: string;
  readonly name: Name;
  readonly value?: Expression;
  readonly span: Span;
}

/** `real > 0`: the operator, which is `>`, `>=`, `<` or `<=`, and what stands after it. */
export interface Bound {
  readonly operator: '>' | '>=' | '<' | '<=';
  readonly value: Expression;
  readonly span: Span;
}

/** `param w: real[D]`, `data label: int[B] in 0..K`, `param s: real > 0` */
export interface InputDeclaration {
  readonly kind: 'param' | 'data';
  readonly doc?: string;
  readonly name: Name;
  readonly type: TypeExpression;
  readonly range?: Range;
  readonly bound?: Bound;
  readonly span: Span;
}

/** `loss e`; several add up. */
export interface LossDeclaration {
  readonly kind: 'loss';
  readonly doc?: string;
  readonly value: Expression;
  readonly span: Span;
}

/** `output p[n in N] = e` */
export interface OutputDeclaration {
  readonly kind: 'output';
  readonly doc?: string;
  readonly name: Name;
  readonly clauses: readonly Clause[];
  readonly type?: TypeExpression;
  readonly value: Expression;
  readonly span: Span;
}

export type ModelItem = DimDeclaration | InputDeclaration | OutputDeclaration | Statement;

export interface ModelDeclaration {
  readonly kind: 'model';
  readonly doc?: string;
  readonly name: Name;
  /** `dim N, D` and `param a: real, b: real` are one item for each name. */
  readonly items: readonly ModelItem[];
  readonly span: Span;
}

/** One name of an import: `f`, or `f as g`, by which it goes here. */
export interface ImportedName {
  readonly name: Name;
  readonly local: Name;
  readonly span: Span;
}

/** `import { f, g as h } from "./lib.nabla"` */
export interface ImportDeclaration {
  readonly kind: 'import';
  readonly names: readonly ImportedName[];
  readonly path: { readonly text: string; readonly span: Span };
  readonly span: Span;
}

/** What a rule says about one parameter. */
export interface Partial {
  readonly name: Name;
  readonly value: Expression;
}

/** `{ x: …, y: … }`, or one expression for the only parameter that has a derivative. */
export type Answer =
  | { readonly kind: 'each'; readonly partials: readonly Partial[]; readonly span: Span }
  | { readonly kind: 'only'; readonly value: Expression; readonly span: Span };

/**
 * `derivative f(x, y) = { x: …, y: … }`: the partials of a function of reals.
 * `adjoint f(a, b) from g { …; return { a: …, b: … } }`: from the adjoint of its result those of its parameters.
 */
export interface RuleDeclaration {
  readonly kind: 'rule';
  /** Of the function. */
  readonly name: Name;
  readonly parameters: readonly Name[];
  /** The adjoint of the result; a rule without one gives partials. */
  readonly given?: Name;
  readonly body: readonly Statement[];
  readonly answer: Answer;
  /** `derivative f(x, y)` */
  readonly head: Span;
  readonly span: Span;
}

export type Declaration =
  | ConstDeclaration
  | RecordDeclaration
  | FunctionDeclaration
  | ModelDeclaration
  | ImportDeclaration
  | RuleDeclaration;

export interface File {
  readonly kind: 'file';
  readonly declarations: readonly Declaration[];
  readonly span: Span;
}
