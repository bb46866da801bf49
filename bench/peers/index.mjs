// Other ways to get a gradient in JavaScript. Each peer is a module beside this one with one function for each model that
// it computes, by the model's folder: from sizes, inputs and a call of the emitted loss to `{ run, gradient }`.

import { existsSync, readFileSync } from 'node:fs';

/** What a peer may differ from the emitted gradient by, relative to the largest element of a field. */
const tolerances = { float32: 1e-4, double: 1e-8 };

export const peers = {
  'tfjs-cpu': { title: 'TensorFlow.js, cpu', packages: ['@tensorflow/tfjs'], numbers: 'float32' },
  'tfjs-wasm': {
    title: 'TensorFlow.js, wasm',
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
    numbers: 'float32',
  },
  'jax-js': { title: 'jax-js, wasm', packages: ['@jax-js/jax'], numbers: 'float32' },
  mathjs: { title: 'math.js', packages: ['mathjs'], numbers: 'double' },
  'compute-engine': { title: 'Compute Engine', packages: ['@cortex-js/compute-engine'], numbers: 'double' },
  'central-differences': { title: 'central differences', packages: [], numbers: 'double' },
};

/** Which peers compute which case of `models/index.mjs`. */
export const comparisons = {
  mlp: ['tfjs-cpu', 'tfjs-wasm', 'jax-js'],
  'logistic-20': ['jax-js'],
  'logistic-50': ['jax-js'],
  'gmm-10': ['jax-js'],
  'lennard-jones': ['jax-js'],
  'tanh-net': ['jax-js'],
  rosenbrock: ['mathjs', 'compute-engine', 'central-differences'],
  'inverse-kinematics': ['mathjs', 'compute-engine', 'central-differences'],
};

export const toleranceOf = (peer) => tolerances[peers[peer].numbers];

/** A peer's model as `{ run, gradient }`, given the sizes, the inputs and a call of the emitted loss of these inputs. */
export async function preparePeer(peer, model, sizes, inputs, loss) {
  return (await import(`./${peer}.mjs`))[model](sizes, inputs, loss);
}

const installed = (name) => new URL(`../node_modules/${name}/package.json`, import.meta.url);

const packages = [...new Set(Object.values(peers).flatMap((peer) => peer.packages))];

/** The packages that are not installed. */
export const missing = () => packages.filter((name) => !existsSync(installed(name)));

/** Of the packages, as they are installed. */
export const versions = () =>
  Object.fromEntries(
    packages.map((name) => [name, JSON.parse(readFileSync(installed(name), 'utf8')).version]),
  );
