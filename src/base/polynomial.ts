// Polynomials in the sizes of a model, in normal form: the language in which shapes are compared.
// `real[D*(D+1)/2]` and `real[(D^2+D)/2]` are the same type because both normalise to (D + D*D) / 2.

import { bug } from './bug.ts';

/** coefficient · product of symbols; the symbols are sorted and may repeat. */
export interface Term {
  readonly coefficient: number;
  readonly symbols: readonly string[];
}

/** Σ terms / denominator. Terms are sorted by key, coefficients are non-zero integers, the fraction is reduced. */
export interface Polynomial {
  readonly terms: readonly Term[];
  readonly denominator: number;
  /** Equal polynomials have equal keys. */
  readonly key: string;
}

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

function normal(sums: ReadonlyMap<string, Term>, denominator: number): Polynomial {
  const kept = [...sums.values()].filter((term) => term.coefficient !== 0);
  kept.sort((a, b) => a.symbols.length - b.symbols.length || compare(termKey(a), termKey(b)));
  let divisor = Math.abs(denominator);
  for (const term of kept) divisor = gcd(divisor, term.coefficient);
  const sign = denominator < 0 ? -1 : 1;
  const terms = kept.map((term) => ({ ...term, coefficient: (sign * term.coefficient) / divisor }));
  const reduced = (sign * denominator) / divisor;
  const numerator = terms.map((term) => `${term.coefficient}:${termKey(term)}`).join('+');
  return { terms, denominator: reduced, key: `${numerator}/${reduced}` };
}

const termKey = (term: Term): string => term.symbols.join('*');
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function fromTerms(terms: readonly Term[], denominator = 1): Polynomial {
  const sums = new Map<string, Term>();
  for (const term of terms) {
    const key = termKey(term);
    const before = sums.get(key);
    sums.set(key, { symbols: term.symbols, coefficient: (before?.coefficient ?? 0) + term.coefficient });
  }
  return normal(sums, denominator);
}

export function constant(value: number): Polynomial {
  if (!Number.isSafeInteger(value)) bug(`size ${value} is not a safe integer`);
  return fromTerms([{ coefficient: value, symbols: [] }]);
}

export function symbol(name: string): Polynomial {
  return fromTerms([{ coefficient: 1, symbols: [name] }]);
}

export const zero: Polynomial = constant(0);
export const one: Polynomial = constant(1);

export function add(a: Polynomial, b: Polynomial): Polynomial {
  const scaled = (p: Polynomial, by: number): Term[] =>
    p.terms.map((term) => ({ ...term, coefficient: term.coefficient * by }));
  return fromTerms([...scaled(a, b.denominator), ...scaled(b, a.denominator)], a.denominator * b.denominator);
}

export function multiply(a: Polynomial, b: Polynomial): Polynomial {
  const products = a.terms.flatMap((x) =>
    b.terms.map((y) => ({
      coefficient: x.coefficient * y.coefficient,
      symbols: [...x.symbols, ...y.symbols].sort(compare),
    })),
  );
  return fromTerms(products, a.denominator * b.denominator);
}

export function negate(a: Polynomial): Polynomial {
  return multiply(constant(-1), a);
}

export function subtract(a: Polynomial, b: Polynomial): Polynomial {
  return add(a, negate(b));
}

/** Division by a non-zero integer; the quotient may be a proper fraction such as (D + D*D) / 2. */
export function divide(a: Polynomial, by: number): Polynomial {
  if (!Number.isSafeInteger(by) || by === 0) bug(`size divided by ${by}`);
  return fromTerms(a.terms, a.denominator * by);
}

export function equal(a: Polynomial, b: Polynomial): boolean {
  return a.key === b.key;
}

/** The number, when no symbol is left; otherwise undefined. */
export function asConstant(a: Polynomial): number | undefined {
  if (a.terms.length === 0) return 0;
  const [first] = a.terms;
  return a.terms.length === 1 && first?.symbols.length === 0 ? first.coefficient / a.denominator : undefined;
}

/** Names of all symbols, sorted, each once. */
export function symbolsOf(a: Polynomial): readonly string[] {
  return [...new Set(a.terms.flatMap((term) => term.symbols))].sort(compare);
}

/** Replaces symbols; a symbol that `by` does not know stays. */
export function substitute(a: Polynomial, by: (name: string) => Polynomial | undefined): Polynomial {
  let sum = zero;
  for (const term of a.terms) {
    let product = constant(term.coefficient);
    for (const name of term.symbols) product = multiply(product, by(name) ?? symbol(name));
    sum = add(sum, product);
  }
  return divide(sum, a.denominator);
}

export function evaluate(a: Polynomial, valueOf: (name: string) => number): number {
  let sum = 0;
  for (const term of a.terms) {
    sum += term.symbols.reduce((product, name) => product * valueOf(name), term.coefficient);
  }
  return sum / a.denominator;
}

/**
 * Whether it is negative for no symbols of at least 1, as far as can be told cheaply: a positive term whose symbols include
 * those of the negative ones covers them.
 */
export function isNeverNegative(a: Polynomial): boolean {
  const negative = a.terms.filter((term) => term.coefficient < 0);
  const positive = a.terms.filter((term) => term.coefficient > 0);
  if (negative.length === 0) return true;
  const owed = negative.reduce((sum, term) => sum - term.coefficient, 0);
  return positive.some(
    (lead) => lead.coefficient >= owed && negative.every((term) => divides(term.symbols, lead.symbols)),
  );
}

/** Both are sorted. */
function divides(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const name of part) {
    while (at < whole.length && whole[at] !== name) at++;
    if (at++ >= whole.length) return false;
  }
  return true;
}

/** As a person writes it: `2*L + 1`, `(D^2 + D)/2`. Highest degree first, then by the alphabet. */
export function print(a: Polynomial): string {
  if (a.terms.length === 0) return '0';
  const terms = [...a.terms].sort((x, y) => y.symbols.length - x.symbols.length);
  const parts = terms.map((term, position) => {
    const factors = powers(term.symbols);
    const size = Math.abs(term.coefficient);
    const body = factors === '' ? String(size) : size === 1 ? factors : `${size}*${factors}`;
    if (position === 0) return term.coefficient < 0 ? `-${body}` : body;
    return term.coefficient < 0 ? ` - ${body}` : ` + ${body}`;
  });
  const sum = parts.join('');
  if (a.denominator === 1) return sum;
  return a.terms.length === 1 ? `${sum}/${a.denominator}` : `(${sum})/${a.denominator}`;
}

function powers(symbols: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of symbols) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name}^${count}`)).join('*');
}
