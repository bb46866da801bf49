// Checks at the door of an emitted function: sizes, kinds of scalars, lengths and kinds of arrays, ranges of int data.
// They cost comparisons only, and their messages name the field, what was expected and what came.

import { print as printSize, type Polynomial } from '../base/polynomial.ts';
import { mayBeUnfit } from './extents.ts';
import { apartOf, type Apart } from './apart.ts';
import { checkFunction, helperCall, sharedCheck, type Check, type Line } from './check.ts';
import type { Parameter } from './module.ts';
import type { DoorHelper } from './helpers.ts';
import {
  kindOf,
  fieldType,
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
import { insideCheck } from './inside.ts';
import { membersOf, nestedIn } from './records.ts';
import { quote } from './syntax.ts';

/** The check functions of a model. */
export interface Door {
  readonly sizes: Check | undefined;
  /** Of params and of a direction. */
  readonly params: Check | undefined;
  /** Of what has their shape and is filled, a gradient or a product: its scalars may hold anything. */
  readonly filled: Check | undefined;
  readonly outputs: Check | undefined;
  readonly workspace: Check | undefined;
  /** Of data, where two forms of a model take it. */
  readonly given: Check | undefined;
  /** Of what int data hold. */
  readonly ranges: Check | undefined;
  /** Of everything else that comes in: sizes, params, data. */
  readonly inputs: Check | undefined;
  /** That params lie inside their constraints. */
  readonly inside: Check | undefined;
  /** That what is filled is not what is read. */
  readonly apart: Apart;
}

export function doorOf(model: Model): Door {
  const { holder } = model;
  const ws: Parameter = { name: 'ws', type: model.typeName('workspace') };
  const outputs: Parameter = { name: 'outputs', type: model.typeName('outputs') };
  const sizes = sizesCheck(model);
  const { params, filled } = paramsChecks(model);
  const object = (suffix: string, holder: Parameter, fields: readonly ModelField[]): Check | undefined =>
    fields.length === 0
      ? undefined
      : checkFunction(model, suffix, withSizes(model, [holder], fields), (names) =>
          arrayChecks(model, quote(holder.name), holder.name, fields, names),
        );
  const given = model.other && dataCheck(model);
  const inputs = checkFunction(
    model,
    '',
    [
      ...(params ? [paramsParameter(model, holder)] : []),
      ...(model.data.length > 0 ? [dataParameter(model)] : []),
      ...sizesParameter(model),
    ],
    (names) => [
      ...(params ? [params.call({ owner: quote(holder), params: holder })] : []),
      ...(given ? [given.call()] : dataChecks(model, names)),
    ],
    sizes ? [sizes.call()] : [],
  );
  return {
    sizes,
    params,
    filled,
    outputs: object('Outputs', outputs, model.outputs),
    workspace: object('Workspace', ws, model.workspace),
    given,
    ranges: rangesCheck(model),
    inputs,
    inside: insideCheck(model),
    apart: apartOf(model),
  };
}

const paramsParameter = (model: Model, name = 'params'): Parameter => ({
  name,
  type: `Readonly<${model.typeName('params')}>`,
});

/** An object, and the sizes if the types of its fields depend on them. */
const withSizes = (
  model: Model,
  parameters: readonly Parameter[],
  fields: readonly ModelField[],
): readonly Parameter[] =>
  needSizes(
    model,
    fields.flatMap((f) => f.type.dims),
  )
    ? [...parameters, ...sizesParameter(model)]
    : parameters;

/** Both forms of a model have the checks of sizes and data from the one that declares them. */
function declaredElsewhere(model: Model, check: (model: Model) => Check | undefined): Check | undefined {
  const found = model.other && check(model.other());
  return found && { helpers: [], call: found.call };
}

function sizesCheck(model: Model): Check | undefined {
  if (model.sizes.length === 0) return undefined;
  if (model.holder === 'free') return declaredElsewhere(model, sizesCheck);
  const lines = (names: SizeNames): readonly Line[] => [
    ...model.sizes.map(({ name, field }) => helperCall('checkSize', quote(field), names.size(name).text)),
    ...unfitExtents(model).map((extent) =>
      helperCall('checkExtent', quote(printSize(extent)), names.print(extent)),
    ),
  ];
  const first = helperCall('checkObject', quote('sizes'), 'sizes');
  return checkFunction(model, 'Sizes', sizesParameter(model), lines, [first]);
}

function dataCheck(model: Model): Check | undefined {
  if (model.data.length === 0) return undefined;
  if (model.holder === 'free') return declaredElsewhere(model, dataCheck);
  const parameters = withSizes(model, [dataParameter(model)], model.data);
  return checkFunction(model, 'Data', parameters, (names) => dataChecks(model, names));
}

const dataParameter = (model: Model): Parameter => ({ name: 'data', type: model.typeName('data') });

const dataChecks = (model: Model, names: SizeNames): readonly Line[] =>
  model.data.length === 0
    ? []
    : [
        ...arrayChecks(model, quote('data'), 'data', model.data, names),
        ...scalarChecks(model, quote('data'), 'data', model.data),
      ];

function rangesCheck(model: Model): Check | undefined {
  if (!model.checked) return undefined;
  if (model.holder === 'free') return declaredElsewhere(model, rangesCheck);
  const bounds = model.data.flatMap(({ range }) => (range ? [range.from, range.to] : []));
  const parameters = [dataParameter(model), ...(needSizes(model, bounds) ? sizesParameter(model) : [])];
  return checkFunction(model, 'Ranges', parameters, (names) =>
    model.data.flatMap((f) => rangeCheck(f, names)),
  );
}

/** The check of a form of the params that a function fills. */
export const filledCheck = (model: Model): Check | undefined => paramsChecks(model).filled;

function paramsChecks(model: Model): Pick<Door, 'params' | 'filled'> {
  if (model.params.length === 0) return { params: undefined, filled: undefined };
  const parameters = [{ name: 'owner', type: 'string' }, paramsParameter(model)];
  const taken = withSizes(model, parameters, model.params);
  const scalars = scalarChecks(model, 'owner', 'params', model.params);
  const hasRecords = nestedIn(membersOf(model.params, model.program.records ?? [])).length > 0;
  const filled =
    model.params.some(isArray) || hasRecords
      ? checkFunction(model, scalars.length > 0 ? 'Arrays' : 'Params', taken, (names) =>
          arrayChecks(model, 'owner', 'params', model.params, names),
        )
      : sharedCheck('checkObject', parameters);
  const params =
    scalars.length > 0 && filled
      ? checkFunction(model, 'Params', taken, () => [filled.call(), ...scalars])
      : filled;
  return { params, filled };
}

/** Extents that are not positive integers for all positive sizes, such as `N - 2` and `N/2`. */
export function unfitExtents(model: Model): readonly Polynomial[] {
  const other = model.other?.();
  const fields = [
    ...model.params,
    ...model.data,
    ...model.outputs,
    ...model.workspace,
    ...(other === undefined ? [] : [...other.params, ...other.workspace]),
  ];
  const extents = new Map(
    fields.flatMap((f) => (f.clamped === true ? [] : f.type.dims.map((dim) => [dim.key, dim] as const))),
  );
  return [...extents.values()].filter((extent) => mayBeUnfit(extent) && needSizes(model, [extent]));
}

/** That an object is there, and its arrays. */
function arrayChecks(
  model: Model,
  owner: string,
  object: string,
  fields: readonly ModelField[],
  names: SizeNames,
): readonly Line[] {
  const arrays = fields.filter(isArray).map((f) => {
    const { field, type } = f;
    const helper = arrayHelper(kindOf(f, model.precision));
    const length = lengthText(f, names);
    return helperCall(
      helper,
      owner,
      quote(`.${field}`),
      `${object}.${field}`,
      length,
      quote(shapeText({ type })),
    );
  });
  const records = nestedIn(membersOf(fields, model.program.records ?? [])).map(({ path }) =>
    helperCall('checkRecord', owner, quote(`.${path}`), `${object}.${path}`),
  );
  return [helperCall('checkObject', owner, object), ...records, ...arrays];
}

const scalarChecks = (
  model: Model,
  owner: string,
  object: string,
  fields: readonly ModelField[],
): readonly Line[] =>
  fields
    .filter((f) => !isArray(f))
    .map(({ field, type }) => {
      const kind = quote(fieldType(type, model.precision));
      return helperCall(
        'checkScalar',
        owner,
        quote(`.${field}`),
        `${object}.${field}`,
        kind,
        quote(type.scalar),
      );
    });

export const arrayHelper = (kind: ArrayKind): DoorHelper => `check${kind}`;

function rangeCheck(f: ModelField, names: SizeNames): readonly Line[] {
  const bounds = f.range ? [names.print(f.range.from), names.print(f.range.to)] : [];
  const args = [quote(`data.${f.field}`), `data.${f.field}`, ...bounds];
  if (!isArray(f)) return f.type.scalar === 'int' ? [helperCall('checkInteger', ...args)] : [];
  return f.range ? [helperCall('checkRange', ...args)] : [];
}
