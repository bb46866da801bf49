// Linear maps leave sums over points.

import { expect, it } from 'vitest';
import { optimisationNames } from '../../src/base/optimisations.ts';
import { derive } from '../../src/generate.ts';
import { printProgram } from '../../src/ir/print.ts';
import { verify } from '../../src/ir/verify.ts';
import { factorLinear } from '../../src/passes/linear.ts';
import { programOf } from '../support/language.ts';

const model = (body: string) => `model F {
  dim N, D, K
  data x: real[N, D]
  param mean: real[D], Q: real[D, D], centre: real[K, D]
  ${body}
}`;

const gradientOf = (source: string, without: readonly 'linear'[]): string =>
  printProgram(derive(programOf(source), 'gradient', 'auto', { without }));

/** How deep in loops products with an element of Q are added up: inside those over points, and behind them. */
function depths(text: string): readonly number[] {
  const elements = new Set<string>();
  const products = new Set<string>();
  return text.split('\n').flatMap((line) => {
    const [, out = '', right = ''] = /^\s*(%\d+): real = (.*)$/.exec(line) ?? [];
    if (/^Q%\d+\[/.test(right)) elements.add(out);
    const args = /^mul\((.*), (.*)\)$/.exec(right)?.slice(1) ?? [];
    if (args.some((arg) => elements.has(arg))) products.add(out);
    const [, indent = '', added = ''] = /^(\s*)\S+ \+= (%\d+)$/.exec(line) ?? [];
    return products.has(added) ? [indent.length / 2 - 1] : [];
  });
}

const cases = {
  'a mean that all points share': {
    source: model('loss sum(exp(-squaredNorm(Q @ (x[n] - mean))) for n)'),
    before: [3],
    after: [2],
  },
  'a mean for each cluster': {
    source: model('loss sum(logSumExp([-squaredNorm(Q @ (x[n] - centre[k])) for k in K]) for n)'),
    before: [4],
    after: [3],
  },
};

it.each(Object.entries(cases))('%s', (_, { source, before, after }) => {
  expect(depths(gradientOf(source, ['linear']))).toEqual(before);
  expect(depths(gradientOf(source, []))).toEqual(after);
});

it('a factor that is one number for each point: its sum is no array', () => {
  const source = `model F {
    dim N
    data x: real[N], row: real[N]
    param shift: real
    loss sum(sin(([x[i] for i in N, j in N] + shift) @ row))
  }`;
  for (const without of [[], optimisationNames]) {
    const gradient = derive(programOf(source), 'gradient', 'auto', { without });
    const factored = factorLinear(gradient);
    verify(factored);
    if (without.length > 0) expect(factored).not.toBe(gradient);
  }
});

const same = {
  'a matrix that differs between points': model(
    'loss sum(exp(-squaredNorm([[Q[i, j] * x[n, 0] for j in D] for i in D] @ (x[n] - mean))) for n)',
  ),
  'what an adjoint passes through that is not linear': model(
    'loss sum(exp(-squaredNorm(Q @ (x[n] - exp(x[n, 0] * mean)))) for n)',
  ),
};

it.each(Object.entries(same))('leaves alone %s', (_, source) => {
  expect(gradientOf(source, [])).toBe(gradientOf(source, ['linear']));
});
