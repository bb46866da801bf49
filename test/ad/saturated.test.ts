// Where a function is flat because what it is made of is infinite, its derivatives are exactly zero: 0 · ∞ is not formed,
// in either mode, at second order, and in the emitted code.

import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/ir/interpret.ts';
import { distance, farthestOf } from '../support/compare.ts';
import { optimised, plain } from '../support/derive.ts';
import { compileModule } from '../support/emitted.ts';
import { programOf } from '../support/language.ts';

/** An expression in x and w, the x at which it is flat, and its value there; w is 0.9. */
const rows: readonly (readonly [text: string, x: number, value: number])[] = [
  ['exp(-exp(x))', 720, 0],
  ['exp(-w * exp(x))', 720, 0],
  ['exp(-exp(x)^2)', 720, 0],
  ['exp2(-cosh(x))', -800, 0],
  ['expm1(-expm1(x))', 800, -1],
  ['tanh(w * exp(x))', 720, 1],
  ['tanh(sinh(x) / w)', -800, -1],
  ['sigmoid(w - exp(x))', 720, 0],
  ['logSigmoid(exp(w * x))', 820, 0],
  ['softplus(-exp2(x))', 1100, 0],
  ['erf(w * sinh(x))', 800, 1],
  ['erfc(cosh(x))', 800, 0],
  ['clamp(w * exp(x), -3, 3)', 720, 3],
  ['exp(-log(x)^2)', 0, 0],
  ['exp(-w * log(x)^2)', 0, 0],
  ['exp(-(log(x) - w)^2 / 2)', 0, 0],
  ['exp(-w / x^2)', 0, 0],
  ['exp(-w * x^(-2))', 0, 0],
  ['tanh(1 / x)', 0, 1],
  ['erf(w / x)', 0, 1],
  ['sigmoid(log(x) / x)', 0, 0],
  ['exp(-sum(exp(x * real(k + 1)) for k in 2))', 720, 0],
];

const sourceOf = (text: string): string => `model M {\n  param x: real, w: real\n  loss ${text}\n}`;
const zero = { x: 0, w: 0 };

describe.each(rows)('%s at %s', (text, x, value) => {
  const program = programOf(sourceOf(text));
  const params = { x, w: 0.9 };
  const directions = { x: 1, w: -0.5 };

  it.each([
    ['as differentiated', plain],
    ['optimised', optimised],
  ])('%s', (_, derive) => {
    const derived = derive(program);
    const { loss, gradient } = interpret(derived.gradient, { params });
    expect(distance(loss ?? NaN, value)).toBeLessThan(1e-15);
    expect(farthestOf(gradient, zero)).toBe(0);
    expect(Math.abs(interpret(derived.jvp, { params, directions }).tangent ?? NaN)).toBe(0);
    expect(farthestOf(interpret(derived.hvp, { params, directions }).hvp, zero)).toBe(0);
  });

  it('emitted', async () => {
    const emit = ['loss', 'gradient', 'jvp', 'hvp'] as const;
    const { run } = await compileModule(sourceOf(text), 'm.nabla', { sizes: {}, emit });
    const found = run({ params, data: {}, direction: directions });
    expect(distance(found.loss, value)).toBeLessThan(1e-15);
    expect(farthestOf(found.gradient, zero)).toBe(0);
    expect(Math.abs(found.directional ?? NaN)).toBe(0);
    expect(farthestOf(found.hvp ?? {}, zero)).toBe(0);
  });
});

it('in single precision, where 89 is far enough', async () => {
  const emit = ['loss', 'gradient', 'jvp', 'hvp'] as const;
  const options = { sizes: {}, emit, precision: 'f32' } as const;
  const { run } = await compileModule(sourceOf('exp(-exp(x)^2) + tanh(w * exp(x))'), 'm.nabla', options);
  const found = run({ params: { x: 1e3, w: 0.9 }, data: {}, direction: { x: 1, w: 1 } });
  expect([found.loss, found.gradient, found.directional, found.hvp]).toEqual([1, zero, 0, zero]);
});
