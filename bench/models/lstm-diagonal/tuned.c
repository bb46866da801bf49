// tuned.ts in C: for each layer and step, the sums of all four gates, then one loop with one exponential over them, since
// tanh(x) = 2 sigmoid(2x) - 1. All that the sweep back needs is stored.

#include "../exp.h"
#include "../variant.h"

static int T, L, W;
static const double *restrict weight, *restrict bias, *restrict wIn, *restrict wOut, *restrict bOut;
static const double *restrict start, *restrict text;
static double *restrict dWeight, *restrict dBias, *restrict dWIn, *restrict dWOut, *restrict dBOut;
/** Layers are outermost: row t of xs[l] is what layer l sees in step t, of hs and cs its state before it. */
static double *restrict xs, *restrict hs, *restrict cs, *restrict tanhs, *restrict gates;
static double *restrict dx, *restrict dh, *restrict dc;

static void prepare(void) {
  T = size("T");
  L = size("L");
  W = size("W");
  weight = reals("weight");
  bias = reals("bias");
  wIn = reals("wIn");
  wOut = reals("wOut");
  bOut = reals("bOut");
  start = reals("start");
  text = reals("text");
  dWeight = gradient("weight", L * 4 * W);
  dBias = gradient("bias", L * 4 * W);
  dWIn = gradient("wIn", W);
  dWOut = gradient("wOut", W);
  dBOut = gradient("bOut", W);
  xs = zeros((L + 1) * T * W);
  hs = zeros(L * (T + 1) * W);
  cs = zeros(L * (T + 1) * W);
  tanhs = zeros(L * T * W);
  gates = zeros(L * T * 4 * W);
  dx = zeros(T * W);
  dh = zeros(W);
  dc = zeros(W);
}

static void layer(int l, int steps) {
  int w0 = l * 4 * W;
  int w1 = w0 + W;
  int w2 = w1 + W;
  int w3 = w2 + W;
  for (int t = 0; t < steps; t++) {
    int x = (l * T + t) * W;
    int s = (l * (T + 1) + t) * W;
    int next = s + W;
    int out = x + T * W;
    int g0 = (l * T + t) * 4 * W;
    int g1 = g0 + W;
    int g2 = g1 + W;
    int g3 = g2 + W;
    for (int i = 0; i < W; i++) {
      double xi = xs[x + i];
      double hi = hs[s + i];
      gates[g0 + i] = xi * weight[w0 + i] + bias[w0 + i];
      gates[g1 + i] = hi * weight[w1 + i] + bias[w1 + i];
      gates[g2 + i] = xi * weight[w2 + i] + bias[w2 + i];
      gates[g3 + i] = 2 * (hi * weight[w3 + i] + bias[w3 + i]);
    }
    int end = g3 + W;
    for (int g = g0; g < end; g++) gates[g] = 1 / (1 + expByTable(-gates[g]));
    for (int i = 0; i < W; i++) {
      double change = 2 * gates[g3 + i] - 1;
      gates[g3 + i] = change;
      double c = cs[s + i] * gates[g0 + i] + gates[g1 + i] * change;
      double squashed = tanhByTable(c);
      double h = gates[g2 + i] * squashed;
      cs[next + i] = c;
      tanhs[x + i] = squashed;
      hs[next + i] = h;
      xs[out + i] = h;
    }
  }
}

/** The loss and, in dx, its adjoint by what the last layer shows. */
static double predict(int top, int steps) {
  memset(dWOut, 0, W * sizeof(double));
  memset(dBOut, 0, W * sizeof(double));
  double scale = 1.0 / (steps * W);
  double loss = 0;
  for (int t = 0; t < steps; t++) {
    int row = t * W;
    int next = row + W;
    double total = 2;
    double ones = 0;
    for (int i = 0; i < W; i++) {
      double y = xs[top + row + i] * wOut[i] + bOut[i];
      double e = expByTable(y);
      double bit = text[next + i];
      dx[row + i] = e;
      total += e;
      loss -= bit * y;
      ones += bit;
    }
    loss += ones * log(total);
    double share = (scale * ones) / total;
    for (int i = 0; i < W; i++) {
      double g = dx[row + i] * share - scale * text[next + i];
      dBOut[i] += g;
      dWOut[i] += g * xs[top + row + i];
      dx[row + i] = g * wOut[i];
    }
  }
  return loss * scale;
}

/** In dx, the adjoint of what the layer shows becomes that of what it sees. */
static void layerBack(int l, int steps) {
  int w0 = l * 4 * W;
  int w1 = w0 + W;
  int w2 = w1 + W;
  int w3 = w2 + W;
  for (int t = steps - 1; t >= 0; t--) {
    int row = t * W;
    int x = l * T * W + row;
    int s = l * (T + 1) * W + row;
    int g0 = (l * T + t) * 4 * W;
    int g1 = g0 + W;
    int g2 = g1 + W;
    int g3 = g2 + W;
    for (int i = 0; i < W; i++) {
      double forget = gates[g0 + i];
      double write = gates[g1 + i];
      double show = gates[g2 + i];
      double change = gates[g3 + i];
      double squashed = tanhs[x + i];
      double xi = xs[x + i];
      double hi = hs[s + i];
      double dout = dx[row + i] + dh[i];
      double g = dc[i] + dout * show * (1 - squashed * squashed);
      double dForget = g * cs[s + i] * forget * (1 - forget);
      double dWrite = g * change * write * (1 - write);
      double dShow = dout * squashed * show * (1 - show);
      double dChange = g * write * (1 - change * change);
      dWeight[w0 + i] += dForget * xi;
      dWeight[w1 + i] += dWrite * hi;
      dWeight[w2 + i] += dShow * xi;
      dWeight[w3 + i] += dChange * hi;
      dBias[w0 + i] += dForget;
      dBias[w1 + i] += dWrite;
      dBias[w2 + i] += dShow;
      dBias[w3 + i] += dChange;
      dx[row + i] = dForget * weight[w0 + i] + dShow * weight[w2 + i];
      dh[i] = dWrite * weight[w1 + i] + dChange * weight[w3 + i];
      dc[i] = g * forget;
    }
  }
}

static double run(void) {
  int steps = T - 1;
  for (int t = 0; t < steps; t++) {
    for (int i = 0; i < W; i++) xs[t * W + i] = text[t * W + i] * wIn[i];
  }
  for (int l = 0; l < L; l++) {
    for (int i = 0; i < W; i++) {
      hs[l * (T + 1) * W + i] = start[l * 2 * W + i];
      cs[l * (T + 1) * W + i] = start[(l * 2 + 1) * W + i];
    }
    layer(l, steps);
  }
  double loss = predict(L * T * W, steps);
  memset(dWeight, 0, L * 4 * W * sizeof(double));
  memset(dBias, 0, L * 4 * W * sizeof(double));
  for (int l = L - 1; l >= 0; l--) {
    memset(dh, 0, W * sizeof(double));
    memset(dc, 0, W * sizeof(double));
    layerBack(l, steps);
  }
  memset(dWIn, 0, W * sizeof(double));
  for (int t = 0; t < steps; t++) {
    for (int i = 0; i < W; i++) dWIn[i] += dx[t * W + i] * text[t * W + i];
  }
  return loss;
}
