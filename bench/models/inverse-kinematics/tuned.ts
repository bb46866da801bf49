// The gradient of an arm's reach, tuned: what each link adds is stored, and sine and cosine share the reduction of their
// argument.

import type { Inputs, Prepared } from '../variant.js';
import type { Data, Params, Sizes } from './types.js';

export function prepare({ n }: Sizes, { params, data }: Inputs<Params, Data>): Prepared<Params> {
  const gradient = { theta: new Float64Array(n) };
  const along = new Float64Array(n);
  const across = new Float64Array(n);
  return { gradient, run: () => lossAndGradient(n, params.theta, data, gradient.theta, along, across) };
}

/** Added and taken away, it rounds to a whole number. */
const ROUNDING = 1.5 * 2 ** 52;
/** The sine and the cosine of quarter turns. */
const SINES = Float64Array.of(0, 1, 0, -1);
const COSINES = Float64Array.of(1, 0, -1, 0);

/** For angles below 1e5. */
function lossAndGradient(
  n: number,
  theta: Float64Array,
  { len, tx, ty }: Data,
  dTheta: Float64Array,
  along: Float64Array,
  across: Float64Array,
): number {
  let turned = 0;
  let x = -tx;
  let y = -ty;
  let bend = 0;
  for (let i = 0; i < n; i++) {
    const t = theta[i];
    turned += t;
    bend += t * t;

    // Quarter turns, and a rest of at most π/4 by the polynomials of fdlibm.
    const quarters = turned * 0.6366197723675814 + ROUNDING - ROUNDING;
    const r = turned - quarters * 1.5707963267341256 - quarters * 6.077100506506192e-11;
    const z = r * r;
    const high =
      0.008333333333332249 +
      z *
        (-0.0001984126982985795 +
          z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
    const sin = r + z * r * (-0.16666666666666632 + z * high);
    const low =
      0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (2.480158728947673e-5 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 - z * 1.1359647557788195e-11))));
    const cos = 1 - 0.5 * z + z * z * low;
    const quadrant = quarters & 3;
    const length = len[i];
    const c = length * COSINES[quadrant];
    const s = length * SINES[quadrant];
    const dx = c * cos - s * sin;
    const dy = s * cos + c * sin;
    along[i] = dx;
    across[i] = dy;
    x += dx;
    y += dy;
  }
  const gx = 2 * x;
  const gy = 2 * y;
  let g = 0;
  for (let i = n - 1; i >= 0; i--) {
    g += gy * along[i] - gx * across[i];
    dTheta[i] = g + 2e-3 * theta[i];
  }
  return x * x + y * y + 1e-3 * bend;
}
