// The gradient through the method of Runge and Kutta as a careful developer writes it: the states are stored, and each
// step's stages are computed again on the way back.

import type { Inputs, Prepared } from '../variant.js';
import type { Data, Params, Sizes } from './types.js';

const STEPS = 10;
const DT = 0.02;

export function prepare(sizes: Sizes, { params, data }: Inputs<Params, Data>): Prepared<Params> {
  const gradient = { u0: new Float64Array(2), a: 0, b: 0, c: 0, d: 0 };
  const states = new Float64Array(2 * (sizes.seen * STEPS + 1));
  const du = new Float64Array(2);
  return { gradient, run: () => lossAndGradient(sizes, params, data, gradient, states, du) };
}

function lossAndGradient(
  { seen }: Sizes,
  { u0, a, b, c, d }: Params,
  { obs }: Data,
  gradient: Params,
  states: Float64Array,
  du: Float64Array,
): number {
  let loss = 0;
  states.set(u0);
  for (let s = 0; s < seen * STEPS; s++) {
    const u = states[2 * s];
    const v = states[2 * s + 1];
    const k1u = u * (a - b * v);
    const k1v = v * (c * u - d);
    const u2 = u + 0.5 * DT * k1u;
    const v2 = v + 0.5 * DT * k1v;
    const k2u = u2 * (a - b * v2);
    const k2v = v2 * (c * u2 - d);
    const u3 = u + 0.5 * DT * k2u;
    const v3 = v + 0.5 * DT * k2v;
    const k3u = u3 * (a - b * v3);
    const k3v = v3 * (c * u3 - d);
    const u4 = u + DT * k3u;
    const v4 = v + DT * k3v;
    const k4u = u4 * (a - b * v4);
    const k4v = v4 * (c * u4 - d);
    states[2 * s + 2] = u + (DT / 6) * (k1u + 2 * k2u + 2 * k3u + k4u);
    states[2 * s + 3] = v + (DT / 6) * (k1v + 2 * k2v + 2 * k3v + k4v);
  }

  gradient.a = gradient.b = gradient.c = gradient.d = 0;
  let gu = 0;
  let gv = 0;
  /** Adds what the growth at (u, v) hands on of the adjoints p and q of its result. */
  const growthAdjoint = (u: number, v: number, p: number, q: number): void => {
    gradient.a += p * u;
    gradient.b -= p * u * v;
    gradient.c += q * u * v;
    gradient.d -= q * v;
    du[0] = p * (a - b * v) + q * c * v;
    du[1] = q * (c * u - d) - p * b * u;
  };
  for (let s = seen * STEPS - 1; s >= 0; s--) {
    if ((s + 1) % STEPS === 0) {
      const o = 2 * ((s + 1) / STEPS - 1);
      const errorU = states[2 * s + 2] - obs[o];
      const errorV = states[2 * s + 3] - obs[o + 1];
      loss += errorU * errorU + errorV * errorV;
      gu += 2 * errorU;
      gv += 2 * errorV;
    }
    const u = states[2 * s];
    const v = states[2 * s + 1];
    const u2 = u + 0.5 * DT * u * (a - b * v);
    const v2 = v + 0.5 * DT * v * (c * u - d);
    const u3 = u + 0.5 * DT * u2 * (a - b * v2);
    const v3 = v + 0.5 * DT * v2 * (c * u2 - d);
    const u4 = u + DT * u3 * (a - b * v3);
    const v4 = v + DT * v3 * (c * u3 - d);
    let sumU = gu;
    let sumV = gv;
    growthAdjoint(u4, v4, (DT / 6) * gu, (DT / 6) * gv);
    sumU += du[0];
    sumV += du[1];
    growthAdjoint(u3, v3, (DT / 3) * gu + DT * du[0], (DT / 3) * gv + DT * du[1]);
    sumU += du[0];
    sumV += du[1];
    growthAdjoint(u2, v2, (DT / 3) * gu + 0.5 * DT * du[0], (DT / 3) * gv + 0.5 * DT * du[1]);
    sumU += du[0];
    sumV += du[1];
    growthAdjoint(u, v, (DT / 6) * gu + 0.5 * DT * du[0], (DT / 6) * gv + 0.5 * DT * du[1]);
    gu = sumU + du[0];
    gv = sumV + du[1];
  }
  gradient.u0[0] = gu;
  gradient.u0[1] = gv;
  return loss;
}
