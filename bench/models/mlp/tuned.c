// tuned.ts in C: all products of matrices are rank updates.

#include "../exp.h"
#include "../gemm.h"
#include "../variant.h"

static int B, D, H, M, K;
static const double *restrict W1, *restrict b1, *restrict W2, *restrict b2, *restrict W3, *restrict b3, *restrict x;
static const int *restrict label;
static double *restrict dW1, *restrict db1, *restrict dW2, *restrict db2, *restrict dW3, *restrict db3;
static double *restrict h1, *restrict h2, *restrict score, *restrict dh1, *restrict dh2, *restrict turned;

static void prepare(void) {
  B = size("B");
  D = size("D");
  H = size("H");
  M = size("M");
  K = size("K");
  W1 = reals("W1");
  b1 = reals("b1");
  W2 = reals("W2");
  b2 = reals("b2");
  W3 = reals("W3");
  b3 = reals("b3");
  x = reals("x");
  label = ints("label");
  dW1 = gradient("W1", D * H);
  db1 = gradient("b1", H);
  dW2 = gradient("W2", H * M);
  db2 = gradient("b2", M);
  dW3 = gradient("W3", M * K);
  db3 = gradient("b3", K);
  h1 = zeros(B * H);
  h2 = zeros(B * M);
  score = zeros(B * K);
  dh1 = zeros(B * H);
  dh2 = zeros(B * M);
  turned = zeros(M * (H > K ? H : K));
}

static void relu(double *restrict values, int end) {
  for (int i = 0; i < end; i++) {
    double value = values[i];
    values[i] = 0.5 * (value + fabs(value));
  }
}

static void reluAdjoint(const double *restrict out, double *restrict d, int end) {
  for (int i = 0; i < end; i++) d[i] = out[i] > 0 ? d[i] : 0;
}

/** The mean cross-entropy of scores, which become its adjoint. */
static double crossEntropies(void) {
  double loss = 0;
  for (int b = 0; b < B; b++) {
    int s = b * K;
    double greatest = -INFINITY;
    for (int k = 0; k < K; k++) greatest = fmax(greatest, score[s + k]);
    loss += greatest - score[s + label[b]];
    double total = 0;
    for (int k = 0; k < K; k++) total += score[s + k] = expByTable(score[s + k] - greatest);
    loss += log(total);
    for (int k = 0; k < K; k++) score[s + k] /= total * B;
    score[s + label[b]] -= 1.0 / B;
  }
  return loss / B;
}

static double run(void) {
  fillRows(h1, b1, B, H);
  addProduct(x, D, 1, W1, h1, B, D, H);
  relu(h1, B * H);
  fillRows(h2, b2, B, M);
  addProduct(h1, H, 1, W2, h2, B, H, M);
  relu(h2, B * M);
  fillRows(score, b3, B, K);
  addProduct(h2, M, 1, W3, score, B, M, K);
  double loss = crossEntropies();

  sumRows(score, db3, B, K);
  memset(dW3, 0, M * K * sizeof *dW3);
  addProduct(h2, 1, M, score, dW3, M, B, K);
  transpose(W3, turned, M, K);
  memset(dh2, 0, B * M * sizeof *dh2);
  addProduct(score, K, 1, turned, dh2, B, K, M);
  reluAdjoint(h2, dh2, B * M);

  sumRows(dh2, db2, B, M);
  memset(dW2, 0, H * M * sizeof *dW2);
  addProduct(h1, 1, H, dh2, dW2, H, B, M);
  transpose(W2, turned, H, M);
  memset(dh1, 0, B * H * sizeof *dh1);
  addProduct(dh2, M, 1, turned, dh1, B, M, H);
  reluAdjoint(h1, dh1, B * H);

  sumRows(dh1, db1, B, H);
  memset(dW1, 0, D * H * sizeof *dW1);
  addProduct(x, 1, D, dh1, dW1, D, B, H);
  return loss;
}
