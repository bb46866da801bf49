// The sizes, inputs and gradient that the hand-written variants of lstm-diagonal take.

export interface Sizes {
  readonly T: number;
  readonly L: number;
  readonly W: number;
}

export interface Params {
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  readonly wIn: Float64Array;
  readonly wOut: Float64Array;
  readonly bOut: Float64Array;
}

export interface Data {
  readonly start: Float64Array;
  readonly text: Float64Array;
}

export const zeros = ({ L, W }: Sizes): Params => ({
  weight: new Float64Array(L * 4 * W),
  bias: new Float64Array(L * 4 * W),
  wIn: new Float64Array(W),
  wOut: new Float64Array(W),
  bOut: new Float64Array(W),
});
