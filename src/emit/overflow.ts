// Ints are exact up to 2^53, but an array of them that a function fills has 32 bits.

import type { Expression, Local, Statement } from '../loops/types.ts';
import { visitStatements } from '../loops/walk.ts';

/** The stores whose value may be too large for the array. */
export function overflows(body: readonly Statement[]): ReadonlySet<Statement> {
  const found = new Set<Statement>();
  const stores: (Statement & { readonly kind: 'store' })[] = [];
  visitStatements(body, (s) => {
    const { scalar, dims, role } = s.kind === 'store' ? s.buffer : noBuffer;
    if (s.kind === 'store' && role === 'output' && scalar === 'int' && dims.length > 0) stores.push(s);
  });
  if (stores.length === 0) return found;
  const isSmall = smallInts(body);
  for (const store of stores) if (!isSmall(store.value)) found.add(store);
  return found;
}

const noBuffer = { scalar: undefined, dims: [], role: undefined };

/** Tells small literals, indices that run up to a size, and variables that are always one of these. */
function smallInts(body: readonly Statement[]): (value: Expression) => boolean {
  const indices = new Set<Local>();
  const values = new Map<Local, Expression[]>();
  const take = (local: Local, value: Expression): void => {
    const known = values.get(local);
    if (known === undefined) values.set(local, [value]);
    else known.push(value);
  };
  visitStatements(body, (s) => {
    if (s.kind === 'for' && isAtom(s.from) && isAtom(s.to)) indices.add(s.index);
    if ((s.kind === 'declare' || s.kind === 'assign') && s.value !== undefined) take(s.local, s.value);
    // A sum of small ones may be large.
    if (s.kind === 'increase') take(s.local, { kind: 'op', op: 'iadd', args: [] });
  });
  const isAlways = (value: Expression): boolean =>
    isAtom(value) || (value.kind === 'local' && indices.has(value.local));
  return (value) =>
    isAlways(value) || (value.kind === 'local' && (values.get(value.local)?.every(isAlways) ?? false));
}

/** A literal or a size. */
const isAtom = (value: Expression): boolean =>
  value.kind === 'extent' || (value.kind === 'literal' && (Number(value.value) | 0) === value.value);
