// What is measured: a variant yields loss and gradient, makes steps, and says in what it computes.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { found, root } from '../harness.mjs';
import { pointOf } from './models.mjs';
import { rate, timed } from './timing.mjs';

/** `prepare`: from a model to `{ lossAndGradient, step, finish }`. Those without it are PyTorch's. */
export const variants = {
  kernels: { title: 'kernels', prepare: async (name) => (await import('./kernels.mjs')).kernels(name, rate) },
  typescript: {
    title: 'TypeScript, CPU',
    prepare: async (name) => (await import('./kernels.mjs')).typescript(name, rate),
  },
  tfjs: { title: 'TensorFlow.js', prepare: async (name) => (await import('./tfjs.mjs')).tfjs(name, rate) },
  'jax-js': { title: 'jax-js', prepare: async (name) => (await import('./jax-js.mjs')).jaxJs(name, rate) },
  torch: { title: 'PyTorch', flags: [] },
  'torch-graph': { title: 'PyTorch, CUDA graph', flags: ['graph'] },
};

/** In double precision, which the others are held to. */
const reference = async (name) => (await import('./kernels.mjs')).typescript(name, rate, 'f64');

/** In a process of its own: loss and gradient, or times, or why there are none. */
export async function measureHere({ what, name, variant, seconds }) {
  const made = await (variant === 'reference' ? reference(name) : variants[variant].prepare(name));
  if (what === 'time') return found(await timed(made, seconds));
  const { loss, gradient } = await made.lossAndGradient();
  const fields = Object.entries(gradient).map(([field, values]) => [field, numbersOf(values)]);
  found({ loss, gradient: Object.fromEntries(fields) });
}

const numbersOf = (value) => (typeof value === 'number' ? [value] : Array.from(value));

/** As long as a process may take that measures one thing. */
const timeout = 540_000;

/** What a process finds, or `{ reason }`. */
export function ask(script, argument, { env, python, torch }) {
  const { what, name, variant, seconds } = argument;
  const { flags } = variants[variant] ?? {};
  const [command, args] =
    flags === undefined
      ? [process.execPath, [fileURLToPath(script), '--measure', JSON.stringify(argument)]]
      : [python, [torchScript, what, name, torchInput(name, seconds), ...flags]];
  if (flags !== undefined && torch.reason !== undefined) return { reason: torch.reason };
  try {
    const stdio = ['ignore', 'pipe', 'pipe'];
    return JSON.parse(execFileSync(command, args, { env, stdio, encoding: 'utf8', maxBuffer: 1e9, timeout }));
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

/** The line of what a process says that names the error. */
function reasonOf({ code, stderr = '', message }) {
  if (code === 'ETIMEDOUT') return `no end after ${timeout / 1000} s`;
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const named = lines.filter((line) => /^(?!Warning)[\w.]*(Error|Exception)\b/.test(line)).at(-1);
  return (named ?? lines.at(-1) ?? message).replace(/\|/g, '/').slice(0, 160);
}

// ---- PyTorch

const torchScript = fileURLToPath(new URL('torch_models.py', import.meta.url));

/** Its version and its card, or why it is not measured. */
export function probeTorch(python) {
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 };
    const { version, card } = JSON.parse(execFileSync(python, [torchScript, 'probe'], options));
    return card === null ? { reason: `PyTorch ${version} finds no card` } : { version, card };
  } catch {
    return { reason: 'not installed' };
  }
}

function torchInput(name, seconds) {
  const { sizes, params, data } = pointOf(name);
  const plain = (values) => (typeof values === 'number' ? values : Array.from(values));
  const all = (entries) => Object.fromEntries(entries.map(([key, values]) => [key, plain(values)]));
  const isInt = ([, values]) => values instanceof Int32Array;
  const given = {
    sizes,
    rate,
    seconds,
    params: all(Object.entries(params)),
    data: all(Object.entries(data).filter((entry) => !isInt(entry))),
    ints: all(Object.entries(data).filter(isInt)),
  };
  const folder = join(root, 'dist/bench/gpu');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-inputs.json`);
  writeFileSync(file, JSON.stringify(given));
  return file;
}
