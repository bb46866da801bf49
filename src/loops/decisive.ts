// What decides, in a routine: the locals and arrays of which a comparison or a jump, such as that of floor, is made, perhaps through
// others. There the last bit counts: of two sums that are equal, and make a tie, one may be the greater if their terms are added
// up in another order. (passes/decisive.ts asks the same of the values of a program.)

import type { Buffer, Expression, Local, Statement } from './types.ts';
import { expressionsOf, visitExpression, visitStatements } from './walk.ts';

type Place = Local | Buffer;

/**
 * The places that decide something. `isDecision`: the ops at which the last bit counts; what they are of decides, and what that is
 * made of.
 */
export function decisiveIn(
  statements: readonly Statement[],
  isDecision: (part: Extract<Expression, { readonly kind: 'op' }>) => boolean,
): ReadonlySet<Place> {
  const sources = new Map<Place, Set<Place>>();
  const decisive = new Set<Place>();
  visitStatements(statements, (statement) => {
    const target = targetOf(statement);
    const own = (target && sources.get(target)) ?? new Set<Place>();
    if (target !== undefined) sources.set(target, own);
    for (const expression of expressionsOf(statement)) {
      visitExpression(expression, (part) => {
        note(part, own);
        if (part.kind !== 'op' || !isDecision(part)) return;
        for (const arg of part.args) visitExpression(arg, (inner) => note(inner, decisive));
      });
    }
  });
  // A set takes in what is added to it on the way.
  for (const place of decisive) for (const source of sources.get(place) ?? []) decisive.add(source);
  return decisive;
}

/** What a statement gives a value to. */
export function targetOf(statement: Statement): Place | undefined {
  switch (statement.kind) {
    case 'declare':
    case 'assign':
    case 'increase':
      return statement.local;
    case 'store':
    case 'accumulate':
    case 'fill':
      return statement.buffer;
    case 'for':
    case 'while':
    case 'leave':
    case 'limit':
    case 'if':
    case 'check':
    case 'section':
    case 'call':
      return undefined;
  }
}

function note(part: Expression, into: Set<Place>): void {
  if (part.kind === 'local') into.add(part.local);
  if (part.kind === 'load') into.add(part.buffer);
}
