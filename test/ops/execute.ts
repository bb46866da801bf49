// Runs the WGSL of one op on a real implementation. Arguments come from buffers: a compiler would compute with constants itself.

import { printExpression, type Naming } from '../../src/emit/expression.ts';
import { opHelpersOf } from '../../src/emit/typescript.ts';
import { wgslOf } from '../../src/emit/wgsl/target.ts';
import type { OpName } from '../../src/ops/index.ts';
import type { Maths, ScalarName } from '../../src/ops/types.ts';
import { local, of, reference } from '../emit/build.ts';
import { run } from '../support/gpu.ts';
import { record, type Scalar } from './rule.ts';

export type Point = readonly Scalar[];

const held: Readonly<Record<ScalarName, string>> = { real: 'f32', int: 'i32', bool: 'u32' };
const typed: Readonly<Record<ScalarName, (values: readonly Scalar[]) => Float32Array | Int32Array | Uint32Array>> = {
  real: (values) => Float32Array.from(values, Number),
  int: (values) => Int32Array.from(values, Number),
  bool: (values) => Uint32Array.from(values, Number),
}; // prettier-ignore

const naming: Naming = {
  local: ({ name }) => name,
  size: () => ({ text: '', level: 0 }),
  sizeRank: () => 0,
  load: () => ({ text: '', level: 0 }),
};

/** A shader that computes the op at many points, one a thread. */
export function kernelOf(name: OpName, math: Maths): string {
  const { args, result } = record(name);
  const parameters = Object.entries(args);
  const target = wgslOf(math);
  const op = printExpression(target, naming, of(name, ...parameters.map(([arg, type]) => reference(local(arg, type))))); // prettier-ignore
  return `${[...opHelpersOf(target, new Set([name])).values()].join('\n')}
${parameters.map(([arg, type], i) => `@group(0) @binding(${i}) var<storage, read> all_${arg}: array<${held[type]}>;`).join('\n')}
@group(0) @binding(${parameters.length}) var<storage, read_write> results: array<${held[result]}>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&results)) { return; }
${parameters.map(([arg, type]) => `  let ${arg} = all_${arg}[id.x]${type === 'bool' ? ' != 0u' : ''};`).join('\n')}
  results[id.x] = ${held[result]}(${op});
}
`;
}

/** The op at each of the points. */
export async function executed(
  name: OpName,
  math: Maths,
  points: readonly Point[],
): Promise<readonly Scalar[]> {
  const { args, result } = record(name);
  const parameters = Object.values(args);
  const [bytes = new ArrayBuffer(0)] = await run({
    code: kernelOf(name, math),
    entryPoint: 'main',
    bindings: [
      ...parameters.map((type, i) => ({ kind: 'read' as const, bytes: typed[type](points.map((point) => point[i] ?? NaN)) })),
      { kind: 'write', bytes: typed[result](points.map(() => 0)) },
    ],
    workgroups: [Math.ceil(points.length / 64)],
  }); // prettier-ignore
  if (result === 'real') return [...new Float32Array(bytes)];
  return result === 'int'
    ? [...new Int32Array(bytes)]
    : [...new Uint32Array(bytes)].map((word) => word !== 0);
}
