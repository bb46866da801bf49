// Kinks, poles, saturation and special values: the points where calculus needs a decision.

import { describe, expect, test } from 'vitest';
import { ops, type OpName } from '../../src/ops/index.ts';
import { activeArgs, constant, evaluate, partial, record, tuples, type Scalar } from './rule.ts';

const names = Object.keys(ops) as OpName[];
const inf = Infinity;

/** The table of kinks in the docs: op, point, argument, partial there. */
const kinks: readonly (readonly [OpName, readonly Scalar[], string, number])[] = [
  ['abs', [0], 'x', 0],
  ['abs', [-0], 'x', 0],
  ['max', [2, 2], 'x', 0.5],
  ['max', [2, 2], 'y', 0.5],
  ['min', [2, 2], 'x', 0.5],
  ['min', [2, 2], 'y', 0.5],
  ['max', [0, -0], 'x', 0.5],
  ['clamp', [1, 0, 1], 'x', 1],
  ['clamp', [1, 0, 1], 'high', 0],
  ['clamp', [0, 0, 1], 'x', 1],
  ['clamp', [0, 0, 1], 'low', 0],
  ['clamp', [0.5, 2, 1], 'low', 0],
  ['clamp', [0.5, 2, 1], 'high', 1],
  ['sign', [0], 'x', 0],
  ['floor', [3], 'x', 0],
  ['round', [0.5], 'x', 0],
  ['hypot', [0, 0], 'x', 0],
  ['hypot', [0, 0], 'y', 0],
  ['hypot', [0, -5], 'y', -1],
  ['rootOfSquares', [0], 'x', 0],
  ['atan2', [0, 0], 'y', 0],
  ['atan2', [0, 0], 'x', 0],
  ['pow', [0, 2], 'x', 0],
  ['pow', [0, 1], 'x', 1],
  ['pow', [0, 0], 'x', 0],
  ['pow', [0, 2], 'y', 0],
  ['pow', [0, 0], 'y', 0],
  ['powi', [0, 0], 'x', 0],
  ['powi', [0, 1], 'x', 1],
  ['powi', [0, 2], 'x', 0],
  ['select', [true, 1, inf], 'b', 0],
];

test.each(kinks)('%s at %j: the partial by %s is %d', (name, args, by, expected) => {
  expect(Number(partial(name, by, args.map(constant)).value) + 0).toBe(expected);
});

/** Kinks at which the second derivative, by the same argument twice, is zero. */
const straight: readonly (readonly [OpName, readonly Scalar[], string])[] = [
  ['abs', [0], 'x'],
  ['max', [2, 2], 'x'],
  ['min', [2, 2], 'y'],
  ['clamp', [1, 0, 1], 'x'],
  ['hypot', [0, 0], 'x'],
  ['rootOfSquares', [0], 'x'],
  ['atan2', [0, 0], 'y'],
  ['powi', [0, 1], 'x'],
  ['pow', [0, 1], 'x'],
];

test.each(straight)('%s at %j: the second derivative by %s is 0', (name, args, by) => {
  const at = Object.keys(record(name).args).indexOf(by);
  const duals = args.map((value, k) => ({ value, tangent: k === at ? 1 : 0 }));
  expect(partial(name, by, duals).tangent + 0).toBe(0);
});

/** A point for each op with the flag `singular`, and the argument whose partial is infinite there. */
const poles: Readonly<Partial<Record<OpName, readonly [readonly number[], string]>>> = {
  div: [[1, 0], 'y'],
  pow: [[0, 0.5], 'x'],
  powi: [[0, -1], 'x'],
  sqrt: [[0], 'x'],
  cbrt: [[0], 'x'],
  log: [[0], 'x'],
  log1p: [[-1], 'x'],
  log2: [[0], 'x'],
  log10: [[0], 'x'],
  asin: [[1], 'x'],
  acos: [[-1], 'x'],
  acosh: [[1], 'x'],
  atanh: [[-1], 'x'],
  chain: [[0, inf], 'g'],
  lgamma: [[0], 'x'],
  digamma: [[0], 'x'],
  polygamma: [[1, 0], 'x'],
};

describe.each(names.filter((name) => record(name).singular !== undefined || poles[name]))('%s', (name) => {
  test('is singular where it says so, with a value as it says', () => {
    const [args, by] = poles[name] ?? [[], ''];
    expect(Math.abs(Number(partial(name, by, args.map(constant)).value))).toBe(inf);
    expect(Number.isFinite(evaluate(name, args)) ? 'finite' : 'infinite').toBe(record(name).singular);
  });
});

const simple = {
  real: [-300, -3, -1, -0.5, 0, 0.5, 1, 2, 300],
  int: [-2, -1, 0, 1, 2],
  bool: [true, false],
} as const;

test.each(names.filter((name) => record(name).result === 'real' && record(name).singular !== 'finite'))(
  '%s has no infinite partial where its value is finite',
  (name) => {
    for (const args of tuples(name, simple)) {
      if (!Number.isFinite(evaluate(name, args))) continue;
      for (const by of activeArgs(name)) {
        const { value } = partial(name, by, args.map(constant));
        expect(Number.isFinite(value), `${name}(${args.join(', ')}) by ${by}: ${value}`).toBe(true);
      }
    }
  },
);

/** Numbers without any relation, so that no stationary point is hit. */
const generic = {
  real: [-3000.17, -12.34, -0.77, 0.29, 0.83, 17.6, 3000.71],
  int: [-3, 2, 5],
  bool: [true, false],
} as const;

/** Vanishing at the kink only, by convention. */
const kinkOnly: readonly OpName[] = ['abs'];

test.each(names.filter((name) => record(name).result === 'real'))(
  '%s vanishes on a region if it says so',
  (name) => {
    const rules = activeArgs(name).filter((by) => record(name).d[by] !== 'flat');
    const zero = tuples(name, generic).some((args) =>
      rules.some((by) => Number(partial(name, by, args.map(constant)).value) === 0),
    );
    expect(zero || kinkOnly.includes(name)).toBe(record(name).vanishes === true);
  },
);

/** Values where a careless formula gives NaN, loses a limit, or rounds another way. */
const values: readonly (readonly [OpName, readonly Scalar[], Scalar])[] = [
  ['sigmoid', [inf], 1],
  ['sigmoid', [-inf], 0],
  ['sigmoid', [-800], 0],
  ['softplus', [inf], inf],
  ['softplus', [-inf], 0],
  ['logSigmoid', [inf], 0],
  ['logSigmoid', [-inf], -inf],
  ['logSigmoid', [-1e300], -1e300],
  ['softmaxWeight', [-inf, -inf], 0],
  ['softmaxWeight', [-inf, 3], 0],
  ['softmaxWeight', [5, inf], 0],
  ['expm1', [-inf], -1],
  ['tanh', [1000], 1],
  ['lgamma', [1], 0],
  ['lgamma', [2], 0],
  ['lgamma', [-3], inf],
  ['lgamma', [-1e308], inf],
  ['lgamma', [inf], inf],
  ['lgamma', [5e-324], 744.4400719213812],
  ['digamma', [inf], inf],
  // A pole has two sides; the value is that of the right one.
  ['digamma', [-3], -inf],
  ['polygamma', [1, inf], 0],
  ['polygamma', [1, -3], inf],
  ['polygamma', [2, -3], -inf],
  ['polygamma', [0, 1], NaN],
  ['polygamma', [101, 1], NaN],
  ['hypot', [0, 0], 0],
  ['hypot', [inf, NaN], inf],
  ['hypot', [NaN, -inf], inf],
  ['hypot', [NaN, 1], NaN],
  ['hypot', [3e-320, 4e-320], 5e-320],
  ['hypot', [1e300, 0], 1e300],
  ['powi', [0, 0], 1],
  ['powi', [NaN, 0], 1],
  ['powi', [-2, -3], -0.125],
  ['powi', [1, 2147483647], 1],
  ['powi', [-1, -2147483648], 1],
  ['round', [0.5], 0],
  ['round', [1.5], 2],
  ['round', [2.5], 2],
  ['round', [-0.5], -0],
  ['round', [-1.5], -2],
  ['round', [-2.5], -2],
  ['round', [0.49999999999999994], 0],
  ['round', [4503599627370497], 4503599627370497],
  ['round', [inf], inf],
  ['round', [NaN], NaN],
  ['max', [NaN, 1], NaN],
  ['min', [1, NaN], NaN],
  ['clamp', [NaN, 0, 1], NaN],
  ['clamp', [0.5, 2, 1], 1],
  ['chain', [0, inf], 0],
  ['chain', [-inf, 0], 0],
  ['chain', [0, NaN], 0],
  ['chain', [NaN, 2], NaN],
  ['idiv', [-7, 2], -4],
  ['idiv', [7, -2], -4],
  ['imod', [-7, 2], 1],
  ['imod', [7, -2], -1],
  ['imod', [-4, 2], 0],
  ['ineg', [0], 0],
  ['toInt', [-3.7], -3],
  ['eq', [NaN, NaN], false],
  ['ne', [NaN, NaN], true],
  ['eq', [0, -0], true],
];

test.each(values)('%s of %j is %s', (name, args, expected) => {
  expect(evaluate(name, args)).toBe(expected);
});
