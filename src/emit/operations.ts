// How much arithmetic there is in the text of a function: what its docs and reports tell.

import type { Expression, Routine } from '../loops/types.ts';
import { expressionsOf, visitExpression, visitStatements } from '../loops/walk.ts';
import { ops, type OpName } from '../ops/index.ts';

export interface Operations {
  /** Operations on reals; choices and conversions do not count. */
  readonly count: number;
  /** Whether some of them may run more than once. */
  readonly hasLoops: boolean;
}

export function operationsOf({ body, parts, result }: Routine): Operations {
  let count = 0;
  let hasLoops = false;
  const visit = (root: Expression): void =>
    visitExpression(root, (e) => {
      if (e.kind === 'op' && isArithmetic(e.op)) count++;
    });
  for (const statements of [body, ...parts.map((part) => part.body)]) {
    visitStatements(statements, (statement) => {
      if (statement.kind === 'for' || statement.kind === 'while') hasLoops = true;
      if (statement.kind === 'increase' || statement.kind === 'accumulate') count++;
      expressionsOf(statement).forEach(visit);
    });
  }
  if (result !== undefined) visit(result);
  return { count, hasLoops };
}

function isArithmetic(op: OpName): boolean {
  const { result, ts } = ops[op];
  return result === 'real' && !('argument' in ts) && !('template' in ts && ts.precedence === '?:');
}
