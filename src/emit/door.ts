// Checks at the door of an emitted function: sizes, lengths and kinds of arrays, ranges of int data. They cost
// comparisons only, and their messages name the field, what was expected and what came.

import { print as printSize, type Polynomial } from '../base/polynomial.ts';
import { mayBeUnfit } from './extents.ts';
import { apartOf, type Apart } from './apart.ts';
import { checkFunction, helperCall, type Check, type Line } from './check.ts';
import type { Parameter } from './module.ts';
import type { DoorHelper } from './helpers.ts';
import {
  arrayKind,
  isArray,
  lengthText,
  needSizes,
  shapeText,
  sizesParameter,
  type Model,
  type ArrayKind,
  type ModelField,
  type SizeNames,
} from './model.ts';
import { quote } from './statement.ts';

const polynomialsOf = (f: ModelField): readonly Polynomial[] => [
  ...f.type.dims,
  ...(f.range ? [f.range.from, f.range.to] : []),
];

/** The check functions of a model. */
export interface Door {
  readonly sizes: Check | undefined;
  /** Of params, and of what has their shape: gradient, direction, product. */
  readonly params: Check | undefined;
  readonly outputs: Check | undefined;
  readonly workspace: Check | undefined;
  /** Of everything that comes in: sizes, params, data. */
  readonly inputs: Check | undefined;
  /** That what is filled is not what is read. */
  readonly apart: Apart;
}

export function doorOf(model: Model): Door {
  const arrays = (
    owner: string,
    object: string,
    fields: readonly ModelField[],
    names: SizeNames,
  ): readonly Line[] => fields.filter(isArray).map((f) => arrayCheck(model, owner, object, f, names));
  /** An object, and the sizes if the types of its fields depend on them. */
  const withSizes = (
    parameters: readonly Parameter[],
    fields: readonly ModelField[],
  ): readonly Parameter[] =>
    needSizes(model, fields.flatMap(polynomialsOf)) ? [...parameters, ...sizesParameter(model)] : parameters;
  const owner: Parameter = { name: 'owner', type: 'string' };
  const params: Parameter = { name: 'params', type: `Readonly<${model.typeName('params')}>` };
  const outputs: Parameter = { name: 'outputs', type: model.typeName('outputs') };
  const ws: Parameter = { name: 'ws', type: model.typeName('workspace') };
  const data: Parameter = { name: 'data', type: model.typeName('data') };

  const sizesCheck = checkFunction(model, 'Sizes', sizesParameter(model), (names) => [
    ...model.sizes.map(({ name, field }) => helperCall('checkSize', quote(field), names.size(name).text)),
    ...unfitExtents(model).map((extent) =>
      helperCall('checkExtent', quote(printSize(extent)), names.print(extent)),
    ),
  ]);
  const paramsCheck = checkFunction(model, 'Params', withSizes([owner, params], model.params), (names) =>
    arrays('owner', 'params', model.params, names),
  );
  const checkedData = model.data.filter((f) => isArray(f) || (f.type.scalar === 'int' && model.checked));
  const incoming = [
    ...(paramsCheck ? [params] : []),
    ...(checkedData.length > 0 ? [data] : []),
    ...(sizesCheck ? sizesParameter(model) : []),
  ];
  return {
    sizes: sizesCheck,
    params: paramsCheck,
    outputs: checkFunction(model, 'Outputs', withSizes([outputs], model.outputs), (names) =>
      arrays(quote('outputs'), 'outputs', model.outputs, names),
    ),
    workspace: checkFunction(model, 'Workspace', withSizes([ws], model.workspace), (names) =>
      arrays(quote('ws'), 'ws', model.workspace, names),
    ),
    inputs: checkFunction(model, '', incoming, (names) => [
      ...(sizesCheck ? [sizesCheck.call()] : []),
      ...(paramsCheck ? [paramsCheck.call({ owner: quote('params') })] : []),
      ...arrays(quote('data'), 'data', checkedData, names),
      ...(model.checked ? checkedData.flatMap((f) => rangeCheck(f, names)) : []),
    ]),
    apart: apartOf(model),
  };
}

/** Extents that are not positive integers for all positive sizes, such as `N - 2` and `N/2`. */
function unfitExtents(model: Model): readonly Polynomial[] {
  const fields = [...model.params, ...model.data, ...model.outputs, ...model.workspace];
  const extents = new Map(
    fields.flatMap((f) => (f.clamped === true ? [] : f.type.dims.map((dim) => [dim.key, dim] as const))),
  );
  return [...extents.values()].filter((extent) => mayBeUnfit(extent) && needSizes(model, [extent]));
}

function arrayCheck(model: Model, owner: string, object: string, f: ModelField, names: SizeNames): Line {
  const length = lengthText(f, names);
  const helper = arrayHelper(arrayKind(f.type.scalar, model.precision));
  return helperCall(
    helper,
    owner,
    quote(`.${f.field}`),
    `${object}.${f.field}`,
    length,
    quote(shapeText({ type: f.type })),
  );
}

export const arrayHelper = (kind: ArrayKind): DoorHelper => `check${kind}`;

function rangeCheck(f: ModelField, names: SizeNames): readonly Line[] {
  const bounds = f.range ? [names.print(f.range.from), names.print(f.range.to)] : [];
  const args = [quote(`data.${f.field}`), `data.${f.field}`, ...bounds];
  if (!isArray(f)) return f.type.scalar === 'int' ? [helperCall('checkInteger', ...args)] : [];
  return f.range ? [helperCall('checkRange', ...args)] : [];
}
