// Training with the emitted TypeScript.

import {
  digitsLossAndGradient,
  digitsWorkspace,
  digitsZeros,
  type DigitsParams,
} from '../digits/digits.nabla';
import { batch, sizesOf, type Trainer } from './trainer.ts';

export function trainOnCpu(params: DigitsParams): Trainer {
  const sizes = sizesOf(batch);
  const gradient = digitsZeros(sizes);
  const workspace = digitsWorkspace(sizes);
  let loss = NaN;

  return {
    device: 'cpu',
    step(data, rate) {
      loss = digitsLossAndGradient(params, data, sizes, gradient, workspace);
      descend(params.W1, gradient.W1, rate);
      descend(params.b1, gradient.b1, rate);
      descend(params.W2, gradient.W2, rate);
      descend(params.b2, gradient.b2, rate);
    },
    loss: async () => loss,
    params: async () => params,
    destroy() {},
  };
}

function descend(x: Float32Array, gradient: Float32Array, rate: number): void {
  for (let i = 0; i < x.length; i++) x[i]! -= rate * gradient[i]!;
}
