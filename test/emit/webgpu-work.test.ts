// How many operations a plan takes.

import { expect, it } from 'vitest';
import type { Sizes } from '../support/derive.ts';
import { gradientOf, trafficOf } from '../support/kernels.ts';

const flops = (source: string, sizes: Sizes): number => trafficOf(gradientOf(source), sizes).flops;

it('a product of matrices takes one addition and one multiplication for each term', () => {
  const product = (loss: string): string => `model Product {
  dim M, N, K
  data x: real[M, K]
  param w: real[K, N]
  let p = x @ w
  loss ${loss}
}`;
  const [M, N, K] = [70, 30, 90];
  // Forward, and the gradient of w.
  const products = 2 * 2 * M * N * K;
  const all = flops(product('sum(p[m, n]^2 for m, n)'), { M, N, K });
  expect(all).toBeGreaterThanOrEqual(products);
  expect(all).toBeLessThan(products + 10 * M * N);
});

it('a triangle takes half of a square, but for the zeros that its adjoint adds up', () => {
  const source = (range: string): string => `model Part {
  dim N
  data A: real[N, N]
  param x: real[N]
  loss sum(sum(A[i, j] * x[j] for j in ${range})^2 for i in N)
}`;
  for (const N of [40, 400]) {
    const ratio = flops(source('0..i'), { N }) / flops(source('N'), { N });
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(0.72);
  }
});

it('of rows that data name, each has its part of the iterations', () => {
  const source = `model Rows {
  dim N, K
  data at: int[N] in 0..K
  param a: real[K]
  loss sum(a[at[n]]^3 for n in N)
}`;
  const [N, K] = [10_000, 100];
  expect(flops(source, { N, K })).toBeLessThan(10 * N);
  expect(flops(source, { N, K })).toBeGreaterThan(4 * N);
});

it('is not known where data say how long a loop is', () => {
  const source = `model Ragged {
  dim B, T
  data length: int[B] in 0..T + 1, x: real[B, T]
  param a: real
  loss sum(sum(tanh(a * x[b, t]) for t in 0..length[b]) for b in B)
}`;
  expect(flops(source, { B: 3, T: 4 })).toBeNaN();
});
