// Sequential control flow, run by the reference interpreter and held to the same program in JavaScript.

import { describe, expect, it } from 'vitest';
import { interpret, type Inputs } from '../../../src/ir/interpret.ts';
import { programOf } from '../../support/language.ts';

function run(text: string, inputs: Inputs, sizes: Readonly<Record<string, number>> = {}) {
  const { loss, outputs } = interpret(programOf(text), inputs, sizes);
  const plain = Object.entries(outputs).map(([name, value]) => [
    name,
    value instanceof Float64Array ? [...value] : value,
  ]);
  return { loss, ...Object.fromEntries(plain) } as Record<string, unknown>;
}

describe('algorithms', () => {
  it('a pendulum, stepped by a function', () => {
    const text = `
      fn step(s: real[2], u: real, dt: real): real[2] {
        let a = -sin(s[0]) + u
        return [s[0] + dt * s[1], s[1] + dt * a]
      }
      model Pendulum {
        dim T
        const dt = 0.05
        data  start: real[2]
        param u: real[T]
        var s = start
        for t in T { s = step(s, u[t], dt) }
        loss (s[0] - pi)^2 + s[1]^2 + 1e-3 * sum(u[t]^2 for t in T)
      }`;
    const u = [0.3, -1, 2, 0.25];
    const start = [0.1, -0.2] as const;
    let s: readonly [number, number] = start;
    for (const one of u) s = [s[0] + 0.05 * s[1], s[1] + 0.05 * (-Math.sin(s[0]) + one)];
    const effort = u.reduce((sum, one) => sum + one ** 2, 0);
    const { loss } = run(text, { params: { u }, data: { start } }, { T: 4 });
    expect(loss).toBeCloseTo((s[0] - Math.PI) ** 2 + s[1] ** 2 + 1e-3 * effort, 12);
  });

  it("Newton's square root, until it is good enough", () => {
    const text = `
      fn root(a: real): real {
        var x = a > 1 ? a : 1
        while (abs(x * x - a) > 1e-12 * a) max 60 { x = 0.5 * (x + a / x) }
        return x
      }
      model M {
        dim N
        data a: real[N]
        output r[n in N] = root(a[n])
        output all = root(a)
      }`;
    const a = [2, 9, 1e-4, 12345];
    const { r, all } = run(text, { data: { a } }, { N: 4 });
    expect(r).toEqual(a.map((one) => expect.closeTo(Math.sqrt(one), 9)));
    expect(all).toEqual(r);
  });

  it('Cholesky by elements, and a triangular solve', () => {
    const text = `model M {
      dim N
      data A: real[N, N], b: real[N]
      var L: real[N, N] = 0
      for i in N, j in 0..i + 1 {
        var s = A[i, j]
        for k in 0..j { s -= L[i, k] * L[j, k] }
        if (i == j) { L[i, j] = sqrt(s) } else { L[i, j] = s / L[j, j] }
      }
      var y: real[N] = 0
      for i {
        y[i] = b[i]
        for k in i { y[i] -= L[i, k] * y[k] }
        y[i] /= L[i, i]
      }
      output factor = L
      output product = L @ transpose(L)
      output back = L @ y
    }`;
    const A = [4, 2, 2, 2, 5, 3, 2, 3, 6];
    const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));
    const result = run(text, { data: { A, b: [1, 2, 3] } }, { N: 3 });
    expect(result['factor']).toEqual(close([2, 0, 0, 1, 2, 0, 1, 1, 2]));
    expect(result['product']).toEqual(close(A));
    expect(result['back']).toEqual(close([1, 2, 3]));
  });
});
