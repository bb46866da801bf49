// What can be left out of kernels: that shows in what is emitted of some golden model, and in no value beyond rounding.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelOptimisations, optimisationNames, type Optimisation } from '../../src/base/optimisations.ts';
import { compile } from '../../src/compile.ts';
import { derive, forKernels } from '../../src/generate.ts';
import { distance, farthestOf } from '../support/compare.ts';
import { examples, smallModels } from '../support/golden.ts';
import { programOf } from '../support/language.ts';
import { runPlan } from '../support/plan.ts';
import { referenceCase } from '../support/reference.ts';
import { flattened, openGpu } from '../support/webgpu.ts';

type Without = readonly Optimisation[];

/** Kernels know these, too: docs/webgpu.md says what they are there. */
const alsoOfKernels: Without = ['share', 'hoist', 'initialise', 'fuse', 'reuse'];
const ofKernels = [...(Object.keys(kernelOptimisations) as Optimisation[]), ...alsoOfKernels];

const emitted = async (text: string, without: Without): Promise<string | undefined> =>
  (await compile(text, { target: 'webgpu', format: false, without })).files[0]?.text;
const golden = await Promise.all(
  [...examples, ...smallModels].map(async ({ text }) => ({ text, before: await emitted(text, []) })),
);

/** They have loops over time and over neighbours, products of matrices, rows that data name, long extrema and long sums. */
const names = ['mlp-gelu', 'gmm', 'lstm', 'rosenbrock', 'log-softmax'];

const cases: readonly { readonly name: string; readonly without: Without }[] = [
  ...ofKernels.map((name) => ({ name, without: [name] })),
  { name: 'any', without: optimisationNames },
];

it('the page about kernels lists them', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/webgpu.md'), 'utf8');
  const [, table = ''] = page.split('| without it');
  const listed = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual([...ofKernels].sort());
});

describe.each(cases)('without $name', ({ without }) => {
  it('what is emitted of some golden model is another', async () => {
    for (const { text, before } of golden) if ((await emitted(text, without)) !== before) return;
    expect.unreachable('nothing has changed');
  });

  it.each(names)('threads compute the same of %s', (name) => {
    const { source, sizes, params, data, loss, gradient } = referenceCase(name);
    const program = derive(programOf(source), 'gradient', 'none', { without: [...without, ...forKernels] });
    const found = runPlan(program, params, data, sizes, without);
    expect(distance(found.loss, loss)).toBeLessThan(1e-12);
    expect(farthestOf(found.gradient, gradient)).toBeLessThan(1e-12);
  });

  it.each(names)('and so does a device of %s', async (name) => {
    const { source, sizes, params, data, loss, gradient } = referenceCase(name);
    const { gpu } = await openGpu(source, sizes, { params, data }, { without });
    const found = await gpu.lossAndGradient();
    expect(distance(found.loss, loss)).toBeLessThan(1e-5);
    expect(farthestOf(flattened(found.gradient), gradient)).toBeLessThan(1e-5);
    gpu.destroy();
  });
});
