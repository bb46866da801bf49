// Diagnostics of limits (N06xx): the program is right, and larger than the compiler takes.

import { error } from '../row.ts';

export const limits = {
  nestingTooDeep: error(
    'N0601',
    'nesting too deep',
    (a: { limit: number }) => `brackets are nested more than ${a.limit} deep`,
    'The limit keeps the compiler, and the tools that read what it emits, from running out of stack. Name parts with `let`.',
  ),
  expressionTooLong: error(
    'N0602',
    'expression too long',
    (a: { limit: number }) => `more than ${a.limit} operators in one expression`,
    'The limit keeps the compiler, and the tools that read what it emits, from running out of stack. A long sum or product is ' +
      'written as a reduction, `sum(w[i] * x[i] for i in N)`, or in parts that `let` names.',
  ),
  sourceTooLarge: error(
    'N0603',
    'file too large',
    (a: { what: string; limit: number }) => `the file has more than ${a.limit} million ${a.what}`,
    'A model is written by hand. Tables of numbers are `data`, and come in when the emitted code is called.',
  ),
  recordTooLarge: error(
    'N0604',
    'record too large',
    (a: { name: string; limit: number; deepest: number }) =>
      `\`${a.name}\` holds more than ${a.limit} values, or nests more than ${a.deepest} deep`,
    'A record is taken apart into its values, those of the records in it included. Many values of a kind belong in an array.',
  ),
} as const;
