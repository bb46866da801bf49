// The sizes, inputs and gradient that the hand-written variants of inverse-kinematics take.

export interface Sizes {
  readonly n: number;
}

export interface Params {
  readonly theta: Float64Array;
}

export interface Data {
  readonly len: Float64Array;
  readonly tx: number;
  readonly ty: number;
}
