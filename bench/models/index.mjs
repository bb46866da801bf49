// The models that are timed. Each has a folder with its gradient by hand, `plain.ts` and `tuned.ts`, and with its own model
// file, or takes one from elsewhere. Sizes that are `fixed` are known when the model is compiled, as its variants by hand know them.

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

const bundleAdjustment = (points, obs) => ({
  folder: 'bundle-adjustment',
  model: 'test/reference/models/bundle-adjustment.nabla',
  sizes: { points, obs },
  inputs() {
    const next = random(9);
    // Turned a little, 5 in front of the points, with focal length 100 and little distortion.
    const rows = [0.3, 0.3, 0.3, 1, 1, 1, 10, 5, 5, 0.01, 0.01];
    const middle = [0.1, 0.2, 0.3, 0, 0, -5, 100, 50, 50, 0, 0];
    const cams = Float64Array.from({ length: 33 }, (_, i) => middle[i % 11] + rows[i % 11] * next());
    return {
      params: { cams, X: reals(next, points * 3), w: reals(next, obs) },
      data: { obs_cam: ints(next, obs, 3), obs_pt: ints(next, obs, points), feats: reals(next, obs * 2, 50) },
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
  'gmm-2': { ...gmm(2, 5), fixed: ['D'] },
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
  'inverse-kinematics': {
    folder: 'inverse-kinematics',
    model: 'test/reference/models/inverse-kinematics.nabla',
    sizes: { n: 6 },
    inputs: ({ n }) => ({
      params: { theta: reals(random(10), n) },
      data: { len: Float64Array.from({ length: n }, (_, i) => 1 - 0.1 * i), tx: 1.5, ty: 2 },
    }),
  },
  'bundle-residual': bundleAdjustment(1, 1),
  'bundle-adjustment': bundleAdjustment(300, 1000),
  ode: {
    folder: 'ode',
    model: 'bench/models/ode/ode.nabla',
    sizes: { seen: 100 },
    inputs: ({ seen }) => ({
      params: { u0: Float64Array.of(1.2, 0.8), a: 1.1, b: 0.9, c: 0.8, d: 1.05 },
      data: { obs: reals(random(11), 2 * seen).map((value) => 1 + 0.5 * value) },
    }),
  },
  hmm: {
    folder: 'hmm',
    model: 'test/reference/models/hmm-forward.nabla',
    sizes: { T: 500, S: 16, V: 32 },
    inputs({ T, S, V }) {
      const next = random(12);
      return {
        params: { A: reals(next, S * S, 2), B: reals(next, S * V, 2), pi: reals(next, S) },
        data: { obs: ints(next, T, V) },
      };
    },
  },
  convnet: {
    folder: 'convnet',
    model: 'bench/models/convnet/convnet.nabla',
    sizes: { B: 16 },
    inputs({ B }) {
      const next = random(13);
      return {
        params: {
          K1: reals(next, 16 * 3 * 9, 0.3),
          c1: reals(next, 16, 0.1),
          K2: reals(next, 32 * 16 * 9, 0.15),
          c2: reals(next, 32, 0.1),
          W1: reals(next, 1568 * 64, 0.05),
          b1: reals(next, 64, 0.1),
          W2: reals(next, 640, 0.2),
          b2: reals(next, 10, 0.1),
        },
        data: { x: reals(next, B * 3 * 32 * 32), y: ints(next, B, 10) },
      };
    },
  },
};
