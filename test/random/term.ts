// What a random program is made of. Every real term carries an interval that holds its values, which is how the
// generator knows where a bare log or a division is allowed, and how it keeps numbers moderate.

/** A size as text, how it is compared, and how much it is (for a size variable of a function: at most). */
export interface Dim {
  readonly text: string;
  readonly key: string;
  readonly value: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Text that can stand as an operand anywhere, of a scalar or (whose elements are in the interval) an array. */
export interface Term extends Interval {
  readonly text: string;
}

/** A named value. ints lie in 0..range. */
export interface Entry extends Interval {
  readonly name: string;
  readonly scalar: 'real' | 'int' | 'bool';
  readonly dims: readonly Dim[];
  readonly range?: Dim;
  /** Of a field of an array of records: how many of the axes are those of the array. */
  readonly records?: number;
  /** How likely it is read, against the others. */
  readonly weight: number;
}

/** An element of an entry; of a field of an array of records, the record comes first: `r[i].z[1]`. */
export function elementText({ name, records = 0 }: Entry, indices: readonly string[]): string {
  const bracketed = (list: readonly string[]): string => (list.length === 0 ? '' : `[${list.join(', ')}]`);
  const [root = name, ...path] = name.split('.');
  if (records === 0) return name + bracketed(indices);
  return [root + bracketed(indices.slice(0, records)), ...path].join('.') + bracketed(indices.slice(records));
}

/** An index of a comprehension; how it is used decides whether its range can be left out. */
export interface Index {
  readonly name: string;
  usedOnItsAxis: boolean;
}

/** An int text that is in 0..dim here: an index, or an index with an offset that a guard proves. */
export interface Place {
  readonly text: string;
  readonly dim: Dim;
  readonly index?: Index;
}

export interface Callable extends Interval {
  readonly name: string;
  /** Arguments are all scalars, or all real[n]; likewise the result. */
  readonly takesArrays: boolean;
  readonly yieldsArray: boolean;
  readonly arity: number;
}

/** Everything that is visible at a place of the program. */
export interface Scope {
  readonly dims: readonly [Dim, ...Dim[]];
  readonly entries: readonly Entry[];
  readonly places: readonly Place[];
  readonly functions: readonly Callable[];
  /** How many loops are around. */
  readonly loops: number;
}

export const magnitude = ({ low, high }: Interval): number => Math.max(Math.abs(low), Math.abs(high));

/** The smallest interval around all these. */
export const hull = (...numbers: readonly number[]): Interval => ({
  low: Math.min(...numbers),
  high: Math.max(...numbers),
});

export const sum = (a: Interval, b: Interval): Interval => ({ low: a.low + b.low, high: a.high + b.high });
export const difference = (a: Interval, b: Interval): Interval => ({
  low: a.low - b.high,
  high: a.high - b.low,
});
export const product = (a: Interval, b: Interval): Interval =>
  hull(a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high);
export const quotient = (a: Interval, b: Interval): Interval => product(a, hull(1 / b.low, 1 / b.high));

export function power(a: Interval, exponent: number): Interval {
  const ends = hull(a.low ** exponent, a.high ** exponent);
  return exponent % 2 === 0 && a.low < 0 && a.high > 0 ? { low: 0, high: ends.high } : ends;
}
