// Neighbours in hand: what an iteration adds to the element after its own a local takes to the next iteration, whose own element
// that is. Each element is then written once; in memory V8 would store and load it again, and wait for that. Loads of
// neighbours stay two: V8 is no faster when the one is carried. Loops around loops are left to unroll and jam.

import { add as plus, one } from '../base/polynomial.ts';
import { effectsOf, writes, type Effects } from './effects.ts';
import { apply, constant, declare, isZero, real, reference, variable } from './make.ts';
import { boundsOf, type Bounds } from './ranges.ts';
import type { Buffer, Expression, Routine, Statement } from './types.ts';
import { mapRegions, regionsOf } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

export function carryNeighbours(routine: Routine): Routine {
  const bounds = boundsOf(routine);
  let found = false;
  const list = (before: readonly Statement[]): readonly Statement[] => {
    const into: Statement[] = [];
    for (const old of before) {
      const statement = mapRegions(old, list);
      const draft = statement.kind === 'for' ? carried(statement, bounds) : undefined;
      if (draft === undefined || statement.kind !== 'for') {
        into.push(statement);
        continue;
      }
      found = true;
      const cleared = new Set(draft.added.filter((buffer) => dropFill(into, buffer)));
      const stored = (one: Statement): Statement =>
        one.kind === 'accumulate' && cleared.has(one.buffer) ? { ...one, kind: 'store' } : one;
      const body = [...draft.body, ...draft.end].map(stored);
      into.push(...draft.before, { ...statement, order: 'up', body }, ...draft.after.map(stored));
    }
    return into;
  };
  const body = list(routine.body);
  return found ? { ...routine, body } : routine;
}

/** A loop that carries, and what goes around it. */
interface Draft {
  readonly before: readonly Statement[];
  readonly body: readonly Statement[];
  /** The last statements of an iteration. */
  readonly end: readonly Statement[];
  readonly after: readonly Statement[];
  /** To each element of these it adds once. */
  readonly added: readonly Buffer[];
}

/** The loop runs over all elements but the last. */
function carried(loop: Loop, bounds: Bounds): Draft | undefined {
  if (loop.order === 'down' || loop.to.kind !== 'extent' || !isZero(loop.from)) return undefined;
  if (loop.body.some((statement) => regionsOf(statement).length > 0)) return undefined;
  const effects = effectsOf(loop.body);
  const length = plus(loop.to.size, one);
  if (!bounds.isPositive(length)) return undefined;
  const isRow = ({ dims, scalar }: Buffer): boolean =>
    scalar === 'real' && dims.length === 1 && dims[0]?.key === length.key;
  const initial: Draft = { before: [], body: loop.body, end: [], after: [], added: [] };
  let draft = initial;
  for (const buffer of effects.accumulated) if (isRow(buffer)) draft = withAdds(draft, loop, buffer, effects);
  return draft === initial ? undefined : draft;
}

/** `array[i] += a; array[i + 1] += b` */
function withAdds(draft: Draft, loop: Loop, buffer: Buffer, effects: Effects): Draft {
  if (effects.loaded.has(buffer) || effects.stored.has(buffer)) return draft;
  const adds = draft.body.flatMap((one) => (one.kind === 'accumulate' && one.buffer === buffer ? [one] : []));
  const own = adds.find(({ indices }) => isAt(indices, 0, loop));
  const next = adds.find(({ indices }) => isAt(indices, 1, loop));
  if (own === undefined || next === undefined || adds.length !== 2) return draft;
  const carry = variable('carried', 'real');
  const value = constant('next', 'real');
  // It is wanted until the own element has been added to.
  const isLast = draft.body.indexOf(next) > draft.body.indexOf(own);
  const assign = (by: Expression): Statement => ({ kind: 'assign', local: carry, value: by });
  return {
    before: [...draft.before, declare(carry, real(0))],
    body: draft.body.map((one) => {
      if (one === own) return { ...own, value: apply('add', reference(carry), own.value) };
      if (one === next) return isLast ? assign(next.value) : declare(value, next.value);
      return one;
    }),
    end: isLast ? draft.end : [...draft.end, assign(reference(value))],
    after: [...draft.after, { kind: 'accumulate', buffer, indices: [loop.to], value: reference(carry) }],
    added: [...draft.added, buffer],
  };
}

/** The index is that of the loop and `offset` more; constants of its body are looked through. */
function isAt([index]: readonly Expression[], offset: number, loop: Loop): boolean {
  if (index?.kind === 'local') {
    if (index.local === loop.index) return offset === 0;
    const declared = loop.body.find((one) => one.kind === 'declare' && one.local === index.local);
    return declared?.kind === 'declare' && !declared.local.mutable && declared.value !== undefined
      ? isAt([declared.value], offset, loop)
      : false;
  }
  if (index?.kind !== 'op' || index.op !== 'iadd') return false;
  const [a, b] = index.args;
  return a?.kind === 'local' && a.local === loop.index && b?.kind === 'literal' && b.value === offset;
}

/** Drops the last statement that touched the array, if that is what cleared it. */
function dropFill(statements: Statement[], buffer: Buffer): boolean {
  const touches = (statement: Statement): boolean => {
    const effects = effectsOf([statement]);
    return effects.loaded.has(buffer) || writes(effects, buffer);
  };
  const at = statements.findLastIndex(touches);
  const last = statements[at];
  if (last?.kind !== 'fill' || !isZero(last.value)) return false;
  statements.splice(at, 1);
  return true;
}
