// Modules of random programs in front of the strictest of TypeScript compilers: nothing in them is unused.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { typeErrors } from '../emit/typescript.ts';
import { programs } from './program.ts';

const emit = ['loss', 'gradient', 'jvp', 'hvp', 'outputs'] as const;
const samples = fc.sample(programs, { numRuns: Number(process.env['NABLA_MODULES'] ?? 40), seed: 7 });

test('the modules of random programs have no type errors', async () => {
  const files: Record<string, string> = {};
  for (const [k, { source }] of samples.entries()) {
    const { files: made } = await compile(source, { emit, format: false });
    files[`random${k}.ts`] = made[0]?.text ?? '';
  }
  expect(Object.values(files).filter((text) => text === '')).toEqual([]);
  expect(typeErrors(files)).toEqual([]);
}, 120_000);
