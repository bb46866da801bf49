// Training with the emitted WebGPU kernels. Params stay on the GPU; each step sends it 64 images and reads nothing back.

import type { DigitsParams } from '../digits/digits.nabla';
import { createDigitsGpu } from '../digits/digits.nabla?webgpu';
import { batch, sizesOf, type Trainer } from './trainer.ts';

/** The device, or why there is none. */
export async function openGpu(): Promise<GPUDevice | string> {
  if (navigator.gpu === undefined)
    return 'this browser has no WebGPU, or the page is not on https or localhost';
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) return 'WebGPU finds no GPU here';
  return adapter.requestDevice().catch((error: unknown) => `WebGPU gives no device (${String(error)})`);
}

export async function trainOnGpu(device: GPUDevice, params: DigitsParams): Promise<Trainer> {
  const model = await createDigitsGpu(device, sizesOf(batch));
  model.setParams(params);
  return {
    device: 'gpu',
    step(data, rate) {
      model.setData(data);
      model.step(rate);
    },
    loss: () => model.readLoss(),
    params: () => model.readParams(),
    destroy: () => model.destroy(),
  };
}
