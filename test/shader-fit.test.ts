// The example of a shader that calls emitted functions: fewer curves, as it stands otherwise.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { compile, type TargetName } from '../src/compile.ts';

const folder = resolve(import.meta.dirname, '../examples/shader-fit');
const read = (name: string): string => readFileSync(resolve(folder, name), 'utf8');
const part = (name: string): Promise<unknown> => import(`${folder}/${name}`);

interface Shape {
  readonly points: number;
  readonly steps: number;
}
const { curves, errors, median, points } = (await part('curves.mjs')) as {
  readonly curves: (count: number) => { readonly params: Float64Array; readonly measured: Float32Array };
  readonly errors: (fits: ArrayLike<number>, others: ArrayLike<number>, width: number) => Float64Array;
  readonly median: (sorted: Float64Array) => number;
  readonly points: number;
};
const { fitOnCpu, load } = (await part('cpu.mjs')) as {
  readonly fitOnCpu: (module: unknown, measured: Float32Array, shape: Shape) => Float64Array;
  readonly load: (text: string) => Promise<unknown>;
};
const { fitOnGpu } = (await part('gpu.mjs')) as {
  readonly fitOnGpu: (
    code: string,
    measured: Float32Array,
    shape: Shape,
  ) => Promise<{ readonly fits: Float32Array }>;
};

async function compiled(target: TargetName): Promise<string> {
  const { files, diagnostics } = await compile(read('decay.nabla'), {
    path: 'decay.nabla',
    target,
    emit: ['gradient'],
  });
  expect(diagnostics).toEqual([]);
  return files[0]?.text ?? '';
}

it('finds the params of 256 curves, each in a thread, twice to the last bit', async () => {
  const shape = { points, steps: 12 };
  const { params, measured } = curves(256);
  const code = (await compiled('wgsl')) + read('fit.wgsl');
  const { fits } = await fitOnGpu(code, measured, shape);
  expect(fits.length).toBe(4 * 256);
  expect(fits.every(Number.isFinite)).toBe(true);
  const found = errors(fits, params, 3);
  expect(median(found)).toBeLessThan(0.02);
  expect(found.at(-1)).toBeLessThan(0.2);
  const twin = fitOnCpu(await load(await compiled('typescript')), measured, shape);
  expect(errors(fits, twin, 4).at(-1)).toBeLessThan(1e-3);
  expect((await fitOnGpu(code, measured, shape)).fits).toEqual(fits);
});
