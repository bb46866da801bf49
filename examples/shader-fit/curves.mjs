// Curves whose params are known, measured with noise.

import { normal, random } from '../digits/random.mjs';

export const points = 32;
const noise = 0.02;

/** `params` has amplitude, rate and offset of each curve, `measured` the time and the value of each of its points. */
export function curves(count, seed = 1) {
  const uniform = random(seed);
  const params = new Float64Array(3 * count);
  const measured = new Float32Array(2 * points * count);
  for (let curve = 0; curve < count; curve++) {
    const [amplitude, rate, offset] = [1 + 2 * uniform(), 0.5 + 1.5 * uniform(), 2 * uniform() - 1];
    params.set([amplitude, rate, offset], 3 * curve);
    for (let i = 0; i < points; i++) {
      const t = (4 * i) / (points - 1);
      const y = amplitude * Math.exp(-rate * t) + offset + noise * normal(uniform);
      measured.set([t, y], 2 * (curve * points + i));
    }
  }
  return { params, measured };
}

/** How far the params of fits, which are four numbers each, are from others of so many numbers each, in order of size, NaN last. */
export function errors(fits, others, width) {
  const off = [];
  for (let fit = 0; fit < fits.length / 4; fit++)
    for (let i = 0; i < 3; i++) off.push(Math.abs(fits[4 * fit + i] - others[width * fit + i]));
  return Float64Array.from(off).sort();
}

export const median = (sorted) => sorted[sorted.length >> 1];
