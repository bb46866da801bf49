// What a step asks of a GPU: kernels, the bytes that they move, and the operations that they take. Nothing is decided by it; tests and
// benchmarks hold plans against it, and times against what a card can do.

import { evaluate, type Polynomial } from '../../base/polynomial.ts';
import type { Block, Operand, Program, Statement, Value } from '../../ir/types.ts';
import { ops } from '../../ops/index.ts';
import { kernelProgram } from './kernel.ts';
import type { Kernel, Place, Plan, Step } from './steps.ts';

export interface Work {
  readonly kernels: number;
  /**
   * Read and written: each array that a kernel reads once from end to end, or the part of it that it knows by a number in
   * memory. Whatever is read again comes from caches.
   */
  readonly bytes: number;
  /**
   * On reals, a function as one; of two arms the longer one, where data decide. Where data say how long a loop is, its length on average, if
   * that is known; else NaN.
   */
  readonly flops: number;
}

export function workOf(plan: Plan, program: Program, given: Readonly<Record<string, number>>): Work {
  const fixed = program.sizes.map(({ name, value }) => [name, value ?? NaN]);
  const sizes: Readonly<Record<string, number>> = { ...Object.fromEntries(fixed), ...given };
  const extent = (size: Polynomial): number =>
    Math.max(
      0,
      evaluate(size, (name) => sizes[name] ?? NaN),
    );
  const product = (dims: readonly Polynomial[]): number => dims.reduce((all, dim) => all * extent(dim), 1);
  const sizeOf = ({ storage, lead }: Place): number => product(storage.dims.slice(lead.length));

  const ofKernel = (kernel: Kernel): Work => {
    const { inputs, body } = kernelProgram(kernel, plan, program);
    const parts = inputs.flatMap(({ value }) => plan.places.get(value.id) ?? []);
    const reads = new Map(parts.map((part) => [part.storage, sizeOf(part)]));
    const threads = kernel.kind === 'map' ? product(kernel.extents) : 1;
    const written = kernel.goals.map(({ place, indices, adds }) => ({
      elements: threads * product(place.storage.dims.slice(place.lead.length + indices.length)),
      adds,
    }));
    const moved = written.map(({ elements, adds }) => (adds ? 2 : 1) * elements);
    const added = written.map(({ elements, adds }) => (adds ? elements : 0));
    const counter = new Counter(extent, averagesOf(plan, extent));
    const own = kernel.kind === 'map' ? counter.ofThreads(kernel.axes, kernel.extents.map(extent), body) : counter.ofSum(kernel.reduce, body); // prettier-ignore
    return { kernels: 1, bytes: 4 * total([...reads.values(), ...moved]), flops: own + total(added) };
  };
  const ofSteps = (steps: readonly Step[]): Work =>
    steps.reduce<Work>(
      (sum, step) => {
        const times = step.kind === 'repeat' ? extent(step.times) : 1;
        const { kernels, bytes, flops } = step.kind === 'repeat' ? ofSteps(step.steps) : ofKernel(step);
        return { kernels: sum.kernels + times * kernels, bytes: sum.bytes + times * bytes, flops: sum.flops + times * flops }; // prettier-ignore
      },
      { kernels: 0, bytes: 0, flops: 0 },
    );
  return ofSteps(plan.steps);
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** How many iterations a place has on average, by the id of the array that says where they begin. */
const averagesOf = (plan: Plan, extent: (size: Polynomial) => number): ReadonlyMap<number, number> =>
  new Map(
    [...plan.places].flatMap(([id, { storage }]) => {
      const sort = plan.sorts.find(({ starts }) => starts === storage);
      if (sort === undefined) return [];
      const count = sort.extents.reduce((all, size) => all * extent(size), 1);
      return [[id, count / extent(sort.places)] as const];
    }),
  );

/** Of threads or iterations that need not be alike, about so many are looked at, and the others taken to be like them. */
const samples = 64;

/** Ints and conditions, as far as they do not depend on data. */
type Known = Map<number, number | boolean>;

class Counter {
  readonly #extent: (size: Polynomial) => number;
  readonly #averages: ReadonlyMap<number, number>;
  readonly #known: Known = new Map();
  /** What is read where a range begins, by the id of the value. */
  readonly #begins = new Map<number, number>();

  constructor(extent: (size: Polynomial) => number, averages: ReadonlyMap<number, number>) {
    this.#extent = extent;
    this.#averages = averages;
  }

  ofThreads(axes: readonly Value[], extents: readonly number[], body: Block): number {
    const count = extents.reduce((all, size) => all * size, 1);
    return sampled(count, (thread) => {
      let rest = thread;
      for (const [k, size] of [...extents.entries()].reverse()) {
        this.#known.set(axes[k]?.id ?? -1, rest % size);
        rest = Math.floor(rest / size);
      }
      return this.#block(body);
    });
  }

  ofSum({ index, from, to, outs }: Statement & { kind: 'reduce' }, body: Block): number {
    return this.#range(index, from, to, () => this.#block(body) + realsOf(outs));
  }

  #block({ statements }: Block): number {
    return total(statements.map((s) => this.#statement(s)));
  }

  #statement(s: Statement): number {
    switch (s.kind) {
      case 'op': {
        const { args, result, eval: meaning } = ops[s.op];
        if (result !== 'real') {
          const given = s.args.map((arg) => this.#number(arg));
          const isKnown = given.every((arg) => arg !== undefined);
          this.#bind(s.outs[0], isKnown ? (meaning as (...all: unknown[]) => number | boolean)(...given) : undefined); // prettier-ignore
        }
        return result === 'real' && Object.values(args).includes('real') ? 1 : 0;
      }
      case 'read': {
        this.#bind(s.outs[0], undefined);
        const average = this.#averages.get(s.array.id);
        if (average !== undefined) this.#begins.set(s.outs[0].id, average);
        return 0;
      }
      case 'if': {
        const condition = this.#number(s.condition);
        for (const out of s.outs) this.#bind(out, undefined);
        if (condition !== undefined) return this.#block(condition === true ? s.then : s.otherwise);
        return Math.max(this.#block(s.then), this.#block(s.otherwise));
      }
      case 'build': {
        const extents = s.outs[0]?.type.dims.slice(0, s.axes.length).map(this.#extent) ?? [];
        return this.ofThreads(s.axes, extents, s.body);
      }
      case 'reduce':
        return this.#range(s.index, s.from, s.to, () => this.#block(s.body) + realsOf(s.outs));
      case 'for':
        return this.#range(s.index, s.from, s.to, () => this.#block(s.body));
      case 'loop':
        return s.condition === undefined
          ? this.#range(s.index, s.from, s.to, () => this.#block(s.body))
          : NaN;
      case 'rule':
        return this.#block(s.body);
      case 'add': {
        const { scalar, dims } = s.accumulator.type;
        return scalar === 'real' ? dims.slice(s.indices.length).reduce((all, dim) => all * this.#extent(dim), 1) : 0; // prettier-ignore
      }
      case 'set':
      case 'row':
      case 'list':
      case 'open':
      case 'freeze':
        return 0;
    }
  }

  #range(index: Value, from: Operand, to: Operand, ofOne: () => number): number {
    const [begin, end] = [from, to].map((operand) => this.#number(operand));
    if (typeof begin === 'number' && typeof end === 'number')
      return sampled(Math.max(0, end - begin), (k) => {
        this.#known.set(index.id, begin + k);
        return ofOne();
      });
    this.#known.delete(index.id);
    return (from.kind === 'value' ? (this.#begins.get(from.id) ?? NaN) : NaN) * ofOne();
  }

  #bind({ id }: Value, value: number | boolean | undefined): void {
    if (value === undefined) this.#known.delete(id);
    else this.#known.set(id, value);
  }

  #number(operand: Operand): number | boolean | undefined {
    if (operand.kind === 'extent') return this.#extent(operand.size);
    return operand.kind === 'literal' ? operand.value : this.#known.get(operand.id);
  }
}

const realsOf = (outs: readonly Value[]): number => outs.filter(({ type }) => type.scalar === 'real').length;

/** What so many cost: the first, one in the middle and the last say whether all are alike. */
function sampled(count: number, costOf: (k: number) => number): number {
  if (count <= samples) return total(Array.from({ length: count }, (_, k) => costOf(k)));
  const [first = NaN, ...more] = [0, Math.floor(count / 2), count - 1].map(costOf);
  if (more.every((cost) => cost === first)) return count * first;
  // Spread so that no pattern of rows and columns is met.
  const golden = (Math.sqrt(5) - 1) / 2;
  const some = Array.from({ length: samples }, (_, k) => costOf(Math.floor(count * ((k * golden) % 1))));
  return (count / samples) * total(some);
}
