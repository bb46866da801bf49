// Models with loops that once came out wrong when emitted: checked against the interpreter, whatever the checkpoints.

import { describe, expect, it } from 'vitest';
import { reverse } from '../../src/ad/reverse.ts';
import { compile } from '../../src/compile.ts';
import { loadEmitted } from '../../src/gradcheck/emitted.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { farthestOf, type Numbers } from '../support/compare.ts';
import { programOf } from '../support/language.ts';

type Found = Record<string, number | Float64Array>;

const cases = {
  'an inner range that depends on the index of a loop in segments': {
    source: `model M {
      dim N
      param q: real[20]
      var s = q
      for i in N { for j in 0..i { s = sin(s) } }
      loss sum(s)
    }`,
    params: { q: Float64Array.from({ length: 20 }, (_, i) => 0.1 * i) },
    sizes: [{ N: 1 }, { N: 2 }, { N: 3 }],
  },
  'an int of more than 32 bits that a loop saves': {
    source: `model M {
      dim T
      param q: real
      var m = 1
      var s = q
      for i in T {
        m = m * 3
        s = sin(s + q) * (1 + real(m) * 1e-12)
      }
      loss s
    }`,
    params: { q: 0.3 },
    sizes: [{ T: 25 }],
  },
  'an element of a list that is read after the list was updated': {
    source: `model M {
      dim N
      param q: real, p: real[N]
      let r = sin(p)
      var m = [r, cos(p)]
      m[0, 0] = 5
      loss sum(r) * q + sum(m)
    }`,
    params: { q: 0.7, p: Float64Array.of(0.4, 1.1) },
    sizes: [{ N: 2 }],
  },
  'a bool that begins as what was just found true': {
    source: `model M {
      dim N
      param p: real[N], q: real
      var s = q
      let b = q > 0
      if (b) {
        var c = b
        for i in N {
          if (c) { s *= p[i] }
          c = p[i] > 0
        }
      }
      loss s
    }`,
    params: { q: 0.7, p: Float64Array.of(0.4, -1.1, 0.3) },
    sizes: [{ N: 3 }],
  },
};

describe.each(Object.entries(cases))('%s', (_, { source, params, sizes: all }) => {
  it.each(['none', 'auto', 2, 3] as const)('checkpoints: %s', async (checkpoint) => {
    const { files, diagnostics } = await compile(source, { checkpoint, emit: ['gradient'], format: false });
    expect(diagnostics).toEqual([]);
    const module = (await loadEmitted(files[0]?.text ?? '')) as Record<
      string,
      (...args: unknown[]) => unknown
    >;
    for (const sizes of all) {
      const wanted = interpret(reverse(programOf(source)), { params }, sizes);
      const gradient = module['mZeros']?.(sizes) as Found;
      const workspace = module['mWorkspace'] === undefined ? [] : [module['mWorkspace'](sizes)];
      const loss = module['mLossAndGradient']?.(params, sizes, gradient, ...workspace);
      expect(farthestOf({ loss: loss as Numbers }, { loss: wanted.loss ?? NaN })).toBeLessThan(1e-12);
      expect(farthestOf(gradient, wanted.gradient)).toBeLessThan(1e-12);
    }
  });
});

describe('the workspace of a long loop', () => {
  const source = `model Rnn {
    dim T, H
    data x: real[T]
    param W: real[H, H], u: real[H]
    var h: real[H] = 0
    for t in T { h = [tanh(sum(W[i, j] * h[j] for j) + u[i] * x[t]) for i in H] }
    loss sum(h^2)
  }`;

  async function bytesOf(checkpoint: 'none' | 'auto', sizes: Record<string, number>): Promise<number> {
    const { files } = await compile(source, { checkpoint, emit: ['gradient'], format: false });
    const module = (await loadEmitted(files[0]?.text ?? '')) as Record<string, (sizes: unknown) => object>;
    const arrays = Object.values(module['rnnWorkspace']?.(sizes) ?? {}) as readonly Float64Array[];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  it('holds each iteration once where one segment is enough', async () => {
    const sizes = { T: 1000, H: 20 };
    const [cut, whole] = [await bytesOf('auto', sizes), await bytesOf('none', sizes)];
    expect(whole).toBeGreaterThan(2 * 1000 * 20 * 8 - 1);
    expect(cut).toBeLessThan(whole + 10 * 20 * 8);
  });

  it('holds about √T iterations where they are many', async () => {
    const sizes = { T: 60_000, H: 20 };
    expect(await bytesOf('auto', sizes)).toBeLessThan(7 * Math.sqrt(60_000) * 20 * 8);
  });
});
