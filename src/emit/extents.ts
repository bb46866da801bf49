// Which extents can be wrong although every size is a positive integer.

import { evaluate, isNeverNegative, symbolsOf, type Polynomial } from '../base/polynomial.ts';

/** Whether some positive integer sizes make it negative or a proper fraction, as far as can be told cheaply. */
export function mayBeUnfit(extent: Polynomial): boolean {
  return !isNeverNegative(extent) || !integerValued(extent);
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
