// Kernels that go through the same places, and have an array in common, become one (merge.ts): a bias and a rectifier behind a
// product of matrices, say; and so do sums over one range, each of which leaves most of a GPU idle. What nobody else reads then never goes to memory, what both read is read once, and there is one kernel
// less to wait for. A kernel moves past others only where neither writes what the other needs; one that may find an index out of
// range, or a loop without an end, stays where it is and what it is, so that what is reported stays the same.

import { asConstant, constant, equal } from '../../base/polynomial.ts';
import type { Operand, Program, Statement, Value } from '../../ir/types.ts';
import { someStatement, statementsOf } from '../../ir/walk.ts';
import { kernelProgram } from './kernel.ts';
import { merged, mergedSums } from './merge.ts';
import type { Goal, Kernel, MapStep, Plan, Step, Storage } from './steps.ts';
import { readsOf, writesOf } from './tidy.ts';
import { shareOf } from './share.ts';
import { tileOf } from './tile.ts';

/** In statements. Longer kernels are left alone: the time that compilers of shaders take grows faster than the length. */
const longest = 400;

export function fused(plan: Plan, program: Program): Plan {
  const counter = { next: plan.nextId };
  const fresh = (value: Value): Value => ({ ...value, id: counter.next++ });
  const accessOf = accesses(plan, program);
  const canFuse = remembered((kernel: Kernel) => isSafe(kernel, plan, program));

  const oneOf = (first: Step, second: Step, isNeeded: (storage: Storage) => boolean): Kernel | undefined => {
    if (first.kind === 'repeat' || second.kind === 'repeat' || !canFuse(first) || !canFuse(second))
      return undefined;
    const [a, b] = [accessOf(first), accessOf(second)];
    if (first.kind === 'sum')
      return second.kind === 'sum' && areFree(a, b) ? mergedSums(first, second, fresh) : undefined;
    const haveCommon = [...a.all].some((storage) => b.all.has(storage));
    if (second.kind === 'sum' || !haveCommon || !isAlike(first, second)) return undefined;
    const one = merged(first, second, { plan, program, fresh, isNeeded });
    if (one === undefined) return undefined;
    // A form in which threads work together is worth more than what it saves to have one kernel less.
    const isKept = (formOf: (kernel: Kernel) => unknown): boolean =>
      [first, second].every((kernel) => formOf(kernel) === undefined) || formOf(one) !== undefined;
    const share = (kernel: Kernel): unknown => shareOf(kernel, plan);
    const isSerial = (kernel: MapStep): boolean => share(kernel) === undefined && kernel.block.statements.some(isLong); // prettier-ignore
    return isKept(tileOf) && (isKept(share) || isSerial(first) || isSerial(second)) ? one : undefined;
  };

  /** The first kernel behind one that can be one with it, and the steps with the two as one. */
  const fusedAt = (
    steps: readonly Step[],
    k: number,
    around: (storage: Storage) => boolean,
  ): readonly Step[] | undefined => {
    const first = steps[k];
    if (first === undefined) return undefined;
    for (let at = k + 1; at < steps.length; at++) {
      const second = steps[at];
      if (second === undefined) break;
      const between = steps.slice(k + 1, at);
      const isEarly = between.every((other) => areFree(accessOf(other), accessOf(second)));
      if (!isEarly && !between.every((other) => areFree(accessOf(first), accessOf(other)))) continue;
      const isNeeded = (storage: Storage): boolean =>
        around(storage) ||
        steps.some((step) => step !== first && step !== second && accessOf(step).all.has(storage));
      const one = oneOf(first, second, isNeeded);
      if (one === undefined || lengthOf(one) > longest) continue;
      const rest = steps.slice(at + 1);
      return isEarly
        ? [...steps.slice(0, k), one, ...between, ...rest]
        : [...steps.slice(0, k), ...between, one, ...rest];
    }
    return undefined;
  };

  /** `around`: whether what stands outside of the list needs an array. */
  const within = (steps: readonly Step[], around: (storage: Storage) => boolean): readonly Step[] => {
    let list = steps.map((step) => {
      if (step.kind !== 'repeat') return step;
      const isNeeded = (storage: Storage): boolean =>
        around(storage) || steps.some((other) => other !== step && accessOf(other).all.has(storage));
      return { ...step, steps: within(step.steps, isNeeded) };
    });
    for (let k = 0; k < list.length;) {
      const fewer = fusedAt(list, k, around);
      // A kernel that has become another may be what an earlier one waited for.
      if (fewer !== undefined) [list, k] = [[...fewer], 0];
      else k++;
    }
    return list;
  };

  const steps = within(plan.steps, () => false);
  const used = new Set(steps.flatMap((step) => [...accessOf(step).all]));
  const storages = plan.storages.filter(({ arena }) => arena !== 'work' && arena !== 'counts');
  const kept = plan.storages.filter((storage) => storages.includes(storage) || used.has(storage));
  return { ...plan, steps, storages: kept, nextId: counter.next };
}

const isLong = (s: Statement): boolean => s.kind === 'reduce' && s.to.kind !== 'literal';

function isAlike(first: MapStep, second: MapStep): boolean {
  const [one, other] = [first.extents, second.extents];
  return one.length === other.length && one.every((extent, k) => equal(extent, other[k] ?? extent));
}

/** Whether nothing can go wrong in a kernel, and what it adds goes to its own arrays alone, even where that is zero. */
function isSafe(kernel: Kernel, plan: Plan, program: Program): boolean {
  const { body } = kernelProgram(kernel, plan, program);
  const axes: readonly Operand[] = kernel.kind === 'map' ? kernel.axes : [];
  const isInside = ({ place: { storage, lead }, indices, adds }: Goal): boolean =>
    !adds ||
    indices.every((index, k) => {
      const size = asConstant(storage.dims[lead.length + k] ?? constant(0)) ?? 0;
      return axes.includes(index) || (index.kind === 'literal' && 0 <= Number(index.value) && Number(index.value) < size); // prettier-ignore
    });
  return (
    kernel.goals.every(isInside) &&
    !someStatement(body, (s) => ('inRange' in s && !s.inRange) || (s.kind === 'loop' && s.condition !== undefined)) // prettier-ignore
  );
}

const lengthOf = (kernel: Kernel): number =>
  [...statementsOf(kernel.kind === 'map' ? kernel.block : kernel.reduce.body)].length;

// ---- what may move

interface Access {
  readonly writes: ReadonlySet<Storage>;
  /** What is read, too. */
  readonly all: ReadonlySet<Storage>;
}

function accesses(plan: Plan, program: Program): (step: Step) => Access {
  const ofKernel = (kernel: Kernel): Access => {
    const writes = writesOf(kernel);
    return { writes, all: new Set([...writes, ...readsOf(kernel, plan, program)]) };
  };
  const accessOf: (step: Step) => Access = remembered((step: Step) => {
    if (step.kind !== 'repeat') return ofKernel(step);
    const inner = step.steps.map(accessOf);
    return {
      writes: new Set(inner.flatMap(({ writes }) => [...writes])),
      all: new Set(inner.flatMap(({ all }) => [...all])),
    };
  });
  return accessOf;
}

/** Whether two steps can change places. */
const areFree = (a: Access, b: Access): boolean =>
  ![...a.writes].some((storage) => b.all.has(storage)) &&
  ![...b.writes].some((storage) => a.all.has(storage));

function remembered<K extends object, V>(f: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const found = known.get(key) ?? f(key);
    known.set(key, found);
    return found;
  };
}
