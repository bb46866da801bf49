// Compiles a model to WGSL and calls its functions on a real implementation: what a shader of a user does, for tests.

import { analyse } from '../../src/analyse.ts';
import { asConstant } from '../../src/base/polynomial.ts';
import { renderDiagnostic } from '../../src/base/frame.ts';
import { compile, type CompileOptions } from '../../src/compile.ts';
import type { Program, Type } from '../../src/ir/types.ts';
import type { FormKind, RoutineKind } from '../../src/loops/types.ts';
import { free, hasConstraints } from '../../src/passes/free.ts';
import { flat, type Numbers } from './compare.ts';
import { call } from './gpu.ts';

type Values = Readonly<Record<string, Numbers>>;

export interface Wgsl {
  readonly text: string;
  readonly run: (kind: RoutineKind | FormKind, point: WgslPoint) => Promise<WgslResult>;
}

export interface WgslPoint {
  readonly params: Values;
  readonly data: Values;
  readonly direction?: Values | undefined;
}

/** The number that a function returns, and what it fills, by name. */
export interface WgslResult {
  readonly number: number;
  readonly filled: Readonly<Record<string, readonly number[]>>;
}

export async function compileWgsl(
  source: string,
  {
    free: isFree = false,
    ...options
  }: CompileOptions & {
    readonly path: string;
    /** The functions of free params, rather than those of the params as they are. */
    readonly free?: boolean;
  },
): Promise<Wgsl> {
  const { files, diagnostics } = await compile(source, { target: 'wgsl', ...options });
  const [file] = files;
  const { path, sizes = {} } = options;
  const [written] = analyse(source, { path, sizes }).programs;
  if (file === undefined || written === undefined)
    throw new Error(diagnostics.map((each) => renderDiagnostic(each)).join('\n'));
  const other = hasConstraints(written) ? free(written) : written;
  const [program, ofOther] = isFree ? [other, written] : [written, other];
  return {
    text: file.text,
    run: (kind, point) => runFunction(file.text, program, ofOther, kind, point),
  };
}

/** A member of a struct. */
interface Member {
  readonly name: string;
  readonly type: Type;
}

const suffixes = {
  loss: 'loss',
  gradient: 'loss_and_gradient',
  jvp: 'jvp',
  hvp: 'hvp',
  outputs: 'outputs',
  constrain: 'constrain',
  unconstrain: 'unconstrain',
} as const;

/** `other` has the params in their other form, if there are two. */
async function runFunction(
  code: string,
  program: Program,
  other: Program,
  kind: RoutineKind | FormKind,
  { params, data, direction }: WgslPoint,
): Promise<WgslResult> {
  // The names are in the text: here, only what they end with is known.
  const form = program.name.endsWith('Free') && !kind.endsWith('constrain') ? 'free_' : '';
  const name = new RegExp(`fn (\\S+_${form}${suffixes[kind]})\\(`).exec(code)?.[1] ?? `no ${kind}`;
  const [, head = '', result = ''] = new RegExp(`fn ${name}\\((.*)\\) -> (\\S+)`).exec(code) ?? [];
  const inputs = (role: 'param' | 'data', of = program): readonly Member[] =>
    of.inputs
      .filter((input) => input.role === role)
      .map((input) => ({ name: input.name, type: input.value.type }));
  const outputs = program.outputs.flatMap(({ name: output, role }, i) => {
    const type = program.body.results[i]?.type;
    return role === 'output' && type !== undefined ? [{ name: output, type }] : [];
  });
  const given: Readonly<Record<string, ArrayBuffer>> = {
    params: bytesOf(inputs('param'), params),
    free: bytesOf(inputs('param'), params),
    data: bytesOf(inputs('data'), data),
    direction: bytesOf(inputs('param'), direction ?? {}),
  };
  const args = head === '' ? [] : head.split(', ').map((parameter) => {
    const [argument = '', type = ''] = parameter.split(': ');
    return { type, bytes: given[argument] ?? new ArrayBuffer(0) };
  }); // prettier-ignore
  const isForm = kind === 'constrain' || kind === 'unconstrain';
  const hasParams = kind === 'gradient' || kind === 'hvp';
  const filled =
    kind === 'outputs' ? outputs : isForm ? inputs('param', other) : hasParams ? inputs('param') : [];
  const hasNumber = kind !== 'outputs' && !isForm;
  const byteLength = 4 * (Number(hasNumber) + filled.reduce((sum, { type }) => sum + heldLength(type), 0));
  const bytes = await call({ code, name, args, result: { type: result, byteLength } });
  return {
    number: hasNumber ? (new Float32Array(bytes, 0, 1)[0] ?? NaN) : NaN,
    filled: valuesIn(filled, bytes.slice(hasNumber ? 4 : 0)),
  };
}

const lengthOf = ({ dims }: Type): number =>
  dims.reduce((length, dim) => length * (asConstant(dim) ?? NaN), 1);

/** What has no elements takes the room of one. */
const heldLength = (type: Type): number => Math.max(1, lengthOf(type));

const arrays = { real: Float32Array, int: Int32Array, bool: Uint32Array } as const;

/** As the struct of these members has them in memory. */
function bytesOf(members: readonly Member[], values: Values): ArrayBuffer {
  const parts = members.map(({ name, type }) => {
    const part = new arrays[type.scalar](heldLength(type));
    part.set(flat(values[name] ?? NaN));
    return part;
  });
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer), offset);
    offset += part.byteLength;
  }
  return bytes.buffer;
}

function valuesIn(members: readonly Member[], bytes: ArrayBuffer): Record<string, readonly number[]> {
  let offset = 0;
  return Object.fromEntries(
    members.map(({ name, type }) => {
      const length = lengthOf(type);
      const part = new arrays[type.scalar](bytes, offset, length);
      offset += 4 * heldLength(type);
      return [name, Array.from(part)];
    }),
  );
}
