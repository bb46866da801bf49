// Gradients that are added to at places that ints of the data name: which of them the host sorts for, and that they are right.

import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile.ts';
import { derive } from '../../src/generate.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { random } from '../../src/numeric/random.ts';
import { farApart, farthest, farthestOf, type Numbers } from '../support/compare.ts';
import { compileModule } from '../support/emitted.ts';
import { programOf } from '../support/language.ts';
import { flattened, openGpu, sharingAll } from '../support/webgpu.ts';

interface Case {
  readonly name: string;
  readonly source: string;
  readonly params: Readonly<Record<string, Numbers>>;
  readonly data?: Readonly<Record<string, Numbers>>;
  readonly sizes?: Readonly<Record<string, number>>;
  /** How many sums of iterations there are, and how they are sorted. */
  readonly keys: readonly string[];
}

const numbers = (length: number): readonly number[] =>
  Array.from({ length }, (_, i) => Math.fround(Math.sin(3 * i + 1)));
const sizes = { N: 6, K: 4 };

const cases: readonly Case[] = [
  {
    name: 'two arrays at the same places, which are sorted once',
    source: `model Lines {
  dim N, K
  data x: real[N], at: int[N] in 0..K
  param a: real[K], b: real[K, 2]
  loss sum((a[at[n]] * x[n] + b[at[n], 0] * b[at[n], 1])^2 for n in N)
}`,
    sizes,
    params: { a: numbers(4), b: numbers(8) },
    data: { x: numbers(6), at: [2, 0, 2, 3, 2, 0] },
    keys: ['keys[n] = at[n];'],
  },
  {
    name: 'all at one place',
    source: `model One {
  dim N, K
  data at: int[N] in 0..K
  param a: real[K], b: real[N]
  loss sum(tanh(a[at[n]] * b[n]) for n in N)
}`,
    sizes,
    params: { a: numbers(4), b: numbers(6) },
    data: { at: [3, 3, 3, 3, 3, 3] },
    keys: ['keys[n] = at[n];'],
  },
  {
    name: 'places that are computed from data',
    source: `model Shifted {
  dim N, K
  data at: int[N] in 0..K, by: int, flag: bool[N]
  param a: real[K + 1], b: real[K], c: real[K]
  loss sum(a[at[n] + 1]^2 * b[flag[n] ? at[n] : 0] for n in N) + sum(c[(at[n] + by) mod K]^3 for n in N)
}`,
    sizes,
    params: { a: numbers(5), b: numbers(4), c: numbers(4) },
    data: { at: [2, 0, 2, 3, 2, 0], by: 3, flag: [1, 0, 0, 1, 1, 0] },
    keys: [
      'keys[n] = floorMod(at[n] + by, K);',
      'keys[n] = flag[n] !== 0 ? at[n] : 0;',
      'keys[n] = at[n] + 1;',
    ],
  },
  {
    name: 'several loops, in another order than that of the data, and one that begins late',
    source: `model Sentences {
  dim B, T, V, D
  data token: int[B, T] in 0..V
  param E: real[V, D], F: real[V, D]
  loss sum(tanh(E[token[b, t], d] * F[token[b, t - 1], d]) for t in 1..T, b in B, d in D)
}`,
    sizes: { B: 2, T: 3, V: 4, D: 2 },
    params: { E: numbers(8), F: numbers(8) },
    data: { token: [1, 3, 1, 0, 1, 3] },
    keys: ['keys[keysRow + b] = token[b * T + t_1 - 1];', 'keys[keysRow + b] = token[b * T + t_1];'],
  },
  {
    name: 'rows and columns',
    source: `model Entries {
  dim N, K, M
  data row: int[N] in 0..K, column: int[N] in 0..M, y: real[N]
  param w: real[K, M]
  loss sum((w[row[n], column[n]] - y[n])^2 for n in N)
}`,
    sizes: { N: 6, K: 2, M: 3 },
    params: { w: numbers(6) },
    data: { row: [0, 1, 1, 0, 1, 1], column: [2, 0, 2, 2, 0, 1], y: numbers(6) },
    keys: ['keys[n] = row[n] * M + column[n];'],
  },
  {
    name: 'places in a row of their own',
    source: `model Rows {
  dim B, T, K
  data at: int[B, T] in 0..K
  param a: real[K], b: real[B]
  let p[i in B, k in K] = sin(a[k] * b[i])
  loss sum(p[i, at[i, t]]^2 * real(t + 1) for i in B, t in T)
}`,
    sizes: { B: 3, T: 2, K: 4 },
    params: { a: numbers(4), b: numbers(3) },
    data: { at: [1, 1, 3, 0, 2, 2] },
    keys: ['keys[keysRow + t] = index + at[keysRow + t];'],
  },
  {
    name: 'ints in records, of which no range is known',
    source: `type Edge = { from: int, to: int, weight: real }
model Graph {
  dim N, K
  data edge: Edge[N]
  param p: real[K]
  loss sum(edge[n].weight * (p[edge[n].from] - p[edge[n].to])^2 for n in N)
}`,
    sizes,
    params: { p: numbers(4) },
    data: { 'edge.from': [0, 1, 2, 3, 0, 1], 'edge.to': [1, 2, 3, 0, 2, 3], 'edge.weight': numbers(6) },
    keys: [
      'keys[n] = 0 <= edgeToN && edgeToN < K ? edgeToN : -1;',
      'keys[n] = 0 <= edgeFromN && edgeFromN < K ? edgeFromN : -1;',
    ],
  },
  {
    name: 'places that sizes alone determine',
    source: `model Circular {
  dim N
  param a: real[N], b: real[N]
  loss sum((sum(a[(i - j) mod N] * b[j] for j in N))^2 for i in N)
}`,
    sizes: { N: 5 },
    params: { a: numbers(5), b: numbers(5) },
    keys: ['keys[keysRow + j] = floorMod(i - j, N);'],
  },
  {
    name: 'some of the iterations',
    source: `model Masked {
  dim N, K
  data at: int[N] in -1..K
  param a: real[K]
  loss sum((at[n] < 0 ? 0.0 : a[at[n]]^2) for n in N)
}`,
    sizes,
    params: { a: numbers(4) },
    data: { at: [2, -1, 2, 3, -1, 0] },
    keys: ['keys[n] = 0 <= atN && atN < K ? atN : -1;'],
  },
  {
    name: 'ints that only a branch keeps in range',
    source: `model Neighbours {
  dim N, K
  data at: int[N] in 0..K
  param a: real[K], b: real[K]
  loss sum((n + 1 < N ? a[at[n + 1]]^2 : 0.5 * b[at[n]]) * b[at[n]] for n in N)
}`,
    sizes,
    params: { a: numbers(4), b: numbers(4) },
    data: { at: [2, 0, 2, 3, 1, 0] },
    keys: ['keys[n] = at[n];', 'keys[n] = 0 <= index && index < N ? at[index] : 0;'],
  },
  {
    name: 'places that are beside an axis where a branch is not taken',
    source: `model Beside {
  dim N, K
  data q: int[N] in 0..K, x: real[N]
  param w: real[K, K]
  loss sum(w[q[n] - k, k] * x[n] for n in N, k in K if q[n] >= k)
}`,
    sizes: { N: 2, K: 3 },
    params: { w: numbers(9) },
    data: { q: [0, 0], x: [1, 10] },
    keys: ['keys[keysRow + n] = 0 <= index_1 && index_1 < K ? index + index_1 : -1;'],
  },
  {
    name: 'a lag for each series',
    source: `model Lags {
  dim N, K
  data lag: int[K] in 0..N, x: real[N, K]
  param w: real[N, K]
  let y[n in N, k in K] = n - lag[k] >= 0 ? w[n - lag[k], k] : 0
  loss sum((y[n, k] - x[n, k])^2 for n in N, k in K)
}`,
    sizes: { N: 5, K: 3 },
    params: { w: numbers(15) },
    data: { lag: [2, 0, 4], x: numbers(15) },
    keys: ['keys[index + n] = 0 <= index_1 && index_1 < N ? index + index_1 : -1;'],
  },
  {
    name: 'places that are no numbers where a branch is not taken',
    source: `model Remainders {
  dim N, K
  data q: int[N] in 0..K, x: real[N, K]
  param w: real[K, K]
  loss sum(w[q[n] mod (K - 1 - k), k]^2 * x[n, k] for n in N, k in K if k < K - 1)
}`,
    sizes: { N: 1, K: 2 },
    params: { w: numbers(4) },
    data: { q: [0], x: [1, 2] },
    keys: ['keys[keysRow + n] = 0 <= index_2 && index_2 < K ? index_1 + index_2 : -1;'],
  },
  {
    name: 'no iterations at all, where both ranges end before they begin',
    source: `model Inner {
  dim N, K
  data at: int[N, N] in 0..K
  param a: real[K]
  loss a[0]^2 + sum(sum(a[at[i, j]]^2 for i in 1..N if i + 1 < N) for j in 1..N if j + 1 < N)
}`,
    sizes: { N: 1, K: 2 },
    params: { a: numbers(2) },
    data: { at: [1] },
    keys: ['keys[keysRow + i] = 0 <= i_1 && i_1 < N && 0 <= j_1 && j_1 < N ? at[i_1 * N + j_1] : 0;'],
  },
  {
    name: 'places that depend on params are searched for',
    source: `model Nearest {
  dim N, K
  data x: real[N]
  param c: real[K], w: real[K]
  loss sum((x[n] - c[argmin((x[n] - c[k])^2 for k in K)])^2 * w[argmax(c[k] * x[n] for k in K)] for n in N)
}`,
    sizes,
    params: { c: numbers(4), w: numbers(4) },
    data: { x: numbers(6) },
    keys: [],
  },
  {
    name: 'and so are those of loops whose length data say',
    source: `model Ragged {
  dim B, T, V
  data token: int[B, T] in 0..V, length: int[B] in 0..T + 1
  param a: real[V]
  loss sum(sum(a[token[b, t]] for t in 0..length[b])^2 for b in B)
}`,
    sizes: { B: 2, T: 3, V: 4 },
    params: { a: numbers(4) },
    data: { token: [1, 3, 1, 0, 1, 3], length: [2, 3] },
    keys: [],
  },
];

describe.each(cases)('$name', ({ source, params, data = {}, sizes = {}, keys }) => {
  it.each([
    ['has', undefined],
    ['with all sums shared that can be, has', sharingAll],
  ])('%s the gradient of the interpreter, twice to the last bit', async (_, edit) => {
    const { gpu, text } = await openGpu(source, sizes, { params, data }, {}, edit);
    const found = await gpu.lossAndGradient();
    const expected = interpret(derive(programOf(source), 'gradient'), { params, data }, sizes);
    const lines = text.match(/keys\[.*\] =\s[^;]*;/g) ?? [];
    expect(lines.map((line) => line.replace(/\s+/g, ' '))).toEqual(keys);
    expect(farthest(found.loss, expected.loss ?? NaN)).toBeLessThan(1e-5);
    expect(farthestOf(flattened(found.gradient), expected.gradient)).toBeLessThan(1e-5);
    expect(await gpu.lossAndGradient()).toEqual(found);
    gpu.destroy();
  });
});

it('sorts again when other data are set', async () => {
  const { source = '', params = {}, data = {} } = cases[0] ?? {};
  const other = { ...data, at: [1, 1, 0, 1, 3, 0] };
  const { gpu, fields } = await openGpu(source, sizes, { params, data });
  await gpu.lossAndGradient();
  gpu.setData(fields('data', other));
  const expected = interpret(derive(programOf(source), 'gradient'), { params, data: other }, sizes);
  const found = await gpu.lossAndGradient();
  expect(farthestOf(flattened(found.gradient), expected.gradient)).toBeLessThan(1e-5);
  gpu.destroy();
});

it('refuses ints that are no places', async () => {
  const { source = '', params = {}, data = {} } = cases.find(({ name }) => name.startsWith('ints in')) ?? {};
  const wrong = { ...data, 'edge.to': [1, 2, 3, 0, 4, 3] };
  const { gpu } = await openGpu(source, sizes, { params, data: wrong });
  await expect(gpu.lossAndGradient()).rejects.toThrow('Graph: an index is out of range');
  gpu.destroy();
});

it('tells of a step that failed with the next promise, once, and no step goes on from it', async () => {
  const { source = '', params = {}, data = {} } = cases.find(({ name }) => name.startsWith('ints in')) ?? {};
  const { gpu, fields } = await openGpu(source, sizes, { params, data });
  const before = await gpu.readParams();
  gpu.setData(fields('data', { ...data, 'edge.to': [1, 2, 3, 0, 4, 3] }));
  gpu.step(0.1);
  gpu.setData(fields('data', data));
  gpu.step(0.1);
  await expect(gpu.readLoss()).rejects.toThrow('Graph: an index is out of range');
  expect(await gpu.readParams()).toEqual(before);
  gpu.step(0.1);
  expect(await gpu.readParams()).not.toEqual(before);
  expect(() => gpu.step(NaN)).toThrow('Graph: the learning rate must be a finite number, got NaN');
  gpu.destroy();
});

it('the thread of a place goes through its own iterations', async () => {
  const source = cases[1]?.source ?? '';
  const { files } = await compile(source, { target: 'webgpu' });
  const [, after = ''] = files[0]?.text.split('// a\n') ?? [];
  expect(after.split('  var value0: f32;\n')[1]?.split('}\n\n')[0]).toBe(`\
  let first = ints[at_starts_at + i];
  let end = ints[at_starts_at + i + 1];
  var sum = 0.0;
  for (var at = first; at < end; at++) {
    let n = ints[at_order_at + at];
    let _2n = params[b_at + n];
    let tanh_ = stable_tanh(params[a_at + ints[at_at + n]] * _2n);
    sum += (1.0 - tanh_ * tanh_) * _2n;
  }
  value0 = sum;
  result[aGradient_at + i] = value0;
`);
});

describe('100,000 iterations at 1,000 places', () => {
  const source = `model Embed {
  dim N, V, D
  data token: int[N] in 0..V, y: real[N]
  param E: real[V, D], bias: real[V], w: real[D]
  loss mean((sum(E[token[n], d] * w[d] for d in D) + bias[token[n]] - y[n])^2 for n in N)
}
`;
  const [N, V, D] = [100_000, 1_000, 4];
  const numbersOf = random(5);
  const numbers = (length: number): readonly number[] =>
    Array.from({ length }, () => Math.fround(2 * numbersOf.uniform() - 1));
  // A few are frequent, as words are; some do not occur.
  const token = Array.from({ length: N }, () => Math.floor(V * numbersOf.uniform() ** 4));
  const point = { params: { E: numbers(V * D), bias: numbers(V), w: numbers(D) }, data: { token, y: numbers(N) } }; // prettier-ignore

  it('are emitted as they were', async () => {
    const { files } = await compile(source, { path: 'embedding.nabla', target: 'webgpu' });
    const [own] = files[0]?.text.split('/** A param or an input') ?? [];
    await expect(own?.trimEnd()).toMatchFileSnapshot('../golden/embedding.gpu.ts');
  });

  it('have the gradient of emitted TypeScript', { timeout: 120_000 }, async () => {
    const sizes = { N, V, D };
    const { gpu } = await openGpu(source, sizes, point);
    const emitted = await compileModule(source, 'embed.nabla', { sizes, emit: ['gradient'] });
    const expected = emitted.run(point);
    const found = await gpu.lossAndGradient();
    expect(farthest(found.loss, expected.loss ?? NaN)).toBeLessThan(1e-6);
    expect(farApart(found.gradient, expected.gradient)).toBeLessThan(1e-5);
    expect(await gpu.lossAndGradient()).toEqual(found);
    gpu.destroy();
  });
});
