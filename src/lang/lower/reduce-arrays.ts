// Reductions of elements that are arrays: `sum(A[n] for n)`.

import { type ReducerName } from '../check/built-in.ts';
import { bug } from '../../base/bug.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { extent, int, type BlockBuilder, type Hint } from '../../ir/build.ts';
import type { Operand, Scalar, Value } from '../../ir/types.ts';
import type { Clause } from '../ast.ts';
import type { ReduceExpression } from '../check/context.ts';
import { accumulate, learnIndex, storedArray, wholeAxis, type LoopRange } from './array.ts';
import { arrayValue, withFacts, type ArrayValue, type Env, type Lowering } from './context.ts';
import { lowerExpression, lowerScalar } from './expression.ts';
import { polynomialOf } from './facts.ts';
import { asReal, enter, fixedCount, guarded, kernels, overClauses, rangeOf } from './reduce.ts';

/** Elements that are arrays: sums of reals go through an accumulator, the others are a build of reductions. */
export function reduceArrays(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: ReduceExpression,
  reducer: ReducerName,
  scalar: Scalar,
  dims: readonly Polynomial[],
  hint: Hint,
): ArrayValue {
  if (reducer === 'sum' && scalar === 'real') return storedArray(l, sumArrays(l, env, b, e, dims, hint));
  if (reducer === 'mean') {
    const total = storedArray(l, sumArrays(l, env, b, e, dims, { span: hint.span }));
    const size = fixedCount(l, env, e);
    const [counted] =
      size === undefined
        ? overClauses(
            l,
            env,
            b,
            'sum',
            e.clauses,
            (body, inner) => guarded(l, inner, body, e.guard, 'sum', () => [int(1)]),
            {},
          )
        : [extent(size)];
    const count = asReal(b, counted);
    return {
      kind: 'array', scalar, dims, repeatable: false, checked: false,
      element: (body, indices) => body.op('div', [total.element(body, indices, true), count]),
    }; // prettier-ignore
  }
  const [kernel] = kernels[reducer];
  return {
    kind: 'array', scalar, dims, repeatable: false, checked: false,
    element: (block, indices) => {
      const point = (body: BlockBuilder, where: Env): readonly Operand[] => [
        arrayValue(lowerExpression(l, where, body, e.element)).element(body, indices, true),
      ];
      const [out] = overClauses(
        l, env, block, kernel, e.clauses,
        (body, inner) => guarded(l, inner, body, e.guard, kernel, point),
        { span: hint.span },
      );
      return out ?? bug('a reduction without a result');
    },
  }; // prettier-ignore
}

function sumArrays(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: ReduceExpression,
  dims: readonly Polynomial[],
  hint: Hint,
): Value {
  const loop = (
    block: BlockBuilder,
    range: LoopRange,
    body: (inner: BlockBuilder, index: Value) => void,
  ): void =>
    block.forEach(range, (inner, index) => {
      learnIndex(l, index, polynomialOf(l.facts, range.from), polynomialOf(l.facts, range.to), undefined);
      body(inner, index);
    });
  const addAll = (block: BlockBuilder, where: Env, accumulator: Value): void => {
    const element = arrayValue(lowerExpression(l, where, block, e.element));
    const axis = (inner: BlockBuilder, indices: readonly Value[]): void => {
      const size = dims[indices.length];
      if (size === undefined) inner.add(accumulator, indices, element.element(inner, indices, true));
      else loop(inner, wholeAxis(size), (body, index) => axis(body, [...indices, index]));
    };
    axis(block, []);
  };
  const run = (block: BlockBuilder, where: Env, clauses: readonly Clause[], accumulator: Value): void => {
    const [clause, ...rest] = clauses;
    if (clause !== undefined) {
      const range = rangeOf(l, where, block, clause);
      loop(block, range, (body, index) =>
        run(body, enter(l, where, clause, range, index), rest, accumulator),
      );
    } else if (e.guard === undefined) addAll(block, where, accumulator);
    else {
      const condition = lowerScalar(l, where, block, e.guard);
      const inside = withFacts(where, l.facts.meanings.get(condition)?.whenTrue ?? []);
      const then = (body: BlockBuilder): readonly Operand[] => {
        addAll(body, inside, accumulator);
        return [];
      };
      block.branch(condition, then, () => []);
    }
  };
  return accumulate(b, 'real', dims, (accumulator) => run(b, env, e.clauses, accumulator), hint);
}
