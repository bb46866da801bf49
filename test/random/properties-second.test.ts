// The other half of the random programs: see properties.ts.

import { expect, it } from 'vitest';
import { checkPrograms, count, seed } from './properties.ts';

const half = Math.floor(count / 2);
console.log(`random programs: seed ${seed + 2}, ${half} of them`);

it(`holds for ${half} more random programs`, { timeout: 1_800_000 }, async () => {
  expect(await checkPrograms(half, seed + 2)).toBe(half);
});
