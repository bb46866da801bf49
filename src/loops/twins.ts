// Twins: variables and scratch arrays that go through the same values. Where the primal and the adjoint run the same sum
// in one fused loop, both add the same numbers; one of the two is enough.

import { changesLocal, effectsOf, writes } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import { apply, reference } from './make.ts';
import { renameExpression, renameIn, replaceBuffers } from './rename.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapExpression, mapRegions, visitExpression } from './walk.ts';

export function mergeTwins(routine: Routine): Routine {
  const writers = countWriters(routine);
  const keys = keysFor();
  const locals = new Map<Local, Local>();
  const buffers = new Map<Buffer, Buffer>();
  const dropped = new Set<Statement>();
  find(routine.body, { keys, writers, locals, buffers, dropped });
  if (locals.size === 0 && buffers.size === 0) return routine;
  followChains(locals);
  followChains(buffers);
  const merged = { ...routine, body: renameIn(without(routine.body, dropped), locals) };
  const { result } = routine;
  const named = result === undefined ? merged : { ...merged, result: renameExpression(result, locals) };
  return replaceBuffers(named, buffers);
}

/** Of three that are equal, the one that the first two became may itself have become the third. */
function followChains<T>(replaced: Map<T, T>): void {
  for (const [gone, kept] of replaced) {
    let last = kept;
    for (let next = replaced.get(last); next !== undefined; next = replaced.get(last)) last = next;
    replaced.set(gone, last);
  }
}

/** How many statements change a variable (its declaration apart) or write a buffer, and which declaration it has. */
interface Writers {
  readonly count: ReadonlyMap<Local | Buffer, number>;
  /** Key of the list and of the first value of a variable. */
  readonly births: ReadonlyMap<Local, { readonly key: string; readonly statement: Statement }>;
}

interface Search {
  readonly keys: Keys;
  readonly writers: Writers;
  readonly locals: Map<Local, Local>;
  readonly buffers: Map<Buffer, Buffer>;
  readonly dropped: Set<Statement>;
}

function countWriters(routine: Routine): Writers {
  const count = new Map<Local | Buffer, number>();
  const births = new Map<Local, { key: string; statement: Statement }>();
  let lists = 0;
  const more = (thing: Local | Buffer): void => void count.set(thing, (count.get(thing) ?? 0) + 1);
  const visit = (statements: readonly Statement[]): void => {
    const list = lists++;
    for (const statement of statements) {
      if (statement.kind === 'assign' || statement.kind === 'increase') more(statement.local);
      if (statement.kind === 'store' || statement.kind === 'accumulate' || statement.kind === 'fill') {
        more(statement.buffer);
      }
      if (statement.kind === 'declare' && statement.local.mutable && statement.value?.kind === 'literal') {
        const { scalar, value } = statement.value;
        births.set(statement.local, { key: `${list} ${scalar} ${String(value)}`, statement });
      }
      if (statement.kind === 'for' || statement.kind === 'while') visit(statement.body);
      if (statement.kind === 'if') [statement.then, statement.otherwise].forEach(visit);
    }
  };
  visit(routine.body);
  return { count, births };
}

/** A statement that is the only one to change a variable or to write a scratch array. */
interface Writer {
  readonly statement: Statement;
  readonly thing: Local | Buffer;
  readonly value: Expression;
  /** Where an extremum stands, if that is wanted too. */
  readonly at?: Local;
}

/** Looks for equal writers in one list. */
function find(statements: readonly Statement[], search: Search): void {
  const seen = new Map<string, Writer>();
  let reads: ReadonlyMap<Local, number> | undefined;
  for (const statement of statements) {
    if (statement.kind === 'for' || statement.kind === 'while') find(statement.body, search);
    if (statement.kind === 'if') [statement.then, statement.otherwise].forEach((list) => find(list, search));
    const writer = writerOf(statement);
    const key =
      writer === undefined ? undefined : keyOf(writer, search, () => (reads ??= countReads(statements)));
    const first = key === undefined ? undefined : seen.get(key);
    if (writer !== undefined && first !== undefined) merge(first, writer, search);
    forget(seen, statement);
    if (key === undefined || writer === undefined) continue;
    // Of two extrema, the one that also knows where it stands remains.
    if (first === undefined || (first.at === undefined && writer.at !== undefined)) seen.set(key, writer);
  }
}

function writerOf(statement: Statement): Writer | undefined {
  switch (statement.kind) {
    case 'increase':
    case 'assign':
      return { statement, thing: statement.local, value: statement.value };
    case 'store':
      return statement.buffer.role === 'scratch'
        ? { statement, thing: statement.buffer, value: statement.value }
        : undefined;
    case 'if':
      return extremumOf(statement);
    default: // no other statement writes
      return undefined;
  }
}

/** `if (!(value <= best) && best == best) { best = value; at = index }`, as reductions are lowered. */
function extremumOf(statement: Extract<Statement, { readonly kind: 'if' }>): Writer | undefined {
  const { condition, then, otherwise } = statement;
  const [best, at] = then;
  if (then.length !== 2 || otherwise.length > 0 || best?.kind !== 'assign' || at?.kind !== 'assign')
    return undefined;
  const [not, isNumber] = condition.kind === 'op' && condition.op === 'and' ? condition.args : [];
  const [worse] = not?.kind === 'op' && not.op === 'not' ? not.args : [];
  if (worse?.kind !== 'op' || (worse.op !== 'le' && worse.op !== 'ge')) return undefined;
  if (isNumber?.kind !== 'op' || isNumber.op !== 'eq') return undefined;
  if (![worse.args[1], ...isNumber.args].every((arg) => arg?.kind === 'local' && arg.local === best.local))
    return undefined;
  const value = apply(worse.op === 'le' ? 'max' : 'min', reference(best.local), best.value);
  return { statement, thing: best.local, value, at: at.local };
}

/** The later of two equal writers goes; an extremum goes whose position nobody knows. */
function merge(first: Writer, second: Writer, { writers, locals, buffers, dropped }: Search): void {
  const [kept, gone] = first.at === undefined && second.at !== undefined ? [second, first] : [first, second];
  if ('role' in gone.thing && 'role' in kept.thing) {
    buffers.set(gone.thing, kept.thing);
    dropped.add(gone.statement);
  }
  if (!('mutable' in gone.thing && 'mutable' in kept.thing)) return;
  const birth = writers.births.get(gone.thing);
  const position = gone.at === undefined ? undefined : writers.births.get(gone.at);
  if (birth === undefined) return;
  if (gone.at !== undefined && kept.at !== undefined) {
    const single = [gone.at, kept.at].every((at) => writers.count.get(at) === 1);
    if (!single || position === undefined || position.key !== writers.births.get(kept.at)?.key) return;
    locals.set(gone.at, kept.at);
    dropped.add(position.statement);
  }
  locals.set(gone.thing, kept.thing);
  dropped.add(gone.statement).add(birth.statement);
}

/** Equal for writers that do the same; undefined if the variable or the array has other writers. */
function keyOf(
  { statement, thing, value }: Writer,
  { keys, writers }: Search,
  reads: () => ReadonlyMap<Local, number>,
): string | undefined {
  if (writers.count.get(thing) !== 1) return undefined;
  if ('role' in thing) {
    const indices = statement.kind === 'store' ? statement.indices : [];
    const shape = thing.dims.map((dim) => dim.key).join();
    return `${thing.scalar} ${shape} ${indices.map(keys.expression).join()} ${keys.expression(value)}`;
  }
  const birth = writers.births.get(thing);
  if (birth === undefined) return undefined;
  // Something beside the writer reads the variable, so that the place of the write counts.
  const own = effectsOf([statement]).used.has(thing) ? 1 : 0;
  if ((reads().get(thing) ?? 0) > own) return undefined;
  const neutral = mapExpression(value, (part) =>
    part.kind === 'local' && part.local === thing ? reference(itself) : part,
  );
  const verb = statement.kind === 'increase' ? 'increase' : 'assign';
  return `${verb} ${birth.key} ${keys.expression(neutral)}`;
}

/** Drops what depends on something that the statement changes. */
function forget(seen: Map<string, Writer>, statement: Statement): void {
  if (seen.size === 0 || statement.kind === 'declare') return;
  const effects = effectsOf([statement]);
  for (const [key, { thing, value }] of seen) {
    let depends = false;
    visitExpression(value, (part) => {
      if (part.kind === 'local' && part.local !== thing && changesLocal(effects, part.local)) depends = true;
      if (part.kind === 'load' && writes(effects, part.buffer)) depends = true;
    });
    if (depends) seen.delete(key);
  }
}

/** In how many statements of a list each local is read. */
function countReads(statements: readonly Statement[]): ReadonlyMap<Local, number> {
  const counts = new Map<Local, number>();
  for (const statement of statements) {
    for (const local of effectsOf([statement]).used) counts.set(local, (counts.get(local) ?? 0) + 1);
  }
  return counts;
}

const itself: Local = { name: 'itself', scalar: 'real', mutable: true };

function without(statements: readonly Statement[], dropped: ReadonlySet<Statement>): readonly Statement[] {
  return statements
    .filter((statement) => !dropped.has(statement))
    .map((statement) => mapRegions(statement, (region) => without(region, dropped)));
}
