// What is known of loop indices when compiled: which loops surely run, and which loads are surely in range.

import { asConstant, type Polynomial } from '../base/polynomial.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { visitStatements } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

export interface Bounds {
  /** Whatever the sizes are. */
  readonly isPositive: (size: Polynomial) => boolean;
  /** The loop runs at least once. */
  readonly runs: (loop: Loop) => boolean;
  /** The element exists whether or not the loops around it run. One index for each dim. */
  readonly inRange: (buffer: Buffer, indices: readonly Expression[]) => boolean;
}

export function boundsOf(routine: Routine): Bounds {
  const derived = new Set(
    routine.program.sizes.filter((size) => size.derived !== undefined).map(({ name }) => name),
  );
  /** `0 <= index < limit` for loop indices, by the key of the limit. */
  const limits = new Map<Local, string>();
  for (const statements of [routine.body, ...routine.parts.map((part) => part.body)]) {
    visitStatements(statements, (statement) => {
      if (statement.kind !== 'for' || !isNatural(statement.from)) return;
      const { to } = statement;
      // `j < i` and `i < N`: then `j < N`.
      const limit =
        to.kind === 'local' ? limits.get(to.local) : to.kind === 'extent' ? to.size.key : undefined;
      const known = to.kind === 'literal' ? `${Number(to.value)}` : limit;
      if (known !== undefined) limits.set(statement.index, known);
    });
  }
  const isInside = (index: Expression, dim: Polynomial | undefined): boolean => {
    if (dim === undefined) return false;
    const size = asConstant(dim);
    if (index.kind === 'literal')
      return size !== undefined && Number(index.value) >= 0 && Number(index.value) < size;
    if (index.kind !== 'local') return false;
    const limit = limits.get(index.local);
    return limit === dim.key || (size !== undefined && limit !== undefined && Number(limit) <= size);
  };
  return {
    isPositive: (size) => isPositive(size, derived),
    runs: ({ from, to }) => {
      if (from.kind !== 'literal') return false;
      if (to.kind === 'literal') return Number(to.value) > Number(from.value);
      return from.value === 0 && to.kind === 'extent' && isPositive(to.size, derived);
    },
    inRange: (buffer, indices) =>
      indices.length === buffer.dims.length &&
      indices.every((index, axis) => isInside(index, buffer.dims[axis])),
  };
}

const isNatural = (expression: Expression): boolean =>
  expression.kind === 'literal' && Number(expression.value) >= 0;

/** Sizes are positive, so a sum without a minus is. Derived ones may be 0: a short loop has no segment before its last. */
const isPositive = (size: Polynomial, derived: ReadonlySet<string>): boolean =>
  size.denominator > 0 &&
  size.terms.every((term) => term.coefficient > 0) &&
  size.terms.some((term) => !term.symbols.some((name) => derived.has(name)));
