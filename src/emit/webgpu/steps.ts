// What a GPU does for one loss and gradient: steps, each a kernel that is dispatched once, or a loop of them that the host
// unrolls into its command buffer. Arrays live in storages, which the host places in a few large buffers.

import type { Polynomial } from '../../base/polynomial.ts';
import type { Block, Operand, ReduceStatement, Scalar, Statement, Value } from '../../ir/types.ts';
import type { Sort } from './segments.ts';

/** Which buffer something lies in: what comes in is only read. */
export type Arena = 'params' | 'reals' | 'ints' | 'work' | 'counts' | 'result';

/** An array in memory, row-major; no dims: a number. */
export interface Storage {
  /** Unique; the constant that says where it begins is called so. */
  readonly name: string;
  readonly scalar: Scalar;
  readonly dims: readonly Polynomial[];
  readonly arena: Arena;
}

/** The title of what has no name. */
export const unnamed = 'values';

/** A storage, or the part of one at leading indices. */
export interface Place {
  readonly storage: Storage;
  readonly lead: readonly Operand[];
}

/** Where a result of a kernel goes: the element, or the sub-array, at leading indices. */
export interface Goal {
  readonly place: Place;
  readonly indices: readonly Operand[];
  /** Added to what is there: by one thread, so that the order is always the same. */
  readonly adds: boolean;
}

/** One thread for each point of the axes; without axes, one thread. */
export interface MapStep {
  readonly kind: 'map';
  /** What is computed, for the reader and for messages. */
  readonly title: string;
  readonly axes: readonly Value[];
  readonly extents: readonly Polynomial[];
  readonly block: Block;
  readonly goals: readonly Goal[];
}

/** Sums over a range by one workgroup: each thread strides through it, then pairs of threads are added up. */
export interface SumStep {
  readonly kind: 'sum';
  readonly title: string;
  readonly reduce: ReduceStatement;
  readonly goals: readonly Goal[];
}

/** Steps that are repeated; the counter is a number in memory that a kernel advances. */
export interface RepeatStep {
  readonly kind: 'repeat';
  readonly times: Polynomial;
  readonly steps: readonly Step[];
}

export type Kernel = MapStep | SumStep;
export type Step = Kernel | RepeatStep;

/** The steps, and where what they share lies. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly storages: readonly Storage[];
  /** What the host sorts when data are set. */
  readonly sorts: readonly Sort[];
  /** Where the outputs of the program go, in their order. */
  readonly results: readonly Storage[];
  /** Where values lie that kernels read, by id. */
  readonly places: ReadonlyMap<number, Place>;
  /** Numbers that each kernel computes for itself from others, by id. */
  readonly inlined: ReadonlyMap<number, Statement>;
  readonly nextId: number;
}

/** All kernels of a list of steps, in order. */
export const kernelsOf = (steps: readonly Step[]): readonly Kernel[] =>
  steps.flatMap((step) => (step.kind === 'repeat' ? kernelsOf(step.steps) : [step]));
