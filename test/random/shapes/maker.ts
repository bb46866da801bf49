// What shapes are made with, and what they come to.

import type { Choices } from '../choices.ts';
import { moderate, type Making } from '../scalar.ts';
import type { Dim, Entry, Scope } from '../term.ts';

/** An array of its own, of numbers from -2 to 2 or of ints in a range. */
export interface ShapeInput {
  readonly role: 'param' | 'data';
  readonly entry: Entry;
}

/** What a shape is made with: the text of an expression becomes a `let`, arrays get names. */
export interface Maker {
  readonly g: Making;
  readonly choices: Choices;
  readonly scope: Scope;
  readonly name: string;
  readonly dim: () => Dim;
  readonly input: (letter: string, dims: readonly Dim[], role?: ShapeInput['role']) => string;
  /** Which of so many rows. */
  readonly rows: (letter: string, dims: readonly Dim[], range: Dim) => string;
}

export interface Made {
  readonly lines: readonly string[];
  readonly dims: readonly Dim[];
  /** No element is larger. */
  readonly most: number;
}

export const longer = ({ text, key, value }: Dim, by: number): Dim => ({
  text: `${text} + ${by}`,
  key: `${key} + ${by}`,
  value: value + by,
});

export const fixed = (value: number): Dim => ({ text: `${value}`, key: `${value}`, value });

/** A `let` of a value that is squashed where it may be large. */
export function named(
  { g, name }: Maker,
  axes: readonly (readonly [string, Dim])[],
  value: string,
  most: number,
): Made {
  const term = moderate(g, { text: value, low: -most, high: most });
  const clauses = axes.map(([index, { text }]) => `${index} in ${text}`).join(', ');
  return {
    lines: [`let ${name}${clauses === '' ? '' : `[${clauses}]`} = ${term.text}`],
    dims: axes.map(([, dim]) => dim),
    most: Math.max(-term.low, term.high),
  };
}
