// One logarithm for several of 1 + exp(-|x|) that are added up, and what stays as it is.

import { expect, test } from 'vitest';
import { combineLogarithms } from '../../src/loops/logarithms.ts';
import { printRoutine } from '../../src/loops/index.ts';
import type { Expression, Local, Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import { at, buffer, declare, increase, local, model, of, type } from '../emit/build.ts';
import { run } from './run.ts';

const a = buffer('param', 'a', type('real', 3));
const [sum, other] = [local('sum', 'real', true), local('other', 'real', true)];
const [e, f, x, loose] = [local('e'), local('f'), local('x'), local('loose', 'real', true)];
const [g, h, unread] = [local('g'), local('h'), local('unread')];
const [total, total2] = [1, 2].map((): Local => ({ ...local('total', 'real', true), isTotal: true })) as [
  Local,
  Local,
];
const decay = (value: Expression): Expression => of('exp', of('neg', of('abs', value)));
const element = (k: number): Expression => at(a, { kind: 'literal', scalar: 'int', value: k });
const known = [declare(e, decay(element(0))), declare(f, decay(element(1)))];
const totals = [declare(total, element(0)), declare(total2, element(1))];
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
  [
    'sums of exponentials, whose terms have names that nobody else asks for',
    [
      ...totals,
      declare(e, of('add', x, of('log', total))),
      declare(f, of('log', total2)),
      declare(unread, 0),
      start,
      increase(sum, e),
      increase(sum, f),
    ],
    `
  sum += x
  const product: real = (total * total'2)
  sum += log(product)`,
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
  ['logarithms of 1 more and others', [...totals, increase(sum, ofE), increase(sum, of('log', total))]],
  ['logarithms of anything', [increase(sum, of('log', x)), increase(sum, of('log', x))]],
  ['a term that is read again', [...totals, declare(g, of('log', total)), increase(sum, g), increase(sum, g)]],
  ['what has changed since', [...totals, declare(g, of('log', total)), declare(h, of('log', total2)), increase(total, 1), increase(total2, 1), increase(sum, g), increase(sum, h)]],
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

test.each([
  [[1, 2, 3]],
  [[1, 1, 1]],
  [[3e15, 2e15, 1e15]],
  [[0, 1, 2]],
  [[Infinity, 1, 2]],
  [[NaN, 1, 2]],
  [[0, 0, Infinity]],
])('logarithms of the totals %j are added up', (values) => {
  const locals = [0, 1, 2].map((k) => ({ ...local(`total${k}`, 'real', true), isTotal: true as const }));
  const logs = locals.map((each) => increase(sum, of('log', each)));
  const routine = routineOf([...locals.map((each, k) => declare(each, element(k))), start, ...logs]);
  const given = { sizes: {}, inputs: { params: { a: values }, data: {} } };
  const after = combineLogarithms(routine);
  expect(printRoutine(after).match(/log\(/g)).toHaveLength(1);
  const [before, made] = [routine, after].map((each) => Number(run(each, given).result));
  if (Number.isFinite(before))
    expect(Math.abs((made ?? NaN) - (before ?? NaN))).toBeLessThanOrEqual(1e-15 * (before ?? NaN));
  else expect(made).toBe(before);
});

test('no more than four go into one', () => {
  const body = [...known, start, ...Array.from({ length: 6 }, () => increase(sum, ofE))];
  expect(combined(body).match(/log1p/g)).toHaveLength(2);
});
