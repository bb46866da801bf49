// Array reads: elements, rows and slices. Indices are proved in range here, or marked to be checked when the code runs.

import { catalogue, report, type Row } from '../../base/catalogue.ts';
import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { extent, type BlockBuilder, type Hint } from '../../ir/build.ts';
import type { Operand } from '../../ir/types.ts';
import type { Expression, IndexItem } from '../ast.ts';
import { bug } from '../../base/bug.ts';
import { declaredAt, sourceText } from '../check/context.ts';
import { force, storedArray } from './array.ts';
import { arrayValue, inModel, type ArrayValue, type Env, type Lowered, type Lowering, type Plain } from './context.ts'; // prettier-ignore
import { lowerExpression, lowerScalar, typeOf } from './expression.ts';
import {
  below,
  certainlyNegative,
  hasAtoms,
  polynomialOf,
  prove,
  proveInside,
  rangeOfAtom,
} from './facts.ts';
import { fieldOf, mapParts } from './record.ts';
import { emitOp } from './scalar.ts';

type IndexExpression = Extract<Expression, { kind: 'index' }>;
type At = Extract<IndexItem, { kind: 'at' }>;

/** What an item does to its axis: one place on it, or an offset of what remains of it. */
type Access =
  { readonly kind: 'at'; readonly index: Operand } | { readonly kind: 'from'; readonly offset: Polynomial };

/** The field of an expression that the path leads to. Only that field of a record is read where an index comes before it. */
export function lowerPart(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: Expression,
  path: readonly string[],
  hint: Hint,
): Lowered {
  if (e.kind === 'member') return lowerPart(l, env, b, e.base, [e.name.text, ...path], hint);
  if (e.kind === 'index') return lowerRead(l, env, b, e, path, hint);
  return path.reduce(fieldOf, lowerExpression(l, env, b, e));
}

function lowerRead(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: IndexExpression,
  path: readonly string[],
  hint: Hint,
): Lowered {
  const base = lowerPart(l, env, b, e.base, path, {});
  const accesses: Access[] = [];
  const lengths: Polynomial[] = [];
  let proved = true;
  const sizes = typeOf(l, e.base).dims.map((dim) => inModel(env, dim));
  e.items.forEach((item, axis) => {
    const size = sizes[axis] ?? bug('more indices than axes');
    if (item.kind === 'at') {
      const index = lowerScalar(l, env, b, item.index);
      proved = inRange(l, env, e, item, polynomialOf(l.facts, index), size) && proved;
      accesses.push({ kind: 'at', index });
      return;
    }
    const bounds = l.annotations.slices.get(item) ?? bug('a slice without bounds');
    const [from, to] = [inModel(env, bounds.from), inModel(env, bounds.to)];
    proved =
      prove(l.facts, from, env.known) && prove(l.facts, polynomial.subtract(size, to), env.known) && proved;
    accesses.push({ kind: 'from', offset: from });
    lengths.push(polynomial.subtract(to, from));
  });
  const read = (part: Plain, own: Hint): Plain => {
    const array = arrayValue(part);
    const source = proved || array.checked ? array : storedArray(l, force(l, b, array));
    return pick(l, b, source, accesses, [...lengths, ...array.dims.slice(e.items.length)], proved, own);
  };
  return mapParts(base, read, hint);
}

/** The part of an array that the accesses leave; a scalar when no axis is left. */
function pick(
  l: Lowering,
  b: BlockBuilder,
  base: ArrayValue,
  accesses: readonly Access[],
  dims: readonly Polynomial[],
  proved: boolean,
  hint: Hint,
): Plain {
  const indicesFor = (body: BlockBuilder, rest: readonly Operand[]): readonly Operand[] => {
    let next = 0;
    const own = accesses.map((access) => {
      if (access.kind === 'at') return access.index;
      const index = rest[next++] ?? bug('an axis without an index');
      return access.offset.terms.length === 0
        ? index
        : emitOp(l, body, 'iadd', [extent(access.offset), index]);
    });
    return [...own, ...rest.slice(next)];
  };
  if (dims.length === 0) return base.element(b, indicesFor(b, []), proved, hint);
  return {
    kind: 'array',
    scalar: base.scalar,
    dims,
    repeatable: base.repeatable,
    checked: base.checked,
    element: (body, rest, inside) => base.element(body, indicesFor(body, rest), proved && inside),
  };
}

/** Whether 0 <= index < size is certain; what is certain to fail is an error. */
export function inRange(
  l: Lowering,
  env: Env,
  e: IndexExpression,
  item: At,
  index: Polynomial,
  size: Polynomial,
): boolean {
  if (proveInside(l.facts, index, size, env.known)) return true;
  if (env.conditional) return false;
  const past = certainlyNegative(l.facts, below(index, size));
  if (past || certainlyNegative(l.facts, index)) {
    const args = {
      index: `\`${sourceText(item.span, 'here')}\``,
      limit: past ? `this axis has the size ${polynomial.print(size)}` : 'it becomes negative',
    };
    tell(l, env, catalogue.outOfRange, args, e, item, narrower(l, env, item, index, size));
    return false;
  }
  // An index by itself on an axis of another size is likely a slip.
  const range = rangeOfAtom(l.facts, index);
  if (range?.runs === true && item.index.kind === 'name' && !hasAtoms(range.to)) {
    const args = { name: item.index.text, runs: polynomial.print(range.to), size: polynomial.print(size) };
    tell(l, env, catalogue.uncheckedIndex, args, e, item);
  }
  return false;
}

/**
 * For `n`, `n + k` and `n - k`: the range of `n` on which it stays inside, in the words of the model. In a function these
 * would be the sizes of one call of it.
 */
function narrower(
  l: Lowering,
  env: Env,
  { index: written }: At,
  index: Polynomial,
  size: Polynomial,
): string | undefined {
  const name = written.kind === 'binary' ? written.left : written;
  const offset = polynomial.constant(index.terms.find((term) => term.symbols.length === 0)?.coefficient ?? 0);
  const range = rangeOfAtom(l.facts, polynomial.subtract(index, offset));
  if (env.call !== undefined || name.kind !== 'name' || range?.runs !== true) return undefined;
  const larger = (a: Polynomial, b: Polynomial): Polynomial =>
    (polynomial.asConstant(polynomial.subtract(b, a)) ?? 0) > 0 ? b : a;
  const from = larger(range.from, polynomial.negate(offset));
  const last = polynomial.subtract(size, offset);
  const to = (polynomial.asConstant(polynomial.subtract(range.to, last)) ?? 1) > 0 ? last : range.to;
  const count = polynomial.asConstant(polynomial.subtract(to, from));
  if ((count !== undefined && count < 1) || hasAtoms(from) || hasAtoms(to)) return undefined;
  const text = sourceText(written.span, name.text);
  const guards = [
    ...(from.key === range.from.key ? [] : [`${text} >= 0`]),
    ...(to.key === range.to.key ? [] : [`${text} < ${polynomial.print(size)}`]),
  ];
  const narrow = `${name.text} in ${polynomial.print(from)}..${polynomial.print(to)}`;
  return `write \`${narrow}\`, or guard it with \`if ${guards.join(' && ')}\``;
}

/** Says something about an index once, however often its function is written out, with the calls that lead to it. */
function tell<Args>(
  l: Lowering,
  env: Env,
  row: Row<Args>,
  args: Args,
  e: IndexExpression,
  item: IndexItem,
  help?: string,
): void {
  const key = `${row.code} ${item.span.source.path} ${item.span.start}`;
  if (l.told.has(key)) return;
  l.told.add(key);
  const notes = [declaredAt(l, e.base)].filter((note) => note !== undefined);
  for (let call = env.call; call !== undefined; call = call.outer) {
    notes.push({ message: `in this call of \`${call.name}\``, span: call.span });
  }
  l.diagnostics.push(report(row, args, item.span, { notes, help }));
}
