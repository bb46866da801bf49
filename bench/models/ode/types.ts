// The sizes, inputs and gradient that the hand-written variants of ode take.

export interface Sizes {
  readonly seen: number;
}

export interface Params {
  readonly u0: Float64Array;
  a: number;
  b: number;
  c: number;
  d: number;
}

export interface Data {
  readonly obs: Float64Array;
}
