// tuned.ts and direct.ts in C: each camera that sees something gets its rotation as a matrix R, once; the observations add up
// the adjoint of R, from which that of the rotation vector follows, once for each camera. Few observations go by themselves.

#include "../variant.h"

enum { CAMERAS = 3 };

static int points, obs;
static const double *restrict cams, *restrict X, *restrict w, *restrict feats;
static const int *restrict obs_cam, *restrict obs_pt;
static double *restrict dCams, *restrict dX, *restrict dw;
static char seen[CAMERAS];
static double R[9 * CAMERAS], dR[9 * CAMERAS];
/** For each camera the axis, one over the angle, its sine and its cosine. */
static double turn[6 * CAMERAS];

static void prepare(void) {
  points = size("points");
  obs = size("obs");
  cams = reals("cams");
  X = reals("X");
  w = reals("w");
  feats = reals("feats");
  obs_cam = ints("obs_cam");
  obs_pt = ints("obs_pt");
  dCams = gradient("cams", CAMERAS * 11);
  dX = gradient("X", points * 3);
  dw = gradient("w", obs);
}

static double direct(void) {
  memset(dCams, 0, CAMERAS * 11 * sizeof *dCams);
  memset(dX, 0, points * 3 * sizeof *dX);
  double loss = 0;
  for (int n = 0; n < obs; n++) {
    int cam = obs_cam[n] * 11;
    int pt = obs_pt[n] * 3;

    // v turned around the axis k by the angle: v cosine + (k × v) sine + k (k · v) (1 - cosine)
    double r0 = cams[cam];
    double r1 = cams[cam + 1];
    double r2 = cams[cam + 2];
    double angle = sqrt(r0 * r0 + r1 * r1 + r2 * r2);
    double inverseAngle = 1 / angle;
    double k0 = r0 * inverseAngle;
    double k1 = r1 * inverseAngle;
    double k2 = r2 * inverseAngle;
    double v0 = X[pt] - cams[cam + 3];
    double v1 = X[pt + 1] - cams[cam + 4];
    double v2 = X[pt + 2] - cams[cam + 5];
    double cosine = cos(angle);
    double sine = sin(angle);
    double cross0 = k1 * v2 - k2 * v1;
    double cross1 = k2 * v0 - k0 * v2;
    double cross2 = k0 * v1 - k1 * v0;
    double kv = k0 * v0 + k1 * v1 + k2 * v2;
    double rest = 1 - cosine;
    double alongAxis = kv * rest;
    double p0 = v0 * cosine + cross0 * sine + k0 * alongAxis;
    double p1 = v1 * cosine + cross1 * sine + k1 * alongAxis;
    double p2 = v2 * cosine + cross2 * sine + k2 * alongAxis;

    double focal = cams[cam + 6];
    double inverse = 1 / p2;
    double x = p0 * inverse;
    double y = p1 * inverse;
    double square = x * x + y * y;
    double stretch = 1 + cams[cam + 9] * square + cams[cam + 10] * square * square;
    double scale = focal * stretch;
    double error0 = scale * x + cams[cam + 7] - feats[2 * n];
    double error1 = scale * y + cams[cam + 8] - feats[2 * n + 1];
    double errors = error0 * error0 + error1 * error1;
    double weight = w[n] * w[n];
    loss += weight * errors + (1 - weight) * (1 - weight);
    dw[n] = 2 * w[n] * errors - 4 * w[n] * (1 - weight);

    double g0 = 2 * weight * error0;
    double g1 = 2 * weight * error1;
    double along = g0 * x + g1 * y;
    dCams[cam + 6] += along * stretch;
    dCams[cam + 7] += g0;
    dCams[cam + 8] += g1;
    dCams[cam + 9] += along * focal * square;
    dCams[cam + 10] += along * focal * square * square;
    double dSquare = along * focal * (cams[cam + 9] + 2 * cams[cam + 10] * square);
    double dx = g0 * scale + 2 * dSquare * x;
    double dy = g1 * scale + 2 * dSquare * y;
    double d0 = dx * inverse;
    double d1 = dy * inverse;
    double d2 = -(dx * x + dy * y) * inverse;

    double kd = k0 * d0 + k1 * d1 + k2 * d2;
    double kdRest = kd * rest;
    double dv0 = d0 * cosine + (d1 * k2 - d2 * k1) * sine + k0 * kdRest;
    double dv1 = d1 * cosine + (d2 * k0 - d0 * k2) * sine + k1 * kdRest;
    double dv2 = d2 * cosine + (d0 * k1 - d1 * k0) * sine + k2 * kdRest;
    dX[pt] += dv0;
    dX[pt + 1] += dv1;
    dX[pt + 2] += dv2;
    dCams[cam + 3] -= dv0;
    dCams[cam + 4] -= dv1;
    dCams[cam + 5] -= dv2;

    double dk0 = (v1 * d2 - v2 * d1) * sine + (alongAxis * d0 + kdRest * v0);
    double dk1 = (v2 * d0 - v0 * d2) * sine + (alongAxis * d1 + kdRest * v1);
    double dk2 = (v0 * d1 - v1 * d0) * sine + (alongAxis * d2 + kdRest * v2);
    double dCos = d0 * v0 + d1 * v1 + d2 * v2 - kv * kd;
    double dSin = d0 * cross0 + d1 * cross1 + d2 * cross2;
    double dAngle = dSin * cosine - dCos * sine - (dk0 * k0 + dk1 * k1 + dk2 * k2) * inverseAngle;
    dCams[cam] += dk0 * inverseAngle + dAngle * k0;
    dCams[cam + 1] += dk1 * inverseAngle + dAngle * k1;
    dCams[cam + 2] += dk2 * inverseAngle + dAngle * k2;
  }
  return loss;
}

/** R = cosine I + sine [k]× + (1 - cosine) k kᵀ */
static void rotation(int camera) {
  double r0 = cams[camera * 11];
  double r1 = cams[camera * 11 + 1];
  double r2 = cams[camera * 11 + 2];
  double angle = sqrt(r0 * r0 + r1 * r1 + r2 * r2);
  double inverse = 1 / angle;
  double k0 = r0 * inverse;
  double k1 = r1 * inverse;
  double k2 = r2 * inverse;
  double sine = sin(angle);
  double cosine = cos(angle);
  int t = 6 * camera;
  turn[t] = k0;
  turn[t + 1] = k1;
  turn[t + 2] = k2;
  turn[t + 3] = inverse;
  turn[t + 4] = sine;
  turn[t + 5] = cosine;
  double u0 = (1 - cosine) * k0;
  double u1 = (1 - cosine) * k1;
  double u2 = (1 - cosine) * k2;
  int m = 9 * camera;
  R[m] = cosine + u0 * k0;
  R[m + 1] = u0 * k1 - sine * k2;
  R[m + 2] = u0 * k2 + sine * k1;
  R[m + 3] = u0 * k1 + sine * k2;
  R[m + 4] = cosine + u1 * k1;
  R[m + 5] = u1 * k2 - sine * k0;
  R[m + 6] = u0 * k2 - sine * k1;
  R[m + 7] = u1 * k2 + sine * k0;
  R[m + 8] = cosine + u2 * k2;
}

static void rotationAdjoint(int camera) {
  int m = 9 * camera;
  int t = 6 * camera;
  double k0 = turn[t];
  double k1 = turn[t + 1];
  double k2 = turn[t + 2];
  double inverse = turn[t + 3];
  double sine = turn[t + 4];
  double cosine = turn[t + 5];
  double odd0 = dR[m + 7] - dR[m + 5];
  double odd1 = dR[m + 2] - dR[m + 6];
  double odd2 = dR[m + 3] - dR[m + 1];
  double even01 = dR[m + 1] + dR[m + 3];
  double even02 = dR[m + 2] + dR[m + 6];
  double even12 = dR[m + 5] + dR[m + 7];
  double s0 = 2 * dR[m] * k0 + even01 * k1 + even02 * k2;
  double s1 = even01 * k0 + 2 * dR[m + 4] * k1 + even12 * k2;
  double s2 = even02 * k0 + even12 * k1 + 2 * dR[m + 8] * k2;
  double dk0 = sine * odd0 + (1 - cosine) * s0;
  double dk1 = sine * odd1 + (1 - cosine) * s1;
  double dk2 = sine * odd2 + (1 - cosine) * s2;
  double dCos = dR[m] + dR[m + 4] + dR[m + 8] - 0.5 * (s0 * k0 + s1 * k1 + s2 * k2);
  double dSin = odd0 * k0 + odd1 * k1 + odd2 * k2;
  double dAngle = dSin * cosine - dCos * sine - (dk0 * k0 + dk1 * k1 + dk2 * k2) * inverse;
  int cam = 11 * camera;
  dCams[cam] = dk0 * inverse + dAngle * k0;
  dCams[cam + 1] = dk1 * inverse + dAngle * k1;
  dCams[cam + 2] = dk2 * inverse + dAngle * k2;
}

static double withMatrices(void) {
  memset(dCams, 0, CAMERAS * 11 * sizeof *dCams);
  memset(dX, 0, points * 3 * sizeof *dX);
  memset(dR, 0, CAMERAS * 9 * sizeof *dR);
  memset(seen, 0, CAMERAS * sizeof *seen);
  double loss = 0;
  for (int n = 0; n < obs; n++) {
    int camera = obs_cam[n];
    int cam = camera * 11;
    int m = camera * 9;
    int pt = obs_pt[n] * 3;
    if (seen[camera] == 0) {
      seen[camera] = 1;
      rotation(camera);
    }
    double v0 = X[pt] - cams[cam + 3];
    double v1 = X[pt + 1] - cams[cam + 4];
    double v2 = X[pt + 2] - cams[cam + 5];
    double R0 = R[m];
    double R1 = R[m + 1];
    double R2 = R[m + 2];
    double R3 = R[m + 3];
    double R4 = R[m + 4];
    double R5 = R[m + 5];
    double R6 = R[m + 6];
    double R7 = R[m + 7];
    double R8 = R[m + 8];
    double inverse = 1 / (R6 * v0 + R7 * v1 + R8 * v2);
    double x = (R0 * v0 + R1 * v1 + R2 * v2) * inverse;
    double y = (R3 * v0 + R4 * v1 + R5 * v2) * inverse;

    double focal = cams[cam + 6];
    double bend = cams[cam + 9];
    double bend2 = cams[cam + 10];
    double square = x * x + y * y;
    double square2 = square * square;
    double stretch = 1 + bend * square + bend2 * square2;
    double scale = focal * stretch;
    double error0 = scale * x + cams[cam + 7] - feats[2 * n];
    double error1 = scale * y + cams[cam + 8] - feats[2 * n + 1];
    double errors = error0 * error0 + error1 * error1;
    double wn = w[n];
    double weight = wn * wn;
    double rest = 1 - weight;
    loss += weight * errors + rest * rest;
    dw[n] = 2 * wn * (errors - 2 * rest);

    double g0 = 2 * weight * error0;
    double g1 = 2 * weight * error1;
    double along = g0 * x + g1 * y;
    double alongFocal = along * focal;
    dCams[cam + 6] += along * stretch;
    dCams[cam + 7] += g0;
    dCams[cam + 8] += g1;
    dCams[cam + 9] += alongFocal * square;
    dCams[cam + 10] += alongFocal * square2;
    double dSquare = 2 * alongFocal * (bend + 2 * bend2 * square);
    double d0 = (g0 * scale + dSquare * x) * inverse;
    double d1 = (g1 * scale + dSquare * y) * inverse;
    double d2 = -(d0 * x + d1 * y);

    double dv0 = R0 * d0 + R3 * d1 + R6 * d2;
    double dv1 = R1 * d0 + R4 * d1 + R7 * d2;
    double dv2 = R2 * d0 + R5 * d1 + R8 * d2;
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
  for (int camera = 0; camera < CAMERAS; camera++) {
    if (seen[camera] == 1) rotationAdjoint(camera);
  }
  return loss;
}

static double run(void) { return obs <= CAMERAS ? direct() : withMatrices(); }
