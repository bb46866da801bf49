// The state of lowering one model, and what names stand for at a place in it.

import { bug } from '../../base/bug.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Span } from '../../base/source.ts';
import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import type { BlockBuilder, Hint } from '../../ir/build.ts';
import type { Operand, Scalar, Value } from '../../ir/types.ts';
import type { Name } from '../ast.ts';
import type { Annotations } from '../check/context.ts';
import type { Symbol } from '../check/scope.ts';
import { assume, below, hasAtoms, prove, type Facts, type Known } from './facts.ts';

/**
 * An array that may not exist in memory: a function from indices to an element. Expressions are lowered to these, so that
 * `relu(x @ W + b)` becomes one `build` and not three.
 */
export interface ArrayValue {
  readonly kind: 'array';
  readonly scalar: Scalar;
  readonly dims: readonly Polynomial[];
  /** Where it lies, if it is in memory as it is. */
  readonly stored?: Value;
  /** An element is one read, so elements may be asked for many times. */
  readonly repeatable: boolean;
  /** Element functions on top of each other. */
  readonly layers?: number;
  /** The read checks its indices, so they may be out of range. */
  readonly checked: boolean;
  readonly indexNames?: readonly string[];
  /** Emits the computation of an element. `inRange`: the indices are proved. */
  readonly element: (b: BlockBuilder, indices: readonly Operand[], inRange: boolean, hint?: Hint) => Operand;
}

/** A number, a truth value, or an array of them. */
export type Plain = Operand | ArrayValue;

/** A record by its fields; of an array of records each field is an array. Several values have their places for names. */
export interface RecordValue {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Lowered>;
}

export type Lowered = Plain | RecordValue;

export interface Lowering {
  readonly annotations: Annotations;
  readonly diagnostics: Diagnostic[];
  readonly facts: Facts;
  /** Declared ranges of int data. */
  readonly ranges: Map<Value, { readonly from: Polynomial; readonly to: Polynomial }>;
  /** Places already spoken of: a function is lowered once for each call. */
  readonly told: Set<string>;
  /** Calls written out so far. */
  calls: number;
  /** Rules being lowered, one inside the other. */
  rules: number;
  /** Expressions being lowered, one inside the other. */
  level: number;
}

/**
 * What names stand for in a body; blocks and index bindings are small frames on top of it. An assignment binds in the frame
 * of its own block, where those around it find at its end what it did, and what they had themselves.
 */
export interface Frame {
  readonly bindings: Map<Symbol, Lowered>;
  readonly parent?: Frame;
  /** The sum of the `loss` statements of this block so far. */
  loss?: Operand | undefined;
  /** Size variables of the function being written out, in the sizes of the model. */
  readonly sizes: ReadonlyMap<string, Polynomial>;
}

export interface Env {
  readonly frame: Frame;
  readonly known: Known | undefined;
  /** Inside a branch or a guard: what stands here may not run. */
  readonly conditional: boolean;
  /** The call that is being written out. */
  readonly call?: Call;
}

export interface Call {
  readonly name: string;
  readonly span: Span;
  readonly outer: Call | undefined;
}

export function bind(env: Env, symbol: Symbol, value: Lowered): Env {
  return openBlock(env, [[symbol, value]]);
}

export function withFacts(env: Env, facts: readonly Polynomial[], conditional = true): Env {
  return { ...env, known: assume(env.known, facts), conditional: env.conditional || conditional };
}

/** The scope of what runs for the indices of a range: there is one. What stands here may not run if there may be none. */
export function insideRange(facts: Facts, env: Env, from: Polynomial, to: Polynomial): Env {
  const [term, second] = to.terms;
  const isPositive = term !== undefined && second === undefined && term.coefficient > 0 && !hasAtoms(to);
  if (isPositive && from.terms.length === 0) return env;
  const notEmpty = below(from, to);
  return withFacts(env, [notEmpty], !prove(facts, notEmpty, env.known));
}

/** The scope of a block, in which some names start with values of their own. */
export function openBlock(env: Env, bindings: Iterable<readonly [Symbol, Lowered]> = []): Env {
  return { ...env, frame: { bindings: new Map(bindings), parent: env.frame, sizes: env.frame.sizes } };
}

export function isBound(env: Env, symbol: Symbol): boolean {
  for (let frame: Frame | undefined = env.frame; frame !== undefined; frame = frame.parent)
    if (frame.bindings.has(symbol)) return true;
  return false;
}

export function valueOf(env: Env, symbol: Symbol): Lowered {
  for (let frame: Frame | undefined = env.frame; frame !== undefined; frame = frame.parent) {
    const found = frame.bindings.get(symbol);
    if (found !== undefined) return found;
  }
  return bug(`\`${symbol.name}\` has no value`);
}

export const symbolOf = (l: Lowering, name: Name): Symbol =>
  l.annotations.symbols.get(name) ?? bug(`\`${name.text}\` is not resolved`);

/** A size of the function being written out, in the sizes of the model. */
export function inModel(env: Env, size: Polynomial): Polynomial {
  const { sizes } = env.frame;
  return sizes.size === 0 ? size : polynomial.substitute(size, (name) => sizes.get(name));
}

export const isArray = (value: Lowered): value is ArrayValue => value.kind === 'array';

export const plainValue = (value: Lowered): Plain =>
  value.kind === 'record' ? bug('a record stands where a number is wanted') : value;
export const scalarValue = (value: Lowered): Operand => {
  const plain = plainValue(value);
  return isArray(plain) ? bug('an array stands where a scalar is wanted') : plain;
};
export const arrayValue = (value: Lowered): ArrayValue =>
  isArray(value) ? value : bug('a scalar stands where an array is wanted');
