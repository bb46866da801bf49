// Recognising products of matrices: `C[i, j] += A[i, k] * B[k, j]` in any order of the three loops.

import type { Expression, Local, Statement } from './types.ts';
import { visitExpression } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/**
 * The loop is the outer one of three around a sum of products in which each factor lacks one of the three indices.
 * Such a nest does many operations for each element it touches; everything else is bound by what it loads.
 */
export function isProductNest(statement: Statement): boolean {
  return statement.kind === 'for' && search(statement, []);
}

function search(loop: Loop, around: readonly Local[]): boolean {
  const loops = [...around, loop.index];
  return loop.body.some((statement) => {
    if (statement.kind === 'for') return search(statement, loops);
    if (loops.length < 3) return false;
    if (statement.kind !== 'increase' && statement.kind !== 'accumulate') return false;
    return isProductOfRows(statement.value, loops.slice(-3), loops[0]);
  });
}

function isProductOfRows(value: Expression, loops: readonly Local[], outer: Local | undefined): boolean {
  if (value.kind !== 'op' || value.op !== 'mul' || outer === undefined) return false;
  if (!loops.includes(outer)) return false;
  const used = value.args.map((factor) => indicesOf(factor));
  const lacks = used.map((indices) => loops.filter((index) => !indices.has(index)));
  const [a, b] = lacks;
  // Each factor is a row of a matrix in two of the loops and does not know the third.
  return a?.length === 1 && b?.length === 1 && a[0] !== b[0];
}

function indicesOf(expression: Expression): ReadonlySet<Local> {
  const found = new Set<Local>();
  visitExpression(expression, (part) => {
    if (part.kind === 'local') found.add(part.local);
  });
  return found;
}
