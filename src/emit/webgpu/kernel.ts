// One kernel in WGSL: what its threads compute, as a routine of its own, between where they are and where results go.

import { bug } from '../../base/bug.ts';
import { asConstant, constant, subtract, type Polynomial } from '../../base/polynomial.ts';
import type { Block, Input, Program, Statement, Value } from '../../ir/types.ts';
import { asPolynomial } from '../../ir/build.ts';
import { freeValues, operandsOf } from '../../ir/walk.ts';
import { toRoutine, type RoutineOptions } from '../../loops/index.ts';
import type { Buffer, Routine } from '../../loops/types.ts';
import type { Scope } from '../names.ts';
import { failure } from '../wgsl/syntax.ts';
import { Writer } from '../writer.ts';
import type { Arena, Kernel, MapStep, Plan, Storage, SumStep } from './steps.ts';
import { kernelWords, threadOf, type KernelContext, type Result, type Thread } from './thread.ts';

/** Threads of a workgroup. */
export const mapWidth = 64;
export const sumWidth = 256;
/** A sum of more terms is shared by as many workgroups as have threads, so that one workgroup adds up what they find. */
export const mostTerms = 4096;

/** A kernel whose body is in the loops form, with scratch arrays that each thread has for itself. */
export interface LoweredKernel {
  readonly name: string;
  readonly kernel: Kernel;
  readonly routine: Routine;
  readonly scratch: ReadonlyMap<Buffer, Storage>;
  /** Of sums that several workgroups may share: what each of them found, an array for each sum. */
  readonly parts: readonly Storage[];
}

/** How many terms a sum has that several workgroups can share: those whose threads have nothing to themselves. */
export function termsOf(kernel: Kernel, routine: Routine): Polynomial | undefined {
  if (kernel.kind !== 'sum' || routine.scratch.length > 0) return undefined;
  const [from, to] = [kernel.reduce.from, kernel.reduce.to].map(asPolynomial);
  const terms = from && to && subtract(to, from);
  return terms && (asConstant(terms) ?? Infinity) > mostTerms ? terms : undefined;
}

/** How many threads a kernel has, as the product of these. */
export const threadsOf = (kernel: Kernel): readonly Polynomial[] =>
  kernel.kind === 'map' ? kernel.extents : [constant(sumWidth)];

/** What each thread computes, as a program of its own: from its place, and what lies in memory (by the ids of the values). */
export function kernelProgram(kernel: Kernel, plan: Plan, program: Program): Program {
  const block = kernel.kind === 'map' ? kernel.block : kernel.reduce.body;
  const own = kernel.kind === 'map' ? kernel.axes : [kernel.reduce.index];
  const inputs = new Map<number, Value>(own.map((axis) => [axis.id, axis]));
  const computed = new Map<number, Statement>();
  const need = (value: Value): void => {
    if (inputs.has(value.id) || computed.has(value.id)) return;
    const statement = plan.places.has(value.id) ? undefined : plan.inlined.get(value.id);
    if (statement === undefined) inputs.set(value.id, value);
    else {
      for (const operand of operandsOf(statement)) if (operand.kind === 'value') need(operand);
      computed.set(value.id, statement);
    }
  };
  for (const value of freeValues(block).values()) need(value);
  const body: Block = { statements: [...computed.values(), ...block.statements], results: block.results };
  return {
    name: program.name,
    sizes: program.sizes,
    inputs: [...inputs.values()].map((value): Input => ({ role: 'data', name: String(value.id), value })),
    body,
    outputs: body.results.map((_, k) => ({ role: 'output', name: String(k) })),
    nextId: plan.nextId,
  };
}

/** The same in the loops form. */
export const lowerKernel = (kernel: Kernel, plan: Plan, program: Program, options: RoutineOptions): Routine =>
  toRoutine(kernelProgram(kernel, plan, program), 'outputs', options);

/** `number` is what is stored in case of failure, so that the host can say where. */
export function printKernel(lowered: LoweredKernel, number: number, context: KernelContext): string {
  const { kernel, routine, scratch, name, parts } = lowered;
  const scope = context.scope.inner();
  for (const word of kernelWords) scope.reserve(word);
  const own = kernel.kind === 'map' ? kernel.axes : [kernel.reduce.index];
  const named = new Map(own.map((axis) => [axis.id, scope.declare(axis.name ?? 'i')]));
  const isOneOfMany = threadsOf(kernel).length > 0;
  const thread = threadOf({ routine, goals: kernel.goals, scratch, isOneOfMany, scope, named }, context);
  const fail = thread.canFail ? [`if (${failure}) { atomicMax(&status, ${number}u); }`] : [];
  const writer = new Writer();
  const nameOf = ({ id }: Value): string => named.get(id) ?? bug('a place without a name');
  if (kernel.kind === 'map') printMap(writer, kernel, thread, nameOf);
  else printSum(writer, kernel, thread, nameOf(kernel.reduce.index), scope, parts.map(context.offsetName));
  for (const line of fail) writer.line(line);
  if (kernel.kind === 'sum') {
    const lane = 'local_invocation_index) lane: u32';
    const several = [lane, 'workgroup_id) group: vec3u', 'num_workgroups) groups: vec3u'];
    const first = entry(name, kernel.title, String(sumWidth), parts.length > 0 ? several : [lane], writer);
    if (parts.length === 0) return first;
    const second = new Writer();
    printWhole(second, thread, parts.map(context.offsetName));
    return `${first}\n\n${entry(wholeName(name), `${kernel.title}, from what the workgroups found`, String(sumWidth), [lane], second)}`;
  }
  const places = ['global_invocation_id) id: vec3u', 'num_workgroups) groups: vec3u'];
  return entry(name, kernel.title, isOneOfMany ? String(mapWidth) : '1', isOneOfMany ? places : [], writer);
}

function printMap(
  writer: Writer,
  { axes, extents }: MapStep,
  thread: Thread,
  nameOf: (axis: Value) => string,
): void {
  if (extents.length > 0) {
    writer.line(`let thread = i32(id.y * groups.x * ${mapWidth}u + id.x);`);
    writer.line(`if (thread >= ${thread.product(extents)}) { return; }`);
  }
  printPlace(writer, { axes, extents }, thread, 'thread', nameOf);
  if (thread.canFail) writer.line(`var ${failure} = false;`);
  thread.compute(writer);
  for (const result of thread.results) writer.line(thread.store(result, result.name));
}

/** The indices of a place among those of all axes. */
export function printPlace(
  writer: Writer,
  { axes, extents }: Pick<MapStep, 'axes' | 'extents'>,
  thread: Thread,
  place: string,
  nameOf: (axis: Value) => string,
): void {
  // A pipeline that divides by 0 is refused, though no thread of it would run.
  const divisor = (dims: readonly Polynomial[]): string => {
    const isSure = dims.every(({ terms }) => terms.every(({ coefficient }) => coefficient > 0));
    return isSure ? thread.product(dims) : `max(${thread.product(dims)}, 1)`;
  };
  axes.forEach((axis, k) => {
    const inner = extents.slice(k + 1);
    const whole = inner.length === 0 ? place : `${place} / (${divisor(inner)})`;
    const at = k === 0 ? whole : `${whole} % ${divisor(extents.slice(k, k + 1))}`;
    writer.line(`let ${nameOf(axis)} = ${at};`);
  });
}

function printSum(
  writer: Writer,
  { reduce }: SumStep,
  thread: Thread,
  index: string,
  scope: Scope,
  parts: readonly string[],
): void {
  const isShared = parts.length > 0;
  writer.line(`let thread = i32(${isShared ? `group.x * ${sumWidth}u + lane` : 'lane'});`);
  if (thread.canFail) writer.line(`var ${failure} = false;`);
  const totals = thread.results.map((result) => ({ result, total: scope.declare(`total_${result.name}`) }));
  for (const { result, total } of totals) writer.line(`var ${total}: ${result.type};`);
  const [from, to] = [reduce.from, reduce.to].map(thread.plain);
  const stride = isShared ? `i32(groups.x * ${sumWidth}u)` : String(sumWidth);
  writer.line(
    `for (var ${index} = ${from === '0' ? 'thread' : `${from} + thread`}; ${index} < ${to}; ${index} += ${stride}) {`,
  );
  writer.indented(() => {
    thread.compute(writer);
    for (const { result, total } of totals) writer.line(`${total} += ${result.name};`);
  });
  writer.line('}');
  totals.forEach(({ result, total }, k) => {
    const sum = printTree(writer, result, total, k);
    const store = thread.store(result, sum);
    if (!isShared) return writer.line(`if (lane == 0u) { ${store} }`);
    writer.line('if (lane == 0u) {');
    writer.indented(() => writer.line(`if (groups.x == 1u) { ${store} } else { ${partOf(result)}[${parts[k]} + i32(group.x)] = ${sum}; }`)); // prettier-ignore
    writer.line('}');
  });
}

/** Adds up what the workgroups of a sum found. */
function printWhole(writer: Writer, thread: Thread, parts: readonly string[]): void {
  thread.results.forEach((result, k) => {
    const sum = printTree(writer, result, `${partOf(result)}[${parts[k]} + i32(lane)]`, k);
    writer.line(`if (lane == 0u) { ${thread.store(result, sum)} }`);
  });
}

/** Where parts of sums are between kernels. */
const partOf = ({ type }: Result): Arena => (type === 'f32' ? 'work' : 'counts');
export const wholeName = (name: string): string => `${name}_whole`;

/** Adds up a number of each thread of the workgroup, and gives the text of the sum. */
export function printTree(
  writer: Writer,
  { type }: Result,
  own: string,
  k: number,
  width = sumWidth,
): string {
  const partial = type === 'f32' ? 'partial_reals' : 'partial_ints';
  if (k > 0) writer.line('workgroupBarrier();');
  writer.line(`${partial}[lane] = ${own};`);
  writer.line('workgroupBarrier();');
  writer.line(`for (var width = ${width / 2}u; width > 0u; width /= 2u) {`);
  writer.indented(() => {
    writer.line(`if (lane < width) { ${partial}[lane] += ${partial}[lane + width]; }`);
    writer.line('workgroupBarrier();');
  });
  writer.line('}');
  return `${partial}[0]`;
}

/** The function of a kernel; `places` are its builtins. */
export function entry(
  name: string,
  title: string,
  width: string,
  places: readonly string[],
  writer: Writer,
): string {
  const parameters = places.map((place) => `@builtin(${place}`).join(', ');
  const body = writer.text().replace(/^(?=.)/gm, '  ');
  return `// ${title.replace(/\s+/g, ' ')}\n@compute @workgroup_size(${width})\nfn ${name}(${parameters}) {\n${body}\n}`;
}
