// Random programs as WGSL: see wgsl.ts.

import { expect, it } from 'vitest';
import { count, seed } from './properties.ts';
import { checkComputed, checkValid } from './wgsl.ts';

const some = Math.ceil(count / 60);
const more = Math.ceil(count / 20);

it('are WGSL', { timeout: 600_000 }, async () => {
  const { valid, refused } = await checkValid(more, seed + 5);
  expect(valid + refused).toBe(more);
  expect(valid).toBeGreaterThan(0.9 * more);
});

it('compute what the interpreter does', { timeout: 600_000 }, async () => {
  const { told, all } = await checkComputed(some, seed + 6);
  expect(all).toBe(some);
  expect(told).toBeGreaterThan(0.6 * all);
});
