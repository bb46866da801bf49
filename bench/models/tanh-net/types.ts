// The sizes, inputs and gradient that the hand-written variants of tanh-net take.

export interface Sizes {
  readonly B: number;
  readonly D: number;
  readonly H: number;
}

export interface Params {
  readonly W1: Float64Array;
  readonly b1: Float64Array;
  readonly W2: Float64Array;
  readonly b2: Float64Array;
  readonly w3: Float64Array;
  b3: number;
}

export interface Data {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export const zeros = ({ D, H }: Sizes): Params => ({
  W1: new Float64Array(D * H),
  b1: new Float64Array(H),
  W2: new Float64Array(H * H),
  b2: new Float64Array(H),
  w3: new Float64Array(H),
  b3: 0,
});
