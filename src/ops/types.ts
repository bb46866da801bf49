// The shape of a row of the ops table. A new op is one record of this type; everything else is derived from it.

export type ScalarName = 'real' | 'int' | 'bool';

/**
 * Whose elementary functions are used. In TypeScript: those of `Math`, which differ between engines, or exp, exp2, log1p, tanh,
 * sin and cos of tables.ts (fast). In WGSL: those of shaders.ts, or the builtins (fast).
 */
export const maths = ['fast', 'exact'] as const;
export type Maths = (typeof maths)[number];

/** What reals are where they come in and go out; in TypeScript arithmetic is in double precision either way. */
export const precisions = ['f64', 'f32'] as const;
export type Precision = (typeof precisions)[number];

/** How an op is written in a target: operator with its precedence, or any text with $name for the arguments. */
export type Spelling =
  /** Infix or prefix operator; precedence is that of the target's own table (emit/expression.ts). */
  | { readonly operator: string }
  /** A function call: `Math.sin` gives `Math.sin(x)`. */
  | { readonly call: string }
  /**
   * A helper function that the emitted module must contain: `name` is called, `source` is its complete text
   * in the target (with `function`/`fn`), emitted once and only if used. `needs` lists helpers it calls; of ops that have
   * more than one spelling, the source calls `$exp`. `steps` are what it does, of an op of one argument.
   */
  | {
      readonly helper: string;
      readonly source: string;
      readonly needs?: readonly string[];
      readonly steps?: Steps;
    }
  /**
   * Text with `$x` for argument x. `precedence` is how tightly the whole text binds: an operator, `?:` or `call`.
   * The printer parenthesises every argument as an operand of `operands` (of `precedence` where it is left out), so
   * that it must bind more tightly than that; `,` stands for an argument list, where nothing needs parentheses.
   */
  | { readonly template: string; readonly precedence: string; readonly operands?: string }
  /** Nothing is written: the text is that of the argument of this name (toReal in TypeScript). */
  | { readonly argument: string };

/** An expression of `$x` and the constants that are declared before it; each `$name` is a local. */
export interface Steps {
  readonly lines: readonly string[];
  readonly value: string;
}

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
  /** It refuses some arguments with a RangeError; the op that does the same without the check. */
  readonly unchecked?: 'idiv' | 'imod' | 'toInt';
  /**
   * Where a partial is infinite: `finite`: at a point where the value itself is finite (sqrt at 0);
   * `infinite`: only where the value is not (log at 0). An adjoint of exactly zero wins over such a partial.
   * Overflow of large arguments (exp at 1000) does not count.
   */
  readonly singular?: 'finite' | 'infinite';
  /**
   * A partial can be exactly zero on a whole region: where the function saturates (exp far to the left, tanh on both
   * sides), where another argument is the one chosen (max); or by convention at a kink (abs at 0). Such a zero wins over
   * an infinite adjoint. Stationary points (cos at 0, a factor of 0) do not count.
   */
  readonly vanishes?: boolean;
  /** `overflows`: infinite, with its partial, for arguments that are not even large (exp at 1000); `bounded`: never infinite. */
  readonly range?: 'overflows' | 'bounded';
  /** Its arguments may reach a number beyond which it has no real value, as sqrt at 0: there the last bit decides if it has one. */
  readonly edge?: true;
  /** It never falls, and takes any number (of one argument). */
  readonly rises?: true;
  readonly ts: Spelling;
  /** In TypeScript where `math` is `fast`, if that is another. */
  readonly fast?: Spelling;
  readonly wgsl: Spelling;
  /** In WGSL where `math` is `fast`, if that is another. */
  readonly wgslFast?: Spelling;
  /** Also callable by this name in the language; false for ops that only rules and rewrites make. */
  readonly callable: boolean;
  readonly commutative?: boolean;
  /** Sample arguments inside the domain, away from kinks, at which tests hold value and derivatives against high-precision values. */
  readonly samples: readonly (readonly (number | boolean)[])[];
  /** The domain in words, for the docs; absent when all reals are fine. */
  readonly domain?: string;
}
