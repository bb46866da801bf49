// The forces in a cluster of atoms, tuned: two atoms against each earlier one, with their forces in locals.

import type { Inputs, Prepared } from '../variant.js';
import type { Params, Sizes } from './types.js';

export function prepare({ n }: Sizes, { params }: Inputs<Params, object>): Prepared<Params> {
  const gradient = { x: new Float64Array(3 * n) };
  return { gradient, run: () => lossAndGradient(n, params.x, gradient.x) };
}

function lossAndGradient(n: number, x: Float64Array, dx: Float64Array): number {
  dx.fill(0);
  let energy = 0;
  for (let i = 0; i + 1 < n; i += 2) {
    const at = 3 * i;
    const x0 = x[at];
    const y0 = x[at + 1];
    const z0 = x[at + 2];
    const x1 = x[at + 3];
    const y1 = x[at + 4];
    const z1 = x[at + 5];
    // The pair itself begins the sums.
    const a = x1 - x0;
    const b = y1 - y0;
    const c = z1 - z0;
    const inverse = 1 / (a * a + b * b + c * c);
    const cube = inverse * inverse * inverse;
    energy += cube * cube - cube;
    const g = (cube - 2 * cube * cube) * inverse;
    let gx1 = g * a;
    let gy1 = g * b;
    let gz1 = g * c;
    let gx0 = -gx1;
    let gy0 = -gy1;
    let gz0 = -gz1;
    for (let j = 0; j < at; j += 3) {
      const x2 = x[j];
      const y2 = x[j + 1];
      const z2 = x[j + 2];
      const a0 = x0 - x2;
      const b0 = y0 - y2;
      const c0 = z0 - z2;
      const a1 = x1 - x2;
      const b1 = y1 - y2;
      const c1 = z1 - z2;
      const inverse0 = 1 / (a0 * a0 + b0 * b0 + c0 * c0);
      const inverse1 = 1 / (a1 * a1 + b1 * b1 + c1 * c1);
      const cube0 = inverse0 * inverse0 * inverse0;
      const cube1 = inverse1 * inverse1 * inverse1;
      const square0 = cube0 * cube0;
      const square1 = cube1 * cube1;
      energy += square0 - cube0 + (square1 - cube1);
      const g0 = (cube0 - 2 * square0) * inverse0;
      const g1 = (cube1 - 2 * square1) * inverse1;
      const ga0 = g0 * a0;
      const gb0 = g0 * b0;
      const gc0 = g0 * c0;
      const ga1 = g1 * a1;
      const gb1 = g1 * b1;
      const gc1 = g1 * c1;
      gx0 += ga0;
      gy0 += gb0;
      gz0 += gc0;
      gx1 += ga1;
      gy1 += gb1;
      gz1 += gc1;
      dx[j] -= ga0 + ga1;
      dx[j + 1] -= gb0 + gb1;
      dx[j + 2] -= gc0 + gc1;
    }
    dx[at] += gx0;
    dx[at + 1] += gy0;
    dx[at + 2] += gz0;
    dx[at + 3] += gx1;
    dx[at + 4] += gy1;
    dx[at + 5] += gz1;
  }
  if (n % 2 === 1) energy += lastAtom(3 * (n - 1), x, dx);
  for (let i = 0; i < 3 * n; i++) dx[i] *= 24;
  return 4 * energy;
}

function lastAtom(at: number, x: Float64Array, dx: Float64Array): number {
  let energy = 0;
  for (let j = 0; j < at; j += 3) {
    const a = x[at] - x[j];
    const b = x[at + 1] - x[j + 1];
    const c = x[at + 2] - x[j + 2];
    const inverse = 1 / (a * a + b * b + c * c);
    const cube = inverse * inverse * inverse;
    energy += cube * cube - cube;
    const g = (cube - 2 * cube * cube) * inverse;
    dx[at] += g * a;
    dx[at + 1] += g * b;
    dx[at + 2] += g * c;
    dx[j] -= g * a;
    dx[j + 1] -= g * b;
    dx[j + 2] -= g * c;
  }
  return energy;
}
