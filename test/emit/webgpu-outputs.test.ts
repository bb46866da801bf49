// Outputs of models as kernels of their own, which read the params and the data that those of the gradient read.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile.ts';
import { loadEmitted } from '../../src/gradcheck/emitted.ts';
import { derive } from '../../src/generate.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { constrain } from '../../src/passes/free.ts';
import { farthestOf, type Numbers } from '../support/compare.ts';
import { openDevice } from '../support/gpu.ts';
import { programOf } from '../support/language.ts';
import { fieldsOf, flattened, openGpu, type Gpu } from '../support/webgpu.ts';
import { typeErrors } from './typescript.ts';

const moduleOf = async (text: string): Promise<string> =>
  (await compile(text, { path: 'm.nabla', target: 'webgpu' })).files[0]?.text ?? '';

/** Outputs of every kind: numbers and arrays of reals, ints and bools, a param as it is, and what no loss needs. */
const source = `model Kinds {
  dim N, K
  data x: real[N], at: int[N] in 0..K
  param slope: real[K], offset: real
  let score[n in N, k in K] = slope[k] * x[n] + offset
  let best[n in N] = argmax(score[n, k] for k in K)
  loss sum((score[n, at[n]] - 1)^2 for n in N)
  output scores = score
  output choice = best
  output isRight[n in N] = best[n] == at[n]
  output right = sum(best[n] == at[n] ? 1 : 0 for n in N)
  output isGood = score[0, 0] > 0
  output mean = sum(score) / real(N * K)
  output slopes = slope
  output running[n in N, k in K] = sum(score[i, k] for i in 0..n + 1)
}
`;
const sizes = { N: 5, K: 3 };
const point = {
  params: { slope: [1, -2, 0.5], offset: 0.25 },
  data: { x: [0.5, -1, 2, 1.5, -0.25], at: [0, 1, 2, 0, 1] },
};
const moved = { slope: [-1, 0.75, 2], offset: -0.5 };

describe('outputs', () => {
  const program = programOf(source);
  const wanted = (params: Readonly<Record<string, Numbers>>): Readonly<Record<string, Numbers>> =>
    interpret(program, { ...point, params }, sizes).outputs;

  it('are those of the interpreter, for params and data as they are', async () => {
    const { gpu, fields } = await openGpu(source, sizes, point);
    const found = await gpu.readOutputs();
    expect(farthestOf(flattened(found), wanted(point.params))).toBeLessThan(1e-6);
    expect(await gpu.readOutputs()).toEqual(found);
    // What reads them changes nothing, and what is set or computed meanwhile does not reach them.
    const { loss } = await gpu.lossAndGradient();
    const before = gpu.readOutputs();
    gpu.setParams(fields('param', moved));
    const after = gpu.readOutputs();
    gpu.step(0.125);
    expect(await before).toEqual(found);
    expect(farthestOf(flattened(await after), wanted(moved))).toBeLessThan(1e-6);
    const stepped = flattened(await gpu.readParams());
    expect(farthestOf(flattened(await gpu.readOutputs()), wanted(stepped))).toBeLessThan(1e-6);
    gpu.setParams(fields('param', point.params));
    expect((await gpu.lossAndGradient()).loss).toBe(loss);
    gpu.destroy();
  });

  it('have the names, kinds and lengths that they have in TypeScript', async () => {
    const { files } = await compile(source, { precision: 'f32', emit: ['outputs'], format: false });
    const emitted = await loadEmitted(files[0]?.text ?? '');
    const outputs = emitted['kindsOutputsZeros']?.(sizes) as Record<string, unknown>;
    emitted['kindsOutputs']?.(fieldsOf(program, 'param', point.params), fieldsOf(program, 'data', point.data), sizes, outputs); // prettier-ignore
    const { gpu } = await openGpu(source, sizes, point);
    const found = await gpu.readOutputs();
    expect(Object.keys(found)).toEqual(Object.keys(outputs));
    for (const [name, value] of Object.entries(outputs)) {
      expect(Object.prototype.toString.call(found[name])).toBe(Object.prototype.toString.call(value));
      if (typeof value !== 'number') expect([name, found[name]]).toEqual([name, value]);
    }
    gpu.destroy();
  });

  it('wait for params and data', async () => {
    const { gpu, fields } = await openGpu(source, sizes);
    await expect(gpu.readOutputs()).rejects.toThrow('Kinds has no params yet: setParams gives them');
    gpu.setParams(fields('param', point.params));
    await expect(gpu.readOutputs()).rejects.toThrow('Kinds has no data yet: setData gives them');
    gpu.setData(fields('data', point.data));
    expect(farthestOf(flattened(await gpu.readOutputs()), wanted(point.params))).toBeLessThan(1e-6);
    gpu.destroy();
  });

  it('tell of a step that failed before', async () => {
    const look = `model Look {\n  dim N\n  data at: int\n  param w: real[N]\n  loss w[at]^2\n  output all = sum(w)\n}\n`;
    const { gpu } = await openGpu(look, { N: 2 }, { params: { w: [1, 2] }, data: { at: 2 } });
    gpu.step(0.1);
    await expect(gpu.readOutputs()).rejects.toThrow('Look: an index is out of range');
    expect(await gpu.readOutputs()).toEqual({ all: 3 });
    gpu.destroy();
  });

  it('have errors of their own', async () => {
    const look = `model Look {\n  dim N\n  data at: int\n  param w: real[N]\n  loss sum(w * w)\n  output there = w[at]\n}\n`;
    const { gpu } = await openGpu(look, { N: 2 }, { params: { w: [1, 2] }, data: { at: 2 } });
    await expect(gpu.readOutputs()).rejects.toThrow('Look: an index is out of range, or a loop does not end, where there is computed'); // prettier-ignore
    expect((await gpu.lossAndGradient()).loss).toBe(5);
    gpu.setData({ at: 1 });
    expect(await gpu.readOutputs()).toEqual({ there: 2 });
    gpu.destroy();
  });

  it('go through rows that the host sorts for, and through loops', async () => {
    const groups = `model Groups {
  dim N, K
  data x: real[N], at: int[N] in 0..K
  param a: real[K]
  loss sum((a[at[n]] - x[n])^2 for n in N)
  var total: real[K] = 0
  for n in N { total[at[n]] += a[at[n]] * x[n] }
  var state: real[K] = a
  for n in N { state = [0.5 * state[k] + x[n] for k in K] }
  output totals = total
  output last = state
}
`;
    const own = { params: { a: [1, 2, 3] }, data: point.data };
    const { gpu, text } = await openGpu(groups, sizes, own);
    expect(text).toMatch(/keys: \(/);
    expect(text).toContain('times: N');
    const { outputs } = interpret(programOf(groups), own, sizes);
    expect(farthestOf(flattened(await gpu.readOutputs()), outputs)).toBeLessThan(1e-6);
    gpu.destroy();
  });

  it('are computed of params inside their constraints', async () => {
    const rates = `model Rates {
  dim K
  param rate: simplex[K], scale: real > 0
  loss sum(rate[k] * scale * real(k) for k in K)
  output mean = sum(rate[k] * real(k) for k in K)
  output rates[k in K] = scale * rate[k]
}
`;
    const free = { rate: [0.5, -1], scale: 0.25 };
    const { gpu } = await openGpu(rates, { K: 3 }, undefined, { jacobian: true });
    gpu.setFreeParams({ rate: Float32Array.from(free.rate), scale: free.scale });
    const inside = interpret(constrain(programOf(rates)), { params: free, data: {} }, { K: 3 }).outputs;
    const { outputs } = interpret(
      derive(programOf(rates), 'outputs'),
      { params: inside, data: {} },
      { K: 3 },
    );
    expect(farthestOf(flattened(await gpu.readOutputs()), outputs)).toBeLessThan(1e-6);
    gpu.destroy();
  });

  it('are records where the model has them', async () => {
    const records = `type Line = { at: real[2], count: int }
model Records {
  param a: real[2]
  loss sum(a * a)
  output line = Line { at: a, count: a[0] > 0 ? 1 : 2 }
}
`;
    const { gpu } = await openGpu(records, {}, { params: { a: [1, 2] }, data: {} });
    expect(await gpu.readOutputs()).toEqual({ line: { at: Float32Array.of(1, 2), count: 1 } });
    gpu.destroy();
  });
});

describe('the module', () => {
  const without = 'model Without {\n  param a: real[2]\n  loss sum(a * a)\n}\n';
  const numbers =
    'model Numbers {\n  param plan: real > 0\n  loss plan^2\n  output outputs = plan > 1 ? 1 : 2\n}\n';
  const sized = 'model Sized {\n  dim plan, gpu\n  param a: real[plan, gpu]\n  loss sum(a * a)\n  output outputs = a\n}\n'; // prettier-ignore

  it('says nothing of outputs where there are none', async () => {
    expect(await moduleOf(without)).not.toMatch(/outputs/i);
  });

  it('holds models without outputs beside those with them', async () => {
    const both = await loadEmitted(await moduleOf(without + numbers));
    const device = await openDevice();
    const gpus = (await Promise.all([
      both['createWithoutGpu']?.(device),
      both['createNumbersGpu']?.(device),
    ])) as Gpu[];
    const [first, second] = gpus;
    first?.setParams({ a: Float32Array.of(1, 2) });
    second?.setParams({ plan: 3 });
    expect((await first?.lossAndGradient())?.loss).toBe(5);
    expect(await second?.readOutputs()).toEqual({ outputs: 1 });
    for (const gpu of gpus) gpu.destroy();
  });

  it('has no type errors', { timeout: 120_000 }, async () => {
    const gpuTypes = resolve(import.meta.dirname, '../../node_modules/@webgpu/types/dist/index.d.ts');
    const sources = [source, numbers, sized, without + numbers];
    const files = await Promise.all(sources.map(async (text, k) => [`m${k}.ts`, await moduleOf(text)]));
    const all = Object.fromEntries(files) as Record<string, string>;
    expect(typeErrors(all, { 'webgpu.d.ts': readFileSync(gpuTypes, 'utf8') })).toEqual([]);
  });
});
