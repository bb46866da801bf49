// What the adjoint of a `build` reads back from the array instead of computing it again. The pass that decides what is
// stored (passes/store.ts) counts on it.

import type { Statement } from '../ir/types.ts';
import { ops } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';

/** Whether computing a statement again costs more than reading its value from memory. */
export function isCostly(statement: Statement): boolean {
  // Of max and min the adjoint needs the place as well, which is not in the array.
  if (statement.kind === 'reduce') return statement.outs.length === 1;
  if (statement.kind === 'build') return statement.body.statements.some(isCostly);
  if (statement.kind !== 'op') return false;
  const spelling = (ops[statement.op] as OpRecord).ts;
  return statement.op === 'div' || !('operator' in spelling || 'argument' in spelling);
}
