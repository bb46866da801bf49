// The sizes, inputs and gradient that the hand-written variants of lstm take.

export interface Sizes {
  readonly T: number;
  readonly V: number;
  readonly H: number;
}

export interface Params {
  readonly E: Float64Array;
  readonly Wh: Float64Array;
  readonly b: Float64Array;
  readonly Wy: Float64Array;
  readonly by: Float64Array;
}

export interface Data {
  readonly text: Int32Array;
}

export const zeros = ({ V, H }: Sizes): Params => ({
  E: new Float64Array(V * 4 * H),
  Wh: new Float64Array(4 * H * H),
  b: new Float64Array(4 * H),
  Wy: new Float64Array(V * H),
  by: new Float64Array(V),
});
