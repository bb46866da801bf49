// Unroll and jam changes no bit of a result, at sizes with and without iterations left over.

import { describe, expect, it } from 'vitest';
import type { Optimisation } from '../../src/base/optimisations.ts';
import { evaluate } from '../../src/base/polynomial.ts';
import { derive } from '../../src/generate.ts';
import type { Content } from '../../src/ir/bind.ts';
import { printRoutine, toRoutine } from '../../src/loops/index.ts';
import { programOf } from '../support/language.ts';
import { run } from './run.ts';

const models = {
  'a sum of products for each point, whose adjoint goes to every weight': `
    model F {
      dim N, D
      data x: real[N, D], y: real[N]
      param w: real[D]
      loss sum((tanh(sum(x[n, d] * w[d] for d)) - y[n])^2 for n)
    }`,
  'a layer': `
    model F {
      dim N, D
      dim K = 9
      data x: real[N, D], y: real[N, K]
      param w: real[D, K], b: real[K]
      let h = tanh(x @ w + b)
      loss sum((h - y)^2)
    }`,
  'a recurrence for each point': `
    fn follow(x: real[d], a: real, b: real): real {
      var s = 0.0
      for t in d { s = a * s + b * x[t] }
      return s
    }
    model F {
      dim N, D
      data x: real[N, D]
      param a: real, b: real
      loss sum(follow(x[n], a, b)^2 for n)
    }`,
  'rows of a triangle for each of several clusters': `
    model F {
      dim N, D
      dim K = 3
      data x: real[N, D]
      param a: real[K, D, D], mean: real[K, D]
      let L[k in K, i in D, j in D] = j <= i ? a[k, i, j] : 0
      loss sum(logSumExp([-squaredNorm(L[k] @ (x[n] - mean[k])) for k in K]) for n)
    }`,
  'a triangle without its diagonal, and nothing in its first row': `
    model F {
      dim N, D
      data x: real[N, D]
      param a: real[3, D, D]
      let L[k in 3, i in D, j in D] = j < i ? a[k, i, j] : 0
      loss sum(logSumExp([squaredNorm(L[k] @ x[n]) for k in 3]) for n)
    }`,
  'the nearest of several places, by arrays that each point has of its own': `
    model F {
      dim N, D
      data x: real[N, D]
      param place: real[5, D]
      let gap[n in N, k in 5] = sum((x[n, d] - place[k, d])^2 for d)
      loss sum(min(gap[n, k] for k) for n)
    }`,
  'a loop that is as long as each point says, beside one that is not': `
    model F {
      dim N, D
      data x: real[N, D], from: int[N] in 0..D
      param w: real[D]
      loss sum(sum(x[n, d] for d in 0..from[n] + 1) * sum(w[d] * x[n, d] for d) for n)
    }`,
};

describe.each(Object.entries(models))('%s', (_, source) => {
  // Points are taken four at a time, rows by two and by four.
  it.each([
    [1, 7],
    [3, 6],
    [4, 8],
    [5, 9],
    [8, 3],
    [9, 2],
    [11, 5],
    [12, 1],
  ])('with %d points of %d coordinates', (N, D) => {
    const sizes = { N, D };
    const program = programOf(source);
    const inputs = { params: {} as Record<string, Content>, data: {} as Record<string, Content> };
    program.inputs.forEach(({ role, name, value: { type } }, k) => {
      const length = type.dims.reduce(
        (product, dim) => product * evaluate(dim, (size) => (size === 'N' ? N : D)),
        1,
      );
      const waves = Array.from({ length }, (_, i) => Math.sin(k + 1.7 * i));
      const values = type.scalar === 'int' ? waves.map((wave) => Math.floor((D / 2) * (1 + wave))) : waves;
      inputs[role === 'param' ? 'params' : 'data'][name] =
        type.dims.length === 0 ? (values[0] ?? NaN) : values;
    });
    for (const kind of ['loss', 'gradient'] as const) {
      const derived = derive(program, kind);
      // One logarithm for several would round otherwise.
      const routine = (...without: readonly Optimisation[]) =>
        toRoutine(derived, kind, { checked: true, without: ['logarithms', ...without] });
      const [jammed, plain] = [routine(), routine('jam')];
      if (kind === 'loss') expect(printRoutine(jammed)).toContain('blocks');
      const found = run(jammed, { sizes, inputs });
      expect(found).toEqual(run(plain, { sizes, inputs }));
      expect(Number.isFinite(Number(found.result))).toBe(true);
    }
  });
});
