// The sizes, inputs and gradient that the hand-written variants of lennard-jones take.

export interface Sizes {
  readonly n: number;
}

export interface Params {
  readonly x: Float64Array;
}
