// Sharing: an expression that an earlier statement, in the same list or around it, already computed is not computed
// again. Fused loops have much in common; inside one body V8 would find it too, but not past stores and across loops.
//
// Two walks in the same order. The first finds which occurrences are used again, the second declares locals for those
// and puts references in place of the others.

import type { OpName } from '../ops/index.ts';
import { effectsOf } from './effects.ts';
import { constant, declare, invented, isAtom, reference, scalarOf } from './make.ts';
import { nameFor } from './names.ts';
import { numbering } from './numbering.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import {
  expressionsOf,
  mapChildren,
  mapExpressions,
  mapList,
  visitExpression,
  visitStatements,
} from './walk.ts';

/** Where a value can be had: an atom, or an occurrence (counted over the walk) of the expression that computes it. */
type Holder = { readonly atom: Expression } | { readonly occurrence: number };

/** What is shared: expressions that are worth it, under names of the compiler's own. */
interface Taste {
  readonly isWorth: (expression: Expression) => boolean;
  /** `buffer`: the expression is (part of) an offset in it. */
  readonly nameFor: (expression: Expression, buffer: Buffer | undefined) => string;
}

export const share = (routine: Routine): Routine => shareBy(routine, { isWorth: isWorthSharing, nameFor });

/** Shares row bases such as `n * D` and nothing else. */
export function shareRows(routine: Routine): Routine {
  let found = false;
  visitStatements(routine.body, (statement) => {
    for (const root of expressionsOf(statement)) {
      visitExpression(root, (part) => {
        if (isProduct(part)) found = true;
      });
    }
  });
  if (!found) return routine;
  return shareBy(routine, {
    isWorth: isRowBase,
    nameFor: (expression, buffer) => `${buffer?.name ?? ''}${isProduct(expression) ? 'Row' : 'At'}`,
  });
}

function shareBy(routine: Routine, taste: Taste): Routine {
  const again = new Set<number>();
  const first = walk(routine, taste, (occurrence) => void again.add(occurrence), new Set());
  return again.size === 0 ? first : walk(routine, taste, () => undefined, again);
}

/** Where an expression stands. */
interface Site {
  /** The list of the statement that evaluates it; undefined inside an arm, which may not run. */
  readonly into: Statement[] | undefined;
  readonly buffer?: Buffer;
  /** What the user calls the value. */
  readonly name?: string;
}

/** `note` is told of the occurrences that are used again; those in `declared` get locals. */
function walk(
  routine: Routine,
  taste: Taste,
  note: (occurrence: number) => void,
  declared: ReadonlySet<number>,
): Routine {
  const numbers = numbering();
  const held = new Map<number, Holder>();
  const locals = new Map<number, Local>();
  const lastChange = lastChanges(routine.body);
  let occurrences = 0;
  /** Counts the statements in the order of the text. */
  let position = -1;
  /** What the lists in hand changed in `held`, to be taken back when they end. */
  const undo: { readonly number: number; readonly before: Holder | undefined }[] = [];
  /** Checks made in the lists in hand. */
  const checks: string[] = [];

  function hold(number: number, holder: Holder): void {
    undo.push({ number, before: held.get(number) });
    held.set(number, holder);
  }

  /** The atom or local that holds the value, if there is one. */
  function shared(number: number, old: Expression): Expression | undefined {
    const holder = held.get(number);
    if (holder === undefined) return undefined;
    // A variable holds the value only until it changes.
    if ('atom' in holder) return numbers.numberOf(holder.atom) === number ? holder.atom : undefined;
    note(holder.occurrence);
    const local = locals.get(holder.occurrence);
    return local === undefined ? old : reference(local);
  }

  function expression(old: Expression, site: Site): Expression {
    if (old.kind === 'literal' || old.kind === 'extent') return old;
    const number = numbers.numberOf(old);
    if (old.kind === 'local') {
      const found = shared(number, old);
      if (found === undefined) hold(number, { atom: old });
      return found ?? old;
    }
    if (!taste.isWorth(old)) return parts(old, site);
    const found = shared(number, old);
    if (found !== undefined) return found;
    const { into, buffer, name } = site;
    if (into === undefined) return parts(old, site);
    const occurrence = occurrences++;
    hold(number, { occurrence });
    const rebuilt = parts(old, site);
    if (!declared.has(occurrence)) return rebuilt;
    const scalar = scalarOf(rebuilt);
    const local =
      name === undefined ? invented(taste.nameFor(rebuilt, buffer), scalar) : constant(name, scalar);
    locals.set(occurrence, local);
    numbers.declare(local, number);
    into.push(declare(local, rebuilt));
    return reference(local);
  }

  const parts = (old: Expression, { into, buffer }: Site): Expression =>
    mapChildren(old, (child) => {
      const isArm = old.kind === 'conditional' && child !== old.condition;
      const around = old.kind === 'load' ? old.buffer : buffer;
      const site = { into: isArm ? undefined : into };
      return expression(child, around === undefined ? site : { ...site, buffer: around });
    });

  /** An element that is written. What goes to an array of the user's is called so. */
  function element<S extends Extract<Statement, { readonly kind: 'store' | 'accumulate' }>>(
    statement: S,
    into: Statement[],
  ): S {
    const { buffer } = statement;
    const indices = mapList(statement.indices, (index) => expression(index, { into, buffer }));
    const isUsers = statement.kind === 'store' && buffer.role === 'scratch' && buffer.invented !== true;
    const value = expression(statement.value, isUsers ? { into, name: buffer.name } : { into });
    return { ...statement, indices, value };
  }

  /** A variable that the rest of its scope leaves alone is as good as a constant. Loops declare theirs anew. */
  const changesLater = (local: Local): boolean => (lastChange.get(local) ?? -1) >= position;

  function list(statements: readonly Statement[]): readonly Statement[] {
    const mark = undo.length;
    const checked = checks.length;
    const into: Statement[] = [];
    for (const statement of statements) step(statement, into);
    checks.length = checked;
    for (const { number, before } of undo.splice(mark).reverse()) {
      if (before === undefined) held.delete(number);
      else held.set(number, before);
    }
    return into;
  }

  function step(statement: Statement, into: Statement[]): void {
    position++;
    switch (statement.kind) {
      case 'declare':
        return declaration(statement, into);
      case 'for': {
        const from = expression(statement.from, { into });
        const to = expression(statement.to, { into });
        const effects = effectsOf(statement.body);
        numbers.change(effects);
        const body = list(statement.body);
        numbers.change(effects);
        into.push({ ...statement, from, to, body });
        return;
      }
      case 'while': {
        const effects = effectsOf(statement.body);
        numbers.change(effects);
        into.push({ ...statement, body: list(statement.body) });
        numbers.change(effects);
        return;
      }
      case 'if': {
        const condition = expression(statement.condition, { into });
        const then = list(statement.then);
        numbers.change(effectsOf(statement.then));
        const otherwise = list(statement.otherwise);
        numbers.change(effectsOf(statement.otherwise));
        into.push({ kind: 'if', condition, then, otherwise });
        return;
      }
      case 'check': {
        const key = `${numbers.numberOf(statement.index)} < ${statement.extent.key}`;
        if (checks.includes(key)) return;
        checks.push(key);
        into.push({ ...statement, index: expression(statement.index, { into }) });
        return;
      }
      case 'store':
        into.push(element(statement, into));
        numbers.store(statement);
        return;
      case 'accumulate':
        into.push(element(statement, into));
        numbers.change(effectsOf([statement]));
        return;
      case 'assign':
      case 'increase':
      case 'fill':
      case 'leave':
      case 'limit':
      case 'section':
      case 'call':
        into.push(mapExpressions(statement, (part) => expression(part, { into })));
        numbers.change(effectsOf([statement]));
        return;
    }
  }

  /** A constant whose value is at hand is not declared: from here on it has the number of that value. */
  function declaration(statement: Extract<Statement, { readonly kind: 'declare' }>, into: Statement[]): void {
    const { local, value } = statement;
    if (value === undefined || local.mutable) {
      into.push(value === undefined ? statement : { ...statement, value: expression(value, { into }) });
      numbers.declare(local, undefined);
      return;
    }
    const number = numbers.numberOf(value);
    const found = isAtom(value) ? expression(value, { into }) : shared(number, value);
    if (found !== undefined && !(found.kind === 'local' && changesLater(found.local))) {
      if (isAtom(value)) hold(number, { atom: found });
      numbers.declare(local, number);
      return;
    }
    into.push(declare(local, found ?? parts(value, { into })));
    numbers.declare(local, number);
    hold(number, { atom: reference(local) });
  }

  const body: Statement[] = [];
  for (const statement of routine.body) step(statement, body);
  if (routine.result === undefined) return { ...routine, body };
  return { ...routine, body, result: expression(routine.result, { into: undefined }) };
}

/** Where in the text each variable is changed last. */
function lastChanges(statements: readonly Statement[]): ReadonlyMap<Local, number> {
  const last = new Map<Local, number>();
  let position = -1;
  visitStatements(statements, (statement) => {
    position++;
    if (statement.kind === 'assign' || statement.kind === 'increase') last.set(statement.local, position);
  });
  return last;
}

const cheap: ReadonlySet<OpName> = new Set(['iadd', 'isub', 'imul', 'ineg', 'neg', 'not', 'toReal']);

/** `-x` and `i + 1` are not: a local for them would only be one more name. */
function isWorthSharing(expression: Expression): boolean {
  if (isAtom(expression)) return false;
  if (expression.kind !== 'op') return true;
  if (cheap.has(expression.op)) return expression.args.some(isWorthSharing);
  return scalarOf(expression) !== 'bool' || expression.args.some(isWorthSharing);
}

const isProduct = (expression: Expression): boolean => expression.kind === 'op' && expression.op === 'imul';

function isRowBase(expression: Expression): boolean {
  if (isProduct(expression)) return true;
  if (expression.kind !== 'op' || expression.op !== 'iadd') return false;
  return expression.args.some(isRowBase) && expression.args.every((arg) => arg.kind !== 'literal');
}
