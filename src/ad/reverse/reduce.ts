// The adjoints of reductions: the iterations run again, each with its share of the adjoint.

import { bug } from '../../base/bug.ts';
import { asPolynomial, int, real, type BlockBuilder } from '../../ir/build.ts';
import { runsCertainly } from '../../ir/certain.ts';
import type { Block, Operand, ReduceStatement, Value } from '../../ir/types.ts';
import { isNumber, times } from '../rule.ts';
import { UnboundedLoop } from '../unbounded.ts';
import { isView, type Adjoint, type Scope } from './scope.ts';
import type { Sweep } from './sweep.ts';

export function reverseReduce(
  sweep: Sweep,
  scope: Scope,
  statement: ReduceStatement,
  adjoint: Adjoint | undefined,
  adjoints: readonly (Adjoint | undefined)[],
): void {
  const { index, from, to, body, reducer } = statement;
  const range = { from, to, name: index.name };
  const b = scope.builder;
  const [out, position] = statement.outs;
  const scalar = (): Operand =>
    adjoint !== undefined && !isView(adjoint) ? adjoint : bug(`the adjoint of a ${reducer} is not a scalar`);
  /** The adjoint times a partial that is made of the value of the reduction. */
  const share = (inner: BlockBuilder, partial: Operand, isWild: boolean): Operand =>
    isWild || (out !== undefined && sweep.needsGuard(out, [out]))
      ? inner.op('chain', [scalar(), partial])
      : times(inner, scalar(), partial);
  switch (reducer) {
    case 'sum':
      b.forEach(range, (inner, i) => sweep.again(inner, body, [[index, i]], adjoints));
      return;
    case 'prod':
      return reverseProduct(sweep, scope, statement, (inner, others) =>
        share(inner, others, out !== undefined && sweep.riskOf(out).wild),
      );
    case 'max':
    case 'min': {
      if (position === undefined) return bug(`${reducer} has no position`);
      const found = b.op('ige', [position, int(0)]);
      b.branch(
        found,
        (inner) => (sweep.again(inner, body, [[index, position]], [scalar()]), []),
        () => [],
      );
      return;
    }
    case 'logSumExp': {
      const saved = saveWeights(sweep, scope, statement);
      b.forEach(range, (inner, i) => {
        const copy = sweep.copy(inner, body, [[index, i]]);
        const weight = saved === undefined ? weightOf(inner, copy, statement) : inner.read(saved, [i]);
        sweep.reverseCopy(inner, copy, [share(inner, weight, false)]);
      });
      return;
    }
    case 'any':
    case 'all':
      return;
  }
}

function weightOf(b: BlockBuilder, { results: [element] }: Block, { outs: [out] }: ReduceStatement): Value {
  if (element === undefined || out === undefined) return bug('logSumExp without an element');
  return b.op('softmaxWeight', [element, out]);
}

/**
 * The weights of the elements as an array, put behind the reduction where what the way forward makes is saved: there each
 * is an exponential that the reduction takes anyway (loops/weights.ts). Undefined where the adjoint is to compute them.
 */
function saveWeights(sweep: Sweep, scope: Scope, statement: ReduceStatement): Value | undefined {
  const { index, from, to, body } = statement;
  const size = asPolynomial(to);
  // A range that ends before it begins has no array of weights.
  if (scope.primal.saves !== true || size === undefined || !isNumber(from, 0) || !runsCertainly(statement)) return undefined; // prettier-ignore
  const saving = scope.builder.nested();
  const weights = saving.build(
    [size],
    (inner, [i = index]) => {
      const copy = sweep.fresh(inner, body, [[index, i]]);
      for (const each of copy.statements) inner.push(each);
      return weightOf(inner, copy, statement);
    },
    { name: 'weights', indexNames: [index.name] },
  );
  const { statements } = saving.block();
  sweep.own(scope, { statements, results: [] });
  scope.primal.replace(statement, [statement, ...statements]);
  return weights;
}

/**
 * The partial by an element is the product of all the others, not out / element, since elements may be zero: what is before
 * it is saved on the way up, what is behind it is the state on the way down.
 */
function reverseProduct(
  sweep: Sweep,
  scope: Scope,
  statement: ReduceStatement,
  share: (b: BlockBuilder, others: Operand) => Operand,
): void {
  const { index, from, to, body } = statement;
  const b = scope.builder;
  const rows = sweep.bounds.get(index.id);
  if (rows === undefined) throw new UnboundedLoop(index);
  const range = { from, to, name: index.name };
  const only = (block: Block): Operand => block.results[0] ?? bug('a product without a factor');
  const before = b.history(range, rows, [{ value: real(1), name: 'before' }], (inner, i, [product]) => {
    if (product === undefined) return bug('a loop without its state');
    const factor = only(sweep.copy(inner, body, [[index, i]]));
    return { next: [times(inner, product, factor)], rows: [product] };
  });
  const [saved] = before.histories;
  b.loop({ ...range, order: 'down' }, [{ value: real(1), name: 'behind' }], (inner, i, [behind]) => {
    if (behind === undefined || saved === undefined) return bug('a loop without its state');
    const row = isNumber(from, 0) ? i : inner.op('isub', [i, from]);
    const others = times(inner, inner.read(saved, [row]), behind);
    const copy = sweep.copy(inner, body, [[index, i]]);
    sweep.reverseCopy(inner, copy, [share(inner, others)]);
    return [times(inner, behind, only(copy))];
  });
}
