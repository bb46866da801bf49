// Free reals to constrained values and back. The transforms and their Jacobians are those of the Stan Reference Manual, chapter
// "Constraint Transforms"; each file names its sections. Zero is the middle of an interval and the centre of a simplex.

import type { BlockBuilder } from '../../ir/build.ts';
import type { Constraint, Type, Value } from '../../ir/types.ts';
import { fromFree, logSlope, toFree } from './elements.ts';
import { fromOrdered, toOrdered } from './ordered.ts';
import { element, over, sum, type Constrained } from './shared.ts';
import { fromSimplex, toSimplex } from './simplex.ts';

/** The value, of type `type`, that the free reals stand for. */
export function constrainValue(
  b: BlockBuilder,
  { dims }: Type,
  constraint: Constraint,
  free: Value,
  name: string | undefined,
): Constrained {
  const own = dims.length === 0 ? name : undefined;
  switch (constraint.kind) {
    case 'simplex':
      return toSimplex(b, dims, free, name);
    case 'ordered':
      return toOrdered(b, dims, constraint.positive, free, name);
    case 'bound':
    case 'interval':
      return {
        value: over(b, dims, (inner, at) => fromFree(inner, constraint, element(inner, free, at), own), name),
        logJacobian: () => sum(b, dims, (inner, at) => logSlope(inner, constraint, element(inner, free, at))),
      };
  }
}

/** The free reals that stand for a value inside the constraint. */
export function freeValue(
  b: BlockBuilder,
  constraint: Constraint,
  value: Value,
  name: string | undefined,
): Value {
  const { dims } = value.type;
  const own = dims.length === 0 ? name : undefined;
  switch (constraint.kind) {
    case 'simplex':
      return fromSimplex(b, value, name);
    case 'ordered':
      return over(b, dims, (inner, at) => fromOrdered(inner, constraint.positive, value, at), name);
    case 'bound':
    case 'interval':
      return over(b, dims, (inner, at) => toFree(inner, constraint, element(inner, value, at), own), name);
  }
}
