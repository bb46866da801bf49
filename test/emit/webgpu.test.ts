// The kernel form: what the host takes and refuses, what it says, and what it computes at sizes that functions of WGSL have no
// room for.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderDiagnostic } from '../../src/base/frame.ts';
import { compile, type CompileOptions } from '../../src/compile.ts';
import { derive } from '../../src/generate.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { random } from '../../src/numeric/random.ts';
import { farthest, farthestOf } from '../support/compare.ts';
import { compileModule } from '../support/emitted.ts';
import { examples, smallModels } from '../support/golden.ts';
import { programOf } from '../support/language.ts';
import { modelNames, referenceCase } from '../support/reference.ts';
import { openDevice } from '../support/gpu.ts';
import { flattened, openGpu } from '../support/webgpu.ts';
import { typeErrors } from './typescript.ts';

const messages = async (source: string, options: CompileOptions = {}): Promise<string> => {
  const { files, diagnostics } = await compile(source, { path: 'm.nabla', target: 'webgpu', ...options });
  expect(files).toEqual([]);
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n');
};

describe('what cannot be kernels', () => {
  it('a model without a loss', async () => {
    expect(await messages('model Line {\n  param a: real\n  output b = a * a\n}\n')).toContain(
      'm.nabla:1:7: error N0611: kernels compute a loss and its gradient, and `Line` has no loss',
    );
  });

  it('double precision, and numbers that no f32 holds', async () => {
    const source = 'model Big {\n  param w: real[3]\n  loss sum(w * 1e39)\n}\n';
    expect(await messages(source, { precision: 'f64' })).toContain('error N0607');
    expect(await messages(source)).toContain('m.nabla:3:12: error N0608: 1e+39 is no number of type f32');
  });
});

describe('the host', () => {
  const gpuTypes = resolve(import.meta.dirname, '../../node_modules/@webgpu/types/dist/index.d.ts');
  const moduleOf = async (name: string, text: string): Promise<string> =>
    (await compile(text, { path: `${name}.nabla`, target: 'webgpu', format: false })).files[0]?.text ?? '';

  it('has no type errors under the strictest settings', { timeout: 240_000 }, async () => {
    const sources = [...examples, ...modelNames.map((name) => ({ name, text: referenceCase(name).source }))];
    const files = await Promise.all(
      sources.map(async ({ name, text }) => [`${name}.ts`, await moduleOf(name, text)] as const),
    );
    const made = files.filter(([, text]) => text !== '');
    expect(made.length).toBeGreaterThan(45);
    expect(typeErrors(Object.fromEntries(made), { 'webgpu.d.ts': readFileSync(gpuTypes, 'utf8') })).toEqual([]); // prettier-ignore
  });

  it('is emitted as it was', async () => {
    const { text = '' } = examples.find(({ name }) => name === 'logistic') ?? {};
    const { files } = await compile(text, { path: 'logistic.nabla', target: 'webgpu' });
    await expect(files[0]?.text).toMatchFileSnapshot('../golden/logistic.gpu.ts');
  });

  const line = `model Line {
  dim N, K
  data x: real[N], group: int[N] in 0..K
  param slope: real[K], offset: real
  loss sum((slope[group[n]] * x[n] + offset)^2 for n in N)
}
`;
  const sizes = { N: 4, K: 2 };
  const params = { slope: [1, -2], offset: 0.5 };
  const data = { x: [1, 2, 3, 4], group: [0, 1, 1, 0] };
  const x = Float32Array.of(1, 2, 3, 4);

  it('says what is wrong with sizes, params and data', async () => {
    const { gpu, fields } = await openGpu(line, sizes);
    await expect(gpu.readParams()).rejects.toThrow('Line has no params yet: setParams gives them');
    await expect(gpu.readLoss()).rejects.toThrow('Line has no loss yet: lossAndGradient and step compute it');
    expect(() => gpu.step(0.1)).toThrow('Line has no params yet: setParams gives them');
    // It left no error scope open.
    await expect((await openDevice()).popErrorScope()).rejects.toThrow();
    await expect(openGpu(line, { N: 0, K: 2 })).rejects.toThrow('sizes.N must be a positive integer, got 0');
    await expect(gpu.lossAndGradient()).rejects.toThrow('Line has no params yet: setParams gives them');
    const slope = new Float32Array(3);
    expect(() => gpu.setParams({ slope, offset: 0 })).toThrow(
      'params.slope must have length 2 for real[K], got 3',
    );
    expect(() => gpu.setParams({ slope: x.slice(2), offset: '1' })).toThrow(
      'params.offset must be a number for real',
    );
    expect(() => gpu.setData({ x: [1], group: 1 })).toThrow('data.x must be a Float32Array for real[N]');
    expect(() => gpu.setData({ x, group: Int32Array.of(0, 1, 2, 0) })).toThrow('data.group[2] must be in 0..2, got 2'); // prettier-ignore
    gpu.setParams(fields('param', params));
    await expect(gpu.lossAndGradient()).rejects.toThrow('Line has no data yet: setData gives them');
    gpu.setData(fields('data', data));
    const { loss } = await gpu.lossAndGradient();
    expect(loss).toBe(1.5 ** 2 + 3.5 ** 2 + 5.5 ** 2 + 4.5 ** 2);
    gpu.destroy();
  });

  it('takes the gradient of rows that data name', async () => {
    const { gpu } = await openGpu(line, sizes, { params, data });
    const { gradient } = await gpu.lossAndGradient();
    expect(gradient).toEqual({
      slope: Float32Array.of(2 * (1.5 + 4 * 4.5), 2 * (2 * -3.5 + 3 * -5.5)),
      offset: 2 * (1.5 - 3.5 - 5.5 + 4.5),
    });
    gpu.destroy();
  });

  it('refuses an index out of range, and says where', async () => {
    const source = `model Look {\n  dim N\n  data at: int\n  param w: real[N]\n  loss w[at]^2\n}\n`;
    const { gpu } = await openGpu(source, { N: 3 }, { params: { w: [1, 2, 3] }, data: { at: 3 } });
    await expect(gpu.lossAndGradient()).rejects.toThrow(/^Look: an index is out of range/);
    gpu.step(1);
    await expect(gpu.readLoss()).rejects.toThrow(/^Look: an index is out of range/);
    gpu.setData({ at: 2 });
    gpu.step(0.5);
    expect(await gpu.readLoss()).toBe(9);
    expect(await gpu.readParams()).toEqual({ w: Float32Array.of(1, 2, 0) });
    gpu.destroy();
  });

  it('computes products in tiles that matrices do not fill, of transposed matrices too', async () => {
    const source = `model Products {
  dim M, N, K
  data x: real[M, K], y: real[N, M]
  param a: real[K, N], b: real[N, K]
  let p[m in M, n in N] = tanh(sum(x[m, k] * a[k, n] for k in K)) + sum(x[m, k] * b[n, k] for k in K)
  loss sum((p[m, n] - y[n, m])^2 for m in M, n in N) / real(M * N)
}
`;
    const numbers = (length: number): number[] =>
      Array.from({ length }, (_, i) => Math.fround(Math.sin(i * i + 1)));
    const [M, N, K] = [17, 35, 19];
    const point = {
      params: { a: numbers(K * N), b: numbers(N * K) },
      data: { x: numbers(M * K), y: numbers(N * M) },
    };
    const { gpu, text } = await openGpu(source, { M, N, K }, point);
    expect(text.match(/fn products_\d+_tiled/g)?.length).toBeGreaterThan(2);
    const expected = interpret(derive(programOf(source), 'gradient'), point, { M, N, K });
    const found = await gpu.lossAndGradient();
    expect(farthest(found.loss, expected.loss ?? NaN)).toBeLessThan(1e-5);
    expect(farthestOf(flattened(found.gradient), expected.gradient)).toBeLessThan(1e-5);
    expect(await gpu.lossAndGradient()).toEqual(found);
    gpu.destroy();
  });

  it('takes what is no number where nobody takes it', async () => {
    const source = `model Odd {\n  param w: real\n  loss w > 0 ? w * w : w * log(0 - 1)\n}\n`;
    const { gpu, text } = await openGpu(source, {}, { params: { w: 3 }, data: {} });
    expect(text).toContain('not_a_number()');
    expect(await gpu.lossAndGradient()).toEqual({ loss: 9, gradient: { w: 6 } });
    gpu.destroy();
  });

  it('does without weights that floats are too coarse for', async () => {
    const { text = '' } = smallModels.find(({ name }) => name === 'markov') ?? {};
    const sizes = { T: 3, S: 2 };
    const point = { params: { A: [-90, -90, -3, 0] }, data: { seen: [0, -90, 1, 2, 2, 3] } };
    const { gpu } = await openGpu(text, sizes, point);
    const expected = interpret(derive(programOf(text), 'gradient'), point, sizes);
    const { loss, gradient } = await gpu.lossAndGradient();
    expect(farthest(loss, expected.loss ?? NaN)).toBeLessThan(1e-5);
    expect(farthestOf(gradient, expected.gradient)).toBeLessThan(1e-5);
    gpu.destroy();
  });

  it('goes through rows without elements', async () => {
    const source = `model Empty {\n  dim N\n  param a: real[N, N - 1, N - 1], b: real\n  loss sum(a * a) + b * b\n}\n`;
    const { gpu } = await openGpu(source, { N: 1 }, { params: { a: [], b: 3 }, data: {} });
    expect(await gpu.lossAndGradient()).toEqual({ loss: 9, gradient: { a: new Float32Array(0), b: 6 } });
    gpu.destroy();
    const { gpu: filled } = await openGpu(
      source,
      { N: 3 },
      { params: { a: Array(12).fill(0.5), b: 3 }, data: {} },
    );
    expect(await filled.lossAndGradient()).toEqual({
      loss: 12,
      gradient: { a: new Float32Array(12).fill(1), b: 6 },
    });
    filled.destroy();
  });

  it('says how much memory would be needed', async () => {
    const source = `model Wide {\n  dim N\n  param w: real[N, N]\n  loss sum(w * w)\n}\n`;
    await expect(openGpu(source, { N: 10_000 })).rejects.toThrow(
      'Wide needs 400000000 bytes for params, 400000000 of them w; this device has 134217728',
    );
  });
});

describe('a network of 784, 128 and 10 units on 64 images', () => {
  const source = readFileSync(resolve(import.meta.dirname, '../../examples/digits/digits.nabla'), 'utf8');
  const sizes = { B: 64, D: 784, H: 128, K: 10 };
  const numbersOf = random(7);
  const numbers = (length: number, scale: number): readonly number[] =>
    Array.from({ length }, () => Math.fround(scale * (2 * numbersOf.uniform() - 1)));
  const point = {
    params: { W1: numbers(784 * 128, 0.05), b1: numbers(128, 0.1), W2: numbers(1280, 0.1), b2: numbers(10, 0.1) }, // prettier-ignore
    data: { image: numbers(64 * 784, 1).map(Math.abs), label: Array.from({ length: 64 }, (_, b) => (b * 7) % 10) }, // prettier-ignore
  };

  it(
    'has the loss and the gradient of emitted TypeScript, and takes its steps',
    { timeout: 180_000 },
    async () => {
      const { gpu } = await openGpu(source, sizes, point);
      const emitted = await compileModule(source, 'digits.nabla', { sizes, emit: ['gradient'] });
      const expected = emitted.run(point);
      const found = await gpu.lossAndGradient();
      expect(farthest(found.loss, expected.loss ?? NaN)).toBeLessThan(1e-5);
      expect(farthestOf(flattened(found.gradient), expected.gradient)).toBeLessThan(1e-5);
      expect(await gpu.lossAndGradient()).toEqual(found);

      const rate = 0.1;
      let params: Record<string, readonly number[]> = { ...point.params };
      for (let step = 0; step < 3; step++) {
        const { gradient } = emitted.run({ ...point, params });
        params = Object.fromEntries(
          Object.entries(params).map(([name, values]) => {
            const slope = Array.from(gradient[name] as ArrayLike<number>);
            return [name, values.map((value, i) => value - rate * (slope[i] ?? NaN))];
          }),
        );
        gpu.step(rate);
      }
      expect(farthestOf(await gpu.readParams(), params)).toBeLessThan(1e-5);
      gpu.destroy();
    },
  );
});
