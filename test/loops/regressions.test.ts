// Programs that once went wrong on the way to loops, each with what went wrong. They must lower, and run as interpreted.

import { expect, it } from 'vitest';
import { derive } from '../../src/generate.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { toRoutine } from '../../src/loops/index.ts';
import { farthest } from '../support/compare.ts';
import { programOf } from '../support/language.ts';
import { run } from './run.ts';

const cases = [
  {
    name: 'a matrix product in a range that depends on an index',
    source: `model F {
      dim N, M
      data x: real[N], y: real[M]
      param W: real[N, M], r: real
      let v0[j in M] = sin(0.5 * y[j]) + W[0, j]
      loss sum(x) * tanh(r) / (1.5 + (sum(sum((W[k] @ v0) for j in 0..i+1, k in N) for i in M) * tanh(max(v0[0] for i in N)))^2)
    }`,
    params: { W: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], r: 0.5 },
    data: { x: [1, 2], y: [0.3, -0.2, 0.9] },
    sizes: { N: 2, M: 3 },
  },
  {
    name: 'three equal extrema, of which only the last knows where it stands',
    source: `model F {
      dim N, M
      dim K = 2
      data g: int[N] in 0..M, h: int[K] in 0..N
      param a: real[N], b: real[M], W: real[N, M], V: real[K, N], r: real
      let v0[i in K] = sum((V[i, argmax(r for k in N)] * max(W[j])) for j in N)
      let v2[i in K] = r * a[h[i]] - v0[argmax(sum(b[g[i]] for k in K) for j in K)]
      loss v0[K - 1] + v2[argmax(min(W[i, g[h[i]]] for j in N) for i in K)]
    }`,
    params: { a: [0.1, 0.2], b: [1, -2, 3], W: [0.1, 0.7, 0.3, 0.4, 0.9, 0.6], V: [1, 2, 3, 4], r: 0.5 },
    data: { g: [0, 2], h: [1, 0] },
    sizes: { N: 2, M: 3 },
  },
  {
    name: 'an element of an argument made where it is asked for, at an index that only the function knows to be in range',
    source: `fn before(x: real[n]): real[n] = [i >= 1 ? x[i - 1] : 1 for i in n]
    model F {
      dim N
      param x: real[N]
      loss sum(before([x[j] for j])^2)
    }`,
    params: { x: [0.3, 0.7, -0.2] },
    sizes: { N: 3 },
  },
  {
    name: 'two logistic functions of one number, after one that only a branch computes',
    source: `model F {
      dim N
      param w: real
      loss sum((i < N - 1 ? real(i) : silu(w)) for i in N) + w
      loss softplus(w) * sigmoid(w)
    }`,
    params: { w: -0.9 },
    sizes: { N: 2 },
  },
  {
    name: 'a matrix product over a range that ends before it starts',
    source: `model F {
      dim N
      dim M = 9
      param A: real[N, N], B: real[N, M]
      let C[i in N, j in M] = sum(A[i, k] * B[k, j] for k in 0..N - 2)
      loss sum((C - 1)^2)
    }`,
    params: { A: [0.3], B: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    sizes: { N: 1 },
  },
  {
    name: 'a branch that saves rows of loops in loops, not taken, where there are none',
    source: `model F {
      dim N
      data pick: int in 0..N
      param w: real
      var v: real[N] = [tanh(w * real(i + 1)) for i in N]
      if (w > 1) {
        for i in 0..pick {
          for j in 0..i {
            if (j + 1 < N || w > 2) { v[j] = sin(v[j]) * w }
          }
        }
      }
      loss tanh(v[0]) * w
    }`,
    params: { w: 0.7 },
    data: { pick: 0 },
    sizes: { N: 1 },
  },
  {
    name: 'loops in loops that end before they start',
    source: `model F {
      dim N
      param x: real
      var v = x
      for i in N {
        for j in 1..N - 1 {
          v = sin(v) * x
        }
      }
      loss v
    }`,
    params: { x: 0.7 },
    sizes: { N: 1 },
  },
  {
    name: 'sines of the elements of a row before it is replaced, and of all elements after it',
    source: `model F {
      dim N, M
      param x: real[N, M]
      var b = x * 1.0
      var s = 0.0
      for i in N {
        for j in M { s += sin(b[i, j]) }
        for j in M { b[i, j] = 2 * b[i, j] + 0.1 }
      }
      loss s + sum(sin(b[i, j]) * x[i, j] for i in N, j in M)
    }`,
    params: { x: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] },
    sizes: { N: 2, M: 3 },
  },
  {
    name: 'the first of equal elements, beside sums that would be carried downwards',
    source: `model F {
      dim N
      param x: real[N], y: real[N]
      loss sum(sum(x[j] * y[j] for j in i + 1..N)^2 for i in N) + min(y[i]^2 for i in N)
    }`,
    params: { x: [0.3, 0, 0, 0.5, 0], y: [1, 2, -2, 2, 1] },
    sizes: { N: 5 },
  },
  {
    name: 'a convolution of more channels the farther along the row',
    source: `model F {
      dim N
      data x: real[N + 4, N + 4]
      param k: real[N + 4, 4]
      let y[i in N] = sum(x[c, i] * k[c, 0] + x[c, i + 1] * k[c, 1] + x[c, i + 2] * k[c, 2] + x[c, i + 3] * k[c, 3] for c in 0..i + 1)
      loss sum(y[i]^2 * real(i + 1) for i in N)
    }`,
    params: { k: Array.from({ length: 24 }, (_, i) => Math.sin(1.7 * i)) },
    data: { x: Array.from({ length: 36 }, (_, i) => Math.cos(1.3 * i)) },
    sizes: { N: 2 },
  },
  {
    name: 'the state of two loops in two branches, which begins as what became an expression',
    source: `model F {
      dim N
      data pick: int in 0..N
      param w: real
      var v = 1.0
      if (N < 2) {
        for i in 0..pick {
          for j in N { v = tanh(w) }
        }
      } else {
        for i in N { v = tanh(w + w) }
      }
      loss (pick < 1 ? 1.0 : v) + w
    }`,
    params: { w: 0.3 },
    data: { pick: 1 },
    sizes: { N: 2 },
  },
  {
    name: 'an element that is written again with a value that may be made of it',
    source: `model F {
      dim N
      data k: int in 0..N
      param w: real[N], c: real
      var v = w
      v[k] -= c
      v[k] -= v[0]^2
      v[k] = 5
      v[k] = v[0] + w[k]
      for t in 2 { v[k] -= c; v[k] -= v[0]; v[k] -= sin(v[0]) }
      loss sum(v)
    }`,
    params: { w: [0.3, 0.7], c: 0.2 },
    data: { k: 0 },
    sizes: { N: 2 },
  },
];

it.each(cases)('$name', ({ source, params, data = {}, sizes }) => {
  const program = derive(programOf(source), 'gradient');
  const wanted = interpret(program, { params, data }, sizes);
  const { result, buffers } = run(toRoutine(program, 'gradient', { checked: true }), {
    sizes,
    inputs: { params, data },
  });
  expect(farthest(Number(result), wanted.loss ?? NaN)).toBeLessThan(1e-14);
  for (const [name, value] of Object.entries(wanted.gradient)) {
    expect(farthest((buffers[`gradient.${name}`] ?? []).map(Number), value)).toBeLessThan(1e-14);
  }
});
