// Checks that what a function fills shares no memory with what it reads, nor with what else it fills. The workspace
// is left out: its arrays are many, and come from the function that makes them.

import type { Routine } from '../loops/types.ts';
import { checkFunction, helperCall, type Check, type Line } from './check.ts';
import { isArray, type Model, type ModelField } from './model.ts';
import type { Declaration, Parameter } from './module.ts';
import { pascalCase } from './names.ts';
import { recordsOfNumbers } from './records.ts';
import { quote } from './syntax.ts';

export interface Apart {
  /** By the routine that calls it. */
  readonly checks: Readonly<Partial<Record<Routine['kind'], Check>>>;
  /** Constants of the module: the names of the arrays that are compared. */
  readonly names: readonly Declaration[];
}

/** An object that a function takes. */
interface Holder extends Parameter {
  readonly fields: readonly ModelField[];
  /** The paths of its records that hold numbers alone. */
  readonly records: readonly string[];
  /** The constant with the names of its arrays. */
  readonly names: string;
}

type Pair = readonly [filled: Holder, other: Holder];

export function apartOf(model: Model): Apart {
  const holder = (name: string, role: 'params' | 'data' | 'outputs', names: string, of = model): Holder => ({
    name,
    type: role === 'params' ? `Readonly<${of.typeName(role)}>` : of.typeName(role),
    fields: of[role],
    records: recordsOfNumbers(of[role], of.program),
    names: of.functionName(names),
  });
  const likeParams = (name: string): Holder => holder(name, 'params', 'ParamArrays');
  const form = model.other?.();
  const declaring = model.holder === 'free' ? form : model;
  const read = [likeParams(model.holder), holder('data', 'data', 'DataArrays', declaring)];
  const forms = form ? pairsOf(holder(form.holder, 'params', 'ParamArrays', form), [likeParams(model.holder)]) : []; // prettier-ignore
  const pairs: Readonly<Partial<Record<Routine['kind'], readonly Pair[]>>> = {
    gradient: pairsOf(likeParams('gradient'), read),
    hvp: pairsOf(likeParams('product'), [...read, likeParams('direction')]),
    outputs: pairsOf(holder('outputs', 'outputs', 'OutputArrays'), read),
    constrain: forms,
    unconstrain: forms,
  };

  const checks: Partial<Record<Routine['kind'], Check>> = {};
  const names = new Map<string, Declaration>();
  for (const { kind } of model.routines) {
    const compared = pairs[kind] ?? [];
    const check = apartCheck(model, compared);
    if (check) checks[kind] = check;
    for (const { names: name, fields } of compared.flat()) {
      const list = fields.filter(isArray).map(({ field }) => quote(field));
      if (list.length > 0) names.set(name, { kind: 'text', text: `const ${name} = [${list.join(', ')}];` });
    }
  }
  return { checks, names: [...names.values()] };
}

/** What has to be compared of an object that is filled. */
function pairsOf(filled: Holder, read: readonly Holder[]): readonly Pair[] {
  const arrays = ({ fields }: Holder): number => fields.filter(isArray).length;
  // Without arrays, only the scalars of an object with the same fields are at stake.
  const others = read.filter(
    (other) =>
      (arrays(filled) > 0 ? arrays(other) > 0 : filled.fields === other.fields && filled.fields.length > 0) ||
      (filled.records.length > 0 && other.records.length > 0),
  );
  return [...others, ...(arrays(filled) > 1 ? [filled] : [])].map((other) => [filled, other]);
}

function apartCheck(model: Model, pairs: readonly Pair[]): Check | undefined {
  const [filled] = pairs[0] ?? [];
  if (filled === undefined) return undefined;
  const holders = [filled, ...pairs.flatMap(([, other]) => (other === filled ? [] : [other]))];
  const parameters = holders.map(({ name, type }) => ({ name, type }));
  const records = [...holders.slice(1), filled].flatMap((other) => compareRecords(filled, other));
  const lines = filled.fields.some(isArray)
    ? [
        ...records,
        buffersDiffer(filled, holders),
        ...pairs.flatMap(([, other]) => (other.fields.some(isArray) ? [compareArrays(filled, other)] : [])),
      ]
    : [
        ...pairs.flatMap(([, other]) =>
          filled.fields === other.fields
            ? [helperCall('checkDistinct', quote(filled.name), filled.name, quote(other.name), other.name)]
            : [],
        ),
        ...records,
      ];
  return checkFunction(model, `${pascalCase(filled.name)}Apart`, parameters, () => lines);
}

/** Records of numbers alone: no array tells that one of them is filled while it is read. */
function compareRecords(filled: Holder, other: Holder): readonly Line[] {
  const [mine, theirs] = [filled.records, other.records];
  if (mine.length === 0 || theirs.length === 0 || (filled === other && mine.length === 1)) return [];
  const args = [filled, other].flatMap(({ name, records }) => [
    quote(name),
    `[${records.map((path) => `${name}.${path}`).join(', ')}]`,
    `[${records.map(quote).join(', ')}]`,
  ]);
  return [helperCall('checkRecordsApart', ...args)];
}

/** The common case, at a small part of the cost: V8 takes 15 ns to find the buffer of an array. */
function buffersDiffer(filled: Holder, holders: readonly Holder[]): Line {
  const buffers = holders.flatMap(({ name, fields }) =>
    fields.filter(isArray).map(({ field }) => `${name}.${field}.buffer`),
  );
  const count = filled.fields.filter(isArray).length;
  const text = `if (buffersDiffer(${count}, ${buffers.join(', ')})) return;`;
  return { text, helper: 'buffersDiffer' };
}

const compareArrays = (filled: Holder, other: Holder): Line =>
  helperCall(
    'checkApart',
    quote(filled.name),
    objectText(filled),
    filled.names,
    quote(other.name),
    objectText(other),
    other.names,
  );

/** With the arrays of its records by their paths. */
function objectText({ name, fields }: Holder): string {
  const arrays = fields.filter(isArray).map(({ field }) => field);
  if (!arrays.some((field) => field.includes('.'))) return name;
  return `{ ${arrays.map((field) => `${quote(field)}: ${name}.${field}`).join(', ')} }`;
}
