// What is emitted: the kernels, and as TypeScript, on the CPU.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile } from '../../dist/src/compile.js';
import { root } from '../harness.mjs';
import { openAdapter } from './adapter.mjs';
import { cases, pointOf } from './models.mjs';

/** What a module exports under a name like this. */
async function emitted(name, form, options) {
  const { model } = cases[name];
  const source = readFileSync(join(root, model), 'utf8');
  const { files, diagnostics } = await compile(source, { path: model, ...options });
  if (files.length === 0) throw new Error(diagnostics[0].message);
  const { ts } = await import('ts-morph');
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const folder = join(root, 'dist/bench/gpu');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${form}.mjs`);
  writeFileSync(file, ts.transpileModule(files[0].text, { compilerOptions }).outputText);
  const module = await import(pathToFileURL(file).href);
  return (pattern) => Object.entries(module).find(([key]) => pattern.test(key))?.[1];
}

export async function kernels(name, rate) {
  const named = await emitted(name, 'kernels', { target: 'webgpu' });
  const { params, data } = pointOf(name);
  const adapter = await openAdapter();
  const device = await adapter.requestDevice();
  const gpu = await named(/^create.*Gpu$/)(device, cases[name].sizes);
  gpu.setParams(params);
  gpu.setData(data);
  return {
    lossAndGradient: () => gpu.lossAndGradient(),
    step: () => gpu.step(rate),
    finish: () => gpu.readLoss(),
  };
}

export async function typescript(name, rate, precision = 'f32') {
  const named = await emitted(name, precision, { precision, emit: ['gradient'] });
  const { params, data } = pointOf(name, precision);
  const { sizes } = cases[name];
  const workspace = named(/Workspace$/)?.(sizes);
  const gradient = named(/Zeros$/)(sizes);
  const call = named(/LossAndGradient$/);
  const lossAndGradient = () => ({ loss: call(...[params, data, sizes, gradient, workspace].filter((arg) => arg !== undefined)), gradient }); // prettier-ignore
  return {
    lossAndGradient,
    step() {
      lossAndGradient();
      for (const field in params) {
        const [own, of] = [params[field], gradient[field]];
        if (typeof own === 'number') params[field] -= rate * of;
        else for (let i = 0; i < own.length; i++) own[i] -= rate * of[i];
      }
    },
    finish: () => undefined,
  };
}
