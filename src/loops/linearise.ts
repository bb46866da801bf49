// One flat row-major offset for each element. The terms of an offset are ordered by how deep in the loops they change,
// so that the sum of the leading ones (the row base, such as `n * D`) can move out of the inner loops.

import { asConstant, multiply, one, type Polynomial } from '../base/polynomial.ts';
import { bug } from '../base/bug.ts';
import { apply, integer, isAtom, sizeOf } from './make.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { childrenOf, mapChildren, mapExpressions, mapRegions } from './walk.ts';

export function linearise(routine: Routine): Routine {
  /** In how many loops the declaration of a local stands; without an entry, in none. */
  const depths = new Map<Local, number>();

  function statements(list: readonly Statement[], depth: number): readonly Statement[] {
    return list.map((statement) => {
      if (statement.kind === 'declare') depths.set(statement.local, depth);
      if (statement.kind === 'for') depths.set(statement.index, depth + 1);
      const mapped = mapExpressions(statement, expression);
      const flat =
        mapped.kind === 'store' || mapped.kind === 'accumulate'
          ? { ...mapped, indices: offset(mapped.buffer, mapped.indices) }
          : mapped;
      return mapRegions(flat, (region) => statements(region, statement.kind === 'if' ? depth : depth + 1));
    });
  }

  function expression(old: Expression): Expression {
    const mapped = mapChildren(old, expression);
    return mapped.kind === 'load' ? { ...mapped, indices: offset(mapped.buffer, mapped.indices) } : mapped;
  }

  function offset(buffer: Buffer, indices: readonly Expression[]): readonly Expression[] {
    if (indices.length === 0) return indices;
    const terms: { readonly value: Expression; readonly depth: number }[] = [];
    let known = 0;
    let stride: Polynomial = one;
    for (let axis = indices.length - 1; axis >= 0; axis--) {
      for (const part of [...summands(indices[axis] ?? bug('an index is missing'))].reverse()) {
        const factor = asConstant(stride);
        if (part.kind === 'literal' && factor !== undefined) known += Number(part.value) * factor;
        else terms.push({ value: scaled(part, stride), depth: depthOf(part) });
      }
      stride = multiply(stride, buffer.dims[axis] ?? one);
    }
    terms.reverse();
    const deepest = Math.max(0, ...terms.map((term) => term.depth));
    const steady = terms.filter((term) => term.depth < deepest);
    // A single index is no base worth a local; then the order of the axes reads best. The sort is stable.
    if (steady.length > 1 || steady.some((term) => !isAtom(term.value)))
      terms.sort((a, b) => a.depth - b.depth);
    let sum: Expression | undefined;
    for (const { value } of terms) {
      if (value.kind === 'literal' && value.value === 0) continue;
      sum = sum === undefined ? value : apply('iadd', sum, value);
    }
    if (sum === undefined) return [integer(known)];
    return [
      known === 0
        ? sum
        : known > 0
          ? apply('iadd', sum, integer(known))
          : apply('isub', sum, integer(-known)),
    ];
  }

  function depthOf(part: Expression): number {
    if (part.kind === 'local') return depths.get(part.local) ?? 0;
    if (part.kind === 'load') return Infinity;
    return childrenOf(part).reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0);
  }

  const body = statements(routine.body, 0);
  const rest = { ...routine, body };
  return routine.result === undefined ? rest : { ...rest, result: expression(routine.result) };
}

/** `i + r - 1` is the sum of i, r and -1. */
function summands(index: Expression): readonly Expression[] {
  if (index.kind === 'op') {
    const [first, second] = index.args;
    if (index.op === 'iadd' && first !== undefined && second !== undefined) {
      return [...summands(first), ...summands(second)];
    }
    if (index.op === 'isub' && first !== undefined && second?.kind === 'literal') {
      return [...summands(first), integer(-Number(second.value))];
    }
  }
  return [index];
}

function scaled(part: Expression, stride: Polynomial): Expression {
  if (asConstant(stride) === 1) return part;
  if (part.kind === 'literal') {
    if (part.value === 0) return part;
    if (part.value === 1) return sizeOf(stride);
  }
  return apply('imul', part, sizeOf(stride));
}
