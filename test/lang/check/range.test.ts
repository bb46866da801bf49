// Which reads are proved in range when a model is compiled, and which are checked when it runs.

import { describe, expect, it } from 'vitest';
import type { Block } from '../../../src/ir/types.ts';
import { programOf } from '../../support/language.ts';

/** Whether each read of a block is proved, in order. */
function proofs(block: Block): readonly boolean[] {
  return block.statements.flatMap((statement): readonly boolean[] => {
    switch (statement.kind) {
      case 'read':
      case 'set':
        return [statement.inRange];
      case 'build':
      case 'reduce':
      case 'for':
      case 'rule':
        return proofs(statement.body);
      case 'loop':
        return [
          ...(statement.condition === undefined ? [] : proofs(statement.condition)),
          ...proofs(statement.body),
        ];
      case 'if':
        return [...proofs(statement.then), ...proofs(statement.otherwise)];
      case 'op':
      case 'row':
      case 'list':
      case 'open':
      case 'add':
      case 'freeze':
        return [];
    }
  });
}

function proofsOf(expression: string, before = ''): readonly boolean[] {
  const program = programOf(`
    fn row(A: real[n, m], i: int): real[m] = A[i]
    fn pick(v: real[n], i: int): real = v[min(max(i, 0), n - 1)]
    model M {
      dim N, D, K = 10
      data k: int in 0..N, free: int, label: int[N] in 0..D, later: int[N] in 1..D + 1, any: int[N]
      data v: real[N], u: real[D], A: real[N, D], c: real[K], p: real[D*(D + 1)/2], flat: real[N*D], long: real[2*N + 1]
      data on: bool
      ${before}
      output result = ${expression}
    }`);
  return proofs(program.body);
}

describe('all reads are proved in', () => {
  it.each([
    'v[0]',
    'v[k]',
    'v[N - 1]',
    'c[9]',
    'sum(v[i] for i)',
    'sum(v[N - 1 - i] for i in N)',
    'sum(v[i + 1] - v[i] for i in N - 1)',
    'sum(v[i] - v[i - 1] for i in 1..N)',
    'sum(v[j] for i in N, j in 0..i)',
    'sum(v[i - j - 1] for i in N, j in 0..i)',
    'sum(v[i] for i in k)',
    'sum(v[i + j] for i in N, j in 0..N - i)',
    'sum(v[i + 2] for i in N if i + 2 < N)',
    'sum(v[i + free] for i in N if i + free >= 0 && i + free < N)',
    'sum(i + 1 < N ? v[i + 1] : 0 for i in N)',
    'sum(i + 1 >= N ? 0 : v[i + 1] for i in N)',
    'sum(!(i == 0) && i > 0 ? v[i - 1] : 0 for i in N)',
    'N > 2 ? v[2] : 0',
    'sum(v[2] for i in N - 2)',
    'free >= 0 && free < N && v[free] > 0',
    'free < 0 || free >= N || v[free] > 0',
    'sum(A[i, label[i]] for i)',
    'sum(A[i, later[i] - 1] for i in N)',
    'sum(u[label[i]] for i)',
    'sum(v[(i + 1) mod N] for i in N)',
    'sum(v[(i - 1) mod N] for i in N)',
    'v[free mod N]',
    'sum(v[i div 2] for i in N)',
    'sum(c[i div 3] for i in 30)',
    'sum(v[min(i + 1, N - 1)] for i in N)',
    'sum(v[max(i - 1, 0)] for i in N)',
    'pick(v, free)',
    'v[max(min(free, N - 1), 0)]',
    'sum(v[i > 0 ? i - 1 : 0] for i in N)',
    'sum(v[abs(i - j)] for i in N, j in N)',
    'sum(v[free > i ? i : k] for i in N)',
    'sum(flat[i * D + d] for i in N, d in D)',
    'sum(p[i * (i + 1) div 2 + j] for i in D, j in 0..i + 1)',
    'sum(p[D + i * (i - 1) div 2 + j] for i in D, j in 0..i)',
    'sum(long[2 * i + r] for i in N, r in 3)',
    'sum(row(A, i)[d] for i in N, d in D)',
    'sum(v[1..][i] for i in N - 1)',
    'A[k, 0..1]',
    'A @ u',
    'A + u',
    'softmax(A[k])',
    'sum(any[i] >= 0 && any[i] < D ? u[any[i]] : 0 for i in N)',
  ])('%s', (expression) => {
    const found = proofsOf(expression);
    expect(found.length).toBeGreaterThan(0);
    expect(found).not.toContain(false);
  });
});

describe('a read is checked when it runs in', () => {
  it.each([
    'v[free]',
    'v[2]',
    'sum(u[i] for i in N)',
    'sum(u[any[i]] for i)',
    'sum(v[i + free] for i in N)',
    'sum(v[i + 1] for i in N if i < N)',
    'free < N ? v[free] : 0',
    'free >= 0 || free < N ? v[free] : 0',
    'free >= 0 && v[free] > 0',
    'sum(v[i * i] for i in N)',
    'sum(flat[i * N + d] for i in N, d in D)',
    'sum(v[j] for i in N, j in 0..i + k)',
    'sum(u[later[i]] for i)',
    'v[free - free mod N]',
    'v[argmax(v)]',
    'v[int(c[0])]',
    'sum(v[0..3])',
    'softmax(A[free])',
  ])('%s', (expression) => {
    expect(proofsOf(expression)).toContain(false);
  });
});

// What is known of a var is known of one value of it: before a loop, in an iteration, after it.
describe('statements', () => {
  it.each<readonly [string, readonly boolean[]]>([
    ['for i in N { r[i] = v[i] }', [true, true]],
    ['for i in N { r[i] += v[N - 1 - i] }', [true, true, true]],
    ['for i in 1..N { r[i - 1] = r[i] }', [true, true]],
    ['for i in N - 1 { r[i + 1] = v[i] }', [true, true]],
    ['for i in N, j in 0..i { r[i] -= A2[i, j] * r[j] }', [true, true, true, true]],
    ['for i in free { r[i] = 0 }', [false]],
    ['for i in k { r[i] = 0 }', [true]],
    ['for i in N { if (i + 1 < N) { r[i + 1] = 0 } else { r[i - 1] = 0 } }', [true, false]],
    ['for i in N { if (i < 1) { r[i] = 0 } else if (on) { r[i - 1] = 0 } }', [true, true]],
    ['A2[k] = v; A2[k, :] = v; A2[free] = v', [true, true, false]],
    // A var is known by its value of the moment.
    ['var i = 0; r[i] = 0; i += 1; r[i] = 0', [true, false]],
    ['var i = k; r[i] = 0; i = free; r[i] = 0; i = N - 1; r[i] = 0', [true, false, true]],
    ['var i = 0; for t in 9 { r[i] = 0; i += 1 }', [false]],
    ['var i = 0; for t in 9 { i = 0; r[i] = 0; i += 1 }; r[i] = 0', [true, false]],
    ['var i = 0; r[i] = 0; while (r[0] > 0) max 9 { r[i] = 0; i += 1 }; r[i] = 0', [true, true, false, false]],
    ['var i = free; if (i >= 0 && i < N) { r[i] = 0; i += 1; r[i] = 0 }; r[i] = 0', [true, false, false]],
    ['var i = free; if (i < 0 || i >= N) { i = 0 }; r[i] = 0', [true]],
    ['var i = 0; if (on) { i = N - 1 }; r[i] = 0', [true]],
    ['var i = 0; if (on) { i = N }; r[i] = 0', [false]],
    ['var i = 0; if (on) { i = k } else { i = free }; r[i] = 0', [false]],
    // What a condition tells holds until the var changes.
    ['var i = 0; while (i >= 0 && i < N) max 9 { r[i] = 0; i += 1; r[i] = 0 }; r[i] = 0', [true, false, false]],
    ['var i = 0; while (i < N && v[i] > 0) max 9 { i += 1 }', [false]],
    ['if (free >= 0 && free < N) { for t in 3 { r[free] = 0 } }', [true]],
    ['var i = free; if (i >= 0 && i < N) { for t in 3 { r[i] = 0; i += 1 } }', [false]],
    ['var i = free; if (i >= 0 && i < N) { for t in 3 { let j = i; r[j] = 0; if (on) { i = t } } }', [false]],
    // The range of int data is not that of a changed copy.
    ['var m = label; u2[m[0]] = 0; m[0] = free; u2[m[0]] = 0', [true, true, true, true, false]],
    ['for t in 3 { var i = k; r[i] = 0; i = i - 1; r[i] = 0 }', [true, false]],
    // A trip count from a var.
    ['var m = N; for i in m { r[i] = 0 }; m += k; for i in m { r[i] = 0 }', [true, false]],
    ['var m = N; for t in 3 { for i in m { r[i] = 0 }; m += 1 }', [false]],
  ])('%s', (statements, expected) => {
    const vars = 'var r = v; var A2: real[N, N] = 0; var u2 = u';
    expect(proofsOf('real(on ? 1 : 0)', `${vars}; ${statements}`)).toEqual(expected);
  }); // prettier-ignore
});
