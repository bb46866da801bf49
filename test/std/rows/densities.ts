// Rows about logarithms of densities. Numbers with 16 digits and more are from 40-digit arithmetic.

import { b, x, y, type Row } from '../inputs.ts';

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

export const rows: readonly Row[] = [
  ['logBeta([1.5, 9, 2.5, 20, 8], [2.5, 2.5, 9, 30, 7.999])', [-1.627858836390381, -5.402714703349072, -5.402714703349072, -33.96882079197738, -10.848223255535817]],
  ['logBeta([1e8, 1e-3], [2e8, 1e10])', [-190954258.57711312, 6.884153034453963]],
  ['orderedLogBeta(2.5, 9)', -5.402714703349072],
  ['stirlingRest(9.5)', 0.008768700134139386],
  ['logMultivariateGamma(3, 4)', 4.29123747094582],
  ['normalLogDensity(x, y, b[0] + 1)', -0.125 * (x - y) ** 2 - Math.log(2) - halfLogTwoPi],
  ['normalLogDensity(b[2], 0, 1)', -0.5 * (b[2] ?? NaN) ** 2 - halfLogTwoPi],
  ['studentLogDensity(x, [3, 1e10])', [-1.303467744715962, -1.1639385332481702]],
  ['gammaLogDensity(x, 2.5, 1.5)', -0.8560325161106068],
  ['betaLogDensity(x, 2.5, 3)', 0.03702589202588147],
  ['dirichletLogDensity([0.2, 0.3, 0.5], [1.5, 2.25, 3])', 1.722699910870088],
  ['poissonLogDensity([4, 0, 0], [x, x, 0])', [-5.304753606102875, -x, 0]],
]; // prettier-ignore
