// tuned.ts in C: eight rows of X at a time, read twice while they are near; one logarithm for the product of eight factors.

#include "../exp.h"
#include "../variant.h"

static int N, D;
static const double *restrict w, *restrict X, *restrict y;
static double bias, lambda;
static double *restrict dw, *restrict dbias;

static void prepare(void) {
  N = size("N");
  D = size("D");
  w = reals("w");
  bias = real("bias");
  X = reals("X");
  y = reals("y");
  lambda = real("lambda");
  dw = gradient("w", D);
  dbias = gradient("bias", 1);
}

/** Four scores, of rows that begin at `row`. */
static void scores(int row, double *out) {
  int r1 = row + D;
  int r2 = r1 + D;
  int r3 = r2 + D;
  double s0 = bias;
  double s1 = bias;
  double s2 = bias;
  double s3 = bias;
  for (int d = 0; d < D; d++) {
    double wd = w[d];
    s0 += X[row + d] * wd;
    s1 += X[r1 + d] * wd;
    s2 += X[r2 + d] * wd;
    s3 += X[r3 + d] * wd;
  }
  out[0] = s0;
  out[1] = s1;
  out[2] = s2;
  out[3] = s3;
}

static double run(void) {
  double penalty = 0;
  for (int d = 0; d < D; d++) {
    penalty += w[d] * w[d];
    dw[d] = lambda * w[d];
  }

  double loss = 0;
  double gBias = 0;
  double margin[8];
  int n = 0;
  for (; n + 8 <= N; n += 8) {
    scores(n * D, margin);
    scores((n + 4) * D, margin + 4);
    // Each factor 1 + e is at most 2.
    double product = 1;
    for (int p = 0; p < 8; p++) {
      double label = y[n + p];
      double m = label * margin[p];
      double e = expByTable(-fabs(m));
      product *= 1 + e;
      loss -= 0.5 * (m - fabs(m));
      double g = (-label * (m > 0 ? e : 1)) / ((1 + e) * N);
      gBias += g;
      margin[p] = g;
    }
    loss += log(product);

    double g0 = margin[0];
    double g1 = margin[1];
    double g2 = margin[2];
    double g3 = margin[3];
    double g4 = margin[4];
    double g5 = margin[5];
    double g6 = margin[6];
    double g7 = margin[7];
    int r0 = n * D;
    int r1 = r0 + D;
    int r2 = r1 + D;
    int r3 = r2 + D;
    int r4 = r3 + D;
    int r5 = r4 + D;
    int r6 = r5 + D;
    int r7 = r6 + D;
    for (int d = 0; d < D; d++) {
      dw[d] +=
        g0 * X[r0 + d] +
        g1 * X[r1 + d] +
        g2 * X[r2 + d] +
        g3 * X[r3 + d] +
        (g4 * X[r4 + d] + g5 * X[r5 + d] + g6 * X[r6 + d] + g7 * X[r7 + d]);
    }
  }
  for (; n < N; n++) {
    int row = n * D;
    double score = bias;
    for (int d = 0; d < D; d++) score += X[row + d] * w[d];
    double m = y[n] * score;
    double e = expByTable(-fabs(m));
    loss += log(1 + e) - fmin(m, 0);
    double g = (-y[n] * (m > 0 ? e : 1)) / ((1 + e) * N);
    gBias += g;
    for (int d = 0; d < D; d++) dw[d] += g * X[row + d];
  }
  *dbias = gBias;
  return 0.5 * lambda * penalty + loss / N;
}
