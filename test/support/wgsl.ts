// Compiles a model to WGSL and calls its functions on a real implementation: what a shader of a user does, for tests.

import { analyse } from '../../src/analyse.ts';
import { asConstant } from '../../src/base/polynomial.ts';
import { renderDiagnostic } from '../../src/base/frame.ts';
import { compile } from '../../src/compile.ts';
import type { Program, Type } from '../../src/ir/types.ts';
import type { RoutineKind } from '../../src/loops/types.ts';
import { flat, type Numbers } from './compare.ts';
import { call } from './gpu.ts';

type Values = Readonly<Record<string, Numbers>>;

export interface Wgsl {
  readonly text: string;
  readonly run: (kind: RoutineKind, point: WgslPoint) => Promise<WgslResult>;
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
  options: {
    readonly path: string;
    readonly sizes?: Readonly<Record<string, number>>;
    readonly emit?: readonly RoutineKind[];
  },
): Promise<Wgsl> {
  const { files, diagnostics } = await compile(source, { target: 'wgsl', ...options });
  const [file] = files;
  const [program] = analyse(source, options).programs;
  if (file === undefined || program === undefined)
    throw new Error(diagnostics.map((each) => renderDiagnostic(each)).join('\n'));
  return { text: file.text, run: (kind, point) => runFunction(file.text, program, kind, point) };
}

/** A member of a struct. */
interface Member {
  readonly name: string;
  readonly type: Type;
}

const suffixes = { loss: 'loss', gradient: 'loss_and_gradient', jvp: 'jvp', hvp: 'hvp', outputs: 'outputs' };

async function runFunction(
  code: string,
  program: Program,
  kind: RoutineKind,
  { params, data, direction }: WgslPoint,
): Promise<WgslResult> {
  // The names are in the text: here, only what they end with is known.
  const name = new RegExp(`fn (\\w+_${suffixes[kind]})\\(`).exec(code)?.[1] ?? `no ${kind}`;
  const [, head = '', result = ''] = new RegExp(`fn ${name}\\((.*)\\) -> (\\w+)`).exec(code) ?? [];
  const inputs = (role: 'param' | 'data'): readonly Member[] =>
    program.inputs.filter((input) => input.role === role).map((input) => ({ name: input.name, type: input.value.type })); // prettier-ignore
  const outputs = program.outputs.flatMap(({ name: output, role }, i) => {
    const type = program.body.results[i]?.type;
    return role === 'output' && type !== undefined ? [{ name: output, type }] : [];
  });
  const given: Readonly<Record<string, ArrayBuffer>> = {
    params: bytesOf(inputs('param'), params),
    data: bytesOf(inputs('data'), data),
    direction: bytesOf(inputs('param'), direction ?? {}),
  };
  const args = head === '' ? [] : head.split(', ').map((parameter) => {
    const [argument = '', type = ''] = parameter.split(': ');
    return { type, bytes: given[argument] ?? new ArrayBuffer(0) };
  }); // prettier-ignore
  const filled = kind === 'outputs' ? outputs : kind === 'gradient' || kind === 'hvp' ? inputs('param') : [];
  const hasNumber = kind !== 'outputs';
  const byteLength = 4 * (Number(hasNumber) + filled.reduce((sum, { type }) => sum + lengthOf(type), 0));
  const bytes = await call({ code, name, args, result: { type: result, byteLength } });
  return {
    number: hasNumber ? (new Float32Array(bytes, 0, 1)[0] ?? NaN) : NaN,
    filled: valuesIn(filled, bytes.slice(hasNumber ? 4 : 0)),
  };
}

const lengthOf = ({ dims }: Type): number =>
  dims.reduce((length, dim) => length * (asConstant(dim) ?? NaN), 1);

const arrays = { real: Float32Array, int: Int32Array, bool: Uint32Array } as const;

/** As the struct of these members has them in memory. */
function bytesOf(members: readonly Member[], values: Values): ArrayBuffer {
  const parts = members.map(({ name, type }) => arrays[type.scalar].from(flat(values[name] ?? NaN)));
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
      offset += 4 * length;
      return [name, Array.from(part)];
    }),
  );
}
