// What is known about ints while a model is lowered, and a small prover over it: it shows that indices stay in range.
// An int is a polynomial over the sizes and over atoms, one atom (`%7`) for each value that is no polynomial itself.

import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { asPolynomial } from '../../ir/build.ts';
import type { Operand, Value } from '../../ir/types.ts';

/** What a condition tells in its two cases: polynomials that are not negative. */
export interface Meaning {
  readonly whenTrue: readonly Polynomial[];
  readonly whenFalse: readonly Polynomial[];
}

/** from <= atom < to. An index (`runs`) takes every value of it, if there is one; `known` holds where its loop starts. */
export interface AtomRange {
  readonly from: Polynomial;
  readonly to: Polynomial;
  readonly runs: boolean;
  readonly known: Known | undefined;
}

export interface Choice {
  readonly value: Polynomial;
  readonly facts: readonly Polynomial[];
}

export interface Facts {
  /** Ints that are polynomials; any other is its own atom. */
  readonly polynomials: Map<Value, Polynomial>;
  readonly meanings: Map<Operand, Meaning>;
  readonly ranges: Map<string, AtomRange>;
  /** More polynomials that are not negative wherever the atom exists. */
  readonly ofAtom: Map<string, Polynomial[]>;
  /** An atom that is one of these, each where its facts hold: a minimum, a conditional. */
  readonly choices: Map<string, readonly Choice[]>;
  /** The atom of a pure computation, so that doing it twice gives one atom. */
  readonly interned: Map<string, Polynomial>;
  /** Proofs that need no condition hold everywhere. */
  readonly proved: Map<string, boolean>;
}

export const noFacts = (): Facts => ({
  polynomials: new Map(),
  meanings: new Map(),
  ranges: new Map(),
  ofAtom: new Map(),
  choices: new Map(),
  interned: new Map(),
  proved: new Map(),
});

/** Polynomials that are not negative here: conditions and non-empty ranges around this place, innermost first. */
export interface Known {
  readonly fact: Polynomial;
  readonly next: Known | undefined;
}

export function assume(known: Known | undefined, facts: readonly Polynomial[]): Known | undefined {
  let all = known;
  for (const fact of facts) all = { fact, next: all };
  return all;
}

export const atomOf = (value: Value): string => `%${value.id}`;
export const isAtom = (symbol: string): boolean => symbol.startsWith('%');
export const hasAtoms = (p: Polynomial): boolean => p.terms.some((term) => term.symbols.some(isAtom));

/** An int operand as a polynomial. */
export function polynomialOf(facts: Facts, operand: Operand): Polynomial {
  const size = asPolynomial(operand);
  if (size !== undefined) return size;
  if (operand.kind !== 'value') return polynomial.zero;
  return facts.polynomials.get(operand) ?? polynomial.symbol(atomOf(operand));
}

/** Adds what holds wherever the atom of a value exists. */
export function learn(facts: Facts, value: Value, known: readonly Polynomial[]): void {
  const atom = atomOf(value);
  facts.ofAtom.set(atom, [...(facts.ofAtom.get(atom) ?? []), ...known]);
}

/** Says what a value can be, if it is an atom. */
export function choose(facts: Facts, value: Value, choices: readonly Choice[]): void {
  facts.choices.set(atomOf(value), choices);
}

/** A value with from <= value < to. */
export function learnRange(facts: Facts, value: Value, from: Polynomial, to: Polynomial): void {
  facts.ranges.set(atomOf(value), { from, to, runs: false, known: undefined });
}

/** The range of a polynomial that is an atom by itself. */
export function rangeOfAtom(facts: Facts, p: Polynomial): AtomRange | undefined {
  const [term] = p.terms;
  const [symbol, second] = term?.symbols ?? [];
  const alone =
    p.terms.length === 1 && p.denominator === 1 && term?.coefficient === 1 && second === undefined;
  return alone && symbol !== undefined ? facts.ranges.get(symbol) : undefined;
}

/** Whether 0 <= p < size at a place where `known` holds. */
export function proveInside(
  facts: Facts,
  p: Polynomial,
  size: Polynomial,
  known: Known | undefined,
): boolean {
  // Nearly always an index on an axis that it was made for.
  const range = rangeOfAtom(facts, p);
  if (range !== undefined && range.from.terms.length === 0 && range.to.key === size.key) return true;
  return prove(facts, p, known) && prove(facts, below(p, size), known);
}

/** `a < b` as a polynomial that is not negative. */
export function below(a: Polynomial, b: Polynomial): Polynomial {
  return polynomial.subtract(polynomial.subtract(b, a), polynomial.one);
}

/** Steps that one proof may take. */
const fuelOfProof = 80;
/** Terms above which an int is taken as unknown. */
const mostTerms = 40;

/** Small enough to reason about, with coefficients that are exact. */
export const isTame = (p: Polynomial): boolean =>
  p.terms.length <= mostTerms &&
  Number.isSafeInteger(p.denominator) &&
  p.terms.every((term) => Number.isSafeInteger(term.coefficient) && term.symbols.length <= 8);

/** Whether p >= 0 can be shown, for a p that is an int. */
export function prove(facts: Facts, p: Polynomial, known: Known | undefined): boolean {
  const remembered = facts.proved.get(p.key);
  if (remembered === true || (remembered === false && known === undefined)) return remembered;
  const shown = show({ facts, known, fuel: { left: fuelOfProof } }, p, true);
  if (known === undefined) facts.proved.set(p.key, shown);
  return shown;
}

interface Proof {
  readonly facts: Facts;
  readonly known: Known | undefined;
  /** Steps that are left. */
  readonly fuel: { left: number };
}

/**
 * Replaces the innermost atom by a bound in whose direction p falls, until only sizes are left. What is shown of an int
 * (`whole`) is p > -1, which means the same and bears bounds that are fractions.
 */
function show(proof: Proof, p: Polynomial, whole: boolean): boolean {
  if (proof.fuel.left-- <= 0 || !isTame(p)) return false;
  const atom = innermostAtom(p);
  if (atom === undefined) return showForSizes(proof, p, whole);
  const replaced = (by: Polynomial): Polynomial =>
    polynomial.substitute(p, (symbol) => (symbol === atom ? by : undefined));
  const choices = proof.facts.choices.get(atom);
  if (
    choices?.every(({ value, facts }) =>
      show({ ...proof, known: assume(proof.known, facts) }, replaced(value), whole),
    )
  ) {
    return true;
  }
  const powers = powersOf(p, atom);
  const rising = powers.every((coefficient) => show(proof, coefficient, false));
  const falling =
    !rising && powers.every((coefficient) => show(proof, polynomial.negate(coefficient), false));
  for (const fact of factsAbout(proof, atom)) {
    const bound = boundFrom(fact, atom);
    if (bound === undefined) continue;
    const monotone = bound.isLower
      ? powers.length === 1
        ? rising
        : risesFrom(proof, p, atom, bound.value)
      : falling && (powers.length === 1 || show(proof, polynomial.symbol(atom), true));
    if (monotone && show(proof, replaced(bound.value), whole)) return true;
  }
  return false;
}

/** Whether p does not fall as the atom grows from its lower bound. */
function risesFrom(proof: Proof, p: Polynomial, atom: string, from: Polynomial): boolean {
  const step = '%';
  const moved = polynomial.substitute(p, (symbol) =>
    symbol === atom ? polynomial.add(from, polynomial.symbol(step)) : undefined,
  );
  return powersOf(moved, step).every((coefficient) => show(proof, coefficient, false));
}

/** Sizes are at least 1: written as 1 + s, a polynomial without negative coefficients is not negative. */
function showForSizes(proof: Proof, p: Polynomial, whole: boolean): boolean {
  const holds = (q: Polynomial): boolean => {
    const shifted = polynomial.substitute(q, (name) =>
      polynomial.add(polynomial.symbol(name), polynomial.one),
    );
    return shifted.terms.every(
      (term) =>
        term.coefficient >= 0 ||
        (whole && term.symbols.length === 0 && term.coefficient > -shifted.denominator),
    );
  };
  if (holds(p)) return true;
  for (let at = proof.known; at !== undefined; at = at.next) {
    if (!hasAtoms(at.fact) && holds(polynomial.subtract(p, at.fact))) return true;
  }
  return false;
}

function innermostAtom(p: Polynomial): string | undefined {
  let innermost: string | undefined;
  for (const symbol of polynomial.symbolsOf(p)) {
    if (isAtom(symbol) && (innermost === undefined || isInside(symbol, innermost))) innermost = symbol;
  }
  return innermost;
}

/** Inner indices are made after outer ones. */
const isInside = (a: string, b: string): boolean => Number(a.slice(1)) > Number(b.slice(1));

/** Coefficients of symbol^1, symbol^2, …; the rest is left out. */
function powersOf(p: Polynomial, symbol: string): readonly Polynomial[] {
  const found: Polynomial[] = [];
  for (const term of p.terms) {
    const others = term.symbols.filter((name) => name !== symbol);
    const power = term.symbols.length - others.length;
    if (power === 0) continue;
    const factor = others.reduce(
      (product, name) => polynomial.multiply(product, polynomial.symbol(name)),
      polynomial.constant(term.coefficient),
    );
    while (found.length < power) found.push(polynomial.zero);
    found[power - 1] = polynomial.add(found[power - 1] ?? polynomial.zero, factor);
  }
  return found;
}

function* factsAbout(proof: Proof, atom: string): Iterable<Polynomial> {
  const range = proof.facts.ranges.get(atom);
  if (range !== undefined) {
    const self = polynomial.symbol(atom);
    yield polynomial.subtract(self, range.from);
    yield below(self, range.to);
  }
  yield* proof.facts.ofAtom.get(atom) ?? [];
  for (let at = proof.known; at !== undefined; at = at.next) yield at.fact;
}

/** A fact k*atom + rest >= 0 as a bound of the atom; its rest must not lead back to inner atoms. */
function boundFrom(
  fact: Polynomial,
  atom: string,
): { readonly value: Polynomial; readonly isLower: boolean } | undefined {
  const [coefficient, higher] = powersOf(fact, atom);
  const factor = coefficient && polynomial.asConstant(coefficient);
  if (factor === undefined || factor === 0 || higher !== undefined) return undefined;
  const rest = polynomial.substitute(fact, (symbol) => (symbol === atom ? polynomial.zero : undefined));
  if (polynomial.symbolsOf(rest).some((symbol) => isAtom(symbol) && isInside(symbol, atom))) return undefined;
  // The denominator is that of the whole fact, so it cancels.
  const scaled = polynomial.multiply(rest, polynomial.constant(fact.denominator));
  return { value: polynomial.divide(scaled, -factor), isLower: factor > 0 };
}

/** Whether p takes a negative value for certain: every atom in it is an index that takes its extremes. */
export function certainlyNegative(facts: Facts, p: Polynomial): boolean {
  let least = p;
  for (let atom = innermostAtom(least); atom !== undefined; atom = innermostAtom(least)) {
    const [coefficient, higher] = powersOf(least, atom);
    const range = facts.ranges.get(atom);
    const factor = coefficient && polynomial.asConstant(coefficient);
    if (factor === undefined || higher !== undefined || range?.runs !== true) return false;
    if (!prove(facts, below(range.from, range.to), range.known)) return false;
    const extreme = factor > 0 ? range.from : polynomial.subtract(range.to, polynomial.one);
    least = polynomial.substitute(least, (symbol) => (symbol === atom ? extreme : undefined));
  }
  return prove(facts, polynomial.subtract(polynomial.negate(least), polynomial.one), undefined);
}
