// Expressions as text: exactly what is printed, and that it means what the tree means.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  constant,
  divide,
  multiply,
  negate,
  one,
  subtract,
  symbol,
  type Polynomial,
} from '../../src/base/polynomial.ts';
import { printExpression, printPolynomial, type Naming } from '../../src/emit/expression.ts';
import { typescript } from '../../src/emit/target.ts';
import type { Expression } from '../../src/loops/types.ts';
import { ops, type OpName } from '../../src/ops/index.ts';
import { at, buffer, integer, literal, local, of, real, reference, type } from './build.ts';

const naming: Naming = {
  local: ({ name }) => name,
  size: (name) => ({ text: name, level: typescript.primary }),
  sizeRank: (name) => 'NDKL'.indexOf(name),
  load: ({ name }, index) => ({
    text: index === undefined ? name : `${name}[${index}]`,
    level: typescript.primary,
  }),
};
const print = (e: Expression): string => printExpression(typescript, naming, e);

const [a, b, c] = [reference(local('a')), reference(local('b')), reference(local('c'))];
const [p, q] = [reference(local('p', 'bool')), reference(local('q', 'bool'))];
const i = reference(local('i', 'int'));
const X = buffer('param', 'X', type('real', 'N'));
const conditional = (condition: Expression, then: Expression, otherwise: Expression): Expression => ({
  kind: 'conditional',
  condition,
  then,
  otherwise,
});

describe('printing', () => {
  it.each<[Expression, string]>([
    [of('add', of('add', a, b), c), 'a + b + c'],
    [of('add', a, of('add', b, c)), 'a + (b + c)'],
    [of('sub', a, of('sub', b, c)), 'a - (b - c)'],
    [of('sub', of('sub', a, b), c), 'a - b - c'],
    [of('mul', of('add', a, b), c), '(a + b) * c'],
    [of('add', of('mul', a, b), c), 'a * b + c'],
    [of('div', a, of('mul', b, c)), 'a / (b * c)'],
    [of('div', of('mul', a, b), c), 'a * b / c'],
    [of('mul', a, of('div', b, c)), 'a * (b / c)'],
    [of('neg', of('neg', a)), '-(-a)'],
    [of('neg', real(-1)), '-(-1)'],
    [of('neg', of('add', a, b)), '-(a + b)'],
    [of('neg', of('mul', a, b)), '-(a * b)'],
    [of('mul', of('neg', a), b), '-a * b'],
    [of('mul', a, of('neg', b)), 'a * -b'],
    [of('sub', a, of('neg', b)), 'a - -b'],
    [of('sub', a, real(-2)), 'a - -2'],
    [of('exp', of('neg', a)), 'Math.exp(-a)'],
    [of('and', of('and', p, q), p), 'p && q && p'],
    [of('and', p, of('and', q, p)), 'p && q && p'],
    [of('or', of('and', p, q), p), 'p && q || p'],
    [of('and', of('or', p, q), p), '(p || q) && p'],
    [of('not', of('and', p, q)), '!(p && q)'],
    [of('not', of('not', p)), '!!p'],
    [of('beq', of('lt', a, b), q), 'a < b === q'],
    [of('beq', of('beq', p, q), q), '(p === q) === q'],
    [of('lt', of('add', a, b), c), 'a + b < c'],
    [conditional(p, a, conditional(q, b, c)), 'p ? a : q ? b : c'],
    [conditional(conditional(p, q, p), a, b), '(p ? q : p) ? a : b'],
    [of('add', conditional(p, a, b), c), '(p ? a : b) + c'],
    [of('select', p, a, of('add', b, c)), 'p ? a : b + c'],
    [of('mul', of('select', p, a, b), c), '(p ? a : b) * c'],
    [of('toReal', i), 'i'],
    [of('mul', of('toReal', of('iadd', i, integer(1))), a), '(i + 1) * a'],
    [of('idiv', of('iadd', i, integer(1)), integer(2)), 'Math.floor((i + 1) / 2)'],
    [of('isub', i, of('ineg', i)), 'i - (0 - i)'],
    [of('sigmoid', of('add', a, b)), 'sigmoid(a + b)'],
    [of('powi', a, integer(3)), 'integerPower(a, 3)'],
    [of('clamp', of('add', a, b), real(0), c), 'Math.min(Math.max(a + b, 0), c)'],
    [at(X, of('iadd', of('imul', i, { kind: 'extent', size: symbol('D') }), integer(2))), 'X[i * D + 2]'],
    [real(1e-3), '0.001'],
    [real(1e-7), '1e-7'],
    [real(1e21), '1e21'],
    [real(0.1 + 0.2), '0.30000000000000004'],
    [real(5e-324), '5e-324'],
    [real(-0), '-0'],
    [of('sub', a, real(-0)), 'a - -0'],
    [real(Infinity), 'Infinity'],
    [real(-Infinity), '-Infinity'],
    [real(NaN), 'NaN'],
    [of('mul', real(-2), a), '-2 * a'],
    [literal('bool', true), 'true'],
  ])('%#: $1', (e, text) => {
    expect(print(e)).toBe(text);
  });

  const [N, D] = [symbol('N'), symbol('D')];
  it.each<[Polynomial, string]>([
    [constant(0), '0'],
    [constant(7), '7'],
    [N, 'N'],
    [multiply(D, N), 'N * D'],
    [add(multiply(constant(2), N), one), '2 * N + 1'],
    [subtract(constant(5), N), '5 - N'],
    [negate(N), '-N'],
    [subtract(negate(N), one), '-N - 1'],
    [divide(multiply(D, add(D, one)), 2), '(D * D + D) / 2'],
    [divide(N, 2), 'N / 2'],
    [add(add(multiply(D, N), multiply(N, symbol('K'))), add(D, N)), 'N * D + N * K + D + N'],
  ])('of sizes %#: $1', (size, text) => {
    expect(printPolynomial(typescript, naming, size).text).toBe(text);
  });
});

describe('what is printed', () => {
  const values = { a: 1.7, b: -0.3, c: 4.25, i: 3, j: -2, p: true, q: false };
  // Ops that need no helper function, with the types that they take.
  const plain = (Object.keys(ops) as OpName[]).filter((name) => !('helper' in typescript.spelling(name)));

  const leaf = {
    real: fc.oneof(
      fc.constantFrom('a', 'b', 'c').map((name) => reference(local(name))),
      fc.double({ noNaN: true }).map(real),
    ),
    int: fc.oneof(
      fc.constantFrom('i', 'j').map((name) => reference(local(name, 'int'))),
      fc.integer({ min: -9, max: 9 }).map(integer),
    ),
    bool: fc.oneof(
      fc.constantFrom('p', 'q').map((name) => reference(local(name, 'bool'))),
      fc.boolean().map((value) => literal('bool', value)),
    ),
  };
  const { real: tree } = fc.letrec<Record<'real' | 'int' | 'bool', Expression>>((tie) => {
    const nodes = (result: 'real' | 'int' | 'bool') => [
      ...plain
        .filter((name) => ops[name].result === result)
        .map((name) =>
          fc.tuple(...Object.values(ops[name].args).map((arg) => tie(arg))).map((args) => of(name, ...args)),
        ),
      fc.tuple(tie('bool'), tie(result), tie(result)).map((args) => conditional(...args)),
    ];
    const of_ = (result: 'real' | 'int' | 'bool') =>
      fc.oneof({ maxDepth: 6 }, leaf[result], ...nodes(result));
    return { real: of_('real'), int: of_('int'), bool: of_('bool') };
  });

  const valueOf = (e: Expression): number | boolean => {
    switch (e.kind) {
      case 'literal':
        return e.value;
      case 'local':
        return values[e.local.name as keyof typeof values];
      case 'op':
        return (ops[e.op].eval as (...args: unknown[]) => number | boolean)(...e.args.map(valueOf));
      case 'conditional':
        return valueOf(e.condition) === true ? valueOf(e.then) : valueOf(e.otherwise);
      default:
        throw new Error(`no ${e.kind} here`);
    }
  };

  it('evaluates to what the tree evaluates to', () => {
    const names = Object.keys(values);
    let finite = 0;
    fc.assert(
      fc.property(tree, (e) => {
        const compiled = new Function(...names, `'use strict'; return ${print(e)};`);
        const printed: unknown = compiled(...Object.values(values));
        if (Number.isFinite(printed)) finite++;
        // NaN is a value here: the same operations in the same order make it, or the printing is wrong.
        expect(Object.is(printed, valueOf(e))).toBe(true);
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(finite).toBeGreaterThan(500);
  });
});
