// One logarithm for several of 1 + exp(-|x|) that are added up, and what stays as it is.

import { expect, test } from 'vitest';
import { combineLogarithms } from '../../src/loops/logarithms.ts';
import { printRoutine } from '../../src/loops/index.ts';
import type { Expression, Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import { at, buffer, declare, increase, local, model, of, type } from '../emit/build.ts';
import { run } from './run.ts';

const a = buffer('param', 'a', type('real', 3));
const [sum, other] = [local('sum', 'real', true), local('other', 'real', true)];
const [e, f, x, loose] = [local('e'), local('f'), local('x'), local('loose', 'real', true)];
const decay = (value: Expression): Expression => of('exp', of('neg', of('abs', value)));
const element = (k: number): Expression => at(a, { kind: 'literal', scalar: 'int', value: k });
const known = [declare(e, decay(element(0))), declare(f, decay(element(1)))];
const [start, ofE, ofF] = [declare(sum, 0), of('log1p', e), of('log1p', f)];

function routineOf(body: readonly Statement[]): Routine {
  const declared = { name: 'F', params: { a: type('real', 3) } };
  const { routines } = model(declared, { loss: { body, result: sum } });
  return routines[0] as Routine;
}

const combined = (body: readonly Statement[]): string => {
  const made = combineLogarithms(routineOf(body));
  verifyRoutine(made, 'logarithms');
  return printRoutine(made).replace(/^.*\n/, '\n').trimEnd();
};

test.each<readonly [string, readonly Statement[], string]>([
  [
    'terms with something beside the logarithm',
    [...known, start, increase(sum, of('sub', x, ofE)), increase(sum, of('sub', of('min', x, 0), ofF))],
    `
  sum += x
  sum += min(x, 0)
  const growth: real = ((e + f) + (e * f))
  sum += neg(log1p(growth))`,
  ],
  [
    'logistic functions of anything',
    [start, increase(sum, of('softplus', of('mul', element(0), 2))), increase(sum, of('softplus', x))],
    `
  const product: real = (a[0] * 2)
  const exponential: real = exp(neg(abs(product)))
  const exponential'2: real = exp(neg(abs(x)))
  sum += max(product, 0)
  sum += max(x, 0)
  const growth: real = ((exponential + exponential'2) + (exponential * exponential'2))
  sum += log1p(growth)`,
  ],
  [
    'an odd number of terms, behind signs and on the left',
    [
      ...known,
      start,
      increase(sum, of('neg', of('sub', x, ofE))),
      increase(sum, of('sub', ofF, x)),
      increase(sum, of('neg', of('logSigmoid', x))),
    ],
    `
  const exponential: real = exp(neg(abs(x)))
  sum += neg(x)
  sum += neg(x)
  sum += neg(min(x, 0))
  const growth: real = ((e + f) + (e * f))
  const growth'2: real = ((growth + exponential) + (growth * exponential))
  sum += log1p(growth'2)`,
  ],
])('%s', (_, body, expected) => {
  const from = [declare(x, element(2)), ...body];
  expect(combined(from)).toContain(`  let sum: real = 0${expected}`);
});

test.each<readonly [string, readonly Statement[]]>([
  ['one term', [increase(sum, ofE)]],
  ['different signs', [increase(sum, ofE), increase(sum, of('neg', ofF))]],
  ['different sums', [increase(sum, ofE), increase(other, ofF)]],
  ['something in between', [increase(sum, ofE), increase(sum, 1), increase(sum, ofF)]],
  ['a term of the sum itself', [increase(sum, of('mul', sum, 2)), increase(sum, of('add', sum, ofE)), increase(sum, ofF)]],
  ['what may be large', [increase(sum, of('log1p', element(0))), increase(sum, of('log1p', of('exp', element(1))))]],
  ['what is assigned', [increase(sum, of('log1p', loose)), increase(sum, of('log1p', loose))]],
])('not with %s', (_, body) => {
  const routine = routineOf([...known, start, declare(other, 0), declare(loose, decay(element(0))), ...body]);
  expect(combineLogarithms(routine)).toBe(routine);
}); // prettier-ignore

test.each([[[0, 0, 0]], [[40, -50, 60]], [[700, -710, 800]], [[1e-9, -3, 0.5]], [[Infinity, 1, -2]]])(
  'the sum of %j keeps its digits, however small',
  (values) => {
    const softplus = (k: number): Statement =>
      increase(sum, of('neg', of('logSigmoid', of('abs', element(k)))));
    const routine = routineOf([start, ...[0, 1, 2].map(softplus)]);
    const given = { sizes: {}, inputs: { params: { a: values }, data: {} } };
    const [before, after] = [routine, combineLogarithms(routine)].map((each) =>
      Number(run(each, given).result),
    );
    expect(after).not.toBeNaN();
    expect(Math.abs((after ?? NaN) - (before ?? NaN))).toBeLessThanOrEqual(1e-15 * (before ?? NaN));
  },
);

test('no more than eight go into one', () => {
  const body = [...known, start, ...Array.from({ length: 10 }, () => increase(sum, ofE))];
  expect(combined(body).match(/log1p/g)).toHaveLength(2);
});
