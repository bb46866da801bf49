// Two kernels over the same places as one: each thread does what it did in the first, then what it did in the second. There is nothing
// between the two that threads wait at, so none may read what another writes. Of what the first writes, a thread of the second may read
// what it wrote itself, which is a value now; what the second writes, no other thread may have had to read before.

import { equal } from '../../base/polynomial.ts';
import { scalarType } from '../../ir/build.ts';
import type { Block, Operand, Program, ReduceStatement, Statement, Value } from '../../ir/types.ts';
import { blocksOf, cloneBlock, mapBlocks, mapUses, operandsOf, someStatement } from '../../ir/walk.ts';
import { dropDeadIn } from '../../passes/dead.ts';
import { kernelProgram } from './kernel.ts';
import type { Goal, Kernel, MapStep, Place, Plan, Storage, SumStep } from './steps.ts';
import { readsOf } from './tidy.ts';

export interface MergeContext {
  readonly plan: Plan;
  readonly program: Program;
  readonly fresh: (value: Value) => Value;
  /** Whether anything besides the two needs an array. */
  readonly isNeeded: (storage: Storage) => boolean;
}

/** Two kernels over the same places, in order; undefined where they cannot be one. */
export function merged(first: MapStep, second: MapStep, context: MergeContext): MapStep | undefined {
  const { plan, program, fresh, isNeeded } = context;
  const places = new Map<number, Operand>(first.axes.map((axis, k) => [axis.id, second.axes[k] ?? axis]));
  const before = renamed(first, second.axes, places, fresh);

  // What the second writes is read by the same thread of the first, if by any.
  const early = readsOf(before, plan, program);
  for (const goal of second.goals) {
    if (!early.has(goal.place.storage)) continue;
    if (ownReads(kernelProgram(before, plan, program).body, goal, plan) === undefined) return undefined;
  }

  // What the first writes is a value in the second.
  let after = second;
  const late = readsOf(second, plan, program);
  const shared = before.goals.filter(({ place }) => late.has(place.storage));
  if (shared.length > 0) {
    const { block } = cloneBlock(kernelProgram(second, plan, program).body, new Map(), fresh);
    after = { ...second, block };
  }
  for (const goal of shared) {
    const isOnly = before.goals.filter(({ place }) => place.storage === goal.place.storage).length === 1;
    const result = before.block.results[before.goals.indexOf(goal)];
    const own = ownReads(after.block, goal, plan);
    if (!isOnly || goal.adds || own === undefined || result === undefined) return undefined;
    after = { ...after, block: replaced(after.block, own, result) };
  }
  const left = readsOf(after, plan, program);
  if (before.goals.some(({ place }) => left.has(place.storage))) return undefined;

  const statements = [...before.block.statements, ...after.block.statements];
  const written = joined(before, after, (result, term) => {
    const { scalar } = result.place.storage;
    const sum = fresh({ kind: 'value', id: 0, type: scalarType(scalar) });
    statements.push({ kind: 'op', outs: [sum], op: scalar === 'real' ? 'add' : 'iadd', args: [result.value, term] }); // prettier-ignore
    return sum;
  });
  if (written === undefined) return undefined;
  // What the kernel reads before it writes it, something else has written.
  const kept = written.filter(({ place }) => plan.results.includes(place.storage) || isNeeded(place.storage));
  const title = titleOf(first, second);
  const goals = kept.map(({ place, indices, adds }): Goal => ({ place, indices, adds }));
  return { ...second, title, block: dropDeadIn({ statements, results: kept.map(({ value }) => value) }), goals }; // prettier-ignore
}

/** Two sums over one range that have nothing to do with each other; undefined where a thread needs arrays for itself. */
export function mergedSums(
  first: SumStep,
  second: SumStep,
  fresh: (value: Value) => Value,
): SumStep | undefined {
  const [one, other] = [first.reduce, second.reduce];
  const isNumeric = ({ body }: ReduceStatement): boolean =>
    !someStatement(body, (s) => !plainKinds.has(s.kind));
  const isAlike = isSame(one.from, other.from) && isSame(one.to, other.to);
  if (!isAlike || !isNumeric(one) || !isNumeric(other)) return undefined;
  const { block } = cloneBlock(one.body, new Map([[one.index.id, other.index]]), fresh);
  const body: Block = {
    statements: [...block.statements, ...other.body.statements],
    results: [...block.results, ...other.body.results],
  };
  const reduce = { ...other, outs: [...one.outs, ...other.outs], body };
  return { ...second, title: titleOf(first, second), reduce, goals: [...first.goals, ...second.goals] };
}

/** What needs no array. */
const plainKinds: ReadonlySet<Statement['kind']> = new Set(['op', 'read', 'if', 'reduce']);

const titleOf = (first: Kernel, second: Kernel): string =>
  [...new Set([first, second].flatMap(({ title }) => title.split(', ')))].join(', ');

function renamed(
  kernel: MapStep,
  axes: readonly Value[],
  places: ReadonlyMap<number, Operand>,
  fresh: (value: Value) => Value,
): MapStep {
  const { block } = cloneBlock(kernel.block, places, fresh);
  const rename = (operand: Operand): Operand => (operand.kind === 'value' ? (places.get(operand.id) ?? operand) : operand); // prettier-ignore
  const goals = kernel.goals.map((goal) => ({ ...goal, indices: goal.indices.map(rename) }));
  return { ...kernel, axes, block, goals };
}

// ---- what is read

const isSame = (a: Operand, b: Operand | undefined): boolean =>
  a === b ||
  (a.kind === 'value' && b?.kind === 'value' && a.id === b.id) ||
  (a.kind === 'literal' && b?.kind === 'literal' && a.value === b.value) ||
  (a.kind === 'extent' && b?.kind === 'extent' && equal(a.size, b.size));

const isSameElement = (a: readonly Operand[], b: readonly Operand[]): boolean =>
  a.length === b.length && a.every((operand, k) => isSame(operand, b[k]));

const elementOf = ({ place, indices }: Goal): readonly Operand[] => [...place.lead, ...indices];

/** The values that are the element of a goal, by id; undefined where the block reads anything else of that array. */
function ownReads(block: Block, goal: Goal, plan: Plan): ReadonlySet<number> | undefined {
  const found = new Set<number>();
  const element = elementOf(goal);
  if (element.length !== goal.place.storage.dims.length) return undefined;
  const placeOf = (operand: Operand): Place | undefined => {
    const place = operand.kind === 'value' ? plan.places.get(operand.id) : undefined;
    return place?.storage === goal.place.storage ? place : undefined;
  };
  /** A number in memory. */
  const isOwn = (operand: Operand): boolean => {
    const place = placeOf(operand);
    if (place === undefined) return true;
    if (operand.kind !== 'value' || !isSameElement(place.lead, element)) return false;
    found.add(operand.id);
    return true;
  };
  const areOwn = ({ statements, results }: Block): boolean =>
    results.every(isOwn) &&
    statements.every((s) => {
      const place = s.kind === 'read' ? placeOf(s.array) : undefined;
      if (s.kind !== 'read' || place === undefined)
        return operandsOf(s).every(isOwn) && blocksOf(s).every(areOwn);
      if (!isSameElement([...place.lead, ...s.indices], element)) return false;
      found.add(s.outs[0].id);
      return s.indices.every(isOwn);
    });
  return areOwn(block) ? found : undefined;
}

/** The block with an operand instead of values, which are read no more. */
function replaced(block: Block, ids: ReadonlySet<number>, by: Operand): Block {
  const without = ({ statements, results }: Block): Block => ({
    statements: statements
      .filter((s) => s.kind !== 'read' || !ids.has(s.outs[0].id))
      .map((s) => mapBlocks(s, without)),
    results,
  });
  const use = (operand: Operand): Operand => (operand.kind === 'value' && ids.has(operand.id) ? by : operand);
  const { statements, results } = without(block);
  return { statements: statements.map((s): Statement => mapUses(s, use)), results: results.map(use) };
}

// ---- what is written

interface Written extends Goal {
  readonly value: Operand;
}

const writtenBy = ({ goals, block }: MapStep): readonly Written[] =>
  goals.flatMap((goal, k) => {
    const value = block.results[k];
    return value === undefined ? [] : [{ ...goal, value }];
  });

/** What both write, in order; undefined where a thread of the second would write to what another one of the first did. */
function joined(
  first: MapStep,
  second: MapStep,
  sum: (result: Written, term: Operand) => Operand,
): readonly Written[] | undefined {
  const all = [...writtenBy(first)];
  for (const goal of writtenBy(second)) {
    const others = all.filter(({ place }) => place.storage === goal.place.storage);
    const [one, ...more] = others;
    if (
      one !== undefined &&
      more.length === 0 &&
      isSameElement(elementOf(one), elementOf(goal)) &&
      isNumber(goal)
    ) {
      // prettier-ignore
      const at = all.indexOf(one);
      if (!goal.adds) all[at] = goal;
      else if (!one.adds) all[at] = { ...one, value: sum(one, goal.value) };
      else all.push(goal);
      continue;
    }
    if (!others.every((other) => isNumber(other) && isNumber(goal) && areApart(other, goal, second.axes)))
      return undefined;
    all.push(goal);
  }
  return all;
}

/** An element, which is written when all is computed, and not a sub-array. */
const isNumber = (goal: Goal): boolean => elementOf(goal).length === goal.place.storage.dims.length;

/** Whether other threads never write to the same element: each place of a thread is an index at the same place of both. */
function areApart(a: Goal, b: Goal, axes: readonly Value[]): boolean {
  const [left, right] = [elementOf(a), elementOf(b)];
  return axes.every((axis) => left.some((index, k) => index === axis && right[k] === axis));
}
