// What keeps the order of numbers leaves their maximum.

import { describe, expect, it } from 'vitest';
import { derive } from '../../src/generate.ts';
import { interpret } from '../../src/ir/interpret.ts';
import type { Program } from '../../src/ir/types.ts';
import { statementsOf } from '../../src/ir/walk.ts';
import { takeOutOfExtrema } from '../../src/passes/extrema.ts';
import { prepare } from '../../src/passes/index.ts';
import { programOf } from '../support/language.ts';

const model = (loss: string, before = '') => `model F {
  dim N, M
  data shift: real[N]
  param x: real[N, M]
  ${before}
  loss sum((${loss})^2 for i in N)
}`;

/** The real ops of all bodies of maxima and minima, as they are prepared without the pass and with it. */
function opsOf(program: Program): readonly string[] {
  return [...statementsOf(program.body)].flatMap((statement) =>
    statement.kind === 'reduce' && (statement.reducer === 'max' || statement.reducer === 'min')
      ? [...statementsOf(statement.body)].flatMap((inner) =>
          inner.kind === 'op' && inner.outs[0]?.type.scalar === 'real' ? [inner.op] : [],
        )
      : [],
  );
}

const plain = (source: string): Program => prepare(programOf(source), { without: ['extrema', 'unroll'] });

const rising = `let y[i in N, j in M] = relu(x[i, j] + shift[i])`;

const taken: Readonly<Record<string, { readonly source: string; readonly before: readonly string[] }>> = {
  'a bias and a rectifier': { source: model('max(relu(x[i, j] + shift[i]) for j)'), before: ['add'] },
  'what an array holds': { source: model('max(y[i, j] for j)', rising), before: [] },
  'a function and a constant behind it': { source: model('min(tanh(x[i, j]) - 2 for j)'), before: ['tanh', 'sub'] },
  'a bound from above': { source: model('max((x[i, j] > 1 ? 1 : x[i, j]) for j)'), before: [] },
  'two maxima, one in the other': {
    source: model('max(exp(x[k, j] + shift[i]) for k in N, j in M)'),
    before: ['add', 'exp'],
  },
}; // prettier-ignore

describe.each(Object.entries(taken))('%s', (_, { source, before }) => {
  const program = plain(source);

  it('leaves', () => {
    expect(opsOf(program)).toEqual(expect.arrayContaining([...before]));
    const after = takeOutOfExtrema(program);
    expect(after).not.toBe(program);
    expect(opsOf(after)).toEqual([]);
  });

  it('and no value is another', () => {
    const values = Array.from({ length: 12 }, (__, k) => Math.sin(3 * k + 1));
    const inputs = { params: { x: values }, data: { shift: [0.3, -2, 0.1] } };
    const [found, expected] = [[], ['extrema'] as const].map((without) =>
      interpret(derive(programOf(source), 'gradient', 'auto', { without }), inputs, { N: 3, M: 4 }),
    );
    expect(found?.loss).toBe(expected?.loss);
    expect(found?.gradient).toEqual(expected?.gradient);
  });
});

const same: Readonly<Record<string, string>> = {
  'a bias that differs': model('max(x[i, j] + x[i, 0] * x[i, j] for j)'),
  'what falls': model('max(shift[i] - x[i, j] for j)'),
  'what is not defined everywhere': model('max(log(x[i, j]) for j)'),
  'a bound that jumps up': model('max((x[i, j] > 1 ? x[i, j] : 2) for j)'),
  'ranges that may be empty': model('(i > 0 ? max(x[i, j] + 1 for j in i) : 0)'),
  'an array that is used elsewhere': model('max(y[i, j] for j) * y[i, 0]', rising),
};

it.each(Object.entries(same))('%s stays', (_, source) => {
  const program = plain(source);
  expect(takeOutOfExtrema(program)).toBe(program);
});
