// logSumExp over x[i] + y[i, j] for every j, in a loop that changes x and not y, takes an exponential for each i and j in every
// iteration. exp(x[i] + y[i, j]) is a product: with exp(y) computed before the loop, an iteration takes one exponential for each
// i and one logarithm for each j, and the rest is a product of a matrix and a vector. (So runs a hidden Markov model forward.)
//
// Both factors are shifted by their maxima, so they lie between 0 and 1. A sum of products that is not clearly above the
// smallest numbers may have lost terms that count: then, as where the maxima are not finite, the logSumExp is computed as it was
// written.

import { bug } from '../base/bug.ts';
import type { Polynomial } from '../base/polynomial.ts';
import { runsCertainly } from '../ir/certain.ts';
import { asPolynomial, BlockBuilder, real, type Range } from '../ir/build.ts';
import type { Block, BuildStatement, LoopStatement, Operand, Program, ReduceStatement, Statement, Value } from '../ir/types.ts'; // prettier-ignore
import {
  boundBy,
  freeValuesOfStatement,
  mapBlocks,
  mapUses,
  someStatement,
  statementsOf,
} from '../ir/walk.ts';
import { isZero } from './exponential.ts';
import { isMovable } from './hoist.ts';
import type { Precision } from '../ops/types.ts';
import { copied, sliceOf } from './slice.ts';

/**
 * Below this a sum of products may lack terms of its own size: each factor may have come near the smallest numbers. Its inverse,
 * of which the derivatives are made, and the square of that are numbers that arrays can hold.
 */
const leastSum: Readonly<Record<Precision, number>> = { f64: 1e-100, f32: 1e-15 };

export function factorSums(program: Program, { precision = 'f64' }: PrecisionOptions = {}): Program {
  if (!someStatement(program.body, ({ kind }) => kind === 'loop')) return program;
  const b = new BlockBuilder(program.nextId);
  const body = visit(b, program.body, leastSum[precision]);
  return b.nextId === program.nextId ? program : { ...program, body, nextId: b.nextId };
}

interface PrecisionOptions {
  readonly precision?: Precision | undefined;
}

function visit(b: BlockBuilder, block: Block, least: number): Block {
  for (const before of block.statements) {
    const statement = mapBlocks(before, (inner) => visit(b.nested(), inner, least));
    b.push(statement.kind === 'loop' ? factorLoop(b, statement, least) : statement);
  }
  return b.block(block.results);
}

/** Puts the tables in front of the loop, and yields the loop that uses them. */
function factorLoop(before: BlockBuilder, loop: LoopStatement, least: number): LoopStatement {
  const changing = new Set(boundBy(loop).map(({ id }) => id));
  for (const { outs } of statementsOf(loop.body)) for (const { id } of outs) changing.add(id);
  const into = before.nested();
  for (const statement of loop.body.statements)
    into.push(
      statement.kind === 'build'
        ? factorBuild({ before, inLoop: into, least }, statement, changing)
        : statement,
    );
  return { ...loop, body: into.block(loop.body.results) };
}

function factorBuild(around: Around, build: BuildStatement, changing: ReadonlySet<number>): BuildStatement {
  // In the loop, what is taken out of the build must have run in it.
  if (!runsCertainly(build)) return build;
  const plans = build.body.statements.map((statement) => planFor(build, statement, changing));
  if (!plans.some((plan) => plan !== undefined)) return build;
  const into = around.inLoop.nested();
  const replaced = new Map<number, Operand>();
  const renamed = (operand: Operand): Operand =>
    operand.kind === 'value' ? (replaced.get(operand.id) ?? operand) : operand;
  build.body.statements.forEach((statement, k) => {
    const plan = plans[k];
    if (plan === undefined) into.push(mapUses(statement, renamed));
    else replaced.set(plan.out.id, factorSum(plan, { ...around, into }));
  });
  return { ...build, body: into.block(build.body.results.map(renamed)) };
}

/** A term of the exponent, added or subtracted. */
export interface Term {
  readonly value: Operand;
  readonly sign: 1 | -1;
}

export interface Plan {
  readonly build: BuildStatement;
  readonly sum: ReduceStatement;
  readonly out: Value;
  /** Of the sum, and of the axes of the build. */
  readonly length: Polynomial;
  readonly extents: readonly Polynomial[];
  /** By what the terms depend on: the axes of the build and the index of the sum, the index alone, the axes at most. */
  readonly table: readonly Term[];
  readonly vector: readonly Term[];
  readonly rest: readonly Term[];
}

/** How to compute a logSumExp with a table; undefined for other statements, and where it takes no less. */
export function planFor(
  build: BuildStatement,
  sum: Statement,
  changing: ReadonlySet<number>,
): Plan | undefined {
  if (sum.kind !== 'reduce' || sum.reducer !== 'logSumExp' || !isZero(sum.from)) return undefined;
  const [out] = sum.outs;
  const [exponent] = sum.body.results;
  const length = asPolynomial(sum.to);
  const extents = build.outs[0]?.type.dims.slice(0, build.axes.length);
  if (out === undefined || exponent === undefined || length === undefined || extents === undefined)
    return undefined;
  const ofElement = new Set(build.axes.map(({ id }) => id));
  for (const { outs } of statementsOf(build.body)) for (const { id } of outs) ofElement.add(id);
  for (const { outs } of statementsOf(sum.body)) for (const { id } of outs) ofElement.delete(id);
  const axes = new Set(build.axes.map(({ id }) => id));

  const table: Term[] = [];
  const vector: Term[] = [];
  const rest: Term[] = [];
  for (const term of termsOf(exponent, sum.body)) {
    const slice = sliceOf(sum.body, [term.value]);
    const free = freeOf(term.value, slice);
    if (!free.has(sum.index.id)) {
      rest.push(term);
    } else if (![...free].some((id) => ofElement.has(id))) {
      if (!slice.every(isMovable)) return undefined;
      vector.push(term);
    } else {
      const isFixed = [...free].every((id) => axes.has(id) || id === sum.index.id || !changing.has(id));
      if (!isFixed || !slice.every(isPlain)) return undefined;
      table.push(term);
    }
  }
  return table.length > 0 && vector.length > 0
    ? { build, sum, out, length, extents, table, vector, rest }
    : undefined;
}

/** It may run where nothing would: in front of a loop that may have no iterations. */
const isPlain = (statement: Statement): boolean =>
  (statement.kind === 'read' && statement.inRange) ||
  (statement.kind === 'op' && ['add', 'sub', 'neg'].includes(statement.op));

/** What is added up in a body to yield a value. */
export function termsOf(value: Operand, body: Block): readonly Term[] {
  const made = value.kind === 'value' ? body.statements.find(({ outs }) => outs[0] === value) : undefined;
  const [x, y] = made?.kind === 'op' ? made.args : [];
  const negative = (terms: readonly Term[]): readonly Term[] =>
    terms.map((term) => ({ ...term, sign: term.sign === 1 ? -1 : 1 }));
  if (made?.kind !== 'op' || x === undefined) return [{ value, sign: 1 }];
  if (made.op === 'neg') return negative(termsOf(x, body));
  if (y !== undefined && made.op === 'add') return [...termsOf(x, body), ...termsOf(y, body)];
  if (y !== undefined && made.op === 'sub') return [...termsOf(x, body), ...negative(termsOf(y, body))];
  return [{ value, sign: 1 }];
}

/** The ids of what a value of a body depends on outside of it. */
function freeOf(value: Operand, slice: readonly Statement[]): ReadonlySet<number> {
  const free = new Set(value.kind === 'value' ? [value.id] : []);
  for (const statement of slice) for (const id of freeValuesOfStatement(statement).keys()) free.add(id);
  for (const { outs } of slice) for (const { id } of outs) free.delete(id);
  return free;
}

interface Around {
  /** In front of the loop, and in its body in front of the build. */
  readonly before: BlockBuilder;
  readonly inLoop: BlockBuilder;
  /** The least sum of products that is trusted. */
  readonly least: number;
}

/** The greatest of what does not change over the index of the sum, and what exp makes of the differences from it. */
export function tableOf(
  before: BlockBuilder,
  { build, sum, length, extents, table }: Plan,
): { readonly columns: Value; readonly factors: Value } {
  const { index } = sum;
  const range = { from: sum.from, to: sum.to, name: index.name };
  const ofTable = (b: BlockBuilder, axes: readonly Operand[], at: Operand): Operand =>
    added(b, sum.body, table, [
      [index, at],
      ...build.axes.map((axis, k) => [axis, axes[k] ?? axis] as const),
    ]);
  const names = build.axes.map(({ name }) => name);
  const columns = before.build(
    extents,
    (b, axes) => greatest(b, range, (inner, at) => ofTable(inner, axes, at)),
    { name: 'greatest', indexNames: names },
  );
  const factors = before.build(
    [...extents, length],
    (b, indices) => {
      const axes = indices.slice(0, -1);
      const at = indices.at(-1) ?? index;
      return weight(b, ofTable(b, axes, at), b.read(columns, axes));
    },
    { name: 'factors', indexNames: [...names, index.name] },
  );
  return { columns, factors };
}

/** The greatest of some elements, as a number that may be subtracted from them. */
export const greatest = (
  b: BlockBuilder,
  range: Range,
  of: (b: BlockBuilder, at: Operand) => Operand,
): Operand => finite(b, b.op('stop', [b.reduce('max', range, of)[0] ?? bug('a maximum without a value')]));

/** `into`: the body of the build. */
function factorSum(
  plan: Plan,
  { before, inLoop, into, least }: Around & { readonly into: BlockBuilder },
): Operand {
  const { build, sum, out, length, extents, vector, table, rest } = plan;
  const { index } = sum;
  const range = { from: sum.from, to: sum.to, name: index.name };
  const ofVector = (b: BlockBuilder, at: Operand): Operand => added(b, sum.body, vector, [[index, at]]);
  const names = build.axes.map(({ name }) => name);
  const { columns, factors } = tableOf(before, plan);
  const shift = greatest(inLoop, range, ofVector);
  const weights = inLoop.build([length], (b, [at = index]) => weight(b, ofVector(b, at), shift), {
    name: 'scaled',
    indexNames: [index.name],
  });

  // An array of its own, so that the sums run side by side whatever becomes of each.
  const products = inLoop.build(
    extents,
    (b, axes) => {
      const [product] = b.reduce('sum', range, (inner, at) =>
        inner.op('mul', [inner.read(weights, [at]), inner.read(factors, [...axes, at])]),
      );
      return product ?? bug('a sum without a value');
    },
    { name: 'products', indexNames: names },
  );
  const product = into.read(products, build.axes);
  const [logSum] = into.branch(
    into.op('and', [into.op('gt', [product, real(least)]), into.op('lt', [product, real(Infinity)])]),
    (b) => [b.op('add', [b.op('add', [shift, b.read(columns, build.axes)]), b.op('log', [product])])],
    (b) =>
      b.reduce('logSumExp', range, (inner, at) =>
        added(inner, sum.body, [...vector, ...table], [[index, at]]),
      ),
  );
  if (logSum === undefined) return bug('a branch without a value');
  return rest.length === 0 ? logSum : into.op('add', [logSum, added(into, sum.body, rest, [])], out);
}

export const finite = (b: BlockBuilder, shift: Operand): Operand =>
  b.op('select', [b.op('lt', [b.op('abs', [shift]), real(Infinity)]), shift, real(0)]);

/** exp(exponent - shift), which is at most 1. */
export const weight = (b: BlockBuilder, exponent: Operand, shift: Operand): Operand =>
  b.op('exp', [b.op('sub', [exponent, shift])]);

export function added(
  b: BlockBuilder,
  body: Block,
  terms: readonly Term[],
  bindings: readonly (readonly [Value, Operand])[],
): Operand {
  const values = copied(b, body, bindings, terms.map(({ value }) => value)); // prettier-ignore
  let sum: Operand | undefined;
  values.forEach((value, k) => {
    const isNegative = terms[k]?.sign === -1;
    if (sum === undefined) sum = isNegative ? b.op('neg', [value]) : value;
    else sum = b.op(isNegative ? 'sub' : 'add', [sum, value]);
  });
  return sum ?? real(0);
}
