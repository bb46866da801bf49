// Several iterations of a loop written side by side: the loops inside them run together, what they have in common is there once.

import { costOf } from './cost.ts';
import { changesLocal, effectsOf, writes, type Effects } from './effects.ts';
import type { Keys } from './keys.ts';
import { apply, declare, integer, invented, isAtom, isZero, load, reference, scalarOf } from './make.ts';
import { nameFor } from './names.ts';
import { copied, copiedList, substituted, type Names } from './rename.ts';
import type { Expression, Local, Statement } from './types.ts';
import {
  expressionsOf,
  isChoice,
  mapChildren,
  mapExpressions,
  someExpression,
  visitExpression,
  visitStatements,
} from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/** From this cost on, an op is a call of a function. */
const costOfCall = 12;

export const hasCalls = (statements: readonly Statement[]): boolean =>
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

/** A list that is written: how many loops are run together around it, and the names of what all iterations share. */
interface Place {
  readonly depth: number;
  readonly isInnermost: boolean;
  readonly names: Map<string, Local>;
  readonly into: Statement[];
}

/** Writes several iterations side by side. */
export class Together {
  /** How much work is saved: sums side by side and elements added to once count double, what is shared once. */
  gain = 0;
  /** How much is shared in innermost loops. */
  shared = 0;
  /** Locals that differ between iterations. */
  readonly #varying = new Set<Local>();
  /** What the constants among them stand for. */
  readonly #values = new Map<Local, Expression>();
  readonly #index: Local;
  readonly #lane: Local | undefined;
  readonly #effects: Effects;
  readonly #keys: Keys;
  readonly #longestRamp: number;

  /**
   * `longestRamp`: how many iterations can be taken together where each has a step more than the one before it.
   * `lane`: a local that stands for the place of an iteration among those that are taken together.
   */
  constructor(index: Local, effects: Effects, keys: Keys, longestRamp: number, lane?: Local) {
    this.#index = index;
    this.#lane = lane;
    this.#effects = effects;
    this.#keys = keys;
    this.#longestRamp = longestRamp;
    this.#varying.add(index);
    if (lane !== undefined) this.#varying.add(lane);
  }

  start(steps: readonly Expression[]): Copies {
    const declarations: Statement[] = [];
    const each = steps.map((value, u) => {
      const local = copyOf(this.#index, u);
      declarations.push(declare(local, value));
      const names = new Map<Local, Expression>([[this.#index, reference(local)]]);
      if (this.#lane !== undefined) names.set(this.#lane, integer(u));
      return names;
    });
    return { common: new Map(), each, declarations };
  }

  /** Undefined where iterations cannot be taken together. `depth`: how many loops are run together around this list. */
  list(statements: readonly Statement[], copies: Copies, depth: number): readonly Statement[] | undefined {
    const common = new Map(copies.common);
    const each = copies.each.map((names) => new Map(names));
    const here = { common, each, declarations: [] };
    const into: Statement[] = [];
    const isInnermost = !statements.some((statement) => statement.kind === 'for');
    const place: Place = { depth, isInnermost, names: new Map(), into };
    for (const statement of statements) {
      if (statement.kind === 'declare') {
        const { local, value } = statement;
        if (!local.mutable && value !== undefined && !this.#varies(value)) {
          const shared: Local = { ...local };
          into.push(declare(shared, substituted(value, common)));
          for (const names of [common, ...each]) names.set(local, reference(shared));
          continue;
        }
        const ready = this.#withShared(statement, common, place);
        this.#varying.add(local);
        if (!local.mutable && value !== undefined) this.#values.set(local, value);
        each.forEach((names, u) => {
          const own = copyOf(local, u);
          const initial = ready.kind === 'declare' ? ready.value : undefined;
          into.push({ kind: 'declare', local: own, ...(initial && { value: substituted(initial, names) }) });
          names.set(local, reference(own));
        });
        continue;
      }
      if (statement.kind === 'for' && !this.#varies(statement.from)) {
        const to = this.#varies(statement.to) ? this.#leastEnd(statement, each) : statement.to;
        if (to !== undefined) {
          const made = this.#loop({ ...statement, to }, here, depth);
          if (made === undefined) return undefined;
          into.push(made);
          if (to !== statement.to) into.push(...longer(statement, to, each));
          continue;
        }
      }
      const made = this.#side(statement, here, place);
      if (!made) return undefined;
    }
    return into;
  }

  /** A loop that is as long in all iterations. */
  #loop(
    statement: Loop,
    { common, each, declarations }: Copies & { readonly each: readonly Map<Local, Expression>[] },
    depth: number,
  ): Statement | undefined {
    const index: Local = { ...statement.index };
    for (const names of [common, ...each]) names.set(statement.index, reference(index));
    const { gain, shared } = this;
    const body = this.list(statement.body, { common, each, declarations }, depth + 1);
    if (body === undefined) return undefined;
    // Calls leave no registers to keep four of anything in.
    if (hasCalls(statement.body)) {
      this.gain = gain;
      this.shared = shared;
    }
    const [from, to] = [substituted(statement.from, common), substituted(statement.to, common)];
    return { ...statement, index, from, to, body };
  }

  /**
   * Where the loop ends in the first iteration, if it starts at 0 and runs to the index, or so many steps beyond: that far all go, and
   * each has one step more than the one before it.
   */
  #leastEnd({ from, to, order }: Loop, each: readonly Names[]): Expression | undefined {
    const [first] = each;
    if (first === undefined || each.length > this.#longestRamp) return undefined;
    const end = to.kind === 'local' ? (this.#values.get(to.local) ?? to) : to;
    const [start, steps] = end.kind === 'op' && end.op === 'iadd' ? end.args : [end, integer(0)];
    const isPlus = steps?.kind === 'literal' && Number(steps.value) >= 0;
    const isIndex = start?.kind === 'local' && start.local === this.#index;
    return isZero(from) && order === undefined && isPlus && isIndex ? substituted(to, first) : undefined;
  }

  /** A statement that is there once for each iteration, or once for all if all add to one element. */
  #side(statement: Statement, { common, each }: Copies, place: Place): boolean {
    const { depth, into } = place;
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
        const ready = this.#withShared(statement, common, place);
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
    const ready = this.#withShared(statement, common, place);
    for (const names of each) into.push(copied(ready, names));
    return true;
  }

  /** The statement with names for the reals that all iterations share, which go before it. */
  #withShared(
    statement: Statement,
    common: ReadonlyMap<Local, Expression>,
    { depth, isInnermost, names, into }: Place,
  ): Statement {
    if (depth === 0) return statement;
    const map = (part: Expression): Expression => {
      // An arm may not be computed, and then its loads need not be in range.
      const isShared = !isAtom(part) && scalarOf(part) === 'real' && !this.#varies(part);
      if (!isShared) return isChoice(part) ? part : mapChildren(part, map);
      const key = this.#keys.expression(part);
      let local = names.get(key);
      if (local === undefined) {
        local = invented(nameFor(part), scalarOf(part));
        names.set(key, local);
        into.push(declare(local, substituted(part, common)));
        this.gain++;
        if (isInnermost) this.shared++;
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

/** The steps that iterations have more than the first, which ends at `least`: the second one, the third two. */
function longer({ index, body }: Loop, least: Expression, each: readonly Names[]): readonly Statement[] {
  return each.flatMap((names, u) =>
    each.slice(0, u).flatMap((_, step) => {
      const own: Local = { ...index };
      const value = step === 0 ? least : apply('iadd', least, integer(step));
      return [
        declare(own, value),
        ...copiedList(body, new Map([...names, [index, reference(own)] as const])),
      ];
    }),
  );
}
