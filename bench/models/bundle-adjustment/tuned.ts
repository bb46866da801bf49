// The gradient of bundle adjustment, tuned: each camera that sees something gets its rotation as a matrix R, once; the
// observations add up the adjoint of R, from which that of the rotation vector follows, once for each camera.

import type { Inputs, Prepared } from '../variant.js';
import { direct } from './direct.js';
import { CAMERAS, zeros, type Data, type Params, type Sizes } from './types.js';

export function prepare(sizes: Sizes, { params, data }: Inputs<Params, Data>): Prepared<Params> {
  const gradient = zeros(sizes);
  if (sizes.obs <= CAMERAS) return { gradient, run: () => direct(sizes.obs, params, data, gradient) };
  const scratch = {
    seen: new Uint8Array(CAMERAS),
    R: new Float64Array(9 * CAMERAS),
    dR: new Float64Array(9 * CAMERAS),
    /** For each camera the axis, one over the angle, its sine and its cosine. */
    turn: new Float64Array(6 * CAMERAS),
  };
  return { gradient, run: () => lossAndGradient(sizes.obs, params, data, gradient, scratch) };
}

interface Scratch {
  readonly seen: Uint8Array;
  readonly R: Float64Array;
  readonly dR: Float64Array;
  readonly turn: Float64Array;
}

function lossAndGradient(
  obs: number,
  params: Params,
  data: Data,
  gradient: Params,
  { seen, R, dR, turn }: Scratch,
): number {
  const { cams, X, w } = params;
  const { cams: dCams, X: dX, w: dw } = gradient;
  const { obs_cam, obs_pt, feats } = data;
  dCams.fill(0);
  dX.fill(0);
  dR.fill(0);
  seen.fill(0);
  let loss = 0;
  for (let n = 0; n < obs; n++) {
    const camera = obs_cam[n];
    const cam = camera * 11;
    const m = camera * 9;
    const pt = obs_pt[n] * 3;
    if (seen[camera] === 0) {
      seen[camera] = 1;
      rotation(cams, R, turn, camera);
    }
    const v0 = X[pt] - cams[cam + 3];
    const v1 = X[pt + 1] - cams[cam + 4];
    const v2 = X[pt + 2] - cams[cam + 5];
    const R0 = R[m];
    const R1 = R[m + 1];
    const R2 = R[m + 2];
    const R3 = R[m + 3];
    const R4 = R[m + 4];
    const R5 = R[m + 5];
    const R6 = R[m + 6];
    const R7 = R[m + 7];
    const R8 = R[m + 8];
    const inverse = 1 / (R6 * v0 + R7 * v1 + R8 * v2);
    const x = (R0 * v0 + R1 * v1 + R2 * v2) * inverse;
    const y = (R3 * v0 + R4 * v1 + R5 * v2) * inverse;

    const focal = cams[cam + 6];
    const bend = cams[cam + 9];
    const bend2 = cams[cam + 10];
    const square = x * x + y * y;
    const square2 = square * square;
    const stretch = 1 + bend * square + bend2 * square2;
    const scale = focal * stretch;
    const error0 = scale * x + cams[cam + 7] - feats[2 * n];
    const error1 = scale * y + cams[cam + 8] - feats[2 * n + 1];
    const errors = error0 * error0 + error1 * error1;
    const wn = w[n];
    const weight = wn * wn;
    const rest = 1 - weight;
    loss += weight * errors + rest * rest;
    dw[n] = 2 * wn * (errors - 2 * rest);

    const g0 = 2 * weight * error0;
    const g1 = 2 * weight * error1;
    const along = g0 * x + g1 * y;
    const alongFocal = along * focal;
    dCams[cam + 6] += along * stretch;
    dCams[cam + 7] += g0;
    dCams[cam + 8] += g1;
    dCams[cam + 9] += alongFocal * square;
    dCams[cam + 10] += alongFocal * square2;
    const dSquare = 2 * alongFocal * (bend + 2 * bend2 * square);
    const d0 = (g0 * scale + dSquare * x) * inverse;
    const d1 = (g1 * scale + dSquare * y) * inverse;
    const d2 = -(d0 * x + d1 * y);

    const dv0 = R0 * d0 + R3 * d1 + R6 * d2;
    const dv1 = R1 * d0 + R4 * d1 + R7 * d2;
    const dv2 = R2 * d0 + R5 * d1 + R8 * d2;
    dX[pt] += dv0;
    dX[pt + 1] += dv1;
    dX[pt + 2] += dv2;
    dCams[cam + 3] -= dv0;
    dCams[cam + 4] -= dv1;
    dCams[cam + 5] -= dv2;
    dR[m] += d0 * v0;
    dR[m + 1] += d0 * v1;
    dR[m + 2] += d0 * v2;
    dR[m + 3] += d1 * v0;
    dR[m + 4] += d1 * v1;
    dR[m + 5] += d1 * v2;
    dR[m + 6] += d2 * v0;
    dR[m + 7] += d2 * v1;
    dR[m + 8] += d2 * v2;
  }
  for (let camera = 0; camera < CAMERAS; camera++) {
    if (seen[camera] === 1) rotationAdjoint(dR, turn, dCams, camera);
  }
  return loss;
}

/** R = cos I + sin [k]× + (1 - cos) k kᵀ */
function rotation(cams: Float64Array, R: Float64Array, turn: Float64Array, camera: number): void {
  const r0 = cams[camera * 11];
  const r1 = cams[camera * 11 + 1];
  const r2 = cams[camera * 11 + 2];
  const angle = Math.sqrt(r0 * r0 + r1 * r1 + r2 * r2);
  const inverse = 1 / angle;
  const k0 = r0 * inverse;
  const k1 = r1 * inverse;
  const k2 = r2 * inverse;
  const sin = Math.sin(angle);
  const cos = Math.cos(angle);
  const t = 6 * camera;
  turn[t] = k0;
  turn[t + 1] = k1;
  turn[t + 2] = k2;
  turn[t + 3] = inverse;
  turn[t + 4] = sin;
  turn[t + 5] = cos;
  const u0 = (1 - cos) * k0;
  const u1 = (1 - cos) * k1;
  const u2 = (1 - cos) * k2;
  const m = 9 * camera;
  R[m] = cos + u0 * k0;
  R[m + 1] = u0 * k1 - sin * k2;
  R[m + 2] = u0 * k2 + sin * k1;
  R[m + 3] = u0 * k1 + sin * k2;
  R[m + 4] = cos + u1 * k1;
  R[m + 5] = u1 * k2 - sin * k0;
  R[m + 6] = u0 * k2 - sin * k1;
  R[m + 7] = u1 * k2 + sin * k0;
  R[m + 8] = cos + u2 * k2;
}

function rotationAdjoint(dR: Float64Array, turn: Float64Array, dCams: Float64Array, camera: number): void {
  const m = 9 * camera;
  const t = 6 * camera;
  const k0 = turn[t];
  const k1 = turn[t + 1];
  const k2 = turn[t + 2];
  const inverse = turn[t + 3];
  const sin = turn[t + 4];
  const cos = turn[t + 5];
  const odd0 = dR[m + 7] - dR[m + 5];
  const odd1 = dR[m + 2] - dR[m + 6];
  const odd2 = dR[m + 3] - dR[m + 1];
  const even01 = dR[m + 1] + dR[m + 3];
  const even02 = dR[m + 2] + dR[m + 6];
  const even12 = dR[m + 5] + dR[m + 7];
  const s0 = 2 * dR[m] * k0 + even01 * k1 + even02 * k2;
  const s1 = even01 * k0 + 2 * dR[m + 4] * k1 + even12 * k2;
  const s2 = even02 * k0 + even12 * k1 + 2 * dR[m + 8] * k2;
  const dk0 = sin * odd0 + (1 - cos) * s0;
  const dk1 = sin * odd1 + (1 - cos) * s1;
  const dk2 = sin * odd2 + (1 - cos) * s2;
  const dCos = dR[m] + dR[m + 4] + dR[m + 8] - 0.5 * (s0 * k0 + s1 * k1 + s2 * k2);
  const dSin = odd0 * k0 + odd1 * k1 + odd2 * k2;
  const dAngle = dSin * cos - dCos * sin - (dk0 * k0 + dk1 * k1 + dk2 * k2) * inverse;
  const cam = 11 * camera;
  dCams[cam] = dk0 * inverse + dAngle * k0;
  dCams[cam + 1] = dk1 * inverse + dAngle * k1;
  dCams[cam + 2] = dk2 * inverse + dAngle * k2;
}
