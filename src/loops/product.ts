// Recognising products of matrices: `C[i, j] += A[i, k] * B[k, j]` in any order of the three loops.

import type { Expression, Local, Statement } from './types.ts';
import { visitExpression } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/**
 * The loop is the outer one of three around a sum of products in which each factor lacks one of the three indices.
 * Such a nest does many operations for each element it touches; everything else is bound by what it loads.
 */
export function isProductNest(statement: Statement): boolean {
  return statement.kind === 'for' && search(statement, [], new Map());
}

/** `known`: which loop indices the constants declared so far depend on. */
function search(loop: Loop, around: readonly Local[], known: Map<Local, ReadonlySet<Local>>): boolean {
  const loops = [...around, loop.index];
  return loop.body.some((statement) => {
    if (statement.kind === 'declare' && statement.value !== undefined && !statement.local.mutable) {
      known.set(statement.local, localsOf(statement.value, known));
    }
    if (statement.kind === 'for') return search(statement, loops, known);
    if (statement.kind !== 'increase' && statement.kind !== 'accumulate') return false;
    return loops.length >= 3 && isProductOfRows(statement.value, loops, known);
  });
}

/** Each factor is a row of a matrix in the outer and another loop of the three, or lacks the outer one. */
function isProductOfRows(
  value: Expression,
  loops: readonly Local[],
  known: ReadonlyMap<Local, ReadonlySet<Local>>,
): boolean {
  if (value.kind !== 'op' || value.op !== 'mul') return false;
  const [outer, ...inner] = loops;
  const three = [outer, ...inner.slice(-2)];
  const lacking = value.args.map((factor) => {
    const used = localsOf(factor, known);
    return three.filter((index) => index !== undefined && !used.has(index));
  });
  const [a, b] = lacking;
  return a?.length === 1 && b?.length === 1 && a[0] !== b[0];
}

function localsOf(expression: Expression, known: ReadonlyMap<Local, ReadonlySet<Local>>): ReadonlySet<Local> {
  const found = new Set<Local>();
  visitExpression(expression, (part) => {
    if (part.kind !== 'local') return;
    for (const local of known.get(part.local) ?? [part.local]) found.add(local);
  });
  return found;
}
