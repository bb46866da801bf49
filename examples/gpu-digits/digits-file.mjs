// Packs the digits of the package `mnist` for the page: for each its label, then its pixels, a byte each. Those that are held
// back stand at the end.

import { loadDigits, pixels } from '../digits/data.mjs';
import { random } from '../digits/random.mjs';

const heldOut = 2000;
const name = 'digits.bin';

/** A plugin for Vite that serves `digits.bin`, and writes it beside the page where that is built. */
export function digitsFile() {
  return {
    name: 'digits-file',
    configureServer({ middlewares }) {
      const content = allDigits();
      middlewares.use(`/${name}`, (_, response) => response.end(content));
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: name, source: allDigits() });
    },
  };
}

function allDigits() {
  const { train, test } = loadDigits(heldOut, random(2024));
  return Buffer.concat([packed(train), packed(test)]);
}

function packed({ count, image, label }) {
  const bytes = new Uint8Array(count * (1 + pixels));
  for (let n = 0; n < count; n++) {
    const at = n * (1 + pixels);
    bytes[at] = label[n];
    for (let p = 0; p < pixels; p++) bytes[at + 1 + p] = Math.round(255 * image[n * pixels + p]);
  }
  return bytes;
}
