// Loops, updates in place, branches around them and rules of one's own, differentiated: programs written as IR, with
// and without checkpoints.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkpoint } from '../../src/ad/checkpoint.ts';
import { reverse } from '../../src/ad/reverse.ts';
import { UnboundedLoop } from '../../src/ad/unbounded.ts';
import { evaluate } from '../../src/base/polynomial.ts';
import type { Content } from '../../src/ir/bind.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import { printProgram } from '../../src/ir/print.ts';
import type { Input, Program } from '../../src/ir/types.ts';
import { optimised, plain } from '../support/derive.ts';
import { checkModes } from '../support/modes.ts';

const folder = new URL('programs/', import.meta.url);
const programOf = (file: string): Program => parseProgram(readFileSync(new URL(file, folder), 'utf8'));

/** Reals around 0.7, ints that fit every range in the folder. */
function contentOf({ value: { type } }: Input, sizes: Readonly<Record<string, number>>): Content {
  const length = type.dims.reduce((product, dim) => product * evaluate(dim, (name) => sizes[name] ?? NaN), 1);
  const element = (i: number): number =>
    type.scalar === 'int' ? ([1, 2, 0, 2, 1][i % 5] ?? 0) : 0.7 + 0.4 * Math.sin(2 * i + 1);
  return type.dims.length === 0 ? element(0) : Array.from({ length }, (_, i) => element(i));
}

describe.each(readdirSync(folder))('%s', (file) => {
  const program = programOf(file);
  const sizes = Object.fromEntries(
    program.sizes.map(({ name }) => [name, { N: 3, D: 3, T: 5 }[name] ?? NaN]),
  );
  const inputs = { params: {} as Record<string, Content>, data: {} as Record<string, Content> };
  for (const input of program.inputs)
    inputs[input.role === 'param' ? 'params' : 'data'][input.name] = contentOf(input, sizes);
  checkModes(program, inputs, sizes, {
    'checkpoints after 2 iterations': plain(checkpoint(program, 2)),
    'checkpoints after 3 iterations, optimised': optimised(checkpoint(program, 3)),
  });
});

it('saves nothing for a loop whose adjoint asks for nothing', () => {
  const program = parseProgram(`program P(T) { param x%0: real[T]
    s%1: real = loop t%2 in 0..<T> with s%3: real = 0.0 {
      %4: real = x%0[t%2] %5: real = mul(s%3, 0.5) %6: real = add(%5, %4) yield %6 }
    loss = s%1 }`);
  expect(printProgram(reverse(program))).not.toContain('History');
  expect(printProgram(reverse(program))).not.toContain('kept');
});

it('saves the weights of a logSumExp of a loop', () => {
  const [forward = '', back = ''] = printProgram(reverse(programOf('log-sum-exps.ir'))).split(' down with ');
  // Over a range that depends on the iteration, and in the branch, they are made on the way back.
  expect([forward, back].map((text) => text.match(/= softmaxWeight\(/g)?.length)).toEqual([2, 2]);
});

it('refuses to save what has no bound in the sizes', () => {
  const program = parseProgram(`program P() { param x%0: real data n%1: int
    s%2: real = loop t%3 in 0..n%1 with s%4: real = x%0 { %5: real = sin(s%4) yield %5 }
    loss = s%2 }`);
  expect(() => reverse(program)).toThrow(UnboundedLoop);
});
