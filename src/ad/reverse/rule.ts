// The adjoint of a function whose derivative the user gives.

import { bug } from '../../base/bug.ts';
import { zeros } from '../../ir/build.ts';
import type { Operand, RuleStatement, Value } from '../../ir/types.ts';
import { isLiteral } from '../rule.ts';
import { isView, wholeOf, type Adjoint, type Scope } from './scope.ts';
import type { Sweep } from './sweep.ts';

export function reverseRule(
  sweep: Sweep,
  scope: Scope,
  statement: RuleStatement,
  adjoints: readonly (Adjoint | undefined)[],
): void {
  const { args, params, outs, results, derivative, form } = statement;
  const b = scope.builder;
  const operand = (adjoint: Adjoint | undefined, value: Value): Operand => {
    if (adjoint === undefined) return zeros(b, value.type);
    return isView(adjoint) ? wholeOf(b, adjoint) : adjoint;
  };
  const bindings: (readonly [Value, Operand])[] = [
    ...params.map((param, i) => [param, args[i] ?? bug('a lost argument')] as const),
    ...results.map((result, i) => [result, outs[i] ?? bug('a lost out')] as const),
    ...statement.adjoints.map((value, i) => [value, operand(adjoints[i], value)] as const),
  ];
  const copy = sweep.copy(b, derivative, bindings);
  const [adjoint] = adjoints;
  const reals = args.filter((_, i) => params[i]?.type.scalar === 'real');
  reals.forEach((arg, i) => {
    const found = copy.results[i];
    if (found === undefined || !sweep.isActive(arg)) return;
    if (form === 'adjoint') {
      const isArray = found.kind === 'value' && found.type.dims.length > 0;
      sweep.seed(scope, arg, isArray ? { array: found, prefix: [] } : found);
      return;
    }
    if (adjoint === undefined || isView(adjoint)) return;
    const isOne = isLiteral(adjoint) && adjoint.value === 1;
    sweep.seed(scope, arg, isOne ? found : b.op('chain', [adjoint, found]));
  });
}
