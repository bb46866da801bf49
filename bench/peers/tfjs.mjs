// Models in TensorFlow.js, for any of its backends: tensors that stay, and the gradients by its own `valueAndGrads`.

import * as tf from '@tensorflow/tfjs';

// Without it every process would begin with advice to install a native backend.
tf.enableProdMode();

export function mlp({ B, D, H, M, K }, { params, data }) {
  const shapes = { W1: [D, H], b1: [H], W2: [H, M], b2: [M], W3: [M, K], b3: [K] };
  const names = Object.keys(shapes);
  const given = names.map((name) => tensor(params[name], shapes[name]));
  const x = tensor(data.x, [B, D]);
  const labels = tf.oneHot(tf.tensor1d(data.label, 'int32'), K);
  const lossAndGradient = tf.valueAndGrads((W1, b1, W2, b2, W3, b3) => {
    const first = tf.relu(tf.add(tf.matMul(x, W1), b1));
    const second = tf.relu(tf.add(tf.matMul(first, W2), b2));
    return tf.losses.softmaxCrossEntropy(labels, tf.add(tf.matMul(second, W3), b3));
  });
  const gradient = {};
  const run = () =>
    tf.tidy(() => {
      const { value, grads } = lossAndGradient(given);
      names.forEach((name, i) => (gradient[name] = grads[i].dataSync()));
      return value.dataSync()[0];
    });
  return { gradient, run };
}

const tensor = (values, shape) => tf.tensor(Float32Array.from(values), shape);
