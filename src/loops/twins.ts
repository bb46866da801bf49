// Twins: variables and scratch arrays that go through the same values. Where the primal and the adjoint run the same sum
// in one fused loop, both add the same numbers; one of the two is enough.

import { changesLocal, effectsOf, writes } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import { reference } from './make.ts';
import { renameExpression, renameIn, withBuffers } from './rename.ts';
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
  const body = withBuffers(renameIn(without(routine.body, dropped), locals), buffers);
  const scratch = routine.scratch.filter((buffer) => !buffers.has(buffer));
  const { result } = routine;
  const rest = { ...routine, body, scratch };
  return result === undefined ? rest : { ...rest, result: renameExpression(result, locals) };
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
      if (statement.kind === 'for') visit(statement.body);
      if (statement.kind === 'if') [statement.then, statement.otherwise].forEach(visit);
    }
  };
  visit(routine.body);
  return { count, births };
}

/** The first of possible twins, and what its value depends on. */
interface First {
  readonly thing: Local | Buffer;
  readonly value: Expression;
}

/** Looks for equal only writers of two variables, or of two scratch arrays, in one list. */
function find(statements: readonly Statement[], search: Search): void {
  const { writers, locals, buffers, dropped } = search;
  const seen = new Map<string, First>();
  let reads: ReadonlyMap<Local, number> | undefined;
  for (const statement of statements) {
    if (statement.kind === 'for') find(statement.body, search);
    if (statement.kind === 'if') [statement.then, statement.otherwise].forEach((list) => find(list, search));
    const key = keyOf(statement, search, () => (reads ??= countReads(statements)));
    const first = key === undefined ? undefined : seen.get(key);
    if (first !== undefined && (statement.kind === 'increase' || statement.kind === 'assign')) {
      const birth = writers.births.get(statement.local);
      if ('mutable' in first.thing && birth !== undefined) {
        locals.set(statement.local, first.thing);
        dropped.add(statement).add(birth.statement);
      }
    } else if (first !== undefined && statement.kind === 'store' && 'role' in first.thing) {
      buffers.set(statement.buffer, first.thing);
      dropped.add(statement);
    }
    forget(seen, statement);
    if (key === undefined || first !== undefined) continue;
    if (statement.kind === 'increase' || statement.kind === 'assign') {
      seen.set(key, { thing: statement.local, value: statement.value });
    } else if (statement.kind === 'store') {
      seen.set(key, { thing: statement.buffer, value: statement.value });
    }
  }
}

/** Equal for statements that do the same to their variable or array; undefined if it has other writers. */
function keyOf(
  statement: Statement,
  { keys, writers }: Search,
  reads: () => ReadonlyMap<Local, number>,
): string | undefined {
  if (statement.kind === 'increase' || statement.kind === 'assign') {
    const { local, value } = statement;
    const birth = writers.births.get(local);
    if (birth === undefined || writers.count.get(local) !== 1) return undefined;
    // Something beside the writer reads the variable, so that the place of the write counts.
    const own = effectsOf([statement]).used.has(local) ? 1 : 0;
    if ((reads().get(local) ?? 0) > own) return undefined;
    const neutral = mapExpression(value, (part) =>
      part.kind === 'local' && part.local === local ? reference(itself) : part,
    );
    return `${statement.kind} ${birth.key} ${keys.expression(neutral)}`;
  }
  if (statement.kind === 'store' && statement.buffer.role === 'scratch') {
    const { buffer, indices, value } = statement;
    if (writers.count.get(buffer) !== 1) return undefined;
    const shape = buffer.dims.map((dim) => dim.key).join();
    return `${buffer.scalar} ${shape} ${indices.map(keys.expression).join()} ${keys.expression(value)}`;
  }
  return undefined;
}

/** Drops what depends on something that the statement changes. */
function forget(seen: Map<string, First>, statement: Statement): void {
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
