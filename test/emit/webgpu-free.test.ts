// Kernels of models with constrained params: on the GPU live the free ones, and the host converts.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, type CompileOptions } from '../../src/compile.ts';
import { loadEmitted, type EmittedModule } from '../../src/gradcheck/emitted.ts';
import { derive } from '../../src/generate.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { constrain, free } from '../../src/passes/free.ts';
import { farthest, farthestOf, type Numbers } from '../support/compare.ts';
import { openDevice } from '../support/gpu.ts';
import { programOf } from '../support/language.ts';
import { fieldsOf, flattened, openGpu, type Gpu } from '../support/webgpu.ts';
import { typeErrors } from './typescript.ts';

/** Relative to 1 or the value, in f32 arithmetic. */
const bound = 1e-5;

type Values = Readonly<Record<string, Numbers>>;

/** A mixture whose params have a constraint of every kind. */
const source = `model Mixture {
  dim N, K
  data y: real[N]
  param weight: simplex[K], mean: ordered[K], width: real[K] > 0
  param offset: real in -1..1, most: real <= 3, knots: positiveOrdered[2]
  param slope: real
  let score[n in N, k in K] = log(weight[k]) + normalLogDensity(y[n] - offset, mean[k] + slope, width[k])
  loss -sum(logSumExp(score[n, k] for k in K) for n in N) / real(N)
  loss sum(log(width[k])^2 for k) + offset^2 + slope^2 + (3 - most)^2 + (knots[1] - knots[0] - 2)^2 - log(knots[0])
}
`;
const sizes = { N: 7, K: 3 };
const data = { y: Array.from({ length: 7 }, (_, n) => Math.fround(3 * Math.sin(2 * n + 1))) };
const params = {
  weight: [0.25, 0.5, 0.25],
  mean: [-2, 0.5, 1.5],
  width: [0.5, 1, 2],
  offset: 0.25,
  most: 2.5,
  knots: [0.5, 2],
  slope: 0.125,
};

/** Free params that are neither small nor all alike. */
const freeOf = (lengths: Readonly<Record<string, number>>): Values =>
  Object.fromEntries(
    Object.entries(lengths).map(([name, length], k) => {
      const numbers = Array.from({ length }, (_, i) => Math.fround(1.5 * Math.sin(5 * i + 3 * k + 1)));
      return [name, ['offset', 'most', 'slope'].includes(name) ? (numbers[0] ?? NaN) : numbers];
    }),
  );
const freeParams = freeOf({ weight: 2, mean: 3, width: 3, offset: 1, most: 1, knots: 2, slope: 1 });

describe.each([false, true])('loss and gradient by free params, jacobian: %s', (jacobian) => {
  const form = free(programOf(source), { jacobian });
  const agree = async (gpu: Gpu, at: Values, given: Readonly<Record<string, number>>): Promise<void> => {
    const expected = interpret(derive(form, 'gradient'), { params: at, data }, given);
    const found = await gpu.lossAndGradient();
    expect(farthest(found.loss, expected.loss ?? NaN)).toBeLessThan(bound);
    expect(farthestOf(flattened(found.gradient), expected.gradient)).toBeLessThan(bound);
    expect(await gpu.lossAndGradient()).toEqual(found);
  };

  it('agree with the interpreter, twice to the last bit', async () => {
    const { gpu } = await openGpu(source, sizes, { params, data }, { jacobian });
    gpu.setFreeParams(fieldsOf(form, 'param', freeParams));
    await agree(gpu, freeParams, sizes);
    gpu.setParams(fieldsOf(programOf(source), 'param', params));
    await agree(gpu, await gpu.readFreeParams(), sizes);
    gpu.destroy();
  });

  it('agree where a simplex has one element, and no free param', async () => {
    const one = { N: 7, K: 1 };
    const at = freeOf({ weight: 0, mean: 1, width: 1, offset: 1, most: 1, knots: 2, slope: 1 });
    const { gpu } = await openGpu(source, one, undefined, { jacobian });
    gpu.setData(fieldsOf(form, 'data', data));
    gpu.setFreeParams(fieldsOf(form, 'param', at));
    await agree(gpu, at, one);
    expect((await gpu.readParams())['weight']).toEqual(Float32Array.of(1));
    gpu.destroy();
  });
});

describe('rows', () => {
  const rows = `model Rows {
  dim G, K
  param share: simplex[G, K], rising: ordered[G, K], positive: positiveOrdered[G, K], rate: real[G, K] in 0..4
  let a[g in G, k in K] = share[g, k] * rising[g, k] - log(rate[g, k]) + positive[g, k]^2
  loss sum(a * a)
}
`;
  it('have each their constraint', async () => {
    const form = free(programOf(rows), { jacobian: true });
    const at = freeOf({ share: 6, rising: 8, positive: 8, rate: 8 });
    const given = { G: 2, K: 4 };
    const { gpu } = await openGpu(rows, given, undefined, { jacobian: true });
    gpu.setFreeParams(fieldsOf(form, 'param', at));
    const expected = interpret(derive(form, 'gradient'), { params: at, data: {} }, given);
    const found = await gpu.lossAndGradient();
    expect(farthest(found.loss, expected.loss ?? NaN)).toBeLessThan(bound);
    expect(farthestOf(flattened(found.gradient), expected.gradient)).toBeLessThan(bound);
    const { outputs } = interpret(constrain(programOf(rows)), { params: at, data: {} }, given);
    expect(farthestOf(await gpu.readParams(), outputs)).toBeLessThan(1e-6);
    gpu.destroy();
  });
});

describe('the host', () => {
  const program = programOf(source);
  const form = free(program);
  let gpu: Gpu;
  let emitted: EmittedModule;
  beforeAll(async () => {
    ({ gpu } = await openGpu(source, sizes, { params, data }));
    const { files } = await compile(source, { precision: 'f32', emit: ['gradient'], format: false });
    emitted = await loadEmitted(files[0]?.text ?? '');
  }, 60_000);
  afterAll(() => gpu.destroy());
  const taken = (values: Values): void => gpu.setParams(fieldsOf(program, 'param', { ...params, ...values }));

  it('gives params back as they were set, but for the last bits', async () => {
    taken({});
    expect(farthestOf(await gpu.readParams(), params)).toBeLessThan(1e-6);
    gpu.setFreeParams(fieldsOf(form, 'param', freeParams));
    expect(await gpu.readFreeParams()).toEqual(fieldsOf(form, 'param', freeParams));
  });

  it('converts as TypeScript does', async () => {
    taken({});
    const given = fieldsOf(program, 'param', params);
    expect(await gpu.readFreeParams()).toEqual(emitted['mixtureUnconstrain']?.(given, sizes));
    gpu.setFreeParams(fieldsOf(form, 'param', freeParams));
    const expected = emitted['mixtureConstrain']?.(fieldsOf(form, 'param', freeParams), sizes);
    expect(farthestOf(await gpu.readParams(), expected as Values)).toBeLessThan(1e-6);
  });

  it('descends inside the constraints, to where TypeScript does', async () => {
    taken({});
    const rate = 0.25;
    let at = emitted['mixtureUnconstrain']?.(fieldsOf(program, 'param', params), sizes) as Values;
    let loss = NaN;
    for (let step = 0; step < 20; step++) {
      const gradient = emitted['mixtureFreeZeros']?.(sizes) as Record<string, Numbers>;
      loss = Number(emitted['mixtureFreeLossAndGradient']?.(at, fieldsOf(form, 'data', data), sizes, gradient)); // prettier-ignore
      const moved = (x: Numbers, slope: Numbers | undefined): Numbers =>
        typeof x === 'object'
          ? Float32Array.from(x, (value, i) => value - rate * ((slope as Float32Array)[i] ?? NaN))
          : Math.fround(Number(x) - rate * Number(slope));
      at = Object.fromEntries(Object.entries(at).map(([name, x]) => [name, moved(x, gradient[name])]));
      gpu.step(rate);
    }
    expect(farthest(await gpu.readLoss(), loss)).toBeLessThan(bound);
    expect(farthestOf(await gpu.readFreeParams(), at)).toBeLessThan(bound);
    const found = await gpu.readParams();
    expect(farthestOf(found, emitted['mixtureConstrain']?.(at, sizes) as Values)).toBeLessThan(bound);
    // They are inside, so they may be set.
    gpu.setParams(found);
    const [first, second] = [await gpu.lossAndGradient(), await gpu.readLoss()];
    expect(first.loss).toBe(second);
    expect(first.loss).toBeLessThan(loss + 1e-5);
  });

  it('keeps to them in steps that would take the params themselves outside', async () => {
    // A step this long takes a width below zero, and the weights off the simplex.
    taken({});
    for (let step = 0; step < 3; step++) gpu.step(2);
    const { weight, width } = (await gpu.readParams()) as Record<string, Float32Array>;
    expect(Math.min(...(width ?? [NaN]))).toBeGreaterThan(0);
    expect(Math.abs([...(weight ?? [])].reduce((sum, x) => sum + x, -1))).toBeLessThan(1e-6);
  });

  it.each<readonly [Values, string]>([
    [{ weight: [0.25, 0.5, 0.5] }, 'params.weight[0..3] must add up to 1, got 1.25'],
    [{ mean: [0, 1, 1] }, 'params.mean[2] must be above 1 after params.mean[1], got 1'],
    [{ width: [1, 0, 1] }, 'params.width[1] must be > 0, got 0'],
    [{ offset: NaN }, 'params.offset must be in -1..1, got NaN'],
    [{ most: 4 }, 'params.most must be <= 3, got 4'],
    [{ knots: [-1, 1] }, 'params.knots[0] must be above 0, got -1'],
    [{ mean: [0, 1] }, 'params.mean must have length 3 for real[K], got 2'],
  ])('refuses %o, as TypeScript does, and keeps what it has', async (wrong, message) => {
    gpu.setFreeParams(fieldsOf(form, 'param', freeParams));
    expect(() => taken(wrong)).toThrow(message);
    expect(() => emitted['mixtureUnconstrain']?.(fieldsOf(program, 'param', { ...params, ...wrong }), sizes)).toThrow(message); // prettier-ignore
    expect(await gpu.readFreeParams()).toEqual(fieldsOf(form, 'param', freeParams));
  });

  it('says which free params are wrong', () => {
    const short = fieldsOf(form, 'param', { ...freeParams, weight: [0, 0, 0] });
    expect(() => gpu.setFreeParams(short)).toThrow('free.weight must have length 2 for real[K - 1], got 3');
  });

  it('has no params before they are set', async () => {
    const { gpu: fresh } = await openGpu(source, sizes);
    await expect(fresh.lossAndGradient()).rejects.toThrow('Mixture has no params yet: setParams gives them');
    fresh.destroy();
  });
});

describe('the module', () => {
  const moduleOf = async (text: string, options: CompileOptions = {}): Promise<string> =>
    (await compile(text, { path: 'mixture.nabla', target: 'webgpu', ...options })).files[0]?.text ?? '';

  it('is emitted as it was', async () => {
    await expect(await moduleOf(source)).toMatchFileSnapshot('../golden/mixture.gpu.ts');
  });

  it('says what the loss is where the log-Jacobian is taken off it', async () => {
    expect(await moduleOf(source, { jacobian: true })).toContain(
      '/** The loss and its gradient by the free params. It is minus the logarithm of a density of the free params: that of the params less log |det J| of `mixtureConstrain`. */',
    );
  });

  const plain = 'model Plain {\n  param a: real[2]\n  loss sum(a * a)\n}\n';
  const numbers = 'model Numbers {\n  param gpu: real > 0, params: real in 0..1\n  loss gpu + params\n}\n';
  const sized = 'model Sized {\n  dim gpu, free\n  param a: real[gpu] < 1, b: real[free, 3]\n  loss sum(a) + sum(b * b)\n}\n'; // prettier-ignore
  const records = 'type Range = { low: real, high: real[2] }\nmodel Records {\n  param range: Range, scale: real > 0\n  loss (range.high[0] - range.low)^2 * scale + range.high[1]\n}\n'; // prettier-ignore

  it('has no type errors', { timeout: 120_000 }, async () => {
    const gpuTypes = resolve(import.meta.dirname, '../../node_modules/@webgpu/types/dist/index.d.ts');
    const sources = [source, numbers, sized, records, plain + source];
    const files = await Promise.all(sources.map(async (text, k) => [`m${k}.ts`, await moduleOf(text)]));
    const unchecked = ['unchecked.ts', await moduleOf(source, { checked: false })];
    const all = Object.fromEntries([...files, unchecked]) as Record<string, string>;
    expect(typeErrors(all, { 'webgpu.d.ts': readFileSync(gpuTypes, 'utf8') })).toEqual([]);
  });

  it('holds models without constraints beside those with them', { timeout: 60_000 }, async () => {
    const alone = await moduleOf(plain);
    expect(alone).not.toContain('Free');
    const both = await loadEmitted(await moduleOf(plain + numbers));
    const device = await openDevice();
    const first = (await both['createPlainGpu']?.(device)) as Gpu;
    const second = (await both['createNumbersGpu']?.(device)) as Gpu;
    expect('setFreeParams' in first).toBe(false);
    first.setParams({ a: Float32Array.of(1, 2) });
    expect(await first.lossAndGradient()).toEqual({ loss: 5, gradient: { a: Float32Array.of(2, 4) } });
    second.setParams({ gpu: 2, params: 0.5 });
    const { loss, gradient } = await second.lossAndGradient();
    expect(farthest(loss, 2.5)).toBeLessThan(1e-6);
    expect(farthestOf(gradient, { gpu: 2, params: 0.25 })).toBeLessThan(1e-6);
    for (const gpu of [first, second]) gpu.destroy();
  });

  it('has what is unchecked taken as it is', async () => {
    const { gpu } = await openGpu(numbers, {}, undefined, { checked: false });
    gpu.setParams({ gpu: -1, params: 0.5 });
    expect(await gpu.readFreeParams()).toEqual({ gpu: NaN, params: 0 });
    gpu.destroy();
  });
});
