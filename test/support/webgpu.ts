// Compiles a model to kernels and a host, loads the host and runs it on a real implementation: what a page of a user does.

import { analyse } from '../../src/analyse.ts';
import { renderDiagnostic } from '../../src/base/frame.ts';
import { compile, type CompileOptions } from '../../src/compile.ts';
import { loadEmitted } from '../../src/gradcheck/emitted.ts';
import type { Input, Program } from '../../src/ir/types.ts';
import { flat, type Numbers } from './compare.ts';
import { openDevice } from './gpu.ts';

type Values = Readonly<Record<string, Numbers>>;
type Fields = Readonly<Record<string, unknown>>;

/** What an emitted `create…Gpu` gives. */
export interface Gpu {
  setParams(params: Fields): void;
  setData(data: Fields): void;
  lossAndGradient(): Promise<{ readonly loss: number; readonly gradient: Record<string, Numbers> }>;
  step(learningRate: number): void;
  readLoss(): Promise<number>;
  readParams(): Promise<Record<string, Numbers>>;
  /** Where params are constrained. */
  setFreeParams(free: Fields): void;
  readFreeParams(): Promise<Record<string, Numbers>>;
  /** Where there are outputs. */
  readOutputs(): Promise<Record<string, unknown>>;
  destroy(): void;
}

export interface OpenedGpu {
  readonly gpu: Gpu;
  readonly text: string;
  readonly fields: (role: Input['role'], values: Values) => Fields;
}

/** Makes hosts take the forms for long sums however short they are. */
export const sharingAll = (text: string): string =>
  text.replace('shared.terms >= 64', 'shared.terms >= 0').replace('terms <= 4096', 'terms <= 2');

/** The first model of a source, with room on the GPU for these sizes; given the point, if there is one. */
export async function openGpu(
  source: string,
  sizes: Readonly<Record<string, number>>,
  point?: { readonly params: Values; readonly data: Values },
  options: CompileOptions = {},
  edit = (text: string): string => text,
): Promise<OpenedGpu> {
  const { files, diagnostics } = await compile(source, { target: 'webgpu', ...options });
  const [file] = files;
  const { sizes: fixed = {} } = options;
  const [program] = analyse(source, { sizes: fixed }).programs;
  if (file === undefined || program === undefined)
    throw new Error(diagnostics.map((each) => renderDiagnostic(each)).join('\n'));
  const module = await loadEmitted(edit(file.text));
  const create = Object.entries(module).find(([name]) => /^create.*Gpu$/.test(name))?.[1];
  const open = program.sizes.filter(({ value }) => value === undefined);
  const given = open.length === 0 ? [] : [Object.fromEntries(open.map(({ name }) => [name, sizes[name]]))];
  const gpu = (await create?.(await openDevice(), ...given)) as Gpu;
  if (point !== undefined) {
    if (program.inputs.some(({ role }) => role === 'param'))
      gpu.setParams(fieldsOf(program, 'param', point.params));
    if (program.inputs.some(({ role }) => role === 'data'))
      gpu.setData(fieldsOf(program, 'data', point.data));
  }
  return { gpu, text: file.text, fields: (role, values) => fieldsOf(program, role, values) };
}

const arrays = { real: Float32Array, int: Int32Array, bool: Uint8Array } as const;

/** What a host takes for the inputs of a program that have this role. */
export function fieldsOf(program: Program, role: Input['role'], values: Values): Fields {
  const object: Record<string, unknown> = {};
  for (const { name, value, role: own } of program.inputs) {
    if (own !== role) continue;
    const { scalar, dims } = value.type;
    const content = values[name] ?? NaN;
    const field = dims.length > 0 ? arrays[scalar].from(flat(content)) : scalar === 'bool' ? Boolean(content) : Number(content); // prettier-ignore
    const path = name.split('.');
    let place = object;
    for (const part of path.slice(0, -1)) place = (place[part] ??= {}) as Record<string, unknown>;
    place[path.at(-1) ?? name] = field;
  }
  return object;
}

/** By the names of the model: `camera.f`. */
export function flattened(object: Readonly<Record<string, unknown>>, prefix = ''): Record<string, Numbers> {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
        ? Object.entries(flattened(value as Record<string, unknown>, `${prefix}${name}.`))
        : [[prefix + name, value as Numbers]],
    ),
  );
}
