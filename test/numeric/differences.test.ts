// The numerical derivatives that emitted ones are held against: right, and honest about how right.

import { describe, expect, test } from 'vitest';
import { differentiate, stepsAround } from '../../src/numeric/differences.ts';

const noise = 2 ** -52;
const derivative = (f: (t: number) => number, magnitude = 1) => {
  const [found] = differentiate((t) => [f(t)], stepsAround(magnitude, noise), noise);
  if (found === undefined) throw new Error('no component');
  return found;
};

describe('smooth functions: the value, and an error estimate that covers the error', () => {
  const cases: readonly (readonly [string, (t: number) => number, number])[] = [
    ['constant', () => 3, 0],
    ['linear', (t) => 2 * t - 1, 2],
    ['exp', (t) => Math.exp(t), 1],
    ['far from zero', (t) => Math.sin(10 + t), Math.cos(10)],
    ['steep', (t) => Math.tanh(40 * t), 40],
    ['fast oscillation', (t) => Math.sin(50 * t), 50],
    ['large offset', (t) => 1e6 + Math.exp(t), 1],
    ['pole nearby', (t) => 1 / (0.01 - t), 1e4],
    ['edge of the domain nearby', (t) => Math.log(1e-3 + t), 1e3],
    ['kink nearby', (t) => t ** 2 + 3 * t + Math.abs(t - 0.003), 2],
    ['jump nearby', (t) => t + Math.floor(t + 0.99), 1],
    ['pole nearby, of even order', (t) => 1 / (1e-3 + t) ** 8, -8e27],
    ['spike nearby', (t) => 3 * t + Math.exp(-(((t - 3e-5) / 1e-4) ** 2)), 3 + 6e3 * Math.exp(-0.09)],
    ['inside a flat part', (t) => Math.max(0, t - 0.01), 0],
  ];
  test.each(cases)('%s', (_, f, truth) => {
    const { value, error, kink } = derivative(f);
    expect(kink).toBeUndefined();
    expect(Math.abs(value - truth)).toBeLessThanOrEqual(10 * error);
    expect(error).toBeLessThanOrEqual(1e-6 * Math.max(1e-3, Math.abs(truth)));
  });
});

describe('kinks are told apart from smooth points', () => {
  const cases: readonly (readonly [string, (t: number) => number, number, number])[] = [
    ['abs', Math.abs, -1, 1],
    ['relu', (t) => Math.max(0, t), 0, 1],
    ['corner on a slope', (t) => 3 * t + Math.abs(t) + t * t, 2, 4],
  ];
  test.each(cases)('%s', (_, f, left, right) => {
    const { kink } = derivative(f);
    expect(kink?.left).toBeCloseTo(left, 3);
    expect(kink?.right).toBeCloseTo(right, 3);
  });

  test('a jump has an infinite side', () => {
    const { kink } = derivative((t) => (t > 0 ? 1 : 0));
    expect(kink?.right).toBeGreaterThan(1e4);
  });

  test('strong curvature is not a kink', () => {
    expect(derivative((t) => 1e4 * t * t).kink).toBeUndefined();
  });
});

describe('what differences cannot resolve has a large error, not a wrong value', () => {
  const cases: readonly (readonly [string, (t: number) => number])[] = [
    ['noise', (t) => Math.sin(1e12 * Math.sin(1e9 * t + 1))],
    ['a slope that rounds to steps', (t) => 1e10 + (t + 1e-7) - 1e10],
    ['steps that look like a slope', (t) => Math.floor(1e6 * t + 0.5)],
    ['a wave too short for any step', (t) => Math.sin(1e12 * t)],
  ];
  test.each(cases)('%s', (_, f) => {
    const { value, error, kink } = derivative(f);
    expect(kink).toBeUndefined();
    expect(error).toBeGreaterThan(0.01 * Math.max(1, Math.abs(value)));
  });
});

test('steps reach below a pole at zero, and not below the digits of the argument', () => {
  for (const magnitude of [0, 1e-6, 1e-3, 1, 1e3]) {
    const { coarsest, finest } = stepsAround(magnitude, noise);
    expect(coarsest).toBeGreaterThanOrEqual(0.2);
    expect(finest).toBeLessThan(1e-6 * (magnitude === 0 ? 1 : magnitude));
    expect(magnitude + finest).toBeGreaterThan(magnitude);
  }
});

test('what is NaN on one side has no derivative and an infinite error', () => {
  const { value, error } = derivative((t) => (t < 0 ? NaN : t));
  expect(value).toBeNaN();
  expect(error).toBe(Infinity);
});

test('components are independent', () => {
  const found = differentiate((t) => [Math.sin(t), Math.abs(t), NaN], stepsAround(1, noise), noise);
  expect(found[0]?.value).toBeCloseTo(1, 10);
  expect(found[1]?.kink).toBeDefined();
  expect(found[2]?.error).toBe(Infinity);
});
