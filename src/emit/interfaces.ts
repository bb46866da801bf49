// The interfaces of a model: what its functions take and fill.

import type { Declaration, Field } from './module.ts';
import type { Model, ModelField } from './model.ts';
import { membersAsFields, membersOf, type RecordTypes } from './records.ts';
import { quote } from './statement.ts';

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
  declare(
    'sizes',
    `The sizes of ${program.name}, positive integers.`,
    model.sizes.map((size) => ({ name: size.field, type: 'number', readonly: true, doc: size.doc })),
  );
  declare(
    'params',
    `What ${program.name} is differentiated by; also its gradient. Arrays are row-major.`,
    fieldsOf(model.params, false),
  );
  declare('data', `What ${program.name} takes as given. Arrays are row-major.`, fieldsOf(model.data, true));
  declare(
    'outputs',
    `What \`${model.functionName('Outputs')}\` computes. Arrays are row-major.`,
    fieldsOf(model.outputs, false),
  );
  declare(
    'workspace',
    `Scratch arrays of ${program.name}; what they hold between calls means nothing.`,
    fieldsOf(model.workspace, true),
  );
  if (model.params.length > 0) declarations.push(layoutInterface(model));
  return declarations;
}

function layoutInterface({ program, typeName, params }: Model): Declaration {
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
    doc: `Where the params of ${program.name} lie in one flat vector.`,
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
