// Constraints of random params, and values inside them.

import type { Choices } from './choices.ts';
import type { Dim, Interval } from './term.ts';

interface Constraint extends Interval {
  /** `simplex`, …; `real` where each element is bounded by itself. */
  readonly type: string;
  /** What stands after the type. */
  readonly bound: string;
  /** Makes a row inside the constraint of numbers from -2 to 2. */
  readonly settle: (row: readonly number[]) => readonly number[];
}

const asTheyAre = { type: 'real', low: -2, high: 2, settle: (row: readonly number[]) => row };
const sorted = (row: readonly number[]): readonly number[] => row.toSorted((a, b) => a - b);

const ofElements: readonly (readonly [weight: number, constraint: Constraint])[] = [
  [12, { ...asTheyAre, bound: '' }],
  [1, { ...asTheyAre, bound: ' > -2.5' }],
  [1, { ...asTheyAre, bound: ' < 3' }],
  [1, { ...asTheyAre, bound: ' in -3..2.5' }],
];

const ofRows: typeof ofElements = [
  [1, { type: 'simplex', bound: '', low: 0, high: 1, settle: (row) => shares(row.map((x) => x + 2.1)) }],
  [1, { type: 'ordered', bound: '', low: -2, high: 2.5, settle: (row) => sorted(row).map((x, k) => x + 0.1 * k) }],
  [1, { type: 'positiveOrdered', bound: '', low: 0, high: 2.6, settle: (row) => sorted(row).map((x, k) => 0.1 + x / 2 + 1 + 0.1 * k) }],
]; // prettier-ignore

function shares(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

export const aConstraint = (choices: Choices, dims: readonly Dim[]): Constraint =>
  choices.weighted(dims.length === 0 ? ofElements : [...ofElements, ...ofRows]);

/** Settles every row of a flat array. */
export function settleRows(
  flat: readonly number[],
  dims: readonly Dim[],
  { settle }: Constraint,
): readonly number[] {
  const count = dims.at(-1)?.value ?? 1;
  return flat.flatMap((_, i) => (i % count === 0 ? settle(flat.slice(i, i + count)) : []));
}
