// Checks that what a function fills shares no memory with what it reads, nor with what else it fills. The workspace
// is left out: its arrays are many, and come from the function that makes them.

import type { RoutineKind } from '../loops/types.ts';
import { checkFunction, helperCall, type Check, type Line } from './check.ts';
import { isArray, type Model, type ModelField } from './model.ts';
import type { Declaration, Parameter } from './module.ts';
import { pascalCase } from './names.ts';
import { quote } from './statement.ts';

export interface Apart {
  /** By the routine that calls it. */
  readonly checks: Readonly<Partial<Record<RoutineKind, Check>>>;
  /** Constants of the module: the names of the arrays that are compared. */
  readonly names: readonly Declaration[];
}

/** An object that a function takes. */
interface Holder extends Parameter {
  readonly fields: readonly ModelField[];
  /** The constant with the names of its arrays. */
  readonly names: string;
}

type Pair = readonly [filled: Holder, other: Holder];

export function apartOf(model: Model): Apart {
  const holder = (name: string, role: 'params' | 'data' | 'outputs', names: string): Holder => ({
    name,
    type: role === 'params' ? `Readonly<${model.typeName(role)}>` : model.typeName(role),
    fields: model[role],
    names: model.functionName(names),
  });
  const likeParams = (name: string): Holder => holder(name, 'params', 'ParamArrays');
  const read = [likeParams('params'), holder('data', 'data', 'DataArrays')];
  const pairs: Readonly<Partial<Record<RoutineKind, readonly Pair[]>>> = {
    gradient: pairsOf(likeParams('gradient'), read),
    hvp: pairsOf(likeParams('product'), [...read, likeParams('direction')]),
    outputs: pairsOf(holder('outputs', 'outputs', 'OutputArrays'), read),
  };

  const checks: Partial<Record<RoutineKind, Check>> = {};
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
  const others = read.filter((other) =>
    arrays(filled) > 0 ? arrays(other) > 0 : filled.fields === other.fields && filled.fields.length > 0,
  );
  return [...others, ...(arrays(filled) > 1 ? [filled] : [])].map((other) => [filled, other]);
}

function apartCheck(model: Model, pairs: readonly Pair[]): Check | undefined {
  const [filled] = pairs[0] ?? [];
  if (filled === undefined) return undefined;
  const holders = [filled, ...pairs.flatMap(([, other]) => (other === filled ? [] : [other]))];
  const parameters = holders.map(({ name, type }) => ({ name, type }));
  const lines = filled.fields.some(isArray)
    ? [buffersDiffer(filled, holders), ...pairs.map(([, other]) => compareArrays(filled, other))]
    : pairs.map(([, other]) =>
        helperCall('checkDistinct', quote(filled.name), filled.name, quote(other.name), other.name),
      );
  return checkFunction(model, `${pascalCase(filled.name)}Apart`, parameters, () => lines);
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
    filled.name,
    filled.names,
    quote(other.name),
    other.name,
    other.names,
  );
