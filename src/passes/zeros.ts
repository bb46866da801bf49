// Shortens sums over terms that are zero by structure: where the model says `L[i in D, j in D] = j <= i ? … : 0`, the sum
// over j of `L[i, j] * x[j]` ends at i. Before differentiation, so that the adjoint runs over the same half.
//
// A zero counts only as a literal in an arm whose condition compares indices, and through products, signs, powers, sums and
// reads. Such a term is 0 whatever its other factors are; as it stood, an infinite one made it NaN. Nothing else moves:
// a term that could fail, or that divides, keeps its sum as it is.

import { asPolynomial, extent, type BlockBuilder } from '../ir/build.ts';
import * as polynomial from '../base/polynomial.ts';
import type { Polynomial } from '../base/polynomial.ts';
import type { BuildStatement, Operand, Program, ReduceStatement, Statement, Value } from '../ir/types.ts';
import { boundBy, statementsOf } from '../ir/walk.ts';
import { isMovable } from './hoist.ts';
import { rewrite } from './rewrite.ts';

type Sum = ReduceStatement & { readonly reducer: 'sum' };

/** Polynomials in sizes and indices of which none is negative where a value is not zero; nothing, where it is always zero. */
type Support = readonly Polynomial[] | undefined;

export function shortenSums(program: Program): Program {
  const definitions = new Map<number, Statement>();
  const lasts = new Map<string, Polynomial>();
  for (const statement of statementsOf(program.body)) {
    for (const out of statement.outs) definitions.set(out.id, statement);
    noteLasts(statement, lasts);
  }
  const supports = new Supports(definitions);
  return rewrite(program, (statement, { b }) => {
    if (statement.kind === 'op' && statement.op === 'add') return withoutZero(statement.args, supports);
    if (statement.kind !== 'reduce' || statement.reducer !== 'sum') return undefined;
    const sum: Sum = { ...statement, reducer: 'sum' };
    const ends = shorter(sum, supports, lasts);
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

/** The greatest value of each index whose range is known. */
function noteLasts(statement: Statement, lasts: Map<string, Polynomial>): void {
  const note = ({ id }: Value, to: Polynomial | undefined): void => {
    if (to !== undefined) lasts.set(atom(id), polynomial.subtract(to, polynomial.one));
  };
  if (statement.kind === 'build')
    statement.axes.forEach((axis, k) => note(axis, statement.outs[0]?.type.dims[k]));
  if (statement.kind === 'reduce' || statement.kind === 'for' || statement.kind === 'loop')
    note(statement.index, asPolynomial(statement.to));
}

const atom = (id: number): string => `%${id}`;
const isAtom = (symbol: string): boolean => symbol.startsWith('%');
const atomsOf = (p: Polynomial): readonly string[] => polynomial.symbolsOf(p).filter(isAtom);

/** Whether each fact holds wherever those of the other hold: it is one of them, or less than one by a constant. */
const follows = (fact: Polynomial, from: readonly Polynomial[]): boolean =>
  from.some((other) => (polynomial.asConstant(polynomial.subtract(fact, other)) ?? -1) >= 0);

/** Where either is not zero. */
function either(a: Support, b: Support): Support {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return [...a.filter((fact) => follows(fact, b)), ...b.filter((fact) => follows(fact, a))];
}

/** Where both are not zero; nowhere, where facts contradict each other. */
function both(a: Support, b: Support): Support {
  if (a === undefined || b === undefined) return undefined;
  const all = [...a, ...b];
  return all.some((fact) => (polynomial.asConstant(fact) ?? 0) < 0) ? undefined : all;
}

/** Where values are not zero, as far as conditions on indices tell. */
class Supports {
  /** The indices that facts mention. */
  readonly indices = new Map<string, Value>();
  readonly #definitions: ReadonlyMap<number, Statement>;
  readonly #arrays = new Map<BuildStatement, readonly Support[]>();

  constructor(definitions: ReadonlyMap<number, Statement>) {
    this.#definitions = definitions;
  }

  of(operand: Operand | undefined): Support {
    const statement = operand?.kind === 'value' ? this.#definitions.get(operand.id) : undefined;
    switch (statement?.kind) {
      case 'op':
        return this.#ofOp(statement.op, statement.args);
      case 'if': {
        const out = statement.outs.findIndex((each) => each === operand);
        return either(
          this.#ofArm(statement.condition, true, statement.then.results[out]),
          this.#ofArm(statement.condition, false, statement.otherwise.results[out]),
        );
      }
      case 'read':
        return statement.inRange ? this.#ofElement(statement.array, statement.indices) : [];
      default:
        return [];
    }
  }

  #ofOp(op: string, args: readonly Operand[]): Support {
    const [a, b, c] = args;
    switch (op) {
      case 'neg':
        return this.of(a);
      case 'powi':
        return b?.kind === 'literal' && Number(b.value) > 0 ? this.of(a) : [];
      case 'mul':
        return both(this.of(a), this.of(b));
      case 'add':
      case 'sub':
        return either(this.of(a), this.of(b));
      case 'select':
        return a === undefined ? [] : either(this.#ofArm(a, true, b), this.#ofArm(a, false, c));
      default:
        return [];
    }
  }

  #ofArm(condition: Operand, holds: boolean, result: Operand | undefined): Support {
    const isZero = result?.kind === 'literal' && result.type.scalar === 'real' && result.value === 0;
    return both(this.#facts(condition, holds), isZero ? undefined : this.of(result));
  }

  #ofElement(array: Value, indices: readonly Operand[]): Support {
    const build = this.#definitions.get(array.id);
    const [first, ...rest] = indices;
    if (build?.kind === 'list' && first?.kind === 'literal') {
      const element = build.elements[Number(first.value)];
      return rest.length > 0 && element?.kind === 'value' ? this.#ofElement(element, rest) : this.of(element);
    }
    if (build?.kind !== 'build' || build.axes.length !== indices.length) return [];
    let all = this.#arrays.get(build);
    if (all === undefined) {
      all = build.body.results.map((result) => this.of(result));
      this.#arrays.set(build, all);
    }
    const support = all[build.outs.findIndex((each) => each === array)];
    if (support === undefined) return undefined;
    const places = new Map(build.axes.map((axis, k) => [atom(axis.id), this.#affine(indices[k])] as const));
    // What else a fact mentions is known only inside the comprehension.
    const here = support
      .filter((fact) => atomsOf(fact).every((each) => places.has(each)))
      .map((fact) => polynomial.substitute(fact, (name) => places.get(name)));
    return both(here, []);
  }

  /** An int as a polynomial in sizes and indices; what is neither a sum, a difference nor a multiple counts as an index. */
  #affine(operand: Operand | undefined): Polynomial {
    if (operand === undefined) return polynomial.zero;
    const size = asPolynomial(operand);
    if (size !== undefined) return size;
    if (operand.kind !== 'value') return polynomial.zero;
    const statement = this.#definitions.get(operand.id);
    if (statement?.kind === 'op') {
      const [a, b] = statement.args;
      if (statement.op === 'iadd') return polynomial.add(this.#affine(a), this.#affine(b));
      if (statement.op === 'isub') return polynomial.subtract(this.#affine(a), this.#affine(b));
      if (statement.op === 'ineg') return polynomial.negate(this.#affine(a));
    }
    this.indices.set(atom(operand.id), operand);
    return polynomial.symbol(atom(operand.id));
  }

  /** What holds where a condition does, or where it does not. */
  #facts(condition: Operand, holds: boolean): Support {
    const statement = condition.kind === 'value' ? this.#definitions.get(condition.id) : undefined;
    if (statement?.kind !== 'op') return [];
    const [a, b] = statement.args;
    if (a === undefined) return [];
    const atLeast = (x: Operand | undefined, y: Operand | undefined, more = 0): Polynomial =>
      polynomial.subtract(polynomial.subtract(this.#affine(x), this.#affine(y)), polynomial.constant(more));
    switch (statement.op) {
      case 'ieq':
        return holds ? [atLeast(a, b), atLeast(b, a)] : [];
      case 'ine':
        return holds ? [] : [atLeast(a, b), atLeast(b, a)];
      case 'ilt':
        return [holds ? atLeast(b, a, 1) : atLeast(a, b)];
      case 'ile':
        return [holds ? atLeast(b, a) : atLeast(a, b, 1)];
      case 'igt':
        return [holds ? atLeast(a, b, 1) : atLeast(b, a)];
      case 'ige':
        return [holds ? atLeast(a, b) : atLeast(b, a, 1)];
      case 'not':
        return this.#facts(a, !holds);
      case 'and':
        return holds && b !== undefined ? both(this.#facts(a, true), this.#facts(b, true)) : [];
      case 'or':
        return !holds && b !== undefined ? both(this.#facts(a, false), this.#facts(b, false)) : [];
      default:
        return [];
    }
  }
}

interface Ends {
  readonly from?: Polynomial;
  readonly to?: Polynomial;
}

/** The part of a sum's range outside which all terms are zero, if it is surely a part. */
function shorter(
  { index, from, to, body }: Sum,
  supports: Supports,
  lasts: ReadonlyMap<string, Polynomial>,
): Ends | undefined {
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
      if (last !== undefined && isNever(polynomial.subtract(last, end), lasts)) ends = { ...ends, to: end };
    }
    if (sign === 1 && ends?.from === undefined) {
      const start = polynomial.negate(rest);
      if (first !== undefined && isNever(polynomial.subtract(start, first), lasts))
        ends = { ...ends, from: start };
    }
  }
  return ends;
}

/** The polynomial less `sign` times an index. */
const without = (p: Polynomial, index: string, sign: number): Polynomial =>
  polynomial.subtract(p, polynomial.multiply(polynomial.constant(sign), polynomial.symbol(index)));

/** Whether it is never negative: with indices, which are not negative either, at the end of their ranges where they count against it. */
function isNever(p: Polynomial, lasts: ReadonlyMap<string, Polynomial>): boolean {
  let bound = p;
  for (const { coefficient, symbols } of p.terms) {
    const index = symbols.find(isAtom);
    if (index === undefined) continue;
    const last = coefficient < 0 ? lasts.get(index) : polynomial.zero;
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
