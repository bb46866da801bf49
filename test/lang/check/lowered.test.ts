// The IR that whole-array forms become: how many arrays are put into memory, and what is left to a branch.

import { describe, expect, it } from 'vitest';
import { printProgram } from '../../../src/ir/print.ts';
import { programOf } from '../../support/language.ts';

/** The statements of a model that computes `result`, without its inputs. */
function lowered(expression: string): string {
  const text = printProgram(
    programOf(`
    model M {
      dim N, D
      data k: int, A: real[N, D], W: real[D, D], b: real[D], n: int[N]
      output result = ${expression}
    }`),
  );
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('  data') && line !== '' && !line.endsWith('= result%0'));
  return lines.slice(1, -2).join('\n');
}

const arrays = (expression: string): number =>
  lowered(expression).match(/ = (build|freeze|\[)/g)?.length ?? 0;

it('one build computes a layer', () => {
  expect(lowered('relu(A @ W + b)')).toMatchInlineSnapshot(`
    "  result%16: real[N, D] = build %5, %6 {
        %11: real = sum %7 in 0..<D> {
          %8: real = A%1[%5, %7]
          %9: real = W%2[%7, %6]
          %10: real = mul(%8, %9)
          yield %10
        }
        %12: real = b%3[%6]
        %13: real = add(%11, %12)
        %14: bool = le(%13, 0.0)
        %15: real = if %14 {
          yield 0.0
        } else {
          yield %13
        }
        yield %15
      }"
  `);
});

it('only the arm that is taken runs', () => {
  expect(lowered('k >= 0 && k < N ? log(A[k, 0]) : 0')).toMatchInlineSnapshot(`
    "  %5: bool = ige(k%0, 0)
      %6: bool = ilt(k%0, <N>)
      %7: bool = and(%5, %6)
      result%10: real = if %7 {
        %8: real = A%1[k%0, 0]
        %9: real = log(%8)
        yield %9
      } else {
        yield 0.0
      }"
  `);
});

it('the right side of && runs only if it has to, when it reads', () => {
  expect(lowered('k > 0 && n[k] > 0')).toMatchInlineSnapshot(`
    "  %5: bool = igt(k%0, 0)
      result%8: bool = if %5 {
        %6: int = n%4[k%0] checked
        %7: bool = igt(%6, 0)
        yield %7
      } else {
        yield false
      }"
  `);
  expect(lowered('k > 0 && k < N')).toMatchInlineSnapshot(`
    "  %5: bool = igt(k%0, 0)
      %6: bool = ilt(k%0, <N>)
      result%7: bool = and(%5, %6)"
  `);
});

it('rows share their work', () => {
  expect(lowered('[softmax(A[i]) for i in N]')).toMatchInlineSnapshot(`
    "  result%14: real[N, D] = build i%5 {
        total%8: real = logSumExp %6 in 0..<D> {
          %7: real = A%1[i%5, %6]
          yield %7
        }
        %13: real[D] = build i%9 {
          %10: real = A%1[i%5, i%9]
          %11: real = sub(%10, total%8)
          %12: real = exp(%11)
          yield %12
        }
        yield %13
      }"
  `);
});

it('sums of arrays go through an accumulator', () => {
  expect(lowered('mean(A[i] for i)')).toMatchInlineSnapshot(`
    "  %5: real[D] = open
      for i%6 in 0..<N> {
        for %7 in 0..<D> {
          %8: real = A%1[i%6, %7]
          %5[%7] += %8
        }
      }
      %9: real[D] = freeze %5
      %10: real = toReal(<N>)
      result%14: real[D] = build %11 {
        %12: real = %9[%11]
        %13: real = div(%12, %10)
        yield %13
      }"
  `);
});

describe('arrays in memory', () => {
  it.each([
    ['A', 0],
    ['A[0]', 1],
    ['A + 1', 1],
    ['sum(A * A)', 0],
    ['sum(relu(A @ W))', 0],
    ['A + b', 1],
    ['A + 2 * b', 2],
    ['A @ W @ W', 2],
    ['transpose(A) @ A', 1],
    ['(2 * A) @ W', 2],
    ['b @ (A[0] * b)', 0],
    ['softmax(b)', 1],
    ['sum(softmax(2 * b))', 1],
    ['[A[i] for i in N]', 1],
    ['[b[d] * A[i, d] for i, d]', 1],
    ['[A[i] * b for i in N]', 1],
    ['A > 0 ? A : 2 * A', 1],
    ['k > 0 ? 2 * b : b', 1],
    ['sum(A[i] for i)', 1],
    ['[k, k]', 1],
  ])('%s: %i', (expression, count) => {
    expect(arrays(expression)).toBe(count);
  });
});
