// A polynomial given by its coefficients, lowest power first: its value, and its text in both targets.

/** Its value. */
export const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight(
    (sum, coefficient, place) => (place === coefficients.length - 1 ? coefficient : sum * x + coefficient),
    0,
  );

/** It as text: nested products, one coefficient a line, in `digits` digits where given. */
export function nested(coefficients: readonly number[], x: string, digits?: number): string {
  const written = coefficients.map((coefficient) =>
    digits === undefined ? String(coefficient) : coefficient.toExponential(digits),
  );
  const last = written.at(-1) ?? '0';
  return written.slice(0, -1).reduceRight((sum, coefficient) => `(${sum} * ${x} + ${coefficient})`, last);
}
