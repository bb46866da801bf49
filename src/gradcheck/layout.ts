// Parameters as one flat vector and back: differences step along components, functions want named arrays.

import { evaluate } from '../base/polynomial.ts';
import { fieldPaths } from '../emit/names.ts';
import type { Input, Program } from '../ir/types.ts';
import { nest, type Nested } from './records.ts';

export type Sizes = Readonly<Record<string, number>>;
export type NumberArray = Float64Array | Float32Array | Int32Array | Uint8Array;
export type FieldValue = number | boolean | NumberArray;
/** Arrays flat and row-major, by name: what emitted functions take and fill, but for records (records.ts). */
export type Fields = Record<string, FieldValue>;

export type Precision = 'f64' | 'f32';

/** The relative rounding error of a stored number. */
export const roundingOf: Readonly<Record<Precision, number>> = { f64: 2 ** -52, f32: 2 ** -23 };

export function realArray(
  precision: Precision,
  values: number | readonly number[],
): Float64Array | Float32Array {
  const Kind = precision === 'f32' ? Float32Array : Float64Array;
  return typeof values === 'number' ? new Kind(values) : Kind.from(values);
}

/** The same numbers in arrays of doubles. */
export const widened = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Float32Array ? Float64Array.from(value) : value,
    ]),
  );

/** Where a parameter lies in the flat vector. A scalar has no shape and one component. */
export interface Slot {
  /** In the model. */
  readonly name: string;
  /** In emitted interfaces. */
  readonly field: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

export function inputsOf(program: Program, role: Input['role']): readonly Input[] {
  return program.inputs.filter((input) => input.role === role);
}

export function shapeOf(input: Pick<Input, 'value'>, sizes: Sizes): readonly number[] {
  return input.value.type.dims.map((dim) => evaluate(dim, (name) => sizes[name] ?? NaN));
}

export const elements = (shape: readonly number[]): number =>
  shape.reduce((product, extent) => product * extent, 1);

export function layoutOf(program: Program, sizes: Sizes): readonly Slot[] {
  const params = inputsOf(program, 'param');
  const fields = fieldPaths(params.map((input) => input.name));
  const slots: Slot[] = [];
  let offset = 0;
  for (const [i, input] of params.entries()) {
    const shape = shapeOf(input, sizes);
    const length = elements(shape);
    slots.push({ name: input.name, field: fields[i] ?? input.name, shape, offset, length });
    offset += length;
  }
  return slots;
}

export function flatten(slots: readonly Slot[], valueOf: (slot: Slot) => unknown): number[] {
  return slots.flatMap((slot) => {
    const field = valueOf(slot);
    if (typeof field === 'number') return [field];
    return field instanceof Float64Array || field instanceof Float32Array ? Array.from(field) : [];
  });
}

/** As emitted functions take it. */
export function unflatten(
  slots: readonly Slot[],
  flat: readonly number[],
  precision: Precision,
): Nested<FieldValue> {
  const fields: Fields = {};
  for (const { field, shape, offset, length } of slots) {
    const values = flat.slice(offset, offset + length);
    fields[field] = shape.length === 0 ? (values[0] ?? NaN) : realArray(precision, values);
  }
  return nest(fields);
}

/** `W[2, 3]`, or `a` for a scalar. */
export function componentName({ name, shape, offset }: Slot, component: number): string {
  let rest = component - offset;
  const indices: number[] = [];
  for (const extent of shape.toReversed()) {
    indices.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return shape.length === 0 ? name : `${name}[${indices.join(', ')}]`;
}
