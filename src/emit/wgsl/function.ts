// One function of a module in WGSL: checks of int data, scratch arrays, body, result.

import { bug } from '../../base/bug.ts';
import { print } from '../../base/polynomial.ts';
import type { Buffer, Local, Routine } from '../../loops/types.ts';
import { visitStatements } from '../../loops/walk.ts';
import { printExpression, type Naming } from '../expression.ts';
import { summaryOf, suffixOf } from '../signature.ts';
import { printStatements } from '../statement.ts';
import type { Target } from '../target.ts';
import type { Usage } from '../usage.ts';
import { Writer } from '../writer.ts';
import { comment, structBytes, type GpuModel } from './model.ts';
import { snakeCase } from './names.ts';
import { failure, isShared, unlessInRange, wgslSyntax } from './syntax.ts';
import { arrayType, bytesOf, lengthOf, scalarBytes } from './type.ts';

/** The struct that a function returns, besides a number. */
export interface Result {
  readonly type: string;
  /** Where the number goes, if there is one besides arrays. */
  readonly number?: string;
}

export interface FunctionOptions {
  readonly target: Target;
  readonly usage: Usage;
  readonly checked: boolean;
  /** The name of the function that makes a NaN. */
  readonly nan: string;
}

/** The number that a function returns beside arrays, in its struct. */
const numberOf = { gradient: 'loss', hvp: 'derivative' } as const;

/** What it returns; a number where there is no struct. */
export function resultOf(model: GpuModel, { kind }: Routine): Result | undefined {
  switch (kind) {
    case 'gradient':
    case 'hvp': {
      const number = numberOf[kind];
      if (model.params.length === 0) return undefined;
      return { type: model.typeName(kind === 'gradient' ? 'LossAndGradient' : 'Hvp'), number };
    }
    case 'outputs':
      return { type: model.typeName('Outputs') };
    case 'constrain':
    case 'unconstrain':
      return { type: (model.other?.() ?? bug('one form of params')).typeName('Params') };
    default:
      return undefined;
  }
}

/** Bytes of the variables of a function: its scratch arrays and its result. */
export function variablesOf(model: GpuModel, routine: Routine): ReadonlyMap<string, number> {
  const filled = { gradient: model.params, hvp: model.params, outputs: model.outputs, loss: [], jvp: [] };
  const fields =
    routine.kind === 'constrain' || routine.kind === 'unconstrain'
      ? (model.other?.().params ?? [])
      : filled[routine.kind];
  return new Map([
    ['the result', structBytes(fields) + (routine.kind in numberOf ? scalarBytes : 0)],
    ...routine.scratch.map((buffer) => [`\`${buffer.name}\``, bytesOf(buffer)] as const),
  ]);
}

/** Both functions from form to form are named after the model itself. */
export const functionName = (model: GpuModel, { kind }: Routine): string =>
  ownerOf(model, kind).functionName(snakeCase(suffixOf(kind)));

const ownerOf = (model: GpuModel, kind: Routine['kind']): GpuModel =>
  (kind === 'constrain' ? model.other?.() : undefined) ?? model;

export function printFunction(model: GpuModel, routine: Routine, options: FunctionOptions): string {
  const { target, usage } = options;
  const result = resultOf(model, routine);
  const parameters = argumentsOf(model, routine);
  const scope = model.scope.inner();
  for (const { name } of parameters) scope.reserve(name);
  for (const name of ['result', failure]) scope.reserve(name);
  const scratch = new Map(routine.scratch.map((buffer) => [buffer, scope.declare(buffer.name)]));
  const locals = new Map<Local, string>();
  const holders: Readonly<Record<Buffer['role'], string>> = {
    param: model.holder,
    data: 'data',
    direction: 'direction',
    gradient: 'result.gradient',
    hvp: 'result.product',
    output: 'result',
    scratch: '',
  };
  const element = (buffer: Buffer, index: string | undefined): string => {
    const array = scratch.get(buffer) ?? `${holders[buffer.role]}.${model.fieldOf(buffer)}`;
    return index === undefined ? array : `${array}[${allowedIndex(buffer, index)}]`;
  };
  const naming: Naming = {
    local: (local) => locals.get(local) ?? bug(`local ${local.name} is used where it is not declared`),
    size: (name) => bug(`the size ${name} is no number`),
    sizeRank: () => 0,
    load: (buffer, index) => {
      const text = element(buffer, index);
      if (buffer.scalar !== 'bool' || !isShared(buffer)) return { text, level: target.primary };
      return { text: `${text} != 0`, level: target.operators['!=']?.level ?? 0 };
    },
  };

  const writer = new Writer();
  const ranges = options.checked ? rangeChecks(model, usage) : [];
  const mayFail = ranges.length > 0 || canFail(routine, options.checked);
  if (mayFail) writer.line(`var ${failure} = false;`);
  for (const line of ranges) writer.line(line);
  for (const [buffer, name] of scratch) writer.line(`var ${name}: ${arrayType(buffer)};`);
  if (result !== undefined) writer.line(`var result: ${result.type};`);
  printStatements(writer, routine.body, {
    target,
    syntax: wgslSyntax,
    scope,
    locals,
    naming,
    element,
    call: (part) => bug(`part ${part} of a WGSL function`),
    checked: options.checked,
    steps: new Map(),
    checkedStores: new Set(),
    // All is in single precision.
    isRounded: () => false,
  });
  const number = routine.result && printExpression(target, naming, routine.result);
  for (const line of endOf(result, number, mayFail ? options.nan : undefined, model)) writer.line(line);

  const head = parameters.map(({ name, type }) => `${name}: ${type}`).join(', ');
  const doc = comment(summaryOf(ownerOf(model, routine.kind).title, routine));
  const name = functionName(model, routine);
  return `${doc}fn ${name}(${head}) -> ${result?.type ?? 'f32'} {\n${indented(writer.text())}\n}`;
}

/** A failed function has no loss; one without a loss has no number that could be trusted. */
function endOf(
  result: Result | undefined,
  number: string | undefined,
  nan: string | undefined,
  model: GpuModel,
): readonly string[] {
  const guarded = nan === undefined ? [] : [`if (${failure}) { return ${nan}(); }`];
  if (result === undefined) return [...guarded, `return ${number ?? bug('a function without a result')};`];
  const places = result.number === undefined ? firstReals(model) : [`result.${result.number}`];
  const marks = nan === undefined ? [] : places.map((place) => `${place} = ${nan}();`);
  const spoilt = marks.length === 0 ? [] : [`if (${failure}) { ${marks.join(' ')} }`];
  return [
    ...(result.number === undefined ? [] : [`result.${result.number} = ${number ?? bug('no number')};`]),
    ...spoilt,
    'return result;',
  ];
}

/** The first element of each output of reals, which tells that something failed. */
const firstReals = ({ outputs }: GpuModel): readonly string[] =>
  outputs
    .filter(({ type }) => type.scalar === 'real')
    .map(({ field, type }) => `result.${field}${type.dims.length === 0 ? '' : '[0]'}`);

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
}

/** What a function takes; each is a struct. */
export function argumentsOf(model: GpuModel, { kind }: Routine): readonly Parameter[] {
  const { data } = model;
  const params = { type: model.typeName('Params'), bytes: structBytes(model.params) };
  const isForm = kind === 'constrain' || kind === 'unconstrain';
  return [
    ...(model.params.length > 0 ? [{ name: model.holder, ...params }] : []),
    ...(data.length > 0 && !isForm
      ? [{ name: 'data', type: model.typeName('Data'), bytes: structBytes(data) }]
      : []),
    ...(kind === 'jvp' || kind === 'hvp' ? [{ name: 'direction', ...params }] : []),
  ];
}

/**
 * A number that is out of range, which may stand where the code never comes, is an error to compilers of WGSL. A check in
 * front has found it already.
 */
function allowedIndex(buffer: Buffer, index: string): string {
  const isOutside = /^-?\d+$/.test(index) && !(Number(index) >= 0 && Number(index) < lengthOf(buffer));
  return isOutside ? '0' : index;
}

/** Int data that are used as indices must lie in the range that the model gives. */
function rangeChecks({ data }: GpuModel, { buffers }: Usage): readonly string[] {
  const used = new Set([...buffers].filter(({ role }) => role === 'data').map(({ name }) => name));
  return data.flatMap(({ name, field, type, range }) => {
    if (range === undefined || !used.has(name)) return [];
    const outside = (place: string): string => unlessInRange(place, print(range.from), print(range.to));
    return type.dims.length === 0
      ? [outside(`data.${field}`)]
      : [`for (var k = 0; k < ${lengthOf(type)}; k++) { ${outside(`data.${field}[k]`)} }`];
  });
}

function canFail({ body }: Routine, checked: boolean): boolean {
  let can = false;
  visitStatements(body, ({ kind }) => {
    if (kind === 'limit' || (kind === 'check' && checked)) can = true;
  });
  return can;
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');
