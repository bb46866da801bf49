// jax-js on its WebGPU backend.

import { defaultDevice, init, jit, tree } from '@jax-js/jax';
import { openAdapter } from './adapter.mjs';
import { pointOf } from './models.mjs';

export async function jaxJs(name, rate) {
  await openAdapter();
  const backends = await init('webgpu');
  if (!backends.includes('webgpu')) throw new Error('its backend finds no adapter');
  defaultDevice('webgpu');
  // It makes its arrays for the device of the time.
  const losses = await import('../peers/jax-losses.mjs');
  if (losses[name] === undefined) throw new Error('not written');
  const { sizes, params: values, data } = pointOf(name);
  const { params, lossAndGradient } = losses[name](sizes, { params: values, data });
  const descend = jit((own, of) => tree.map((p, g) => p.sub(g.mul(rate)), own, of));
  let given = params;
  return {
    async lossAndGradient() {
      const [value, grads] = lossAndGradient(given);
      const fields = Object.entries(grads);
      const [[loss], ...read] = await Promise.all(
        [value, ...fields.map(([, one]) => one)].map((one) => one.data()),
      );
      return { loss, gradient: Object.fromEntries(fields.map(([field], i) => [field, read[i]])) };
    },
    step() {
      const [value, grads] = lossAndGradient(given);
      value.dispose();
      given = descend(given, grads);
    },
    finish: () => Object.values(given)[0].ref.data(),
  };
}
