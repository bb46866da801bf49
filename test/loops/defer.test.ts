// Products of columns and rows that a loop adds to a matrix, added after the loop: the same sums, and the loop leaves the matrix
// alone.

import { describe, expect, it } from 'vitest';
import { derive } from '../../src/generate.ts';
import { printRoutine, toRoutine } from '../../src/loops/index.ts';
import { farthestOf } from '../support/compare.ts';
import { programOf } from '../support/language.ts';
import { run } from './run.ts';

const network = programOf(`model Recurrent {
  dim T, H, D
  data x: real[T, D], y: real[T, H]
  param W: real[H, H], U: real[H, D]
  var h: real[H] = 0
  for t in 1..T {
    h = tanh(W @ h + U @ x[t])
    loss sum((h - y[t])^2)
  }
}`);

const wave = (length: number, size: number, phase: number): readonly number[] =>
  Array.from({ length }, (_, i) => size * Math.sin(phase + 1.3 * i));

describe.each(['none', 'auto', 3] as const)('checkpoints: %s', (checkpoint) => {
  it.each([1, 2, 5, 10])('%d steps', (T) => {
    const [H, D] = [9, 8];
    const given = {
      sizes: { T, H, D },
      inputs: {
        params: { W: wave(H * H, 0.3, 1), U: wave(H * D, 0.5, 2) },
        data: { x: wave(T * D, 1, 3), y: wave(T * H, 1, 4) },
      },
    };
    const [found, plain] = [[], ['defer'] as const].map((without) => {
      const options = { checked: true, without };
      const routine = toRoutine(derive(network, 'gradient', checkpoint, options), 'gradient', options);
      const { result, buffers } = run(routine, given);
      const values = Object.entries(buffers).map(([name, all]) => [name, all.map(Number)] as const);
      return { code: printRoutine(routine), values: { loss: Number(result), ...Object.fromEntries(values) } };
    });
    expect(farthestOf(found?.values ?? {}, plain?.values ?? {})).toBeLessThan(1e-13);
    expect(Object.keys(found?.values ?? {})).toHaveLength(3);
    expect(found?.code).toContain('scratch WColumns');
    expect(plain?.code).not.toContain('Columns');
  });
});

it('a matrix that the loop reads is added to in the loop', () => {
  const program = programOf(`model Hebb {
    dim T, N
    data x: real[T, N]
    param start: real[N, N]
    var W = start
    for t in T {
      let y = W @ x[t]
      W = [W[i, j] + 0.1 * y[i] * x[t, j] for i in N, j in N]
    }
    loss sum(W^2)
  }`);
  const options = { checked: true };
  const text = printRoutine(toRoutine(derive(program, 'gradient'), 'gradient', options));
  expect(text).not.toContain('Columns');
});
