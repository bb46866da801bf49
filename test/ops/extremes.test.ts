// Every smooth op at the ends of the range of doubles: where the value, a partial or a second partial is a double, it is
// what extremes.json says (see high-precision.py), and never NaN.

import { expect, test } from 'vitest';
import { ops, type OpName } from '../../src/ops/index.ts';
import extremes from './extremes.json' with { type: 'json' };
import { activeArgs, constant, evaluate, partial, type Scalar } from './rule.ts';

const rows: Readonly<Partial<Record<OpName, readonly string[]>>> = extremes;

/** Rounding of what is near 1, and numbers near the smallest double, which have few digits. */
const rounding = 1e-15;

/**
 * Where a rule needs a number that is beyond the range of doubles although its result is not; to do without would cost
 * operations at ordinary points.
 */
const outOfReach: readonly (readonly [op: OpName, args: string, why: string])[] = [
  ['div', '0.0 1e-308', '1 / y^2 meets a numerator of zero'],
  ['pow', '1e-308 1e-308', 'x^(y - 2) times y'],
  ['pow', '1e-308 5e-324', 'x^(y - 2) times y'],
  ['pow', '1e-308 0.0', 'x^(y - 2) times y'],
  ['pow', '5e-324 1e+308', 'the logarithm of x times y, at a power of zero'],
  ['pow', '5e-324 1e-308', 'x^(y - 1) times y'],
  ['pow', '5e-324 5e-324', 'x^(y - 1) times y'],
  ['pow', '5e-324 0.0', 'x^(y - 1) times y'],
  ['pow', '5e-324 1.0', 'x^(y - 2) times y - 1'],
  ['hypot', '5e-324 5e-324', 'the length has no digits'],
  ['hypot', '5e-324 0.0', '1 over the length'],
  ['hypot', '0.0 5e-324', '1 over the length'],
  ['hypot', '1e-308 5e-324', 'the square of the ratio'],
  ['hypot', '5e-324 1e-308', 'the square of the ratio'],
  ['atan', '1e+308', 'the derivative of x^2'],
  ['atan', '-1e+308', 'the derivative of x^2'],
  ['atan2', '1e-308 1e-308', '1 over the square of the length'],
  ['erf', '1e+308', 'the derivative of x^2'],
  ['erf', '-1e+308', 'the derivative of x^2'],
  ['erfc', '-1e+308', 'the derivative of x^2'],
  ['erfc', '1e+308', 'the derivative of x^2'],
];

const isOutOfReach = (name: OpName, row: string): boolean =>
  outOfReach.some(([op, args]) => op === name && row.startsWith(`${args} |`));

/** Null where all is well. */
function complaint(what: string, actual: Scalar, expected: string): string | null {
  if (expected === 'beyond') return null;
  const [found, wanted] = [Number(actual), Number(expected)];
  const isClose = Math.abs(found - wanted) <= Math.max(1e-7 * Math.abs(wanted), rounding);
  return isClose ? null : `${what} is ${found}, should be ${wanted}`;
}

function complaints(name: OpName, row: string): readonly string[] {
  const [args = [], [value = ''] = [], partials = [], seconds = []] = row
    .split(' | ')
    .map((each) => each.split(' '));
  const numbers = args.map(Number);
  const active = activeArgs(name);
  const at = `${name}(${args.join(', ')})`;
  return [
    complaint(at, evaluate(name, numbers), value),
    ...active.map((by, i) =>
      complaint(`∂${by} ${at}`, partial(name, by, numbers.map(constant)).value, partials[i] ?? ''),
    ),
    ...active.flatMap((by, i) =>
      active.map((along, j) => {
        const duals = numbers.map((each, k) => ({ value: each, tangent: k === j ? 1 : 0 }));
        const expected = seconds[i * active.length + j] ?? '';
        return complaint(`∂${along}∂${by} ${at}`, partial(name, by, duals).tangent, expected);
      }),
    ),
  ].filter((each) => each !== null);
}

test('the smooth ops are there', () => {
  const names = Object.keys(rows);
  expect(names.filter((name) => !Object.hasOwn(ops, name))).toEqual([]);
  expect(names.length).toBeGreaterThan(30);
});

test.each(Object.keys(rows) as OpName[])('%s', (name) => {
  const within = rows[name]?.filter((row) => !isOutOfReach(name, row)) ?? [];
  expect(within.length).toBeGreaterThan(0);
  expect(within.flatMap((row) => complaints(name, row))).toEqual([]);
});

test.each(outOfReach)('%s at %s is an exception because it needs to be: %s', (name, args) => {
  const row = rows[name]?.find((each) => each.startsWith(`${args} |`)) ?? '';
  expect(complaints(name, row)).not.toEqual([]);
});
