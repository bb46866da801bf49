// Where and how scratch arrays are accessed: what contraction needs to know.

import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { expressionsOf, visitExpression } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/** What all accesses of a scratch array have in common. */
export interface Access {
  /** The lists around all accesses, outer ones first; each with the loop that it is the body of, if it is one. */
  around: readonly { readonly list: readonly Statement[]; readonly loop: Loop | undefined }[];
  /** For each axis, the index that all accesses have there; undefined when they differ. */
  readonly indices: (Local | undefined)[];
  /** The fills of the array that were left out. */
  fills: number;
}

/**
 * The accesses of each scratch array. A fill touches every row, so it has no index in common with anything; with
 * `withoutFills` they are only counted.
 */
export function accessesOf(routine: Routine, withoutFills = false): ReadonlyMap<Buffer, Access> {
  const accesses = new Map<Buffer, Access>();
  const filled = new Map<Buffer, number>();
  type Around = Access['around'];

  function touch(buffer: Buffer, indices: readonly Expression[], around: Around): void {
    if (buffer.role !== 'scratch') return;
    const found = accesses.get(buffer);
    const own = buffer.dims.map((_, axis) => {
      const index = indices[axis];
      return index?.kind === 'local' ? index.local : undefined;
    });
    if (found === undefined) {
      accesses.set(buffer, { around, indices: own, fills: 0 });
      return;
    }
    let common = 0;
    while (common < around.length && around[common]?.list === found.around[common]?.list) common++;
    found.around = found.around.slice(0, common);
    own.forEach((index, axis) => {
      if (found.indices[axis] !== index) found.indices[axis] = undefined;
    });
  }

  function loads(root: Expression, around: Around): void {
    visitExpression(root, (part) => {
      if (part.kind === 'load') touch(part.buffer, part.indices, around);
    });
  }

  function visit(list: readonly Statement[], loop: Loop | undefined, outer: Around): void {
    const around = [...outer, { list, loop }];
    for (const statement of list) {
      for (const root of expressionsOf(statement)) loads(root, around);
      if (statement.kind === 'store' || statement.kind === 'accumulate') {
        touch(statement.buffer, statement.indices, around);
      }
      if (statement.kind === 'fill' && withoutFills)
        filled.set(statement.buffer, (filled.get(statement.buffer) ?? 0) + 1);
      else if (statement.kind === 'fill') touch(statement.buffer, [], around);
      if (statement.kind === 'for') visit(statement.body, statement, around);
      if (statement.kind === 'while') visit(statement.body, undefined, around);
      if (statement.kind === 'if')
        for (const region of [statement.then, statement.otherwise]) visit(region, undefined, around);
    }
  }
  visit(routine.body, undefined, []);
  if (routine.result !== undefined) loads(routine.result, [{ list: routine.body, loop: undefined }]);
  for (const [buffer, count] of filled) {
    const access = accesses.get(buffer);
    if (access !== undefined) access.fills = count;
  }
  return accesses;
}
