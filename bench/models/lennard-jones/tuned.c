// tuned.ts in C: two atoms against each earlier one, with their forces in locals.

#include "../variant.h"

static int n;
static const double *restrict x;
static double *restrict dx;

static void prepare(void) {
  n = size("n");
  x = reals("x");
  dx = gradient("x", 3 * n);
}

static double lastAtom(int at) {
  double energy = 0;
  for (int j = 0; j < at; j += 3) {
    double a = x[at] - x[j];
    double b = x[at + 1] - x[j + 1];
    double c = x[at + 2] - x[j + 2];
    double inverse = 1 / (a * a + b * b + c * c);
    double cube = inverse * inverse * inverse;
    energy += cube * cube - cube;
    double g = (cube - 2 * cube * cube) * inverse;
    dx[at] += g * a;
    dx[at + 1] += g * b;
    dx[at + 2] += g * c;
    dx[j] -= g * a;
    dx[j + 1] -= g * b;
    dx[j + 2] -= g * c;
  }
  return energy;
}

static double run(void) {
  memset(dx, 0, 3 * n * sizeof *dx);
  double energy = 0;
  for (int i = 0; i + 1 < n; i += 2) {
    int at = 3 * i;
    double x0 = x[at];
    double y0 = x[at + 1];
    double z0 = x[at + 2];
    double x1 = x[at + 3];
    double y1 = x[at + 4];
    double z1 = x[at + 5];
    // The pair itself begins the sums.
    double a = x1 - x0;
    double b = y1 - y0;
    double c = z1 - z0;
    double inverse = 1 / (a * a + b * b + c * c);
    double cube = inverse * inverse * inverse;
    energy += cube * cube - cube;
    double g = (cube - 2 * cube * cube) * inverse;
    double gx1 = g * a;
    double gy1 = g * b;
    double gz1 = g * c;
    double gx0 = -gx1;
    double gy0 = -gy1;
    double gz0 = -gz1;
    for (int j = 0; j < at; j += 3) {
      double x2 = x[j];
      double y2 = x[j + 1];
      double z2 = x[j + 2];
      double a0 = x0 - x2;
      double b0 = y0 - y2;
      double c0 = z0 - z2;
      double a1 = x1 - x2;
      double b1 = y1 - y2;
      double c1 = z1 - z2;
      double inverse0 = 1 / (a0 * a0 + b0 * b0 + c0 * c0);
      double inverse1 = 1 / (a1 * a1 + b1 * b1 + c1 * c1);
      double cube0 = inverse0 * inverse0 * inverse0;
      double cube1 = inverse1 * inverse1 * inverse1;
      double square0 = cube0 * cube0;
      double square1 = cube1 * cube1;
      energy += square0 - cube0 + (square1 - cube1);
      double g0 = (cube0 - 2 * square0) * inverse0;
      double g1 = (cube1 - 2 * square1) * inverse1;
      double ga0 = g0 * a0;
      double gb0 = g0 * b0;
      double gc0 = g0 * c0;
      double ga1 = g1 * a1;
      double gb1 = g1 * b1;
      double gc1 = g1 * c1;
      gx0 += ga0;
      gy0 += gb0;
      gz0 += gc0;
      gx1 += ga1;
      gy1 += gb1;
      gz1 += gc1;
      dx[j] -= ga0 + ga1;
      dx[j + 1] -= gb0 + gb1;
      dx[j + 2] -= gc0 + gc1;
    }
    dx[at] += gx0;
    dx[at + 1] += gy0;
    dx[at + 2] += gz0;
    dx[at + 3] += gx1;
    dx[at + 4] += gy1;
    dx[at + 5] += gz1;
  }
  if (n % 2 == 1) energy += lastAtom(3 * (n - 1));
  for (int i = 0; i < 3 * n; i++) dx[i] *= 24;
  return 4 * energy;
}
