// One half of the random programs: see properties.ts, and the other half in properties-second.test.ts.

import { expect, it } from 'vitest';
import { checkEmitted, checkPrograms, count, seed } from './properties.ts';

const half = Math.ceil(count / 2);
const some = Math.ceil(count / 50);
console.log(`random programs: seed ${seed}, ${half} of them`);

it(`holds for ${half} random programs`, { timeout: 1_800_000 }, async () => {
  expect(await checkPrograms(half, seed)).toBe(half);
});

it('the emitted code computes what the interpreter does', { timeout: 600_000 }, async () => {
  expect(await checkEmitted(some, seed + 1)).toBe(some);
});
