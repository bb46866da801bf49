// Skipping what adds zeros. Only the places that a maximum was found at have an adjoint, one of four after pooling, so most of
// the work of the layers below would be multiplication by 0. A loop that adds products of one and the same element, of an
// array that is known to be mostly zeros, runs only where the element is not 0.
//
// What it leaves out is 0 · x. That is NaN for an x that is not finite, but an adjoint of zero wins (see ad/regular.ts).

import { apply, isZero, real } from './make.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapRegions, visitExpression, visitStatements } from './walk.ts';

export function skipZeros(routine: Routine): Routine {
  const isSparse = sparseIn(factsOf(routine));
  let found = false;
  const list = (statements: readonly Statement[]): readonly Statement[] =>
    statements.map((statement): Statement => {
      const factor = statement.kind === 'for' ? commonFactor(statement, isSparse) : undefined;
      if (factor === undefined) return mapRegions(statement, list);
      found = true;
      return { kind: 'if', condition: apply('ne', factor, real(0)), then: [statement], otherwise: [] };
    });
  const body = list(routine.body);
  return found ? { ...routine, body } : routine;
}

/** What the whole routine does with its arrays and constants. */
interface Facts {
  /** What each constant is declared with. */
  readonly values: ReadonlyMap<Local, Expression>;
  /** What is stored to each array. */
  readonly stored: ReadonlyMap<Buffer, readonly Expression[]>;
  /** The indices at which each array is added to. */
  readonly added: ReadonlyMap<Buffer, readonly (readonly Expression[])[]>;
}

function factsOf(routine: Routine): Facts {
  const values = new Map<Local, Expression>();
  const stored = new Map<Buffer, Expression[]>();
  const added = new Map<Buffer, (readonly Expression[])[]>();
  const note = <K, T>(map: Map<K, T[]>, key: K, item: T): void => {
    const items = map.get(key);
    if (items === undefined) map.set(key, [item]);
    else items.push(item);
  };
  visitStatements(routine.body, (statement) => {
    if (statement.kind === 'declare' && statement.value !== undefined && !statement.local.mutable)
      values.set(statement.local, statement.value);
    if (statement.kind === 'store' || statement.kind === 'fill')
      note(stored, statement.buffer, statement.value);
    if (statement.kind === 'accumulate') note(added, statement.buffer, statement.indices);
  });
  return { values, stored, added };
}

/** Tells arrays that are zero but for places that were searched for, and what is made of them element by element. */
function sparseIn({ values, stored, added }: Facts): (value: Expression) => boolean {
  const known = new Map<Buffer, boolean>();
  const isArraySparse = (buffer: Buffer): boolean => {
    let found = known.get(buffer);
    if (found === undefined) {
      // A cycle proves nothing.
      known.set(buffer, false);
      const sums = added.get(buffer) ?? [];
      const stores = stored.get(buffer) ?? [];
      found =
        buffer.role === 'scratch' &&
        sums.length + stores.length > 0 &&
        sums.every((indices) => indices.some(isSearched)) &&
        stores.every((value) => isZero(value) || isSparse(value)) &&
        (sums.length > 0 || stores.some((value) => !isZero(value)));
      known.set(buffer, found);
    }
    return found;
  };
  /** An index that depends on a variable: where a maximum was found. */
  const isSearched = (index: Expression): boolean => {
    let found = false;
    visitExpression(index, (part) => {
      if (part.kind !== 'local') return;
      const value = values.get(part.local);
      found ||= part.local.mutable || (value !== undefined && isSearched(value));
    });
    return found;
  };
  const isSparse = (value: Expression): boolean => {
    switch (value.kind) {
      case 'load':
        return isArraySparse(value.buffer);
      case 'local': {
        const made = values.get(value.local);
        return made !== undefined && isSparse(made);
      }
      case 'conditional':
        return isEither(value.then, value.otherwise);
      case 'op': {
        const [first, second, third] = value.args;
        if (value.op === 'select' && second !== undefined && third !== undefined)
          return isEither(second, third);
        if (value.op === 'neg' && first !== undefined) return isSparse(first);
        return value.op === 'mul' && value.args.some(isSparse);
      }
      default:
        return false;
    }
  };
  const isEither = (a: Expression, b: Expression): boolean =>
    (isZero(a) || isSparse(a)) && (isZero(b) || isSparse(b)) && !(isZero(a) && isZero(b));
  return isSparse;
}

/** Additions in a loop of known length below this take no longer than to ask. */
const leastWork = 8;

/** The sparse factor of all that a loop does, which is to add up. */
function commonFactor(
  loop: Extract<Statement, { readonly kind: 'for' }>,
  isSparse: (value: Expression) => boolean,
): Expression | undefined {
  if (loop.order !== undefined) return undefined;
  const inside = new Set<Local>([loop.index]);
  let common: readonly Expression[] | undefined;
  let additions = 0;
  let onlyAdds = true;
  visitStatements(loop.body, (statement) => {
    if (statement.kind === 'declare' && !statement.local.mutable) inside.add(statement.local);
    else if (statement.kind === 'for') inside.add(statement.index);
    else if (statement.kind === 'accumulate') {
      additions += 1;
      const factors = factorsOf(statement.value);
      common =
        common === undefined ? factors : common.filter((one) => factors.some((other) => isSame(one, other)));
    } else onlyAdds = false;
  });
  const trips =
    loop.to.kind === 'literal' && loop.from.kind === 'literal'
      ? Number(loop.to.value) - Number(loop.from.value)
      : leastWork;
  if (!onlyAdds || additions * trips < leastWork) return undefined;
  return common?.find((factor) => factor.kind === 'local' && !inside.has(factor.local) && isSparse(factor));
}

const isSame = (a: Expression, b: Expression): boolean =>
  a.kind === 'local' && b.kind === 'local' && a.local === b.local;

/** Of a product, with signs left out. */
export function factorsOf(value: Expression): readonly Expression[] {
  if (value.kind !== 'op') return [value];
  return value.op === 'mul' || value.op === 'neg' ? value.args.flatMap(factorsOf) : [value];
}
