// What programs mean: checked, lowered, and run by the reference interpreter. One row a case.

import { describe, expect, it } from 'vitest';
import { interpret } from '../../../src/ir/interpret.ts';
import { programOf } from '../../support/language.ts';

const N = 3;
const D = 2;
const data = {
  x: 0.5,
  k: 2,
  on: true,
  v: [1, -2, 3],
  u: [0.5, 2],
  A: [1, 2, 3, 4, 5, 6],
  B: [1, 0, -1, 2],
  n: [2, 0, 1],
  f: [true, false, true],
};

/** The value of an expression over these data; arrays are flat. */
function valueOf(expression: string, before = ''): unknown {
  const program = programOf(`
    fn pair(x: real): real[2] = [x, 2 * x]
    fn clipped(x: real): real = x > 1 ? 1 : x
    fn centered(v: real[n]): real[n] {
      let m = mean(v)
      let d[i in n] = v[i] - m
      return d
    }
    fn at(v: real[n], i: int): real = i >= 0 && i < n ? v[i] : -1
    fn half(v: real[2*n]): real[n] = v[n..]
    model M {
      dim N, D
      const three = 3
      data  x: real, k: int in 0..N, on: bool
      data  v: real[N], u: real[D], A: real[N, D], B: real[D, D], n: int[N] in 0..N, f: bool[N]
      ${before}
      output result = ${expression}
    }`);
  const { result } = interpret(program, { data }, { N, D }).outputs;
  return result instanceof Float64Array ? [...result] : result;
}

describe('scalars', () => {
  it.each([
    ['1 / 2', 0.5],
    ['7 div 2', 3],
    ['-7 div 2', -4],
    ['-7 mod 3', 2],
    ['(0 - 7) div 2', -4],
    ['2^10', 1024],
    ['k^5', 32],
    ['x^k', 0.25],
    ['x^-1', 2],
    ['2^x', Math.SQRT2],
    ['-x^2', -0.25],
    ['int(-1.5)', -1],
    ['int(2.9 * x)', 1],
    ['real(N) / real(D)', 1.5],
    ['three * x', 1.5],
    ['cos(pi)', -1],
    ['-inf < x', true],
    ['max(1, x, 2)', 2],
    ['min(k, 1)', 1],
    ['abs(0 - k)', 2],
    ['clamp(x, 1, 2)', 1],
    ['on ? 1 : 0', 1],
    ['!on || k == 2', true],
    ['on != (x > 1)', true],
    ['x > 1 ? 1 : x > 0 ? 2 : 3', 2],
    ['at(v, -1)', -1],
    ['at(v, 5)', -1],
    ['at(v, 2)', 3],
    ['clipped(3.0) + clipped(x)', 1.5],
  ])('%s = %s', (expression, value) => {
    expect(valueOf(expression)).toEqual(value);
  });
});

describe('arrays', () => {
  it.each<readonly [string, unknown]>([
    ['v + x', [1.5, -1.5, 3.5]],
    ['A * u', [0.5, 4, 1.5, 8, 2.5, 12]],
    ['u - A', [-0.5, 0, -2.5, -2, -4.5, -4]],
    ['v > 0 ? sqrt(v) : 0', [1, 0, Math.sqrt(3)]],
    ['A > 2 ? u : A * A', [1, 4, 0.5, 2, 0.5, 2]],
    ['on ? v : 2 * v', [1, -2, 3]],
    ['!on ? v : centered(3 * v)', [1, -8, 7]],
    ['x > 1 ? A[0] : u', [0.5, 2]],
    ['on ? A @ B : 0', [-1, 4, -1, 8, -1, 12]],
    ['f && v > 1', [0, 0, 1]],
    ['!f', [0, 1, 0]],
    ['n == k', [1, 0, 0]],
    ['real(n) + v', [3, -2, 4]],
    ['v^2', [1, 4, 9]],
    ['n^2 - 1', [3, -1, 0]],
    ['max(v, x, -1)', [1, 0.5, 3]],
    ['clipped(v)', [1, -2, 1]],
    ['A @ B', [-1, 4, -1, 8, -1, 12]],
    ['A @ u', [4.5, 9.5, 14.5]],
    ['v @ A', [10, 12]],
    ['v @ v', 14],
    ['(v + 1) @ (A * 2) @ (u - x)', [2 * (2 * 2 + -1 * 4 + 4 * 6) * 1.5][0]],
    ['A[1]', [3, 4]],
    ['A[:, 1]', [2, 4, 6]],
    ['A[1..][0]', [3, 4]],
    ['A[k, k - 1]', 6],
    ['(A @ B)[k, 1]', 12],
    ['(v + 1)[n[0]]', 4],
    ['A[n[0]]', [5, 6]],
    ['v[1..3] - v[0..2]', [-3, 5]],
    ['v[..N - 1]', [1, -2]],
    ['half([x, 1, 2, 3])', [2, 3]],
    ['[x, 1, v[0]]', [0.5, 1, 1]],
    ['[v, 2 * v]', [1, -2, 3, 2, -4, 6]],
    ['[[1, 2], [3, 4]][1][0]', 3],
    ['[v[i] * u[j] for i, j]', [0.5, 2, -1, -4, 1.5, 6]],
    ['[real(i) for i in 1..N]', [1, 2]],
    ['[v[i] for i in 1..N]', [-2, 3]],
    ['[centered(A[i]) for i in N]', [-0.5, 0.5, -0.5, 0.5, -0.5, 0.5]],
    ['[A[i] for i in N]', [1, 2, 3, 4, 5, 6]],
    ['[v[n[i]] for i]', [3, 1, -2]],
    ['[v[(i + 1) mod N] for i in N]', [-2, 3, 1]],
    ['transpose(A)', [1, 3, 5, 2, 4, 6]],
    ['transpose(A) @ v', [10, 12]],
    ['pair(x)', [0.5, 1]],
  ])('%s', (expression, value) => {
    expect(valueOf(expression)).toEqual(value);
  });
});

describe('reductions', () => {
  it.each<readonly [string, unknown]>([
    ['sum(v)', 2],
    ['prod(v)', -6],
    ['mean(A)', 3.5],
    ['max(A)', 6],
    ['min(v)', -2],
    ['argmax(v)', 2],
    ['argmin(v)', 1],
    ['any(f)', true],
    ['all(f)', false],
    ['sum(n)', 3],
    ['logSumExp(0 * v)', Math.log(3)],
    ['sum(v[i] * v[i] for i)', 14],
    ['sum(i * j for i in N, j in 0..i)', 2],
    ['sum(1 for i in N, j in 0..n[i])', 3],
    ['prod(v[i] for i if v[i] > 0)', 3],
    ['sum(v[i] for i if f[i])', 4],
    ['mean(v[i] for i if f[i])', 2],
    ['mean(real(j) for i in N, j in 0..i)', 1 / 3],
    ['max(v[i] for i if v[i] < 2)', 1],
    ['max(real(i - j) for i in N, j in 0..i)', 2],
    ['argmax(v[i] for i if i < 2)', 0],
    ['argmin(v[i] for i in 2..N)', 2],
    ['argmax(v[i] for i if v[i] > 9)', -1],
    ['any(v[i] > 2 for i)', true],
    ['all(v[i] > 2 for i if i == 2)', true],
    ['logSumExp(v[i] for i if i == 1)', -2],
    ['sum(f[i] ? 1 : 0 for i)', 2],
    ['sum(A[i] for i)', [9, 12]],
    ['sum(A[i] for i if f[i])', [6, 8]],
    ['mean(A[i] for i)', [3, 4]],
    ['mean(A[i] for i if f[i])', [3, 4]],
    ['max(A[i] for i)', [5, 6]],
    ['prod(A[i] for i if i < 2)', [3, 8]],
    ['sum(centered(A[i]) for i in N)', [-1.5, 1.5]],
    ['sum(outer(v, u)[i] for i in N)', [1, 4]],
    ['all(A[i] > 0 for i)', [1, 1]],
    ['max(max(A[i]) for i in N)', 6],
  ])('%s', (expression, value) => {
    expect(valueOf(expression)).toEqual(value);
  });
});

describe('lets', () => {
  it.each<readonly [string, string, unknown]>([
    ['let a = 2 * x', 'a + a', 2],
    ['let a[i] = v[i] + 1', 'a[2]', 4],
    ['let a[i in 1..N] = v[i] - v[i - 1]', 'a', [-3, 5]],
    ['let a[i in N, j in D] = A[i, j] * u[j]', 'a[2]', [2.5, 12]],
    ['let a[i in N] = A[i]', 'a[1, 1]', 4],
    ['let m = N - 1', '[v[i] for i in m]', [1, -2]],
    ['let a: real[N] = 2 * v', 'a[0]', 2],
    ['let pi = 3', 'pi', 3],
    ['output p = 2 * v', 'p[1]', -4],
    ['const half = 1 / 2\nconst off = max(half, 0) > 1', 'off ? 1 : half', 0.5],
    ['const shift = 2 * three - 5', 'v[shift]', -2],
  ])('%s; %s', (before, expression, value) => {
    expect(valueOf(expression, before)).toEqual(value);
  });
});

it('adds several losses, and lists them before the outputs', () => {
  const program = programOf(`
    model M {
      param w: real
      output half = w / 2
      /// What hurts.
      loss w
      loss 2 * w^2
    }`);
  expect(interpret(program, { params: { w: 3 } }, {}).loss).toBe(21);
  expect(program.outputs.map(({ role, name, doc }) => [role, name, doc])).toEqual([
    ['loss', 'loss', 'What hurts.'],
    ['output', 'half', undefined],
  ]);
});
