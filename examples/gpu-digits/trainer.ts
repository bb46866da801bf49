// What the page needs of a device that trains, and the sizes of the network.

import type { DigitsData, DigitsParams, DigitsSizes } from '../digits/digits.nabla';

export const pixels = 28 * 28;
export const classes = 10;
export const batch = 64;

/** The sizes with so many images at a time. */
export const sizesOf = (images: number): DigitsSizes => ({ B: images, D: pixels, H: 128, K: classes });

export type Device = 'gpu' | 'cpu';

/** One step after the other of gradient descent, from the params that it was made with. */
export interface Trainer {
  readonly device: Device;
  step(data: DigitsData, rate: number): void;
  /** Of the last step, before it changed the params. */
  loss(): Promise<number>;
  params(): Promise<DigitsParams>;
  destroy(): void;
}
