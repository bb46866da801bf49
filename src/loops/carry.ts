// Neighbours in hand: what an iteration adds to the element after its own a local takes to the next iteration, whose own element
// that is. Each element is then written once; in memory V8 would store and load it again, and wait for that. What it reads of that
// element goes along, and the index counts the element that is read, which V8 runs faster: a sixth of the time of
// Rosenbrock's function. Loops around loops are left to unroll and jam.

import { add as plus, one, subtract } from '../base/polynomial.ts';
import { effectsOf, writes, type Effects } from './effects.ts';
import { apply, constant, declare, integer, isZero, load, real, reference, sizeOf, sumOf, variable } from './make.ts'; // prettier-ignore
import { boundsOf, type Bounds } from './ranges.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapChildren, mapExpression, mapExpressions, mapRegions, regionsOf } from './walk.ts';

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
      into.push(...draft.before, counted({ ...statement, order: 'up', body }), ...draft.after.map(stored));
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

/** A loop over all elements but the last: its own is `i` from 0, or `i - 1` from 1. */
interface Walk {
  readonly loop: Loop;
  readonly effects: Effects;
  /** From its index to its own element. */
  readonly own: 0 | -1;
  readonly last: Expression;
}

function carried(loop: Loop, bounds: Bounds): Draft | undefined {
  const own = isZero(loop.from) ? 0 : isNumber(loop.from, 1) ? -1 : undefined;
  if (loop.order === 'down' || loop.to.kind !== 'extent' || own === undefined) return undefined;
  if (loop.body.some((statement) => regionsOf(statement).length > 0)) return undefined;
  const effects = effectsOf(loop.body);
  const length = own === 0 ? plus(loop.to.size, one) : loop.to.size;
  if (!bounds.isPositive(length)) return undefined;
  const walk: Walk = { loop, effects, own, last: sizeOf(subtract(length, one)) };
  const isRow = ({ dims, scalar }: Buffer): boolean =>
    scalar === 'real' && dims.length === 1 && dims[0]?.key === length.key;
  const initial: Draft = { before: [], body: loop.body, end: [], after: [], added: [] };
  let draft = initial;
  for (const buffer of effects.accumulated) if (isRow(buffer)) draft = withAdds(draft, walk, buffer);
  for (const buffer of effects.loaded) if (isRow(buffer)) draft = withLoads(draft, walk, buffer);
  return draft === initial ? undefined : draft;
}

/** `array[i] += a; array[i + 1] += b` */
function withAdds(draft: Draft, { loop, effects, own: at, last }: Walk, buffer: Buffer): Draft {
  if (effects.loaded.has(buffer) || effects.stored.has(buffer)) return draft;
  const adds = draft.body.flatMap((one) => (one.kind === 'accumulate' && one.buffer === buffer ? [one] : []));
  const own = adds.find(({ indices }) => isAt(indices, at, loop));
  const next = adds.find(({ indices }) => isAt(indices, at + 1, loop));
  if (own === undefined || next === undefined || adds.length !== 2) return draft;
  const carry = variable('carried', 'real');
  const value = constant('next', 'real');
  // It is wanted until the own element has been added to.
  const isLast = draft.body.indexOf(next) > draft.body.indexOf(own);
  const assign = (by: Expression): Statement => ({ kind: 'assign', local: carry, value: by });
  return {
    before: [...draft.before, declare(carry, real(0))],
    body: draft.body.map((one) => {
      if (one === own) return { ...own, value: sumOf(reference(carry), own.value) };
      if (one === next) return isLast ? assign(next.value) : declare(value, next.value);
      return one;
    }),
    end: isLast ? draft.end : [...draft.end, assign(reference(value))],
    after: [...draft.after, { kind: 'accumulate', buffer, indices: [last], value: reference(carry) }],
    added: [...draft.added, buffer],
  };
}

/** `f(array[i], array[i + 1])` */
function withLoads(draft: Draft, { loop, effects, own: at }: Walk, buffer: Buffer): Draft {
  if (writes(effects, buffer)) return draft;
  const name = buffer.role === 'direction' ? `${buffer.name}Direction` : buffer.name;
  const here = variable(`${name}Here`, 'real');
  const next = constant(`${name}Next`, 'real');
  const found = new Set<Local>();
  let others = 0;
  const replaced = (expression: Expression): Expression => {
    if (expression.kind !== 'load' || expression.buffer !== buffer) return expression;
    const local = isAt(expression.indices, at, loop)
      ? here
      : isAt(expression.indices, at + 1, loop)
        ? next
        : undefined;
    if (local === undefined) others++;
    else found.add(local);
    return local === undefined ? expression : reference(local);
  };
  const body = draft.body.map((one) => mapExpressions(one, (value) => mapExpression(value, replaced)));
  if (found.size < 2 || others > 0) return draft;
  const element = (index: Expression): Expression => load(buffer, [index]);
  const after = at === 0 ? apply('iadd', reference(loop.index), integer(1)) : reference(loop.index);
  return {
    ...draft,
    before: [...draft.before, declare(here, element(integer(0)))],
    body: [declare(next, element(after)), ...withoutAliases(body, here)],
    end: [...draft.end, { kind: 'assign', local: here, value: reference(next) }],
  };
}

/** Without declarations that say nothing but the local. */
function withoutAliases(body: readonly Statement[], of: Local): readonly Statement[] {
  const isOf = (expression: Expression | undefined): boolean =>
    expression?.kind === 'local' && expression.local === of;
  const aliases = new Set<Local>();
  const kept = body.filter((one) => {
    const isAlias = one.kind === 'declare' && !one.local.mutable && isOf(one.value);
    if (isAlias) aliases.add(one.local);
    return !isAlias;
  });
  const direct = (expression: Expression): Expression =>
    expression.kind === 'local' && aliases.has(expression.local) ? reference(of) : expression;
  return kept.map((one) => mapExpressions(one, (value) => mapExpression(value, direct)));
}

/** The same loop from 1, so that no index is one more than that of the loop. */
function counted(loop: Loop): Loop {
  if (!isZero(loop.from) || loop.to.kind !== 'extent') return loop;
  const index = reference(loop.index);
  const isNext = (expression: Expression): boolean =>
    expression.kind === 'op' &&
    expression.op === 'iadd' &&
    isIndex(expression.args[0], loop) &&
    isNumber(expression.args[1], 1);
  const before = apply('isub', index, integer(1));
  const shifted = (expression: Expression): Expression =>
    isNext(expression) ? index : isIndex(expression, loop) ? before : mapChildren(expression, shifted);
  const body = loop.body.map((one) => mapExpressions(one, shifted));
  return { ...loop, from: integer(1), to: sizeOf(plus(loop.to.size, one)), body };
}

const isIndex = (expression: Expression | undefined, { index }: Loop): boolean =>
  expression?.kind === 'local' && expression.local === index;

const isNumber = (expression: Expression | undefined, value: number): boolean =>
  expression?.kind === 'literal' && expression.value === value;

/** The index is that of the loop and `offset` more; constants of its body are looked through. */
function isAt([index]: readonly Expression[], offset: number, loop: Loop): boolean {
  if (index?.kind === 'local') {
    if (index.local === loop.index) return offset === 0;
    const declared = loop.body.find((one) => one.kind === 'declare' && one.local === index.local);
    return declared?.kind === 'declare' && !declared.local.mutable && declared.value !== undefined
      ? isAt([declared.value], offset, loop)
      : false;
  }
  if (index?.kind !== 'op' || (index.op !== 'iadd' && index.op !== 'isub')) return false;
  const [a, b] = index.args;
  return isIndex(a, loop) && isNumber(b, index.op === 'iadd' ? offset : -offset);
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
