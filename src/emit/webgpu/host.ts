// What the emitted module has of one model besides its types: the interface of the model on a GPU, the function that creates
// it from tables of arrays and steps, and the text of the kernels.

import { bug } from '../../base/bug.ts';
import { asConstant, constant, print as printSize, type Polynomial } from '../../base/polynomial.ts';
import { unfitExtents } from '../door.ts';
import { fieldType, isArray, kindOf, lengthText, shapeText, sizeNames, type Model, type ModelField, type SizeNames } from '../model.ts'; // prettier-ignore
import { quote } from '../syntax.ts';
import { arenas, type Code, type Lowered } from './code.ts';
import { mapWidth, sumWidth, termsOf, wholeName, type LoweredKernel } from './kernel.ts';
import { keysFunction } from './keys.ts';
import { freeMethods, interfaceOf, outputMethods } from './methods.ts';
import type { Step, Storage } from './steps.ts';

/** Kernels, and their text. */
export interface Compiled {
  readonly lowered: Lowered;
  readonly code: Code;
}

export interface Hosted {
  readonly model: Model;
  /** The form whose params live on the GPU, where that is another. */
  readonly free: Model | undefined;
  readonly gradient: Compiled;
  readonly outputs: Compiled | undefined;
}

export function hostOf(hosted: Hosted): readonly string[] {
  const { model, free, gradient, outputs } = hosted;
  const { name } = model.program;
  const type = model.moduleScope.declare(`${model.typeName('params').replace(/Params$/, '')}Gpu`);
  const create = model.moduleScope.declare(`create${type}`);
  const sizes = model.sizes.length > 0 ? [`sizes: ${model.typeName('sizes')}`] : [];
  const kernels = (suffix: string, { code }: Compiled): string => {
    const escaped = code.text.replace(/[\\`]|\$(?=\{)/g, '\\$&');
    return `const ${model.functionName(suffix)} = /* wgsl */ \`\n${escaped}\n\`;`;
  };
  return [
    interfaceOf(model, free, type),
    `/** Compiles the kernels of ${name} and makes room for its arrays. */
export async function ${create}(${['device: GPUDevice', ...sizes].join(', ')}): Promise<${type}> {
${bodyOf(hosted).map((line) => `  ${line}`).join('\n')}
}`, // prettier-ignore
    kernels('Kernels', gradient),
    ...(outputs === undefined ? [] : [kernels('OutputsKernels', outputs)]),
  ];
}

function bodyOf({ model, free, gradient, outputs }: Hosted): readonly string[] {
  const { program, plan, sorts: allSorts } = gradient.lowered;
  const scope = model.moduleScope.inner();
  for (const word of ['device', 'sizes']) scope.reserve(word);
  if (free !== undefined) for (const word of ['gpu', 'params', 'free']) scope.reserve(word);
  if (outputs !== undefined) for (const word of ['gpu', 'plan', 'outputs']) scope.reserve(word);
  const names = sizeNames(model, scope);
  const placeOf = ({ name }: ModelField): Storage => {
    const input = program.inputs.find((one) => one.name === name) ?? bug(`no input ${name}`);
    return plan.places.get(input.value.id)?.storage ?? bug(`${name} has no storage`);
  };
  const fields = (some: readonly ModelField[]): readonly string[] =>
    some.map((field) => fieldLine(field, placeOf(field), names, model.checked));
  const sorts = allSorts.flatMap(({ sort, routine }) => [
    '{',
    `  starts: ${quote(sort.starts.name)},`,
    `  order: ${quote(sort.order.name)},`,
    `  places: ${product([sort.places], names)},`,
    `  count: ${product(sort.extents, names)},`,
    ...(sort.keys.inputs.length > 0 ? [] : ['  isFixed: true,']),
    ...keysFunction(routine, model, scope, names).map((line, k) =>
      k === 0 ? `  keys: ${line}` : `  ${line}`,
    ),
    '},',
  ]);
  const plan$ = [
    `  name: ${quote(model.program.name)},`,
    `  code: ${model.functionName('Kernels')},`,
    ...list('sizes', sizeLines(gradient, names), '{}'),
    ...list('params', fields((free ?? model).params)),
    ...list('data', fields(model.data)),
    ...list('arenas', arenaLines(gradient.lowered, names)),
    ...list('sorts', sorts),
    ...list('steps', stepLines(plan.steps, gradient.lowered, names)),
  ];
  const creation = [
    ...(outputs === undefined
      ? [`${free === undefined ? 'return' : 'const gpu = await'} createGpuModel(device, {`, ...plan$, '});']
      : [
          'const plan: GpuPlan = {',
          ...plan$,
          '};',
          'const gpu = await createGpuModel(device, plan);',
          ...outputLines(model, outputs, names),
        ]),
    ...(free === undefined && outputs === undefined
      ? []
      : ['return {', '  ...gpu,', ...indented([...(free === undefined ? [] : freeMethods(model, free)), ...(outputs === undefined ? [] : outputMethods)]), '};']), // prettier-ignore
  ];
  const checks = [
    ...model.sizes.map(({ name, field }) => `checkSize(${quote(field)}, ${names.size(name).text});`),
    ...unfitExtents(model).map((extent) => `checkExtent(${quote(printSize(extent))}, ${names.print(extent)});`), // prettier-ignore
  ];
  return [
    ...(model.sizes.length > 0 ? [`checkObject('sizes', sizes);`] : []),
    ...names.prologue(),
    ...checks,
    ...creation,
  ];
}

/** The kernels of outputs read the params and the data of the others, and have memory of their own for the rest. */
function outputLines(model: Model, outputs: Compiled, names: SizeNames): readonly string[] {
  const { program, plan } = outputs.lowered;
  const known = new Set(program.inputs.map(({ value }) => plan.places.get(value.id)?.storage));
  const isNew = ({ arena, name }: Storage): boolean => arena === 'ints' && ![...known].some((one) => one?.name === name); // prettier-ignore
  if (plan.sorts.length > 0 || plan.storages.some(isNew)) bug(`outputs of ${program.name} add`);
  const fields = model.outputs.map((field) => {
    const at = program.outputs.findIndex(({ name }) => name === field.name);
    return fieldLine(field, plan.results[at] ?? bug(`no output ${field.name}`), names, false);
  });
  return [
    'const outputs = await createGpuModel(',
    '  device,',
    '  {',
    ...indented([
      '  ...plan,',
      `  code: ${model.functionName('OutputsKernels')},`,
      ...list('sizes', sizeLines(outputs, names), '{}'),
      ...list('arenas', arenaLines(outputs.lowered, names)),
      '  sorts: [],',
      ...list('steps', stepLines(plan.steps, outputs.lowered, names)),
      ...list('outputs', fields),
    ]),
    '  },',
    '  gpu,',
    ');',
  ];
}

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

const list = (field: string, lines: readonly string[], [open, close] = '[]'): readonly string[] =>
  [`  ${field}: ${open}`, ...lines.map((line) => `    ${line}`), `  ${close},`]; // prettier-ignore

const sizeLines = ({ lowered, code }: Compiled, names: SizeNames): readonly string[] =>
  lowered.program.sizes.map(({ name }) => `${code.sizeName(name)}: ${names.size(name).text},`);

function arenaLines({ plan, lives, storages }: Lowered, names: SizeNames): readonly string[] {
  return arenas.map((arena) => {
    const own = storages.filter((storage) => storage.arena === arena);
    const entries = own.map((storage) => {
      // What is read when all is done is needed to the end.
      const isPassing = (arena === 'work' || arena === 'counts') && !plan.results.includes(storage);
      const life = isPassing ? lives.get(storage) : undefined;
      const needed = life === undefined ? '' : `, ${life.first + 1}, ${life.last + 1}`;
      return `[${quote(storage.name)}, ${product(storage.dims, names)}${needed}]`;
    });
    return `[${entries.join(', ')}],`;
  });
}

/** How many elements an array has; one with an extent that comes out negative has none. */
function product(dims: readonly Polynomial[], names: SizeNames): string {
  const factors = dims.map((dim) => {
    const text = names.print(dim);
    const isSure = asConstant(dim) !== undefined || dim.terms.every(({ coefficient }) => coefficient > 0);
    if (!isSure) return `Math.max(0, ${text})`;
    return dims.length > 1 && /[^\w$]/.test(text) ? `(${text})` : text;
  });
  return factors.join(' * ') || '1';
}

function stepLines(steps: readonly Step[], lowered: Lowered, names: SizeNames): readonly string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'repeat') {
      const inner = stepLines(step.steps, lowered, names).map((line) => `    ${line}`);
      return ['{', `  times: ${names.print(step.times)},`, '  steps: [', ...inner, '  ],', '},'];
    }
    const own = lowered.kernels.find(({ kernel }) => kernel === step) ?? bug('a step without a kernel');
    const run = own.name;
    const isOne = step.kind === 'sum' || step.extents.length === 0;
    const size = isOne ? 'groups: 1' : `threads: ${product(step.extents, names)}`;
    const tile = lowered.tiles.get(step);
    const product$ = (dim: Polynomial | undefined): string =>
      dim === undefined ? '0' : product([dim], names);
    const tiled =
      tile === undefined || step.kind !== 'map'
        ? ''
        : `, tiled: { run: ${quote(tile.name)}, rows: ${product$(step.extents[0])}, columns: ${product$(step.extents[1])}, terms: ${product$(tile.tile.terms)} }`;
    return [
      `{ run: ${quote(run)}, title: ${quote(step.title)}, ${size}${tiled}${sharedText(own, lowered, names)} },`,
    ];
  });
}

/** The form of a kernel in which threads share sums, if there is one. */
function sharedText(
  { kernel, name, routine, parts }: LoweredKernel,
  { shares }: Lowered,
  names: SizeNames,
): string {
  const share = shares.get(kernel);
  const sum = termsOf(kernel, routine);
  const [count, places = constant(1)] = share?.share.terms ?? (sum === undefined ? [] : [sum]);
  if (count === undefined) return '';
  const [terms, by] = [count, places].map((size) => product([size], names).replace(/^.*\W.*$/, '($&)'));
  const run = share?.name ?? name;
  const entries = {
    run: quote(run),
    elements: kernel.kind === 'map' ? product(kernel.extents, names) : '1',
    terms: by === '1' ? terms : `${terms} / ${by}`,
    groups: share === undefined ? sumWidth : mapWidth,
    ...(parts.length === 0 ? {} : { whole: quote(wholeName(run)) }),
  };
  return `, shared: { ${Object.entries(entries)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')} }`;
}

function fieldLine(field: ModelField, { name }: Storage, names: SizeNames, checked: boolean): string {
  const { range, type } = field;
  const entries = {
    path: `[${field.field.split('.').map(quote).join(', ')}]`,
    storage: quote(name),
    kind: quote(isArray(field) ? kindOf(field, 'f32') : fieldType(type, 'f32')),
    length: lengthText(field, names),
    shape: quote(shapeText({ type })),
    ...(range === undefined || !checked ? {} : { range: `[${names.print(range.from)}, ${names.print(range.to)}]` }), // prettier-ignore
  };
  return `{ ${Object.entries(entries).map(([key, value]) => `${key}: ${value}`).join(', ')} },`; // prettier-ignore
}
