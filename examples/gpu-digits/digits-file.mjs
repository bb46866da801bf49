// Packs the digits of the package `mnist` for the page: for each its label, then its pixels, a byte each. Those that are held
// back stand at the end.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDigits, pixels } from '../digits/data.mjs';
import { random } from '../digits/random.mjs';

const heldOut = 2000;

/** A plugin for Vite that writes `digits.bin` into the folder of the page's public files. */
export function digitsFile() {
  let folder;
  return {
    name: 'digits-file',
    configResolved({ publicDir }) {
      folder = publicDir;
    },
    buildStart() {
      const { train, test } = loadDigits(heldOut, random(2024));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'digits.bin'), Buffer.concat([packed(train), packed(test)]));
    },
  };
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
