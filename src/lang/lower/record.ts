// Records while they are lowered: taken apart into numbers and arrays, so that nothing after this knows of them. An array
// of records is a record of arrays, whose first axes are those of the array.

import { bug } from '../../base/bug.ts';
import type { BlockBuilder, Hint } from '../../ir/build.ts';
import type { Operand, RecordPlace, Value } from '../../ir/types.ts';
import { isRecord, type Type } from '../check/types.ts';
import { force, storedArray } from './array.ts';
import { isArray, type Lowered, type Lowering, type Plain, type RecordValue } from './context.ts';

/** `camera`, `f`: `cameraF`. */
export const joined = (name: string | undefined, field: string): string | undefined =>
  name === undefined ? undefined : name + field.replace(/^\p{Ll}/u, (first) => first.toUpperCase());

export const recordValue = (fields: Iterable<readonly [string, Lowered]>): RecordValue => ({
  kind: 'record',
  fields: new Map(fields),
});

/** What it is made of, in the order of the declarations. */
export function partsOf(value: Lowered): readonly Plain[] {
  return value.kind === 'record' ? [...value.fields.values()].flatMap(partsOf) : [value];
}

/** Each part by its own, with the name that the whole gives it. */
export function mapParts(value: Lowered, map: (part: Plain, hint: Hint) => Plain, hint: Hint = {}): Lowered {
  if (value.kind !== 'record') return map(value, hint);
  return recordValue(
    [...value.fields].map(([name, field]) => [
      name,
      mapParts(field, map, { ...hint, name: joined(hint.name, name) }),
    ]),
  );
}

/** A value of a type; of an array of records each part has the axes of the array first. */
export function makeValue({ scalar, dims }: Type, make: (type: PlainType) => Plain): Lowered {
  if (!isRecord(scalar)) return make({ scalar, dims });
  return recordValue(
    scalar.fields.map(({ name, type }) => [
      name,
      makeValue({ scalar: type.scalar, dims: [...dims, ...type.dims] }, make),
    ]),
  );
}

type PlainType = Value['type'];

/** A part of an input or an output, with the name that it has outside: `camera.f`. */
interface Leaf {
  readonly name: string;
  readonly valueName: string | undefined;
  readonly type: PlainType;
  readonly doc: string | undefined;
}

export function leavesOf(
  { scalar, dims }: Type,
  name: string,
  doc: string | undefined,
  valueName: string | undefined = name,
): readonly Leaf[] {
  if (!isRecord(scalar)) return [{ name, valueName, type: { scalar, dims }, doc }];
  return scalar.fields.flatMap((field) => {
    const type = { scalar: field.type.scalar, dims: [...dims, ...field.type.dims] };
    return leavesOf(type, `${name}.${field.name}`, field.doc, joined(valueName, field.name));
  });
}

/** The records in a value, the outermost first. */
export function recordsIn(
  { scalar, dims }: Type,
  path: string,
  doc: string | undefined,
): readonly RecordPlace[] {
  if (!isRecord(scalar) || scalar.name === undefined) return [];
  const place = { path, type: scalar.name, axes: dims.length };
  const docs = {
    ...(doc === undefined ? {} : { doc }),
    ...(scalar.doc === undefined ? {} : { typeDoc: scalar.doc }),
  };
  const inner = scalar.fields.flatMap((field) => {
    const type = { scalar: field.type.scalar, dims: [...dims, ...field.type.dims] };
    return recordsIn(type, `${path}.${field.name}`, field.doc);
  });
  return [{ ...place, ...docs }, ...inner];
}

export function fieldOf(value: Lowered, name: string): Lowered {
  const field = value.kind === 'record' ? value.fields.get(name) : undefined;
  return field ?? bug(`a value without the field ${name}`);
}

/** Puts the arrays of a value into memory. */
export function store(l: Lowering, b: BlockBuilder, value: Lowered, hint: Hint): Lowered {
  const keep = (part: Plain, own: Hint): Plain =>
    isArray(part) ? storedArray(l, force(l, b, part, own)) : part;
  return mapParts(value, keep, hint);
}

/** Scalars, and arrays in memory. */
export function operandsOf(l: Lowering, b: BlockBuilder, value: Lowered): readonly Operand[] {
  return partsOf(value).map((part) => (isArray(part) ? force(l, b, part) : part));
}

/** What comes out of a loop, a branch or an input. */
export const loweredValue = (l: Lowering, operand: Operand): Plain =>
  operand.kind === 'value' && operand.type.dims.length > 0 ? storedArray(l, operand) : operand;
