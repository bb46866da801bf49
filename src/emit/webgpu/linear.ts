// Indices as linear forms, by which a thread can find the iteration that adds to its element.

import { add, asConstant, constant, multiply, type Polynomial } from '../../base/polynomial.ts';
import { asPolynomial } from '../../ir/build.ts';
import type { Operand, Statement, Value } from '../../ir/types.ts';

/** A sum of values times whole numbers, plus a polynomial in the sizes. */
export interface Linear {
  readonly terms: ReadonlyMap<Value, number>;
  readonly rest: Polynomial;
}

export function linearOf(operand: Operand, defs: ReadonlyMap<number, Statement>): Linear {
  const known = asPolynomial(operand);
  if (known !== undefined) return { terms: new Map(), rest: known };
  if (operand.kind !== 'value') return { terms: new Map(), rest: constant(0) };
  const self: Linear = { terms: new Map([[operand, 1]]), rest: constant(0) };
  const def = defs.get(operand.id);
  if (def?.kind !== 'op') return self;
  const [a, b] = def.args.map((arg) => linearOf(arg, defs));
  if (a === undefined || b === undefined) return self;
  if (def.op === 'iadd') return combine(a, b, 1);
  if (def.op === 'isub') return combine(a, b, -1);
  if (def.op === 'imul') {
    const [factor, other] = a.terms.size === 0 ? [a, b] : [b, a];
    const by = asConstant(factor.rest);
    if (factor.terms.size === 0 && by !== undefined)
      return combine({ terms: new Map(), rest: constant(0) }, other, by);
  }
  return self;
}

function combine(a: Linear, b: Linear, by: number): Linear {
  const terms = new Map(a.terms);
  for (const [value, coefficient] of b.terms) {
    const sum = (terms.get(value) ?? 0) + by * coefficient;
    if (sum === 0) terms.delete(value);
    else terms.set(value, sum);
  }
  return { terms, rest: add(a.rest, multiply(b.rest, constant(by))) };
}
