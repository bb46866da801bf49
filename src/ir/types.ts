// The intermediate representation: structured single-assignment blocks. The reference interpreter
// (interpret.ts) is the meaning of everything declared here; verify.ts holds the invariants.

import type { Polynomial } from '../base/polynomial.ts';
import type { Span } from '../base/source.ts';
import type { OpName } from '../ops/index.ts';

export type Scalar = 'real' | 'int' | 'bool';

/** A scalar (`dims` empty) or a dense row-major array whose extents are polynomials in the sizes. */
export interface Type {
  readonly scalar: Scalar;
  readonly dims: readonly Polynomial[];
}

/**
 * Something bound exactly once: by a statement, as an index of a region, or as an input. Values are compared
 * by identity; `id` is unique in a program and names the value in printed IR.
 */
export interface Value {
  readonly kind: 'value';
  readonly id: number;
  readonly type: Type;
  /** The user's name, a hint for the emitted code. Several values may share it. */
  readonly name?: string;
  readonly span?: Span;
}

/** A scalar constant. bool is `true`/`false`, int and real are numbers. */
export interface Literal {
  readonly kind: 'literal';
  readonly type: Type;
  readonly value: number | boolean;
}

/** An int that is a polynomial in the sizes; known when the emitted function is called. */
export interface Extent {
  readonly kind: 'extent';
  readonly type: Type;
  readonly size: Polynomial;
}

export type Operand = Value | Literal | Extent;

/** Statements in order, then what the block yields. A block sees the values of the blocks around it. */
export interface Block {
  readonly statements: readonly Statement[];
  readonly results: readonly Operand[];
}

export type Reducer = 'sum' | 'prod' | 'max' | 'min' | 'logSumExp' | 'any' | 'all';

/** A primitive op on scalars. */
export interface OpStatement {
  readonly kind: 'op';
  readonly outs: readonly [Value];
  readonly op: OpName;
  readonly args: readonly Operand[];
}

/** One element of an array; as many int indices as the array has dims. */
export interface ReadStatement {
  readonly kind: 'read';
  readonly outs: readonly [Value];
  readonly array: Value;
  readonly indices: readonly Operand[];
  /** Proved in range when compiled. Otherwise the emitted code checks (unless told not to). */
  readonly inRange: boolean;
}

/** `[a, b, c]`: equal-typed scalars or arrays become one array with a new leading axis. */
export interface ListStatement {
  readonly kind: 'list';
  readonly outs: readonly [Value];
  readonly elements: readonly Operand[];
}

/**
 * Arrays by comprehension. The region runs once for each point of the axes, in any order. Result i of the body is
 * the element of outs[i], whose type is the axes' extents followed by the element's dims. All outs share the axes.
 */
export interface BuildStatement {
  readonly kind: 'build';
  readonly outs: readonly Value[];
  /** int index values, bound in the body; index k runs over 0 .. outs[*].type.dims[k]. */
  readonly axes: readonly Value[];
  readonly body: Block;
}

/**
 * A reduction over `from <= index < to` (nothing when to <= from).
 * `sum`: any number of scalar real or int results, each summed into its out. `prod`: one result.
 * `max`, `min`: one scalar result; outs are [extremum, index of its first occurrence]; over nothing, or when every
 * value is -Infinity (max) / Infinity (min), they are [-Infinity / Infinity, -1]. A NaN wins, with its first index.
 * `logSumExp`: one scalar result; over nothing -Infinity. `any`, `all`: one bool result.
 */
export interface ReduceStatement {
  readonly kind: 'reduce';
  readonly outs: readonly Value[];
  readonly reducer: Reducer;
  readonly index: Value;
  readonly from: Operand;
  readonly to: Operand;
  readonly body: Block;
}

/** Only the branch taken runs. Both blocks yield one result for each out; a branch may also only have effects. */
export interface IfStatement {
  readonly kind: 'if';
  readonly outs: readonly Value[];
  readonly condition: Operand;
  readonly then: Block;
  readonly otherwise: Block;
}

/**
 * An array with one element, or with one sub-array at leading indices, replaced. `array` itself does not change; the
 * loops form updates in place where nothing needs the old array any more.
 */
export interface SetStatement {
  readonly kind: 'set';
  readonly outs: readonly [Value];
  readonly array: Value;
  readonly indices: readonly Operand[];
  /** A scalar, or an array of the dims that the indices leave. */
  readonly value: Operand;
  /** As for `read`. */
  readonly inRange: boolean;
}

/** The sub-array at leading indices, which are in range: a view, never a copy. */
export interface RowStatement {
  readonly kind: 'row';
  readonly outs: readonly [Value];
  readonly array: Value;
  readonly indices: readonly Operand[];
}

/** A value that a loop carries: what it holds at the start of an iteration, and before the first one. */
export interface Carried {
  readonly value: Value;
  readonly initial: Operand;
}

/**
 * Sequential iterations over `from <= index < to`, upwards or downwards, none when to <= from. The body yields what the state is
 * for the next iteration, then a row for each history. Outs: the final state; the histories, arrays whose row
 * `index - from` is what iteration `index` yielded (rows of iterations that did not run hold anything); and, for a loop
 * with a condition, how many iterations ran.
 * A condition is asked before each iteration and ends the loop; when it still holds after the last one, that is
 * a RangeError: a result cut short is not the result.
 */
export interface LoopStatement {
  readonly kind: 'loop';
  readonly outs: readonly Value[];
  readonly index: Value;
  readonly from: Operand;
  readonly to: Operand;
  readonly order: 'up' | 'down';
  readonly state: readonly Carried[];
  /** Sees the state and the index; yields one bool. */
  readonly condition?: Block;
  readonly body: Block;
  /** Its adjoint runs the loops inside again, from the state that each iteration began with, and saves no more. */
  readonly checkpoints?: true;
}

/**
 * A call of a function whose derivative the user gives. `body` computes the outs; its `params` stand for `args`. The
 * derivative sees the params, and `results`, which stand for the outs. `partials` (one scalar real out): it yields the
 * partial by each real param, a scalar. `adjoint`: it also sees `adjoints`, those of the outs, and yields the adjoint of
 * each real param. Differentiation asks it instead of the body; what is left afterwards is replaced by the body.
 */
export interface RuleStatement {
  readonly kind: 'rule';
  readonly outs: readonly Value[];
  readonly args: readonly Operand[];
  readonly params: readonly Value[];
  readonly results: readonly Value[];
  readonly adjoints: readonly Value[];
  readonly form: 'partials' | 'adjoint';
  readonly body: Block;
  readonly derivative: Block;
}

/**
 * Accumulators are what reverse mode needs: `open` makes one (all zero, or with the content of an array), `add` adds into an element, `freeze` ends it
 * and yields its final value. Between `open` and `freeze` it cannot be read, so the order of the adds is free. `freeze` stands in
 * the same block as its `open`; the adds stand between them, at any depth of nesting.
 */
export interface OpenStatement {
  readonly kind: 'open';
  /** The accumulator: a value of the type that `freeze` yields, usable only by `add` and `freeze`. */
  readonly outs: readonly [Value];
  readonly initial?: Operand;
}
export interface AddStatement {
  readonly kind: 'add';
  readonly outs: readonly [];
  readonly accumulator: Value;
  readonly indices: readonly Operand[];
  readonly value: Operand;
  /** As for `read`. */
  readonly inRange: boolean;
}
export interface FreezeStatement {
  readonly kind: 'freeze';
  readonly outs: readonly [Value];
  readonly accumulator: Value;
}

/** Independent iterations run for their `add`s; the body yields nothing. */
export interface ForStatement {
  readonly kind: 'for';
  readonly outs: readonly [];
  readonly index: Value;
  readonly from: Operand;
  readonly to: Operand;
  readonly body: Block;
}

export type Statement =
  | OpStatement
  | ReadStatement
  | ListStatement
  | BuildStatement
  | ReduceStatement
  | IfStatement
  | SetStatement
  | RowStatement
  | LoopStatement
  | RuleStatement
  | OpenStatement
  | AddStatement
  | FreezeStatement
  | ForStatement;

/** `dim N` (no value), `dim K = 10`, or a size that follows from those before it and that nobody hands in. */
export interface Size {
  readonly name: string;
  readonly value?: number;
  readonly doc?: string;
  readonly derived?: DerivedSize;
}

/**
 * How `trips` iterations are cut into segments (derived.ts has the formulas). `length`: of a segment, when each
 * iteration may save `row` elements, and 0 where nothing is cut; `earlier`: how many segments of some length come before
 * the last one.
 */
export type DerivedSize =
  | { readonly rule: 'length'; readonly trips: Polynomial; readonly row: Polynomial }
  | { readonly rule: 'earlier'; readonly trips: Polynomial; readonly length: Polynomial };

export interface Input {
  /** `direction` is the tangent of the parameter called `name` (forward mode). */
  readonly role: 'param' | 'data' | 'direction';
  readonly name: string;
  readonly value: Value;
  readonly doc?: string;
  /** Half-open range of int data, checked when the emitted function is called. */
  readonly range?: { readonly from: Polynomial; readonly to: Polynomial };
  /** Where a param may lie. The program computes with it as it comes; passes/free.ts makes programs of params that may be anything. */
  readonly constraint?: Constraint;
}

/**
 * `bound` and `interval` hold for every element. The others hold for the elements along the last axis: those of a
 * `simplex` are positive and add up to 1, those of `ordered` increase, from zero on where `positive`.
 */
export type Constraint =
  | { readonly kind: 'bound'; readonly operator: '>' | '>=' | '<' | '<='; readonly bound: number }
  | { readonly kind: 'interval'; readonly from: number; readonly to: number }
  | { readonly kind: 'simplex' }
  | { readonly kind: 'ordered'; readonly positive: boolean };

export interface Output {
  /**
   * `loss`; `output` called `name`; `gradient` of the parameter called `name`; `tangent`: the directional
   * derivative of the loss; `hvp`: the Hessian times the direction, the block of the parameter called `name`.
   */
  readonly role: 'loss' | 'output' | 'gradient' | 'tangent' | 'hvp';
  readonly name: string;
  readonly doc?: string;
}

/**
 * A record among the inputs and outputs: those whose names begin with `path.` are its fields, each by itself. The first
 * `axes` of them are those of an array of records. Nothing between `lang` and `emit` looks at this.
 */
export interface RecordPlace {
  readonly path: string;
  /** The name of its type. */
  readonly type: string;
  readonly axes: number;
  readonly doc?: string;
  readonly typeDoc?: string;
}

/** A model, or what a transformation made of one. `body.results[i]` is the value of `outputs[i]`. */
export interface Program {
  readonly name: string;
  readonly doc?: string;
  readonly sizes: readonly Size[];
  readonly inputs: readonly Input[];
  readonly body: Block;
  readonly outputs: readonly Output[];
  readonly records?: readonly RecordPlace[];
  /** Every value id in the program is smaller. */
  readonly nextId: number;
}
