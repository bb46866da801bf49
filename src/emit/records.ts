// Records of the emitted module. Until here each field of a record is an input or an output of its own, called `camera.f`;
// here they become nested objects again. An array of records is an object of arrays, one for each field.

import type { Program, RecordPlace } from '../ir/types.ts';
import { fieldType, kindOf, isArray, shapeText, type ModelField, type Precision } from './model.ts';
import type { Declaration, Field } from './module.ts';
import type { Scope } from './names.ts';

/** A member of an emitted object: a number, an array, or a record. */
export type Member = Leaf | Nested;

export interface Leaf {
  readonly kind: 'leaf';
  readonly field: string;
  readonly leaf: ModelField;
}

export interface Nested {
  readonly kind: 'record';
  readonly field: string;
  /** From the object of the model: `rig.camera`. */
  readonly path: string;
  readonly place: RecordPlace;
  readonly members: readonly Member[];
}

/** Fields as an object has them, in order. */
export function membersOf(
  fields: readonly ModelField[],
  records: readonly RecordPlace[],
  depth = 0,
): readonly Member[] {
  const members: Member[] = [];
  const parts = (text: string): string => text.split('.').slice(0, depth + 1).join('.'); // prettier-ignore
  for (let k = 0; k < fields.length;) {
    const [first, ...rest] = fields.slice(k);
    if (first === undefined) break;
    const place = records.find(({ path }) => path === parts(first.name));
    const field = first.field.split('.')[depth] ?? first.field;
    if (place === undefined) {
      members.push({ kind: 'leaf', field, leaf: first });
      k++;
      continue;
    }
    const end = rest.findIndex((other) => !other.name.startsWith(`${place.path}.`));
    const own = [first, ...(end < 0 ? rest : rest.slice(0, end))];
    const inner = membersOf(own, records, depth + 1);
    members.push({ kind: 'record', field, path: parts(first.field), place, members: inner });
    k += own.length;
  }
  return members;
}

/** All records among them, the outer ones first. */
export const nestedIn = (members: readonly Member[]): readonly Nested[] =>
  members.flatMap((member) => (member.kind === 'leaf' ? [] : [member, ...nestedIn(member.members)]));

/** The paths of the records that hold numbers alone. */
export const recordsOfNumbers = (
  fields: readonly ModelField[],
  { records = [] }: Pick<Program, 'records'>,
): readonly string[] =>
  nestedIn(membersOf(fields, records))
    .filter(({ members }) => members.every((member) => member.kind === 'leaf' && !isArray(member.leaf)))
    .map(({ path }) => path);

/** An object with a value for each leaf, a line each; a record of numbers takes one line. */
export function objectLines(
  members: readonly Member[],
  value: (leaf: ModelField) => string,
): readonly string[] {
  return members.flatMap((member) => {
    if (member.kind === 'leaf') return [`${member.field}: ${value(member.leaf)},`];
    const lines = objectLines(member.members, value);
    const isNumbers = member.members.every((inner) => inner.kind === 'leaf' && !isArray(inner.leaf));
    if (isNumbers && lines.length <= 6) return [`${member.field}: { ${lines.join(' ').replace(/,$/, '')} },`];
    return [`${member.field}: {`, ...lines.map((line) => `  ${line}`), '},'];
  });
}

/** The interfaces of the records of a module. Equal ones are one. */
export interface RecordTypes {
  /** The name of the interface of a record; new ones go to `declared`. */
  readonly nameOf: (record: Nested) => string;
  readonly declared: Declaration[];
}

export function recordTypes(scope: Scope, precision: Precision): RecordTypes {
  const names = new Map<string, string>();
  const declared: Declaration[] = [];
  function nameOf({ place, members }: Nested): string {
    const ofMany = place.axes > 0;
    const fields = membersAsFields(members, place.axes, precision, nameOf);
    const key = JSON.stringify([place.type, ofMany, fields]);
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = scope.declare(ofMany ? `${place.type}Array` : place.type);
    names.set(key, name);
    const stored = `An array of \`${place.type}\`: each field holds those of all records, one after the other.`;
    const own = place.typeDoc?.trim();
    const doc = [own, ofMany ? stored : undefined].filter((text) => text !== undefined).join('\n\n');
    declared.push({
      kind: 'interface',
      name,
      exported: true,
      doc: doc === '' ? `A \`${place.type}\`.` : doc,
      fields,
    });
    return name;
  }
  return { nameOf, declared };
}

/** The fields of an interface. `axes` are those of the array of records that it is the element of. */
export function membersAsFields(
  members: readonly Member[],
  axes: number,
  precision: Precision,
  nameOf: (record: Nested) => string,
  readonly = false,
): readonly Field[] {
  return members.map((member): Field => {
    const { field: name } = member;
    const shape = `${shapeOf(member, axes)}${axes > 0 ? ' of each' : ''}`;
    if (member.kind === 'record')
      return { name, type: nameOf(member), readonly, doc: described(member.place.doc, shape) };
    const { leaf } = member;
    const type = isArray(leaf) ? kindOf(leaf, precision) : fieldType(leaf.type, precision);
    return { name, type, readonly, doc: described(leaf.doc, shape) };
  });
}

/** The type as the model writes it, without its first axes. */
export function shapeOf(member: Member, axes = 0): string {
  if (member.kind === 'leaf') {
    const { type } = member.leaf;
    return shapeText({ ...member.leaf, type: { ...type, dims: type.dims.slice(axes) } });
  }
  const { type, axes: last } = member.place;
  const dims = leafOf(member).type.dims.slice(axes, last);
  return shapeText({ type: { scalar: 'real', dims }, range: undefined }).replace('real', type);
}

function leafOf(member: Member): ModelField {
  let at = member;
  while (at.kind === 'record') at = at.members[0] ?? at;
  return at.leaf;
}

/** A user's doc with the shape after it: `Weights, real[D, H].` */
function described(doc: string | undefined, shape: string): string {
  const text = doc?.trim() ?? '';
  if (text === '') return shape;
  return /\n|[!?:]$/.test(text) ? `${text}\n\n${shape}` : `${text.replace(/\.$/, '')}, ${shape}.`;
}
