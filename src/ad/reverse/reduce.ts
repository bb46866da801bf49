// The adjoints of reductions: the iterations run again, each with its share of the adjoint.

import { bug } from '../../base/bug.ts';
import { int, real } from '../../ir/build.ts';
import type { Operand, ReduceStatement } from '../../ir/types.ts';
import { times } from '../rule.ts';
import { isView, type Adjoint, type Risk, type Scope } from './scope.ts';
import type { Sweep } from './sweep.ts';

export function reverseReduce(
  sweep: Sweep,
  scope: Scope,
  statement: ReduceStatement,
  adjoint: Adjoint | undefined,
  adjoints: readonly (Adjoint | undefined)[],
  risk: Risk,
): void {
  const { index, from, to, body, reducer } = statement;
  const range = { from, to, name: index.name };
  const b = scope.builder;
  const [out, position] = statement.outs;
  const scalar = (): Operand =>
    adjoint !== undefined && !isView(adjoint) ? adjoint : bug(`the adjoint of a ${reducer} is not a scalar`);
  switch (reducer) {
    case 'sum':
      b.forEach(range, (inner, i) => sweep.again(inner, body, [[index, i]], adjoints, risk));
      return;
    case 'prod':
      b.forEach(range, (inner, i) => {
        // The product of all the others, not out / element: elements may be zero.
        const others = inner.reduce('prod', range, (factor, j) => {
          const isSame = factor.op('ieq', [i, j]);
          const [result] = factor.branch(
            isSame,
            () => [real(1)],
            (other) => sweep.copy(other, body, [[index, j]]).results,
          );
          return result ?? bug('a branch without a result');
        });
        const factor = others[0] ?? bug('a product without a value');
        const seed = risk.wild ? inner.op('chain', [scalar(), factor]) : times(inner, scalar(), factor);
        sweep.again(inner, body, [[index, i]], [seed], risk);
      });
      return;
    case 'max':
    case 'min': {
      if (position === undefined) return bug(`${reducer} has no position`);
      const found = b.op('ige', [position, int(0)]);
      b.branch(
        found,
        (inner) => (sweep.again(inner, body, [[index, position]], [scalar()], risk), []),
        () => [],
      );
      return;
    }
    case 'logSumExp':
      b.forEach(range, (inner, i) => {
        const copy = sweep.copy(inner, body, [[index, i]]);
        const [element] = copy.results;
        if (element === undefined || out === undefined) return bug('logSumExp without an element');
        const weight = inner.op('softmaxWeight', [element, out]);
        // An element of -Infinity has weight zero, so what made it infinite may meet an adjoint of zero.
        sweep.reverseCopy(inner, copy, [times(inner, scalar(), weight)], { ...risk, zero: true });
      });
      return;
    case 'any':
    case 'all':
      return;
  }
}
