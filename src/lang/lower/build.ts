// `[e for i in N]` and `let a[i in N] = e`.

import { bug } from '../../base/bug.ts';
import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { arrayType, extent, intType, type BlockBuilder, type Hint } from '../../ir/build.ts';
import type { Operand, Value } from '../../ir/types.ts';
import type { Clause, Expression } from '../ast.ts';
import { isRecord } from '../check/types.ts';
import { force, learnIndex, storedArray } from './array.ts';
import { below, polynomialOf, rangeOfAtom } from './facts.ts';
import {
  bind,
  insideRange,
  inModel,
  isArray,
  symbolOf,
  valueOf,
  arrayValue,
  withFacts,
  type Env,
  type Lowered,
  type Lowering,
} from './context.ts';
import { lowerExpression, lowerScalar, typeOf } from './expression.ts';
import { mapParts, operandsOf } from './record.ts';
import { emitOp } from './scalar.ts';

/** The range of a clause whose ends are sizes. */
function rangeOf(
  l: Lowering,
  env: Env,
  clause: Clause,
): { readonly from: Polynomial; readonly size: Polynomial } {
  const range = l.annotations.ranges.get(clause) ?? bug(`the range of \`${clause.name.text}\` is not known`);
  const from = inModel(env, range.from);
  return { from, size: polynomial.subtract(inModel(env, range.to), from) };
}

export function lowerBuild(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  clauses: readonly Clause[],
  element: Expression,
  hint: Hint,
): Lowered {
  const ranges = clauses.map((clause) => rangeOf(l, env, clause));
  const dims = ranges.map((range) => range.size);
  const names = clauses.map((clause) => clause.name.text);
  /** The scope of the element at a place of the array. */
  const outer = dims.reduce((scope, size) => insideRange(l.facts, scope, polynomial.zero, size), env);
  const inside = (body: BlockBuilder, indices: readonly Operand[]): Env =>
    clauses.reduce((scope, clause, k) => {
      const { from, size } = ranges[k] ?? bug('a clause without a range');
      const position = indices[k] ?? bug('an axis without an index');
      const index = from.terms.length === 0 ? position : emitOp(l, body, 'iadd', [extent(from), position]);
      return bind(onAxis(l, scope, position, size), symbolOf(l, clause.name), index);
    }, outer);
  const { scalar, dims: elementDims } = typeOf(l, element);
  if (isRecord(scalar)) return buildRecords(l, b, dims, names, element, inside, hint);
  if (elementDims.length > 0) return storedArray(l, buildRows(l, b, dims, names, element, inside, hint));
  return {
    kind: 'array',
    scalar,
    dims,
    indexNames: names,
    repeatable: isMereRead(l, env, element),
    checked: false,
    element: (body, indices, _inRange, named) => lowerScalar(l, inside(body, indices), body, element, named),
  };
}

/**
 * The scope of an element at a position that was proved to be on its axis, by facts of a place that the scope does not know:
 * `x[i - 1]`, where x is a comprehension and i >= 1.
 */
function onAxis(l: Lowering, scope: Env, position: Operand, size: Polynomial): Env {
  const place = polynomialOf(l.facts, position);
  const range = rangeOfAtom(l.facts, place);
  const isItsIndex = range?.from.terms.length === 0 && range.to.key === size.key;
  return isItsIndex ? scope : withFacts(scope, [place, below(place, size)], false);
}

/**
 * Elements that are arrays themselves. Work that a row shares (the sum of a softmax) is done once for each row, in a
 * build of builds; where nothing is shared one build over all axes does.
 */
function buildRows(
  l: Lowering,
  b: BlockBuilder,
  dims: readonly Polynomial[],
  names: readonly string[],
  element: Expression,
  inside: (body: BlockBuilder, indices: readonly Operand[]) => Env,
  hint: Hint,
): Value {
  const index = (size: Polynomial, name: string | undefined): Value => {
    const value = b.fresh(intType, { name });
    learnIndex(l, value, polynomial.zero, size, undefined);
    return value;
  };
  const axes = dims.map((size, k) => index(size, names[k]));
  const body = b.nested();
  const row = arrayValue(lowerExpression(l, inside(body, axes), body, element));
  const shared = body
    .block()
    .statements.some((statement) => statement.kind !== 'op' && statement.kind !== 'read');
  const inner = shared ? [] : row.dims.map((size, k) => index(size, row.indexNames?.[k]));
  const result = shared ? force(l, body, row) : row.element(body, inner, true);
  const out = b.fresh(arrayType(row.scalar, [...dims, ...row.dims]), hint);
  b.push({ kind: 'build', outs: [out], axes: [...axes, ...inner], body: body.block([result]) });
  return out;
}

/** One build for all parts of the records. */
function buildRecords(
  l: Lowering,
  b: BlockBuilder,
  dims: readonly Polynomial[],
  names: readonly string[],
  element: Expression,
  inside: (body: BlockBuilder, indices: readonly Operand[]) => Env,
  hint: Hint,
): Lowered {
  const axes = dims.map((size, k) => {
    const value = b.fresh(intType, { name: names[k] });
    learnIndex(l, value, polynomial.zero, size, undefined);
    return value;
  });
  const body = b.nested();
  const record = lowerExpression(l, inside(body, axes), body, element);
  const results = operandsOf(l, body, record);
  const outs: Value[] = [];
  const arrays = mapParts(record, (_, own) => {
    const { type } = results[outs.length] ?? bug('a part without a value');
    const out = b.fresh(arrayType(type.scalar, [...dims, ...type.dims]), own);
    outs.push(out);
    return storedArray(l, out);
  }, hint); // prettier-ignore
  b.push({ kind: 'build', outs, axes, body: body.block(results) });
  return arrays;
}

/** `[A[j, i] for i, j]`: an element is a read, so asking for it often needs no memory of its own. */
function isMereRead(l: Lowering, env: Env, element: Expression): boolean {
  if (element.kind !== 'index' || element.base.kind !== 'name') return false;
  const base = valueOf(env, symbolOf(l, element.base));
  return (
    isArray(base) &&
    base.repeatable &&
    element.items.every((item) => item.kind === 'at' && item.index.kind === 'name')
  );
}
