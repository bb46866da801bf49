// Types of expressions while they are checked.

import { print, type Polynomial } from '../../base/polynomial.ts';
import type { Scalar } from '../../ir/types.ts';

/** A record by its name, or the several results of a function, which have none. The sizes of a named one are numbers. */
export interface RecordType {
  readonly kind: 'record';
  readonly name: string | undefined;
  readonly doc?: string | undefined;
  readonly fields: readonly RecordField[];
}

export interface RecordField {
  readonly name: string;
  readonly type: Type;
  readonly doc?: string | undefined;
}

/** A scalar or a record (`dims` empty), or an array of them. */
export interface Type {
  readonly scalar: Scalar | RecordType;
  readonly dims: readonly Polynomial[];
}

/** `adapts`: made of int literals, so it becomes real where a real is wanted. */
export interface ExprType extends Type {
  readonly adapts: boolean;
}

/** What has no type has been reported already; everything that depends on it stays silent. */
export type MaybeType = ExprType | undefined;

export const exprType = (
  scalar: Type['scalar'],
  dims: readonly Polynomial[] = [],
  adapts = false,
): ExprType => ({ scalar, dims, adapts });

/** Several values, as one type. */
export const tupleType = (types: readonly Type[]): RecordType => ({
  kind: 'record',
  name: undefined,
  fields: types.map((type, k) => ({ name: String(k), type })),
});

export const isRecord = (scalar: Type['scalar']): scalar is RecordType => typeof scalar === 'object';
/** A record without a name. */
export const isTuple = (scalar: Type['scalar']): scalar is RecordType =>
  isRecord(scalar) && scalar.name === undefined;
export const isNumeric = ({ scalar }: Type): boolean => scalar === 'real' || scalar === 'int';

/** `real[N, 2*D]`, `Camera`, `(real, int[3])` */
export function printType({ scalar, dims }: Type): string {
  const of = !isRecord(scalar)
    ? scalar
    : (scalar.name ?? `(${scalar.fields.map(({ type }) => printType(type)).join(', ')})`);
  return dims.length === 0 ? of : `${of}[${dims.map(print).join(', ')}]`;
}

/** With its article, for messages: `a real`, `an int[N]`, `an Observation`. */
export function withArticle(type: Type): string {
  if (isTuple(type.scalar)) return printType(type);
  const text = printType(type);
  return `${/^[aeiou]/i.test(text) ? 'an' : 'a'} ${text}`;
}

export const sameDims = (a: readonly Polynomial[], b: readonly Polynomial[]): boolean =>
  a.length === b.length && a.every((dim, k) => dim.key === b[k]?.key);

/** Records are the same by name, several values by their types. */
export function sameElements(a: Type['scalar'], b: Type['scalar']): boolean {
  if (!isTuple(a) || !isTuple(b)) return a === b;
  const pairs = a.fields.map(({ type }, k) => [type, b.fields[k]?.type] as const);
  return (
    a.fields.length === b.fields.length &&
    pairs.every(([one, other]) => other !== undefined && sameType(one, other))
  );
}

export const sameType = (a: Type, b: Type): boolean =>
  sameElements(a.scalar, b.scalar) && sameDims(a.dims, b.dims);

/** With other sizes in the place of its own. */
export function mapDims(type: Type, map: (dims: readonly Polynomial[]) => readonly Polynomial[]): Type {
  const { scalar, dims } = type;
  if (!isTuple(scalar)) return { scalar, dims: map(dims) };
  return { scalar: tupleType(scalar.fields.map((field) => mapDims(field.type, map))), dims: map(dims) };
}

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
