// The gradient of bundle adjustment for few observations, tuned: each observation by itself, with reciprocals shared.

import type { Data, Params } from './types.js';

export function direct(obs: number, params: Params, data: Data, gradient: Params): number {
  const { cams, X, w } = params;
  const { cams: dCams, X: dX, w: dw } = gradient;
  dCams.fill(0);
  dX.fill(0);
  let loss = 0;
  for (let n = 0; n < obs; n++) {
    const cam = data.obs_cam[n] * 11;
    const pt = data.obs_pt[n] * 3;

    // v turned around the axis k by the angle: v cos + (k × v) sin + k (k · v) (1 - cos)
    const r0 = cams[cam];
    const r1 = cams[cam + 1];
    const r2 = cams[cam + 2];
    const angle = Math.sqrt(r0 * r0 + r1 * r1 + r2 * r2);
    const inverseAngle = 1 / angle;
    const k0 = r0 * inverseAngle;
    const k1 = r1 * inverseAngle;
    const k2 = r2 * inverseAngle;
    const v0 = X[pt] - cams[cam + 3];
    const v1 = X[pt + 1] - cams[cam + 4];
    const v2 = X[pt + 2] - cams[cam + 5];
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    const cross0 = k1 * v2 - k2 * v1;
    const cross1 = k2 * v0 - k0 * v2;
    const cross2 = k0 * v1 - k1 * v0;
    const kv = k0 * v0 + k1 * v1 + k2 * v2;
    const rest = 1 - cos;
    const alongAxis = kv * rest;
    const p0 = v0 * cos + cross0 * sin + k0 * alongAxis;
    const p1 = v1 * cos + cross1 * sin + k1 * alongAxis;
    const p2 = v2 * cos + cross2 * sin + k2 * alongAxis;

    const focal = cams[cam + 6];
    const inverse = 1 / p2;
    const x = p0 * inverse;
    const y = p1 * inverse;
    const square = x * x + y * y;
    const stretch = 1 + cams[cam + 9] * square + cams[cam + 10] * square * square;
    const scale = focal * stretch;
    const error0 = scale * x + cams[cam + 7] - data.feats[2 * n];
    const error1 = scale * y + cams[cam + 8] - data.feats[2 * n + 1];
    const errors = error0 * error0 + error1 * error1;
    const weight = w[n] * w[n];
    loss += weight * errors + (1 - weight) * (1 - weight);
    dw[n] = 2 * w[n] * errors - 4 * w[n] * (1 - weight);

    const g0 = 2 * weight * error0;
    const g1 = 2 * weight * error1;
    const along = g0 * x + g1 * y;
    dCams[cam + 6] += along * stretch;
    dCams[cam + 7] += g0;
    dCams[cam + 8] += g1;
    dCams[cam + 9] += along * focal * square;
    dCams[cam + 10] += along * focal * square * square;
    const dSquare = along * focal * (cams[cam + 9] + 2 * cams[cam + 10] * square);
    const dx = g0 * scale + 2 * dSquare * x;
    const dy = g1 * scale + 2 * dSquare * y;
    const d0 = dx * inverse;
    const d1 = dy * inverse;
    const d2 = -(dx * x + dy * y) * inverse;

    const kd = k0 * d0 + k1 * d1 + k2 * d2;
    const kdRest = kd * rest;
    const dv0 = d0 * cos + (d1 * k2 - d2 * k1) * sin + k0 * kdRest;
    const dv1 = d1 * cos + (d2 * k0 - d0 * k2) * sin + k1 * kdRest;
    const dv2 = d2 * cos + (d0 * k1 - d1 * k0) * sin + k2 * kdRest;
    dX[pt] += dv0;
    dX[pt + 1] += dv1;
    dX[pt + 2] += dv2;
    dCams[cam + 3] -= dv0;
    dCams[cam + 4] -= dv1;
    dCams[cam + 5] -= dv2;

    const dk0 = (v1 * d2 - v2 * d1) * sin + (alongAxis * d0 + kdRest * v0);
    const dk1 = (v2 * d0 - v0 * d2) * sin + (alongAxis * d1 + kdRest * v1);
    const dk2 = (v0 * d1 - v1 * d0) * sin + (alongAxis * d2 + kdRest * v2);
    const dCos = d0 * v0 + d1 * v1 + d2 * v2 - kv * kd;
    const dSin = d0 * cross0 + d1 * cross1 + d2 * cross2;
    const dAngle = dSin * cos - dCos * sin - (dk0 * k0 + dk1 * k1 + dk2 * k2) * inverseAngle;
    dCams[cam] += dk0 * inverseAngle + dAngle * k0;
    dCams[cam + 1] += dk1 * inverseAngle + dAngle * k1;
    dCams[cam + 2] += dk2 * inverseAngle + dAngle * k2;
  }
  return loss;
}
