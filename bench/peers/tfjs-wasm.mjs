// TensorFlow.js on its backend in WebAssembly, which has vector instructions in Node, but no threads.

import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as models from './tfjs.mjs';

setWasmPaths(fileURLToPath(new URL('../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url)));

export async function mlp(...given) {
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js did not start its wasm backend');
  return models.mlp(...given);
}
