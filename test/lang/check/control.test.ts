// Sequential control flow, run by the reference interpreter and held to the same program in JavaScript.

import { describe, expect, it, test } from 'vitest';
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

const N = 3;
const T = 4;
const data = { k: 2, x: 0.5, v: [1, -2, 3], n: [2, 0, 3], A: [1, 2, 3, 4, 5, 6, 7, 8, 9], on: true };

/** What statements leave in `r`, over the data above; arrays are flat. */
function after(statements: string, result = 'r'): unknown {
  const text = `
    fn twice(x: real): real { var y = x; y += x; return y }
    fn power(x: real, n: int): real {
      var p = 1.0
      for i in n { p *= x }
      return p
    }
    fn reversed(v: real[n]): real[n] {
      var r = v
      for i in n { r[i] = v[n - 1 - i] }
      return r
    }
    fn collatz(start: int): int {
      var n = start
      var steps = 0
      while (n != 1) max 200 {
        if (n mod 2 == 0) { n = n div 2 } else { n = 3 * n + 1 }
        steps += 1
      }
      return steps
    }
    model M {
      dim N, T
      const three = 3, debug = false
      data k: int in 0..N, x: real, v: real[N], n: int[N] in 0..N + 1, A: real[N, N], on: bool
      ${statements}
      output result = ${result}
    }`.replace('const three = 3, debug = false', 'const three = 3\n const debug = false');
  return run(text, { data }, { N, T })['result'];
}

describe('statements', () => {
  it.each<readonly [string, unknown]>([
    // Vars and assignments.
    ['var r = x', 0.5],
    ['var r = 1; r = r + 1', 2],
    ['var r: real = 1; r += 1; r -= 4; r *= 3; r /= 4', -1.5],
    ['var r = 7; r -= 2; r *= 3', 15],
    ['var r = on; r = !r', false],
    ['var r: real[N] = 0', [0, 0, 0]],
    ['var r: real[N, 2] = x', [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
    ['var r: int[N] = k', [2, 2, 2]],
    ['var r: bool[2] = true', [1, 1]],
    ['var r: real[N] = v', [1, -2, 3]],
    ['var r[i in N, j in 2] = v[i] * (j + 1 == 1 ? 1 : 10)', [1, 10, -2, -20, 3, 30]],
    ['var r = v; r = 2 * r; r += 1; r *= v', [3, 6, 21]],
    ['var r = A[0]; r = A[k]', [7, 8, 9]],
    // What was read before stays what it was.
    ['var s = x; let a = s; s = 2; let r = [a, s]', [0.5, 2]],
    ['var s = v; let a = s; s[0] = 9; let r = a + 0 * s', [1, -2, 3]],
    ['var s = v; let a = [s[i] for i in N]; s[0] = 9; let r = a', [1, -2, 3]],
    ['var s = v; var r = s; s[0] = 9; r[1] = s[0]', [1, 9, 3]],
    ['var r = v; r = [r[N - 1 - i] for i in N]', [3, -2, 1]],
    ['var r = A; r = transpose(r)', [1, 4, 7, 2, 5, 8, 3, 6, 9]],
    ['var r = A; r = [r[j, i] for i in N, j in N]; r[0] = [r[i, 1] for i in N]', [4, 5, 6, 2, 5, 8, 3, 6, 9]],
    // Elements and rows.
    ['var r: real[N, N] = 0; r[1, 2] = x; r[k, 0] -= 1', [0, 0, 0, 0, 0, 0.5, -1, 0, 0]],
    ['var r: real[2, N] = 0; r[1] = v; r[0, :] = r[1, :] + 1', [2, -1, 4, 1, -2, 3]],
    ['var r: real[2, N] = 0; r[1] += v; r[1] *= v', [0, 0, 0, 1, 4, 9]],
    ['var r: real[2, 2, N] = 0; r[1, 0] = v; r[0] = r[1]; r[1, 1, 2] = 5', [1, -2, 3, 0, 0, 0, 1, -2, 3, 0, 0, 5]],
    ['var r: int[N] = 0; r[n[1]] = k; r[k] += r[0]', [2, 0, 2]],
    ['var r: bool[N] = false; r[k] = !r[0]', [0, 0, 1]],
    // Loops in order.
    ['var r = 0.0; for i in N { r = 10 * r + v[i] }', 10 * (10 * 1 - 2) + 3],
    ['var r = 0; for i in 1..N { r = 10 * r + i }', 12],
    ['var r = 0; for i in N, j in 0..i { r = 100 * r + 10 * i + j }', 102021],
    ['var r = 0; for i in N { for j in i..N { r += j * i } }', 1 + 2 + 4],
    ['var r: real[N] = 0; for i { r[i] = 2 * v[i] }', [2, -4, 6]],
    ['var r: real[T, N] = 0; for t in T, i { r[t, i] = real(t) + v[i] }', [1, -2, 3, 2, -1, 4, 3, 0, 5, 4, 1, 6]],
    ['var r = 0; for i in N { r += 1 }; r *= 10; for i in N { r += i }', 33],
    ['var a = 1.0; var b = 1.0; for i in T { let c = a + b; a = b; b = c }; let r = [a, b]', [5, 8]],
    // Trip counts from data and from vars; zero trips.
    ['var r = 0; for i in k { r += 1 }', 2],
    ['var r = 0; for i in N, j in n[i] { r += 10^1 * i + j }', 0 + 1 + 20 + 21 + 22],
    ['var r = 0; var m = 1; for i in N { for j in m { r += 1 }; m = 2 * m }', 7],
    ['var r = 0; for i in k..N { r += i }', 2],
    ['var r = 5; for i in N..N { r = 0 }', 5],
    ['var r = 5; for i in n[1] { r = 0 }', 5],
    ['var r = 5; for i in k..0 { r = 0 }', 5],
    ['var r = v; for i in n[1] { r[7] = 0 }', [1, -2, 3]],
    // While.
    ['var r = 1; while (r < 100) max 10 { r *= 2 }', 128],
    ['var r = 1; while (r > 100) max 0 { r = 0 }', 1],
    ['var r = 0; while (r < N) max N { r += 1 }', 3],
    ['var r = 0; var i = 0; while (i < N && v[i] > -2) max N { r += 1; i += 1 }', 1],
    ['var r = 0.0; var i = 0; while (i < N) max 2 * k { r += v[i]; i += 1 }', 2],
    ['let r = collatz(27)', 111],
    ['let r = [collatz(i + 1) for i in 5]', [0, 1, 7, 2, 5]],
    // Branches.
    ['var r = 1; if (on) { r = 2 }', 2],
    ['var r = 1; if (!on) { r = 2 } else { r = 3 }', 3],
    ['var r = 1; if (k == 0) { r = 2 } else if (k == 2) { r = 3 } else { r = 4 }', 3],
    ['var r = 1; if (k == 0) { r = 2 } else if (k == 1) { r = 3 }', 1],
    ['var r = v; if (on) { r[0] = 5 } else { r[7] = 1 }', [5, -2, 3]],
    ['var r = v; var q = 0; if (on) { r[0] = 5; q = 1 } else { r = 2 * v }; r[1] = real(q)', [5, 1, 3]],
    ['var r: int[N] = 0; for i in N { if (v[i] < 0) { r[i] = -1 } else if (v[i] > 1) { r[i] = 1 } }', [0, -1, 1]],
    ['var r = 0; if (debug) { r = 1 } else { r = 2 }', 2],
    ['var r = 0; if (true) { r = 1 }; if (three > 4) { r = 9 }', 1],
    ['var r = 0; if (N > T) { r = 1 } else { r = 2 }', 2],
    ['var r = 1.0; if (x < 0) { r = sqrt(x) / 0 } else { if (x < 1) { r = x } }', 0.5],
    // What a block defines is its own.
    ['var r = 0; for i in N { let a = i; var b = a; b += 1; const c = 10; r += b * c }', 60],
    ['var r = 0; for i in N { let a = i; r += a }; for i in N { let a = 2 * i; r += a }; if (on) { let a = 1; r += a }', 10],
    ['var r = 0; for i in N { var fresh = 0; fresh += i; r = 10 * r + fresh }', 12],
    // Functions with loops, in comprehensions, in loops.
    ['let r = [power(v[i], i) for i in N]', [1, -2, 9]],
    ['let r = twice(v)', [2, -4, 6]],
    ['let r = reversed(2 * v)', [6, -4, 2]],
    ['let r = sum(power(v[i], j) for i in N, j in n[i])', 1 + 1 + (1 + 3 + 9)],
    ['var r: real[N] = 0; for t in T { r = [power(v[i], t) + r[i] for i in N] }', [4, 1 - 2 + 4 - 8, 1 + 3 + 9 + 27]],
    ['var r = v; for t in 3 { r = reversed(r) }', [3, -2, 1]],
    ['var r = 0.0; for i in N { r += max(power(v[j], 2) + r for j in 0..i + 1) }', 1 + 5 + 15],
    ['var r = v; r = on ? reversed(r) : r', [3, -2, 1]],
    // Reductions over what a loop holds.
    ['var r = v; for t in 2 { let m = mean(r); r = r - m; r[0] = sum(r) }', 'same'],
  ])('%s', (statements, value) => {
    if (value === 'same') {
      let r = [1, -2, 3];
      for (let t = 0; t < 2; t++) {
        const m = r.reduce((a, b) => a + b, 0) / 3;
        r = r.map((one) => one - m);
        r[0] = r.reduce((a, b) => a + b, 0);
      }
      expect(after(statements)).toEqual(r.map((one) => expect.closeTo(one, 12)));
    } else expect(after(statements)).toEqual(value);
  }); // prettier-ignore
});

describe('losses', () => {
  const loss = (statements: string): unknown =>
    run(
      `model M { dim N, T
        data k: int, v: real[N], on: bool
        param w: real
        ${statements}
      }`,
      { params: { w: 3 }, data: { k: 2, v: data.v, on: true } },
      { N, T },
    )['loss'];

  it.each<readonly [string, number]>([
    ['for i in N { loss v[i] * w }', 6],
    ['loss w; for i in N { loss v[i] * w }; loss 1', 10],
    ['for i in N { loss v[i] * w; for j in i { loss 1 } }', 9],
    ['var s = w; for i in N { s *= 2; loss s }', 6 + 12 + 24],
    ['if (on) { loss w } else { loss 100 }', 3],
    ['if (!on) { loss w }; loss 1', 1],
    ['for i in N { if (v[i] > 0) { loss v[i]; loss w } else if (k == 2) { loss 0.5 } }', 1 + 3 + 0.5 + 3 + 3],
    ['var s = 64.0; while (s > w) max 20 { s /= 2; loss s }', 32 + 16 + 8 + 4 + 2],
    ['for i in k..0 { loss w }', 0],
  ])('%s', (statements, value) => {
    expect(loss(statements)).toBe(value);
  });

  it('a doc comment and the name of the loss stay', () => {
    const program = programOf('model M { param w: real\n /// Total.\n loss w\n for i in 3 { loss w } }');
    expect(program.outputs).toEqual([{ role: 'loss', name: 'loss', doc: 'Total.' }]);
  });
});

test.each([
  ['var r = 1; while (r > 0) max 5 { r += 1 }', 'r: the condition still holds after 5 iterations'],
  ['var r = v; for i in k + 2 { r[i] = 0 }', 'index 3 of r must be in 0..3 (axis 0)'],
  ['var r = 0.0; var i = 0; while (r < 100) max 9 { r += v[i]; i += 1 }', 'index 3 of v must be in 0..3 (axis 0)'],
  ['var r: real[N] = 0; if (on) { r[n[2]] = 0 }', 'index 3 of r must be in 0..3 (axis 0)'],
])('%s: %s', (statements, message) => {
  expect(() => after(statements)).toThrow(RangeError);
  expect(() => after(statements)).toThrow(message);
}); // prettier-ignore

describe('names in the IR', () => {
  it('state and outs have the names of the vars, in the order of their declarations', () => {
    const program = programOf(`model M {
      dim N
      param w: real[N]
      var first = 0.0
      var second = 1.0
      var third = w
      for i in N {
        third[i] = first
        if (w[i] > 0) { second = first } else { first = second }
      }
      loss first + second + sum(third)
    }`);
    const loop = program.body.statements.find((statement) => statement.kind === 'loop');
    const names = (values: readonly { readonly name?: string }[] | undefined) =>
      values?.map(({ name }) => name);
    expect(names(loop?.outs)).toEqual(['first', 'second', 'third']);
    expect(names(loop?.state.map(({ value }) => value))).toEqual(['first', 'second', 'third']);
    const branch = loop?.body.statements.find((statement) => statement.kind === 'if');
    expect(names(branch?.outs)).toEqual(['first', 'second']);
    expect(loop?.index.name).toBe('i');
  });
});
