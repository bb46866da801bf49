// The function form in WGSL against PyTorch (float64), on a real implementation: every reference case that fits into a
// function.

import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile.ts';
import { catalogue } from '../../src/base/catalogue.ts';
import { distance, farthestOf } from '../support/compare.ts';
import { programOf } from '../support/language.ts';
import { modelNames, referenceCase } from '../support/reference.ts';
import { compileWgsl, type WgslResult } from '../support/wgsl.ts';

/** Relative to 1 or the value, in f32 arithmetic. */
const usualBound = 1e-5;

/** Cases that need another, and why. */
const bounds: Readonly<Record<string, number>> = {
  // An entry of 1.9 in its Hessian-vector product, where terms of the size of others, up to 209, cancel.
  rnn: 2e-5,
};

/** Their arrays need more than a function has; kernels have room for them. */
const tooLarge = ['convnet', 'mlp-deep'];
/** It wants x² within 1e-12 of a, which f32 does not reach: the loop runs to its limit, and the loss says so. */
const endless = 'while-newton';

const openSizes = (name: string): Readonly<Record<string, number>> => {
  const { source, sizes } = referenceCase(name);
  const open = programOf(source, `${name}.nabla`).sizes.filter(({ value }) => value === undefined);
  return Object.fromEntries(open.map((size) => [size.name, sizes[size.name] ?? NaN]));
};

it('runs nearly all cases', () => {
  expect(modelNames.length - tooLarge.length - 1).toBeGreaterThanOrEqual(36);
});

describe.each(modelNames.filter((name) => !tooLarge.includes(name) && name !== endless))('%s', (name) => {
  const reference = referenceCase(name);
  const { source, params, data, direction, loss, gradient, outputs, directional, hessianVector } = reference;
  const bound = bounds[name] ?? usualBound;
  const options = { path: `${name}.nabla`, sizes: openSizes(name) };

  it('loss, gradient and outputs agree, twice to the last bit', async () => {
    const hasOutputs = Object.keys(outputs).length > 0;
    const emit = ['loss', 'gradient', ...(hasOutputs ? (['outputs'] as const) : [])] as const;
    const { run } = await compileWgsl(source, { ...options, emit });
    const found = await run('gradient', { params, data });
    expect(distance(found.number, loss)).toBeLessThan(bound);
    expect(farthestOf(found.filled, gradient)).toBeLessThan(bound);
    expect(distance((await run('loss', { params, data })).number, loss)).toBeLessThan(bound);
    expect(await run('gradient', { params, data })).toEqual(found);
    if (!hasOutputs) return;
    const { filled } = await run('outputs', { params, data });
    expect(farthestOf(pick(filled, outputs), outputs)).toBeLessThan(bound);
  });

  it.runIf(direction !== undefined && name !== 'transformer-block')(
    'directional derivatives agree',
    async () => {
      const { run } = await compileWgsl(source, { ...options, emit: ['jvp', 'hvp'] });
      const first = await run('jvp', { params, data, direction });
      expect(distance(first.number, directional ?? NaN)).toBeLessThan(bound);
      const second = await run('hvp', { params, data, direction });
      expect(distance(second.number, directional ?? NaN)).toBeLessThan(bound);
      if (hessianVector !== undefined) expect(farthestOf(second.filled, hessianVector)).toBeLessThan(bound);
    },
  );
});

const pick = (filled: WgslResult['filled'], names: object): WgslResult['filled'] =>
  Object.fromEntries(Object.entries(filled).filter(([name]) => name in names));

it.each(tooLarge)('%s is refused, and told the limit', async (name) => {
  const { files, diagnostics } = await compile(referenceCase(name).source, {
    target: 'wgsl',
    sizes: openSizes(name),
  });
  expect(files).toEqual([]);
  expect(diagnostics.map(({ code }) => code)).toContain(catalogue.tooMuchFunctionMemory.code);
  expect(diagnostics[0]?.message).toMatch(/needs \d+ bytes .* grants a function 8192/);
});

it('a loop that does not end makes the loss NaN', async () => {
  const { source, params, data } = referenceCase(endless);
  const { run } = await compileWgsl(source, { path: 'while-newton.nabla' });
  expect((await run('gradient', { params, data })).number).toBeNaN();
});
