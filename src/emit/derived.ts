// Sizes that follow from others, as emitted code computes them: the formulas of ir/derived.ts.

import { asConstant, multiply, symbolsOf, type Polynomial } from '../base/polynomial.ts';
import { bug } from '../base/bug.ts';
import { smallHistory } from '../ir/derived.ts';
import type { DerivedSize, Size } from '../ir/types.ts';
import type { Routine } from '../loops/types.ts';

/** The derived sizes of all routines of a model, which agree on what a name means. */
export function derivedSizes(routines: readonly Routine[]): ReadonlyMap<string, DerivedSize> {
  const found = new Map<string, DerivedSize>();
  for (const { name, derived } of routines.flatMap(({ program }): readonly Size[] => program.sizes)) {
    if (derived === undefined) continue;
    const before = found.get(name);
    if (before !== undefined && textOf(before, ({ key }) => key) !== textOf(derived, ({ key }) => key))
      bug(`${name} is derived in two ways`);
    found.set(name, derived);
  }
  return found;
}

/** Names of the sizes that a derived size needs. */
export const sourcesOf = (derived: DerivedSize): readonly string[] => [
  ...symbolsOf(derived.trips),
  ...symbolsOf(derived.rule === 'earlier' ? derived.length : derived.row),
];

/** The formula, as TypeScript. */
export function textOf(derived: DerivedSize, print: (size: Polynomial) => string): string {
  const trips = print(derived.trips);
  if (derived.rule === 'earlier') {
    const length = print(derived.length);
    const earlier = `Math.max(0, Math.ceil((${trips}) / (${length})) - 1)`;
    return asConstant(derived.length) === undefined ? `${length} === 0 ? 0 : ${earlier}` : earlier;
  }
  const saved = print(multiply(derived.trips, derived.row));
  return `${saved} <= ${smallHistory} ? 0 : Math.ceil(Math.sqrt(${trips}))`;
}
