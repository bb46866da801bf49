// Runs the steps of a plan as a GPU would, thread by thread, with the reference interpreter in double precision. Memory begins as
// NaN, but zero where no kernel writes; no two threads of a kernel may write to one element, and what another thread writes is NaN where
// a thread reads it.

import { bug } from '../../src/base/bug.ts';
import type { Optimisation } from '../../src/base/optimisations.ts';
import { constant, evaluate } from '../../src/base/polynomial.ts';
import { kernelProgram } from '../../src/emit/webgpu/kernel.ts';
import { planOf } from '../../src/emit/webgpu/plan.ts';
import { livesOf } from '../../src/emit/webgpu/memory.ts';
import { kernelsOf, type Goal, type Kernel, type Place, type Step, type Storage } from '../../src/emit/webgpu/steps.ts'; // prettier-ignore
import { interpret, type Result } from '../../src/ir/interpret.ts';
import type { Operand, Output, Program, Value } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { flat, type Numbers } from './compare.ts';
import type { Parameters, Sizes } from './derive.ts';

export interface Ran {
  readonly loss: number;
  readonly gradient: Readonly<Record<string, Numbers>>;
  readonly outputs: Readonly<Record<string, Numbers>>;
  /** How many kernels ran in one thread although there is more than a number to compute. */
  readonly serial: number;
}

export function runPlan(
  gradient: Program,
  params: Parameters,
  data: Parameters,
  given: Sizes,
  without: readonly Optimisation[] = [],
): Ran {
  const plan = planOf(gradient, without);
  const sizes: Sizes = { ...Object.fromEntries(gradient.sizes.map(({ name, value }) => [name, value ?? NaN])), ...given }; // prettier-ignore
  const extent = (size: Storage['dims'][number]): number => evaluate(size, (name) => sizes[name] ?? NaN);
  const lengthOf = (dims: Storage['dims']): number =>
    dims.reduce((length, dim) => length * Math.max(0, extent(dim)), 1);
  const memory = new Map<Storage, Float64Array>(
    plan.storages.map((storage) => [
      storage,
      new Float64Array(lengthOf(storage.dims)).fill(storage.arena === 'ints' ? 0 : NaN),
    ]),
  );
  const cells = (storage: Storage): Float64Array => memory.get(storage) ?? bug(`no ${storage.name}`);
  const placeOf = (value: Value): Place => plan.places.get(value.id) ?? bug(`no place for %${value.id}`);
  for (const { role, name, value } of gradient.inputs)
    cells(placeOf(value).storage).set(flat((role === 'param' ? params : data)[name] ?? NaN));
  // As the host does it.
  for (const { keys, places, extents, starts, order } of plan.sorts) {
    verify(keys);
    const given = keys.inputs.map(({ name, value }) => [name, data[name] ?? bug(`no ${value.name}`)]);
    const isEmpty = extents.some((size) => extent(size) <= 0);
    const found = isEmpty ? [] : interpret(keys, { params: {}, data: Object.fromEntries(given) }, sizes).outputs.keys; // prettier-ignore
    const place = flat(found ?? bug('no keys'));
    const sorted = place.flatMap((key, i) => (key >= 0 && key < extent(places) ? [i] : [])).sort((a, b) => (place[a] ?? NaN) - (place[b] ?? NaN)); // prettier-ignore
    cells(order).set(sorted);
    cells(starts).forEach((_, k) => {
      cells(starts)[k] = sorted.filter((i) => (place[i] ?? NaN) < k).length;
    });
  }

  const number = (operand: Operand, thread: ReadonlyMap<number, number>): number => {
    if (operand.kind === 'literal') return Number(operand.value);
    if (operand.kind === 'extent') return extent(operand.size);
    const own = thread.get(operand.id);
    return own ?? cells(placeOf(operand).storage)[offset(placeOf(operand), [], thread)] ?? NaN;
  };
  const offset = ({ storage, lead }: Place, indices: readonly Operand[], thread: ReadonlyMap<number, number>): number =>
    [...lead, ...indices].reduce((at, index, k) => at + number(index, thread) * lengthOf(storage.dims.slice(k + 1)), 0); // prettier-ignore

  const elementsOf = ({ place, indices }: Goal, thread: ReadonlyMap<number, number>): Float64Array => {
    const at = offset(place, indices, thread);
    const { dims } = place.storage;
    return cells(place.storage).subarray(at, at + lengthOf(dims.slice(place.lead.length + indices.length)));
  };

  /** An array that nobody reads, as its loops do not run, has no elements. */
  const withoutNegativeExtents = (program: Program): Program => {
    const dimsOf = ({ type }: Value) => type.dims.map((dim) => (extent(dim) < 0 ? constant(0) : dim));
    const inputs = program.inputs.map((input) => ({ ...input, value: { ...input.value, type: { ...input.value.type, dims: dimsOf(input.value) } } })); // prettier-ignore
    return { ...program, inputs };
  };

  /** The results of one thread. */
  const compute = (
    kernel: Kernel,
    program: Program,
    thread: ReadonlyMap<number, number>,
  ): readonly Result[] => {
    const found = program.inputs.map(({ name, value }) => {
      const { scalar, dims } = value.type;
      const content = thread.get(value.id);
      if (content !== undefined) return [name, content] as const;
      const place = placeOf(value);
      const at = offset(place, [], thread);
      const array = Array.from(cells(place.storage).subarray(at, at + lengthOf(dims)));
      if (dims.length > 0) return [name, array] as const;
      return [name, scalar === 'bool' ? array[0] === 1 : (array[0] ?? NaN)] as const;
    });
    const { outputs } = interpret(withoutNegativeExtents(program), { params: {}, data: Object.fromEntries(found) }, given); // prettier-ignore
    return kernel.goals.map((_, k) => outputs[String(k)] ?? bug('a result is missing'));
  };
  const write = (
    goal: Goal,
    result: Result,
    thread: ReadonlyMap<number, number>,
    written: Map<string, object>,
  ): void => {
    const at = offset(goal.place, goal.indices, thread);
    const into = cells(goal.place.storage);
    flat(result).forEach((value, i) => {
      // Nothing is added where an index may be anything.
      if (goal.adds && value === 0) return;
      const element = `${goal.place.storage.name} ${at + i}`;
      if ((written.get(element) ?? thread) !== thread) throw new Error(`two threads write to ${element}`);
      if (at + i >= into.length) throw new Error(`${element} is outside`);
      written.set(element, thread);
      into[at + i] = value + (goal.adds ? (into[at + i] ?? NaN) : 0);
    });
  };

  let serial = 0;
  const runKernel = (kernel: Kernel): void => {
    const program = kernelProgram(kernel, plan, gradient);
    verify(program);
    const writes = new Set(kernel.goals.map(({ place }) => place.storage));
    const reads = program.inputs.flatMap(({ value }) => plan.places.get(value.id)?.storage ?? []);
    if (kernel.kind === 'sum') {
      const { index, from, to } = kernel.reduce;
      const totals = kernel.goals.map(() => 0);
      for (let i = number(from, new Map()); i < number(to, new Map()); i++)
        compute(kernel, program, new Map([[index.id, i]])).forEach((result, k) => (totals[k] = (totals[k] ?? NaN) + Number(result))); // prettier-ignore
      kernel.goals.forEach((goal, k) => write(goal, totals[k] ?? NaN, new Map(), new Map()));
      return;
    }
    const extents = kernel.extents.map((dim) => Math.max(0, extent(dim)));
    const threads = extents.reduce((a, b) => a * b, 1);
    if (
      extents.length === 0 &&
      kernel.block.statements.some(({ kind }) => kind === 'for' || kind === 'build')
    )
      serial++;
    const all = Array.from({ length: threads }, (_, t) => {
      let rest = t;
      const thread = new Map<number, number>();
      for (let k = extents.length - 1; k >= 0; k--) {
        const size = extents[k] ?? 1;
        thread.set(kernel.axes[k]?.id ?? -1, rest % size);
        rest = Math.floor(rest / size);
      }
      return thread;
    });
    const mixed = [...writes].filter((storage) => extents.length > 0 && reads.includes(storage));
    const results = all.map((thread) => {
      const kept = mixed.map((storage) => [storage, cells(storage)] as const);
      for (const [storage, content] of kept) memory.set(storage, content.slice());
      for (const other of all) if (other !== thread) for (const goal of kernel.goals) if (mixed.includes(goal.place.storage)) elementsOf(goal, other).fill(NaN); // prettier-ignore
      const found = compute(kernel, program, thread);
      for (const [storage, content] of kept) memory.set(storage, content);
      return { thread, found };
    });
    const written = new Map<string, object>();
    for (const { thread, found } of results)
      kernel.goals.forEach((goal, k) => write(goal, found[k] ?? NaN, thread, written));
  };
  const runSteps = (steps: readonly Step[]): void => {
    for (const step of steps) {
      if (step.kind !== 'repeat') runKernel(step);
      else for (let k = 0; k < extent(step.times); k++) runSteps(step.steps);
    }
  };
  // Whatever is needed no more is lost, as where something else takes its place.
  const kernels = kernelsOf(plan.steps).map((kernel) => ({
    kernel,
    scratch: new Map<never, never>(),
    parts: [],
  }));
  const lives = livesOf(plan, kernels, gradient);
  let done = 0;
  for (const step of plan.steps) {
    runSteps([step]);
    const start = done;
    done += kernelsOf([step]).length;
    for (const [storage, { last }] of lives)
      if (last >= start && last < done && storage.arena === 'work') cells(storage).fill(NaN);
  }
  const results = gradient.outputs.map(({ role, name }, k) => ({
    role,
    name,
    values: Array.from(cells(plan.results[k] ?? bug('an output without a place'))),
  }));
  const named = (wanted: Output['role']): Ran['gradient'] =>
    Object.fromEntries(results.flatMap(({ role, name, values }) => (role === wanted ? [[name, values]] : []))); // prettier-ignore
  return {
    loss: results.find(({ role }) => role === 'loss')?.values[0] ?? NaN,
    gradient: named('gradient'),
    outputs: named('output'),
    serial,
  };
}
