// What each way to compute a gradient is behind: a module that exports `prepare`.

/** What a model is given, by the names of its declarations; arrays are row-major. */
export interface Inputs<Params, Data> {
  readonly params: Params;
  readonly data: Data;
}

/** A gradient that is ready to be computed again and again: `run` returns the loss and fills `gradient`. */
export interface Prepared<Params> {
  readonly gradient: Params;
  run(): number;
}
