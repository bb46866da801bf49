// Working where a maximum was found. The adjoints behind pooling go to an array that is zero elsewhere, and the loops over that
// array (see skip.ts) look for those that are not. What these loops do with an element is done at once instead, when it is
// added: it adds products with the element, so that the products of a sum are the sum of products. The array is gone, and with
// it the search for the few that are not zero.
//
// That is no more work as long as there are no more additions to the array than elements in it.

import { isNeverNegative, multiply, one, subtract, type Polynomial } from '../base/polynomial.ts';
import { effectsOf } from './effects.ts';
import { apply, declare, invented, isAtom, isZero, real, reference, sizeIn } from './make.ts';
import { factorsOf } from './skip.ts';
import { copiedList, renameIn, type Names } from './rename.ts';
import { oppose, touchedBy } from './touch.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { expressionsOf, mapRegions, regionsOf, visitExpression, visitStatements } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;
type Accumulate = Extract<Statement, { readonly kind: 'accumulate' }>;

export function scatter(routine: Routine): Routine {
  const uses = usesIn(routine);
  const gone = new Set<Buffer>();
  const list = (statements: readonly Statement[]): readonly Statement[] => {
    let current = statements.map((statement) => mapRegions(statement, list));
    for (let k = 0; k < current.length; k++) {
      const consumer = consumerOf(current[k]);
      if (consumer === undefined || !isScattered(consumer.buffer, uses)) continue;
      const merged = mergedAt(current, k, consumer);
      if (merged === undefined) continue;
      gone.add(consumer.buffer);
      current = merged;
      k = -1;
    }
    return current;
  };
  const body = list(routine.body);
  if (gone.size === 0) return routine;
  return { ...routine, body, scratch: routine.scratch.filter((buffer) => !gone.has(buffer)) };
}

/** How often an array is touched in the whole routine. */
interface Uses {
  fills: number;
  stores: number;
  additions: number;
  loads: number;
}

function usesIn({ body, result }: Routine): ReadonlyMap<Buffer, Uses> {
  const uses = new Map<Buffer, Uses>();
  const of = (buffer: Buffer): Uses => {
    const found = uses.get(buffer) ?? { fills: 0, stores: 0, additions: 0, loads: 0 };
    uses.set(buffer, found);
    return found;
  };
  const look = (part: Expression): void => {
    if (part.kind === 'load') of(part.buffer).loads++;
  };
  visitStatements(body, (statement) => {
    if (statement.kind === 'fill') of(statement.buffer).fills++;
    if (statement.kind === 'store') of(statement.buffer).stores++;
    if (statement.kind === 'accumulate') of(statement.buffer).additions++;
    for (const root of expressionsOf(statement)) visitExpression(root, look);
  });
  if (result !== undefined) visitExpression(result, look);
  return uses;
}

/** It is cleared, added to in one place, and read in one place. */
function isScattered(buffer: Buffer, uses: ReadonlyMap<Buffer, Uses>): boolean {
  const found = uses.get(buffer);
  return (
    buffer.role === 'scratch' &&
    found?.fills === 1 &&
    found.stores === 0 &&
    found.additions === 1 &&
    found.loads === 1
  );
}

/** Loops over all elements of an array that do something with those that are not zero. */
interface Consumer {
  readonly buffer: Buffer;
  /** The index of each axis. */
  readonly axes: readonly Local[];
  readonly element: Local;
  /** The outer loops, as far as they prepare something, and what each of them begins with. */
  readonly outer: readonly { readonly loop: Loop; readonly before: readonly Statement[] }[];
  /** Constants of the loops inside these, and what is done with the element. */
  readonly body: readonly Statement[];
}

function consumerOf(statement: Statement | undefined): Consumer | undefined {
  const levels: { readonly loop: Loop; readonly before: readonly Statement[] }[] = [];
  let inner = statement;
  while (inner?.kind === 'for') {
    if (inner.order !== undefined || !isZero(inner.from)) return undefined;
    levels.push({ loop: inner, before: inner.body.slice(0, -1) });
    inner = inner.body.at(-1);
  }
  if (inner?.kind !== 'if' || inner.otherwise.length > 0) return undefined;
  const { condition } = inner;
  const [tested, zero] = condition.kind === 'op' && condition.op === 'ne' ? condition.args : [];
  if (tested?.kind !== 'local' || zero === undefined || !isZero(zero)) return undefined;
  const prepared = levels.findLastIndex(({ before }) => !before.every(isConstant)) + 1;
  const constants = levels.slice(prepared).flatMap(({ before }) => before);
  const element = constants.find((each) => each.kind === 'declare' && each.local === tested.local);
  if (element?.kind !== 'declare' || element.value?.kind !== 'load') return undefined;
  const { buffer, indices } = element.value;
  const axes = indices.flatMap((index) => (index.kind === 'local' ? [index.local] : []));
  const isWhole =
    axes.length === levels.length &&
    buffer.dims.length === levels.length &&
    levels.every(({ loop: { index, to } }) => {
      const axis = axes.indexOf(index);
      return axis >= 0 && sizeIn(to)?.key === buffer.dims[axis]?.key;
    });
  const body = [...constants.filter((each) => each !== element), ...inner.then];
  if (!isWhole || !isLinear(body, element.local)) return undefined;
  return { buffer, axes, element: element.local, outer: levels.slice(0, prepared), body };
}

/** All that is done is to add products with the element. */
function isLinear(statements: readonly Statement[], element: Local): boolean {
  let linear = true;
  visitStatements(statements, (statement) => {
    const mentions = expressionsOf(statement).reduce((sum, root) => sum + mentionsOf(element, root), 0);
    const isProduct =
      statement.kind === 'accumulate' &&
      mentions === 1 &&
      factorsOf(statement.value).some((factor) => factor.kind === 'local' && factor.local === element);
    linear &&= isProduct || ((statement.kind === 'for' || isConstant(statement)) && mentions === 0);
  });
  return linear;
}

function mentionsOf(local: Local, root: Expression): number {
  let count = 0;
  visitExpression(root, (part) => {
    if (part.kind === 'local' && part.local === local) count++;
  });
  return count;
}

const isConstant = (statement: Statement): boolean =>
  statement.kind === 'declare' && !statement.local.mutable && statement.value !== undefined;

/** The list without the array that the statement at a place consumes, if what adds to the array may run there. */
function mergedAt(list: readonly Statement[], place: number, consumer: Consumer): Statement[] | undefined {
  const { buffer } = consumer;
  const from = list.findIndex((statement) => effectsOf([statement]).accumulated.has(buffer));
  const cleared = list.findIndex((statement) => statement.kind === 'fill' && statement.buffer === buffer);
  const [producer, consuming, clearing] = [list[from], list[place], list[cleared]];
  if (clearing?.kind !== 'fill' || !isZero(clearing.value) || !(cleared < from && from < place))
    return undefined;
  if (producer?.kind !== 'for' || consuming === undefined) return undefined;
  if (effectsOf([producer, consuming]).fixed) return undefined;
  const additions = additionsTo(buffer, producer);
  const size = buffer.dims.reduce(multiply, one);
  if (additions === undefined || !isNeverNegative(subtract(size, additions))) return undefined;
  const touched = touchedBy(producer);
  if (list.slice(from + 1, place).some((between) => oppose(touched, touchedBy(between)))) return undefined;
  const without = (statement: Statement) =>
    new Map([...touchedBy(statement)].filter(([thing]) => thing !== buffer));
  if (oppose(without(producer), without(consuming))) return undefined;
  if (!isAligned(producer, consumer)) return undefined;
  const [merged] = withConsumer([producer], consumer, 0);
  if (merged === undefined) return undefined;
  return list.flatMap((statement, k) =>
    k === cleared || k === from ? [] : k === place ? [merged] : [statement],
  );
}

/** How often the loop adds to the array at most. */
function additionsTo(buffer: Buffer, statement: Statement): Polynomial | undefined {
  if (statement.kind === 'accumulate' && statement.buffer === buffer) return one;
  const inner = regionsOf(statement)
    .flat()
    .find((each) => effectsOf([each]).accumulated.has(buffer));
  const count = inner === undefined ? undefined : additionsTo(buffer, inner);
  if (count === undefined || statement.kind === 'if') return count;
  const [first, last] = statement.kind === 'for' ? [sizeIn(statement.from), sizeIn(statement.to)] : [];
  return first === undefined || last === undefined ? undefined : multiply(count, subtract(last, first));
}

/** Where the consumer's loops prepare something, the producer has the same loops, and adds in that iteration. */
function isAligned(producer: Statement, { buffer, axes, outer }: Consumer): boolean {
  let current: Statement | undefined = producer;
  const indices = outer.map(({ loop: { index, to } }): [Local, Local] | undefined => {
    if (current?.kind !== 'for' || current.order !== undefined || !isZero(current.from)) return undefined;
    const isSame = sizeIn(current.to)?.key === sizeIn(to)?.key;
    const own = current.index;
    current = current.body.find((each) => effectsOf([each]).accumulated.has(buffer));
    return isSame ? [index, own] : undefined;
  });
  let isAligned = true;
  visitStatements([producer], (statement) => {
    if (statement.kind !== 'accumulate' || statement.buffer !== buffer) return;
    isAligned = indices.every((pair) => {
      const at = pair && statement.indices[axes.indexOf(pair[0])];
      return at?.kind === 'local' && at.local === pair?.[1];
    });
  });
  return isAligned;
}

/** What is done with an element in place of its addition, and what that wants prepared at the beginning of loops. */
function withConsumer(list: readonly Statement[], consumer: Consumer, depth: number): readonly Statement[] {
  const { buffer, outer } = consumer;
  return list.flatMap((statement): readonly Statement[] => {
    if (statement.kind === 'accumulate' && statement.buffer === buffer) return consumed(statement, consumer);
    if (!effectsOf([statement]).accumulated.has(buffer)) return [statement];
    const level = outer[depth];
    const inner = mapRegions(statement, (region) => withConsumer(region, consumer, depth + 1));
    if (level === undefined || inner.kind !== 'for') return [withTestOutside(inner)];
    const before = renameIn(level.before, new Map([[level.loop.index, inner.index]]));
    return [{ ...inner, body: [...before, ...inner.body] }];
  });
}

function consumed({ indices, value }: Accumulate, { axes, element, body }: Consumer): readonly Statement[] {
  const before: Statement[] = [];
  const named = (of: Expression, local: Local): Expression => {
    if (isAtom(of)) return of;
    before.push(declare(local, of));
    return reference(local);
  };
  const names: Names = new Map([
    ...axes.map(
      (axis, k) => [axis, named(indices[k] ?? reference(axis), invented(axis.name, 'int'))] as const,
    ),
    [element, named(value, invented(element.name, 'real'))] as const,
  ]);
  const factor = names.get(element) ?? value;
  return [
    ...before,
    { kind: 'if', condition: apply('ne', factor, real(0)), then: copiedList(body, names), otherwise: [] },
  ];
}

/** `if (c) { …; if (x != 0) … }` asks for x first, where x is known outside and there is nothing else to be done. */
function withTestOutside(statement: Statement): Statement {
  if (statement.kind !== 'if' || statement.otherwise.length > 0) return statement;
  const last = statement.then.at(-1);
  if (last?.kind !== 'if' || last.otherwise.length > 0) return statement;
  const before = effectsOf(statement.then.slice(0, -1));
  const { declared } = before;
  const changes = [...before.assigned, ...before.increased].some((local) => !declared.has(local));
  const isPure = !changes && before.stored.size + before.accumulated.size === 0 && !before.fixed;
  const condition = last.condition;
  let isKnown = true;
  visitExpression(condition, (part) => {
    if (part.kind === 'load' || (part.kind === 'local' && declared.has(part.local))) isKnown = false;
  });
  if (!isPure || !isKnown) return statement;
  const inner: Statement = { ...statement, then: [...statement.then.slice(0, -1), ...last.then] };
  return { kind: 'if', condition, then: [inner], otherwise: [] };
}
