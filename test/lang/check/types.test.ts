// Types and shapes of expressions, as the checker finds them: one row a case.

import { describe, expect, it } from 'vitest';
import { printType } from '../../../src/lang/check/types.ts';
import { programOf } from '../../support/language.ts';

/** The type of an expression over these declarations. */
function typeOf(expression: string): string {
  const program = programOf(`
    fn pair(x: real): real[2] = [x, 2 * x]
    fn scaled(x: real, by: real): real = x * by
    fn ends(v: real[n + 1]): real[n] = v[1..n + 1]
    fn join(A: real[n, m], v: real[2*n + m]): real[n, n] = A @ transpose(A) + v[0]
    model M {
      dim N, D, K = 10, P = D*(D + 1)/2
      const c = 3
      data  x: real, k: int in 0..N, on: bool
      data  v: real[N], u: real[D], A: real[N, D], B: real[D, K], T: real[N, D, K], q: real[P], r: real[2*N + D]
      data  n: int[N], f: bool[N]
      output result = ${expression}
    }`);
  const [value] = program.body.results;
  return value === undefined ? 'nothing' : printType(value.type);
}

describe('an expression has the type', () => {
  it.each([
    ['1', 'int'],
    ['1.0', 'real'],
    ['1e3', 'real'],
    ['2 * 3 - 1', 'int'],
    ['-c', 'int'],
    ['1 / 2', 'real'],
    ['2^3', 'int'],
    ['2^-1', 'real'],
    ['k^2', 'int'],
    ['x^2', 'real'],
    ['x^k', 'real'],
    ['2^x', 'real'],
    ['N', 'int'],
    ['P', 'int'],
    ['N div 2', 'int'],
    ['k mod c', 'int'],
    ['real(N) / 2', 'real'],
    ['int(x)', 'int'],
    ['pi', 'real'],
    ['x + 1', 'real'],
    ['x + c', 'real'],
    ['on ? 1 : 0', 'int'],
    ['on ? 1 : x', 'real'],
    ['on && k < N || !on', 'bool'],
    ['on == (x > 0)', 'bool'],
    ['max(k, 1)', 'int'],
    ['max(x, 1)', 'real'],
    ['min(1, x, 2)', 'real'],
    ['abs(-3)', 'int'],
    ['abs(x)', 'real'],
    ['v + x', 'real[N]'],
    ['A + u', 'real[N, D]'],
    ['T - B', 'real[N, D, 10]'],
    ['v > 0', 'bool[N]'],
    ['v > 0 ? v : 0', 'real[N]'],
    ['A > 0 ? u : A', 'real[N, D]'],
    ['on ? v : -v', 'real[N]'],
    ['sin(A)', 'real[N, D]'],
    ['max(A, u, 0)', 'real[N, D]'],
    ['relu(A)', 'real[N, D]'],
    ['scaled(A, u)', 'real[N, D]'],
    ['scaled(2, v)', 'real[N]'],
    ['real(n) * v', 'real[N]'],
    ['n == k', 'bool[N]'],
    ['A @ B', 'real[N, 10]'],
    ['v @ A', 'real[D]'],
    ['A @ u', 'real[N]'],
    ['u @ u', 'real'],
    ['T @ B[0]', 'real[N, D]'],
    ['A @ B @ B[0]', 'real[N]'],
    ['A[0]', 'real[D]'],
    ['A[:, 0]', 'real[N]'],
    ['A[k, k mod D]', 'real'],
    ['T[0, :, 1..4]', 'real[D, 3]'],
    ['T[1..]', 'real[N - 1, D, 10]'],
    ['v[..N - 2]', 'real[N - 2]'],
    ['A[0][1]', 'real'],
    ['q[D..]', 'real[(D^2 - D)/2]'],
    ['[1, 2]', 'int[2]'],
    ['[1, x]', 'real[2]'],
    ['[v, v]', 'real[2, N]'],
    ['[[1, 2], [3, 4.5]]', 'real[2, 2]'],
    ['[x for i in N]', 'real[N]'],
    ['[1 for i in 3]', 'int[3]'],
    ['[A[i, j] * B[j, l] for i, l, j]', 'real[N, 10, D]'],
    ['[v[i + 1] - v[i] for i in N - 1]', 'real[N - 1]'],
    ['[v[i] for i in 1..N - 1]', 'real[N - 2]'],
    ['[A[i] for i in N]', 'real[N, D]'],
    ['[q[i] for i]', 'real[(D^2 + D)/2]'],
    ['[v[i] for i in N*(N - 1) div 2]', 'real[(N^2 - N)/2]'],
    ['sum(v[i] for i)', 'real'],
    ['sum(n)', 'int'],
    ['sum(f[i] ? 1 : 0 for i)', 'int'],
    ['mean([1, 2])', 'real'],
    ['sum(A[i] for i)', 'real[D]'],
    ['max(A[i] for i)', 'real[D]'],
    ['any(f)', 'bool'],
    ['all(v[i] > 0 for i)', 'bool'],
    ['argmax(v)', 'int'],
    ['argmin(v[i] for i in 2..N)', 'int'],
    ['logSumExp(A)', 'real'],
    ['softmax(A[0])', 'real[D]'],
    ['pair(x)', 'real[2]'],
    ['ends(v)', 'real[N - 1]'],
    ['ends(ends(v[..N - 3]))', 'real[N - 5]'],
    ['join(A, r)', 'real[N, N]'],
    ['transpose(A) @ v', 'real[D]'],
    ['outer(v, u)', 'real[N, D]'],
  ])('%s: %s', (expression, type) => {
    expect(typeOf(expression)).toBe(type);
  });
});
