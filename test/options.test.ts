// What callers in JavaScript are told of arguments that tsc would not let pass.

import { describe, expect, it } from 'vitest';
import { analyse, compile, optimisations } from '../src/index.ts';

const model = 'model A {\n  dim N\n  param x: real[N]\n  loss sum(x[i]^2 for i in N)\n}\n';
const compileOptions =
  'path, sizes, emit, target, precision, math, format, checked, checkpoint, jacobian, without, load';

type Anything = (...args: readonly unknown[]) => unknown;
/** As JavaScript sees it, which has no types. */
const compileAny = compile as Anything;
const analyseAny = analyse as Anything;

describe('compile refuses', () => {
  const kinds = 'a list of loss, gradient, jvp, hvp, outputs';
  const names = Object.keys(optimisations).join(', ');
  it.each<readonly [options: unknown, message: string]>([
    [{ emit: ['los'] }, `options.emit must be ${kinds}; found 'los'; did you mean \`loss\`?`],
    [{ emit: ['loss', 3] }, `options.emit must be ${kinds}; found 3`],
    [{ emit: [undefined] }, `options.emit must be ${kinds}; found undefined`],
    [{ emit: 'loss' }, `options.emit must be ${kinds}; found 'loss', which is no list`],
    [{ emit: new Set(['loss']) }, `options.emit must be ${kinds}; found an object (Set), which is no list`],
    [{ target: 'wasm' }, "options.target must be one of typescript, wgsl, webgpu; found 'wasm'"],
    [{ target: 'toString' }, "options.target must be one of typescript, wgsl, webgpu; found 'toString'"],
    [{ precision: 'f16' }, "options.precision must be one of f64, f32; found 'f16'"],
    [{ precision: 'F32' }, "options.precision must be one of f64, f32; found 'F32'; did you mean `f32`?"],
    [{ math: 'quick' }, "options.math must be one of fast, exact; found 'quick'"],
    [{ math: ['fast'] }, 'options.math must be one of fast, exact; found a list'],
    [
      { without: ['fuze'] },
      `options.without must be a list of ${names}; found 'fuze'; did you mean \`fuse\`?`,
    ],
    [{ checkpoint: 'x' }, "options.checkpoint must be auto, none or a positive integer; found 'x'"],
    [{ checkpoint: 0 }, 'options.checkpoint must be auto, none or a positive integer; found 0'],
    [{ checkpoint: 2.5 }, 'options.checkpoint must be auto, none or a positive integer; found 2.5'],
    [{ checkpoint: '8' }, "options.checkpoint must be auto, none or a positive integer; found '8'"],
    [{ sizes: 3 }, 'options.sizes must be an object of numbers by name; found 3'],
    [{ sizes: [3] }, 'options.sizes must be an object of numbers by name; found a list'],
    [
      { sizes: new Map([['N', 3]]) },
      'options.sizes must be an object of numbers by name; found an object (Map)',
    ],
    [{ sizes: { N: '3' } }, "options.sizes must be an object of numbers by name; found '3' for N"],
    [{ sizes: { N: 3n } }, 'options.sizes must be an object of numbers by name; found 3n for N'],
    [{ sizes: null }, 'options.sizes must be an object of numbers by name; found null'],
    [{ path: 3 }, 'options.path must be a string; found 3'],
    [{ load: 'lib.nabla' }, "options.load must be a function; found 'lib.nabla'"],
    [{ format: 'yes' }, "options.format must be true, false or auto; found 'yes'"],
    [{ checked: 1 }, 'options.checked must be true or false; found 1'],
    [{ jacobian: () => true }, 'options.jacobian must be true or false; found a function'],
    [
      { size: { N: 3 } },
      `options.size is not an option; there are ${compileOptions}; did you mean \`sizes\`?`,
    ],
    [
      { emti: ['loss'] },
      `options.emti is not an option; there are ${compileOptions}; did you mean \`emit\`?`,
    ],
    [{ toString: 1 }, `options.toString is not an option; there are ${compileOptions}`],
    [null, 'options must be an object; found null'],
    ['m.nabla', "options must be an object; found 'm.nabla'"],
    [model, `options must be an object; found '${model.slice(0, 40)}…'`],
    [['loss'], 'options must be an object; found a list'],
  ])('%o', async (options, message) => {
    await expect(compileAny(model, options)).rejects.toThrow(new TypeError(message));
  });

  it.each<readonly [text: unknown, found: string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [new TextEncoder().encode(model), 'an object (Uint8Array)'],
    [Promise.resolve(model), 'an object (Promise)'],
    [{ text: model }, 'an object'],
  ])('the text %o', async (text, found) => {
    await expect(compileAny(text)).rejects.toThrow(new TypeError(`text must be a string; found ${found}`));
  });

  it('before it does anything else', async () => {
    const loaded: string[] = [];
    const load = (path: string): undefined => void loaded.push(path);
    const importing = `import { f } from "./lib.nabla"\n${model}`;
    await expect(compileAny(importing, { load, math: 'quick' })).rejects.toThrow(TypeError);
    expect(loaded).toEqual([]);
    await compile(importing, { load });
    expect(loaded).toEqual(['lib.nabla']);
  });
});

it('takes an option that is undefined for one that is left out', async () => {
  const names = [...compileOptions.split(', '), 'emti'];
  const options = Object.fromEntries(names.map((name) => [name, undefined]));
  expect(await compileAny(model, options)).toEqual(await compile(model));
});

it('takes every option as it is documented', async () => {
  const { files, diagnostics } = await compile(model, {
    path: 'a.nabla',
    sizes: { N: 3 },
    emit: ['loss', 'gradient', 'jvp', 'hvp', 'outputs'],
    target: 'typescript',
    precision: 'f64',
    math: 'exact',
    format: 'auto',
    checked: false,
    checkpoint: 8,
    jacobian: true,
    without: ['fuse'],
    load: () => undefined,
  });
  expect(diagnostics).toEqual([]);
  expect(files).toHaveLength(1);
});

it.each<readonly [text: unknown, options: unknown, message: string]>([
  [undefined, {}, 'text must be a string; found undefined'],
  [
    model,
    { size: { N: 3 } },
    'options.size is not an option; there are path, sizes, imports, library; did you mean `sizes`?',
  ],
  [model, { library: 'yes' }, "options.library must be true or false; found 'yes'"],
  [
    model,
    { imports: Promise.resolve(new Map()) },
    'options.imports must be a Map; found an object (Promise)',
  ],
])('analyse refuses %o with %o', (text, options, message) => {
  expect(() => analyseAny(text, options)).toThrow(new TypeError(message));
});
