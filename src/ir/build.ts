// Making IR: small constructors, and a builder that hands out fresh values and collects statements.
// The builder does no simplification; passes/fold.ts does.

import { constant, type Polynomial } from '../base/polynomial.ts';
import type { Span } from '../base/source.ts';
import { bug } from '../base/bug.ts';
import { ops, type OpName } from '../ops/index.ts';
import type { Block, Extent, Literal, Operand, Reducer, RuleStatement, Scalar, Statement, Type, Value } from './types.ts'; // prettier-ignore

export const realType: Type = { scalar: 'real', dims: [] };
export const intType: Type = { scalar: 'int', dims: [] };
export const boolType: Type = { scalar: 'bool', dims: [] };

export const scalarType = (scalar: Scalar): Type =>
  scalar === 'real' ? realType : scalar === 'int' ? intType : boolType;
export const arrayType = (scalar: Scalar, dims: readonly Polynomial[]): Type => ({ scalar, dims });

export const real = (value: number): Literal => ({ kind: 'literal', type: realType, value });
export const int = (value: number): Literal => ({ kind: 'literal', type: intType, value });
export const bool = (value: boolean): Literal => ({ kind: 'literal', type: boolType, value });
/** A size as an operand; a constant polynomial becomes a literal, so that equal things look equal. */
export function extent(size: Polynomial): Extent | Literal {
  const [term] = size.terms;
  if (size.terms.length === 0) return int(0);
  if (size.terms.length === 1 && term?.symbols.length === 0) return int(term.coefficient / size.denominator);
  return { kind: 'extent', type: intType, size };
}

/** The polynomial behind an extent or an int literal, else undefined. */
export function asPolynomial(operand: Operand): Polynomial | undefined {
  if (operand.kind === 'extent') return operand.size;
  return operand.kind === 'literal' && operand.type.scalar === 'int'
    ? constant(Number(operand.value))
    : undefined;
}

/** What an error of the emitted code calls an array. */
export const nameOf = ({ name }: Value): string => name ?? 'an array';

export const sameType = (a: Type, b: Type): boolean =>
  a === b ||
  (a.scalar === b.scalar &&
    a.dims.length === b.dims.length &&
    a.dims.every((dim, i) => dim.key === b.dims[i]?.key));

/** What a value may carry for readers of the emitted code and of messages. */
export interface Hint {
  readonly name?: string | undefined;
  readonly span?: Span | undefined;
}

/** Puts others in the place of the statement that binds what `statement` binds. */
export function replaceIn(statements: Statement[], statement: Statement, by: readonly Statement[]): void {
  const [out] = statement.outs;
  const at = statements.findLastIndex((other) =>
    out === undefined ? other === statement : other.outs[0] === out,
  );
  if (at < 0) bug('the statement to be replaced is not there');
  statements.splice(at, 1, ...by);
}

/** What a loop carries, before its first iteration. */
export interface Initial {
  readonly value: Operand;
  readonly name?: string | undefined;
}

/** `from <= index < to`, with a name for the index. */
export interface Range {
  readonly from: Operand;
  readonly to: Operand;
  readonly name?: string | undefined;
}

/**
 * Collects the statements of one block. `nested` opens a builder for a region; ids come from one shared counter,
 * so that values of a program are unique.
 */
export class BlockBuilder {
  readonly #counter: { next: number };
  readonly #statements: Statement[] = [];
  readonly #onPush: (statement: Statement) => void;

  /** `onPush` sees every statement that is pushed, those of nested builders included. */
  constructor(nextId: number | { next: number }, onPush: (statement: Statement) => void = () => {}) {
    this.#counter = typeof nextId === 'number' ? { next: nextId } : nextId;
    this.#onPush = onPush;
  }

  get nextId(): number {
    return this.#counter.next;
  }

  nested(): BlockBuilder {
    return new BlockBuilder(this.#counter, this.#onPush);
  }

  fresh(type: Type, hint: Hint = {}): Value {
    const named = hint.name === undefined ? {} : { name: hint.name };
    const placed = hint.span === undefined ? {} : { span: hint.span };
    return { kind: 'value', id: this.#counter.next++, type, ...named, ...placed };
  }

  push(statement: Statement): void {
    this.#statements.push(statement);
    this.#onPush(statement);
  }

  /** Puts others in the place of a statement that was pushed before; a rewritten one counts as the same. */
  replace(statement: Statement, by: readonly Statement[]): void {
    replaceIn(this.#statements, statement, by);
  }

  block(results: readonly Operand[] = []): Block {
    return { statements: this.#statements, results };
  }

  op(op: OpName, args: readonly Operand[], hint: Hint = {}): Value {
    const out = this.fresh(scalarType(ops[op].result), hint);
    this.push({ kind: 'op', outs: [out], op, args });
    return out;
  }

  read(array: Value, indices: readonly Operand[], hint: Hint & { readonly inRange?: boolean } = {}): Value {
    if (indices.length !== array.type.dims.length)
      bug(`read of rank ${array.type.dims.length} with ${indices.length} indices`);
    const out = this.fresh(scalarType(array.type.scalar), hint);
    this.push({ kind: 'read', outs: [out], array, indices, inRange: hint.inRange ?? true });
    return out;
  }

  list(elements: readonly Operand[], hint: Hint = {}): Value {
    const [first] = elements;
    if (first === undefined) return bug('an empty list has no type');
    const out = this.fresh(
      arrayType(first.type.scalar, [constant(elements.length), ...first.type.dims]),
      hint,
    );
    this.push({ kind: 'list', outs: [out], elements });
    return out;
  }

  /** An array over `extents`; `element` gets a builder for the region and the index values. */
  build(
    extents: readonly Polynomial[],
    element: (body: BlockBuilder, indices: readonly Value[]) => Operand,
    hint: Hint & { readonly indexNames?: readonly (string | undefined)[] } = {},
  ): Value {
    const axes = extents.map((_, k) => this.fresh(intType, { name: hint.indexNames?.[k] }));
    const body = this.nested();
    const result = element(body, axes);
    const out = this.fresh(arrayType(result.type.scalar, [...extents, ...result.type.dims]), hint);
    this.push({ kind: 'build', outs: [out], axes, body: body.block([result]) });
    return out;
  }

  /** A reduction; the outs are as ReduceStatement says (`max` and `min` have two). */
  reduce(
    reducer: Reducer,
    range: Range,
    element: (body: BlockBuilder, index: Value) => Operand,
    hint: Hint = {},
  ): readonly Value[] {
    const index = this.fresh(intType, { name: range.name });
    const body = this.nested();
    const result = element(body, index);
    const first = this.fresh(scalarType(result.type.scalar), hint);
    const outs = reducer === 'max' || reducer === 'min' ? [first, this.fresh(intType)] : [first];
    this.push({
      kind: 'reduce',
      outs,
      reducer,
      index,
      from: range.from,
      to: range.to,
      body: body.block([result]),
    });
    return outs;
  }

  /** A branch whose two regions yield equally many results of equal types. */
  branch(
    condition: Operand,
    then: (body: BlockBuilder) => readonly Operand[],
    otherwise: (body: BlockBuilder) => readonly Operand[],
    hint: Hint = {},
  ): readonly Value[] {
    const thenBody = this.nested();
    const thenResults = then(thenBody);
    const otherwiseBody = this.nested();
    const otherwiseResults = otherwise(otherwiseBody);
    const outs = thenResults.map((result) => this.fresh(result.type, hint));
    this.push({
      kind: 'if',
      outs,
      condition,
      then: thenBody.block(thenResults),
      otherwise: otherwiseBody.block(otherwiseResults),
    });
    return outs;
  }

  /** `array` with one element or sub-array replaced. */
  set(
    array: Value,
    indices: readonly Operand[],
    value: Operand,
    hint: Hint & { readonly inRange?: boolean } = {},
  ): Value {
    const out = this.fresh(array.type, hint);
    this.push({ kind: 'set', outs: [out], array, indices, value, inRange: hint.inRange ?? true });
    return out;
  }

  /** The sub-array at leading indices. */
  row(array: Value, indices: readonly Operand[], hint: Hint = {}): Value {
    const { scalar, dims } = array.type;
    const out = this.fresh(arrayType(scalar, dims.slice(indices.length)), hint);
    this.push({ kind: 'row', outs: [out], array, indices });
    return out;
  }

  /**
   * Sequential iterations; `body` gets the state at the start of an iteration and yields the next. Returns the final
   * state.
   */
  loop(
    range: Range & { readonly order?: 'up' | 'down' },
    initial: readonly Initial[],
    body: (body: BlockBuilder, index: Value, state: readonly Value[]) => readonly Operand[],
  ): readonly Value[] {
    return this.history(range, constant(0), initial, (inner, index, state) => ({
      next: body(inner, index, state),
      rows: [],
    })).final;
  }

  /** The same, with histories of at most `length` rows, which the body yields, too. */
  history(
    range: Range & { readonly order?: 'up' | 'down' },
    length: Polynomial,
    initial: readonly Initial[],
    body: (
      body: BlockBuilder,
      index: Value,
      state: readonly Value[],
    ) => { readonly next: readonly Operand[]; readonly rows: readonly Operand[] },
  ): { readonly final: readonly Value[]; readonly histories: readonly Value[] } {
    const index = this.fresh(intType, { name: range.name });
    const state = initial.map(({ value, name }) => ({
      value: this.fresh(value.type, { name }),
      initial: value,
    }));
    const inner = this.nested();
    const { next, rows } = body(inner, index, state.map(({ value }) => value)); // prettier-ignore
    const final = state.map(({ value }) => this.fresh(value.type, { name: value.name }));
    const histories = rows.map(({ type: { scalar, dims } }) =>
      this.fresh(arrayType(scalar, [length, ...dims])),
    );
    const { from, to, order = 'up' } = range;
    const outs = [...final, ...histories];
    this.push({ kind: 'loop', outs, index, from, to, order, state, body: inner.block([...next, ...rows]) });
    return { final, histories };
  }

  /** A call of a function with a derivative of its own. The blocks see values that are made for them. */
  rule(
    form: RuleStatement['form'],
    args: readonly { readonly value: Operand; readonly name?: string | undefined }[],
    body: (body: BlockBuilder, params: readonly Value[]) => readonly Operand[],
    derivative: (
      body: BlockBuilder,
      params: readonly Value[],
      results: readonly Value[],
      adjoints: readonly Value[],
    ) => readonly Operand[],
    hint: Hint = {},
  ): readonly Value[] {
    const params = args.map(({ value, name }) => this.fresh(value.type, { name }));
    const inner = this.nested();
    const yielded = body(inner, params);
    const results = yielded.map(({ type }) => this.fresh(type, hint));
    const adjoints = form === 'adjoint' ? yielded.map(({ type }) => this.fresh(type, hint)) : [];
    const rule = this.nested();
    const partials = derivative(rule, params, results, adjoints);
    const outs = yielded.map(({ type }) => this.fresh(type, hint));
    this.push({
      kind: 'rule',
      outs,
      args: args.map(({ value }) => value),
      params,
      results,
      adjoints,
      form,
      body: inner.block(yielded),
      derivative: rule.block(partials),
    });
    return outs;
  }

  /** An accumulator, all zero or with the content of `initial`. */
  open(type: Type, hint: Hint & { readonly initial?: Operand } = {}): Value {
    const accumulator = this.fresh(type, hint);
    const { initial } = hint;
    this.push({ kind: 'open', outs: [accumulator], ...(initial === undefined ? {} : { initial }) });
    return accumulator;
  }

  add(accumulator: Value, indices: readonly Operand[], value: Operand, inRange = true): void {
    this.push({ kind: 'add', outs: [], accumulator, indices, value, inRange });
  }

  freeze(accumulator: Value, hint: Hint = {}): Value {
    const out = this.fresh(accumulator.type, hint);
    this.push({ kind: 'freeze', outs: [out], accumulator });
    return out;
  }

  /** Independent iterations, run for their adds. */
  forEach(range: Range, body: (body: BlockBuilder, index: Value) => void): void {
    const index = this.fresh(intType, { name: range.name });
    const inner = this.nested();
    body(inner, index);
    this.push({ kind: 'for', outs: [], index, from: range.from, to: range.to, body: inner.block() });
  }
}

/** Zero (false for a bool) of a type: a literal, or an array of them. */
export function zeros(b: BlockBuilder, { scalar, dims }: Type): Operand {
  const zero = scalar === 'real' ? real(0) : scalar === 'int' ? int(0) : bool(false);
  return dims.length === 0 ? zero : b.build(dims, () => zero);
}
