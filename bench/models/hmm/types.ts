// The sizes, inputs and gradient that the hand-written variants of hmm take.

export interface Sizes {
  readonly T: number;
  readonly S: number;
  readonly V: number;
}

export interface Params {
  readonly A: Float64Array;
  readonly B: Float64Array;
  readonly pi: Float64Array;
}

export interface Data {
  readonly obs: Int32Array;
}

export const zeros = ({ S, V }: Sizes): Params => ({
  A: new Float64Array(S * S),
  B: new Float64Array(S * V),
  pi: new Float64Array(S),
});
