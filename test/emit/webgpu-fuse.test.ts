// Kernels that become one: which, which not, and that they compute the same, to the last bit.

import { describe, expect, it } from 'vitest';
import { fused } from '../../src/emit/webgpu/fuse.ts';
import { planOf } from '../../src/emit/webgpu/plan.ts';
import type { Plan } from '../../src/emit/webgpu/steps.ts';
import { int } from '../../src/ir/build.ts';
import type { Parameters, Sizes } from '../support/derive.ts';
import { gradientOf, shown } from '../support/kernels.ts';
import { runPlan } from '../support/plan.ts';
import { referenceCase } from '../support/reference.ts';
import { openGpu } from '../support/webgpu.ts';

const wave = (length: number, phase = 1): readonly number[] =>
  Array.from({ length }, (_, i) => Math.fround(Math.sin(3 * i + phase)));

interface Point {
  readonly params: Parameters;
  readonly data?: Parameters;
  readonly sizes: Sizes;
}

/** The kernels with `fuse` and without it, which compute the same. */
function plans(
  source: string,
  { params, data = {}, sizes }: Point,
): { before: readonly string[]; after: readonly string[] } {
  const gradient = gradientOf(source);
  const [one, other] = [[], ['fuse'] as const].map((without) =>
    runPlan(gradient, params, data, sizes, without),
  );
  expect([one?.loss, one?.gradient]).toEqual([other?.loss, other?.gradient]);
  return { before: shown(planOf(gradient, ['fuse']).steps), after: shown(planOf(gradient).steps) };
}

describe('kernels that go through the same places', () => {
  it('are one where each thread reads what it wrote itself, and keep what nobody else reads out of memory', () => {
    const source = `model Chain {
  dim N
  param w: real[N]
  let a[i in N] = tanh(w[i])
  let b[i in N] = exp(a[i]) * a[i]
  loss sum(b[i]^2 for i in N)
}`;
    expect(plans(source, { params: { w: wave(5) }, sizes: { N: 5 } })).toEqual({
      before: ['a = [N]', 'b = exp = [N]', 'loss = sum', 'b_1 = [N]', 'a_1 = [N]', 'wGradient = [N]'],
      after: ['b = wGradient = [N]', 'loss = sum'],
    });
  });

  it('are two where a thread reads what another wrote', () => {
    const source = `model Mirror {
  dim N
  param w: real[N]
  let a[i in N] = tanh(w[i])
  let b[i in N] = a[i] * a[N - 1 - i]
  loss sum(b[i] * b[N - 1 - i] for i in N)
}`;
    expect(plans(source, { params: { w: wave(5) }, sizes: { N: 5 } })).toEqual({
      before: [
        'a = [N]',
        'b = [N]',
        'loss = sum',
        'b_1 = [N]',
        'b_1 += [N]',
        'a_1 = [N]',
        'a_1 += [N]',
        'wGradient = [N]',
      ],
      after: ['a = [N]', 'b = [N]', 'loss = sum', 'b_1 = [N]', 'wGradient = [N]'],
    });
  });

  it('leave products of matrices their tiles', () => {
    const source = `model Products {
  dim M, N, K
  data x: real[M, K]
  param a: real[K, N], b: real[M, K], c: real[K, N]
  let p = x @ a
  let q = b @ c
  let r[m in M, n in N] = tanh(p[m, n]) * q[m, n]
  loss sum(r[m, n]^2 for m in M, n in N)
}`;
    const [M, N, K] = [3, 4, 2];
    const params = { a: wave(K * N), b: wave(M * K, 2), c: wave(K * N, 3) };
    const point = { params, data: { x: wave(M * K, 4) }, sizes: { M, N, K } };
    expect(plans(source, point)).toEqual({
      before: [
        'p = [M, N] tiled',
        'q = [M, N] tiled',
        'r = tanh = [M, N]',
        'loss = sum',
        'r_1 = [M, N]',
        'q_1 = [M, N]',
        'p_1 = [M, N]',
        'cGradient = [K, N] tiled',
        'bGradient = [M, K] tiled',
        'aGradient = [K, N] tiled',
      ],
      after: [
        'q = [M, N] tiled',
        'r = q_1 = p_1 = [M, N] tiled',
        'loss = sum',
        'cGradient = [K, N] tiled',
        'bGradient = [M, K] tiled',
        'aGradient = [K, N] tiled',
      ],
    });
  });

  it('add to one array in the order in which they did, without zeros where they fill it', () => {
    const { source, params, sizes } = referenceCase('lennard-jones');
    expect(plans(source, { params, sizes })).toEqual({
      before: [
        'loss = sum',
        'xGradient = [n, 3]',
        'xGradient += [n]',
        'xGradient += [n]',
        'xGradient += [n]',
        'xGradient += [n]',
        'xGradient += [n]',
        'xGradient += [n]',
      ],
      after: ['loss = sum', 'xGradient = xGradient += xGradient = xGradient += xGradient = xGradient += [n]'],
    });
  });

  it('leave the zeros of what they do not fill', () => {
    const source = `model Columns {
  dim N
  param x: real[N, 3]
  loss sum(x[i, 0]^2 * x[N - 1 - i, 2] for i in N)
}`;
    expect(plans(source, { params: { x: wave(12) }, sizes: { N: 4 } })).toEqual({
      before: ['loss = sum', 'xGradient = [N, 3]', 'xGradient += [N]', 'xGradient += [N]'],
      after: ['loss = sum', 'xGradient = [N, 3]', 'xGradient += xGradient += [N]'],
    });
  });

  it('carry what a loop carries, and keep what it was', () => {
    const { source, params, data, sizes } = referenceCase('rnn');
    expect(plans(source, { params, data, sizes })).toEqual({
      before: [
        'h = [H]',
        't = []',
        'h_1 = [H]',
        'loss_1 = []',
        'T times',
        '  h_2 = [H]',
        '  value = sum',
        '  hHistory = [H]',
        '  hHistory_1 = [H]',
        '  value_1 = []',
        '  h_1 = [H]',
        '  loss_1 = []',
        '  t = []',
        'bGradient = [H]',
        'WhGradient = [H, H]',
        'WxGradient = [H, D]',
        't_1 = []',
        'hAdjoint = [H]',
        'T times',
        '  h_3 = [H]',
        '  h_3 += [H]',
        '  bGradient += [H]',
        '  h_4 = [H]',
        '  WhGradient += [H, H]',
        '  WxGradient += [H, D]',
        '  hAdjoint = [H]',
        '  t_1 = []',
      ],
      after: [
        'h_1 = hAdjoint = [H]',
        't = []',
        'loss_1 = []',
        'T times',
        '  h_2 = hHistory = hHistory_1 = [H]',
        '  value = sum',
        '  loss_1 = []',
        '  h_1 = [H]',
        '  t = []',
        'bGradient = [H]',
        'WhGradient = [H, H]',
        'WxGradient = [H, D]',
        't_1 = []',
        'T times',
        '  h_3 = bGradient += [H]',
        '  hAdjoint = [H]',
        '  WhGradient += [H, H]',
        '  WxGradient += [H, D]',
        '  t_1 = []',
      ],
    });
  });

  it('write to the rows of an array that is put together', () => {
    const source = `model Rows {
  dim N
  param w: real[N]
  let a[i in N] = tanh(w[i])
  let b[i in N] = exp(w[i])
  let both = [a, b]
  loss sum(both[k, i] * both[k, N - 1 - i] for k in 2, i in N)
}`;
    expect(plans(source, { params: { w: wave(5) }, sizes: { N: 5 } })).toEqual({
      before: [
        'a = [N]',
        'b = [N]',
        'both = [N]',
        'both = [N]',
        'value = sum',
        'value_1 = sum',
        'both_1 = [2, N]',
        'both_1 += [N]',
        'both_1 += [N]',
        'both_1 += [N]',
        'both_1 += [N]',
        'wGradient = [N]',
        'wGradient += [N]',
        'loss = []',
      ],
      after: [
        'a = b = both = both = [N]',
        'value = value_1 = sum',
        'both_1 = both_1 += both_1 = both_1 += [N]',
        'wGradient = [N]',
        'loss = []',
      ],
    });
  });

  it('stay apart where a branch that is not taken adds zero to what may be no element', () => {
    const source = `model Columns {
  dim N
  param x: real[N, 3]
  loss sum(x[i, 0]^2 * x[N - 1 - i, 2] for i in N)
}`;
    const gradient = gradientOf(source);
    const plan = planOf(gradient, ['fuse']);
    const atColumn = (last: number): Plan => ({
      ...plan,
      steps: plan.steps.map((step) =>
        step.kind === 'repeat'
          ? step
          : {
              ...step,
              goals: step.goals.map((goal) => ({
                ...goal,
                indices: goal.indices.map((index) =>
                  index.kind === 'literal' && index.value === 2 ? int(last) : index,
                ),
              })),
            },
      ),
    });
    expect(fused(atColumn(1), gradient).steps).toHaveLength(3);
    expect(fused(atColumn(3), gradient).steps).toHaveLength(4);
  });

  it('are sums over one range, unless one needs the other', () => {
    const source = `model Sums {
  dim N
  data x: real[N]
  param a: real, b: real
  let total = sum(exp(a * x[i]) for i in N)
  let other = sum(tanh(b + x[i]) for i in N)
  loss total * other + sum((x[i] - total)^2 for i in N) + sum(x[i] for i in N - 1)
}`;
    const point = { params: { a: 0.3, b: 0.2 }, data: { x: wave(5) }, sizes: { N: 5 } };
    expect(plans(source, point)).toEqual({
      before: [
        'total = sum',
        'other = sum',
        'value = sum',
        'value_1 = sum',
        'total_1 = sum',
        'bGradient = sum',
        'aGradient = sum',
        'loss = []',
      ],
      after: [
        'total = other = sum',
        'value = total_1 = bGradient = sum',
        'value_1 = sum',
        'aGradient = sum',
        'loss = []',
      ],
    });
  });

  it('stay what they are where an index may be out of range', () => {
    const source = `model Look {
  dim N
  data at: int[N]
  param w: real[N]
  let a[i in N] = tanh(w[at[i]])
  let b[i in N] = a[i]^2 + w[i]
  loss sum(b[i] * b[N - 1 - i] for i in N)
}`;
    const point = { params: { w: wave(4) }, data: { at: [2, 0, 3, 1] }, sizes: { N: 4 } };
    expect(plans(source, point)).toEqual({
      before: [
        'a = [N]',
        'b = [N]',
        'loss = sum',
        'b_1 = [N]',
        'b_1 += [N]',
        'a_1 = [N]',
        'wGradient = [N]',
        'outside = []',
        'wGradient += [N]',
      ],
      after: [
        'a = [N]',
        'b = [N]',
        'loss = sum',
        'a_1 = wGradient = [N]',
        'outside = []',
        'wGradient += [N]',
      ],
    });
  });
});

describe.each(['mlp-gelu', 'lstm', 'vae', 'gmm', 'lennard-jones', 'batch-norm'])('%s on a device', (name) => {
  it('has the same loss and gradient with fewer kernels, to the last bit', async () => {
    const { source, sizes, params, data } = referenceCase(name);
    const [one, other] = await Promise.all(
      // What several kernels divide by one number is one division where these are one.
      [['reciprocals'] as const, ['reciprocals', 'fuse'] as const].map((without) =>
        openGpu(source, sizes, { params, data }, { without }),
      ),
    );
    expect(await one?.gpu.lossAndGradient()).toEqual(await other?.gpu.lossAndGradient());
    one?.gpu.destroy();
    other?.gpu.destroy();
  });
});

it('what is out of range is reported as it was', async () => {
  const source = `model Look {
  dim N
  data at: int[N]
  param w: real[N], v: real[N]
  let near[i in N] = tanh(w[i]) * v[i]
  let far[i in N] = near[i] * w[at[i]]
  let last[i in N] = far[i] + near[i]
  loss sum(last[i] * last[N - 1 - i] * v[at[i]] for i in N)
}`;
  const point = { params: { w: wave(4), v: wave(4, 2) }, data: { at: [0, 1, 2, 4] } };
  const messages = await Promise.all(
    [[], ['fuse', 'share'] as const].map(async (without) => {
      const { gpu } = await openGpu(source, { N: 4 }, point, { without });
      const message = await gpu.lossAndGradient().catch(String);
      gpu.destroy();
      return message;
    }),
  );
  expect(messages[0]).toBe(
    'RangeError: Look: an index is out of range, or a loop does not end, where near is computed',
  );
  expect(messages[1]).toBe(messages[0]);
});
