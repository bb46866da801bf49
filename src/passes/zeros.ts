// Shortens sums over terms that are zero by structure: where the model says `L[i in D, j in D] = j <= i ? … : 0`, the sum
// over j of `L[i, j] * x[j]` ends at i. Before differentiation, so that the adjoint runs over the same half.
//
// A zero counts only as a literal in an arm whose condition compares indices, and through products, signs, powers, sums and
// reads. Such a term is 0 whatever its other factors are; as it stood, an infinite one made it NaN. Nothing else moves:
// a term that could fail, or that divides, keeps its sum as it is.

import { asPolynomial, extent, type BlockBuilder } from '../ir/build.ts';
import * as polynomial from '../base/polynomial.ts';
import type { Polynomial } from '../base/polynomial.ts';
import type { Operand, Program, ReduceStatement, Statement, Value } from '../ir/types.ts';
import { boundBy, statementsOf } from '../ir/walk.ts';
import { isMovable } from './hoist.ts';
import { rewrite } from './rewrite.ts';
import { atom, atomsOf, either, isAtom, Supports } from './support.ts';

type Sum = ReduceStatement & { readonly reducer: 'sum' };

export function shortenSums(program: Program): Program {
  const definitions = new Map<number, Statement>();
  for (const statement of statementsOf(program.body))
    for (const out of statement.outs) definitions.set(out.id, statement);
  const supports = new Supports(definitions);
  // Most programs have no such zeros.
  if (![...definitions.values()].some((statement) => supports.choosesZero(statement))) return program;
  supports.note(program.body);
  const ranges: Ranges = { naturals: new Set(), lasts: new Map() };
  for (const statement of statementsOf(program.body)) noteRanges(statement, ranges);
  return rewrite(program, (statement, { b }) => {
    if (statement.kind === 'op' && statement.op === 'add') return withoutZero(statement.args, supports);
    if (statement.kind !== 'reduce' || statement.reducer !== 'sum') return undefined;
    const sum: Sum = { ...statement, reducer: 'sum' };
    const ends = shorter(sum, supports, ranges);
    if (ends === undefined || !sum.body.statements.every(isMovable)) return undefined;
    const from = operandOf(b, ends.from, supports.indices) ?? sum.from;
    const to = operandOf(b, ends.to, supports.indices) ?? sum.to;
    b.push({ ...sum, from, to });
    return sum.outs;
  });
}

/** The other term, where one is zero by structure: sums that were short are written out by now. */
function withoutZero([a, b]: readonly Operand[], supports: Supports): readonly Operand[] | undefined {
  const isZero = (term: Operand | undefined): boolean =>
    term?.kind === 'value' && supports.of(term) === undefined;
  if (a !== undefined && isZero(b)) return [a];
  return b !== undefined && isZero(a) ? [b] : undefined;
}

/** What is known of ints, by their atoms: which are never negative, and how far indices go. */
interface Ranges {
  readonly naturals: Set<string>;
  readonly lasts: Map<string, Polynomial>;
}

/** In the order in which values are computed, so that an index that begins at another is known to be no less. */
function noteRanges(statement: Statement, { naturals, lasts }: Ranges): void {
  const isNatural = (operand: Operand | undefined): boolean => {
    const size = operand && asPolynomial(operand);
    return size !== undefined
      ? polynomial.isNeverNegative(size)
      : operand?.kind === 'value' && naturals.has(atom(operand.id));
  };
  const note = ({ id }: Value, from: boolean, to: Polynomial | undefined): void => {
    if (from) naturals.add(atom(id));
    if (to !== undefined) lasts.set(atom(id), polynomial.subtract(to, polynomial.one));
  };
  if (statement.kind === 'build')
    statement.axes.forEach((axis, k) => note(axis, true, statement.outs[0]?.type.dims[k]));
  if (statement.kind === 'reduce' || statement.kind === 'for' || statement.kind === 'loop')
    note(statement.index, isNatural(statement.from), asPolynomial(statement.to));
  if (statement.kind === 'op' && statement.op === 'iadd' && statement.args.every(isNatural))
    statement.outs.forEach(({ id }) => naturals.add(atom(id)));
}

interface Ends {
  readonly from?: Polynomial;
  readonly to?: Polynomial;
}

/** The part of a sum's range outside which all terms are zero, if it is surely a part. */
function shorter({ index, from, to, body }: Sum, supports: Supports, ranges: Ranges): Ends | undefined {
  const [first, last] = [asPolynomial(from), asPolynomial(to)];
  const inside = new Set<string>();
  for (const statement of statementsOf(body))
    for (const value of [...statement.outs, ...boundBy(statement)]) inside.add(atom(value.id));
  const support = body.results.map((result) => supports.of(result)).reduce(either, undefined);
  const own = atom(index.id);
  let ends: Ends | undefined;
  for (const fact of support ?? []) {
    const sign = [1, -1].find(
      (each) => !atomsOf(without(fact, own, each)).includes(own) && fact.denominator === 1,
    );
    const rest = sign === undefined ? undefined : without(fact, own, sign);
    if (rest === undefined || atomsOf(rest).some((each) => inside.has(each))) continue;
    // own + rest >= 0, or rest - own >= 0.
    if (sign === -1 && ends?.to === undefined) {
      const end = polynomial.add(rest, polynomial.one);
      if (last !== undefined && isNever(polynomial.subtract(last, end), ranges)) ends = { ...ends, to: end };
    }
    if (sign === 1 && ends?.from === undefined) {
      const start = polynomial.negate(rest);
      if (first !== undefined && isNever(polynomial.subtract(start, first), ranges))
        ends = { ...ends, from: start };
    }
  }
  return ends;
}

/** The polynomial less `sign` times an index. */
const without = (p: Polynomial, index: string, sign: number): Polynomial =>
  polynomial.subtract(p, polynomial.multiply(polynomial.constant(sign), polynomial.symbol(index)));

/** Whether it is never negative: with ints that are not negative either, at the end of their ranges where they count against it. */
function isNever(p: Polynomial, { naturals, lasts }: Ranges): boolean {
  let bound = p;
  for (const { coefficient, symbols } of p.terms) {
    const index = symbols.find(isAtom);
    if (index === undefined) continue;
    const last = coefficient < 0 ? lasts.get(index) : naturals.has(index) ? polynomial.zero : undefined;
    if (symbols.length > 1 || last === undefined) return false;
    bound = polynomial.substitute(bound, (name) => (name === index ? last : undefined));
  }
  return polynomial.isNeverNegative(bound);
}

/** Computes a polynomial in which indices stand with factors of 1 or -1. */
function operandOf(
  b: BlockBuilder,
  p: Polynomial | undefined,
  indices: ReadonlyMap<string, Value>,
): Operand | undefined {
  if (p === undefined) return undefined;
  let sizes = p;
  const [plus, minus]: [Value[], Value[]] = [[], []];
  for (const { coefficient, symbols } of p.terms) {
    const [symbol = ''] = symbols.filter(isAtom);
    const index = indices.get(symbol);
    if (index === undefined) continue;
    if (symbols.length > 1 || Math.abs(coefficient) !== 1) return undefined;
    sizes = without(sizes, symbol, coefficient);
    (coefficient > 0 ? plus : minus).push(index);
  }
  const isNothing = sizes.terms.length === 0;
  const start: Operand | undefined = isNothing && plus.length > 0 ? undefined : extent(sizes);
  const sum = plus.reduce<Operand | undefined>(
    (total, index) => (total === undefined ? index : b.op('iadd', [index, total])),
    start,
  );
  return minus.reduce<Operand | undefined>(
    (total, index) => (total === undefined ? undefined : b.op('isub', [total, index])),
    sum,
  );
}
