// The digits, and the network's first params.

import { normal } from '../digits/random.mjs';
import { digitsZeros, type DigitsData, type DigitsParams } from '../digits/digits.nabla';
import { batch, pixels, sizesOf } from './trainer.ts';

const heldOut = 2000;
const record = 1 + pixels;

/** A byte for the label and one for each pixel, of all digits; those that are held out are the last. */
export async function fetchDigits(): Promise<Uint8Array> {
  const response = await fetch('digits.bin');
  if (!response.ok) throw new Error(`digits.bin: ${response.status} ${response.statusText}`);
  const digits = new Uint8Array(await response.arrayBuffer());
  // A server that answers with a page where it has no file says that all is well.
  if (digits.length <= heldOut * record || digits.length % record !== 0)
    throw new Error(`digits.bin: ${digits.length} bytes are no digits`);
  return digits;
}

const emptyData = (images: number): DigitsData => ({
  image: new Float32Array(images * pixels),
  label: new Int32Array(images),
});

function copyDigit(digits: Uint8Array, from: number, { image, label }: DigitsData, to: number): void {
  label[to] = digits[from * record]!;
  for (let p = 0; p < pixels; p++) image[to * pixels + p] = digits[from * record + 1 + p]! / 255;
}

/** Gives 64 random digits a call, each time in the same arrays. */
export function batches(digits: Uint8Array, uniform: () => number): () => DigitsData {
  const count = digits.length / record - heldOut;
  const data = emptyData(batch);
  return () => {
    for (let b = 0; b < batch; b++) copyDigit(digits, Math.floor(uniform() * count), data, b);
    return data;
  };
}

/** The first of the digits that are held out. */
export function heldOutDigits(digits: Uint8Array, images: number): DigitsData {
  const first = digits.length / record - heldOut;
  const data = emptyData(images);
  for (let n = 0; n < images; n++) copyDigit(digits, first + n, data, n);
  return data;
}

/** He's initialisation, which keeps the variance of a layer with relu. */
export function firstParams(uniform: () => number): DigitsParams {
  const sizes = sizesOf(batch);
  const params = digitsZeros(sizes);
  for (const [weights, inputs] of [
    [params.W1, sizes.D],
    [params.W2, sizes.H],
  ] as const)
    for (let i = 0; i < weights.length; i++) weights[i] = normal(uniform) * Math.sqrt(2 / inputs);
  return params;
}
