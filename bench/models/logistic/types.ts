// The sizes, inputs and gradient that the hand-written variants of logistic take.

export interface Sizes {
  readonly N: number;
  readonly D: number;
}

export interface Params {
  w: Float64Array;
  bias: number;
}

export interface Data {
  readonly X: Float64Array;
  readonly y: Float64Array;
  readonly lambda: number;
}
