// Params as views of a flat vector, and outputs to be filled.

import { expect, it } from 'vitest';
import { emitTypeScript } from '../../src/emit/typescript.ts';
import { accumulate, buffer, fill, integer, model, real, type, type Declared } from './build.ts';
import { load, type Module } from './typescript.ts';

const outputs = { o: type('int', 'N'), flags: type('bool', 2), best: type('int'), any: type('bool') };
const emit = (params: Declared['params'] = {}, precision: 'f64' | 'f32' = 'f64'): Promise<Module> =>
  emitTypeScript(
    [
      model(
        { name: 'Flat', sizes: ['N'], params, outputs },
        {
          gradient: {
            body: [
              fill(buffer('gradient', 'W', type('real', 'N', 2)), integer(0)),
              accumulate(buffer('gradient', 'b', type('real', 'N')), [integer(1)], 5),
            ],
            result: real(1),
          },
          outputs: { body: [] },
        },
      ),
    ],
    { sourcePath: 'flat.nabla', precision },
  ).then(load);

const arrays = { W: type('real', 'N', 2), b: type('real', 'N') };
const sizes = { N: 2 };

it('views share the memory of the vector, both as params and as a gradient', async () => {
  const { flatViews, flatLossAndGradient } = await emit(arrays);
  const flat = Float64Array.of(1, 2, 3, 4, 5, 6);
  const params = flatViews?.(flat, sizes);
  expect(params).toEqual({ W: Float64Array.of(1, 2, 3, 4), b: Float64Array.of(5, 6) });
  const gradient = Float64Array.of(9, 9, 9, 9, 0, 0);
  expect(flatLossAndGradient?.(params, sizes, flatViews?.(gradient, sizes))).toBe(1);
  expect(gradient).toEqual(Float64Array.of(0, 0, 0, 0, 0, 5));
  expect(() => flatLossAndGradient?.(params, sizes, flatViews?.(flat, sizes))).toThrow(
    'gradient.W must not share memory with params.W',
  );
});

it('a vector of another length or kind is refused', async () => {
  const { flatViews } = await emit(arrays, 'f32');
  expect(flatViews?.(new Float32Array(6), sizes)).toHaveProperty('b.length', 2);
  expect(() => flatViews?.(new Float32Array(5), sizes)).toThrow(
    'flat must have length 6 for real[3*N], got 5',
  );
  expect(() => flatViews?.(new Float64Array(6), sizes)).toThrow('flat must be a Float32Array');
});

it('scalars cannot be views, so that a model that has some has no such function', async () => {
  const module = await emit({ ...arrays, scale: type('real') });
  expect(module['flatUnpack']).toBeTypeOf('function');
  expect(module['flatViews']).toBeUndefined();
});

it('outputs to be filled have the types and lengths that are asked for', async () => {
  const { flatOutputsZeros, flatOutputs } = await emit(arrays);
  const made = flatOutputsZeros?.(sizes);
  expect(made).toEqual({ o: new Int32Array(2), flags: new Uint8Array(2), best: 0, any: false });
  const params = { W: new Float64Array(4), b: new Float64Array(2) };
  expect(() => flatOutputs?.(params, sizes, made)).not.toThrow();
});
