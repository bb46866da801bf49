// Offsets that count through an array: which digits are put together, and which are not.

import { expect, test } from 'vitest';
import { multiply, subtract } from '../../src/base/polynomial.ts';
import { addDigits } from '../../src/loops/digits.ts';
import { printRoutine } from '../../src/loops/index.ts';
import type { Expression, Routine } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import * as make from '../emit/build.ts';
import { run } from './run.ts';

const { at, declare, integer, local, of, reference, store } = make;

const array = make.type('real', 130);
const a = make.buffer('param', 'a', array);
const g = make.buffer('gradient', 'a', array);
const index = local('index', 'int');
const counter = local('k', 'int');
const k = reference(counter);
const N = make.sizeOf(make.size('N'));
const area = make.sizeOf(multiply(make.size('N'), make.size('M')));
const few = make.sizeOf(subtract(make.size('N'), make.size(2)));

const binary = (op: 'idiv' | 'imod' | 'imul') => (x: Expression, y: number | Expression) =>
  of(op, x, typeof y === 'number' ? integer(y) : y);
const [div, mod, times] = [binary('idiv'), binary('imod'), binary('imul')];
const sum = (...terms: readonly [Expression, ...Expression[]]) =>
  terms.reduce((total, term) => of('iadd', total, term));

/** What an element is read at, and what becomes of it; without that, nothing does. */
const cases: readonly (readonly [string, Expression, string | undefined])[] = [
  ['two digits', sum(times(div(k, 4), 4), mod(k, 4)), 'k'],
  ['three digits', sum(times(div(k, 12), 12), times(div(mod(k, 12), 4), 4), mod(k, 4)), 'k'],
  ['a digit of a quotient', sum(times(mod(div(k, 4), 3), 4), mod(k, 4)), 'imod(k, 12)'],
  ['the quotient of a quotient', sum(times(div(div(k, 2), 3), 3), mod(div(k, 2), 3)), '(k / 2)'],
  ['digits among other terms', sum(times(div(k, 4), 8), integer(2), times(mod(k, 4), 2)), '(2 + (k * 2))'],
  ['digits by sizes', sum(times(div(k, N), N), mod(k, N)), 'k'],
  ['three digits by sizes', sum(times(div(k, area), area), times(div(mod(k, area), N), N), mod(k, N)), 'k'],
  ['a digit that has a name', sum(times(div(k, 6), 6), reference(index)), 'k'],
  ['other bases', sum(times(div(k, 4), 4), mod(k, 3)), undefined],
  ['other strides', sum(times(div(k, 4), 3), mod(k, 4)), undefined],
  ['other numbers', sum(times(div(sum(k, integer(1)), 4), 4), mod(k, 4)), undefined],
  ['bases that do not come out even', sum(times(div(mod(k, 10), 4), 4), mod(k, 4)), undefined],
  ['what could be negative', sum(times(mod(div(k, few), 3), few), mod(k, few)), undefined],
];

test.each(cases)('%s', (_, offset, expected) => {
  const body = [declare(index, mod(k, 6)), store(g, [k], at(a, offset))];
  const before = make.model(
    { name: 'Digits', sizes: ['N', 'M'], params: { a: array } },
    { gradient: { body: [make.loop(counter, 60, body)] } },
  ).routines[0] as Routine;
  const after = addDigits(before);
  verifyRoutine(after, 'digits');
  if (expected === undefined) expect(printRoutine(after)).toBe(printRoutine(before));
  else expect(printRoutine(after)).toContain(`gradient.a[k] = a[${expected}]\n`);
  const given = {
    sizes: { N: 3, M: 4 },
    inputs: { params: { a: Array.from({ length: 130 }, (__, i) => i) } },
  };
  expect(run(after, given)).toEqual(run(before, given));
});
