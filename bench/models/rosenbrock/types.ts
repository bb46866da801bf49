export interface Sizes {
  readonly N: number;
}

export interface Params {
  readonly x: Float64Array;
}
