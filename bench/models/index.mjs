// The models that are timed. Each has a folder with its gradient by hand, `plain.ts` and `tuned.ts`, and with its own model
// file, or takes one from elsewhere.

import { ints, random, reals } from './random.mjs';

const gmm = (D, K) => ({
  folder: 'gmm',
  model: 'test/reference/models/gmm.nabla',
  sizes: { N: 1000, D, K },
  inputs({ N }) {
    const next = random(3);
    const icf = reals(next, (K * D * (D + 1)) / 2, 1 / Math.sqrt(D));
    return {
      params: { alphas: reals(next, K), means: reals(next, K * D), icf },
      data: { x: reals(next, N * D), wishart_gamma: 1, wishart_m: 0 },
    };
  },
});

const logistic = (N, D) => ({
  folder: 'logistic',
  model: 'examples/logistic.nabla',
  sizes: { N, D },
  inputs() {
    const next = random(1);
    return {
      params: { w: reals(next, D), bias: 0.1 },
      data: { X: reals(next, N * D), y: reals(next, N).map(Math.sign), lambda: 0.1 },
    };
  },
});

export const cases = {
  'gmm-2': gmm(2, 5),
  'gmm-10': gmm(10, 25),
  'gmm-20': gmm(20, 25),
  'gmm-64': gmm(64, 50),
  'logistic-20': logistic(1_000, 20),
  'logistic-50': logistic(10_000, 50),
  'lennard-jones': {
    folder: 'lennard-jones',
    model: 'test/reference/models/lennard-jones.nabla',
    sizes: { n: 200 },
    inputs({ n }) {
      // Atoms about 1 apart, each a little off its place in a cube.
      const next = random(4);
      const side = Math.ceil(Math.cbrt(n));
      const place = (i, axis) => Math.floor(i / side ** axis) % side;
      const x = Float64Array.from(
        { length: 3 * n },
        (_, c) => 1.1 * place(Math.floor(c / 3), c % 3) + 0.1 * next(),
      );
      return { params: { x }, data: {} };
    },
  },
  rosenbrock: {
    folder: 'rosenbrock',
    model: 'examples/rosenbrock.nabla',
    sizes: { N: 100 },
    inputs: ({ N }) => ({ params: { x: reals(random(5), N, 2) }, data: {} }),
  },
  mlp: {
    folder: 'mlp',
    model: 'bench/models/mlp/mlp.nabla',
    sizes: { B: 64, D: 784, H: 128, M: 64, K: 10 },
    inputs({ B, D, H, M, K }) {
      const next = random(2);
      return {
        params: {
          W1: reals(next, D * H, 0.1),
          b1: reals(next, H, 0.1),
          W2: reals(next, H * M, 0.2),
          b2: reals(next, M, 0.1),
          W3: reals(next, M * K, 0.3),
          b3: reals(next, K, 0.1),
        },
        data: { x: reals(next, B * D).map(Math.abs), label: ints(next, B, K) },
      };
    },
  },
  'tanh-net': {
    folder: 'tanh-net',
    model: 'bench/models/tanh-net/tanh-net.nabla',
    sizes: { B: 32, D: 2, H: 16 },
    inputs({ B, D, H }) {
      const next = random(6);
      return {
        params: {
          W1: reals(next, D * H),
          b1: reals(next, H),
          W2: reals(next, H * H, 0.5),
          b2: reals(next, H),
          w3: reals(next, H, 0.5),
          b3: 0.1,
        },
        data: { x: reals(next, B * D), y: reals(next, B) },
      };
    },
  },
  lstm: {
    folder: 'lstm',
    model: 'bench/models/lstm/lstm.nabla',
    sizes: { T: 100, V: 32, H: 64 },
    inputs({ T, V, H }) {
      const next = random(7);
      return {
        params: {
          E: reals(next, V * 4 * H, 0.5),
          Wh: reals(next, 4 * H * H, 0.2),
          b: reals(next, 4 * H, 0.5),
          Wy: reals(next, V * H, 0.3),
          by: reals(next, V, 0.3),
        },
        data: { text: ints(next, T, V) },
      };
    },
  },
  'lstm-diagonal': {
    folder: 'lstm-diagonal',
    model: 'bench/models/lstm-diagonal/lstm-diagonal.nabla',
    sizes: { T: 1024, L: 2, W: 14 },
    inputs({ T, L, W }) {
      const next = random(8);
      return {
        params: {
          weight: reals(next, L * 4 * W),
          bias: reals(next, L * 4 * W),
          wIn: reals(next, W),
          wOut: reals(next, W),
          bOut: reals(next, W),
        },
        data: {
          start: reals(next, L * 2 * W),
          text: reals(next, T * W).map((value) => (value > 0.5 ? 1 : 0)),
        },
      };
    },
  },
};
