// One kernel in WGSL: what its threads compute, as a routine of its own, between where they are and where results go.

import { bug } from '../../base/bug.ts';
import { constant, type Polynomial } from '../../base/polynomial.ts';
import { asPolynomial } from '../../ir/build.ts';
import type { Block, Input, Operand, Program, Statement, Value } from '../../ir/types.ts';
import { freeValues, operandsOf } from '../../ir/walk.ts';
import { toRoutine, type RoutineOptions } from '../../loops/index.ts';
import type { Buffer, Local, Routine } from '../../loops/types.ts';
import { visitStatements } from '../../loops/walk.ts';
import { printPolynomial, type Naming } from '../expression.ts';
import type { Scope } from '../names.ts';
import { printStatements } from '../statement.ts';
import type { Syntax } from '../syntax.ts';
import type { Printed, Target } from '../target.ts';
import { failure, wgslSyntax } from '../wgsl/syntax.ts';
import { Writer } from '../writer.ts';
import type { Arena, Goal, Kernel, Place, Plan, Storage } from './steps.ts';

/** Threads of a workgroup. */
export const mapWidth = 64;
export const sumWidth = 256;

/** A kernel whose body is in the loops form, with scratch arrays that each thread has for itself. */
export interface LoweredKernel {
  readonly name: string;
  readonly kernel: Kernel;
  readonly routine: Routine;
  readonly scratch: ReadonlyMap<Buffer, Storage>;
}

export interface KernelContext {
  readonly plan: Plan;
  readonly program: Program;
  readonly target: Target;
  readonly scope: Scope;
  /** The constants that hold sizes, and where storages begin. */
  readonly sizeName: (size: string) => string;
  readonly offsetName: (storage: Storage) => string;
  readonly checked: boolean;
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

const arenaNames: Readonly<Record<Arena, string>> = {
  params: 'params',
  reals: 'reals',
  ints: 'ints',
  work: 'work',
  counts: 'counts',
  result: 'result',
};
export const arenaName = (arena: Arena): string => arenaNames[arena];

/** `number` is what is stored in case of failure, so that the host can say where. */
export function printKernel(lowered: LoweredKernel, number: number, context: KernelContext): string {
  const { kernel, routine, name } = lowered;
  const { plan, target } = context;
  const scope = context.scope.inner();
  for (const word of [failure, 'thread', 'lane', 'id', 'groups', 'width', 'fillIndex']) scope.reserve(word);
  const sizes: Pick<Naming, 'size' | 'sizeRank'> = {
    size: (size) => ({ text: context.sizeName(size), level: target.primary }),
    sizeRank: (size) => context.program.sizes.findIndex((one) => one.name === size),
  };
  const extentText = (size: Polynomial): Printed => printPolynomial(target, sizes, size);
  const product = (dims: readonly Polynomial[]): string =>
    dims.map((dim) => within(extentText(dim), target)).join(' * ') || '1';

  const own = kernel.kind === 'map' ? kernel.axes : [kernel.reduce.index];
  const axisNames = new Map(own.map((axis) => [axis.id, scope.declare(axis.name ?? 'i')]));

  /** An operand that needs no computing. */
  const plain = (operand: Operand): string => {
    const size = asPolynomial(operand);
    if (size !== undefined) return within(extentText(size), target);
    if (operand.kind !== 'value') return bug('an index that is no int');
    const place = plan.places.get(operand.id);
    return (
      axisNames.get(operand.id) ??
      (place && elementAt(place, [], undefined)) ??
      bug(`%${operand.id} is not plain`)
    );
  };
  const elementAt = (place: Place, indices: readonly Operand[], index: string | undefined): string => {
    const { storage, lead } = place;
    const at = [...lead, ...indices].map((operand, k) =>
      [plain(operand), ...storage.dims.slice(k + 1).map((dim) => within(extentText(dim), target))].join(
        ' * ',
      ),
    );
    const terms = [context.offsetName(storage), ...at, ...(index === undefined ? [] : [index])];
    return `${arenaName(storage.arena)}[${terms.join(' + ')}]`;
  };
  const goalAt = (goal: Goal, index?: string): string => elementAt(goal.place, goal.indices, index);
  const goalOf = (buffer: Buffer): Goal => kernel.goals[Number(buffer.name)] ?? bug(`no goal ${buffer.name}`);

  const outNames = new Map<string, string>();
  const outName = ({ name: k }: Buffer): string => {
    const known = outNames.get(k) ?? scope.declare(`value${k}`);
    outNames.set(k, known);
    return known;
  };
  const element = (buffer: Buffer, index: string | undefined): string => {
    if (buffer.role === 'output') {
      return buffer.dims.length === 0 ? outName(buffer) : goalAt(goalOf(buffer), index ?? '0');
    }
    const scratch = lowered.scratch.get(buffer);
    if (scratch !== undefined) {
      const row = [
        ...(threadsOf(kernel).length === 0 ? [] : [`thread * ${product(buffer.dims)}`]),
        index ?? '0',
      ];
      return `${arenaName(scratch.arena)}[${[context.offsetName(scratch), ...row].join(' + ')}]`;
    }
    const id = Number(buffer.name);
    const axis = axisNames.get(id);
    if (axis !== undefined) return axis;
    return elementAt(plan.places.get(id) ?? bug(`%${id} has no place`), [], index);
  };
  // What names a place among the threads once more goes by that name.
  const locals = new Map<Local, string>();
  const statements = routine.body.filter((s) => {
    const axis =
      s.kind === 'declare' && s.value?.kind === 'load' && s.value.buffer.dims.length === 0
        ? axisNames.get(Number(s.value.buffer.name))
        : undefined;
    if (axis !== undefined && s.kind === 'declare' && !s.local.mutable) locals.set(s.local, axis);
    return axis === undefined;
  });
  const naming: Naming = {
    ...sizes,
    local: (local) => locals.get(local) ?? bug(`local ${local.name} is used where it is not declared`),
    load: (buffer, index) => {
      const text = element(buffer, index);
      if (buffer.scalar !== 'bool') return { text, level: target.primary };
      return { text: `${text} != 0`, level: target.operators['!=']?.level ?? 0 };
    },
  };
  const syntax: Syntax = {
    ...wgslSyntax,
    hasBits: () => true,
    bit: (value, print) => `i32(${print(value)})`,
    fill: (_, buffer, value) => [
      `for (var fillIndex = 0; fillIndex < ${product(buffer.dims)}; fillIndex++) { ${element(buffer, 'fillIndex')} = ${value}; }`,
    ],
  };

  const writer = new Writer();
  const outputs = kernel.goals.map((goal, k) => ({ goal, type: routine.program.body.results[k]?.type }));
  const scalars = outputs.flatMap(({ goal, type }, k) => {
    if (type === undefined || type.dims.length > 0) return [];
    const out = outName({ name: String(k), role: 'output', scalar: type.scalar, dims: [] });
    return [{ goal, out, type: type.scalar === 'real' ? 'f32' : 'i32' }];
  });
  const compute = (): void =>
    printStatements(writer, statements, {
      target,
      syntax,
      scope,
      locals,
      naming,
      element,
      call: (part) => bug(`part ${part} of a kernel`),
      checked: context.checked,
      checkedStores: new Set(),
      isRounded: () => false,
    });
  const body = writer;
  if (kernel.kind === 'map') {
    const { axes, extents } = kernel;
    if (extents.length > 0) {
      body.line(`let thread = i32(id.y * groups.x * ${mapWidth}u + id.x);`);
      body.line(`if (thread >= ${product(extents)}) { return; }`);
    }
    axes.forEach((axis, k) => {
      const inner = extents.slice(k + 1);
      const whole = inner.length === 0 ? 'thread' : `thread / (${product(inner)})`;
      const at = k === 0 ? whole : `${whole} % ${within(extentText(extents[k] ?? bug('an axis without an extent')), target)}`; // prettier-ignore
      body.line(`let ${axisNames.get(axis.id)} = ${at};`);
    });
    const failing = failsIn(routine, context.checked);
    if (failing) body.line(`var ${failure} = false;`);
    for (const { out, type } of scalars) body.line(`var ${out}: ${type};`);
    compute();
    for (const { goal, out } of scalars) body.line(`${goalAt(goal)} ${goal.adds ? '+=' : '='} ${out};`);
    if (failing) body.line(`if (${failure}) { atomicMax(&status, ${number}u); }`);
    return entry(name, kernel.title, extents.length > 0 ? mapWidth : 1, '@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u', writer); // prettier-ignore
  }
  const failing = failsIn(routine, context.checked);
  body.line('let thread = i32(lane);');
  if (failing) body.line(`var ${failure} = false;`);
  const totals = scalars.map(({ out, type }) => ({ type, total: scope.declare(`total_${out}`) }));
  for (const { type, total } of totals) body.line(`var ${total}: ${type};`);
  const { index, from, to } = kernel.reduce;
  const i = axisNames.get(index.id) ?? bug('a sum without an index');
  body.line(`for (var ${i} = ${plain(from)} + thread; ${i} < ${plain(to)}; ${i} += ${sumWidth}) {`);
  body.indented(() => {
    for (const { out, type } of scalars) body.line(`var ${out}: ${type};`);
    compute();
    scalars.forEach(({ out }, k) => body.line(`${totals[k]?.total} += ${out};`));
  });
  body.line('}');
  scalars.forEach(({ goal, type }, k) => {
    const partial = type === 'f32' ? 'partial_reals' : 'partial_ints';
    if (k > 0) body.line('workgroupBarrier();');
    body.line(`${partial}[lane] = ${totals[k]?.total};`);
    body.line('workgroupBarrier();');
    body.line(`for (var width = ${sumWidth / 2}u; width > 0u; width /= 2u) {`);
    body.indented(() => {
      body.line(`if (lane < width) { ${partial}[lane] += ${partial}[lane + width]; }`);
      body.line('workgroupBarrier();');
    });
    body.line('}');
    body.line(`if (lane == 0u) { ${goalAt(goal)} ${goal.adds ? '+=' : '='} ${partial}[0]; }`);
  });
  if (failing) body.line(`if (${failure}) { atomicMax(&status, ${number}u); }`);
  return entry(name, kernel.title, sumWidth, '@builtin(local_invocation_index) lane: u32', writer);
}

const entry = (name: string, title: string, width: number, builtins: string, writer: Writer): string =>
  `// ${title.replace(/\s+/g, ' ')}\n@compute @workgroup_size(${width})\nfn ${name}(${builtins}) {\n${writer.text().replace(/^(?=.)/gm, '  ')}\n}`;

const within = ({ text, level }: Printed, target: Target): string =>
  level >= target.primary ? text : `(${text})`;

function failsIn({ body }: Routine, checked: boolean): boolean {
  let can = false;
  visitStatements(body, ({ kind }) => {
    if (kind === 'limit' || (kind === 'check' && checked)) can = true;
  });
  return can;
}
