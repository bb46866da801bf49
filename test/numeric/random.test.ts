// The random numbers: the same for the same seed, and distributed as they say.

import { expect, test } from 'vitest';
import { random } from '../../src/numeric/random.ts';

const many = (draw: () => number): number[] => Array.from({ length: 20_000 }, draw);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

test('a seed gives the same numbers again, another seed gives others', () => {
  const draw = (seed: number): number[] => Array.from({ length: 5 }, random(seed).uniform);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('uniform numbers lie in [0, 1) around 1/2', () => {
  const values = many(random(1).uniform);
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(mean(values)).toBeCloseTo(0.5, 2);
  expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1 / 3, 2);
});

test('normal numbers have mean 0, variance 1 and kurtosis 3', () => {
  const values = many(random(2).normal);
  expect(Math.abs(mean(values))).toBeLessThan(0.03);
  expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.04);
  expect(Math.abs(mean(values.map((value) => value ** 4)) - 3)).toBeLessThan(0.25);
});

test('integers fill their half-open range evenly', () => {
  const source = random(3);
  const counts = new Map<number, number>();
  for (const value of many(() => source.integer(-1, 3))) counts.set(value, (counts.get(value) ?? 0) + 1);
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  for (const count of counts.values()) expect(Math.abs(count / 5000 - 1)).toBeLessThan(0.1);
});
