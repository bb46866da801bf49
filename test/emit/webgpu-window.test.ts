// Gradients of pooling: a thread looks at the windows that its element is in, and finds what all windows would give it.

import { describe, expect, it } from 'vitest';
import { derive } from '../../src/generate.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { farthest, farthestOf } from '../support/compare.ts';
import { programOf } from '../support/language.ts';
import { flattened, openGpu } from '../support/webgpu.ts';

const numbers = (length: number): readonly number[] =>
  Array.from({ length }, (_, i) => Math.fround(Math.sin(3 * i + 1)));

/** `bounds`: of the loop that is shortened, in the text of the kernel. */
const cases = [
  {
    name: 'windows side by side',
    loss: 'sum(max(x[2 * i + a]^2 for a in 0..2) * w[i] for i in 8)',
    bounds: ['let first = max(0, floor_div(i, 2));', 'let end = min(8, floor_div(i + 2, 2));'],
  },
  {
    name: 'windows that overlap, and one element in none',
    loss: 'sum(max(x[2 * i + a + 1] * x[0] for a in 0..3) * w[i] for i in 7)',
    bounds: ['let first = max(0, floor_div(index - 1, 2));', 'let end = min(7, floor_div(index + 2, 2));'],
  },
  {
    name: 'windows with gaps between them',
    loss: 'sum(min(sin(x[3 * i + a]) for a in 0..2) * w[i] for i in 5)',
    bounds: ['let first = max(0, floor_div(i + 1, 3));', 'let end = min(5, floor_div(i + 3, 3));'],
  },
  {
    name: 'windows from the end',
    loss: 'sum(max(x[16 - 2 * i - a]^2 for a in 0..3) * w[i] for i in 7)',
    bounds: ['let first = max(0, floor_div(index - 1, 2));', 'let end = min(7, floor_div(index + 2, 2));'],
  },
  {
    name: 'windows of a length that is not known, in a branch',
    loss: 'sum((w[i] > 0 ? max(y[2 * i + a] * w[i] for a in 0..2) : 0) for i in N)',
    bounds: ['let first = max(0, floor_div(i, 2));', 'let end = min(N, floor_div(i + 2, 2));'],
  },
  {
    name: 'several reads of one window',
    loss: 'sum(x[2 * i + argmax(x[2 * i + a] for a in 0..2)] * max(x[2 * i + a]^3 for a in 0..2) for i in 1..8)',
    bounds: ['let first = max(1, floor_div(i', 'let end = min(8, floor_div(i + 2, 2));'],
  },
];

describe.each(cases)('$name', ({ loss, bounds }) => {
  const source = `model Pool {\n  dim N\n  param x: real[17], y: real[2 * N], w: real[N]\n  loss ${loss}\n}\n`;
  const params = { x: numbers(17), y: numbers(16), w: numbers(8).map((value) => -value) };

  it.each([[['shifts']], [[]]] as const)(
    'has the gradient of the interpreter, without %s',
    async (without) => {
      const point = { params, data: {} };
      const { gpu, text } = await openGpu(source, { N: 8 }, point, { without: [...without] });
      const found = await gpu.lossAndGradient();
      const expected = interpret(derive(programOf(source), 'gradient'), point, { N: 8 });
      expect(farthest(found.loss, expected.loss ?? NaN)).toBeLessThan(1e-5);
      expect(farthestOf(flattened(found.gradient), expected.gradient)).toBeLessThan(1e-5);
      for (const bound of bounds) expect(text.includes(bound), bound).toBe(without.length === 0);
      gpu.destroy();
    },
  );
});

it('in two dims a thread looks at one window', async () => {
  const source = `model Pool2 {
  dim N
  param x: real[N, 2, 18, 20]
  loss sum(sum(maxPool2d(x[n])^2) for n in N)
}
`;
  const point = { params: { x: numbers(2 * 720) }, data: {} };
  const { gpu, text } = await openGpu(source, { N: 2 }, point);
  const found = await gpu.lossAndGradient();
  const expected = interpret(derive(programOf(source), 'gradient'), point, { N: 2 });
  expect(farthestOf(flattened(found.gradient), expected.gradient)).toBeLessThan(1e-5);
  expect(text.match(/= min\((9|10), floor_div\(i(_\d)? \+ 2, 2\)\)/g)).toHaveLength(2);
  gpu.destroy();
});
