// What a plan does for nothing: clearing an array that is then added into from end to end, and copying a gradient to where
// results are read from rather than computing it there.

import { asConstant, equal, type Polynomial } from '../../base/polynomial.ts';
import type { Operand, Program } from '../../ir/types.ts';
import { kernelProgram } from './kernel.ts';
import { unnamed, type Goal, type Kernel, type Place, type Plan, type Step, type Storage } from './steps.ts';

/** The arrays that a kernel reads. */
export function readsOf(kernel: Kernel, plan: Plan, program: Program): ReadonlySet<Storage> {
  const { inputs } = kernelProgram(kernel, plan, program);
  const operands = kernel.goals.flatMap(({ place, indices }) => [...place.lead, ...indices]);
  if (kernel.kind === 'sum') operands.push(kernel.reduce.from, kernel.reduce.to);
  const values = [...inputs.map(({ value }) => value), ...operands];
  const places = values.flatMap((value) => (value.kind === 'value' ? (plan.places.get(value.id) ?? []) : []));
  return new Set(places.flatMap((place) => [place.storage, ...leadsOf(place, plan)]));
}

/** The numbers in memory that say which part of an array a place is. */
const leadsOf = ({ lead }: Place, plan: Plan): readonly Storage[] =>
  lead.flatMap((index) => (index.kind === 'value' ? (plan.places.get(index.id)?.storage ?? []) : []));

export const writesOf = ({ goals }: Kernel): ReadonlySet<Storage> =>
  new Set(goals.map(({ place }) => place.storage));

// ---- clears

export function withoutClears(plan: Plan, program: Program): Plan {
  const clean = (steps: readonly Step[]): readonly Step[] => {
    const kept: Step[] = [...steps];
    for (let k = 0; k < kept.length; k++) {
      const step = kept[k];
      if (step === undefined) break;
      if (step.kind === 'repeat') {
        kept[k] = { ...step, steps: clean(step.steps) };
        continue;
      }
      const cleared = clearedBy(step);
      if (cleared === undefined) continue;
      const next = kept.findIndex((other, at) => at > k && touches(other, cleared, plan, program));
      const user = kept[next];
      if (user === undefined || user.kind === 'repeat') continue;
      const filled = filledBy(user, cleared);
      if (filled === undefined) continue;
      kept[next] = { ...user, goals: filled };
      kept.splice(k, 1);
      k--;
    }
    return kept;
  };
  return { ...plan, steps: clean(plan.steps) };
}

/** The array that a kernel fills with zeros, if it does nothing else. */
function clearedBy(step: Kernel): Storage | undefined {
  const [goal, ...more] = step.goals;
  if (step.kind !== 'map' || goal === undefined || more.length > 0 || goal.adds) return undefined;
  const { statements, results } = step.block;
  const [result] = results;
  const isZero = statements.length === 0 && result?.kind === 'literal' && result.value === 0;
  return isZero && isWhole(step, goal) ? goal.place.storage : undefined;
}

/** The goals of a kernel that adds to an array of zeros: of those that add to one element, the first one sets it. Undefined if some stay zero. */
function filledBy(kernel: Kernel, storage: Storage): readonly Goal[] | undefined {
  const own = kernel.goals.filter(({ place }) => place.storage === storage);
  if (own.length === 0 || !own.every(({ adds }) => adds) || !areWhole(kernel, own)) return undefined;
  const isFirst = (goal: Goal): boolean =>
    own.find(({ indices }) => indices.every((index, k) => isSame(index, goal.indices[k]))) === goal;
  return kernel.goals.map((goal) => (own.includes(goal) && isFirst(goal) ? { ...goal, adds: false } : goal));
}

const isSame = (a: Operand, b: Operand | undefined): boolean =>
  a === b || (a.kind === 'literal' && b?.kind === 'literal' && a.value === b.value);

/** Whether the threads go through all elements of the array, each through one. */
const isWhole = (kernel: Kernel, goal: Goal): boolean => areWhole(kernel, [goal]);

/** Whether the goals together are all elements of the array: an index is a place of the thread, or there is a goal for each number that it can be. */
function areWhole(kernel: Kernel, goals: readonly Goal[]): boolean {
  const [first, ...more] = goals;
  if (first === undefined || goals.some(({ place }) => place.lead.length > 0)) return false;
  const { dims } = first.place.storage;
  const [axes, extents] = kernel.kind === 'map' ? [kernel.axes, kernel.extents] : [[], []];
  const places = first.indices.map((index) => axes.findIndex((axis) => axis === index));
  const isWholeAt = (dim: Polynomial, k: number): boolean => {
    const extent = extents[places[k] ?? -1];
    return extent !== undefined && equal(extent, dim) && more.every(({ indices }) => indices[k] === first.indices[k]); // prettier-ignore
  };
  if (axes.some((_, axis) => places.filter((place) => place === axis).length !== 1)) return false;
  const fixed = dims.flatMap((dim, k) => (isWholeAt(dim, k) ? [] : [{ k, size: asConstant(dim) ?? NaN }]));
  if (axes.length + fixed.length !== dims.length) return false;
  const numbers = goals.map(({ indices }) =>
    fixed.map(({ k, size }) => {
      const index = indices[k];
      const isInside = index?.kind === 'literal' && Number(index.value) >= 0 && Number(index.value) < size;
      return isInside ? Number(index.value) : NaN;
    }),
  );
  const isKnown = numbers.every((tuple) => tuple.every((number) => !Number.isNaN(number)));
  const count = fixed.reduce((all, { size }) => all * size, 1);
  return isKnown && new Set(numbers.map((tuple) => tuple.join())).size === count;
}

function touches(step: Step, storage: Storage, plan: Plan, program: Program): boolean {
  if (step.kind === 'repeat') return step.steps.some((inner) => touches(inner, storage, plan, program));
  return writesOf(step).has(storage) || readsOf(step, plan, program).has(storage);
}

// ---- copies

export function withoutCopies(plan: Plan): Plan {
  const moved = new Map<Storage, Storage>();
  /** What is copied, by where it goes: `the loss`. */
  const titles = new Map<Storage, string>();
  const steps = plan.steps.filter((step) => {
    const from = step.kind === 'map' ? copiedBy(step, plan) : undefined;
    const [goal] = step.kind === 'map' ? step.goals : [];
    const to = goal?.place.storage;
    if (from === undefined || to?.arena !== 'result' || from.arena !== 'work' || moved.has(from)) return true;
    moved.set(from, to);
    titles.set(to, step.kind === 'repeat' ? unnamed : step.title);
    return false;
  });
  if (moved.size === 0) return plan;
  const placed = (place: Place): Place => ({ ...place, storage: moved.get(place.storage) ?? place.storage });
  const movedStep = (step: Step): Step => {
    if (step.kind === 'repeat') return { ...step, steps: step.steps.map(movedStep) };
    const goals = step.goals.map((goal) => ({ ...goal, place: placed(goal.place) }));
    const [title = unnamed] = goals.flatMap(({ place }) => titles.get(place.storage) ?? []);
    return { ...step, title: step.title === unnamed ? title : step.title, goals };
  };
  return {
    ...plan,
    steps: steps.map(movedStep),
    storages: plan.storages.filter((storage) => !moved.has(storage)),
    places: new Map([...plan.places].map(([id, place]) => [id, placed(place)])),
  };
}

/** The array that a kernel copies from end to end, if it does nothing else. */
function copiedBy(step: Kernel, plan: Plan): Storage | undefined {
  const [goal, ...more] = step.goals;
  if (step.kind !== 'map' || goal === undefined || more.length > 0 || goal.adds || !isWhole(step, goal))
    return undefined;
  const { statements, results } = step.block;
  const [read, ...others] = statements;
  const [result] = results;
  if (read === undefined) {
    // A number.
    const place = result?.kind === 'value' ? plan.places.get(result.id) : undefined;
    return place?.lead.length === 0 && place.storage.dims.length === 0 ? place.storage : undefined;
  }
  if (read.kind !== 'read' || others.length > 0 || result !== read.outs[0]) return undefined;
  const place = plan.places.get(read.array.id);
  const isSame = read.indices.every((index, dim) => index === goal.indices[dim]);
  return isSame && place?.lead.length === 0 ? place.storage : undefined;
}
