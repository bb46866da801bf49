// The shape of a row of the ops table. A new op is one record of this type; everything else is derived from it.

export type ScalarName = 'real' | 'int' | 'bool';

/** How an op is written in a target: operator with its precedence, or any text with $name for the arguments. */
export type Spelling =
  /** Infix or prefix operator; precedence is that of the target's own table (emit/expression.ts). */
  | { readonly operator: string }
  /** A function call: `Math.sin` gives `Math.sin(x)`. */
  | { readonly call: string }
  /**
   * A helper function that the emitted module must contain: `name` is called, `source` is its complete text
   * in the target (with `function`/`fn`), emitted once and only if used. `needs` lists helpers it calls.
   */
  | { readonly helper: string; readonly source: string; readonly needs?: readonly string[] }
  /** Text with `$x` for argument x, already parenthesised by the printer as operands of `precedence`. */
  | { readonly template: string; readonly precedence: string };

/**
 * A partial derivative. Text: an expression in our own language over the argument names and `out`, e.g. `1 - out * out`;
 * a conditional at its root has the incoming adjoint pushed into its arms. `flat`: zero wherever it exists (floor, step).
 * Arguments of type int or bool have none.
 */
export type Partial = string;

export interface OpRecord {
  readonly doc: string;
  /** Argument names with their types, in order. */
  readonly args: Readonly<Record<string, ScalarName>>;
  readonly result: ScalarName;
  /** The meaning in float64; bools are booleans. */
  readonly eval: (...args: never[]) => number | boolean;
  /** One rule for each real argument of an op with a real result; `{}` otherwise. */
  readonly d: Readonly<Record<string, Partial | 'flat'>>;
  /**
   * Where a partial is infinite: `finite`: at a point where the value itself is finite (sqrt at 0);
   * `infinite`: only where the value is not (log at 0). An adjoint of exactly zero wins over such a partial.
   */
  readonly singular?: 'finite' | 'infinite';
  /** A partial can be exactly zero where an argument is infinite or off to one side (exp, tanh, max). */
  readonly vanishes?: boolean;
  readonly ts: Spelling;
  readonly wgsl: Spelling;
  /** Also callable by this name in the language; false for ops that only rules and rewrites make. */
  readonly callable: boolean;
  readonly commutative?: boolean;
  /** Sample arguments inside the domain, away from kinks, at which tests hold value and derivatives against high-precision values. */
  readonly samples: readonly (readonly (number | boolean)[])[];
  /** The domain in words, for the docs; absent when all reals are fine. */
  readonly domain?: string;
}
