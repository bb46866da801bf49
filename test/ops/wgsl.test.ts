// The WGSL of every op, executed, against `eval` in double precision: at the samples of the table and all over the range of
// f32. Arguments come from buffers: a compiler would compute with constants itself.

import { expect, test } from 'vitest';
import { ops, type OpName } from '../../src/ops/index.ts';
import type { Maths } from '../../src/ops/types.ts';
import { executed, kernelOf, type Point } from './execute.ts';
import { activeArgs, constant, evaluate, partial, record, tuples, type Scalar } from './rule.ts';

const names = Object.keys(ops) as OpName[];
/** Each op, and again those that are another with the builtins. */
const cases: readonly (readonly [OpName, Maths])[] = [
  ...names.map((name) => [name, 'exact'] as const),
  ...names
    .filter((name) => kernelOf(name, 'fast') !== kernelOf(name, 'exact'))
    .map((name) => [name, 'fast'] as const),
];

/** Half the distance between 1 and the next f32, the least that is not flushed to zero, and the least that overflows. */
const unit = 2 ** -24;
const tiniest = 2 ** -126;
const beyond = 2 ** 128;

/**
 * The bound for all ops, in roundings of the result and of the arguments, which is what a function computed without
 * needless loss has: exp is worse where its argument is large and log where it is near 1, as in any arithmetic of f32.
 */
const roundings = 6;

/** What the builtins may add, where WGSL lets them be less accurate. Measured on SwiftShader: 0.000192 is the worst of sin. */
const ofBuiltins: Readonly<Partial<Record<OpName, (value: number) => number>>> = {
  // WGSL asks for 2^-11 between -pi and pi, and for nothing outside. Even sin(1e-10) is 0.
  sin: () => 2e-4,
  cos: () => 2e-4,
  // A quotient of the two.
  tan: (value) => 4e-4 * (1 + value * value),
};

/** So far the sine and its like mean anything in f32: an x that is one unit farther has another. */
const farthestAngle = 1e6;

/** What is not tried. */
const outOfReach: Readonly<Partial<Record<OpName, (...args: readonly number[]) => boolean>>> = {
  // Reflected terms are as large as n! 2^(n + 1), beyond f32, and cancel. A partial of order 101, for the bound, is none.
  polygamma: (n = 0, x = 0) => (x <= 0 && n > 27) || n === 100 || x === Infinity,
  // No number stands for infinity there; JavaScript has NaN for powers of 1 to infinity, other languages 1.
  lgamma: (x) => x === -Infinity,
  pow: (x = 0, y = 0) => x === -Infinity || (Math.abs(x) === 1 && Math.abs(y) === Infinity),
  atan2: (y = 0, x = 0) => Math.abs(y) === Infinity && Math.abs(x) === Infinity,
  sin: (x = 0) => Math.abs(x) > farthestAngle && x !== Infinity,
  cos: (x = 0) => Math.abs(x) > farthestAngle && x !== Infinity,
  tan: (x = 0) => Math.abs(x) > farthestAngle && x !== Infinity,
};

const magnitudes = [
  1e-37, 1e-30, 1e-20, 1e-10, 1e-6, 1e-3, 0.01, 0.1, 0.2, 0.3, 0.45, 0.5, 0.55, 0.6, 0.7, 0.75, 0.8, 0.9, 0.99, 0.999,
  0.99999, 1, 1.00001, 1.001, 1.01, 1.2, 1.3, 1.4616321, 1.5, 1.8, 2, 2.2, 2.5, 3, 3.14159, 4, 5, 6.5, 7.5, 8, 8.5, 10,
  12.3, 15, 20, 30, 50, 86, 88, 88.5, 89, 89.2, 100, 1000, 12345.678, 1e5, 1e7, 8388609, 1e10, 1e15, 1e20, 1e30, Infinity,
]; // prettier-ignore
/** Evenly between 0 and 10, and 0 and 1. */
const dense = Array.from({ length: 400 }, (_, i) => (i + 1) / (i % 2 === 0 ? 40 : 401));
const counts = [1, 2, 3, 5, 7, 10, 30, 34, 36, 100, 101, 46341, 65536, 16777217, 2147483646, 2147483647];
const bothSigns = (values: readonly number[]): readonly number[] => values.flatMap((x) => [x, -x]);

const ladder = { int: [0, ...bothSigns(counts), -2147483648], bool: [false, true] };
/** The more arguments, the fewer values of each. */
const reals: readonly (readonly number[])[] = [
  [],
  bothSigns([0, ...magnitudes, ...dense]),
  bothSigns([0, ...magnitudes]),
  bothSigns([0, ...magnitudes.filter((_, i) => i % 3 === 0)]),
];

function evaluated(name: OpName, args: Point): Scalar {
  try {
    return evaluate(name, args);
  } catch (error) {
    // An op that refuses these arguments has no value there.
    if (error instanceof RangeError) return NaN;
    throw error;
  }
}

/** Arguments that are not flushed to zero, and a result that its type can hold. */
function isWithin(name: OpName, args: Point): boolean {
  const { args: parameters, result } = record(name);
  const types = Object.values(parameters);
  if (args.some((arg, i) => types[i] === 'real' && arg !== 0 && Math.abs(Number(arg)) < tiniest))
    return false;
  if (outOfReach[name]?.(...args.map(Number))) return false;
  const value = evaluated(name, args);
  return result !== 'int' || (Number.isInteger(value) && Math.abs(Number(value) + 0.5) < 2 ** 31);
}

function pointsOf(name: OpName): readonly Point[] {
  const types = Object.values(record(name).args);
  const rounded = (args: Point): Point =>
    args.map((arg, i) => (types[i] === 'real' ? Math.fround(Number(arg)) : arg));
  const all = [...record(name).samples, ...tuples(name, { ...ladder, real: reals[types.length] ?? [] })];
  return all.map(rounded).filter((args) => isWithin(name, args));
}

/** By how much the value moves if an argument does by as much as itself, where that is a number. */
function move(name: OpName, argument: string, args: Point): number {
  const place = Object.keys(record(name).args).indexOf(argument);
  const moveAt = (point: Point): number =>
    Math.abs(Number(args[place]) * Number(partial(name, argument, point.map(constant)).value));
  // A negative base has no partial by the exponent; that of a positive one is of the same size.
  const positive = args.map((arg, i) => (i === place ? arg : Math.abs(Number(arg))));
  return [moveAt(args), moveAt(positive)].find(Number.isFinite) ?? 0;
}

/** How far the result may be from the value. */
function allowed(name: OpName, math: Maths, args: Point, value: number): number {
  const moves = activeArgs(name).map((argument) => move(name, argument, args));
  const rounded = moves.reduce((sum, each) => sum + each, Math.abs(value));
  const more = math === 'fast' ? (ofBuiltins[name]?.(value) ?? 0) : 0;
  return roundings * unit * rounded + tiniest + more;
}

function isNear(name: OpName, math: Maths, args: Point, actual: Scalar): boolean {
  const value = evaluated(name, args);
  if (typeof actual === 'boolean' || record(name).result === 'int') return Number(actual) === Number(value);
  const expected = Number(value);
  // Within a factor of two of what overflows, numbers on the way may.
  if (Math.abs(expected) >= beyond / 2 && actual === Math.sign(expected) * Infinity) return true;
  return Math.abs(actual - expected) <= allowed(name, math, args, expected);
}

/** WGSL does not promise to know zeros apart. */
const plain = (args: Point): Point => args.map((arg) => (arg === 0 ? 0 : arg));

const said = (name: OpName, args: Point, actual: Scalar | undefined): string =>
  `${name}(${args.join(', ')}) is ${actual}, should be ${evaluated(name, args)}`;

test.each(cases)('%s, %s: the WGSL gives what eval gives', async (name, math) => {
  const points = pointsOf(name).filter((args) => !Number.isNaN(evaluated(name, args)));
  expect(points.length).toBeGreaterThanOrEqual(2 ** Object.keys(record(name).args).length);
  const results = await executed(name, math, points);
  const wrong = points.flatMap((args, i) => {
    const actual = results[i] ?? NaN;
    const isRight = isNear(name, math, args, actual) || isNear(name, math, plain(args), actual);
    return isRight ? [] : [said(name, args, actual)];
  });
  expect(wrong).toEqual([]);
});

/** Ops of real arguments that have no value at some of them. */
const partialOps = cases.filter(
  ([name, math]) =>
    // The builtin exponential of NaN is infinite on SwiftShader.
    !(name === 'softmaxWeight' && math === 'fast') &&
    record(name).result === 'real' &&
    pointsOf(name).some((args) => Number.isNaN(evaluated(name, args))),
);

test.each(partialOps)('%s, %s: the WGSL gives NaN where eval gives it', async (name, math) => {
  const points = pointsOf(name).filter((args) => Number.isNaN(evaluated(name, args)));
  const results = await executed(name, math, points);
  const finite = points.flatMap((args, i) =>
    Number.isNaN(results[i] ?? 0) ? [] : [said(name, args, results[i])],
  );
  expect(finite).toEqual([]);
});

test('ops without a value at some arguments are tried there', () => {
  expect(partialOps.map(([name]) => name)).toEqual(
    expect.arrayContaining(['log', 'sqrt', 'pow', 'asin', 'acosh', 'polygamma']),
  );
});
