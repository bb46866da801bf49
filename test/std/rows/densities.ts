// Rows about logarithms of densities. Numbers with 16 digits and more are from 40-digit arithmetic.

import { b, t, x, y, type Row } from '../inputs.ts';

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

export const rows: readonly Row[] = [
  ['logBeta([x + 0.8, x + 8.3, y + 3.8, x + 19.3, t + 7.75], [y + 3.8, y + 3.8, x + 8.3, t + 29.75, 7.999])', [-1.627858836390381, -5.402714703349072, -5.402714703349072, -33.96882079197738, -10.848223255535817]],
  ['logBeta([1e8, 1e-3], [2e8, 1e10])', [-190954258.57711312, 6.884153034453963]],
  ['orderedLogBeta(y + 3.8, x + 8.3)', -5.402714703349072],
  ['stirlingRest(x + 8.8)', 0.008768700134139386],
  ['logMultivariateGamma(x + 2.3, 4)', 4.29123747094582],
  ['normalLogDensity(x, y, b[0] + 1)', -0.125 * (x - y) ** 2 - Math.log(2) - halfLogTwoPi],
  ['normalLogDensity(b[2], 0, 1)', -0.5 * (b[2] ?? NaN) ** 2 - halfLogTwoPi],
  // For the covariance of x1 and x2 = x1 / 2 + a normal of variance t: the density of x1 times that of x2 given x1.
  ['multivariateNormalLogDensity([x, y], [0, 1], [[4, 2], [2, 1 + t]])', -(x ** 2) / 8 - Math.log(2) - (y - 1 - x / 2) ** 2 / (2 * t) - 0.5 * Math.log(t) - 2 * halfLogTwoPi],
  ['studentLogDensity(x, [t + 2.75, 1e10])', [-1.303467744715962, -1.1639385332481702]],
  ['gammaLogDensity(x, t + 2.25, y + 2.8)', -0.8560325161106068],
  ['betaLogDensity(x, t + 2.25, y + 4.3)', 0.03702589202588147],
  ['dirichletLogDensity([x - 0.5, t + 0.05, 0.5], [x + 0.8, t + 2, y + 4.3])', 1.722699910870088],
  ['poissonLogDensity([4, 0, 0], [x, x, 0])', [-5.304753606102875, -x, 0]],
]; // prettier-ignore
