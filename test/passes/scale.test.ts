// Recurrences of logarithms with weights in their place: the values are those of the logarithms, where weights would vanish, too.

import { describe, expect, it } from 'vitest';
import type { Optimisation } from '../../src/base/optimisations.ts';
import { derive } from '../../src/generate.ts';
import { statementsOf } from '../../src/ir/walk.ts';
import { toRoutine } from '../../src/loops/index.ts';
import type { Routine } from '../../src/loops/types.ts';
import { prepare } from '../../src/passes/index.ts';
import { scaleRecurrences } from '../../src/passes/scale.ts';
import { run, type Results } from '../loops/run.ts';
import { farthestOf } from '../support/compare.ts';
import { programOf } from '../support/language.ts';

const model = (element: string, loop = 'for t in 1..T', after = 'logSumExp(score)') => `model Chain {
  dim T, S, V
  data seen: int[T] in 0..V, heard: real[T, S]
  param A: real[S, S], B: real[V, S], start: real[S]
  var score = start
  ${loop} { score = [${element} for to in S] }
  loss ${after}
}`;

const sum = 'logSumExp(score[from] + A[from, to] for from)';
const sources = {
  'a column': model(`${sum} + B[seen[t], to]`),
  'nothing added': model(sum),
  'each state wanted': model(`B[seen[t], to] + ${sum}`, 'for t in 1..T', 'sum(sin(score))'),
};

const routineOf = (
  source: string,
  kind: 'loss' | 'gradient' | 'jvp' | 'hvp',
  without: readonly Optimisation[],
): Routine =>
  toRoutine(derive(programOf(source), kind, 'auto', { without }), kind, { checked: true, without });

const numbersOf = (buffers: Results['buffers']): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(Object.entries(buffers).map(([name, values]) => [name, values.map(Number)]));

const wave = (length: number, size: number, phase = 0): readonly number[] =>
  Array.from({ length }, (_, i) => size * Math.sin(1 + phase + i * i));

const seen = (T: number): readonly number[] => Array.from({ length: T }, (_, t) => (t * t) % 2);

const cases = [
  { name: 'ordinary scores', T: 9, A: wave(9, 1), B: wave(6, 1, 2), start: wave(3, 2) },
  { name: 'no iteration', T: 1, A: wave(9, 1), B: wave(6, 1, 2), start: wave(3, 2) },
  { name: 'no iteration, and scores far apart', T: 1, A: wave(9, 1), B: wave(6, 1, 2), start: [0, -2000, -5] },
  { name: 'a start far apart', T: 4, A: wave(9, 1), B: wave(6, 1, 2), start: [-3000, 0, -1000] },
  { name: 'one certain start', T: 4, A: wave(9, 1), B: wave(6, 1, 2), start: [-Infinity, 0, -Infinity] },
  { name: 'just narrow enough', T: 5, A: wave(9, 70), B: wave(6, 70, 2), start: wave(3, 140) },
  { name: 'large numbers', T: 5, A: wave(9, 1).map((x) => x + 2000), B: wave(6, 1).map((x) => x - 5000), start: wave(3, 1) },
  { name: 'changes too far apart', T: 4, A: wave(9, 900), B: wave(6, 1), start: wave(3, 1) },
  { name: 'columns too far apart', T: 4, A: wave(9, 1), B: wave(6, 900), start: wave(3, 1) },
  // The likely state can no longer be; the other one was e^-2000 less likely.
  { name: 'an unlikely state that counts', T: 3, A: [0, -2000, -2000, 0, 0, 0, 0, 0, 0], B: [0, -1000, -1000, -9000, 0, -9000], start: [0, -500, -600] },
  { name: 'changes that cannot be', T: 4, A: [0, -Infinity, -Infinity, -1, -2, -Infinity, 0, 0, 0], B: wave(6, 1), start: wave(3, 1) },
]; // prettier-ignore

describe.each(Object.entries(sources))('%s', (_, source) => {
  it('takes no exponential of a state', () => {
    const text = (without: readonly Optimisation[]) => prepare(programOf(source), { without });
    const inLoops = [[], ['scale'] as const].map(
      (without) => [...statementsOf(text(without).body)].filter(({ kind }) => kind === 'loop').length,
    );
    expect(inLoops).toEqual([2, 1]);
  });

  it.each(cases)('$name', ({ T, A, B, start }) => {
    const directions = { A: wave(9, 1, 3), B: wave(6, 1, 5), start: wave(3, 1, 4) };
    const data = { seen: seen(T), heard: wave(3 * T, 1) };
    const given = { sizes: { T, S: 3, V: 2 }, inputs: { params: { A, B, start }, data, directions } };
    for (const kind of ['loss', 'gradient', 'jvp', 'hvp'] as const) {
      const plain = run(routineOf(source, kind, ['scale', 'factor']), given);
      const { result, buffers } = run(routineOf(source, kind, []), given);
      const size = Math.max(1, Math.abs(Number(plain.result)));
      const isSame = Object.is(result, plain.result);
      const difference = isSame ? 0 : Math.abs(Number(result) - Number(plain.result)) / size;
      expect(difference, kind).toBeLessThan(1e-11);
      const [found, expected] = [numbersOf(buffers), numbersOf(plain.buffers)];
      if (JSON.stringify(found) !== JSON.stringify(expected))
        expect(farthestOf(found, expected), kind).toBeLessThan(1e-10);
    }
  });
});

const same: Readonly<Record<string, string>> = {
  'another column in each iteration': model(`${sum} + heard[t, to]`),
  'a matrix that changes': model('logSumExp(score[from] + A[from, to] * heard[t, from] for from)'),
  'what is added depends on the state': model(`${sum} + score[to]`),
  'less than the sum': model(`${sum} - B[seen[t], to]`),
  'twice the sum': model(`2 * ${sum}`),
  'another recurrence': model(`logSumExp(2 * score[from] + A[from, to] for from)`),
};

it.each(Object.entries(same))('%s stays', (_, source) => {
  const program = prepare(programOf(source), { without: ['scale', 'factor'] });
  expect(scaleRecurrences(program)).toBe(program);
});
