// Models in TensorFlow.js, for any of its backends, each by its name: from sizes and inputs, tensors that stay, the shapes of the params and
// the loss of these.

import * as tf from '@tensorflow/tfjs';

// Without it every process would begin with advice to install a native backend.
tf.enableProdMode();

export function digits({ B, D, H, K }, { data }) {
  const image = tensor(data.image, [B, D]);
  const labels = oneHot(data.label, K);
  return {
    shapes: { W1: [D, H], b1: [H], W2: [H, K], b2: [K] },
    loss: ({ W1, b1, W2, b2 }) => crossEntropy(labels, dense(tf.relu(dense(image, W1, b1)), W2, b2)),
  };
}

export function mlp({ B, D, H, M, K }, { data }) {
  const x = tensor(data.x, [B, D]);
  const labels = oneHot(data.label, K);
  return {
    shapes: { W1: [D, H], b1: [H], W2: [H, M], b2: [M], W3: [M, K], b3: [K] },
    loss({ W1, b1, W2, b2, W3, b3 }) {
      const second = tf.relu(dense(tf.relu(dense(x, W1, b1)), W2, b2));
      return crossEntropy(labels, dense(second, W3, b3));
    },
  };
}

/** Images have their channels last, as the library has them; so do kernels, which come in the other order. */
export function convnet({ B }, { data }) {
  const x = tf.tidy(() => tf.transpose(tensor(data.x, [B, 3, 32, 32]), [0, 2, 3, 1]));
  const labels = oneHot(data.y, 10);
  const convolved = (images, K, c, padding) =>
    tf.maxPool(
      tf.relu(tf.add(tf.conv2d(images, tf.transpose(K, [2, 3, 1, 0]), 1, padding), c)),
      2,
      2,
      'valid',
    );
  return {
    shapes: {
      K1: [16, 3, 3, 3],
      c1: [16],
      K2: [32, 16, 3, 3],
      c2: [32],
      W1: [1568, 64],
      b1: [64],
      W2: [64, 10],
      b2: [10],
    },
    loss({ K1, c1, K2, c2, W1, b1, W2, b2 }) {
      const second = convolved(convolved(x, K1, c1, 'same'), K2, c2, 'valid');
      const features = tf.reshape(tf.transpose(second, [0, 3, 1, 2]), [B, 1568]);
      return crossEntropy(labels, dense(tf.relu(dense(features, W1, b1)), W2, b2));
    },
  };
}

export function transformer({ T, C, heads, D }, { data }) {
  const x = tensor(data.x, [T, C]);
  const y = tensor(data.y, [T, C]);
  const mask = tensor(causalMask(T), [T, T]);
  const normal = (v, gain, shift) => {
    const center = tf.sub(v, tf.mean(v, 1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(center), 1, true), 1e-5));
    return tf.add(tf.mul(tf.mul(center, scale), gain), shift);
  };
  const gelu = (v) => tf.mul(tf.mul(v, 0.5), tf.add(1, tf.erf(tf.mul(v, Math.SQRT1_2))));
  return {
    shapes: {
      g1: [C],
      o1: [C],
      Wqkv: [C, 3 * C],
      Wo: [C, C],
      g2: [C],
      o2: [C],
      W1: [C, 4 * C],
      W2: [4 * C, C],
    },
    loss({ g1, o1, Wqkv, Wo, g2, o2, W1, W2 }) {
      const qkv = tf.reshape(tf.matMul(normal(x, g1, o1), Wqkv), [T, 3, heads, D]);
      const [q, k, v] = tf.unstack(tf.transpose(qkv, [1, 2, 0, 3]));
      const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(D)), mask);
      const head = tf.matMul(tf.softmax(scores), v);
      const attended = tf.add(x, tf.matMul(tf.reshape(tf.transpose(head, [1, 0, 2]), [T, C]), Wo));
      const z = tf.add(attended, tf.matMul(gelu(tf.matMul(normal(attended, g2, o2), W1)), W2));
      return tf.mean(tf.square(tf.sub(z, y)));
    },
  };
}

export function lstm({ T, V, H }, { data }) {
  const text = tf.tensor1d(data.text.slice(0, T - 1), 'int32');
  const labels = oneHot(data.text.slice(1), V);
  const start = tf.zeros([1, H]);
  return {
    shapes: { E: [V, 4 * H], Wh: [4 * H, H], b: [4 * H], Wy: [V, H], by: [V] },
    loss({ E, Wh, b, Wy, by }) {
      const inputs = tf.unstack(tf.add(tf.gather(E, text), b));
      const states = [];
      let [h, c] = [start, start];
      for (const input of inputs) {
        const a = tf.add(tf.matMul(h, Wh, false, true), tf.expandDims(input, 0));
        const [i, f, g, o] = tf.split(a, 4, 1);
        c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
        h = tf.mul(tf.sigmoid(o), tf.tanh(c));
        states.push(h);
      }
      const scores = tf.add(tf.matMul(tf.concat(states, 0), Wy, false, true), by);
      return tf.mul(crossEntropy(labels, scores), T - 1);
    },
  };
}

export function embedding({ N, V, D }, { data }) {
  const token = tf.tensor1d(data.token, 'int32');
  const y = tensor(data.y, [N]);
  return {
    shapes: { E: [V, D], bias: [V], w: [D] },
    loss({ E, bias, w }) {
      const score = tf.reshape(tf.matMul(tf.gather(E, token), tf.reshape(w, [D, 1])), [N]);
      return tf.mean(tf.square(tf.sub(tf.add(score, tf.gather(bias, token)), y)));
    },
  };
}

export function logistic({ N, D }, { data }) {
  const X = tensor(data.X, [N, D]);
  const y = tensor(data.y, [N]);
  return {
    shapes: { w: [D], bias: [] },
    loss({ w, bias }) {
      const score = tf.add(tf.reshape(tf.matMul(X, tf.reshape(w, [D, 1])), [N]), bias);
      const ridge = tf.mul(tf.sum(tf.square(w)), 0.5 * data.lambda);
      return tf.sub(ridge, tf.mean(tf.logSigmoid(tf.mul(y, score))));
    },
  };
}

export const tensor = (values, shape) =>
  shape.length === 0 ? tf.scalar(values) : tf.tensor(Float32Array.from(values), shape);

const dense = (x, W, b) => tf.add(tf.matMul(x, W), b);
const oneHot = (labels, K) => tf.oneHot(tf.tensor1d(labels, 'int32'), K);
const crossEntropy = (labels, scores) => tf.losses.softmaxCrossEntropy(labels, scores);

/** What makes the scores of later places vanish. */
const causalMask = (T) =>
  Float32Array.from({ length: T * T }, (_, at) => (at % T <= Math.floor(at / T) ? 0 : -1e9));
