// Nothing is timed before it agrees with what is emitted.

import { prepare, variants } from './variants.mjs';

const byHand = variants.filter((variant) => variant !== 'emitted');

/** The largest difference between variants and the emitted gradient, relative to the largest element of its field. */
export async function checkAgreement(name, variants = byHand, tolerance = 1e-10) {
  const [emitted, ...others] = await Promise.all(
    ['emitted', ...variants].map(async (variant) => {
      const { run, gradient } = await prepare(name, variant);
      // The second call finds what the first left in scratch arrays and in the gradient.
      run();
      return { variant, fields: { '': run(), ...(variant === 'loss' ? {} : gradient) } };
    }),
  );
  let worst = 0;
  for (const { variant, fields } of others) {
    for (const [field, values] of Object.entries(fields)) {
      const difference = distance(numbersOf(emitted.fields[field]), numbersOf(values));
      if (!(difference < tolerance)) {
        throw new Error(
          `${name}: ${variant} and emitted code differ by ${difference} in ${field || 'the loss'}`,
        );
      }
      worst = Math.max(worst, difference);
    }
    if (variant !== 'loss' && Object.keys(fields).length !== Object.keys(emitted.fields).length) {
      throw new Error(`${name}: ${variant} lacks a field of the gradient`);
    }
  }
  return worst;
}

/** NaN if there is one on either side, or if the lengths differ. */
function distance(a, b) {
  if (a.length !== b.length) return NaN;
  const scale = Math.max(...a.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]))) / scale;
}

/** An array of numbers, or a number as an array of one. */
const numbersOf = (value) => (typeof value === 'number' ? [value] : Array.from(value));
