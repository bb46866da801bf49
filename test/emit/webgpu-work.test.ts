// How many operations a plan takes.

import { expect, it } from 'vitest';
import { compile } from '../../src/compile.ts';
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

const distances = `model Distances {
  dim N, K, D
  data x: real[N, D]
  param Q: real[K, D, D], m: real[K, D]
  loss sum(tanh(squaredNorm(Q[k] @ (x[n] - m[k]))) for n in N, k in K)
}`;

it('of an array that a loop makes, each thread computes the element that it wants', () => {
  const [N, K, D] = [100, 5, 20];
  // The distance, and what it gives to Q and to m.
  const rows = N * K * D * D;
  expect(flops(distances, { N, K, D })).toBeGreaterThan(6 * rows);
  expect(flops(distances, { N, K, D })).toBeLessThan(15 * rows);
});

it('zeros around an array are not kept by each thread', async () => {
  const source = `model Padded {
  dim B, N
  data x: real[B, 2, N, N]
  param K: real[4, 2, 3, 3]
  let y[b in B] = conv2dSame(x[b], K)
  loss sum(tanh(y[b, o, i, j]) for b, o, i, j)
}`;
  const { files } = await compile(source, { target: 'webgpu' });
  const text = files[0]?.text ?? '';
  expect(text).toContain("title: 'y', threads: B * 4 * N * N");
  expect(text).toContain('reals[x_at + ');
  expect(text).not.toContain('_at + thread * ');
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
