// Which primitive op an operator is for a scalar type.

import type { Scalar } from '../ir/types.ts';
import type { OpName } from '../ops/index.ts';
import type { BinaryOperator } from './ast.ts';

/** Operators that are one op on scalars of one type; `^ @ && ||` are more than that. */
export type PlainOperator = Exclude<BinaryOperator, '^' | '@' | '&&' | '||'>;

const opsOf: Readonly<Record<PlainOperator, Readonly<Partial<Record<Scalar, OpName>>>>> = {
  '+': { real: 'add', int: 'iadd' },
  '-': { real: 'sub', int: 'isub' },
  '*': { real: 'mul', int: 'imul' },
  '/': { real: 'div' },
  div: { int: 'idiv' },
  mod: { int: 'imod' },
  '==': { real: 'eq', int: 'ieq', bool: 'beq' },
  '!=': { real: 'ne', int: 'ine', bool: 'bne' },
  '<': { real: 'lt', int: 'ilt' },
  '<=': { real: 'le', int: 'ile' },
  '>': { real: 'gt', int: 'igt' },
  '>=': { real: 'ge', int: 'ige' },
};

/** The op for operands of a scalar type; undefined where the checker refuses. */
export const plainOp = (operator: PlainOperator, operands: Scalar): OpName | undefined =>
  opsOf[operator][operands];

/** Ops that take ints as well, and the ops of ints that they are then: each takes what the one before gave, and the next argument. */
export const intVariants: Readonly<Partial<Record<OpName, readonly OpName[]>>> = {
  max: ['imax'],
  min: ['imin'],
  abs: ['iabs'],
  clamp: ['imax', 'imin'],
};

/** An op applied to scalars, those of ints in their own way. */
export function applyOp<T>(
  op: OpName,
  isInt: boolean,
  args: readonly T[],
  apply: (op: OpName, args: readonly T[]) => T,
): T {
  const steps = isInt ? intVariants[op] : undefined;
  if (steps === undefined) return apply(op, args);
  const [first, ...others] = args;
  return steps.reduce((value, step, k) => apply(step, [value, ...others.slice(k, k + 1)]), first as T);
}
