// The small imperative form that both backends print. Where and when things are computed is decided in this form;
// the printers only print it. It is made from IR by lower.ts and improved by the passes beside it.

import type { Polynomial } from '../base/polynomial.ts';
import type { OpName } from '../ops/index.ts';
import type { Program, Scalar } from '../ir/types.ts';

/** A scalar variable of a function. Identity is the object; `name` is a hint that the emitter makes unique. */
export interface Local {
  readonly name: string;
  readonly scalar: Scalar;
  /** Assigned after its declaration. */
  readonly mutable: boolean;
  /** The name is the compiler's own, not the user's: a pass may do without the local, or call it otherwise. */
  readonly invented?: true;
  /** A sum of exponentials of which the greatest is 1: at least 1 and at most their number, unless it is 0, infinite or NaN. */
  readonly isTotal?: true;
}

/**
 * An array in memory, flat and row-major, or (no dims, not scratch) a scalar field of an input or output object.
 * `param`, `data`, `direction` are read only; `gradient`, `hvp`, `output` are filled for the caller;
 * `scratch` lives in the workspace. A parameter array and its gradient have the same `name` and different roles.
 */
export interface Buffer {
  readonly role: 'param' | 'data' | 'direction' | 'gradient' | 'hvp' | 'output' | 'scratch';
  readonly name: string;
  readonly scalar: Scalar;
  readonly dims: readonly Polynomial[];
  /** Scratch whose name is the compiler's own: it may serve for several arrays one after the other. */
  readonly invented?: true;
  /** The rows of a loop: an extent that comes out negative means that there are none. */
  readonly isHistory?: true;
  /** An element for each iteration of loops, whose ranges may end before they begin: then there are none, too. */
  readonly isRange?: true;
}

export type Expression =
  | { readonly kind: 'literal'; readonly scalar: Scalar; readonly value: number | boolean }
  | { readonly kind: 'extent'; readonly size: Polynomial }
  | { readonly kind: 'local'; readonly local: Local }
  /** A primitive op; both arms of `select` may be printed as a lazy conditional. */
  | {
      readonly kind: 'op';
      readonly op: OpName;
      readonly args: readonly Expression[];
      /** The function of `Math` is called, whatever others are (see expand.ts). */
      readonly math?: 'exact';
    }
  /** A lazy conditional: only the arm taken is evaluated. */
  | {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  /** An element. One index for each dim; after linearise exactly one, the flat offset (none for scalar fields). */
  | { readonly kind: 'load'; readonly buffer: Buffer; readonly indices: readonly Expression[] };

export type Statement =
  /** `const x = value` or, when the local is mutable, `let x = value`. */
  | {
      readonly kind: 'declare';
      readonly local: Local;
      readonly value?: Expression;
      /** The value is one op of atoms whose steps are written out (see expand.ts). */
      readonly isExpanded?: true;
    }
  | { readonly kind: 'assign'; readonly local: Local; readonly value: Expression }
  /** `x += value` */
  | { readonly kind: 'increase'; readonly local: Local; readonly value: Expression }
  | {
      readonly kind: 'store';
      readonly buffer: Buffer;
      readonly indices: readonly Expression[];
      readonly value: Expression;
    }
  /** `buffer[…] += value` */
  | {
      readonly kind: 'accumulate';
      readonly buffer: Buffer;
      readonly indices: readonly Expression[];
      readonly value: Expression;
    }
  /** Every element of the buffer becomes `value`. */
  | { readonly kind: 'fill'; readonly buffer: Buffer; readonly value: Expression }
  /**
   * `for (let index = from; index < to; index++)`; the index is a Local that only the header assigns. The iterations are
   * independent but for what they add up; with an `order`, each may build on those before it.
   */
  | {
      readonly kind: 'for';
      readonly index: Local;
      readonly from: Expression;
      readonly to: Expression;
      readonly order?: 'up' | 'down';
      readonly body: readonly Statement[];
    }
  /** Repeats the body until the `leave` in it, which stands in the body itself. */
  | { readonly kind: 'while'; readonly body: readonly Statement[] }
  /** Ends the loop when the condition holds. */
  | { readonly kind: 'leave'; readonly condition: Expression }
  /** Throws a RangeError, naming what is computed, when there were as many iterations as there may be. */
  | { readonly kind: 'limit'; readonly trips: Expression; readonly most: Expression; readonly name: string }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  /** Throws a RangeError naming the array unless 0 <= index < extent. */
  | {
      readonly kind: 'check';
      readonly index: Expression;
      readonly extent: Polynomial;
      readonly array: string;
      readonly axis: number;
    }
  /** A heading for the reader: "primal", "adjoint". */
  | { readonly kind: 'section'; readonly title: string }
  /** Calls part `part` of the routine (see Routine.parts). */
  | { readonly kind: 'call'; readonly part: number };

/** A piece of a routine cut out because the whole is too long for V8. What it shares with others goes through scratch. */
export interface Part {
  readonly name: string;
  readonly body: readonly Statement[];
}

/** One emitted function, e.g. `mlpLossAndGradient`. */
export interface Routine {
  readonly kind: RoutineKind | FormKind;
  /** Where it came from: the sizes, inputs and outputs of the signature. */
  readonly program: Program;
  readonly body: readonly Statement[];
  /** The number it returns (the loss, or the directional derivative); absent for `outputs`. */
  readonly result?: Expression;
  readonly parts: readonly Part[];
  /** Scratch buffers, in the order of their places in the workspace. */
  readonly scratch: readonly Buffer[];
}

export const routineKinds = ['loss', 'gradient', 'jvp', 'hvp', 'outputs'] as const;
export type RoutineKind = (typeof routineKinds)[number];

/** Nobody asks for these: models with constrained params have functions from each form of their params to the other. */
export type FormKind = 'constrain' | 'unconstrain';
