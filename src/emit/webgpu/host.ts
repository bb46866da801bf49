// What the emitted module has of one model besides its types: the interface of the model on a GPU, the function that creates
// it from tables of arrays and steps, and the text of the kernels.

import { bug } from '../../base/bug.ts';
import { asConstant, constant, print as printSize, type Polynomial } from '../../base/polynomial.ts';
import { unfitExtents } from '../door.ts';
import { fieldType, isArray, kindOf, lengthText, shapeText, sizeNames, type Model, type ModelField, type SizeNames } from '../model.ts'; // prettier-ignore
import { quote } from '../syntax.ts';
import { arenas, type Code, type Lowered } from './code.ts';
import { freeGradientDoc, freeMethods } from './free.ts';
import { mapWidth, sumWidth, termsOf, wholeName, type LoweredKernel } from './kernel.ts';
import { keysFunction } from './keys.ts';
import { livesOf } from './memory.ts';
import type { Step, Storage } from './steps.ts';

/** `free`: the form whose params live on the GPU, where that is another. */
export function hostOf(
  model: Model,
  free: Model | undefined,
  lowered: Lowered,
  code: Code,
): readonly string[] {
  const { name } = model.program;
  const type = model.moduleScope.declare(`${model.typeName('params').replace(/Params$/, '')}Gpu`);
  const create = model.moduleScope.declare(`create${type}`);
  const kernels = model.functionName('Kernels');
  const sizes = model.sizes.length > 0 ? [`sizes: ${model.typeName('sizes')}`] : [];
  const escaped = code.text.replace(/[\\`]|\$(?=\{)/g, '\\$&');
  return [
    interfaceOf(model, free, type),
    `/** Compiles the kernels of ${name} and makes room for its arrays. */
export async function ${create}(${['device: GPUDevice', ...sizes].join(', ')}): Promise<${type}> {
${bodyOf(model, free, lowered, code, kernels).map((line) => `  ${line}`).join('\n')}
}`, // prettier-ignore
    `const ${kernels} = /* wgsl */ \`\n${escaped}\n\`;`,
  ];
}

function interfaceOf(model: Model, free: Model | undefined, type: string): string {
  const { name } = model.program;
  const params = model.typeName('params');
  const own = (free ?? model).typeName('params');
  const hasParams = model.params.length > 0;
  return [
    `/** ${name} on a GPU: what is set stays there until it is set again. What fails rejects the next result that is read. */`,
    `export interface ${type} {`,
    ...(hasParams ? [`  setParams(params: Readonly<${params}>): void;`] : []),
    ...(free === undefined
      ? []
      : [
          `  /** The same by the free params that stand for them, which may be any numbers. */`,
          `  setFreeParams(free: Readonly<${own}>): void;`,
        ]),
    ...(model.data.length > 0 ? [`  setData(data: ${model.typeName('data')}): void;`] : []),
    ...(free === undefined ? [] : [`  /** ${freeGradientDoc(free)} */`]),
    `  lossAndGradient(): Promise<{ loss: number${hasParams ? `; gradient: ${own}` : ''} }>;`,
    ...(hasParams
      ? [
          `  /** Takes the gradient times the rate off the ${free === undefined ? '' : 'free '}params, without waiting for it. */`,
          `  step(learningRate: number): void;`,
          `  readParams(): Promise<${params}>;`,
        ]
      : []),
    ...(free === undefined ? [] : [`  readFreeParams(): Promise<${own}>;`]),
    `  /** The loss that was computed last. */`,
    `  readLoss(): Promise<number>;`,
    `  /** Gives the memory back. */`,
    `  destroy(): void;`,
    `}`,
  ].join('\n');
}

function bodyOf(
  model: Model,
  free: Model | undefined,
  lowered: Lowered,
  code: Code,
  kernels: string,
): readonly string[] {
  const { program, plan, kernels: all, storages } = lowered;
  const lives = livesOf(plan, all, program);
  const scope = model.moduleScope.inner();
  const own = free === undefined ? [] : ['gpu', 'params', 'free'];
  for (const word of ['device', 'sizes', ...own]) scope.reserve(word);
  const names = sizeNames(model, scope);
  const placeOf = ({ name }: ModelField): Storage => {
    const input = program.inputs.find((one) => one.name === name) ?? bug(`no input ${name}`);
    return plan.places.get(input.value.id)?.storage ?? bug(`${name} has no storage`);
  };
  const fields = (some: readonly ModelField[]): readonly string[] =>
    some.map((field) => fieldLine(field, placeOf(field), names, model.checked));
  const sizes = program.sizes.map(({ name }) => `${code.sizeName(name)}: ${names.size(name).text},`);
  const arrays = arenas.map((arena) => {
    const own = storages.filter((storage) => storage.arena === arena);
    const entries = own.map((storage) => {
      const life = arena === 'work' || arena === 'counts' ? lives.get(storage) : undefined;
      const needed = life === undefined ? '' : `, ${life.first + 1}, ${life.last + 1}`;
      return `[${quote(storage.name)}, ${product(storage.dims, names)}${needed}]`;
    });
    return `[${entries.join(', ')}],`;
  });
  const sorts = lowered.sorts.flatMap(({ sort, routine }) => [
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
  const list = (field: string, lines: readonly string[], [open, close] = '[]'): readonly string[] =>
    [`  ${field}: ${open}`, ...lines.map((line) => `    ${line}`), `  ${close},`]; // prettier-ignore
  const plan$ = [
    ...list('sizes', sizes, '{}'),
    ...list('params', fields((free ?? model).params)),
    ...list('data', fields(model.data)),
    ...list('arenas', arrays),
    ...list('sorts', sorts),
    ...list('steps', stepLines(plan.steps, lowered, names)),
  ];
  const checks = [
    ...model.sizes.map(({ name, field }) => `checkSize(${quote(field)}, ${names.size(name).text});`),
    ...unfitExtents(model).map((extent) => `checkExtent(${quote(printSize(extent))}, ${names.print(extent)});`), // prettier-ignore
  ];
  return [
    ...(model.sizes.length > 0 ? [`checkObject('sizes', sizes);`] : []),
    ...names.prologue(),
    ...checks,
    `${free === undefined ? 'return' : 'const gpu = await'} createGpuModel(device, {`,
    `  name: ${quote(model.program.name)},`,
    `  code: ${kernels},`,
    ...plan$,
    `});`,
    ...(free === undefined ? [] : freeMethods(model, free)),
  ];
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
