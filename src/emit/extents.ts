// Which extents can be wrong although every size is a positive integer.

import { evaluate, symbolsOf, type Polynomial } from '../base/polynomial.ts';

/** Whether some positive integer sizes make it negative or a proper fraction, as far as can be told cheaply. */
export function mayBeUnfit(extent: Polynomial): boolean {
  return extent.terms.some((term) => term.coefficient < 0 && !outweighed(extent)) || !integerValued(extent);
}

/** With every symbol at least 1, a positive term whose symbols include those of the negative ones covers them. */
function outweighed(extent: Polynomial): boolean {
  const negative = extent.terms.filter((term) => term.coefficient < 0);
  const positive = extent.terms.filter((term) => term.coefficient > 0);
  const owed = negative.reduce((sum, term) => sum - term.coefficient, 0);
  return positive.some(
    (lead) => lead.coefficient >= owed && negative.every((term) => divides(term.symbols, lead.symbols)),
  );
}

/** Both are sorted. */
function divides(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const name of part) {
    while (at < whole.length && whole[at] !== name) at++;
    if (at++ >= whole.length) return false;
  }
  return true;
}

/** p/d is an integer everywhere if it is one at all residues modulo d, which are tried while they are few. */
function integerValued(extent: Polynomial): boolean {
  const names = symbolsOf(extent);
  const d = extent.denominator;
  if (d === 1) return true;
  const points = d ** names.length;
  if (points > 10_000) return false;
  for (let point = 0; point < points; point++) {
    const value = evaluate(extent, (name) => Math.floor(point / d ** names.indexOf(name)) % d);
    if (!Number.isInteger(value)) return false;
  }
  return true;
}
