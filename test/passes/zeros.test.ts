// Sums over terms that are zero by structure end where these begin.

import { describe, expect, it } from 'vitest';
import { printProgram } from '../../src/ir/print.ts';
import { statementsOf } from '../../src/ir/walk.ts';
import { unroll } from '../../src/passes/unroll.ts';
import { shortenSums } from '../../src/passes/zeros.ts';
import { programOf } from '../support/language.ts';

/** The sum over `s` of a matrix `A` times a vector. */
const product = (element: string, term = 'A[r, s] * x[s]') => `model F {
  dim N
  data x: real[N]
  param a: real[N, N]
  let A[i in N, j in N] = ${element}
  loss sum(sum(${term} for s in N)^2 for r in N)
}`;

/** A sum over `s` of what is zero but for a condition. */
const summed = (more: string, condition: string, clause: string): string => `model F {
  dim N
  ${more}
  param x: real[N]
  loss sum(sum((${condition} ? x[s]^2 : 0) for s in N) * real(r) for ${clause})
}`;

const shorter: Readonly<Record<string, { readonly source: string; readonly sum: RegExp }>> = {
  'a lower triangle': {
    source: product('j <= i ? a[i, j] : 0'),
    sum: /(%\d+): int = iadd\(r%\d+, 1\)\s+%\d+: real = sum s%\d+ in 0\.\.\1 \{/,
  },
  'a lower triangle without its diagonal': {
    source: product('i > j ? a[i, j] : 0'),
    sum: /sum s%\d+ in 0\.\.r%\d+ \{/,
  },
  'a triangle with a diagonal of its own': {
    source: product('i == j ? exp(a[i, i]) : i > j ? a[i, j] : 0'),
    sum: /iadd\(r%\d+, 1\)/,
  },
  'an upper triangle': {
    source: product('j < i ? 0 : a[i, j]'),
    sum: /sum s%\d+ in r%\d+\.\.<N> \{/,
  },
  'a lower triangle, read the other way': {
    source: product('j <= i ? a[i, j] : 0', 'A[s, r] * x[s]'),
    sum: /sum s%\d+ in r%\d+\.\.<N> \{/,
  },
  'an upper triangle above its diagonal': {
    source: summed('', 's >= t', 'r in N, t in r + 1..N'),
    sum: /sum s%\d+ in t%\d+\.\.<N> \{/,
  },
  'squares of a triangle': {
    source: product('!(j > i) && true ? 2 * a[i, j] : 0', '(A[r, s])^2'),
    sum: /iadd\(r%\d+, 1\)/,
  },
};

describe.each(Object.entries(shorter))('%s', (_, { source, sum }) => {
  it('shortens the sum', () => {
    const program = programOf(source);
    expect(printProgram(program)).not.toMatch(sum);
    expect(printProgram(shortenSums(program))).toMatch(sum);
  });
});

const same: Readonly<Record<string, string>> = {
  'a sum with a term beside the product': product('j <= i ? a[i, j] : 0', 'A[r, s] * x[s] + x[s]'),
  'an element that is nowhere a literal zero': product('j <= i ? a[i, j] : 0.5'),
  'a quotient, which may be NaN': product('j <= i ? a[i, j] : 0', 'A[r, s] / x[s]'),
  'a function that is not zero at zero': product('j <= i ? a[i, j] : 0', 'cos(A[r, s])'),
  'a condition on a value': product('a[i, j] > 0 ? a[i, j] : 0'),
  'a zero that no condition chooses': product('a[i, j]', '0 * A[r, s] + x[s]'),
  'a power of zero': product('j <= i ? a[i, j] : 0', '(A[r, s])^0 * x[s]'),
  'what begins at an int that may be negative': summed('data k: int', 's >= k', 'r in N'),
  'what begins at an index that may be negative': summed('', 's >= r', 'r in -2..N'),
  'what ends beyond the range where an index is negative': summed('', 's + r < N', 'r in -2..N'),
};

it.each(Object.entries(same))('leaves alone %s', (_, source) => {
  const program = programOf(source);
  const sums = (of: typeof program) =>
    [...statementsOf(of.body)].filter(({ kind }) => kind === 'reduce').length;
  expect(sums(program)).toBeGreaterThan(0);
  expect(shortenSums(program)).toBe(program);
});

it('drops terms of a sum that is written out', () => {
  const source = product('j <= i ? a[i, j] : 0').replace('dim N', 'dim N = 3');
  const adds = (program: ReturnType<typeof programOf>) =>
    [...statementsOf(program.body)].filter((each) => each.kind === 'op' && each.op === 'add').length;
  const program = unroll(programOf(source));
  // Three sums of three squares or products each; those of the first two rows are one and two terms shorter.
  expect(adds(program)).toBe(2 + 3 * 2);
  expect(adds(shortenSums(program))).toBe(2 + 0 + 1 + 2);
});
