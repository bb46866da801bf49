// A variant of a model: a way to compute its gradient, behind `prepare` (see models/variant.ts). One that is not emitted
// is a peer's (see peers/index.mjs), or `native` (see native/gcc.mjs), or a module of that name beside the model.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../harness.mjs';
import { cases } from '../models/index.mjs';
import { prepareNative } from '../native/gcc.mjs';
import { peers, preparePeer } from '../peers/index.mjs';

/** `loss` is the emitted loss alone; the others compute loss and gradient. */
export const variants = ['loss', 'emitted', 'plain', 'tuned'];

const built = join(root, 'dist/bench');
const emittedFile = ({ model, fixed = [], sizes }) =>
  join(
    built,
    'emitted',
    model.replace(/\.nabla$/, `${fixed.map((name) => `-${name}${sizes[name]}`).join('')}.mjs`),
  );

/** Compiles the model of a case once for all the processes that measure it. */
export async function compileModel(name) {
  const { model, fixed = [], sizes: given } = cases[name];
  const sizes = Object.fromEntries(fixed.map((size) => [size, given[size]]));
  const [{ compile }, { ts }] = await Promise.all([import('../../dist/src/index.js'), import('ts-morph')]);
  const { files, diagnostics } = await compile(readFileSync(join(root, model), 'utf8'), {
    path: model,
    sizes,
  });
  if (files.length === 0) throw new Error(`${model}: ${diagnostics[0].message}`);
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(files[0].text, { compilerOptions });
  const file = emittedFile(cases[name]);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, outputText);
}

/** One variant of a case as `{ run, gradient }`. */
export async function prepare(name, variant) {
  const { folder, fixed = [], sizes, inputs } = cases[name];
  const given = inputs(sizes);
  const emitted = async (kind) => {
    const module = await import(pathToFileURL(emittedFile(cases[name])).href);
    const free = Object.entries(sizes).filter(([size]) => !fixed.includes(size));
    return prepareEmitted(module, kind, Object.fromEntries(free), given);
  };
  if (variant === 'loss' || variant === 'emitted') return emitted(variant);
  if (variant in peers) {
    const { run: loss } = await emitted('loss');
    return preparePeer(variant, folder, sizes, given, loss);
  }
  if (variant === 'native') return prepareNative(folder, sizes, given);
  const file = join(built, 'models', folder, `${variant}.js`);
  return (await import(pathToFileURL(file).href)).prepare(sizes, given);
}

function prepareEmitted(module, variant, sizes, { params, data }) {
  const suffix = 'LossAndGradient';
  const prefix = Object.keys(module)
    .find((name) => name.endsWith(suffix))
    .slice(0, -suffix.length);
  const loss = module[`${prefix}Loss`];
  const lossAndGradient = module[`${prefix}${suffix}`];
  // An argument that would be empty is not in the signature.
  const of = (object) => (Object.keys(object).length > 0 ? [object] : []);
  const given = [params, ...of(data), ...of(sizes)];
  const gradient = module[`${prefix}Zeros`](...of(sizes));
  const workspace = module[`${prefix}Workspace`];
  const ws = workspace === undefined ? [] : [workspace(...of(sizes))];
  return {
    gradient,
    run:
      variant === 'loss'
        ? bound(loss, [...given, ...ws])
        : bound(lossAndGradient, [...given, gradient, ...ws]),
  };
}

/** A call without arguments, and without the spread that would cost more than the smallest models. */
function bound(call, args) {
  const [a, b, c, d, e] = args;
  switch (args.length) {
    case 1:
      return () => call(a);
    case 2:
      return () => call(a, b);
    case 3:
      return () => call(a, b, c);
    case 4:
      return () => call(a, b, c, d);
    default:
      return () => call(a, b, c, d, e);
  }
}
