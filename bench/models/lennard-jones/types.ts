export interface Sizes {
  readonly n: number;
}

export interface Params {
  readonly x: Float64Array;
}
