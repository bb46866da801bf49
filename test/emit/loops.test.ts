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
