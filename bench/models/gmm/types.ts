// The sizes, inputs and gradient that the hand-written variants of gmm take.

export interface Sizes {
  readonly N: number;
  readonly D: number;
  readonly K: number;
}

export interface Params {
  readonly alphas: Float64Array;
  readonly means: Float64Array;
  readonly icf: Float64Array;
}

export interface Data {
  readonly x: Float64Array;
  readonly wishart_gamma: number;
  readonly wishart_m: number;
}
