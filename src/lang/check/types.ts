// Types of expressions while they are checked.

import { print, type Polynomial } from '../../base/polynomial.ts';
import type { Scalar, Type } from '../../ir/types.ts';

/** `adapts`: made of int literals, so it becomes real where a real is wanted. */
export interface ExprType extends Type {
  readonly adapts: boolean;
}

/** What has no type has been reported already; everything that depends on it stays silent. */
export type MaybeType = ExprType | undefined;

export const exprType = (scalar: Scalar, dims: readonly Polynomial[] = [], adapts = false): ExprType => ({
  scalar,
  dims,
  adapts,
});

/** `real[N, 2*D]` */
export function printType(type: Type): string {
  return type.dims.length === 0 ? type.scalar : `${type.scalar}[${type.dims.map(print).join(', ')}]`;
}

/** With its article, for messages: `a real`, `an int[N]`. */
export function withArticle(type: Type): string {
  return `${type.scalar === 'int' ? 'an' : 'a'} ${printType(type)}`;
}

export const sameDims = (a: readonly Polynomial[], b: readonly Polynomial[]): boolean =>
  a.length === b.length && a.every((dim, k) => dim.key === b[k]?.key);

/**
 * Dims of an elementwise result: aligned at the last axis, pairs equal, missing axes in front repeated.
 * Undefined when they do not fit.
 */
export function broadcast(
  a: readonly Polynomial[],
  b: readonly Polynomial[],
): readonly Polynomial[] | undefined {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  return sameDims(long.slice(long.length - short.length), short) ? long : undefined;
}
