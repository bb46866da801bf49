// Random programs in single precision: see single.ts.

import { expect, it } from 'vitest';
import { count, seed } from './properties.ts';
import { checkEmittedInSingle, checkInterpreterInSingle } from './single.ts';

const some = Math.ceil(count / 100);
const more = Math.ceil(count / 10);

it('the emitted code computes what the interpreter does of floats', { timeout: 600_000 }, async () => {
  expect(await checkEmittedInSingle(some, seed + 3)).toBe(some);
});

it('the interpreter is as near as floats allow', { timeout: 600_000 }, async () => {
  const { told, all, refused } = await checkInterpreterInSingle(more, seed + 4);
  expect(all).toBe(more);
  expect(told).toBeGreaterThan(0.8 * all);
  expect(refused).toBeGreaterThan(0.8 * told);
});
