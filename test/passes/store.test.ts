// What the backward pass computes again and what it reads back: costly functions run once for each element.

import { expect, it } from 'vitest';
import { derive } from '../../src/generate.ts';
import { printRoutine, toRoutine } from '../../src/loops/index.ts';
import { programOf } from '../support/language.ts';

const cases = [
  {
    name: 'gates of a cell, whose backward pass is another loop',
    source: `model Cell {
      dim T, H
      data x: real[T, H], y: real[H]
      param w: real[H], u: real[H]
      var h: real[H] = 0
      for t in T { h = [sigmoid(w[i] * x[t, i] + h[i]) * tanh(u[i] * h[i]) for i in H] }
      loss squaredDistance(h, y)
    }`,
    calls: { sigmoid: 1, tanh: 1 },
  },
  {
    name: 'a function under a function, in an array whose adjoint comes later',
    source: `model Chain {
      dim N
      data y: real[N]
      param x: real[N]
      let f[i in N] = sin(exp(x[i]))
      let most = max(f)
      loss sum((f[i] - most * y[i])^2 for i)
    }`,
    calls: { exp: 1, sin: 1, cos: 1 },
  },
  {
    name: 'what is the same in every step of a loop, and places: computed again, since a loop would save them in each step',
    source: `model Rod {
      dim T, N
      data start: real[N]
      param k: real[N]
      var u = start
      for t in T { u = [u[i] + sigmoid(k[i]) * u[(i + 1) mod N] * u[i] for i in N] }
      loss sum(u)
    }`,
    calls: { sigmoid: 2 },
    scratch: /^  scratch \w+: real\[T, N\]$/gm,
  },
  {
    name: 'a sum of squared sums, in an array whose adjoint comes later',
    source: `model Norms {
      dim N, D
      data x: real[N, D]
      param Q: real[D, D]
      let s[n in N] = squaredNorm(Q @ x[n])
      loss logSumExp(s)
    }`,
    calls: { exp: 1 },
    sums: 1,
  },
];

it.each(cases)('$name', ({ source, calls, sums, scratch }) => {
  const program = derive(programOf(source), 'gradient', 'none');
  const text = printRoutine(toRoutine(program, 'gradient', { checked: true, without: ['jam'] }));
  const found = Object.keys(calls).map((call) => [
    call,
    text.match(new RegExp(`\\b${call}\\(`, 'g'))?.length,
  ]);
  expect(Object.fromEntries(found)).toEqual(calls);
  // The state alone.
  if (scratch !== undefined) expect(text.match(scratch)).toHaveLength(1);
  // Of a matrix with a vector; what the adjoint adds up is the transposed product and an outer one.
  if (sums !== undefined) expect(text.match(/\+= \(Q\[/g)).toHaveLength(sums);
});
