// What kernels read rather than compute again.

import { describe, expect, it } from 'vitest';
import { filled } from '../../src/emit/webgpu/filled.ts';
import { reread } from '../../src/emit/webgpu/reread.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import { printProgram } from '../../src/ir/print.ts';
import { verify } from '../../src/ir/verify.ts';

/** `%90` is the loss; `rows` and `other`, which are used, come to it. */
const parsed = (body: string): string => `program F(N, M) {
  data x%0: real[N, M]
  data at%1: int[N] in 0..N
  param w%2: real[N]
${body}
  loss = %90
}
`;

const after = (body: string, pass: typeof reread): string => {
  const next = pass(parseProgram(parsed(body)));
  verify(next);
  return printProgram(next);
};

/** An array, and a sum of values of which some may be its elements. */
const made = (element: string): string => `\
  rows%10: real[N] = build a%11 {
${element}
  }`;
const used = (value: string, range = 'N'): string => `\
  %90: real = sum i%20 in 0..<${range}> {
${value}
    %28: real = rows%10[0]
    %29: real = mul(%25, %28)
    yield %29
  }`;

const row = (index: string, [out, j, read]: readonly [string, string, string], more = ''): string => `\
    ${out}: real = sum ${j} in 0..<M> {
      ${read}: real = x%0[${index}, ${j}]${more}
      yield ${read}
    }`;
const rows = made(`${row('a%11', ['%12', 'j%13', '%14'])}\n    yield %12`);

describe('what an array holds', () => {
  it('is read from it', () => {
    const value = row('i%20', ['%25', 'j%21', '%22']);
    const read = `    %25: real = rows%10[i%20]`;
    expect(after(`${rows}\n${used(value)}`, reread)).toBe(parsed(`${rows}\n${used(read)}`));
  });

  it('is there before it is read', () => {
    const value = (out: string): string => `\
  %80: real = sum i%20 in 0..<N> {
${out}
    %26: real = mul(%25, %25)
    yield %26
  }`;
    const end = `\
  %85: real = rows%10[0]
  %90: real = add(%80, %85)`;
    const computed = value(row('i%20', ['%25', 'j%21', '%22']));
    const read = value(`    %25: real = rows%10[i%20]`);
    expect(after(`${computed}\n${rows}\n${end}`, reread)).toBe(parsed(`${rows}\n${read}\n${end}`));
  });

  it.each([
    ['goes beyond its end', rows, used(row('i%20', ['%25', 'j%21', '%22']), 'M')],
    [
      'is at an index that is computed',
      rows,
      used(`    %23: int = at%1[i%20]\n${row('%23', ['%25', 'j%21', '%22'])}`),
    ],
    [
      'may be what goes wrong first',
      rows.replace(']\n      yield', '] checked\n      yield'),
      used(row('i%20', ['%25', 'j%21', '%22'])),
    ],
    ['may be out of range', rows, used(row('i%20', ['%25', 'j%21', '%22'], ' checked'))],
    [
      'is one read of its size either way',
      made(`    %12: real = w%2[a%11]\n    %14: real = w%2[0]\n    %13: real = mul(%12, %14)\n    yield %13`),
      used(`    %24: real = w%2[i%20]\n    %26: real = w%2[0]\n    %25: real = mul(%24, %26)`),
    ],
    [
      'has another index for each term',
      made(
        `    %15: real = w%2[a%11]\n    %12: real = sum j%13 in 0..<N> {\n      %14: real = mul(%15, 2.0)\n      yield %14\n    }\n    yield %12`,
      ),
      used(
        `    %25: real = sum j%21 in 0..<N> {\n      %22: real = w%2[j%21]\n      %23: real = mul(%22, 2.0)\n      yield %23\n    }`,
      ),
    ],
  ])('is computed where it %s', (_, array, value) => {
    const body = `${array}\n${value}`;
    expect(after(body, reread)).toBe(parsed(body));
  });
});

describe('an array that a loop fills', () => {
  const loop = (array: string, adds: string, range = 'M'): string => `\
${array}
  sum%33: real[M] = open
  for i%31 in 0..<N> {
    for j%32 in 0..<${range}> {
      %34: real = x%0[i%31, j%32]
      %35: real = mul(%34, 3.0)
${adds}
      sum%33[j%32] += %35
    }
  }`;
  const end = `\
  sum%37: real[M] = freeze sum%33
  %38: real = A%36[0, 0]
  %39: real = sum%37[0]
  %90: real = add(%38, %39)`;
  const open = '  A%30: real[N, M] = open';
  const freeze = '  A%36: real[N, M] = freeze A%30\n';
  const add = '      A%30[i%31, j%32] += %35';

  it('is a comprehension', () => {
    const build = `\
  sum%33: real[M] = open
  A%36: real[N, M] = build i%91, j%92 {
    %93: real = x%0[i%91, j%92]
    %94: real = mul(%93, 3.0)
    yield %94
  }`;
    const wanted = `${build}\n${loop('', '')
      .split('\n')
      .slice(2)
      .filter((line) => line !== '')
      .join('\n')}\n${end}`;
    expect(after(`${loop(open, add)}\n${freeze}${end}`, filled)).toBe(parsed(wanted));
  });

  it.each([
    ['adds twice', loop(open, `${add}\n${add}`)],
    ['does not go to its end', loop(open, add, 'N')],
    ['may read what is out of range', loop(open, add).replace('j%32]\n', 'j%32] checked\n')],
    [
      'adds to a diagonal',
      loop(open, '      A%30[i%31, i%31] += %35', 'N').replace('N, M', 'N, N'),
      freeze.replace('N, M', 'N, N'),
    ],
    ['adds to one row', loop(open, '      A%30[0, j%32] += %35')],
    [
      'adds where a condition holds',
      loop(
        open,
        `      %40: bool = lt(%34, 0.0)\n      if %40 {\n        A%30[i%31, j%32] += %35\n      } else {\n      }`,
      ),
    ],
  ])('stays what it is if the loop %s', (_, text, last = freeze) => {
    const body = `${text}\n${last}${end}`;
    expect(after(body, filled)).toBe(parsed(body));
  });
});
