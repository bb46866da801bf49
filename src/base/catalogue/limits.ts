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
  sizeWithoutNumber: error(
    'N0605',
    'size without a number',
    (a: { name: string }) => `WGSL needs a number for the size \`${a.name}\``,
    'Arrays in functions of WGSL have fixed lengths. Give each size its number: `dim N = 10` in the model, or `--size N=10`.',
  ),
  tooMuchFunctionMemory: error(
    'N0606',
    'too much memory for one WGSL function',
    (a: { name: string; bytes: number; limit: number; most: string }) =>
      `\`${a.name}\` needs ${a.bytes} bytes for its variables, and WGSL grants a function ${a.limit}: ${a.most}`,
    'What a function computes in and returns lies in variables of its own, for which every implementation of WGSL has 8192 bytes. ' +
      'Smaller sizes need less, and so does `--emit loss` alone.',
  ),
  noDoubles: error(
    'N0607',
    'WGSL has no f64',
    () => 'WGSL computes in f32: it has no f64',
    'Leave out the precision, or ask for f32. The emitted TypeScript computes in double precision.',
  ),
  literalOutOfRange: error(
    'N0608',
    'number too large for WGSL',
    (a: { value: number; type: string }) =>
      `${a.value} is no number of type ${a.type}, which WGSL has for it`,
    'Reals of WGSL go up to 3.4e38, ints up to 2147483647. Scale what is computed, or compile to TypeScript.',
  ),
  argumentTooLarge: error(
    'N0609',
    'argument too large for a WGSL function',
    (a: { type: string; bytes: number; limit: number }) =>
      `\`${a.type}\` takes ${a.bytes} bytes, and compilers of WGSL take ${a.limit} in an argument`,
    'Functions of WGSL get their arguments by value, and the compiler in Chromium takes no larger ones. Smaller sizes need less: ' +
      'often a model of one row, or of a part of them, does, whose losses and gradients the shader adds up.',
  ),
  kernelsWithoutLoss: error(
    'N0611',
    'kernels without a loss',
    (a: { name: string }) => `kernels compute a loss and its gradient, and \`${a.name}\` has no loss`,
    'Outputs alone are computed by emitted TypeScript, or by functions of WGSL.',
  ),
} as const;
