// Models in TensorFlow.js, for any of its backends on the CPU: the gradients by its own `valueAndGrads`.

import * as tf from '@tensorflow/tfjs';
import * as losses from './tfjs-losses.mjs';

export function mlp(sizes, inputs) {
  const { shapes, loss } = losses.mlp(sizes, inputs);
  const names = Object.keys(shapes);
  const given = names.map((name) => losses.tensor(inputs.params[name], shapes[name]));
  const lossAndGradient = tf.valueAndGrads((...params) => loss(Object.fromEntries(names.map((name, i) => [name, params[i]])))); // prettier-ignore
  const gradient = {};
  const run = () =>
    tf.tidy(() => {
      const { value, grads } = lossAndGradient(given);
      names.forEach((name, i) => (gradient[name] = grads[i].dataSync()));
      return value.dataSync()[0];
    });
  return { gradient, run };
}
