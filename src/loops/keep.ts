// Costly values of one loop that a later loop over the same range computes again are kept in an array: a sine that the
// loss adds up, say, whose adjoint is a cosine that the loss has added up as well. A store and a load cost a sixth of a function.
// Fusion comes before: where two loops became one there is nothing to keep.

import { costOf } from './cost.ts';
import { changesLocal, effectsOf, writes, type Effects } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import { constant, declare, invented, lengthOf, load, reference, scalarOf } from './make.ts';
import { nameFor } from './names.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import {
  childrenOf,
  expressionsOf,
  mapChildren,
  mapExpressions,
  mapRegions,
  visitStatements,
} from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;
type Store = Extract<Statement, { readonly kind: 'store' }>;

/** What a store and a load cost, and the memory: functions cost more, divisions do not. */
const keeping = 4;

/** Statements further apart than this are not compared, which keeps the pass linear. */
const farthest = 64;

export function keepCostly(routine: Routine): Routine {
  const keys = keysFor();
  const arrays: Buffer[] = [];
  const list = (before: readonly Statement[]): readonly Statement[] => {
    const statements = before.map((statement) => mapRegions(statement, list));
    const plan: Plan = { arrays: new Map(), replaced: new Map(), before: new Map() };
    statements.forEach((first, start) => {
      if (first.kind !== 'for') return;
      for (let end = start + 1; end < statements.length && end <= start + farthest; end++) {
        const second = statements[end];
        if (second?.kind === 'for') match(statements.slice(start, end + 1), first, second, keys, plan);
      }
    });
    arrays.push(...plan.arrays.values());
    return plan.arrays.size === 0 ? statements : carryOut(statements, plan);
  };
  const body = list(routine.body);
  return arrays.length === 0 ? routine : { ...routine, body, scratch: [...routine.scratch, ...arrays] };
}

interface Plan {
  /** By the values that are kept in them. */
  readonly arrays: Map<Expression, Buffer>;
  /** What stands in place of a value in a statement. */
  readonly replaced: Map<Statement, Map<Expression, Expression>>;
  /** What goes before a statement. */
  readonly before: Map<Statement, Statement[]>;
}

/** A costly value that is computed in every iteration of some loops, the outer ones first. */
interface Site {
  readonly value: Expression;
  readonly statement: Statement;
  /** The list in which the statement stands. */
  readonly list: readonly Statement[];
  readonly loops: readonly Loop[];
}

/** Keeps what `first` computes and `second` computes again; `between` begins with the one and ends with the other. */
function match(between: readonly Statement[], first: Loop, second: Loop, keys: Keys, plan: Plan): void {
  const isReplaced = ({ value, statement }: Site): boolean =>
    plan.replaced.get(statement)?.has(value) === true;
  const wanted = sitesIn(second).filter((site) => !isReplaced(site));
  if (wanted.length === 0) return;
  const offered = sitesIn(first).filter((site) => plan.arrays.has(site.value) || !isReplaced(site));
  if (offered.length === 0) return;
  const facts = factsOf(between, first);
  const known = new Map<string, Site>();
  for (const site of offered) {
    const key = keyOf(site, facts, keys);
    if (key !== undefined && !known.has(key)) known.set(key, site);
  }
  for (const site of wanted) {
    const key = keyOf(site, facts, keys);
    const found = key === undefined ? undefined : known.get(key);
    if (found === undefined) continue;
    const array = plan.arrays.get(found.value) ?? keep(found, plan);
    replace(site, load(array, indicesOf(site.loops)), plan);
  }
}

function replace({ value, statement }: Site, by: Expression, { replaced }: Plan): void {
  const inStatement = replaced.get(statement) ?? new Map<Expression, Expression>();
  replaced.set(statement, inStatement.set(value, by));
}

const indicesOf = (loops: readonly Loop[]): readonly Expression[] =>
  loops.map(({ index }) => reference(index));

function keep(site: Site, plan: Plan): Buffer {
  const { value, statement, loops } = site;
  const name = nameFor(value);
  const dims = loops.flatMap((loop) => lengthOf(loop) ?? []);
  const array: Buffer = { role: 'scratch', name, scalar: 'real', dims, invented: true, isRange: true };
  const local = invented(name, 'real');
  const before = plan.before.get(statement) ?? [];
  const store: Store = { kind: 'store', buffer: array, indices: indicesOf(loops), value: reference(local) };
  plan.before.set(statement, [...before, declare(local, value), store]);
  replace(site, reference(local), plan);
  plan.arrays.set(value, array);
  return array;
}

/** What runs in each iteration of a nest of loops, whatever branches it has. */
function sitesIn(loop: Loop, around: readonly Loop[] = []): readonly Site[] {
  if (lengthOf(loop) === undefined) return [];
  const loops = [...around, loop];
  return loop.body.flatMap((statement): readonly Site[] => {
    if (statement.kind === 'for') return sitesIn(statement, loops);
    if (statement.kind === 'if' || statement.kind === 'while') return [];
    const found: Site[] = [];
    const look = (part: Expression): void => {
      if (part.kind === 'conditional') return look(part.condition);
      if (part.kind === 'op' && costOf(part.op) > keeping && scalarOf(part) === 'real')
        found.push({ value: part, statement, list: loop.body, loops });
      // The arms may be printed as those of a conditional.
      const isLazy = part.kind === 'op' && part.op === 'select';
      childrenOf(part).forEach((child, k) => {
        if (!isLazy || k === 0) look(child);
      });
    };
    expressionsOf(statement).forEach(look);
    return found;
  });
}

/** What is known of two loops and what is between them. */
interface Facts {
  readonly first: Loop;
  readonly effects: Effects;
  /** Constants by their locals. */
  readonly values: ReadonlyMap<Local, Expression>;
  /** The only store to an array, if the first loop makes it: each iteration, or nest of them, stores the element of its own. */
  readonly stores: ReadonlyMap<Buffer, { readonly store: Store; readonly list: readonly Statement[] }>;
  /** Stands for the index of a loop, by depth. */
  readonly places: Expression[];
}

function factsOf(between: readonly Statement[], first: Loop): Facts {
  const effects = effectsOf(between);
  const values = new Map<Local, Expression>();
  const writers = new Map<Buffer, number>();
  visitStatements(between, (one) => {
    if (one.kind === 'declare' && !one.local.mutable && one.value !== undefined)
      values.set(one.local, one.value);
    if (one.kind === 'store' || one.kind === 'accumulate' || one.kind === 'fill')
      writers.set(one.buffer, (writers.get(one.buffer) ?? 0) + 1);
  });
  const stores = new Map<Buffer, { readonly store: Store; readonly list: readonly Statement[] }>();
  const visit = (loop: Loop, around: readonly Loop[]): void => {
    const loops = [...around, loop];
    for (const one of loop.body) {
      if (one.kind === 'for') visit(one, loops);
      const isOwn =
        one.kind === 'store' &&
        one.indices.length === loops.length &&
        one.indices.every((index, k) => index.kind === 'local' && index.local === loops[k]?.index);
      if (isOwn && writers.get(one.buffer) === 1) stores.set(one.buffer, { store: one, list: loop.body });
    }
  };
  visit(first, []);
  return { first, effects, values, stores, places: [] };
}

/** Equal for sites whose values are equal in equal iterations; nothing where that cannot be told. */
function keyOf(
  site: Site,
  { first, effects, values, stores, places }: Facts,
  keys: Keys,
): string | undefined {
  while (places.length < site.loops.length) places.push(reference(constant(`i${places.length}`, 'int')));
  const own = places.slice(0, site.loops.length);
  const mentioned = new Set<Expression>();
  let isKnown = true;
  const fail = (part: Expression): Expression => {
    isKnown = false;
    return part;
  };
  const standard = (part: Expression): Expression => {
    if (part.kind === 'local') {
      const { local } = part;
      const depth = site.loops.findIndex(({ index }) => index === local);
      const place = own[depth];
      if (place !== undefined) {
        mentioned.add(place);
        return place;
      }
      const array = storedIn(local, site, stores);
      if (array !== undefined) {
        for (const each of own) mentioned.add(each);
        return load(array, own);
      }
      const value = values.get(local);
      if (value !== undefined) return standard(value);
      return effects.declared.has(local) || changesLocal(effects, local) ? fail(part) : part;
    }
    if (part.kind === 'conditional') return fail(part);
    const mapped = mapChildren(part, standard);
    if (mapped.kind !== 'load' || !writes(effects, mapped.buffer)) return mapped;
    const stored = stores.get(mapped.buffer);
    const isElement =
      mapped.indices.length === own.length && mapped.indices.every((index, k) => index === own[k]);
    // In the first loop it may be what the array held before.
    return stored !== undefined && site.loops[0] !== first && isElement ? mapped : fail(part);
  };
  const value = standard(site.value);
  if (!isKnown || own.some((place) => !mentioned.has(place))) return undefined;
  const extents = site.loops.map((loop) => lengthOf(loop)?.key ?? '');
  return `${extents.join()} ${keys.expression(value)}`;
}

/** The array to which the local was stored before, in the iteration in hand and with the value that it still has. */
function storedIn(local: Local, { list, statement }: Site, stores: Facts['stores']): Buffer | undefined {
  for (const { store, list: home } of stores.values()) {
    if (home !== list || store.value.kind !== 'local' || store.value.local !== local) continue;
    const [from, to] = [list.indexOf(store), list.indexOf(statement)];
    if (!local.mutable || (from < to && !changesLocal(effectsOf(list.slice(from, to)), local)))
      return store.buffer;
  }
  return undefined;
}

function carryOut(statements: readonly Statement[], { replaced, before }: Plan): readonly Statement[] {
  const list = (inner: readonly Statement[]): readonly Statement[] =>
    inner.flatMap((statement) => {
      const own = replaced.get(statement);
      const mapped = own === undefined ? statement : mapExpressions(statement, (root) => inPlace(root, own));
      return [...(before.get(statement) ?? []), mapRegions(mapped, list)];
    });
  return list(statements);
}

const inPlace = (part: Expression, replaced: ReadonlyMap<Expression, Expression>): Expression =>
  replaced.get(part) ?? mapChildren(part, (child) => inPlace(child, replaced));
