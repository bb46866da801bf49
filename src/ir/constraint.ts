// Constraints of params: their text, and the types of the params that are free of them.

import { constant, subtract } from '../base/polynomial.ts';
import { arrayType } from './build.ts';
import type { Constraint, Input, Type } from './types.ts';

/** Constraints that hold for every element by itself. */
export type OfElements = Extract<Constraint, { kind: 'bound' | 'interval' }>;

/** An input that may not lie everywhere. */
export type ConstrainedInput = Input & { readonly constraint: Constraint };

export const isConstrained = (input: Input): input is ConstrainedInput => input.constraint !== undefined;

/** Whether it ties the elements along the last axis together. */
export const isJoint = ({ kind }: Constraint): boolean => kind === 'simplex' || kind === 'ordered';

/** The type of as many free reals as a constrained array has degrees of freedom. */
export function freeType({ scalar, dims }: Type, constraint: Constraint): Type {
  const last = dims[dims.length - 1];
  if (constraint.kind !== 'simplex' || last === undefined) return { scalar, dims };
  return arrayType(scalar, [...dims.slice(0, -1), subtract(last, constant(1))]);
}

/** What is wrong with a constraint on a type, where there is something. */
export function misfit({ scalar, dims }: Type, constraint: Constraint): string | undefined {
  if (scalar !== 'real') return 'only reals are constrained';
  if (isJoint(constraint) && dims.length === 0) return `a scalar is no ${constraint.kind}`;
  if (constraint.kind === 'interval' && !(constraint.from < constraint.to)) return 'an interval is empty';
  return undefined;
}

/** Both ends of an interval are inside, and so is a bound that is written with `=`. */
export function isInside(constraint: OfElements, x: number): boolean {
  if (constraint.kind === 'interval') return x >= constraint.from && x <= constraint.to;
  const { operator, bound } = constraint;
  switch (operator) {
    case '>':
      return x > bound;
    case '>=':
      return x >= bound;
    case '<':
      return x < bound;
    case '<=':
      return x <= bound;
  }
}

/** What stands after the type: `> 0`, `in 0..1`. */
export const boundText = (constraint: OfElements): string =>
  constraint.kind === 'bound'
    ? `${constraint.operator} ${constraint.bound}`
    : `in ${constraint.from}..${constraint.to}`;

/** A type as the model writes it, from its text without the constraint: `simplex[K]`, `real[N] > 0`. */
export function constrainedText(type: string, constraint: Constraint): string {
  switch (constraint.kind) {
    case 'bound':
    case 'interval':
      return `${type} ${boundText(constraint)}`;
    case 'simplex':
      return type.replace('real', 'simplex');
    case 'ordered':
      return type.replace('real', constraint.positive ? 'positiveOrdered' : 'ordered');
  }
}
