// Convolutions along rows of memory, and adjoints only of the places where a maximum was: no bit of a result is another.

import { describe, expect, it } from 'vitest';
import type { Optimisation } from '../../src/base/optimisations.ts';
import { evaluate } from '../../src/base/polynomial.ts';
import { derive } from '../../src/generate.ts';
import type { Content } from '../../src/ir/bind.ts';
import { printRoutine, toRoutine } from '../../src/loops/index.ts';
import { programOf } from '../support/language.ts';
import { run } from './run.ts';

const models = {
  'a convolution, pooled, of data': {
    source: `model F {
      dim B
      data x: real[B, 2, 6, 10], y: real[B, 3, 2, 4]
      param K: real[3, 2, 3, 3], c: real[3]
      let z[n in B] = conv2d(x[n], K)
      let p[n in B] = maxPool2d([relu(z[n, o, i, j] + c[o]) for o in 3, i in 4, j in 8])
      loss sum((p - y)^2)
    }`,
    made: { interchange: /sums\[/, skip: /!= 0/ },
  },
  'a convolution of a convolution, pooled': {
    source: `model F {
      dim B
      data x: real[B, 1, 8, 20], y: real[B, 9, 2, 8]
      param K: real[8, 1, 3, 3], L: real[9, 8, 3, 3]
      let h[n in B] = tanh(conv2d(x[n], K))
      let p[n in B] = maxPool2d(conv2d(h[n], L))
      loss sum((p - y)^2)
    }`,
    made: { interchange: /sums\[/, skip: /!= 0/ },
  },
  'rows of a size that is not known': {
    source: `model F {
      dim N, C
      data x: real[C, N + 3], y: real[N]
      param k: real[C, 4]
      let z[i in N] = sum(x[d, i + a] * k[d, a] for d in C, a in 4)
      loss sum((tanh(z[i]) - y[i])^2 for i)
    }`,
    made: { interchange: /sums\[/ },
  },
  'the nearest of several': {
    source: `model F {
      dim N, K
      data x: real[N, 12]
      param centre: real[K, 12]
      let gap[n in N, k in K] = sum((x[n, d] - centre[k, d])^2 for d)
      loss sum(min(gap[n]) for n in N)
    }`,
    made: { skip: /!= 0/ },
  },
} satisfies Record<string, { source: string; made: Partial<Record<Optimisation, RegExp>> }>;

const sizes = { B: 2, N: 9, C: 3, K: 4 };

describe.each(Object.entries(models))('%s', (_, { source, made }) => {
  const program = programOf(source);
  const inputs = { params: {} as Record<string, Content>, data: {} as Record<string, Content> };
  program.inputs.forEach(({ role, name, value: { type } }, k) => {
    const length = type.dims.reduce(
      (product, dim) => product * evaluate(dim, (size) => sizes[size as keyof typeof sizes]),
      1,
    );
    if (role === 'param' || role === 'data')
      inputs[role === 'param' ? 'params' : 'data'][name] = Array.from({ length }, (__, i) =>
        Math.sin(k + 1.7 * i),
      );
  });
  const given = {
    sizes: Object.fromEntries(program.sizes.map(({ name }) => [name, sizes[name as keyof typeof sizes]])),
    inputs,
  };
  const compute = (without: readonly Optimisation[]) => {
    const options = { checked: true, without };
    const routine = toRoutine(derive(program, 'gradient', 'auto', { without }), 'gradient', options);
    return { code: printRoutine(routine), found: run(routine, given) };
  };
  // Which adds the same in another order.
  const { code, found } = compute(['scatter']);

  it.each(Object.entries(made))('%s changes no bit', (name, pattern) => {
    const other = compute(['scatter', name as Optimisation]);
    expect(code).toMatch(pattern);
    expect(other.code).not.toMatch(pattern);
    expect(Number.isFinite(Number(found.result))).toBe(true);
    // The sign of a zero may be another.
    const plain = (values: readonly unknown[]): readonly number[] => values.map((value) => Number(value) + 0);
    expect(other.found.result).toBe(found.result);
    expect(Object.keys(found.buffers).length).toBeGreaterThan(0);
    for (const [buffer, values] of Object.entries(found.buffers))
      expect(plain(other.found.buffers[buffer] ?? []), buffer).toEqual(plain(values));
  });
});

it('what is zero for half of the points is not skipped', () => {
  const program = programOf(`model F {
    dim N, D
    data x: real[N, D]
    param w: real[D]
    loss sum(relu(sum(x[n, d] * w[d] for d)) for n)
  }`);
  expect(printRoutine(toRoutine(derive(program, 'gradient'), 'gradient', { checked: true }))).not.toMatch(
    /!= 0/,
  );
});
