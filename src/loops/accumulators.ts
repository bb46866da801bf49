// Accumulation in locals: a loop that adds into one element of a buffer adds into a local instead, which goes to the
// buffer once, after the loop (4.7 times faster in V8). The order of the adds is free, so elements may even alias. The
// element must exist even when the loop never adds to it: either its indices show that it does, or the loop always adds.

import { effectsOf, changesLocal, writes, type Effects } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import { declare, load, reference, variable, zeroOf } from './make.ts';
import { nameFor } from './names.ts';
import { boundsOf, type Bounds } from './ranges.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapRegions, visitExpression } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

interface Element {
  readonly buffer: Buffer;
  readonly indices: readonly Expression[];
  readonly local: Local;
}

export function accumulateInLocals(routine: Routine): Routine {
  return { ...routine, body: rewriteList(routine.body, keysFor(), boundsOf(routine)) };
}

/** Inner loops first: what they flush is an accumulation of the loop around them. */
function rewriteList(statements: readonly Statement[], keys: Keys, bounds: Bounds): readonly Statement[] {
  return statements.flatMap((statement) => {
    const inner = mapRegions(statement, (region) => rewriteList(region, keys, bounds));
    return inner.kind === 'for' ? rewriteLoop(inner, keys, bounds) : [inner];
  });
}

function rewriteLoop(statement: Loop, keys: Keys, bounds: Bounds): readonly Statement[] {
  const effects = effectsOf(statement.body);
  if (effects.accumulated.size === 0) return [statement];
  const elements = new Map<string, Element>();
  const body = replaced(statement.body, bounds.runs(statement), ({ buffer, indices }, always) => {
    if (effects.stored.has(buffer) || effects.loaded.has(buffer)) return undefined;
    if (!indices.every((index) => isInvariant(index, statement, effects))) return undefined;
    if (!always && !bounds.inRange(buffer, indices)) return undefined;
    const key = keys.element(buffer, indices);
    let element = elements.get(key);
    if (element === undefined) {
      element = { buffer, indices, local: variable(nameFor(load(buffer, indices)), buffer.scalar) };
      elements.set(key, element);
    }
    return element.local;
  });
  if (elements.size === 0) return [statement];
  const found = [...elements.values()];
  return [
    ...found.map(({ local }) => declare(local, zeroOf(local.scalar))),
    { ...statement, body },
    ...found.map(({ local, buffer, indices }): Statement => ({
      kind: 'accumulate',
      buffer,
      indices,
      value: reference(local),
    })),
  ];
}

/** Replaces the accumulations of a list and of its branches, but not those of inner loops. `always`: the list runs. */
function replaced(
  statements: readonly Statement[],
  always: boolean,
  localFor: (
    statement: Extract<Statement, { readonly kind: 'accumulate' }>,
    always: boolean,
  ) => Local | undefined,
): readonly Statement[] {
  return statements.map((statement) => {
    if (statement.kind === 'if') return mapRegions(statement, (region) => replaced(region, false, localFor));
    if (statement.kind !== 'accumulate') return statement;
    const local = localFor(statement, always);
    return local === undefined ? statement : { kind: 'increase', local, value: statement.value };
  });
}

function isInvariant(expression: Expression, { index }: Loop, effects: Effects): boolean {
  let invariant = true;
  visitExpression(expression, (part) => {
    if (part.kind === 'local') {
      const changes =
        part.local === index || effects.declared.has(part.local) || changesLocal(effects, part.local);
      if (changes) invariant = false;
    }
    if (part.kind === 'load' && writes(effects, part.buffer)) invariant = false;
  });
  return invariant;
}
