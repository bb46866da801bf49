// What each kind of function is called, what it takes and returns, and how that is told to the reader.

import type { Buffer, Routine } from '../loops/types.ts';
import type { Parameter } from './module.ts';
import { sizesParameter, type Model, type ModelField } from './model.ts';
import { operationsOf } from './operations.ts';
import { membersOf, shapeOf } from './records.ts';

interface Kind {
  /** Of the function's name: `mlpLossAndGradient`. */
  readonly suffix: string;
  readonly summary: (model: string) => string;
  /** What it takes besides params, data and sizes; `form` is the other form of the params, to be filled. */
  readonly takes: readonly ('gradient' | 'direction' | 'product' | 'outputs' | 'form')[];
  readonly returns?: string;
}

const kinds: Readonly<Record<Routine['kind'], Kind>> = {
  loss: { suffix: 'Loss', summary: (model) => `The loss of ${model}.`, takes: [], returns: 'the loss' },
  gradient: {
    suffix: 'LossAndGradient',
    summary: (model) => `The loss of ${model} and its gradient.`,
    takes: ['gradient'],
    returns: 'the loss',
  },
  jvp: {
    suffix: 'Jvp',
    summary: (model) => `The derivative of the loss of ${model} along a direction.`,
    takes: ['direction'],
    returns: 'the directional derivative of the loss',
  },
  hvp: {
    suffix: 'Hvp',
    summary: (model) => `The Hessian of the loss of ${model} times a direction.`,
    takes: ['direction', 'product'],
    returns: 'the directional derivative of the loss',
  },
  outputs: { suffix: 'Outputs', summary: (model) => `The outputs of ${model}.`, takes: ['outputs'] },
  constrain: {
    suffix: 'Constrain',
    summary: (model) => `The params of ${model} that free params stand for.`,
    takes: ['form'],
    returns: 'the params',
  },
  unconstrain: {
    suffix: 'Unconstrain',
    summary: (model) =>
      `The free params that stand for params of ${model}, which must lie inside their constraints.`,
    takes: ['form'],
    returns: 'the free params',
  },
};

/** The arguments that hold the buffers of each role. */
export type Holders = Readonly<Record<Buffer['role'], string>>;

export const holdersOf = (model: Model, { kind }: Routine): Holders => ({
  param: model.holder,
  data: 'data',
  direction: 'direction',
  gradient: 'gradient',
  hvp: 'product',
  output: formOf(model, kind)?.holder ?? 'outputs',
  scratch: 'ws',
});

/** The other form of the params, where a function fills it. */
export const formOf = (model: Model, kind: Routine['kind']): Model | undefined =>
  kinds[kind].takes.includes('form') ? model.other?.() : undefined;

export interface Signature {
  readonly kind: Routine['kind'];
  readonly name: string;
  /** Without `ws`. */
  readonly parameters: readonly Parameter[];
  readonly workspace: readonly Parameter[];
  readonly result: string;
  /** Objects shaped like params that it fills, and that it reads besides them. */
  readonly filled: readonly string[];
  readonly read: readonly string[];
  readonly takesOutputs: boolean;
  /** Of the params, which it fills. */
  readonly form: Model | undefined;
}

/** Of the function's name: `LossAndGradient`. */
export const suffixOf = (kind: Routine['kind']): string => kinds[kind].suffix;

export function signatureOf(model: Model, routine: Routine): Signature {
  const { takes, returns } = kinds[routine.kind];
  const readParams = `Readonly<${model.typeName('params')}>`;
  const types = {
    direction: readParams,
    gradient: model.typeName('params'),
    product: model.typeName('params'),
    outputs: model.typeName('outputs'),
  };
  const hasParams = model.params.length > 0;
  const form = formOf(model, routine.kind);
  const extra = takes
    .filter((name) => name !== 'form')
    .filter((name) => (name === 'outputs' ? model.outputs.length > 0 : hasParams));
  const sizes = model.sizes.length > 0 ? 'sizes' : '';
  const initializer = `${model.functionName('Workspace')}(${sizes})`;
  const formType = form?.typeName('params') ?? '';
  return {
    kind: routine.kind,
    // Both functions from form to form are named after the model itself.
    name: (routine.kind === 'constrain' && form ? form : model).functionName(suffixOf(routine.kind)),
    parameters: [
      ...(hasParams ? [{ name: model.holder, type: readParams }] : []),
      ...(model.data.length > 0 && form === undefined
        ? [{ name: 'data', type: model.typeName('data') }]
        : []),
      ...sizesParameter(model),
      ...extra.map((name) => ({ name, type: types[name] })),
      ...(form === undefined
        ? []
        : [{ name: form.holder, type: formType, initializer: `${form.functionName('Zeros')}(${sizes})` }]),
    ],
    workspace:
      routine.scratch.length === 0 ? [] : [{ name: 'ws', type: model.typeName('workspace'), initializer }],
    result: form === undefined ? (returns === undefined ? 'void' : 'number') : formType,
    filled: extra.filter((name) => name === 'gradient' || name === 'product'),
    read: extra.filter((name) => name === 'direction'),
    takesOutputs: extra.includes('outputs'),
    form,
  };
}

// ---- documentation

export function docOf(model: Model, routine: Routine): string {
  const { takes, returns } = kinds[routine.kind];
  // What the model is about is told once.
  const modelDoc = routine === model.routines[0] ? (model.program.doc?.trim() ?? '') : '';
  const form = formOf(model, routine.kind);
  const title = form?.holder === 'params' ? form.title : model.title;
  const lines = [summaryOf(title, routine)];
  if (model.jacobian && form === undefined) lines.push('', jacobianDoc(model));
  if (modelDoc !== '') lines.push('', modelDoc);
  lines.push('');
  const fields = (name: string, list: readonly ModelField[]): void => {
    if (list.length > 0) lines.push(`@param ${name} ${fieldList(model, list)}`);
  };
  fields(model.holder, model.params);
  if (form === undefined) fields('data', model.data);
  if (model.sizes.length > 0) lines.push(`@param sizes ${model.sizes.map((size) => size.field).join(', ')}`);
  if (model.params.length > 0) {
    if (takes.includes('direction')) lines.push('@param direction a change of the params');
    if (takes.includes('gradient'))
      lines.push('@param gradient is filled: the derivative of the loss by each of the params');
    if (takes.includes('product')) lines.push('@param product is filled: the Hessian times the direction');
  }
  if (takes.includes('outputs') && model.outputs.length > 0)
    lines.push(`@param outputs is filled: ${fieldList(model, model.outputs)}`);
  if (form !== undefined) lines.push(`@param ${form.holder} is filled`);
  if (routine.scratch.length > 0)
    lines.push('@param ws scratch arrays; with them the call allocates no others');
  const lossDoc = model.program.outputs.find(({ role }) => role === 'loss')?.doc?.replace(/\s+/g, ' ');
  const told = returns === 'the loss' && lossDoc !== undefined ? `${returns}: ${lossDoc}` : returns;
  if (told !== undefined) lines.push(`@returns ${told}`);
  return lines.join('\n');
}

/** What a function computes and how much arithmetic it holds, as sentences. */
export const summaryOf = (title: string, routine: Routine): string =>
  kinds[routine.kind].summary(title) + operationsText(routine);

/** What is added to what is said of the loss of free params. */
export function jacobianDoc({ other }: Model): string {
  const constrain = other?.().functionName('Constrain') ?? '';
  return `It is minus the logarithm of a density of the free params: that of the params less log |det J| of \`${constrain}\`.`;
}

/** `W1: real[D, H], b1: real[H]`; of long lists the names, of very long ones the first names. */
function fieldList({ program }: Model, fields: readonly ModelField[]): string {
  const longest = 80;
  const members = membersOf(fields, program.records ?? []);
  const text = members.map((member) => `${member.field}: ${shapeOf(member)}`).join(', ');
  if (text.length <= longest) return text;
  const names: string[] = [];
  let length = 0;
  for (const { field } of members) {
    length += field.length + 2;
    if (names.length > 0 && length > longest)
      return `${names.join(', ')} and ${members.length - names.length} more`;
    names.push(field);
  }
  return names.join(', ');
}

/** How much arithmetic the function's text holds, as a sentence. */
function operationsText(routine: Routine): string {
  const { count, hasLoops } = operationsOf(routine);
  if (count === 0) return '';
  const operations = ` ${count} operation${count === 1 ? '' : 's'}`;
  return hasLoops ? `${operations} as written; loops repeat them.` : `${operations}.`;
}
