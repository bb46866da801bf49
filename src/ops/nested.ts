// A polynomial given by its coefficients, lowest power first: its value, and its text in both targets.

/** Its value. */
export const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight(
    (sum, coefficient, place) => (place === coefficients.length - 1 ? coefficient : sum * x + coefficient),
    0,
  );

/** It as text in TypeScript: nested products. */
export const nested = (coefficients: readonly number[], x: string): string =>
  coefficients
    .slice(0, -1)
    .reduceRight((sum, coefficient) => `(${sum} * ${x} + ${coefficient})`, String(coefficients.at(-1) ?? 0));

/** It as text in WGSL, in as many digits as f32 has. */
export const fused = (coefficients: readonly number[], x: string): string =>
  coefficients
    .map((coefficient) => coefficient.toExponential(8))
    .reduceRight((sum, coefficient) => `fma(${sum}, ${x}, ${coefficient})`);
