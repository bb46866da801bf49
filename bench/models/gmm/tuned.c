// tuned.ts in C. Points are taken in chunks, coordinates outside and points inside, so that the inner loops are long and
// contiguous for any D. With c = x - mean and weights w, the sums over points need neither z = Q c again nor a product with
// Q: the adjoint of Q is -Q S for S = Σ w c cᵀ, that of the mean is QᵀQ Σ w c. D is even.

#include "../exp.h"
#include "../variant.h"

/** P is how many points are in a chunk. */
static int N, D, K, P;
static const double *restrict alphas, *restrict means, *restrict icf, *restrict x;
static double wishart_gamma, wishart_m;
static double *restrict dAlphas, *restrict dMeans, *restrict dIcf;
static double *restrict Q, *restrict S, *restrict moment, *restrict base, *restrict xs, *restrict c, *restrict z;
/** Scores, which become the weights. */
static double *restrict score;
static double *restrict greatest, *restrict total, *restrict row;

static void prepare(void) {
  N = size("N");
  D = size("D");
  K = size("K");
  if (D % 2 != 0) fail("must be even", "D");
  // A chunk of centred points, its weighted row pair and its products stay in the first cache.
  P = 2048 / D > 32 ? 2048 / D : 32;
  if (P > N) P = N;
  alphas = reals("alphas");
  means = reals("means");
  icf = reals("icf");
  x = reals("x");
  wishart_gamma = real("wishart_gamma");
  wishart_m = real("wishart_m");
  dAlphas = gradient("alphas", K);
  dMeans = gradient("means", K * D);
  dIcf = gradient("icf", K * D * (D + 1) / 2);
  Q = zeros(K * D * D);
  S = zeros(K * D * D);
  moment = zeros(K * D);
  base = zeros(K);
  xs = zeros(D * P);
  c = zeros(D * P);
  z = zeros(4 * P);
  score = zeros(K * P);
  greatest = zeros(P);
  total = zeros(P);
  row = zeros(D);
}

static inline double larger(double a, double b) { return a > b ? a : b; }

/** What the Wishart prior adds for each cluster that does not depend on the parameters, with D + 1 + m degrees of freedom. */
static double wishartConstant(void) {
  double freedom = D + 1 + wishart_m;
  double logGamma = 0.25 * D * (D - 1) * log(M_PI);
  for (int j = 0; j < D; j++) logGamma += lgamma(0.5 * (freedom - j));
  return freedom * D * (log(wishart_gamma) - 0.5 * M_LN2) - logGamma;
}

/** Q with its zeros, and the logarithms of its determinants. */
static void unpack(void) {
  int from = 0;
  for (int k = 0; k < K; k++) {
    double sum = 0;
    int start = k * D * D;
    for (int i = 0; i < D; i++) {
      sum += icf[from];
      Q[start + i * D + i] = expByTable(icf[from++]);
    }
    base[k] = sum;
    for (int j = 0; j < D; j++) {
      for (int i = j + 1; i < D; i++) Q[start + i * D + j] = icf[from++];
    }
  }
}

static void centre(int k, int p) {
  for (int d = 0; d < D; d++) {
    double mean = means[k * D + d];
    for (int n = d * P; n < d * P + p; n++) c[n] = xs[n] - mean;
  }
}

/** score[k, n] = |Q c|² for each point n: four rows of Q at a time, four columns at a time. */
static void squaredNorms(int k, int p) {
  int s = k * P;
  for (int n = s; n < s + p; n++) score[n] = 0;
  int start = k * D * D;
  int i = 0;
  for (; i + 4 <= D; i += 4) {
    int q0 = start + i * D;
    int q1 = q0 + D;
    int q2 = q1 + D;
    int q3 = q2 + D;
    int z1 = P;
    int z2 = 2 * P;
    int z3 = 3 * P;
    for (int j = 0; j < i; j += 4) {
      double a00 = Q[q0 + j];
      double a01 = Q[q0 + j + 1];
      double a02 = Q[q0 + j + 2];
      double a03 = Q[q0 + j + 3];
      double a10 = Q[q1 + j];
      double a11 = Q[q1 + j + 1];
      double a12 = Q[q1 + j + 2];
      double a13 = Q[q1 + j + 3];
      double a20 = Q[q2 + j];
      double a21 = Q[q2 + j + 1];
      double a22 = Q[q2 + j + 2];
      double a23 = Q[q2 + j + 3];
      double a30 = Q[q3 + j];
      double a31 = Q[q3 + j + 1];
      double a32 = Q[q3 + j + 2];
      double a33 = Q[q3 + j + 3];
      int c0 = j * P;
      int c1 = c0 + P;
      int c2 = c1 + P;
      int c3 = c2 + P;
      if (j == 0) {
#pragma GCC ivdep
        for (int n = 0; n < p; n++) {
          double b0 = c[c0 + n];
          double b1 = c[c1 + n];
          double b2 = c[c2 + n];
          double b3 = c[c3 + n];
          z[n] = a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3;
          z[z1 + n] = a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3;
          z[z2 + n] = a20 * b0 + a21 * b1 + a22 * b2 + a23 * b3;
          z[z3 + n] = a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
        }
      } else {
#pragma GCC ivdep
        for (int n = 0; n < p; n++) {
          double b0 = c[c0 + n];
          double b1 = c[c1 + n];
          double b2 = c[c2 + n];
          double b3 = c[c3 + n];
          z[n] += a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3;
          z[z1 + n] += a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3;
          z[z2 + n] += a20 * b0 + a21 * b1 + a22 * b2 + a23 * b3;
          z[z3 + n] += a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
        }
      }
    }
    // The triangle on the diagonal completes the rows.
    double a00 = Q[q0 + i];
    double a10 = Q[q1 + i];
    double a11 = Q[q1 + i + 1];
    double a20 = Q[q2 + i];
    double a21 = Q[q2 + i + 1];
    double a22 = Q[q2 + i + 2];
    double a30 = Q[q3 + i];
    double a31 = Q[q3 + i + 1];
    double a32 = Q[q3 + i + 2];
    double a33 = Q[q3 + i + 3];
    int c0 = i * P;
    int c1 = c0 + P;
    int c2 = c1 + P;
    int c3 = c2 + P;
    if (i == 0) {
#pragma GCC ivdep
      for (int n = 0; n < p; n++) {
        double b0 = c[c0 + n];
        double b1 = c[c1 + n];
        double b2 = c[c2 + n];
        double b3 = c[c3 + n];
        double r0 = a00 * b0;
        double r1 = a10 * b0 + a11 * b1;
        double r2 = a20 * b0 + a21 * b1 + a22 * b2;
        double r3 = a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
        score[s + n] = r0 * r0 + r1 * r1 + r2 * r2 + r3 * r3;
      }
    } else {
#pragma GCC ivdep
      for (int n = 0; n < p; n++) {
        double b0 = c[c0 + n];
        double b1 = c[c1 + n];
        double b2 = c[c2 + n];
        double b3 = c[c3 + n];
        double r0 = z[n] + a00 * b0;
        double r1 = z[z1 + n] + a10 * b0 + a11 * b1;
        double r2 = z[z2 + n] + a20 * b0 + a21 * b1 + a22 * b2;
        double r3 = z[z3 + n] + a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
        score[s + n] += r0 * r0 + r1 * r1 + r2 * r2 + r3 * r3;
      }
    }
  }
  if (i < D) {
    int q0 = start + i * D;
    int q1 = q0 + D;
    for (int n = 0; n < 2 * P; n++) z[n] = 0;
    for (int j = 0; j < i; j += 4) {
      double a00 = Q[q0 + j];
      double a01 = Q[q0 + j + 1];
      double a02 = Q[q0 + j + 2];
      double a03 = Q[q0 + j + 3];
      double a10 = Q[q1 + j];
      double a11 = Q[q1 + j + 1];
      double a12 = Q[q1 + j + 2];
      double a13 = Q[q1 + j + 3];
      int c0 = j * P;
      int c1 = c0 + P;
      int c2 = c1 + P;
      int c3 = c2 + P;
#pragma GCC ivdep
      for (int n = 0; n < p; n++) {
        double b0 = c[c0 + n];
        double b1 = c[c1 + n];
        double b2 = c[c2 + n];
        double b3 = c[c3 + n];
        z[n] += a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3;
        z[P + n] += a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3;
      }
    }
    double a00 = Q[q0 + i];
    double a10 = Q[q1 + i];
    double a11 = Q[q1 + i + 1];
    int c0 = i * P;
    int c1 = c0 + P;
#pragma GCC ivdep
    for (int n = 0; n < p; n++) {
      double b0 = c[c0 + n];
      double b1 = c[c1 + n];
      double r0 = z[n] + a00 * b0;
      double r1 = z[P + n] + a10 * b0 + a11 * b1;
      score[s + n] += r0 * r0 + r1 * r1;
    }
  }
}

/** In the plane, all of a point and a cluster fits in locals. */
static void planeScores(int k, int p) {
  double q00 = Q[4 * k];
  double q10 = Q[4 * k + 2];
  double q11 = Q[4 * k + 3];
  double mean0 = means[2 * k];
  double mean1 = means[2 * k + 1];
  double constant = base[k];
  int s = k * P;
  for (int n = 0; n < p; n++) {
    double c0 = xs[n] - mean0;
    double c1 = xs[P + n] - mean1;
    double z0 = q00 * c0;
    double z1 = q10 * c0 + q11 * c1;
    score[s + n] = constant - 0.5 * (z0 * z0 + z1 * z1);
  }
}

static double planeMoments(int k, int p) {
  double mean0 = means[2 * k];
  double mean1 = means[2 * k + 1];
  int s = k * P;
  double weights = 0;
  double m0 = 0;
  double m1 = 0;
  double s00 = 0;
  double s10 = 0;
  double s11 = 0;
  for (int n = 0; n < p; n++) {
    double weight = score[s + n];
    double c0 = xs[n] - mean0;
    double c1 = xs[P + n] - mean1;
    double a0 = weight * c0;
    double a1 = weight * c1;
    weights += weight;
    m0 += a0;
    m1 += a1;
    s00 += a0 * c0;
    s10 += a1 * c0;
    s11 += a1 * c1;
  }
  moment[2 * k] += m0;
  moment[2 * k + 1] += m1;
  S[4 * k] += s00;
  S[4 * k + 2] += s10;
  S[4 * k + 3] += s11;
  return weights;
}

/** Scores become shares, point by point; returns the sum of the logarithms of the totals. Clusters are the outer loop. */
static double softmax(int p) {
  for (int n = 0; n < p; n++) {
    greatest[n] = score[n];
    total[n] = 0;
  }
  for (int k = 1; k < K; k++) {
    for (int n = 0; n < p; n++) greatest[n] = larger(greatest[n], score[k * P + n]);
  }
  for (int k = 0; k < K; k++) {
    for (int n = 0; n < p; n++) {
      double e = expByTable(score[k * P + n] - greatest[n]);
      score[k * P + n] = e;
      total[n] += e;
    }
  }
  double sum = 0;
  for (int n = 0; n < p; n++) {
    sum += greatest[n] + log(total[n]);
    total[n] = 1 / total[n];
  }
  for (int k = 0; k < K; k++) {
    for (int n = 0; n < p; n++) score[k * P + n] *= total[n];
  }
  return sum;
}

/** The lower triangle of Σ w c cᵀ, and Σ w c: two rows at a time, up to three columns at a time. */
static void moments(int k, int p) {
  int s = k * P;
  for (int i = 0; i < D; i += 2) {
    int ci = i * P;
    double m0 = 0;
    double m1 = 0;
    double d00 = 0;
    double d10 = 0;
    double d11 = 0;
#pragma GCC ivdep
    for (int n = 0; n < p; n++) {
      double b0 = c[ci + n];
      double b1 = c[ci + P + n];
      double a0 = score[s + n] * b0;
      double a1 = score[s + n] * b1;
      z[n] = a0;
      z[P + n] = a1;
      m0 += a0;
      m1 += a1;
      d00 += a0 * b0;
      d10 += a1 * b0;
      d11 += a1 * b1;
    }
    moment[k * D + i] += m0;
    moment[k * D + i + 1] += m1;
    int r0 = (k * D + i) * D;
    int r1 = r0 + D;
    S[r0 + i] += d00;
    S[r1 + i] += d10;
    S[r1 + i + 1] += d11;
    int j = 0;
    for (; j + 3 <= i; j += 3) {
      int c0 = j * P;
      int c1 = c0 + P;
      int c2 = c1 + P;
      double s00 = 0;
      double s01 = 0;
      double s02 = 0;
      double s10 = 0;
      double s11 = 0;
      double s12 = 0;
      for (int n = 0; n < p; n++) {
        double a0 = z[n];
        double a1 = z[P + n];
        double b0 = c[c0 + n];
        s00 += a0 * b0;
        s10 += a1 * b0;
        double b1 = c[c1 + n];
        s01 += a0 * b1;
        s11 += a1 * b1;
        double b2 = c[c2 + n];
        s02 += a0 * b2;
        s12 += a1 * b2;
      }
      S[r0 + j] += s00;
      S[r0 + j + 1] += s01;
      S[r0 + j + 2] += s02;
      S[r1 + j] += s10;
      S[r1 + j + 1] += s11;
      S[r1 + j + 2] += s12;
    }
    for (; j < i; j++) {
      int c0 = j * P;
      double s0 = 0;
      double s1 = 0;
      for (int n = 0; n < p; n++) {
        double b = c[c0 + n];
        s0 += z[n] * b;
        s1 += z[P + n] * b;
      }
      S[r0 + j] += s0;
      S[r1 + j] += s1;
    }
  }
}

/** The same for rows that are long enough for rank updates: eight rows of S, four points at a time. Returns Σ w. */
static double wideMoments(int start, int k, int p) {
  int mean = k * D;
  double weights = 0;
  for (int n = 0; n < p; n++) {
    double weight = score[k * P + n];
    weights += weight;
    int from = (start + n) * D;
    int to = n * D;
    for (int d = 0; d < D; d++) {
      double value = x[from + d] - means[mean + d];
      c[to + d] = value;
      moment[mean + d] += weight * value;
    }
  }
  int end = p - (p % 4);
  for (int i = 0; i < D; i += 8) {
    int r0 = (k * D + i) * D;
    int r1 = r0 + D;
    int r2 = r1 + D;
    int r3 = r2 + D;
    int r4 = r3 + D;
    int r5 = r4 + D;
    int r6 = r5 + D;
    int r7 = r6 + D;
    int length = i + 8;
    for (int n = 0; n < end; n += 4) {
      int c0 = n * D;
      int c1 = c0 + D;
      int c2 = c1 + D;
      int c3 = c2 + D;
      double w0 = score[k * P + n];
      double w1 = score[k * P + n + 1];
      double w2 = score[k * P + n + 2];
      double w3 = score[k * P + n + 3];
      double a00 = w0 * c[c0 + i];
      double a01 = w1 * c[c1 + i];
      double a02 = w2 * c[c2 + i];
      double a03 = w3 * c[c3 + i];
      double a10 = w0 * c[c0 + i + 1];
      double a11 = w1 * c[c1 + i + 1];
      double a12 = w2 * c[c2 + i + 1];
      double a13 = w3 * c[c3 + i + 1];
      double a20 = w0 * c[c0 + i + 2];
      double a21 = w1 * c[c1 + i + 2];
      double a22 = w2 * c[c2 + i + 2];
      double a23 = w3 * c[c3 + i + 2];
      double a30 = w0 * c[c0 + i + 3];
      double a31 = w1 * c[c1 + i + 3];
      double a32 = w2 * c[c2 + i + 3];
      double a33 = w3 * c[c3 + i + 3];
      double a40 = w0 * c[c0 + i + 4];
      double a41 = w1 * c[c1 + i + 4];
      double a42 = w2 * c[c2 + i + 4];
      double a43 = w3 * c[c3 + i + 4];
      double a50 = w0 * c[c0 + i + 5];
      double a51 = w1 * c[c1 + i + 5];
      double a52 = w2 * c[c2 + i + 5];
      double a53 = w3 * c[c3 + i + 5];
      double a60 = w0 * c[c0 + i + 6];
      double a61 = w1 * c[c1 + i + 6];
      double a62 = w2 * c[c2 + i + 6];
      double a63 = w3 * c[c3 + i + 6];
      double a70 = w0 * c[c0 + i + 7];
      double a71 = w1 * c[c1 + i + 7];
      double a72 = w2 * c[c2 + i + 7];
      double a73 = w3 * c[c3 + i + 7];
#pragma GCC ivdep
      for (int j = 0; j < length; j++) {
        double b0 = c[c0 + j];
        double b1 = c[c1 + j];
        double b2 = c[c2 + j];
        double b3 = c[c3 + j];
        S[r0 + j] += a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3;
        S[r1 + j] += a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3;
        S[r2 + j] += a20 * b0 + a21 * b1 + a22 * b2 + a23 * b3;
        S[r3 + j] += a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
        S[r4 + j] += a40 * b0 + a41 * b1 + a42 * b2 + a43 * b3;
        S[r5 + j] += a50 * b0 + a51 * b1 + a52 * b2 + a53 * b3;
        S[r6 + j] += a60 * b0 + a61 * b1 + a62 * b2 + a63 * b3;
        S[r7 + j] += a70 * b0 + a71 * b1 + a72 * b2 + a73 * b3;
      }
    }
    for (int n = end; n < p; n++) {
      for (int r = 0; r < 8; r++) {
        double a = score[k * P + n] * c[n * D + i + r];
        for (int j = 0; j < length; j++) S[r0 + r * D + j] += a * c[n * D + j];
      }
    }
  }
  return weights;
}

/** The gradient by the mean and by Q of one cluster, from its moments. */
static void finish(int k) {
  int start = k * D * D;
  int mean = k * D;
  for (int i = 0; i < D; i++) {
    for (int j = 0; j < i; j++) S[start + j * D + i] = S[start + i * D + j];
  }
  for (int j = 0; j < D; j++) dMeans[mean + j] = 0;
  int triangle = (D * (D + 1)) / 2;
  int out = k * triangle;
  for (int i = 0; i < D; i++) {
    int q = start + i * D;
    double z = 0;
    for (int j = 0; j <= i; j++) {
      z += Q[q + j] * moment[mean + j];
      row[j] = wishart_gamma * wishart_gamma * Q[q + j];
    }
    for (int j = 0; j <= i; j++) dMeans[mean + j] += z * Q[q + j];
    int l = 0;
    for (; l + 4 <= i + 1; l += 4) {
      double a0 = Q[q + l];
      double a1 = Q[q + l + 1];
      double a2 = Q[q + l + 2];
      double a3 = Q[q + l + 3];
      int s0 = start + l * D;
      int s1 = s0 + D;
      int s2 = s1 + D;
      int s3 = s2 + D;
      for (int j = 0; j <= i; j++)
        row[j] -= a0 * S[s0 + j] + a1 * S[s1 + j] + a2 * S[s2 + j] + a3 * S[s3 + j];
    }
    for (; l <= i; l++) {
      double a = Q[q + l];
      for (int j = 0; j <= i; j++) row[j] -= a * S[start + l * D + j];
    }
    dIcf[out + i] = dAlphas[k] - wishart_m + row[i] * Q[q + i];
    for (int j = 0; j < i; j++) dIcf[out + D + (j * (2 * D - j - 1)) / 2 + i - j - 1] = row[j];
  }
}

static double run(void) {
  unpack();
  double logDets = 0;
  for (int k = 0; k < K; k++) {
    logDets += base[k];
    base[k] += alphas[k];
  }

  memset(dAlphas, 0, K * sizeof *dAlphas);
  memset(moment, 0, K * D * sizeof *moment);
  memset(S, 0, K * D * D * sizeof *S);
  double loss = 0;
  for (int start = 0; start < N; start += P) {
    int p = P < N - start ? P : N - start;
    for (int d = 0; d < D; d++) {
      for (int n = 0; n < p; n++) xs[d * P + n] = x[(start + n) * D + d];
    }
    for (int k = 0; k < K; k++) {
      if (D == 2) {
        planeScores(k, p);
        continue;
      }
      centre(k, p);
      squaredNorms(k, p);
      double constant = base[k];
      for (int n = k * P; n < k * P + p; n++) score[n] = constant - 0.5 * score[n];
    }
    loss += softmax(p);
    for (int k = 0; k < K; k++) {
      if (D == 2) {
        dAlphas[k] += planeMoments(k, p);
        continue;
      }
      if (D >= 32 && D % 8 == 0) {
        dAlphas[k] += wideMoments(start, k, p);
        continue;
      }
      centre(k, p);
      double weights = 0;
      for (int n = k * P; n < k * P + p; n++) weights += score[n];
      dAlphas[k] += weights;
      moments(k, p);
    }
  }

  double top = -INFINITY;
  for (int k = 0; k < K; k++) top = larger(top, alphas[k]);
  double sum = 0;
  for (int k = 0; k < K; k++) sum += expByTable(alphas[k] - top);
  double squares = 0;
  for (int i = 0; i < K * D * D; i++) squares += Q[i] * Q[i];
  loss -= N * (top + log(sum) + 0.5 * D * log(2 * M_PI));
  loss += 0.5 * wishart_gamma * wishart_gamma * squares - wishart_m * logDets;
  loss -= K * wishartConstant();
  for (int k = 0; k < K; k++) {
    finish(k);
    dAlphas[k] -= (N * expByTable(alphas[k] - top)) / sum;
  }
  return loss;
}
