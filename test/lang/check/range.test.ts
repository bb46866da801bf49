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
      case 'loop':
      case 'rule':
        return proofs(statement.body);
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

function proofsOf(expression: string): readonly boolean[] {
  const program = programOf(`
    fn row(A: real[n, m], i: int): real[m] = A[i]
    fn pick(v: real[n], i: int): real = v[min(max(i, 0), n - 1)]
    model M {
      dim N, D, K = 10
      data k: int in 0..N, free: int, label: int[N] in 0..D, later: int[N] in 1..D + 1, any: int[N]
      data v: real[N], u: real[D], A: real[N, D], c: real[K], p: real[D*(D + 1)/2], flat: real[N*D], long: real[2*N + 1]
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
