// Which regions run whenever the statement that owns them does.

import { subtract, type Polynomial } from '../base/polynomial.ts';
import { asPolynomial } from './build.ts';
import type { Operand, Statement } from './types.ts';

/** Iterations over ranges that cannot be empty: sizes are positive. */
export function runsCertainly(statement: Statement): boolean {
  switch (statement.kind) {
    case 'build': {
      const dims = statement.outs[0]?.type.dims.slice(0, statement.axes.length) ?? [];
      return dims.every(isPositive);
    }
    case 'reduce':
    case 'for':
      return isNonEmpty(statement.from, statement.to);
    case 'loop':
      return statement.condition === undefined && isNonEmpty(statement.from, statement.to);
    case 'op':
    case 'read':
    case 'row':
    case 'set':
    case 'list':
    case 'if':
    case 'rule':
    case 'open':
    case 'add':
    case 'freeze':
      return false;
  }
}

function isNonEmpty(from: Operand, to: Operand): boolean {
  const [first, last] = [asPolynomial(from), asPolynomial(to)];
  return first !== undefined && last !== undefined && isPositive(subtract(last, first));
}

/** Holds for all positive sizes: every coefficient is positive, but for a constant that the others outweigh. */
function isPositive(size: Polynomial): boolean {
  const least = size.terms.reduce((sum, term) => sum + term.coefficient, 0);
  const rest = size.terms.filter((term) => term.symbols.length > 0);
  return least > 0 && rest.every((term) => term.coefficient > 0);
}
