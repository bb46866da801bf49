// Checks at the door of an emitted function: sizes, lengths and kinds of arrays, ranges of int data. They cost
// comparisons only, and their messages name the field, what was expected and what came.

import { print as printSize, type Polynomial } from '../base/polynomial.ts';
import { mayBeUnfit } from './extents.ts';
import type { FunctionDeclaration, Parameter } from './module.ts';
import type { DoorHelper } from './helpers.ts';
import {
  arrayKind,
  lengthOf,
  needSizes,
  shapeText,
  sizeNames,
  sizesParameter,
  type Model,
  type ArrayKind,
  type ModelField,
  type SizeNames,
} from './model.ts';
import { quote } from './statement.ts';

const isArray = (f: ModelField): boolean => f.type.dims.length > 0;
const polynomialsOf = (f: ModelField): readonly Polynomial[] => [
  ...f.type.dims,
  ...(f.range ? [f.range.from, f.range.to] : []),
];

/** One check function of a model; absent where there is nothing to check. */
export interface Check {
  readonly declaration: FunctionDeclaration;
  /** The statement that calls it. `owner` is the object to check, where that can be several. */
  readonly call: (owner: string) => string;
  /** The shared functions that it calls. */
  readonly helpers: readonly DoorHelper[];
  /** The names of the objects that the call mentions. */
  readonly takes: (owner: string) => readonly string[];
}

interface Line {
  readonly text: string;
  readonly helper?: DoorHelper;
}

const helperCall = (helper: DoorHelper, ...args: readonly string[]): Line => ({
  text: `${helper}(${args.join(', ')});`,
  helper,
});

/** The check functions of a model. Each is declared whether it is called or not. */
export interface Door {
  readonly sizes: Check | undefined;
  /** Of params, and of what has their shape: gradient, direction, product. */
  readonly params: Check | undefined;
  readonly outputs: Check | undefined;
  readonly workspace: Check | undefined;
  /** Of everything that comes in: sizes, params, data. */
  readonly inputs: Check | undefined;
}

export function doorOf(model: Model): Door {
  const argument = ({ name }: Parameter, owner: string): string => (name === 'params' ? owner : name);
  const check = (
    suffix: string,
    parameters: readonly Parameter[],
    takesSizes: boolean,
    linesOf: (names: SizeNames) => readonly Line[],
  ): Check | undefined => {
    const all = takesSizes ? [...parameters, ...sizesParameter(model)] : parameters;
    const scope = model.moduleScope.inner();
    for (const { name } of all) scope.reserve(name);
    const names = sizeNames(model, scope);
    const lines = linesOf(names);
    if (lines.length === 0) return undefined;
    const name = model.checkName(suffix);
    return {
      declaration: {
        kind: 'function',
        name,
        exported: false,
        parameters: all,
        result: 'void',
        body: [...names.prologue(), ...lines.map((line) => line.text)].join('\n'),
      },
      helpers: lines.flatMap((line) => line.helper ?? []),
      call: (owner) =>
        `${name}(${all.map((p) => (p.name === 'owner' ? quote(owner) : argument(p, owner))).join(', ')});`,
      takes: (owner) => all.filter((p) => p.name !== 'owner').map((p) => argument(p, owner)),
    };
  };
  const arrays = (
    owner: string,
    object: string,
    fields: readonly ModelField[],
    names: SizeNames,
  ): readonly Line[] => fields.filter(isArray).map((f) => arrayCheck(model, owner, object, f, names));
  const takesSizes = (fields: readonly ModelField[]): boolean =>
    needSizes(model, fields.flatMap(polynomialsOf));

  const sizes = check('Sizes', [], true, (names) => [
    ...model.sizes.map(({ name, field }) => helperCall('checkSize', quote(field), names.size(name).text)),
    ...unfitExtents(model).map((extent) =>
      helperCall('checkExtent', quote(printSize(extent)), names.print(extent)),
    ),
  ]);
  const paramsType = `Readonly<${model.typeName('params')}>`;
  const params = check(
    'Params',
    [
      { name: 'owner', type: 'string' },
      { name: 'params', type: paramsType },
    ],
    takesSizes(model.params),
    (names) => arrays('owner', 'params', model.params, names),
  );
  const outputs = check(
    'Outputs',
    [{ name: 'outputs', type: model.typeName('outputs') }],
    takesSizes(model.outputs),
    (names) => arrays(quote('outputs'), 'outputs', model.outputs, names),
  );
  const workspace = check(
    'Workspace',
    [{ name: 'ws', type: model.typeName('workspace') }],
    takesSizes(model.workspace),
    (names) => arrays(quote('ws'), 'ws', model.workspace, names),
  );
  const checkedData = model.data.filter((f) => isArray(f) || (f.type.scalar === 'int' && model.checked));
  const inputs = check(
    '',
    [
      ...(params ? [{ name: 'params', type: paramsType }] : []),
      ...(checkedData.length > 0 ? [{ name: 'data', type: model.typeName('data') }] : []),
    ],
    sizes !== undefined,
    (names) => [
      ...(sizes ? [{ text: sizes.call('sizes') }] : []),
      ...(params ? [{ text: params.call('params') }] : []),
      ...arrays(quote('data'), 'data', checkedData, names),
      ...(model.checked ? checkedData.flatMap((f) => rangeCheck(f, names)) : []),
    ],
  );
  return { sizes, params, outputs, workspace, inputs };
}

/** Extents that are not positive integers for all positive sizes, such as `N - 2` and `N/2`. */
function unfitExtents(model: Model): readonly Polynomial[] {
  const fields = [...model.params, ...model.data, ...model.outputs, ...model.workspace];
  const extents = new Map(fields.flatMap((f) => f.type.dims.map((dim) => [dim.key, dim])));
  return [...extents.values()].filter((extent) => mayBeUnfit(extent) && needSizes(model, [extent]));
}

function arrayCheck(model: Model, owner: string, object: string, f: ModelField, names: SizeNames): Line {
  const length = names.print(lengthOf(f.type));
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
