// What the Wishart prior of the mixture adds to the loss that does not depend on the parameters.

/** For each cluster, with D + 1 + m degrees of freedom. */
export function wishartConstant(D: number, gamma: number, m: number): number {
  const freedom = D + 1 + m;
  let logGamma = 0.25 * D * (D - 1) * Math.log(Math.PI);
  for (let j = 0; j < D; j++) logGamma += logGammaOf(0.5 * (freedom - j));
  return freedom * D * (Math.log(gamma) - 0.5 * Math.LN2) - logGamma;
}

/** By Stirling's series, for x > 0. */
function logGammaOf(x: number): number {
  let product = 1;
  for (; x < 10; x++) product *= x;
  const s = 1 / (x * x);
  const series =
    (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360360)))))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
