// Making expressions and statements of the loops form, and the few questions every pass asks about them.

import { asConstant, constant as size, type Polynomial } from '../base/polynomial.ts';
import { ops, type OpName } from '../ops/index.ts';
import type { Scalar } from '../ir/types.ts';
import type { Buffer, Expression, Local, Statement } from './types.ts';

export const literal = (scalar: Scalar, value: number | boolean): Expression => ({
  kind: 'literal',
  scalar,
  value,
});
export const integer = (value: number): Expression => literal('int', value);
export const real = (value: number): Expression => literal('real', value);
export const reference = (local: Local): Expression => ({ kind: 'local', local });
export const apply = (op: OpName, ...args: readonly Expression[]): Expression => ({ kind: 'op', op, args });
/** What it is the negative of. */
export const negatedIn = (e: Expression): Expression | undefined =>
  e.kind === 'op' && e.op === 'neg' ? e.args[0] : undefined;

/** Their sum, as a difference where the second is negated. */
export function sumOf(a: Expression, b: Expression): Expression {
  const negated = negatedIn(b);
  return negated ? apply('sub', a, negated) : apply('add', a, b);
}

export const load = (buffer: Buffer, indices: readonly Expression[]): Expression => ({
  kind: 'load',
  buffer,
  indices,
});

/** A size; a literal when it is known, so that equal things look equal. */
export function sizeOf(polynomial: Polynomial): Expression {
  const value = asConstant(polynomial);
  return value === undefined ? { kind: 'extent', size: polynomial } : integer(value);
}

/** The size that an expression is, if it is one: what `sizeOf` was made from. */
export function sizeIn(expression: Expression): Polynomial | undefined {
  if (expression.kind === 'literal') return size(Number(expression.value));
  return expression.kind === 'extent' ? expression.size : undefined;
}

export const constant = (name: string, scalar: Scalar): Local => ({ name, scalar, mutable: false });
/** A constant that the compiler names. */
export const invented = (name: string, scalar: Scalar): Local => ({
  name,
  scalar,
  mutable: false,
  invented: true,
});
export const variable = (name: string, scalar: Scalar): Local => ({ name, scalar, mutable: true });
export const declare = (local: Local, value: Expression): Statement => ({ kind: 'declare', local, value });

/** `for (index = 0; index < to; index++)` around a body. */
export const loop = (index: Local, to: Expression, body: readonly Statement[]): Statement => ({
  kind: 'for',
  index,
  from: integer(0),
  to,
  body,
});

export const zeroOf = (scalar: Scalar): Expression => literal(scalar, scalar === 'bool' ? false : 0);

/** Nothing is computed where this stands, a size as a real included: it may be repeated at will. */
export function isAtom(expression: Expression): boolean {
  if (expression.kind === 'op') return expression.op === 'toReal' && expression.args[0]?.kind === 'extent';
  return expression.kind === 'literal' || expression.kind === 'extent' || expression.kind === 'local';
}

/** How many iterations a loop has that begins at 0, where that is a size. */
export const lengthOf = ({ from, to }: { readonly from: Expression; readonly to: Expression }) =>
  isZero(from) ? sizeIn(to) : undefined;

export const isZero = (expression: Expression): boolean =>
  expression.kind === 'literal' && (expression.value === 0 || expression.value === false);

export function scalarOf(expression: Expression): Scalar {
  switch (expression.kind) {
    case 'literal':
      return expression.scalar;
    case 'extent':
      return 'int';
    case 'local':
      return expression.local.scalar;
    case 'op':
      return ops[expression.op].result;
    case 'conditional':
      return scalarOf(expression.then);
    case 'load':
      return expression.buffer.scalar;
  }
}
