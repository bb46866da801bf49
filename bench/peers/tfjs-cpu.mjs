// TensorFlow.js on its backend in plain JavaScript.

import * as tf from '@tensorflow/tfjs';
import * as models from './tfjs.mjs';

export async function mlp(...given) {
  await tf.setBackend('cpu');
  return models.mlp(...given);
}
