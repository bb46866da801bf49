// Products of matrices for tuned code in C, as gemm.ts has them: rank updates.

#include <string.h>

static void oneRow(const double *restrict A, int first, int across, const double *restrict B, double *restrict C, int r, int m, int p) {
  int k = 0;
  for (; k + 4 <= m; k += 4) {
    int s0 = k * p;
    int s1 = s0 + p;
    int s2 = s1 + p;
    int s3 = s2 + p;
    double a0 = A[first + k * across];
    double a1 = A[first + (k + 1) * across];
    double a2 = A[first + (k + 2) * across];
    double a3 = A[first + (k + 3) * across];
#pragma GCC ivdep
    for (int j = 0; j < p; j++) C[r + j] += a0 * B[s0 + j] + a1 * B[s1 + j] + a2 * B[s2 + j] + a3 * B[s3 + j];
  }
  for (; k < m; k++) {
    int s = k * p;
    double a = A[first + k * across];
#pragma GCC ivdep
    for (int j = 0; j < p; j++) C[r + j] += a * B[s + j];
  }
}

static void eightRows(const double *restrict A, int first, int down, int across, const double *restrict B, double *restrict C,
                       int r0, int m, int p) {
  int r1 = r0 + p;
  int r2 = r1 + p;
  int r3 = r2 + p;
  int r4 = r3 + p;
  int r5 = r4 + p;
  int r6 = r5 + p;
  int r7 = r6 + p;
  int k = 0;
  for (; k + 4 <= m; k += 4) {
    int s0 = k * p;
    int s1 = s0 + p;
    int s2 = s1 + p;
    int s3 = s2 + p;
    int k0 = first + k * across;
    int k1 = k0 + across;
    int k2 = k1 + across;
    int k3 = k2 + across;
    double a00 = A[k0];
    double a01 = A[k1];
    double a02 = A[k2];
    double a03 = A[k3];
    double a10 = A[k0 + down];
    double a11 = A[k1 + down];
    double a12 = A[k2 + down];
    double a13 = A[k3 + down];
    double a20 = A[k0 + 2 * down];
    double a21 = A[k1 + 2 * down];
    double a22 = A[k2 + 2 * down];
    double a23 = A[k3 + 2 * down];
    double a30 = A[k0 + 3 * down];
    double a31 = A[k1 + 3 * down];
    double a32 = A[k2 + 3 * down];
    double a33 = A[k3 + 3 * down];
    double a40 = A[k0 + 4 * down];
    double a41 = A[k1 + 4 * down];
    double a42 = A[k2 + 4 * down];
    double a43 = A[k3 + 4 * down];
    double a50 = A[k0 + 5 * down];
    double a51 = A[k1 + 5 * down];
    double a52 = A[k2 + 5 * down];
    double a53 = A[k3 + 5 * down];
    double a60 = A[k0 + 6 * down];
    double a61 = A[k1 + 6 * down];
    double a62 = A[k2 + 6 * down];
    double a63 = A[k3 + 6 * down];
    double a70 = A[k0 + 7 * down];
    double a71 = A[k1 + 7 * down];
    double a72 = A[k2 + 7 * down];
    double a73 = A[k3 + 7 * down];
#pragma GCC ivdep
    for (int j = 0; j < p; j++) {
      double b0 = B[s0 + j];
      double b1 = B[s1 + j];
      double b2 = B[s2 + j];
      double b3 = B[s3 + j];
      C[r0 + j] += a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3;
      C[r1 + j] += a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3;
      C[r2 + j] += a20 * b0 + a21 * b1 + a22 * b2 + a23 * b3;
      C[r3 + j] += a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
      C[r4 + j] += a40 * b0 + a41 * b1 + a42 * b2 + a43 * b3;
      C[r5 + j] += a50 * b0 + a51 * b1 + a52 * b2 + a53 * b3;
      C[r6 + j] += a60 * b0 + a61 * b1 + a62 * b2 + a63 * b3;
      C[r7 + j] += a70 * b0 + a71 * b1 + a72 * b2 + a73 * b3;
    }
  }
  for (; k < m; k++) {
    int s0 = k * p;
    int k0 = first + k * across;
    double a0 = A[k0];
    double a1 = A[k0 + down];
    double a2 = A[k0 + 2 * down];
    double a3 = A[k0 + 3 * down];
    double a4 = A[k0 + 4 * down];
    double a5 = A[k0 + 5 * down];
    double a6 = A[k0 + 6 * down];
    double a7 = A[k0 + 7 * down];
#pragma GCC ivdep
    for (int j = 0; j < p; j++) {
      double b = B[s0 + j];
      C[r0 + j] += a0 * b;
      C[r1 + j] += a1 * b;
      C[r2 + j] += a2 * b;
      C[r3 + j] += a3 * b;
      C[r4 + j] += a4 * b;
      C[r5 + j] += a5 * b;
      C[r6 + j] += a6 * b;
      C[r7 + j] += a7 * b;
    }
  }
}

/** C += A B for C of n rows and p columns and B of m rows; A[i, k] is A[i * down + k * across]. */
static void addProduct(const double *restrict A, int down, int across, const double *restrict B, double *restrict C, int n,
                        int m, int p) {
  int i = 0;
  for (; i + 8 <= n; i += 8) eightRows(A, i * down, down, across, B, C, i * p, m, p);
  for (; i < n; i++) oneRow(A, i * down, across, B, C, i * p, m, p);
}

/** The transpose of A, of n rows and m columns. */
static void transpose(const double *restrict A, double *restrict out, int n, int m) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < m; j++) out[j * n + i] = A[i * m + j];
  }
}

/** Each of n rows becomes `row`. */
static void fillRows(double *restrict out, const double *restrict row, int n, int p) {
  for (int i = 0; i < n; i++) {
    int start = i * p;
    for (int j = 0; j < p; j++) out[start + j] = row[j];
  }
}

/** The sum of n rows. */
static void sumRows(const double *restrict A, double *restrict out, int n, int p) {
  memset(out, 0, p * sizeof *out);
  for (int i = 0; i < n; i++) {
    int start = i * p;
    for (int j = 0; j < p; j++) out[j] += A[start + j];
  }
}
