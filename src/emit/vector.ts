// Functions that make what others take: zeros, outputs, the workspace; and those around the one flat vector that
// optimisers want: layout, pack, unpack, views.

import { add, print as printSize, zero, type Polynomial } from '../base/polynomial.ts';
import type { Door } from './door.ts';
import type { Declaration, FunctionDeclaration, Parameter } from './module.ts';
import {
  arrayKind,
  kindOf,
  isArray,
  lengthOf,
  lengthText,
  sizeNames,
  sizesParameter,
  type Model,
  type ModelField,
  type SizeNames,
} from './model.ts';
import { membersOf, objectLines } from './records.ts';
import { quote } from './syntax.ts';

/** `mlpWorkspace(sizes)`. */
export function workspaceFunction(model: Model, door: Door): FunctionDeclaration {
  return sized(model, door, {
    name: model.functionName('Workspace'),
    doc: 'The scratch arrays for these sizes, to be made once and handed to every call.',
    result: model.typeName('workspace'),
    body: (names) => objectOfZeros(model, model.workspace, names),
  });
}

/** `mlpOutputsZeros(sizes)`. */
export function outputsFunction(model: Model, door: Door): FunctionDeclaration {
  return sized(model, door, {
    name: model.functionName('OutputsZeros'),
    doc: `What to hand to \`${model.functionName('Outputs')}\` to be filled.`,
    result: model.typeName('outputs'),
    body: (names) => objectOfZeros(model, model.outputs, names),
  });
}

/** `mlpZeros(sizes)`. */
export function zerosFunction(model: Model, door: Door): FunctionDeclaration {
  return sized(model, door, {
    name: model.functionName('Zeros'),
    doc: 'Params that are all zero; also what to hand in to be filled with a gradient.',
    result: model.typeName('params'),
    body: (names) => objectOfZeros(model, model.params, names),
  });
}

export function vectorDeclarations(model: Model, door: Door): readonly Declaration[] {
  const { typeName, functionName } = model;
  const layout = typeName('layout');
  const paramsType = typeName('params');
  const flatType = arrayKind('real', model.precision);
  const places = placesOf(model.params);
  const sizesArgument = sizesParameter(model).map(({ name }) => name);
  const { holder } = model;
  const params: Parameter = { name: holder, type: `Readonly<${paramsType}>` };

  return [
    zerosFunction(model, door),
    sized(model, door, {
      name: functionName('Layout'),
      doc: `Name, shape, offset and length of each of the params in one flat vector.`,
      result: layout,
      body: (names) => [
        'return {',
        `  length: ${names.print(places.length)},`,
        '  fields: [',
        ...places.fields.map(({ f, offset }) => {
          const shape = f.type.dims.map(names.print).join(', ');
          return `    { name: ${quote(f.field)}, shape: [${shape}], offset: ${names.print(offset)}, length: ${names.print(lengthOf(f.type))} },`;
        }),
        '  ],',
        '};',
      ],
    }),
    sized(model, door, {
      name: functionName('Pack'),
      doc: 'Copies params into a flat vector.',
      before: [params],
      after: [
        {
          name: 'flat',
          type: flatType,
          initializer: `new ${flatType}(${functionName('Layout')}(${sizesArgument.join(', ')}).length)`,
        },
      ],
      result: flatType,
      body: (names) => [
        ...flatCheck(model, names, places.length),
        ...places.fields.map(({ f, offset }) =>
          f.type.dims.length === 0
            ? `flat[${names.print(offset)}] = ${holder}.${f.field};`
            : `flat.set(${holder}.${f.field}${offset === zero ? '' : `, ${names.print(offset)}`});`,
        ),
        'return flat;',
      ],
    }),
    sized(model, door, {
      name: functionName('Unpack'),
      doc: 'Copies a flat vector into params.',
      before: [{ name: 'flat', type: flatType }],
      after: [
        {
          name: holder,
          type: paramsType,
          initializer: `${functionName('Zeros')}(${sizesArgument.join(', ')})`,
        },
      ],
      result: paramsType,
      body: (names) => [
        ...flatCheck(model, names, places.length),
        ...places.fields.map(({ f, offset }) =>
          f.type.dims.length === 0
            ? `${holder}.${f.field} = flat[${names.print(offset)}]!;`
            : `${holder}.${f.field}.set(${viewOf(f, offset, names)});`,
        ),
        `return ${holder};`,
      ],
    }),
    // A scalar cannot be a view: what is written to it would not reach the vector.
    ...(model.params.every(isArray) ? [viewsFunction(model, door)] : []),
  ];
}

/** `mlpViews(flat, sizes)`. */
function viewsFunction(model: Model, door: Door): FunctionDeclaration {
  const places = placesOf(model.params);
  const offsets = new Map(places.fields.map(({ f, offset }) => [f, offset]));
  return sized(model, door, {
    name: model.functionName('Views'),
    doc: 'Params, or a gradient, as views of a flat vector: nothing is copied, and what is written to one is written to the other.',
    before: [{ name: 'flat', type: arrayKind('real', model.precision) }],
    result: model.typeName('params'),
    body: (names) => [
      ...flatCheck(model, names, places.length),
      ...objectOf(model, model.params, (f) => viewOf(f, offsets.get(f) ?? zero, names)),
    ],
  });
}

function viewOf({ type }: ModelField, offset: Polynomial, names: SizeNames): string {
  return `flat.subarray(${names.print(offset)}, ${names.print(add(offset, lengthOf(type)))})`;
}

function flatCheck(model: Model, names: SizeNames, length: Polynomial): readonly string[] {
  const kind = arrayKind('real', model.precision);
  return [`check${kind}('flat', '', flat, ${names.print(length)}, ${quote(`real[${printSize(length)}]`)});`];
}

/** The params one after the other. */
function placesOf(fields: readonly ModelField[]): {
  readonly fields: readonly { readonly f: ModelField; readonly offset: Polynomial }[];
  readonly length: Polynomial;
} {
  let length = zero;
  const placed = fields.map((f) => {
    const offset = length;
    length = add(length, lengthOf(f.type));
    return { f, offset };
  });
  return { fields: placed, length };
}

function objectOfZeros(model: Model, fields: readonly ModelField[], names: SizeNames): readonly string[] {
  const zeroText = ({ scalar }: ModelField['type']): string => (scalar === 'bool' ? 'false' : '0');
  const value = (f: ModelField): string =>
    f.type.dims.length === 0
      ? zeroText(f.type)
      : `new ${kindOf(f, model.precision)}(${lengthText(f, names)})`;
  return objectOf(model, fields, value);
}

function objectOf(
  model: Model,
  fields: readonly ModelField[],
  value: (field: ModelField) => string,
): readonly string[] {
  const lines = objectLines(membersOf(fields, model.program.records ?? []), value);
  return ['return {', ...lines.map((line) => `  ${line}`), '};'];
}

/** A function that takes sizes, where the model has any, and checks what it gets. */
function sized(
  model: Model,
  door: Door,
  f: {
    readonly name: string;
    readonly doc: string;
    readonly before?: readonly Parameter[];
    readonly after?: readonly Parameter[];
    readonly result: string;
    readonly body: (names: SizeNames) => readonly string[];
  },
): FunctionDeclaration {
  const parameters = [...(f.before ?? []), ...sizesParameter(model), ...(f.after ?? [])];
  const scope = model.moduleScope.inner();
  for (const { name } of parameters) scope.reserve(name);
  const names = sizeNames(model, scope);
  const body = f.body(names);
  const takes = (list: readonly Parameter[] | undefined): boolean =>
    list?.some(({ name }) => name === model.holder) ?? false;
  const given = { owner: quote(model.holder), params: model.holder };
  const checks = [
    door.sizes?.call(),
    takes(f.before) ? door.params?.call(given) : undefined,
    takes(f.after) ? door.filled?.call(given) : undefined,
  ];
  return {
    kind: 'function',
    name: f.name,
    exported: true,
    doc: f.doc,
    parameters,
    result: f.result,
    body: [...checks.flatMap((line) => line?.text ?? []), ...names.prologue(), ...body].join('\n'),
  };
}
