// Long sums: threads and workgroups share them where they are long enough; they are the same in every run, and as exact as sums in pairs are.

import { describe, expect, it } from 'vitest';
import { random } from '../../src/numeric/random.ts';
import { distance, farApart } from '../support/compare.ts';
import { compileModule } from '../support/emitted.ts';
import { openGpu } from '../support/webgpu.ts';

const numbersOf = random(3);
const numbers = (length: number): readonly number[] =>
  Array.from({ length }, () => Math.fround(2 * numbersOf.uniform() - 1));

describe.each([
  [1, 1],
  [255, 2],
  [4_096, 1],
  [4_097, 3],
  [200_000, 2],
  [100, 300],
])('sums of %i terms, of %i columns', (N, D) => {
  it('agree with emitted TypeScript, twice to the last bit', async () => {
    const source = `model Line {
  dim N, D
  data x: real[N], X: real[N, D], at: int[N] in 0..10, y: real[N]
  param a: real, b: real, w: real[D]
  loss mean(tanh(sum(X[n, d] * w[d] for d in D)) for n in N) + mean((a * x[n] + b - y[n])^2 for n in N) + b * real(sum(at[n] for n in N)) / real(N)
}`;
    const at = Array.from({ length: N }, (_, n) => (7 * n) % 10);
    const point = {
      params: { a: 0.75, b: -1.25, w: numbers(D) },
      data: { x: numbers(N), X: numbers(N * D), at, y: numbers(N) },
    };
    const sizes = { N, D };
    const { gpu } = await openGpu(source, sizes, point);
    const emitted = await compileModule(source, 'line.nabla', { sizes, emit: ['gradient'] });
    const expected = emitted.run(point);
    const found = await gpu.lossAndGradient();
    expect(distance(found.loss, expected.loss ?? NaN)).toBeLessThan(1e-6);
    expect(farApart(found.gradient, expected.gradient)).toBeLessThan(1e-6);
    expect(await gpu.lossAndGradient()).toEqual(found);
    gpu.destroy();
  });
});

it('the greatest, the product and the like of 1,000 elements agree, too', async () => {
  const source = `model Extremes {
  dim N
  data y: real[N]
  param a: real[N], b: real
  let z[n in N] = y[n] * b
  loss max(z) + a[argmax(y)]^2 + a[argmin(y)]^2 + min(a[n] * y[n] for n in N) + logSumExp(z) + prod(1 + 0.001 * z[n] for n in 5..N)
  loss (any(y[n] > 2 for n in N) ? 7 * b : b) + (all(y[n] < 2 for n in N) ? b^2 : b^3)
}`;
  const N = 1_000;
  const point = { params: { a: numbers(N), b: 0.7 }, data: { y: numbers(N) } };
  const { gpu } = await openGpu(source, { N }, point);
  const emitted = await compileModule(source, 'extremes.nabla', { sizes: { N }, emit: ['gradient'] });
  const expected = emitted.run(point);
  const found = await gpu.lossAndGradient();
  expect(distance(found.loss, expected.loss ?? NaN)).toBeLessThan(1e-5);
  expect(farApart(found.gradient, expected.gradient)).toBeLessThan(1e-5);
  expect(await gpu.lossAndGradient()).toEqual(found);
  gpu.destroy();
});
