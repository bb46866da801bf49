// Plans of kernels: which steps there are, and that they compute what the program says.

import { describe, expect, it } from 'vitest';
import { planOf } from '../../src/emit/webgpu/plan.ts';
import { interpret, type Inputs } from '../../src/ir/interpret.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import { farthestOf } from '../support/compare.ts';
import { plain, type Parameters, type Sizes } from '../support/derive.ts';
import { gradientOf, shown } from '../support/kernels.ts';
import { programOf } from '../support/language.ts';
import { runPlan } from '../support/plan.ts';
import { referenceCase } from '../support/reference.ts';

it('a network is a kernel for each array, and the products are tiled', () => {
  expect(shown(planOf(gradientOf(referenceCase('mlp-relu').source)).steps)).toEqual([
    'value = h = [B, H] tiled',
    'logits = [B, K] tiled',
    'value_1 = [B]',
    'value_2 = sum',
    'logits_1 = [B, K]',
    'b2Gradient = [K]',
    'W2Gradient = [H, K] tiled',
    'value_3 = [B, H] tiled',
    'b1Gradient = [H]',
    'W1Gradient = [D, H] tiled',
    'loss = []',
  ]);
});

it('a loop over layers is repeated by the host', () => {
  expect(shown(planOf(gradientOf(referenceCase('mlp-deep').source)).steps)).toContain('L times');
});

describe('what is computed thread by thread', () => {
  const check = (
    source: string,
    inputs: { params: Parameters; data?: Parameters },
    sizes: Sizes = {},
  ): void => {
    const { params, data = {} } = inputs;
    const wanted = interpret(plain(programOf(source)).gradient, { params, data } as Inputs, sizes);
    const found = runPlan(gradientOf(source), params, data, sizes);
    expect(farthestOf({ loss: found.loss }, { loss: wanted.loss ?? NaN })).toBeLessThan(1e-12);
    expect(farthestOf(found.gradient, wanted.gradient)).toBeLessThan(1e-12);
  };
  const numbers = (length: number): readonly number[] =>
    Array.from({ length }, (_, i) => Math.sin(3 * i + 1));

  it('a convolution', () => {
    const source = `model Blur {
  dim N
  data x: real[N, N]
  param w: real[3, 3], z: real[N, N]
  let y[i in N - 2, j in N - 2] = sum((x[i + k, j + l] + z[i + k, j + l]) * w[k, l] for k in 3, l in 3)
  loss sum(y[i, j]^2 for i in N - 2, j in N - 2)
}`;
    check(source, { params: { w: numbers(9), z: numbers(36) }, data: { x: numbers(36) } }, { N: 6 });
  });

  it('strides, triangles, rows that data name, and branches on indices', () => {
    const source = `model Odd {
  dim N, K
  data at: int[N] in 0..K
  param a: real[N], b: real[2 * N + 1], c: real[K], d: real[N, N]
  loss sum(a[n] * b[2 * n + 1] * c[at[n]] for n in N) + sum(d[i, j] * a[i - j] for i in N, j in 0..i + 1)
  loss sum((n < 2 ? c[n]^2 : a[n] * a[N - 1 - n]) for n in N)
}`;
    const params = { a: numbers(4), b: numbers(9), c: numbers(3), d: numbers(16) };
    check(source, { params, data: { at: [2, 0, 2, 1] } }, { N: 4, K: 3 });
  });

  it('a row that is not known where a reduction in a loop needs it', () => {
    const source = `fn f0(x: real): real = logSumExp(((((i < 2 ? sum(x for k in 0..j + 1) : x) + x) + x) + x) for i in 2, j in 2)
model Nested {
  dim N
  param w: real
  loss sum((tanh(sum(f0(tanh(f0((k < N ? w : w)))) for j in N, k in N)) + w) for i in 2) + w
}`;
    check(source, { params: { w: -0.9342831652611494 } }, { N: 2 });
  });

  describe('the greatest, the product and the like of 600 elements, which threads share', () => {
    const source = `model Extremes {
  dim N
  data y: real[N], some: bool[N], none: real[N]
  param a: real[N], b: real
  let z[n in N] = y[n] * b
  loss max(z) + a[argmax(y)]^2 + a[argmin(y)]^2 + min(a[n] * y[n] for n in N) + logSumExp(z) + prod(1 + 0.001 * z[n] for n in 5..N)
  loss (any(some[n] for n in N) ? b : 0.0) + (all(some[n] for n in N) ? b^2 : 0.0) + (argmax(none) < 0 ? b : 2 * b)
}`;
    const N = 600;
    const point = (y: (n: number) => number, isSome: (n: number) => boolean) => {
      const data = { y: Array.from({ length: N }, (_, n) => y(n)), some: Array.from({ length: N }, (_, n) => Number(isSome(n))), none: Array.from({ length: N }, () => -Infinity) }; // prettier-ignore
      return { params: { a: numbers(N), b: 0.7 }, data };
    };

    it.each<[string, (n: number) => number, (n: number) => boolean]>([
      ['all different', (n) => Math.sin(n), () => false],
      ['the first of equal ones', (n) => Math.round(3 * Math.sin(n)), (n) => n === 599],
      ['all equal', () => 1, () => true],
    ])('%s', (_, y, isSome) => check(source, point(y, isSome), { N }));

    it('has a kernel for the parts of each', () => {
      const steps = shown(planOf(gradientOf(source), ['fuse']).steps);
      expect(steps.filter((step) => step.endsWith('[256]'))).toHaveLength(9);
    });

    it('takes the first that is no number', () => {
      const places = `model Places {
  dim N
  data y: real[N]
  param a: real[N]
  loss a[argmax(y)]^2 + exp(a[argmin(y)])
}`;
      const y = Array.from({ length: N }, (_, n) => (n === 7 || n === 400 ? NaN : Math.sin(n)));
      check(places, { params: { a: numbers(N) }, data: { y } }, { N });
    });
  });

  it('an add out of range is no add to nothing', () => {
    const program = parseProgram(`program Adds(N, K) {
  data at%0: int[N]
  param x%1: real[N]
  a%2: real[K] = open
  for n%3 in 0..<N> {
    %4: int = at%0[n%3]
    %5: real = x%1[n%3]
    a%2[%4] += %5 checked
  }
  a%6: real[K] = freeze a%2
  gradient a = a%6
}`);
    const run = (at: readonly number[]) => runPlan(program, { x: [1, 2, 4] }, { at }, { N: 3, K: 2 });
    expect(run([1, 0, 1]).gradient).toEqual({ a: [2, 5] });
    expect(run([1, 0, 1]).serial).toBe(0);
    expect(() => run([1, 2, 1])).toThrow('index 1');
    expect(() => run([1, 0, -1])).toThrow('index 1');
  });
});
