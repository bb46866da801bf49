// What is measured on a GPU: some of the models of ../models/index.mjs, and larger ones that no CPU is asked for.

import { cases as others } from '../models/index.mjs';
import { ints, random, reals } from '../models/random.mjs';

export const cases = {
  digits: {
    title: 'perceptron 64×784-128-10',
    model: 'examples/digits/digits.nabla',
    sizes: { B: 64, D: 784, H: 128, K: 10 },
    inputs({ B, D, H, K }) {
      const next = random(21);
      return {
        params: {
          W1: reals(next, D * H, 0.1),
          b1: reals(next, H, 0.1),
          W2: reals(next, H * K, 0.2),
          b2: reals(next, K, 0.1),
        },
        data: { image: reals(next, B * D).map(Math.abs), label: ints(next, B, K) },
      };
    },
  },
  mlp: { title: 'perceptron 64×784-128-64-10', ...others.mlp },
  convnet: { title: 'convolutional net, 16 images of 3×32×32', ...others.convnet },
  transformer: {
    title: 'transformer block, 128 tokens of 64',
    model: 'bench/gpu/models/transformer.nabla',
    // Those of the model that are numbers are for the other libraries.
    sizes: { T: 128 },
    fixed: { C: 64, heads: 4, D: 16 },
    inputs({ T, C }) {
      const next = random(22);
      return {
        params: {
          g1: reals(next, C, 0.1).map((value) => 1 + value),
          o1: reals(next, C, 0.1),
          Wqkv: reals(next, C * 3 * C, 0.2),
          Wo: reals(next, C * C, 0.2),
          g2: reals(next, C, 0.1).map((value) => 1 + value),
          o2: reals(next, C, 0.1),
          W1: reals(next, C * 4 * C, 0.2),
          W2: reals(next, 4 * C * C, 0.1),
        },
        data: { x: reals(next, T * C), y: reals(next, T * C) },
      };
    },
  },
  lstm: { title: 'LSTM of 64, 100 characters', ...others.lstm },
  embedding: {
    title: 'embeddings, 100,000 of 1,000 rows',
    model: 'bench/gpu/models/embedding.nabla',
    sizes: { N: 100_000, V: 1_000, D: 4 },
    inputs({ N, V, D }) {
      const next = random(23);
      // A few are frequent, as words are.
      const token = Int32Array.from({ length: N }, () => Math.floor(V * next() ** 4));
      return {
        params: { E: reals(next, V * D), bias: reals(next, V), w: reals(next, D) },
        data: { token, y: reals(next, N) },
      };
    },
  },
  logistic: { title: 'logistic regression 10,000×50', ...others['logistic-50'] },
  gmm: { title: 'mixture of Gaussians, N 1,000, D 20, K 25', ...others['gmm-20'] },
};

/** All sizes, and inputs that are numbers of the GPU. */
export function pointOf(name, precision = 'f32') {
  const { sizes: given, fixed = {}, inputs } = cases[name];
  const sizes = { ...given, ...fixed };
  const { params, data } = inputs(sizes);
  const rounded = (value) => {
    if (typeof value === 'number') return Math.fround(value);
    if (value instanceof Int32Array) return value;
    const single = Float32Array.from(value);
    return precision === 'f32' ? single : Float64Array.from(single);
  };
  const all = (values) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, rounded(value)]));
  return { sizes, params: all(params), data: all(data) };
}
