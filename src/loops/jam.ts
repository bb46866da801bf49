// Unroll and jam: four iterations of a loop at a time, with the loops inside them run together. Four sums that grow side by
// side do not wait for each other's additions, an element to which four iterations add is loaded and stored once, and so
// are loads that they share. The terms of a statement are still added in the order in which they came.

import { blocksOf, overBlocks } from './blocks.ts';
import { costOf } from './cost.ts';
import { changesLocal, effectsOf, writes, type Effects } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import { apply, declare, invented, isZero, load, reference } from './make.ts';
import { nameFor } from './names.ts';
import { copied, substituted, type Names } from './rename.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { expressionsOf, mapChildren, mapExpressions, mapRegions, someExpression, visitExpression, visitStatements } from './walk.ts'; // prettier-ignore

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/** Iterations that are taken together. */
const width = 4;
/** Loops with a known number of iterations below this are left alone. */
const fewestTrips = 2 * width;
/** Longer bodies are left alone: they are there five times afterwards. */
const longestBody = 24;
/** Savings below this are not worth it: see `gain`. */
const leastGain = 2;

export function jam(routine: Routine): Routine {
  const keys = keysFor();
  const { statements, jammed } = jammedIn(routine.body, keys);
  return jammed ? { ...routine, body: statements } : routine;
}

interface Jammed {
  readonly statements: readonly Statement[];
  /** Something in it was jammed; what is around it is not then. */
  readonly jammed: boolean;
}

/** Inner loops first: the closer to the work, the fewer statements are repeated. */
function jammedIn(statements: readonly Statement[], keys: Keys): Jammed {
  let jammed = false;
  const made = statements.flatMap((statement): readonly Statement[] => {
    let isInside = false;
    const inner = mapRegions(statement, (region) => {
      const found = jammedIn(region, keys);
      isInside ||= found.jammed;
      return found.statements;
    });
    jammed ||= isInside;
    if (isInside) return [inner];
    const replacement = statement.kind === 'for' ? jammedLoop(statement, keys) : undefined;
    jammed ||= replacement !== undefined;
    return replacement ?? [statement];
  });
  return jammed ? { statements: made, jammed } : { statements, jammed };
}

function jammedLoop(statement: Loop, keys: Keys): readonly Statement[] | undefined {
  const { index, from, to, order, body } = statement;
  const hasLoops = body.some((inner) => inner.kind === 'for');
  if (order !== undefined || !isZero(from) || !hasLoops || !isLong(to) || lengthOf(body) > longestBody)
    return undefined;
  const effects = effectsOf(body);
  if (!isApart(body, index, effects)) return undefined;
  const together = new Together(index, effects, keys);
  const blocks = blocksOf(to, width);
  let isPossible = true;
  const made = overBlocks(blocks.count, width, (steps) => {
    const copies = together.start(steps);
    const inside = together.list(body, copies, 0);
    isPossible = inside !== undefined && together.gain >= leastGain;
    return [...copies.declarations, ...(inside ?? [])];
  });
  if (!isPossible) return undefined;
  const rest = blocks.rest === undefined ? [] : [{ ...statement, from: blocks.rest }];
  return [...blocks.before, made, ...rest];
}

const isLong = (to: Expression): boolean => to.kind !== 'literal' || Number(to.value) >= fewestTrips;

function lengthOf(statements: readonly Statement[]): number {
  let count = 0;
  visitStatements(statements, () => count++);
  return count;
}

/**
 * Whether iterations keep out of each other's way whatever their order: what they store, and whatever is both written and
 * read, has the index in one and the same place.
 */
function isApart(body: readonly Statement[], index: Local, effects: Effects): boolean {
  const axes = new Map<Buffer, ReadonlySet<number>>();
  const meet = (buffer: Buffer, indices: readonly Expression[]): void => {
    const own = new Set(
      indices.flatMap((each, axis) => (each.kind === 'local' && each.local === index ? [axis] : [])),
    );
    const before = axes.get(buffer);
    axes.set(buffer, before === undefined ? own : new Set([...before].filter((axis) => own.has(axis))));
  };
  const needsOwn = (buffer: Buffer): boolean =>
    effects.stored.has(buffer) || (effects.accumulated.has(buffer) && effects.loaded.has(buffer));
  visitStatements(body, (statement) => {
    if (statement.kind === 'fill') axes.set(statement.buffer, new Set());
    if (statement.kind === 'store' || statement.kind === 'accumulate')
      meet(statement.buffer, statement.indices);
    for (const root of expressionsOf(statement))
      visitExpression(root, (part) => {
        if (part.kind === 'load') meet(part.buffer, part.indices);
      });
  });
  return [...axes].every(([buffer, own]) => own.size > 0 || !needsOwn(buffer));
}

const selects: ReadonlySet<string> = new Set(['select', 'iselect', 'bselect']);

/** From this cost on, an op is a call of a function. */
const costOfCall = 12;

const hasCalls = (statements: readonly Statement[]): boolean =>
  someExpression(statements, (part) => part.kind === 'op' && costOf(part.op) >= costOfCall);

function hasLoops(statement: Statement): boolean {
  let loops = 0;
  visitStatements([statement], ({ kind }) => {
    if (kind === 'for') loops++;
  });
  return loops > 0;
}

/** Whether the regions of a statement change locals that are neither their own nor an iteration's. */
function changesOuter(statement: Statement, own: Names): boolean {
  const { declared, assigned, increased } = effectsOf([statement]);
  return [...assigned, ...increased].some((local) => !declared.has(local) && !own.has(local));
}

/** One more of the local, for iteration `u`. */
const copyOf = (local: Local, u: number): Local => ({
  ...local,
  name: `${local.name}${/\d$/.test(local.name) ? '_' : ''}${u}`,
});

/** What locals are called in each of the iterations that are taken together. */
interface Copies {
  /** Those that are the same in all of them. */
  readonly common: Map<Local, Expression>;
  readonly each: readonly Names[];
  readonly declarations: readonly Statement[];
}

/** Writes several iterations side by side. */
class Together {
  /** How much work is saved: sums side by side and elements added to once count double, loads that are shared once. */
  gain = 0;
  /** Locals that differ between iterations. */
  readonly #varying = new Set<Local>();
  readonly #index: Local;
  readonly #effects: Effects;
  readonly #keys: Keys;

  constructor(index: Local, effects: Effects, keys: Keys) {
    this.#index = index;
    this.#effects = effects;
    this.#keys = keys;
    this.#varying.add(index);
  }

  start(steps: readonly Expression[]): Copies {
    const declarations: Statement[] = [];
    const each = steps.map((value, u) => {
      const local = copyOf(this.#index, u);
      declarations.push(declare(local, value));
      return new Map([[this.#index, reference(local)]]);
    });
    return { common: new Map(), each, declarations };
  }

  /** Undefined where iterations cannot be taken together. `depth`: how many loops are run together around this list. */
  list(statements: readonly Statement[], copies: Copies, depth: number): readonly Statement[] | undefined {
    const common = new Map(copies.common);
    const each = copies.each.map((names) => new Map(names));
    const here = { common, each, declarations: [] };
    const into: Statement[] = [];
    const loads = new Map<string, Local>();
    for (const statement of statements) {
      if (statement.kind === 'declare') {
        const { local, value } = statement;
        if (!local.mutable && value !== undefined && !this.#varies(value)) {
          const shared: Local = { ...local };
          into.push(declare(shared, substituted(value, common)));
          for (const names of [common, ...each]) names.set(local, reference(shared));
          continue;
        }
        const ready = this.#withLoads(statement, depth, common, loads, into);
        this.#varying.add(local);
        each.forEach((names, u) => {
          const own = copyOf(local, u);
          const initial = ready.kind === 'declare' ? ready.value : undefined;
          into.push({ kind: 'declare', local: own, ...(initial && { value: substituted(initial, names) }) });
          names.set(local, reference(own));
        });
        continue;
      }
      if (statement.kind === 'for' && ![statement.from, statement.to].some((end) => this.#varies(end))) {
        const index: Local = { ...statement.index };
        for (const names of [common, ...each]) names.set(statement.index, reference(index));
        const gain = this.gain;
        const body = this.list(statement.body, here, depth + 1);
        if (body === undefined) return undefined;
        // Calls leave no registers to keep four of anything in.
        if (hasCalls(statement.body)) this.gain = gain;
        into.push({
          ...statement,
          index,
          from: substituted(statement.from, common),
          to: substituted(statement.to, common),
          body,
        });
        continue;
      }
      const made = this.#side(statement, here, depth, loads, into);
      if (!made) return undefined;
    }
    return into;
  }

  /** A statement that is there once for each iteration, or once for all if all add to one element. */
  #side(
    statement: Statement,
    { common, each }: Copies,
    depth: number,
    loads: Map<string, Local>,
    into: Statement[],
  ): boolean {
    switch (statement.kind) {
      case 'increase':
      case 'assign': {
        const isOwn = each[0]?.has(statement.local) === true;
        const isRead = this.#effects.used.has(statement.local);
        if (!isOwn && (statement.kind === 'assign' || isRead || depth > 0)) return false;
        if (isOwn && depth > 0) this.gain += 2;
        break;
      }
      case 'accumulate': {
        if (statement.indices.some((index) => this.#varies(index))) break;
        if (depth > 0) this.gain += 2;
        const { buffer } = statement;
        const ready = this.#withLoads(statement, depth, common, loads, into);
        const [term] = expressionsOf(ready).slice(-1);
        const indices = statement.indices.map((index) => substituted(index, common));
        const plus = buffer.scalar === 'int' ? 'iadd' : 'add';
        const value = each.reduce<Expression>(
          (sum, names) => (term === undefined ? sum : apply(plus, sum, substituted(term, names))),
          load(buffer, indices),
        );
        into.push({ kind: 'store', buffer, indices, value });
        return true;
      }
      case 'fill':
      case 'section':
      case 'call':
      case 'leave':
        return false;
      case 'if':
        // A loop that runs in some iterations runs beside no other.
        if (hasLoops(statement) || changesOuter(statement, each[0] ?? new Map())) return false;
        break;
      case 'for':
      case 'while':
        // Nothing outside may depend on the order in which these run.
        if (changesOuter(statement, each[0] ?? new Map())) return false;
        break;
      case 'store':
      case 'check':
      case 'limit':
      case 'declare':
        break;
    }
    const ready = this.#withLoads(statement, depth, common, loads, into);
    for (const names of each) into.push(copied(ready, names));
    return true;
  }

  /** The statement with names for the loads that all iterations share, which go before it. */
  #withLoads(
    statement: Statement,
    depth: number,
    common: Map<Local, Expression>,
    loads: Map<string, Local>,
    into: Statement[],
  ): Statement {
    if (depth === 0) return statement;
    const map = (part: Expression): Expression => {
      // An arm may not be computed, and then its loads need not be in range.
      if (part.kind === 'conditional' || (part.kind === 'op' && selects.has(part.op))) return part;
      if (part.kind !== 'load' || this.#varies(part)) return mapChildren(part, map);
      const key = this.#keys.element(part.buffer, part.indices);
      let local = loads.get(key);
      if (local === undefined) {
        local = invented(nameFor(part), part.buffer.scalar);
        loads.set(key, local);
        into.push(declare(local, substituted(part, common)));
        this.gain++;
      }
      return reference(local);
    };
    return mapExpressions(statement, map);
  }

  /** Whether the expression may differ between iterations, or while one runs. */
  #varies(expression: Expression): boolean {
    let varies = false;
    visitExpression(expression, (part) => {
      if (part.kind === 'local')
        varies ||= this.#varying.has(part.local) || changesLocal(this.#effects, part.local);
      if (part.kind === 'load') varies ||= writes(this.#effects, part.buffer);
    });
    return varies;
  }
}
