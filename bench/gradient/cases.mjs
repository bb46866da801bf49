// The models that are timed: sizes, inputs, and the emitted and the hand-written gradient behind one signature.

/** Numbers in [-1, 1), the same in every process. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

const filled = (Type, length, value) => Type.from({ length }, value);

export const cases = {
  logistic: {
    path: 'examples/logistic.nabla',
    hand: 'hand/logistic.ts',
    sizes: { N: 10_000, D: 50 },
    inputs({ N, D }) {
      const next = random(1);
      return {
        params: { w: filled(Float64Array, D, next), bias: 0.1 },
        data: {
          X: filled(Float64Array, N * D, next),
          y: filled(Float64Array, N, () => (next() > 0 ? 1 : -1)),
          lambda: 0.1,
        },
      };
    },
    zeros: ({ D }) => ({ w: new Float64Array(D), bias: 0 }),
  },
  digits: {
    path: 'examples/digits/digits.nabla',
    hand: 'hand/digits.ts',
    sizes: { B: 64, D: 784, H: 128, K: 10 },
    inputs({ B, D, H, K }) {
      const next = random(2);
      const small = (scale) => () => scale * next();
      return {
        params: {
          W1: filled(Float64Array, D * H, small(0.1)),
          b1: filled(Float64Array, H, small(0.1)),
          W2: filled(Float64Array, H * K, small(0.3)),
          b2: filled(Float64Array, K, small(0.1)),
        },
        data: {
          image: filled(Float64Array, B * D, () => Math.abs(next())),
          label: filled(Int32Array, B, () => Math.floor(Math.abs(next()) * K)),
        },
      };
    },
    zeros: ({ D, H, K }) => ({
      W1: new Float64Array(D * H),
      b1: new Float64Array(H),
      W2: new Float64Array(H * K),
      b2: new Float64Array(K),
    }),
  },
};
