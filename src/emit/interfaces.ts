// The interfaces of a model: what its functions take and fill.

import type { Declaration, Field } from './module.ts';
import type { Model, ModelField } from './model.ts';
import { membersAsFields, membersOf, type RecordTypes } from './records.ts';
import { quote } from './syntax.ts';

export function interfaces(model: Model, records: RecordTypes): readonly Declaration[] {
  const { program, typeName, precision } = model;
  const fieldsOf = (fields: readonly ModelField[], readonly: boolean): readonly Field[] =>
    membersAsFields(membersOf(fields, program.records ?? []), 0, precision, records.nameOf, readonly);
  const declarations: Declaration[] = [];
  const declare = (
    role: 'sizes' | 'params' | 'data' | 'outputs' | 'workspace',
    doc: string,
    fields: readonly Field[],
  ): void => {
    if (fields.length > 0)
      declarations.push({ kind: 'interface', name: typeName(role), exported: true, doc, fields });
  };
  const { title } = model;
  // Both forms of a model take the same sizes and data.
  const isOwn = model.holder === 'params';
  const sizes = model.sizes.map(({ field, doc }) => ({ name: field, type: 'number', readonly: true, doc }));
  if (isOwn) declare('sizes', `The sizes of ${title}, positive integers.`, sizes);
  declare('params', paramsDoc(model), fieldsOf(model.params, false));
  if (isOwn)
    declare('data', `What ${title} takes as given. Arrays are row-major.`, fieldsOf(model.data, true));
  declare(
    'outputs',
    `What \`${isForKernels(model) ? 'readOutputs' : model.functionName('Outputs')}\` computes. Arrays are row-major.`,
    fieldsOf(model.outputs, false),
  );
  declare(
    'workspace',
    `Scratch arrays of ${title}; what they hold between calls means nothing.`,
    fieldsOf(model.workspace, true),
  );
  if (model.params.length > 0) declarations.push(layoutInterface(model));
  return declarations;
}

/** Whether kernels compute what other modules have functions for. */
const isForKernels = ({ routines }: Model): boolean => routines.every(({ kind }) => kind === 'unconstrain');

function paramsDoc(model: Model): string {
  const { title, holder, other } = model;
  // Kernels know the other form alone.
  if (holder === 'params' && other !== undefined && isForKernels(model))
    return `The params of ${title}. Arrays are row-major.`;
  const differentiated = `What ${title} is differentiated by; also its gradient. Arrays are row-major.`;
  if (other === undefined || holder === 'params') return differentiated;
  const constrain = other().functionName('Constrain');
  return `${differentiated}\nAny numbers will do: \`${constrain}\` makes params of them.`;
}

function layoutInterface({ title, typeName, params }: Model): Declaration {
  const paths = params.map(({ field }) => quote(field));
  const field = {
    name: params.some((f) => f.field.includes('.')) ? paths.join(' | ') : `keyof ${typeName('params')}`,
    shape: 'readonly number[]',
    offset: 'number',
    length: 'number',
  };
  const members = Object.entries(field).map(([name, type]) => `readonly ${name}: ${type}`);
  return {
    kind: 'interface',
    name: typeName('layout'),
    exported: true,
    doc: `Where the params of ${title} lie in one flat vector.`,
    fields: [
      { name: 'length', type: 'number', readonly: true },
      { name: 'fields', type: `readonly { ${members.join('; ')} }[]`, readonly: true },
    ],
  };
}

/**
 * What function bodies see of arrays. With the element type `number` each read would need a `!` in projects that set
 * `noUncheckedIndexedAccess`, as `tsc --init` does, and formulas full of `!` are hard to read.
 */
export const numbersType = `\
/** An array as this file reads it; \`any\` keeps its formulas free of \`!\` under \`noUncheckedIndexedAccess\`. */
type Numbers = { readonly length: number; [index: number]: any; fill(value: number): unknown };`;
