// Types and lengths in emitted WGSL: scalars of four bytes, and flat arrays of them.

import { bug } from '../../base/bug.ts';
import { asConstant, print } from '../../base/polynomial.ts';
import type { Scalar, Type } from '../../ir/types.ts';

/** Of locals and scratch arrays. */
export const typeName: Readonly<Record<Scalar, string>> = { real: 'f32', int: 'i32', bool: 'bool' };

/** Of members of structs. */
export const memberType: Readonly<Record<Scalar, string>> = { real: 'f32', int: 'i32', bool: 'u32' };

/** Bytes of a scalar in a struct. */
export const scalarBytes = 4;

/** The number of elements; 1 for a scalar. All sizes are numbers by now. */
export const lengthOf = ({ dims }: Pick<Type, 'dims'>): number =>
  dims.reduce((length, dim) => length * (asConstant(dim) ?? bug(`the size ${print(dim)} is no number`)), 1);

/** An array without elements is not allowed; what has none has one that nothing uses. */
const heldLength = (type: Pick<Type, 'dims'>): number => Math.max(1, lengthOf(type));

export const arrayType = (type: Type, name = typeName): string =>
  type.dims.length === 0 ? name[type.scalar] : `array<${name[type.scalar]}, ${heldLength(type)}>`;

export const bytesOf = (type: Pick<Type, 'dims'>): number => scalarBytes * heldLength(type);
