// The sizes, inputs and gradient that the hand-written variants of rosenbrock take.

export interface Sizes {
  readonly N: number;
}

export interface Params {
  readonly x: Float64Array;
}
