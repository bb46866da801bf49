// What a plan does for nothing: clearing an array that is then added into from end to end, and copying a gradient to where
// results are read from rather than computing it there.

import { equal } from '../../base/polynomial.ts';
import type { Program } from '../../ir/types.ts';
import { kernelProgram } from './kernel.ts';
import type { Goal, Kernel, Place, Plan, Step, Storage } from './steps.ts';

export const tidied = (plan: Plan, program: Program): Plan => withoutCopies(withoutClears(plan, program));

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

function withoutClears(plan: Plan, program: Program): Plan {
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
      const [goal, ...more] = user.goals;
      if (goal?.adds !== true || more.length > 0 || !isWhole(user, goal)) continue;
      kept[next] = { ...user, goals: [{ ...goal, adds: false }] };
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

/** Whether the threads go through all elements of the array, each through one. */
export function isWhole(kernel: Kernel, { place, indices }: Goal): boolean {
  const { dims } = place.storage;
  if (place.lead.length > 0 || indices.length !== dims.length) return false;
  const [axes, extents] = kernel.kind === 'map' ? [kernel.axes, kernel.extents] : [[], []];
  if (axes.length !== dims.length) return false;
  return indices.every((index, dim) => {
    const axis = axes.findIndex((one) => one === index);
    const [own, whole] = [extents[axis], dims[dim]];
    return own !== undefined && whole !== undefined && equal(own, whole);
  });
}

export function touches(step: Step, storage: Storage, plan: Plan, program: Program): boolean {
  if (step.kind === 'repeat') return step.steps.some((inner) => touches(inner, storage, plan, program));
  return writesOf(step).has(storage) || readsOf(step, plan, program).has(storage);
}

// ---- copies

function withoutCopies(plan: Plan): Plan {
  const moved = new Map<Storage, Storage>();
  const steps = plan.steps.filter((step) => {
    const from = step.kind === 'map' ? copiedBy(step, plan) : undefined;
    const [goal] = step.kind === 'map' ? step.goals : [];
    const to = goal?.place.storage;
    if (from === undefined || to?.arena !== 'result' || from.arena !== 'work' || moved.has(from)) return true;
    moved.set(from, to);
    return false;
  });
  if (moved.size === 0) return plan;
  const placed = (place: Place): Place => ({ ...place, storage: moved.get(place.storage) ?? place.storage });
  const movedStep = (step: Step): Step =>
    step.kind === 'repeat'
      ? { ...step, steps: step.steps.map(movedStep) }
      : { ...step, goals: step.goals.map((goal) => ({ ...goal, place: placed(goal.place) })) };
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
