// logSumExps in loops as products of matrices and vectors: the values are those of the logSumExps, where the products lose
// terms, too.

import { describe, expect, it } from 'vitest';
import type { Optimisation } from '../../src/base/optimisations.ts';
import { derive } from '../../src/generate.ts';
import type { Statement } from '../../src/ir/types.ts';
import { blocksOf } from '../../src/ir/walk.ts';
import { toRoutine } from '../../src/loops/index.ts';
import type { Routine } from '../../src/loops/types.ts';
import { prepare } from '../../src/passes/index.ts';
import { run, type Results } from '../loops/run.ts';
import { farthestOf } from '../support/compare.ts';
import { compileModule } from '../support/emitted.ts';
import { programOf } from '../support/language.ts';

const chain = programOf(`model Chain {
  dim T, S
  data seen: real[T, S]
  param A: real[S, S], start: real[S]
  var score = start
  for t in T {
    score = [logSumExp(score[from] + A[from, to] - 1 for from) + seen[t, to] for to in S]
  }
  loss logSumExp(score)
}`);

/** Transitions that cannot be are zeros. */
const ladder = programOf(`model Ladder {
  dim T, S
  data seen: real[T, S]
  param P: real[S, S], start: real[S]
  let A[i in S, j in S] = log(P[i, j])
  var score = start
  for t in T {
    score = [logSumExp(score[from] + A[from, to] for from) + seen[t, to] for to in S]
  }
  loss logSumExp(score)
}`);

const routineOf = (
  program: typeof chain,
  kind: 'loss' | 'gradient' | 'jvp' | 'hvp',
  without: readonly Optimisation[],
): Routine => toRoutine(derive(program, kind, 'auto', { without }), kind, { checked: true, without });

const numbersOf = (buffers: Results['buffers']): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(Object.entries(buffers).map(([name, values]) => [name, values.map(Number)]));

const wave = (length: number, size: number, phase = 0): readonly number[] =>
  Array.from({ length }, (_, i) => size * Math.sin(1 + phase + i * i));

const cases = [
  { name: 'ordinary scores', T: 5, S: 4, A: wave(16, 1), start: wave(4, 2), seen: wave(20, 1, 2) },
  { name: 'one state', T: 3, S: 1, A: [0.3], start: [0.2], seen: [1, -2, 3] },
  { name: 'one step', T: 1, S: 2, A: wave(4, 1), start: wave(2, 1), seen: wave(2, 1) },
  { name: 'scores of large size', T: 4, S: 3, A: wave(9, 300), start: wave(3, 500), seen: wave(12, 400) },
  { name: 'scores so far apart that products vanish', T: 4, S: 3, A: wave(9, 1e5), start: wave(3, 1e6), seen: wave(12, 1e5) },
  // The way that counts starts where exp is 0: 0 -> 0 costs 2,000 more than 1 -> 0, and 1 starts 1,000 behind.
  { name: 'a term that is lost counts', T: 1, S: 2, A: [-2000, 0, 0, -3000], start: [0, -1000], seen: [0, 0] },
]; // prettier-ignore

describe.each(cases)('$name', ({ T, S, A, start, seen }) => {
  it.each(['loss', 'gradient', 'jvp', 'hvp'] as const)('the %s is that of the logSumExps', (kind) => {
    const directions = { A: wave(S * S, 1, 3), start: wave(S, 1, 4) };
    const given = { sizes: { T, S }, inputs: { params: { A, start }, data: { seen }, directions } };
    const plain = run(routineOf(chain, kind, ['factor']), given);
    const { result, buffers } = run(routineOf(chain, kind, []), given);
    expect(Number.isFinite(Number(result))).toBe(true);
    const size = Math.max(1, Math.abs(Number(plain.result)));
    expect(Math.abs(Number(result) - Number(plain.result)) / size).toBeLessThan(1e-14);
    expect(farthestOf(numbersOf(buffers), numbersOf(plain.buffers))).toBeLessThan(1e-12);
  });
});

it('transitions that cannot be take nothing from those that can', () => {
  const given = {
    sizes: { T: 3, S: 3 },
    inputs: {
      params: { P: [0.5, 0.5, 0, 0, 0.25, 0.75, 0, 0, 1], start: [0, -Infinity, -Infinity] },
      data: { seen: wave(9, 1) },
    },
  };
  const plain = run(routineOf(ladder, 'gradient', ['factor']), given);
  const found = run(routineOf(ladder, 'gradient', []), given);
  expect(found.result).toBeCloseTo(Number(plain.result), 13);
  expect(farthestOf(numbersOf(found.buffers), numbersOf(plain.buffers))).toBeLessThan(1e-12);
});

it('arrays of single precision lose terms sooner', async () => {
  const source = `model Chain {
    dim T, S
    param A: real[S, S], start: real[S]
    var score = start
    for t in T { score = [logSumExp(score[from] + A[from, to] for from) for to in S] }
    loss logSumExp(score)
  }`;
  const point = {
    params: { A: [-140, -140, 0, 0], start: [0, -100] },
    data: {},
    direction: { A: [1, 0, 2, 1], start: [0, 1] },
  };
  const sizes = { T: 1, S: 2 };
  const [double, single] = await Promise.all(
    (['f64', 'f32'] as const).map(async (precision) =>
      (await compileModule(source, 'chain.nabla', { sizes, emit: 'all', precision })).run(point),
    ),
  );
  expect(farthestOf(single?.gradient ?? {}, double?.gradient ?? {})).toBeLessThan(1e-6);
  expect(farthestOf(single?.hvp ?? {}, double?.hvp ?? {})).toBeLessThan(1e-6);
  expect(Object.keys(single?.hvp ?? {})).toEqual(['A', 'start']);
});

it('a logSumExp is left where terms were lost, and nowhere else', () => {
  const { body } = prepare(chain);
  const [loop] = body.statements.filter(({ kind }) => kind === 'loop');
  const left: string[] = [];
  const look = (statement: Statement, isBranch: boolean): void => {
    if (statement.kind === 'reduce' && statement.reducer === 'logSumExp')
      left.push(isBranch ? 'in a branch' : 'always');
    for (const block of blocksOf(statement))
      for (const inner of block.statements) look(inner, isBranch || statement.kind === 'if');
  };
  if (loop !== undefined) look(loop, false);
  expect(left).toEqual(['in a branch']);
});
