// TensorFlow.js on its WebGPU backend.

import * as tf from '@tensorflow/tfjs';
import * as losses from '../peers/tfjs-losses.mjs';
import { openAdapter } from './adapter.mjs';
import { pointOf } from './models.mjs';

export async function tfjs(name, rate) {
  if (losses[name] === undefined) throw new Error('not written');
  await openAdapter();
  // It registers itself where there is WebGPU by then.
  await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('its backend finds no adapter');
  const { sizes, params, data } = pointOf(name);
  const { shapes, loss } = losses[name](sizes, { params, data });
  const names = Object.keys(shapes);
  let given = names.map((field) => losses.tensor(params[field], shapes[field]));
  const lossAndGradient = tf.valueAndGrads((...all) => loss(Object.fromEntries(names.map((field, i) => [field, all[i]])))); // prettier-ignore
  return {
    async lossAndGradient() {
      const { value, grads } = lossAndGradient(given);
      const [[found], ...read] = await Promise.all([value, ...grads].map((one) => one.data()));
      tf.dispose([value, grads]);
      return { loss: found, gradient: Object.fromEntries(names.map((field, i) => [field, read[i]])) };
    },
    step() {
      const next = tf.tidy(() => {
        const { grads } = lossAndGradient(given);
        return given.map((own, i) => tf.sub(own, tf.mul(grads[i], rate)));
      });
      tf.dispose(given);
      given = next;
    },
    finish: () => given[0].data(),
  };
}
