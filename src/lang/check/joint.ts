// The words that declare a param whose elements are tied together.

import type { Constraint } from '../../ir/types.ts';

const joint: ReadonlyMap<string, Constraint> = new Map<string, Constraint>([
  ['simplex', { kind: 'simplex' }],
  ['ordered', { kind: 'ordered', positive: false }],
  ['positiveOrdered', { kind: 'ordered', positive: true }],
]);

export const jointNames: readonly string[] = [...joint.keys()];
export const jointConstraint = (name: string): Constraint | undefined => joint.get(name);
