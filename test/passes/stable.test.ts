// Models written as in a textbook, at points where the textbook's formula overflows, cancels or divides zero by zero: the
// compiled value and gradient are right there, to first and second order. Expected numbers are closed forms.

import { describe, expect, it } from 'vitest';
import { derive } from '../../src/generate.ts';
import { interpret, type Inputs } from '../../src/ir/interpret.ts';
import { distance, farthestOf } from '../support/compare.ts';
import { programOf } from '../support/language.ts';

interface Case {
  /** The loss as a function of `param x: real`. */
  readonly loss: string;
  readonly x: number;
  readonly value: number;
  readonly slope: number;
  readonly curvature: number;
}

const scalar: readonly Case[] = [
  { loss: 'huber(x, 1, 0.5)', x: 1, value: 0, slope: 0, curvature: 1 },
  { loss: 'logCosh(x, 1)', x: 1, value: 0, slope: 0, curvature: 1 },
  { loss: 'logCosh(x, 0)', x: -1000, value: 1000 - Math.log(2), slope: -1, curvature: 0 },
  { loss: 'log(sigmoid(x))', x: -800, value: -800, slope: 1, curvature: 0 },
  { loss: 'log(1 + exp(x))', x: 800, value: 800, slope: 1, curvature: 0 },
  { loss: 'log(exp(x) + 1)', x: -800, value: 0, slope: 0, curvature: 0 },
  { loss: 'log(1 - sigmoid(x))', x: 800, value: -800, slope: -1, curvature: 0 },
  { loss: 'log(1 / (1 + exp(-x)))', x: -800, value: -800, slope: 1, curvature: 0 },
  { loss: '1 / (1 + exp(-x))', x: -800, value: 0, slope: 0, curvature: 0 },
  { loss: 'exp(x) / (1 + exp(x))', x: 800, value: 1, slope: 0, curvature: 0 },
  { loss: 'log(1 + x)', x: 1e-18, value: 1e-18, slope: 1, curvature: -1 },
  { loss: '1e18 * log(1 + x)', x: 1e-18, value: 1, slope: 1e18, curvature: -1e18 },
  { loss: '1e18 * (exp(x) - 1)', x: 1e-18, value: 1, slope: 1e18, curvature: 1e18 },
  { loss: 'log(exp(x))', x: 1000, value: 1000, slope: 1, curvature: 0 },
  { loss: 'sqrt(x^2)', x: 0, value: 0, slope: 0, curvature: 0 },
  { loss: 'sqrt(x^2 + 4 * x^2)', x: 0, value: 0, slope: 0, curvature: 0 },
  { loss: 'sqrt(exp(0.5) * x^2 + (x < 1 ? (x * 3)^2 : 0))', x: 0, value: 0, slope: 0, curvature: 0 },
  { loss: 'sqrt(x^2 / sigmoid(x))', x: 0, value: 0, slope: 0, curvature: 0 },
  { loss: 'sqrt(exp(x))', x: -800, value: 0, slope: 0, curvature: 0 },
  { loss: 'sqrt(-x)', x: 0, value: 0, slope: -Infinity, curvature: -Infinity },
  { loss: '5 / (1 + exp(-x))', x: -800, value: 0, slope: 0, curvature: 0 },
  { loss: 'x / (1 + exp(-x))', x: -800, value: 0, slope: 0, curvature: 0 },
  { loss: '1 / (1 + 2 * exp(-x))', x: -800, value: 0, slope: 0, curvature: 0 },
  { loss: '1 / (3 + exp(-x))', x: 800, value: 1 / 3, slope: 0, curvature: 0 },
  { loss: '1 / (1 + exp(-x))^2', x: -800, value: 0, slope: 0, curvature: 0 },
  { loss: 'exp(-x) / (1 + exp(-x))^2', x: -800, value: 0, slope: 0, curvature: 0 },
  { loss: 'x / exp(x)', x: 800, value: 0, slope: 0, curvature: 0 },
  { loss: '1 / (exp(x) * (2 + exp(x)))', x: 800, value: 0, slope: 0, curvature: 0 },
  { loss: 'exp(x) / (exp(x) + exp(-x))', x: 800, value: 1, slope: 0, curvature: 0 },
  { loss: '(exp(x) - exp(-x)) / (exp(x) + exp(-x))', x: -800, value: -1, slope: 0, curvature: 0 },
  { loss: 'log(exp(x) + exp(2 * x))', x: 800, value: 1600, slope: 2, curvature: 0 },
  {
    loss: 'log(exp(x) + exp(x + 1) + exp(-x) + 3)',
    x: 800,
    value: 801 + Math.log1p(Math.exp(-1)),
    slope: 1,
    curvature: 0,
  },
  {
    loss: 'log(exp(x) - exp(x - 1))',
    x: 1000,
    value: 1000 + Math.log1p(-Math.exp(-1)),
    slope: 1,
    curvature: 0,
  },
  { loss: 'log(5 * exp(x))', x: -1000, value: Math.log(5) - 1000, slope: 1, curvature: 0 },
  { loss: 'log(exp(x) - 1)', x: 800, value: 800, slope: 1, curvature: 0 },
  {
    loss: 'log(x * exp(-x^2))',
    x: 40,
    value: Math.log(40) - 1600,
    slope: 1 / 40 - 80,
    curvature: -1 / 1600 - 2,
  },
  { loss: 'log1p(exp(x) * 2)', x: 800, value: 800 + Math.LN2, slope: 1, curvature: 0 },
  { loss: 'log((x > 0 ? exp(x) : 0) + exp(-x))', x: 800, value: 800, slope: 1, curvature: 0 },
  { loss: 'log(1e-200 * x)', x: 1, value: Math.log(1e-200), slope: 1, curvature: -1 },
  { loss: 'log(1e200 * x)', x: 1, value: Math.log(1e200), slope: 1, curvature: -1 },
  { loss: '1e-150 / (1e-160 * x)', x: 1, value: 1e10, slope: -1e10, curvature: 2e10 },
  { loss: '1e200 / (1e200 * x)', x: 1, value: 1, slope: -1, curvature: 2 },
  { loss: 'softplus(x)', x: 800, value: 800, slope: 1, curvature: 0 },
  { loss: 'tanh(x)', x: 400, value: 1, slope: 0, curvature: 0 },
  { loss: 'relu(x)', x: 0, value: 0, slope: 0, curvature: 0 },
  { loss: 'abs(x)', x: 0, value: 0, slope: 0, curvature: 0 },
  { loss: 'x^0', x: 0, value: 1, slope: 0, curvature: 0 },
  { loss: 'x^1', x: 0, value: 0, slope: 1, curvature: 0 },
  { loss: 'x^2', x: 0, value: 0, slope: 0, curvature: 2 },
  { loss: 'x^3', x: 0, value: 0, slope: 0, curvature: 0 },
  { loss: 'x^1.5', x: 4, value: 8, slope: 3, curvature: 0.375 },
  { loss: 'x^-0.5', x: 4, value: 0.5, slope: -0.0625, curvature: 0.0234375 },
  { loss: 'x > 0 ? sqrt(x) : 0', x: 0, value: 0, slope: 0, curvature: 0 },
  { loss: 'x > 0 ? sqrt(x) : 0', x: -1, value: 0, slope: 0, curvature: 0 },
  { loss: 'x != 0 ? sin(x) / x : 1', x: 0, value: 1, slope: 0, curvature: 0 },
  { loss: 'max(log(x), -5)', x: 0, value: -5, slope: 0, curvature: 0 },
  { loss: 'exp(-1 / x^2)', x: 0, value: 0, slope: 0, curvature: 0 },
  { loss: 'sqrt(relu(x))', x: -1, value: 0, slope: 0, curvature: 0 },
  { loss: 'min(1 / x, 7)', x: 0, value: 7, slope: 0, curvature: 0 },
  {
    loss: 'log(cosh(x))',
    x: 0.5,
    value: Math.log(Math.cosh(0.5)),
    slope: Math.tanh(0.5),
    curvature: 1 - Math.tanh(0.5) ** 2,
  },
];

function at(source: string, inputs: Inputs, sizes = {}) {
  const program = programOf(source);
  const gradient = interpret(derive(program, 'gradient'), inputs, sizes);
  const ones = Object.fromEntries(
    Object.entries(inputs.params ?? {}).map(([name, value]) => [
      name,
      typeof value === 'object' ? Array.from(value, () => 1) : 1,
    ]),
  );
  const along = { ...inputs, directions: ones };
  const { hvp } = interpret(derive(program, 'hvp'), along, sizes);
  const { tangent = NaN } = interpret(derive(program, 'jvp'), along, sizes);
  return { loss: gradient.loss ?? NaN, gradient: gradient.gradient, hvp, tangent };
}

describe('functions of one number', () => {
  it.each(scalar)('$loss at $x', ({ loss, x, value, slope, curvature }) => {
    const found = at(`model M { param x: real; loss ${loss} }`, { params: { x } });
    expect(distance(found.loss, value)).toBeLessThan(1e-15);
    expect(farthestOf(found.gradient, { x: slope })).toBeLessThan(1e-15);
    expect(distance(found.tangent, slope)).toBeLessThan(1e-15);
    expect(farthestOf(found.hvp, { x: curvature })).toBeLessThan(1e-15);
  });
});

describe('functions of arrays', () => {
  const head = 'dim N\n param z: real[N]';
  it.each([
    ['log(sum(exp(z[i]) for i))', [1000, 1000], 1000 + Math.LN2, [0.5, 0.5]],
    ['log(sum(exp(z[i]) for i))', [-1000, -2000], -1000, [1, 0]],
    ['-log(exp(z[0]) / sum(exp(z[i]) for i))', [0, 1000], 1000, [-1, 1]],
    ['-log(softmax(z)[0])', [0, 1000], 1000, [-1, 1]],
    ['sqrt(mean(z[i]^2 for i))', [0, 0], 0, [0, 0]],
    ['sum(-log(1 - sigmoid(z)[i]) for i)', [800, 0], 800 + Math.LN2, [1, 0.5]],
    ['logSumExp(z)', [-Infinity, 3], 3, [0, 1]],
    ['norm2(z)', [0, 0], 0, [0, 0]],
    ['sqrt(sum(z[i]^2 for i))', [0, 0], 0, [0, 0]],
    ['norm2(z)', [3, 4], 5, [0.6, 0.8]],
    ['max(z)', [2, 2], 2, [1, 0]],
    ['prod(z)', [0, 5], 0, [5, 0]],
    ['prod(z)', [0, 0], 0, [0, 0]],
  ])('%s at %j', (loss, z, value, slope) => {
    const found = at(`model M { ${head}\n loss ${loss} }`, { params: { z } }, { N: z.length });
    expect(distance(found.loss, value)).toBeLessThan(1e-15);
    // A weight exp(z - lse) is as good as lse is: to one rounding of it.
    const bound = 1e-15 * Math.max(1, Math.abs(value));
    expect(farthestOf(found.gradient, { z: slope })).toBeLessThan(bound);
    expect(distance(found.tangent, (slope[0] ?? NaN) + (slope[1] ?? NaN))).toBeLessThan(bound);
    expect(Array.from(found.hvp['z'] as Float64Array).every(Number.isFinite)).toBe(true);
  });

  it('a product of zeros under a root has no NaN in its gradient', () => {
    const found = at(`model M { ${head}\n loss sqrt(prod(z)) }`, { params: { z: [0, 0] } }, { N: 2 });
    expect(farthestOf(found.gradient, { z: [0, 0] })).toBe(0);
  });

  it('a sum of exponentials over a small fixed size is as stable as over an open one', () => {
    const found = at('model M { param z: real[3]; loss log(sum(exp(z[i]) for i)) }', {
      params: { z: [1000, 1000, 0] },
    });
    expect(distance(found.loss, 1000 + Math.LN2)).toBeLessThan(1e-15);
    expect(farthestOf(found.gradient, { z: [0.5, 0.5, 0] })).toBeLessThan(1e-12);
  });

  /** Exponentials as 1 : 0 : 3. */
  const large = [1000, -1000, 1000 + Math.log(3)];
  const [weights, total] = [[0.25, 0, 0.75], 1000 + Math.log(4)] as const;
  it.each([
    ['through an array', 'let e[k] = exp(z[k])', 'log(sum(e[k] for k))', total, weights],
    ['over a whole array', 'let e = exp(z)', 'log(sum(e))', total, weights],
    ['of a product', '', 'log(prod(exp(z[k]) for k) + 1)', 1000 + Math.log(3), [1, 1, 1]],
    [
      'over widths',
      'let s[k] = exp(z[k] / 500)',
      'log(sum(exp(-c[k] * z[k]) / (s[k] * sqrt(pi)) for k))',
      2002 - 0.5 * Math.log(Math.PI),
      [0, -2.002, 0],
    ],
    ['of a mean', '', 'log(mean(exp(z[k]) for k))', total - Math.log(3), weights],
    ['over two indices', '', 'log(sum(exp(z[j] + z[k]) for j, k))', 2 * total, [0.5, 0, 1.5]],
    ['with a guard', '', 'log(sum(exp(z[k]) for k if c[k] > 0))', 1000 + Math.log(3), [0, 0, 1]],
    ['with a constant factor', '', 'log(sum(2 * exp(z[k]) for k))', total + Math.LN2, weights],
    ['with weights', '', 'log(sum(c[k] * exp(z[k]) for k))', 1000 + Math.LN2, [-0.5, 0, 1.5]],
    ['with weights below', '', 'log(sum(exp(z[k]) / (2 * c[k]^2) for k))', 1000 + Math.LN2, weights],
    [
      'with a weight of 0 on the largest',
      '',
      'log(sum((k == 2 ? 0 : 1) * exp(2 * z[k]) for k))',
      2000,
      [2, 0, 0],
    ],
    [
      'with a datum of 0 on the largest by far',
      '',
      'log(sum((1 - c[k]) * exp(z[k] * (c[k] == 1 ? 3 : 1)) for k))',
      1000 + Math.LN2,
      [1, 0, 0],
    ],
    ['after an array', 'let e = exp(z)', '-log(e[label] / sum(e))', Math.log(4 / 3), [0.25, 0, -0.25]],
    ['in a softmax', 'let e = exp(z)', 'sum((e[k] / sum(e))^2 for k)', 0.625, [-0.1875, 0, 0.1875]],
    [
      'in an array of softmaxes',
      'let e = exp(z)\n let p[k] = e[k] / sum(e)',
      'sum(p[k]^2 for k)',
      0.625,
      [-0.1875, 0, 0.1875],
    ],
    ['in a weighted mean', 'let e = exp(z)', 'sum(e[k] * c[k] for k) / sum(e)', 0.5, [-0.375, 0, 0.375]],
    ['under weights', '', 'c[label] * exp(z[label]) / sum(c[k] * exp(z[k]) for k)', 1.5, [0.75, 0, -0.75]],
    [
      'of sums in arrays',
      'let s[k in K] = sum(z[j] * (j == k ? 1 : 0) for j)\n let e = exp(s)',
      'log(sum(e)) - log(e[label] / sum(e))',
      total + Math.log(4 / 3),
      [0.5, 0, 0.5],
    ],
  ])('a sum of large exponentials %s', (_, before, loss, value, slope) => {
    const source = `model M {
      dim K
      data c: real[K], label: int in 0..K
      param z: real[K]
      ${before}
      loss ${loss}
    }`;
    const data = { c: [-1, 2, 1], label: 2 };
    const found = at(source, { params: { z: large }, data }, { K: 3 });
    expect(distance(found.loss, value)).toBeLessThan(1e-12);
    expect(farthestOf(found.gradient, { z: slope })).toBeLessThan(1e-12);
    expect(Array.from(found.hvp['z'] as Float64Array).every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['sum(z[i]^2 for i if z[i] > -1)'],
    ['sum(w[i]^2 * z[i]^2 for i)'],
    ['sum(exp(w[i]) * z[i]^2 for i)'],
    ['sum(z[i]^2 / (2 * softplus(w[i])) for i)'],
    ['sum(square[i] for i)'],
  ])('the root of %s is a length, with no derivative at zero', (squares) => {
    const source = `model M { ${head}
      data w: real[N]
      let square[i] = z[i]^2
      loss sqrt(${squares})
    }`;
    const found = at(source, { params: { z: [0, 0] }, data: { w: [1, -2] } }, { N: 2 });
    expect(farthestOf(found.gradient, { z: [0, 0] })).toBe(0);
    expect(farthestOf(found.hvp, { z: [0, 0] })).toBe(0);
  });

  it('weights that are parameters have a gradient where they are zero', () => {
    const source = `model M {
      dim K
      param w: real[K], z: real[K]
      loss log(sum(w[k] * exp(z[k]) for k)) + sum(w[k] * exp(z[k]) for k) / sum(exp(z[k]) for k)
    }`;
    const found = at(source, { params: { w: [0, 2], z: [1001, 1000] } }, { K: 2 });
    const [p, q] = [1 / (1 + Math.exp(-1)), 1 / (1 + Math.E)];
    expect(distance(found.loss, 1000 + Math.LN2 + 2 * q)).toBeLessThan(1e-12);
    const slope = { w: [Math.E / 2 + p, 0.5 + q], z: [-2 * p * q, 1 + 2 * p * q] };
    expect(farthestOf(found.gradient, slope)).toBeLessThan(1e-12);
  });

  it('a cross entropy by way of an array of probabilities is as stable as one of logits', () => {
    const source = `model M {
      dim K
      data label: int in 0..K
      param z: real[K]
      let p = softmax(z)
      loss -log(p[label])
    }`;
    const found = at(source, { params: { z: [0, 1000, -1000] }, data: { label: 2 } }, { K: 3 });
    expect(found.loss).toBe(2000);
    expect(farthestOf(found.gradient, { z: [0, 1, -1] })).toBe(0);
  });
});
