// Reads digits with the emitted TypeScript: one that was drawn, or those that are held out.

import {
  digitsOutputs,
  digitsOutputsZeros,
  digitsWorkspace,
  type DigitsData,
  type DigitsOutputs,
  type DigitsParams,
} from '../digits/digits.nabla';
import { sizesOf } from './trainer.ts';

/** Gives prediction and probabilities for so many images a call, each time in the same arrays. */
export function reader(images: number): (params: DigitsParams, data: DigitsData) => DigitsOutputs {
  const sizes = sizesOf(images);
  const outputs = digitsOutputsZeros(sizes);
  const workspace = digitsWorkspace(sizes);
  return (params, data) => {
    digitsOutputs(params, data, sizes, outputs, workspace);
    return outputs;
  };
}

/** The share of digits that are read right. */
export function accuracyOn(data: DigitsData): (params: DigitsParams) => number {
  const { length } = data.label;
  const read = reader(length);
  return (params) => {
    const { prediction } = read(params, data);
    return prediction.reduce((right, digit, n) => right + Number(digit === data.label[n]), 0) / length;
  };
}
