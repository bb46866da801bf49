// Sizes in normal form: what is equal has one key, and is printed as a person would write it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add, asConstant, constant, divide, equal, evaluate, multiply, negate, one, print, substitute, subtract, symbol, symbolsOf, zero,
} from '../../src/base/polynomial.ts'; // prettier-ignore
import type { Polynomial } from '../../src/base/polynomial.ts';

const D = symbol('D');
const L = symbol('L');
const N = symbol('N');
const two = constant(2);
const sum = (...parts: readonly Polynomial[]): Polynomial => parts.reduce(add);
const product = (...parts: readonly Polynomial[]): Polynomial => parts.reduce(multiply);

describe('one key for one size', () => {
  const cases: readonly (readonly [what: string, a: Polynomial, b: Polynomial])[] = [
    ['sums commute', add(D, L), add(L, D)],
    ['products commute', product(D, L, N), product(N, D, L)],
    ['products distribute', product(D, add(D, one)), add(product(D, D), D)],
    ['D*(D+1)/2 = (D^2+D)/2', divide(product(D, add(D, one)), 2), divide(add(product(D, D), D), 2)],
    ['fractions are reduced', divide(product(two, D), 4), divide(D, 2)],
    ['fractions are added', add(divide(D, 2), divide(D, 2)), D],
    ['fractions of different denominators', add(divide(D, 2), divide(D, 3)), divide(product(constant(5), D), 6)],
    ['a negative denominator', divide(D, -2), negate(divide(D, 2))],
    ['what cancels is gone', subtract(add(D, L), L), D],
    ['nothing is left', subtract(D, D), zero],
    ['no part of nothing', divide(subtract(D, D), 3), zero],
    ['no part of nothing, with a sign', divide(subtract(D, D), -3), zero],
    ['no multiple of nothing', multiply(zero, divide(D, 2)), zero],
    ['one times', multiply(one, D), D],
    ['minus minus', negate(negate(D)), D],
    ['(D + L)(D - L)', multiply(add(D, L), subtract(D, L)), subtract(product(D, D), product(L, L))],
  ]; // prettier-ignore

  it.each(cases)('%s', (_, a, b) => {
    expect(a.key).toBe(b.key);
    expect(equal(a, b)).toBe(true);
  });

  it.each([
    ['D and L', D, L],
    ['D and 2 D', D, product(two, D)],
    ['D and D/2', D, divide(D, 2)],
    ['D L and D + L', product(D, L), add(D, L)],
    ['AB and A B', symbol('AB'), multiply(symbol('A'), symbol('B'))],
    ['D and -D', D, negate(D)],
  ])('%s differ', (_, a, b) => {
    expect(equal(a, b)).toBe(false);
  });
});

describe('printing', () => {
  const cases: readonly (readonly [text: string, size: Polynomial])[] = [
    ['0', zero],
    ['1', one],
    ['-3', constant(-3)],
    ['D', D],
    ['-D', negate(D)],
    ['D + L + N', sum(N, L, D)],
    ['2*L + 1', sum(product(two, L), one)],
    ['L - 1', subtract(L, one)],
    ['D^2', product(D, D)],
    ['D^2*L', product(L, D, D)],
    ['D/2', divide(D, 2)],
    ['3*D/2', divide(product(constant(3), D), 2)],
    ['(D^2 + D)/2', divide(product(D, add(D, one)), 2)],
    ['1/2', divide(one, 2)],
  ];

  it.each(cases)('%s', (text, size) => {
    expect(print(size)).toBe(text);
  });
});

describe('questions', () => {
  it.each([
    [zero, 0],
    [constant(-7), -7],
    [subtract(D, D), 0],
    [divide(constant(6), 3), 2],
    [divide(one, 2), 0.5],
    [D, undefined],
    [add(D, one), undefined],
  ])('asConstant %#', (size, value) => {
    expect(asConstant(size)).toBe(value);
  });

  it('symbolsOf names each once, in order', () => {
    expect(symbolsOf(sum(product(N, D), D, product(L, L), one))).toEqual(['D', 'L', 'N']);
    expect(symbolsOf(subtract(D, D))).toEqual([]);
  });

  it('substitute replaces what is known and leaves the rest', () => {
    const size = divide(sum(product(D, D), product(D, N)), 2);
    const replaced = substitute(size, (name) => (name === 'D' ? multiply(two, L) : undefined));
    expect(print(replaced)).toBe('2*L^2 + L*N');
  });

  it('refuses what is no size', () => {
    expect(() => constant(0.5)).toThrow('internal error');
    expect(() => constant(NaN)).toThrow('internal error');
    expect(() => divide(D, 0)).toThrow('internal error');
  });
});

describe('arithmetic agrees with numbers', () => {
  const small = fc.integer({ min: -9, max: 9 });
  const { size } = fc.letrec<{ size: Polynomial }>((tie) => ({
    size: fc.oneof(
      { maxDepth: 4 },
      small.map(constant),
      fc.constantFrom('D', 'L', 'N').map(symbol),
      fc.tuple(tie('size'), tie('size')).map(([a, b]) => add(a, b)),
      fc.tuple(tie('size'), tie('size')).map(([a, b]) => multiply(a, b)),
      fc.tuple(tie('size'), fc.constantFrom(-3, -2, 1, 2, 3)).map(([a, by]) => divide(a, by)),
    ),
  }));
  const values = fc.record({ D: small, L: small, N: small });
  type Values = { readonly D: number; readonly L: number; readonly N: number };
  const at = (values: Values) => (name: string) => values[name as keyof Values];
  const close = (a: number, b: number): boolean =>
    Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

  it('sum, difference and product', () => {
    fc.assert(
      fc.property(size, size, values, (a, b, v) => {
        const [x, y] = [evaluate(a, at(v)), evaluate(b, at(v))];
        expect(close(evaluate(add(a, b), at(v)), x + y)).toBe(true);
        expect(close(evaluate(subtract(a, b), at(v)), x - y)).toBe(true);
        expect(close(evaluate(multiply(a, b), at(v)), x * y)).toBe(true);
      }),
    );
  });

  it('a size minus itself is zero, and its key does not depend on how it came about', () => {
    fc.assert(
      fc.property(size, size, (a, b) => {
        expect(subtract(a, a).key).toBe(zero.key);
        expect(subtract(add(a, b), b).key).toBe(a.key);
        expect(add(a, b).key).toBe(add(b, a).key);
        expect(multiply(a, b).key).toBe(multiply(b, a).key);
        expect(a.denominator).toBeGreaterThan(0);
      }),
    );
  });

  it('substitution is evaluation in two steps', () => {
    fc.assert(
      fc.property(size, size, values, (a, by, v) => {
        const replaced = substitute(a, (name) => (name === 'D' ? by : undefined));
        const value = evaluate(a, at({ ...v, D: evaluate(by, at(v)) }));
        expect(close(evaluate(replaced, at(v)), value)).toBe(true);
      }),
    );
  });
});
