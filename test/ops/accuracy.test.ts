// Values, partials and second partials of every op at its samples, against high-precision.json (see high-precision.py).
// Second partials come from forward mode over the text of the rules, as in the compiler.

import { describe, expect, test } from 'vitest';
import { ops, type OpName } from '../../src/ops/index.ts';
import reference from './high-precision.json' with { type: 'json' };
import { activeArgs, constant, evaluate, partial, record, type Scalar } from './rule.ts';

interface Row {
  readonly args: readonly Scalar[];
  readonly value: Scalar | string;
  readonly partials: readonly string[];
  readonly seconds: readonly (readonly string[])[];
}
const rows: Readonly<Record<OpName, readonly Row[]>> = reference;

/** Bounds in units of the last place of the expected number (2^-52 of it). */
const bounds = { value: 2, first: 3, second: 10 } as const;
type Order = keyof typeof bounds;

/**
 * Where a partial is a small difference of numbers near 1, and good only to the rounding of 1: by design, since the
 * value is no better there (expm1, tanh, sigmoid to the right) or since all that is lost is curvature.
 */
const cancelling: readonly (readonly [op: OpName, sample: readonly Scalar[], order: Order])[] = [
  ['expm1', [-30], 'first'],
  ['expm1', [-30], 'second'],
  ['tanh', [10], 'first'],
  ['tanh', [10], 'second'],
  ['tanh', [-40], 'first'],
  ['tanh', [-40], 'second'],
  ['sigmoid', [5], 'first'],
  ['sigmoid', [5], 'second'],
  ['sigmoid', [40], 'first'],
  ['sigmoid', [40], 'second'],
  ['sigmoid', [1e-10], 'second'],
  ['softplus', [5], 'second'],
  ['softplus', [40], 'second'],
  ['logSigmoid', [-40], 'second'],
  ['logSigmoid', [-700], 'second'],
  ['logAddExp', [5, -40], 'second'],
  ['asin', [1e-10], 'second'],
  ['acos', [1e-10], 'second'],
  ['atanh', [1e-10], 'second'],
  ['hypot', [5, 0.25], 'second'],
];

/** The distance in units of the last place of what is expected, or of 1 where that is `scale`; NaN is infinitely far. */
function distance(actual: Scalar, expected: number, scale = 0): number {
  if (actual === expected) return 0;
  const unit = Math.max(Math.abs(expected) * 2 ** -52, scale * 2 ** -52, Number.MIN_VALUE);
  const ulps = Math.abs(Number(actual) - expected) / unit;
  return Number.isNaN(ulps) ? Infinity : ulps;
}

function measure(name: OpName, row: Row, order: Order, scale: number): readonly number[] {
  const args = Object.keys(record(name).args);
  const active = activeArgs(name);
  switch (order) {
    case 'value':
      return [distance(evaluate(name, row.args), Number(row.value), scale)];
    case 'first':
      return active.map((by, i) =>
        distance(partial(name, by, row.args.map(constant)).value, Number(row.partials[i]), scale),
      );
    case 'second':
      return active.flatMap((by, i) =>
        active.map((along, j) => {
          const duals = row.args.map((value, k) => ({ value, tangent: args[k] === along ? 1 : 0 }));
          return distance(partial(name, by, duals).tangent, Number(row.seconds[i]?.[j]), scale);
        }),
      );
  }
}

const isCancelling = (name: OpName, row: Row, order: Order) =>
  cancelling.some(([op, sample, at]) => op === name && at === order && String(sample) === String(row.args));

describe.each(Object.keys(ops) as OpName[])('%s', (name) => {
  test('the reference is of the samples in the table', () => {
    expect(rows[name].map((row) => row.args)).toEqual(record(name).samples);
  });

  if (record(name).result !== 'real') {
    test('values', () => {
      for (const row of rows[name]) expect(evaluate(name, row.args)).toBe(row.value);
    });
    return;
  }
  test.each(Object.keys(bounds) as Order[])('%s', (order) => {
    for (const row of rows[name]) {
      const scale = isCancelling(name, row, order) ? 1 : 0;
      const worst = Math.max(0, ...measure(name, row, order, scale));
      expect(worst, `${name}(${row.args.join(', ')})`).toBeLessThanOrEqual(bounds[order]);
    }
  });
});

test.each(cancelling)(
  '%s at %j has an exception for its %s partial because it needs one',
  (name, sample, order) => {
    const row = rows[name].find(({ args }) => String(args) === String(sample));
    expect(row).toBeDefined();
    if (row !== undefined) expect(Math.max(...measure(name, row, order, 0))).toBeGreaterThan(bounds[order]);
  },
);
