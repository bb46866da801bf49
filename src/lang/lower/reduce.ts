// Reductions: over indices, and over whole arrays.

import { type ReducerName } from '../check/built-in.ts';
import { bug } from '../../base/bug.ts';
import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { bool, extent, int, real, type BlockBuilder, type Hint } from '../../ir/build.ts';
import type { Operand, Reducer, Scalar, Value } from '../../ir/types.ts';
import type { Clause, Expression } from '../ast.ts';
import type { ReduceExpression } from '../check/context.ts';
import { reduceOver, wholeAxis, type LoopRange } from './array.ts';
import {
  bind,
  inModel,
  isArray,
  symbolOf,
  insideRange,
  withFacts,
  type Env,
  type Lowered,
  type Lowering,
  type Plain,
} from './context.ts';
import { lowerScalar, scalarOf, typeOf } from './expression.ts';
import { reduceArrays } from './reduce-arrays.ts';
import { hasAtoms, learnRange, polynomialOf } from './facts.ts';

/** The reduction of the IR behind a name, and which of its outs is meant. */
export const kernels: Readonly<Record<Exclude<ReducerName, 'mean'>, readonly [Reducer, number]>> = {
  sum: ['sum', 0],
  prod: ['prod', 0],
  max: ['max', 0],
  min: ['min', 0],
  argmax: ['max', 1],
  argmin: ['min', 1],
  logSumExp: ['logSumExp', 0],
  any: ['any', 0],
  all: ['all', 0],
};

/** What an element that the guard leaves out contributes. */
function identity(reducer: Reducer, scalar: Scalar): Operand {
  switch (reducer) {
    case 'sum':
      return scalar === 'int' ? int(0) : real(0);
    case 'prod':
      return scalar === 'int' ? int(1) : real(1);
    case 'max':
    case 'logSumExp':
      return real(-Infinity);
    case 'min':
      return real(Infinity);
    case 'any':
      return bool(false);
    case 'all':
      return bool(true);
  }
}

/** The range of a clause as operands, in the scope of the clauses before it. */
export function rangeOf(l: Lowering, env: Env, b: BlockBuilder, clause: Clause): LoopRange {
  const name = clause.name.text;
  const sizes = l.annotations.ranges.get(clause);
  if (sizes !== undefined)
    return { from: extent(inModel(env, sizes.from)), to: extent(inModel(env, sizes.to)), name };
  const { range } = clause;
  if (range === undefined) return bug(`the range of \`${name}\` is not known`);
  const from = range.from === undefined ? int(0) : lowerScalar(l, env, b, range.from);
  return { from, to: lowerScalar(l, env, b, range.to), name };
}

/** The scope of a clause's body: the index is bound, and the range is not empty. */
export function enter(l: Lowering, env: Env, clause: Clause, range: LoopRange, index: Value): Env {
  const inside = insideRange(
    l.facts,
    env,
    polynomialOf(l.facts, range.from),
    polynomialOf(l.facts, range.to),
  );
  return bind(inside, symbolOf(l, clause.name), index);
}

/** Nested reduces, one for each clause; `inner` yields the results for one point. */
export function overClauses(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  reducer: Reducer,
  clauses: readonly Clause[],
  inner: (b: BlockBuilder, env: Env) => readonly Operand[],
  hint: Hint,
): readonly Operand[] {
  const [clause, ...rest] = clauses;
  if (clause === undefined) return inner(b, env);
  const range = rangeOf(l, env, b, clause);
  const body = (block: BlockBuilder, index: Value): readonly Operand[] => {
    const results = overClauses(l, enter(l, env, clause, range, index), block, reducer, rest, inner, {
      span: hint.span,
    });
    // Of a nested max or min only the extremum goes on; its place is one of a smaller range.
    return reducer === 'max' || reducer === 'min' ? results.slice(0, 1) : results;
  };
  return reduceOver(l, b, reducer, range, env.known, body, hint);
}

/** The results for one point, or their identities where the guard does not hold. */
export function guarded(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  guard: Expression | undefined,
  reducer: Reducer,
  results: (b: BlockBuilder, env: Env) => readonly Operand[],
): readonly Operand[] {
  if (guard === undefined) return results(b, env);
  const condition = lowerScalar(l, env, b, guard);
  const inside = withFacts(env, l.facts.meanings.get(condition)?.whenTrue ?? []);
  let scalars: readonly Scalar[] = [];
  return b.branch(
    condition,
    (body) => {
      const found = results(body, inside);
      scalars = found.map((result) => result.type.scalar);
      return found;
    },
    () => scalars.map((scalar) => identity(reducer, scalar)),
  );
}

export function lowerReduce(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: ReduceExpression,
  hint: Hint,
): Lowered {
  const reducer = l.annotations.reducers.get(e) ?? bug(`the reducer \`${e.reducer.text}\` is not resolved`);
  const type = typeOf(l, e.element);
  const dims = type.dims.map((dim) => inModel(env, dim));
  if (dims.length > 0) return reduceArrays(l, env, b, e, reducer, scalarOf(l, e.element), dims, hint);
  if (reducer === 'mean') return meanOf(l, env, b, e, hint);
  const [kernel, position] = kernels[reducer];
  const outs = overClauses(
    l, env, b, kernel, e.clauses,
    (body, inner) => guarded(l, inner, body, e.guard, kernel, (block, where) => [lowerScalar(l, where, block, e.element)]),
    hint,
  ); // prettier-ignore
  const out = outs[position] ?? bug(`a ${kernel} without its results`);
  if (position === 1) learnPosition(l, e.clauses, env, out);
  return out;
}

/** An argmax is -1 or in its range. */
function learnPosition(l: Lowering, clauses: readonly Clause[], env: Env, out: Operand): void {
  const range = clauses[0] && l.annotations.ranges.get(clauses[0]);
  if (range !== undefined && out.kind === 'value') {
    learnRange(l.facts, out, polynomial.constant(-1), inModel(env, range.to));
  }
}

/** The number of points, where it is a polynomial in the sizes. */
export function fixedCount(l: Lowering, env: Env, e: ReduceExpression): Polynomial | undefined {
  if (e.guard !== undefined) return undefined;
  let count: Polynomial = polynomial.one;
  for (const clause of e.clauses) {
    const range = l.annotations.ranges.get(clause);
    if (range === undefined) return undefined;
    count = polynomial.multiply(count, polynomial.subtract(inModel(env, range.to), inModel(env, range.from)));
  }
  return hasAtoms(count) ? undefined : count;
}

/** A mean divides by the number of elements that passed; they are counted where that is not a size. */
function meanOf(l: Lowering, env: Env, b: BlockBuilder, e: ReduceExpression, hint: Hint): Operand {
  const count = fixedCount(l, env, e);
  const element = (block: BlockBuilder, where: Env): readonly Operand[] => {
    const value = lowerScalar(l, where, block, e.element);
    return count === undefined ? [value, int(1)] : [value];
  };
  const [sum, counted] = overClauses(
    l, env, b, 'sum', e.clauses,
    (body, inner) => guarded(l, inner, body, e.guard, 'sum', element),
    { span: hint.span },
  ); // prettier-ignore
  const total = asReal(b, count === undefined ? counted : extent(count));
  return b.op('div', [sum ?? bug('a sum without a result'), total], hint);
}

/** A number of elements, as what a sum is divided by. */
export function asReal(b: BlockBuilder, count: Operand | undefined): Operand {
  if (count === undefined) return bug('a mean without a count');
  return count.kind === 'literal' ? real(Number(count.value)) : b.op('toReal', [count]);
}

/** `sum(a)`: over all elements of an array. */
export function reduceWhole(
  l: Lowering,
  b: BlockBuilder,
  reducer: ReducerName,
  array: Plain,
  hint: Hint,
): Operand {
  const whole = isArray(array) ? array : bug('a reduction of a scalar');
  const [kernel, position] = reducer === 'mean' ? (['sum', 0] as const) : kernels[reducer];
  const axis = (block: BlockBuilder, indices: readonly Operand[], name: Hint): readonly Operand[] => {
    const size = whole.dims[indices.length];
    if (size === undefined) return [whole.element(block, indices, true)];
    const body = (inner: BlockBuilder, index: Value): readonly Operand[] =>
      axis(inner, [...indices, index], { span: hint.span }).slice(0, 1);
    return reduceOver(
      l,
      block,
      kernel,
      { ...wholeAxis(size), name: whole.indexNames?.[indices.length] },
      undefined,
      body,
      name,
    );
  };
  const out =
    axis(b, [], reducer === 'mean' ? { span: hint.span } : hint)[position] ??
    bug('a reduction without a result');
  if (reducer !== 'mean') return out;
  const count = extent(whole.dims.reduce(polynomial.multiply, polynomial.one));
  return b.op('div', [out, asReal(b, count)], hint);
}
