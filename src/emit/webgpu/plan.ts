// From a program to the steps of a GPU. A comprehension is a kernel with a thread for each element, a sum one with a
// workgroup, a loop that adds one for each array that it adds into (invert.ts); numbers are computed again by every kernel that needs
// them. A loop over arrays becomes steps that are repeated. What is none of these runs in one thread.

import { constant, subtract } from '../../base/polynomial.ts';
import { bug } from '../../base/bug.ts';
import type { Optimisation } from '../../base/optimisations.ts';
import { asPolynomial, extent, int, intType, real } from '../../ir/build.ts';
import type { AddStatement, Block, LoopStatement, Operand, Output, Program, ReduceStatement, Statement, Type, Value } from '../../ir/types.ts'; // prettier-ignore
import { accumulatorsOf, freeValues, someStatement } from '../../ir/walk.ts';
import { dropDeadIn } from '../../passes/dead.ts';
import { inChunks } from './chunks.ts';
import { filled } from './filled.ts';
import { fused } from './fuse.ts';
import { flattened, isNumber } from './flatten.ts';
import { gatherOf, pathsOf, type Gather } from './invert.ts';
import { Places, whole } from './places.ts';
import type { Sorter } from './segments.ts';
import { unnamed, type Goal, type Place, type Plan, type Step, type Storage } from './steps.ts';
import { reread } from './reread.ts';
import { picked } from './picked.ts';
import { rowsFirst } from './rows.ts';
import { withoutClears, withoutCopies } from './tidy.ts';

/** A program with more numbers than this between its arrays computes them once, and keeps them. */
const mostInlined = 40;

/** What is done to a program before it is planned. */
const early: readonly Pass<(program: Program) => Program>[] = [
  {
    optimisation: 'hoist',
    run: rowsFirst,
    reason: 'what kernels share has to be an array before others read it',
  },
  { optimisation: 'share', run: filled, reason: 'arrays are known by their comprehensions' },
  { optimisation: 'share', run: reread, reason: 'all arrays are there' },
];

/** What is done to a plan. */
const late: readonly Pass<(plan: Plan, program: Program) => Plan>[] = [
  {
    optimisation: 'initialise',
    run: withoutClears,
    reason: 'what waits for a kernel that clears an array waits for one less',
  },
  {
    optimisation: 'copies',
    run: withoutCopies,
    reason: 'an array and its copy are one before the kernels that use them become one',
  },
  { optimisation: 'fuse', run: fused, reason: 'nothing is left that would be dropped' },
  {
    optimisation: 'initialise',
    run: withoutClears,
    reason: 'adds to all parts of an array may be one kernel now',
  },
];

interface Pass<Run> {
  readonly optimisation: Optimisation;
  readonly run: Run;
  /** Why it stands where it stands. */
  readonly reason: string;
}

export function planOf(gradient: Program, without: readonly Optimisation[] = []): Plan {
  const isLeft = ({ optimisation }: { readonly optimisation: Optimisation }): boolean =>
    !without.includes(optimisation);
  const program = early.filter(isLeft).reduce((before, { run }) => run(before), gradient);
  const planner = new Planner(program, without);
  planner.run();
  return late.filter(isLeft).reduce((plan, { run }) => run(plan, program), planner.plan());
}

class Planner {
  readonly #program: Program;
  readonly #places: Places;
  readonly #inlined = new Map<number, Statement>();
  readonly #accumulators = new Map<number, Value>();
  readonly #results: Storage[] = [];
  readonly #without: ReadonlySet<Optimisation>;
  #steps: Step[] = [];

  constructor(program: Program, without: readonly Optimisation[]) {
    this.#program = program;
    this.#without = new Set(without);
    this.#places = new Places(program.nextId);
  }

  plan(): Plan {
    return {
      steps: this.#steps,
      storages: this.#places.storages,
      sorts: this.#places.sorts(),
      results: this.#results,
      places: this.#places.all,
      inlined: this.#inlined,
      nextId: this.#places.counter.next,
    };
  }

  run(): void {
    const { inputs, body, outputs } = this.#program;
    for (const { role, name, value } of inputs) {
      const arena = role === 'param' ? 'params' : value.type.scalar === 'real' ? 'reals' : 'ints';
      this.#places.all.set(value.id, whole(this.#places.store(name, value.type, arena)));
    }
    this.#block(body);
    outputs.forEach(({ role, name }, k) => {
      const value = body.results[k] ?? bug('an output without a value');
      const [hint, title] = namesOf(role, name);
      // There are no floats for ints.
      const arena = value.type.scalar === 'real' ? 'result' : 'counts';
      const storage = this.#places.store(hint, value.type, arena);
      this.#results.push(storage);
      this.#copy(value, whole(storage), title);
    });
  }

  readonly #renew = ({ type, name }: Value): Value => this.#places.fresh(type, name);

  #block({ statements, results }: Block): void {
    if (!this.#without.has('inline') && statements.filter(isNumber).length <= mostInlined) {
      for (const s of statements) {
        if (isNumber(s)) this.#inlined.set(s.outs[0].id, s);
        else this.#statement(s);
      }
      return;
    }
    for (let k = 0; k < statements.length;) {
      const others = statements.slice(k);
      const end = others.findIndex((s) => !isNumber(s));
      const numbers = end < 0 ? others : others.slice(0, end);
      if (numbers.length > 0) {
        const used = freeValues({ statements: statements.slice(k + numbers.length), results });
        this.#serial(numbers, numbers.flatMap(({ outs }) => outs.filter(({ id }) => used.has(id)))); // prettier-ignore
        k += numbers.length;
      } else {
        const [next] = others;
        if (next !== undefined) this.#statement(next);
        k++;
      }
    }
  }

  #statement(s: Statement): void {
    switch (s.kind) {
      case 'build': {
        const { axes, body } = flattened(
          s.axes,
          this.#without.has('share') ? s.body : dropDeadIn(picked(s.body, this.#renew)),
        );
        const extents = s.outs[0]?.type.dims.slice(0, axes.length) ?? [];
        const goals = s.outs.map((out): Goal => ({
          place: this.#places.placed(out),
          indices: axes,
          adds: false,
        }));
        this.#steps.push({ kind: 'map', title: titleOf(s.outs), axes, extents, block: body, goals });
        return;
      }
      case 'reduce': {
        if (s.reducer !== 'sum' || !this.#isShared(s)) return this.#reduced(s);
        const goals = s.outs.map((out): Goal => ({
          place: this.#places.placed(out),
          indices: [],
          adds: false,
        }));
        this.#steps.push({ kind: 'sum', title: titleOf(s.outs), reduce: s, goals });
        return;
      }
      case 'row':
        if (!s.indices.every((index) => this.#isPlain(index))) return this.#serial([s]);
        this.#places.all.set(s.outs[0].id, this.#places.part(s.array, s.indices));
        return;
      case 'open': {
        const [out] = s.outs;
        const place = this.#places.placed(out);
        this.#accumulators.set(out.id, out);
        if (s.initial !== undefined) this.#copy(s.initial, place, titleOf([out]));
        else this.#clear(out, place);
        return;
      }
      case 'freeze':
        this.#places.all.set(s.outs[0].id, this.#places.placeOf(s.accumulator));
        return;
      case 'for':
        return this.#adds(s);
      case 'loop': {
        const hasHistory = s.outs.length > s.state.length;
        const isHosts =
          s.condition === undefined &&
          [s.from, s.to].every((end) => asPolynomial(end) !== undefined) &&
          (!hasHistory || (s.from.kind === 'literal' && s.from.value === 0));
        const isParallel = someStatement(s.body, ({ kind }) => kind === 'build' || kind === 'for');
        return isHosts && isParallel ? this.#repeat(s) : this.#serial([s]);
      }
      case 'list': {
        const [out] = s.outs;
        if (out.type.dims.length === 1) return this.#serial([s]);
        this.#places.placed(out);
        s.elements.forEach((element, k) =>
          this.#copy(element, this.#places.part(out, [int(k)]), titleOf([out])),
        );
        return;
      }
      case 'op':
      case 'read':
      case 'set':
      case 'if':
      case 'rule':
      case 'add':
        return this.#serial([s]);
    }
  }

  #reduced(s: ReduceStatement): void {
    const isCut = !this.#without.has('chunks');
    const chunks = isCut ? inChunks(s, (type, name) => this.#places.fresh(type, name)) : undefined;
    if (chunks === undefined) return this.#serial([s]);
    this.#statement(chunks.parts);
    this.#serial(chunks.whole, s.outs);
  }

  /** Whether a workgroup adds up a sum. */
  #isShared({ from, to }: ReduceStatement): boolean {
    return !this.#without.has('workgroups') && this.#isPlain(from) && this.#isPlain(to);
  }

  /** Whether a kernel can name it without computing anything. */
  #isPlain(operand: Operand): boolean {
    return operand.kind !== 'value' || (this.#places.all.has(operand.id) && operand.type.dims.length === 0);
  }

  #axesOf({ dims }: Type): readonly Value[] {
    return dims.map(() => this.#places.fresh(intType));
  }

  #copy(from: Operand, place: Place, title: string): void {
    const axes = this.#axesOf(from.type);
    const block =
      from.kind === 'value' && axes.length > 0
        ? this.#element(from, axes)
        : { statements: [], results: [from] };
    this.#steps.push({ kind: 'map', title, axes, extents: from.type.dims, block, goals: [{ place, indices: axes, adds: false }] }); // prettier-ignore
  }

  #element(array: Value, indices: readonly Operand[]): Block {
    const out = this.#places.fresh({ ...array.type, dims: [] });
    const read: Statement = { kind: 'read', outs: [out], array, indices, inRange: true };
    return { statements: [read], results: [out] };
  }

  #clear({ type, name }: Value, place: Place): void {
    const axes = this.#axesOf(type);
    const block = { statements: [], results: [type.scalar === 'real' ? real(0) : int(0)] };
    this.#steps.push({ kind: 'map', title: name ?? 'zeros', axes, extents: type.dims, block, goals: [{ place, indices: axes, adds: false }] }); // prettier-ignore
  }

  #adds(s: Statement & { kind: 'for' }): void {
    const paths = pathsOf(s);
    const gathers = paths?.map((path) => gatherOf(path, this.#sorter(), (index) => this.#isPlain(index)));
    const made = paths?.map(({ add }, k) => ({ add, gather: gathers?.[k] }));
    if (made === undefined || made.some(({ gather }) => gather === undefined)) return this.#serial([s]);
    for (const { add, gather } of made) if (gather !== undefined) this.#gathered(add, gather);
  }

  #sorter(): Sorter {
    return {
      program: this.#program,
      without: this.#without,
      counter: this.#places.counter,
      outer: (id) => this.#inlined.get(id),
      arrays: (keys, places, extents) => this.#places.sorted(keys, places, extents),
    };
  }

  /** A kernel that fails if a number is not 0: an array of one element, which nobody sets, is read there. */
  #refuse({ statements, results: [count = int(0)] }: Block, title: string): void {
    const array = this.#places.fresh({ scalar: 'int', dims: [constant(1)] });
    this.#places.all.set(array.id, whole(this.#places.store('nothing', array.type, 'ints')));
    const out = this.#places.fresh(intType, 'outside');
    const goals: readonly Goal[] = [{ place: this.#places.placed(out), indices: [], adds: false }];
    const read: Statement = { kind: 'read', outs: [out], array, indices: [count], inRange: false };
    const block: Block = { statements: [...statements, read], results: [out] };
    this.#steps.push({ kind: 'map', title, axes: [], extents: [], block, goals });
  }

  #gathered({ accumulator }: AddStatement, { axes, extents, block, indices, outside }: Gather): void {
    if (outside !== undefined) this.#refuse(outside, titleOf([accumulator]));
    const goals: readonly Goal[] = [{ place: this.#places.placeOf(accumulator), indices, adds: true }];
    const title = titleOf([accumulator]);
    const [only, ...more] = block.statements;
    const isSum = axes.length === 0 && only?.kind === 'reduce' && more.length === 0;
    if (isSum && this.#isShared(only)) this.#steps.push({ kind: 'sum', title, reduce: only, goals });
    else this.#steps.push({ kind: 'map', title, axes, extents, block, goals });
  }

  /** A loop of the host: its counter and its state are in memory. */
  #repeat(s: LoopStatement): void {
    const { index, state, outs, order } = s;
    const [from = constant(0), to = constant(0)] = [s.from, s.to].map(asPolynomial);
    const isUp = order === 'up';
    const counter = this.#places.placed(index);
    const begin = isUp ? from : subtract(to, constant(1));
    this.#copy(extent(begin), counter, titleOf([index]));
    for (const { value, initial } of state) this.#copy(initial, this.#places.placed(value), titleOf([value]));
    outs.forEach((out, k) => {
      const carried = state[k];
      if (carried === undefined) this.#places.placed(out);
      else this.#places.all.set(out.id, this.#places.placeOf(carried.value));
    });

    const before = this.#steps;
    const steps: Step[] = [];
    this.#steps = steps;
    this.#block(s.body);
    const { results } = s.body;
    outs.slice(state.length).forEach((history, k) => {
      this.#copy(results[state.length + k] ?? bug('a history without rows'), this.#places.part(history, [index]), titleOf([history])); // prettier-ignore
    });
    const states = new Set(state.map(({ value }) => this.#places.placeOf(value).storage));
    const next = state.map(({ value }, k) => {
      const result = results[k] ?? bug('a state without a next one');
      if (result === value) return undefined;
      // What another state holds, or is computed from it, is read before any is written.
      const place = result.kind === 'value' ? this.#places.all.get(result.id) : undefined;
      const isApart = place !== undefined && !states.has(place.storage) && place.lead.length === 0;
      if (result.kind !== 'value' || isApart) return result;
      const kept = this.#places.fresh(result.type, result.name);
      this.#copy(result, this.#places.placed(kept), titleOf([value]));
      return kept;
    });
    state.forEach(({ value }, k) => {
      const result = next[k];
      if (result !== undefined) this.#copy(result, this.#places.placeOf(value), titleOf([value]));
    });
    const advanced = this.#places.fresh(intType);
    const advance: Statement = { kind: 'op', outs: [advanced], op: isUp ? 'iadd' : 'isub', args: [index, int(1)] }; // prettier-ignore
    const block = { statements: [advance], results: [advanced] };
    steps.push({ kind: 'map', title: titleOf([index]), axes: [], extents: [], block, goals: [{ place: counter, indices: [], adds: false }] }); // prettier-ignore
    this.#steps = before;
    before.push({ kind: 'repeat', times: subtract(to, from), steps });
  }

  /** In one thread, with what it adds into opened and frozen around it. */
  #serial(
    statements: readonly Statement[],
    outs: readonly Value[] = statements.flatMap((s) => s.outs),
  ): void {
    const touched = new Set(statements.flatMap((s) => [...accumulatorsOf(s)]));
    const opened = [...touched].map((id) => {
      const accumulator = this.#accumulators.get(id) ?? bug(`%${id} is not open`);
      const place = this.#places.placeOf(accumulator);
      const initial = this.#places.fresh(accumulator.type, accumulator.name);
      this.#places.all.set(initial.id, place);
      return { accumulator, place, initial, final: this.#places.fresh(accumulator.type, accumulator.name) };
    });
    const block: Block = {
      statements: [
        ...opened.map(({ accumulator, initial }): Statement => ({
          kind: 'open',
          outs: [accumulator],
          initial,
        })),
        ...statements,
        ...opened.map(({ accumulator, final }): Statement => ({
          kind: 'freeze',
          outs: [final],
          accumulator,
        })),
      ],
      results: [...outs, ...opened.map(({ final }) => final)],
    };
    const places = [...outs.map((out) => this.#places.placed(out)), ...opened.map(({ place }) => place)];
    const goals = places.map((place): Goal => ({ place, indices: [], adds: false }));
    const title = titleOf([...outs, ...opened.map(({ accumulator }) => accumulator)]);
    this.#steps.push({ kind: 'map', title, axes: [], extents: [], block, goals });
  }
}

/** What a result is called in code and in messages. */
function namesOf(role: Output['role'], name: string): readonly [hint: string, title: string] {
  if (role === 'loss') return ['loss', 'the loss'];
  return role === 'output' ? [name, name] : [`${name}Gradient`, `the gradient of ${name}`];
}

const titleOf = (values: readonly Value[]): string => {
  const names = values.flatMap(({ name }) => name ?? []);
  return names.length === 0 ? unnamed : [...new Set(names)].join(', ');
};
