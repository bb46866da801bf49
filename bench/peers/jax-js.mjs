// Models in jax-js on its backend in WebAssembly: one compiled `valueAndGrad`.

import { defaultDevice, init } from '@jax-js/jax';
import * as losses from './jax-losses.mjs';

await init('wasm');
defaultDevice('wasm');

const prepared = (model) => (sizes, inputs) => {
  const { params, lossAndGradient } = model(sizes, inputs);
  const gradient = {};
  const run = () => {
    const [value, grads] = lossAndGradient(params);
    for (const name in grads) gradient[name] = grads[name].dataSync();
    return value.dataSync()[0];
  };
  return { gradient, run };
};

export const mlp = prepared(losses.mlp);
export const logistic = prepared(losses.logistic);
export const gmm = prepared(losses.gmm);
const lennardJones = prepared(losses['lennard-jones']);
const tanhNet = prepared(losses['tanh-net']);
export { lennardJones as 'lennard-jones', tanhNet as 'tanh-net' };
