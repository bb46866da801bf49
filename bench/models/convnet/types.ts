// The sizes, inputs and gradient that the hand-written variants of convnet take.

export interface Sizes {
  readonly B: number;
}

export interface Params {
  readonly K1: Float64Array;
  readonly c1: Float64Array;
  readonly K2: Float64Array;
  readonly c2: Float64Array;
  readonly W1: Float64Array;
  readonly b1: Float64Array;
  readonly W2: Float64Array;
  readonly b2: Float64Array;
}

export interface Data {
  readonly x: Float64Array;
  readonly y: Int32Array;
}

export const zeros = (): Params => ({
  K1: new Float64Array(16 * 3 * 9),
  c1: new Float64Array(16),
  K2: new Float64Array(32 * 16 * 9),
  c2: new Float64Array(32),
  W1: new Float64Array(1568 * 64),
  b1: new Float64Array(64),
  W2: new Float64Array(64 * 10),
  b2: new Float64Array(10),
});
