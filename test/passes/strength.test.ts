// Constant powers become products, square roots and one reciprocal.

import { expect, it } from 'vitest';
import { distance } from '../support/compare.ts';
import { compileModule } from '../support/emitted.ts';

const model = (exponent: number) => `model F { param x: real\n loss x^${exponent} }`;

it.each([-1, -2, -3, -5, -16])('x^%i and its derivative share one division', async (exponent) => {
  const { text, run } = await compileModule(model(exponent), 'f.nabla', { sizes: {}, emit: ['gradient'] });
  const body = text.slice(text.indexOf('function fLossAndGradient'));
  expect(body.slice(0, body.indexOf('\n}\n')).match(/\S \/ \S/g)).toHaveLength(1);
  for (const x of [0.3, 1, 7, -2.5, 1e-9, -1e12]) {
    const { loss, gradient } = run({ params: { x }, data: {} });
    expect(distance(loss, x ** exponent)).toBeLessThan(1e-14);
    expect(distance(Number(gradient['x']), exponent * x ** (exponent - 1))).toBeLessThan(1e-14);
  }
});

it.each([
  [0, -3, Infinity, -Infinity],
  [-0, -3, -Infinity, -Infinity],
  [-0, -2, Infinity, Infinity],
  [Infinity, -3, 0, 0],
  [-Infinity, -3, 0, 0],
  [1e-200, -2, Infinity, -Infinity],
  [1e200, -2, 0, 0],
])('at %d, x^%i is what it is', async (x, exponent, value, slope) => {
  const { run } = await compileModule(model(exponent), 'f.nabla', { sizes: {}, emit: ['gradient'] });
  const { loss, gradient } = run({ params: { x }, data: {} });
  expect(loss === value && Number(gradient['x']) === slope).toBe(true);
});

it.each([
  ['compared', 'x^-2 <= 0.01 ? y : 2 * y', 3],
  ['rounded, by way of a sum', 'y * floor(sum(0.01 - x^-2 for i in 1))', 0],
  ['given a root', 'y * sqrt(0.01 - x^-2)', 0],
  ['the least', 'y * real(argmin([x^-2, 0.01]))', 0],
])('the square of a tenth is not a hundredth where it is %s', async (_, loss, value) => {
  const source = `model F { param x: real, y: real\n loss ${loss} }`;
  const { run } = await compileModule(source, 'f.nabla', { sizes: {}, emit: ['gradient'] });
  expect(run({ params: { x: 10, y: 3 }, data: {} }).loss).toBe(value);
});
