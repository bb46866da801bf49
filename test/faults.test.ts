// Models that once compiled to modules that failed or to none, each with what went wrong. Modules must compute what is interpreted.

import { describe, expect, it } from 'vitest';
import { optimisations, type Optimisation } from '../src/base/optimisations.ts';
import { derive } from '../src/generate.ts';
import { interpret } from '../src/ir/interpret.ts';
import { farthest, farthestOf, type Numbers } from './support/compare.ts';
import { compileModule } from './support/emitted.ts';
import { programOf } from './support/language.ts';

interface Case {
  readonly name: string;
  readonly source: string;
  readonly params: Readonly<Record<string, Numbers>>;
  readonly data?: Readonly<Record<string, Numbers>>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly precision?: 'f32';
  readonly without?: readonly Optimisation[];
}

const inLoop = (term: string): string =>
  `model M {\n  dim N, T\n  param w: real[N]\n  var s = w[0]\n  for t in T { s = sin(s) + ${term} }\n  loss s\n}\n`;
const short = { params: { w: [0.5] }, sizes: { N: 1, T: 2 } };

const cases: readonly Case[] = [
  {
    name: 'weights that a loop saves of a range that ends before it begins',
    source: inLoop('1 / (1 + exp(-logSumExp(w[j] * s for j in N - 3)))'),
    ...short,
  },
  {
    name: 'and their tangents, in a branch',
    source: inLoop('(N > 3 ? logSumExp(w[j] * s for j in N - 3) : 0.5)'),
    ...short,
  },
  {
    name: 'costly values of two such ranges',
    source: inLoop(
      'sum(w[j] * s * exp(w[i]) for j in N - 3, i in N - 3) * sum(tanh(w[j] * w[i]) for j in N - 3, i in N - 3)',
    ),
    ...short,
  },
  {
    name: 'gradients by fields of records that are read back, with floats',
    source: `type P = { x: real, y: real }
model M {
  dim N
  param w: P[N]
  data q: int[N] in 0..N
  var all: P[N] = w
  for n in N { all[q[n]].x *= all[n].y }
  loss sum(all[n].x for n in N)
}
`,
    params: { 'w.x': [1, 2, 3], 'w.y': [0.5, -1, 2] },
    data: { q: [1, 1, 0] },
    sizes: { N: 3 },
    precision: 'f32',
  },
  {
    name: 'offsets that rows share, where nothing was shared before',
    source: `model M {
  dim N
  param w: real[N, N]
  loss sum(logSumExp(a >= 0 && b * a < N ? w[b, b * a] : 0 for j in 1..N) for a in N, b in a..N)
}
`,
    params: { w: [0.1, 0.4, -0.2, 0.9, 1.3, 0.3, -0.5, 0.8, 0.7] },
    sizes: { N: 3 },
    without: ['share'],
  },
];

const all = Object.keys(optimisations) as Optimisation[];

describe.each(cases)('$name', ({ source, params, data = {}, sizes, precision, without = [] }) => {
  it('has the loss, the gradient and the Hessian product of the interpreter', async () => {
    const emitted = await compileModule(source, 'm.nabla', {
      sizes,
      precision: precision ?? 'f64',
      without,
      emit: ['loss', 'gradient', 'hvp'],
    });
    const found = emitted.run({ params, data, direction: params });
    const of = (kind: 'gradient' | 'hvp') =>
      interpret(derive(programOf(source), kind, 'auto', { without: all }), { params, data, directions: params }, sizes); // prettier-ignore
    const [gradient, hvp] = [of('gradient'), of('hvp')];
    const bound = precision === 'f32' ? 1e-6 : 1e-14;
    expect(farthest(found.loss, gradient.loss ?? NaN)).toBeLessThan(bound);
    expect(farthestOf(found.gradient, gradient.gradient)).toBeLessThan(bound);
    expect(farthestOf(found.hvp ?? {}, hvp.hvp ?? {})).toBeLessThan(bound);
  });
});
