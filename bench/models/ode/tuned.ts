// The gradient through the method of Runge and Kutta, tuned: all adjoints in locals, stages written out, no test in a step.

import type { Inputs, Prepared } from '../variant.js';
import type { Data, Params, Sizes } from './types.js';

const STEPS = 10;
const DT = 0.02;
const HALF = DT / 2;
const THIRD = DT / 3;
const SIXTH = DT / 6;

export function prepare(sizes: Sizes, { params, data }: Inputs<Params, Data>): Prepared<Params> {
  const gradient = { u0: new Float64Array(2), a: 0, b: 0, c: 0, d: 0 };
  const states = new Float64Array(2 * sizes.seen * STEPS);
  const errors = new Float64Array(2 * sizes.seen);
  return { gradient, run: () => lossAndGradient(sizes, params, data, gradient, states, errors) };
}

function lossAndGradient(
  { seen }: Sizes,
  { u0, a, b, c, d }: Params,
  { obs }: Data,
  gradient: Params,
  states: Float64Array,
  errors: Float64Array,
): number {
  let loss = 0;
  let u = u0[0];
  let v = u0[1];
  for (let o = 0; o < seen; o++) {
    const first = 2 * STEPS * o;
    for (let s = first; s < first + 2 * STEPS; s += 2) {
      states[s] = u;
      states[s + 1] = v;
      const k1u = u * (a - b * v);
      const k1v = v * (c * u - d);
      const u2 = u + HALF * k1u;
      const v2 = v + HALF * k1v;
      const k2u = u2 * (a - b * v2);
      const k2v = v2 * (c * u2 - d);
      const u3 = u + HALF * k2u;
      const v3 = v + HALF * k2v;
      const k3u = u3 * (a - b * v3);
      const k3v = v3 * (c * u3 - d);
      const u4 = u + DT * k3u;
      const v4 = v + DT * k3v;
      u += SIXTH * (k1u + u4 * (a - b * v4)) + THIRD * (k2u + k3u);
      v += SIXTH * (k1v + v4 * (c * u4 - d)) + THIRD * (k2v + k3v);
    }
    const errorU = u - obs[2 * o];
    const errorV = v - obs[2 * o + 1];
    loss += errorU * errorU + errorV * errorV;
    errors[2 * o] = 2 * errorU;
    errors[2 * o + 1] = 2 * errorV;
  }

  let da = 0;
  let db = 0;
  let dc = 0;
  let dd = 0;
  let gu = 0;
  let gv = 0;
  for (let o = seen - 1; o >= 0; o--) {
    gu += errors[2 * o];
    gv += errors[2 * o + 1];
    const first = 2 * STEPS * o;
    for (let s = first + 2 * STEPS - 2; s >= first; s -= 2) {
      const u1 = states[s];
      const v1 = states[s + 1];
      const f1 = a - b * v1;
      const h1 = c * u1 - d;
      const u2 = u1 + HALF * (u1 * f1);
      const v2 = v1 + HALF * (v1 * h1);
      const f2 = a - b * v2;
      const h2 = c * u2 - d;
      const u3 = u1 + HALF * (u2 * f2);
      const v3 = v1 + HALF * (v2 * h2);
      const f3 = a - b * v3;
      const h3 = c * u3 - d;
      const u4 = u1 + DT * (u3 * f3);
      const v4 = v1 + DT * (v3 * h3);
      const f4 = a - b * v4;
      const h4 = c * u4 - d;
      // p and q are the adjoints of a stage's growth; with x = p u and y = q v the rest follows.
      const p4 = SIXTH * gu;
      const q4 = SIXTH * gv;
      const x4 = p4 * u4;
      const y4 = q4 * v4;
      const du4 = p4 * f4 + c * y4;
      const dv4 = q4 * h4 - b * x4;
      const p3 = THIRD * gu + DT * du4;
      const q3 = THIRD * gv + DT * dv4;
      const x3 = p3 * u3;
      const y3 = q3 * v3;
      const du3 = p3 * f3 + c * y3;
      const dv3 = q3 * h3 - b * x3;
      const p2 = THIRD * gu + HALF * du3;
      const q2 = THIRD * gv + HALF * dv3;
      const x2 = p2 * u2;
      const y2 = q2 * v2;
      const du2 = p2 * f2 + c * y2;
      const dv2 = q2 * h2 - b * x2;
      const p1 = SIXTH * gu + HALF * du2;
      const q1 = SIXTH * gv + HALF * dv2;
      const x1 = p1 * u1;
      const y1 = q1 * v1;
      const du1 = p1 * f1 + c * y1;
      const dv1 = q1 * h1 - b * x1;
      da += x1 + x2 + (x3 + x4);
      db -= x1 * v1 + x2 * v2 + (x3 * v3 + x4 * v4);
      dc += y1 * u1 + y2 * u2 + (y3 * u3 + y4 * u4);
      dd -= y1 + y2 + (y3 + y4);
      gu += du1 + du2 + (du3 + du4);
      gv += dv1 + dv2 + (dv3 + dv4);
    }
  }
  gradient.u0[0] = gu;
  gradient.u0[1] = gv;
  gradient.a = da;
  gradient.b = db;
  gradient.c = dc;
  gradient.d = dd;
  return loss;
}
