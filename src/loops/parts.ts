// A body that is too long for V8 and for tsc is cut into parts, functions of their own. Values that live across a cut go
// through one scratch array, `spill`; loads of inputs are done again instead, and so is one operation on values that the
// part has anyway. Loops are never cut.

import { constant as size } from '../base/polynomial.ts';
import { costOfExpression } from './cost.ts';
import { effectsOf } from './effects.ts';
import { apply, constant, declare, integer, load, real, reference } from './make.ts';
import type { Buffer, Expression, Local, Part, Routine, Statement } from './types.ts';
import { expressionsOf, regionsOf, visitExpression, visitStatements } from './walk.ts';

/** A local of the whole body that more than one part uses. */
interface Shared {
  readonly local: Local;
  /** The load of an input that it stands for, which every part can do for itself. */
  readonly again: Expression | undefined;
  /** One cheap operation that it stands for, for parts that need its operands too. */
  readonly operation: Expression | undefined;
  readonly first: number;
  last: number;
  /** The last part that takes it from the spill array. */
  lastLoad: number;
  slot: number;
}

/** V8 optimises up to about 2,000 simple operations in one function; a statement counts as three of them at least. */
const operationsPerStatement = 3;

export function splitParts(routine: Routine, options: { readonly partStatements?: number }): Routine {
  const budget = options.partStatements ?? 500;
  const { body } = routine;
  const found = footprints(body);
  const total = found.reduce((sum, { weight }) => sum + weight, 0);
  if (total <= 1.5 * budget || body.length === 1) return routine;
  const cuts = chooseCuts(found, liveAcross(found), budget);
  const partOf = new Int32Array(body.length);
  cuts.forEach((start, part) => partOf.fill(part, start));
  const needed = neededBy(found, partOf, cuts.length);
  const shared = findShared(routine, found, partOf, needed);
  const spill: Buffer = { role: 'scratch', name: 'spill', scalar: 'real', dims: [size(assignSlots(shared))] };

  const parts = cuts.map((start, part): Part => {
    const end = cuts[part + 1] ?? body.length;
    const statements = partBody(part, body.slice(start, end), found.slice(start, end), shared, needed, spill);
    return { name: `part${part + 1}`, body: statements };
  });
  const calls = cuts.map((_, part): Statement => ({ kind: 'call', part }));
  const scratch = spill.dims[0]?.terms.length === 0 ? routine.scratch : [...routine.scratch, spill];
  const rest = { ...routine, parts, scratch };
  if (routine.result === undefined) return { ...rest, body: calls };
  const used = effectsOf([{ kind: 'fill', buffer: spill, value: routine.result }]).used;
  const taken = fetched([...used], cuts.length, new Set(), shared, needed, spill);
  return { ...rest, body: [...calls, ...taken] };
}

/** What matters here of a statement, its regions included. */
interface Footprint {
  readonly weight: number;
  readonly declared: readonly Local[];
  /** Read or changed. */
  readonly touched: readonly Local[];
  readonly changed: readonly Local[];
}

/** One for each statement. This walks all of a large body, so it looks at each thing once and makes no sets. */
function footprints(body: readonly Statement[]): readonly Footprint[] {
  /** The last statement that touches a local, as far as is known. */
  const lastTouch = new Map<Local, number>();
  return body.map((statement, position) => {
    let weight = 0;
    let count = 0;
    const declared: Local[] = [];
    const touched: Local[] = [];
    const changed: Local[] = [];
    const touch = (local: Local): void => {
      if (lastTouch.get(local) === position) return;
      lastTouch.set(local, position);
      touched.push(local);
    };
    const look = (part: Expression): void => {
      count += 1;
      if (part.kind === 'local') touch(part.local);
    };
    const visit = (inner: Statement): void => {
      count = 0;
      for (const expression of expressionsOf(inner)) visitExpression(expression, look);
      weight += Math.max(1, count / (2 * operationsPerStatement));
      if (inner.kind === 'declare') declared.push(inner.local);
      if (inner.kind === 'for') declared.push(inner.index);
      if (inner.kind !== 'assign' && inner.kind !== 'increase') return;
      touch(inner.local);
      changed.push(inner.local);
    };
    visit(statement);
    for (const region of regionsOf(statement)) visitStatements(region, visit);
    return { weight, declared, touched, changed };
  });
}

/** For each position, how many locals are declared before it and used at or after it. */
function liveAcross(found: readonly Footprint[]): Int32Array {
  const declaredAt = new Map<Local, number>();
  const lastUse = new Map<Local, number>();
  found.forEach(({ declared, touched }, position) => {
    for (const local of touched) lastUse.set(local, position);
    for (const local of declared) declaredAt.set(local, position);
  });
  const live = new Int32Array(found.length + 1);
  for (const [local, from] of declaredAt) {
    const to = lastUse.get(local) ?? from;
    if (to <= from) continue;
    live[from + 1] = (live[from + 1] ?? 0) + 1;
    live[to + 1] = (live[to + 1] ?? 0) - 1;
  }
  for (let position = 1; position < live.length; position++) {
    live[position] = (live[position] ?? 0) + (live[position - 1] ?? 0);
  }
  return live;
}

/** First statement of each part. Near the end of the budget, the cut goes where the fewest locals are alive. */
function chooseCuts(found: readonly Footprint[], live: Int32Array, budget: number): readonly number[] {
  const weightAt = (position: number): number => found[position]?.weight ?? 0;
  const cuts = [0];
  let weight = 0;
  let best = -1;
  for (let position = 0; position < found.length; position++) {
    const start = cuts.at(-1) ?? 0;
    if (position > start && weight >= 0.75 * budget) {
      if (best < 0 || (live[position] ?? 0) < (live[best] ?? 0)) best = position;
      if (weight + weightAt(position) > budget) {
        cuts.push(best);
        position = best;
        weight = 0;
        best = -1;
      }
    }
    weight += weightAt(position);
  }
  return cuts;
}

/** For each part the locals that its statements read or change. */
function neededBy(
  found: readonly Footprint[],
  partOf: Int32Array,
  parts: number,
): readonly ReadonlySet<Local>[] {
  const needed = Array.from({ length: parts }, () => new Set<Local>());
  found.forEach(({ touched }, position) => {
    for (const local of touched) needed[partOf[position] ?? 0]?.add(local);
  });
  return needed;
}

function findShared(
  { body, result }: Routine,
  found: readonly Footprint[],
  partOf: Int32Array,
  needed: readonly ReadonlySet<Local>[],
): ReadonlyMap<Local, Shared> {
  const all = new Map<Local, Shared>();
  const touch = (local: Local, part: number): void => {
    const shared = all.get(local);
    if (shared === undefined || part === shared.last) return;
    shared.last = part;
    const operation = operationIn(shared, part, all, needed);
    if (operation === undefined) shared.lastLoad = part;
    else visitExpression(operation, (inner) => inner.kind === 'local' && touch(inner.local, part));
  };
  body.forEach((statement, position) => {
    const part = partOf[position] ?? 0;
    for (const local of found[position]?.touched ?? []) touch(local, part);
    if (statement.kind !== 'declare') return;
    const { local, value } = statement;
    const again = !local.mutable && value !== undefined && isInput(value) ? value : undefined;
    const operation = !local.mutable && value !== undefined && isCheap(value) ? value : undefined;
    all.set(local, { local, again, operation, first: part, last: part, lastLoad: -1, slot: -1 });
  });
  if (result !== undefined) {
    const { used } = effectsOf([{ kind: 'declare', local: constant('result', 'real'), value: result }]);
    for (const local of used) touch(local, needed.length);
  }
  for (const shared of all.values()) if (shared.last === shared.first) all.delete(shared.local);
  return all;
}

const isInput = (value: Expression): boolean =>
  value.kind === 'load' &&
  (value.buffer.role === 'param' || value.buffer.role === 'data' || value.buffer.role === 'direction') &&
  value.indices.every((index) => index.kind === 'literal');

const isFixed = ({ kind }: Expression): boolean => kind === 'literal' || kind === 'extent';

/** What costs no more than to load it, and does not change. */
const isCheap = (value: Expression): boolean =>
  value.kind === 'op' &&
  costOfExpression(value) <= 1 &&
  value.args.every((arg) => (arg.kind === 'local' ? !arg.local.mutable : isFixed(arg)));

/** The operation that a part does again for a local: it needs the operands itself, or they are inputs. */
function operationIn(
  { operation }: Shared,
  part: number,
  shared: ReadonlyMap<Local, Shared>,
  needed: readonly ReadonlySet<Local>[],
): Expression | undefined {
  if (operation?.kind !== 'op') return undefined;
  const isThere = (arg: Expression): boolean =>
    arg.kind !== 'local' ||
    needed[part]?.has(arg.local) === true ||
    shared.get(arg.local)?.again !== undefined;
  return operation.args.every(isThere) ? operation : undefined;
}

/** Linear scan: a slot is free again in the part after the last that uses its local. Returns how many there are. */
function assignSlots(shared: ReadonlyMap<Local, Shared>): number {
  const ending = new Map<number, number[]>();
  const free: number[] = [];
  let count = 0;
  let part = 0;
  // The map is in the order of declarations, so of parts.
  for (const one of shared.values()) {
    if (one.again !== undefined || one.lastLoad < 0) continue;
    for (; part < one.first; part++) free.push(...(ending.get(part) ?? []));
    one.slot = free.pop() ?? count++;
    const others = ending.get(one.lastLoad);
    if (others === undefined) ending.set(one.lastLoad, [one.slot]);
    else others.push(one.slot);
  }
  return count;
}

/** The statements of a part, with loads for what it takes from earlier parts and stores for what later ones take. */
function partBody(
  part: number,
  statements: readonly Statement[],
  found: readonly Footprint[],
  shared: ReadonlyMap<Local, Shared>,
  needed: readonly ReadonlySet<Local>[],
  spill: Buffer,
): readonly Statement[] {
  const here = new Set<Local>();
  const changed = new Set<Shared>();
  const into: Statement[] = [];
  const dropped = unreadIn(statements, found, shared);
  statements.forEach((statement, position) => {
    const own = found[position];
    if (own === undefined || dropped.has(statement)) return;
    // Each part makes for itself what it can load again, and variables that have no value yet, if it needs them.
    if (statement.kind === 'declare') {
      const { local, value } = statement;
      if (shared.get(local)?.again !== undefined) return;
      if (value === undefined && shared.has(local) && needed[part]?.has(local) !== true) return;
    }
    into.push(...fetched(own.touched, part, here, shared, needed, spill));
    for (const local of own.changed) {
      const one = shared.get(local);
      if (one !== undefined) changed.add(one);
    }
    into.push(statement);
    if (statement.kind !== 'declare') return;
    here.add(statement.local);
    const one = shared.get(statement.local);
    if (one === undefined || one.slot < 0) return;
    if (one.local.mutable && statement.value !== undefined) changed.add(one);
    if (!one.local.mutable) into.push(save(one, spill));
  });
  for (const one of changed) if (one.last > part) into.push(save(one, spill));
  return into;
}

/** Declarations that only other parts read, which compute them again, and what only these read. */
function unreadIn(
  statements: readonly Statement[],
  found: readonly Footprint[],
  shared: ReadonlyMap<Local, Shared>,
): ReadonlySet<Statement> {
  const uses = new Map<Local, number>();
  const count = ({ touched }: Footprint, by: number): void => {
    for (const local of touched) uses.set(local, (uses.get(local) ?? 0) + by);
  };
  for (const own of found) count(own, 1);
  const unread = new Set<Statement>();
  for (let position = statements.length - 1; position >= 0; position--) {
    const [statement, own] = [statements[position], found[position]];
    if (statement?.kind !== 'declare' || own === undefined || statement.local.mutable) continue;
    const { slot = -1 } = shared.get(statement.local) ?? {};
    if (slot >= 0 || (uses.get(statement.local) ?? 0) > 0) continue;
    unread.add(statement);
    count(own, -1);
  }
  return unread;
}

/** Declares again, in a function of its own, locals that earlier parts computed and that are not `here` yet. */
function fetched(
  locals: readonly Local[],
  part: number,
  here: Set<Local>,
  shared: ReadonlyMap<Local, Shared>,
  needed: readonly ReadonlySet<Local>[],
  spill: Buffer,
): readonly Statement[] {
  const into: Statement[] = [];
  const fetch = (local: Local): void => {
    const one = shared.get(local);
    if (one === undefined || here.has(local)) return;
    here.add(local);
    const value = one.again ?? operationIn(one, part, shared, needed);
    if (value !== undefined) visitExpression(value, (inner) => inner.kind === 'local' && fetch(inner.local));
    into.push(declare(local, value ?? restored(local, load(spill, [integer(one.slot)]))));
  };
  for (const local of locals) fetch(local);
  return into;
}

/** The spill array holds reals. */
function restored({ scalar }: Local, value: Expression): Expression {
  return scalar === 'real' ? value : scalar === 'int' ? apply('toInt', value) : apply('ne', value, real(0));
}

function save({ slot, local }: Shared, spill: Buffer): Statement {
  const held = reference(local);
  const value =
    local.scalar === 'real'
      ? held
      : local.scalar === 'int'
        ? apply('toReal', held)
        : apply('select', held, real(1), real(0));
  return { kind: 'store', buffer: spill, indices: [integer(slot)], value };
}
