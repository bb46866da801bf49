// Rules: a function with a derivative of its own computes what it computes without, in every mode. Messages are in test/bad.

import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { compile } from '../../src/compile.ts';
import { interpret, type Inputs, type Results } from '../../src/ir/interpret.ts';
import { printProgram } from '../../src/ir/print.ts';
import type { Program } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { loadImports } from '../../src/lang/modules.ts';
import { farthestOf } from '../support/compare.ts';
import { optimised, plain } from '../support/derive.ts';
import { programOf } from '../support/language.ts';

interface Case {
  readonly name: string;
  readonly functions: string;
  readonly rules: string;
  readonly loss: string;
}

const softplus = 'fn plus(x: real): real = log(1 + exp(x))';
const softplusRule = 'derivative plus(x) = sigmoid(x)';

/** x = A⁻¹ b for two unknowns. */
const solve = `
fn solve(a: real[2, 2], b: real[2]): real[2] {
  let d = a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]
  return [(a[1, 1] * b[0] - a[0, 1] * b[1]) / d, (a[0, 0] * b[1] - a[1, 0] * b[0]) / d]
}`;
const solveRule = `
adjoint solve(a, b) from g {
  let y = solve(transpose(a), g)
  return { b: y, a: -outer(y, out) }
}`;

const cases: readonly Case[] = [
  { name: 'one real', functions: softplus, rules: softplusRule, loss: 'plus(x) * plus(2 * x) + plus(w[1])' },
  { name: 'a literal', functions: softplus, rules: softplusRule, loss: 'plus(0.5) * x' },
  { name: 'element by element', functions: softplus, rules: softplusRule, loss: 'sum(plus(w * x) * w)' },
  {
    name: 'in comprehensions',
    functions: softplus,
    rules: softplusRule,
    loss: 'sum(plus(w[i] * x) for i if w[i] > 0)',
  },
  { name: 'in a branch', functions: softplus, rules: softplusRule, loss: 'x > 0 ? plus(x) : x' },
  {
    name: 'in a loop',
    functions: softplus,
    rules: softplusRule,
    loss: 'f(x)\n  var s = x\n  for i in 3 { s = plus(s * w[i]) }\n  loss s'.replace('f(x)\n', '0.5 * x\n'),
  },
  {
    name: 'several reals and the result',
    functions: 'fn f(x: real, y: real): real = exp(x * sin(y))',
    rules: 'derivative f(x, y) = { y: out * x * cos(y), x: out * sin(y) }',
    loss: 'f(x, w[0]) * f(w[1], x) + f(x, x)',
  },
  {
    name: 'ints, bools and arrays of them',
    functions:
      'fn f(n: int, c: bool, x: real, k: int[m]): real = c ? x^2 * real(n * k[0]) : x * real(k[m - 1])',
    rules:
      'derivative f(n, c, x, k) { let s = c ? 2 * x * real(n) * real(k[0]) : real(k[m - 1])\n return { x: s } }',
    loss: 'f(3, x > 0, x, [2, 5]) + sum(f(i, false, w[i], [1, i + 1, 4]) for i in 3)',
  },
  {
    name: 'arrays, with a part of the result used',
    functions: 'fn f(a: real[n], s: real): real[n] = [exp(s) * sin(a[i]) for i]',
    rules: 'adjoint f(a, s) from g { let t = exp(s)\n return { s: sum(g * out), a: g * t * cos(a) } }',
    loss: 'f(w, x)[1] + sum(f(w, w[0])^2)',
  },
  {
    name: 'an array to a real',
    functions: 'fn f(a: real[n]): real = sqrt(sum(a[i]^2 for i))',
    rules: 'adjoint f(a) from g = { a: a * g / out }',
    loss: 'f(w) * x + f(w * x)',
  },
  {
    name: 'a rule that calls its function',
    functions: solve,
    rules: solveRule,
    loss: 'sum(solve([[3.0, x], [w[0], 2.0]], [w[1], x * w[2]])^2)',
  },
  {
    name: 'rules that need each other',
    functions: 'fn s(x: real): real = sin(x)\nfn c(x: real): real = cos(x)',
    rules: 'derivative s(x) = c(x)\nderivative c(x) = -s(x)',
    loss: 's(x) * c(w[0]) + sum(c(w))',
  },
  {
    name: 'a function with a rule in another one',
    functions: `${softplus}\nfn outer2(a: real[n]): real[n] = [plus(a[i])^2 for i]`,
    rules: `${softplusRule}\nadjoint outer2(a) from g = [2 * g[i] * plus(a[i]) * sigmoid(a[i]) for i]`,
    loss: 'sum(outer2(w * x))',
  },
  {
    name: 'a parameter named out',
    functions: 'fn f(out: real): real = out^3',
    rules: 'derivative f(out) = 3 * out^2',
    loss: 'f(x) + f(w[0])',
  },
];

const model = (loss: string): string => `model M {\n  param x: real, w: real[3]\n  loss ${loss}\n}`;
const inputs: Inputs = {
  params: { x: 0.7, w: [0.3, -0.7, 1.1] },
  directions: { x: 0.4, w: [-0.5, 0.25, 2] },
};

const run = (programs: ReturnType<typeof plain>): readonly Results[] =>
  [programs.loss, programs.gradient, programs.jvp, programs.hvp].map((program) => interpret(program, inputs));

function expectSame(found: readonly Results[], wanted: readonly Results[]): void {
  for (const [k, one] of found.entries()) {
    const other = wanted[k];
    for (const group of ['gradient', 'hvp'] as const)
      expect(farthestOf(one[group], other?.[group] ?? {})).toBeLessThan(1e-12);
    const { loss = 0, tangent = 0 } = one;
    expect(
      farthestOf({ loss, tangent }, { loss: other?.loss ?? 0, tangent: other?.tangent ?? 0 }),
    ).toBeLessThan(1e-12);
  }
}

const withRule = (text: string): Program => {
  const { programs, diagnostics } = analyse(text);
  // Not every loss needs all params.
  expect(diagnostics.filter(({ code }) => code !== 'N0211')).toEqual([]);
  const [program] = programs;
  if (program === undefined) throw new Error('no model');
  verify(program);
  return program;
};

describe('every mode finds with a rule what it finds without', () => {
  it.each(cases)('$name', ({ functions, rules, loss }) => {
    const ruled = withRule(`${functions}\n${rules}\n${model(loss)}`);
    const bare = programOf(`${functions}\n${model(loss)}`);
    expect(printProgram(ruled)).toContain('= rule ');
    expect(printProgram(bare)).not.toContain('= rule ');
    const wanted = run(plain(bare));
    expectSame(run(plain(ruled)), wanted);
    expectSame(run(optimised(ruled)), wanted);
    for (const derived of Object.values(optimised(ruled)))
      expect(printProgram(derived)).not.toContain('= rule ');
  });
});

describe('a rule', () => {
  it('is used instead of the function', () => {
    const text = `${softplus}\n${softplusRule}\n${model('plus(x)')}`;
    const gradient = printProgram(optimised(withRule(text)).gradient);
    expect(gradient).toContain('sigmoid(');
  });

  it('lets what cannot run backwards be differentiated', async () => {
    const text = `
/// The root of x^2 = a.
fn root(a: real): real {
  var x = 1.0
  var change = 1.0
  while (abs(change) > 1e-14 * x) max 100 {
    change = 0.5 * (a / x - x)
    x = x + change
  }
  return x
}
derivative root(a) = 1 / (2 * out)
${model('root(exp(x)) + sum(root(w^2 + 1))')}`;
    const same = programOf(model('sqrt(exp(x)) + sum(sqrt(w^2 + 1))'));
    const found = run(optimised(withRule(text)));
    const wanted = run(plain(same));
    expect(farthestOf(found[1]?.gradient ?? {}, wanted[1]?.gradient ?? {})).toBeLessThan(1e-12);
    expect(farthestOf(found[3]?.hvp ?? {}, wanted[3]?.hvp ?? {})).toBeLessThan(1e-12);
    const { files } = await compile(text, { emit: ['gradient'], format: false });
    // One loop for each root, none of which saves anything.
    expect(files[0]?.text.match(/while \(/g)).toHaveLength(4);
    expect(files[0]?.text).not.toContain('Workspace');
  });

  it('comes with its function from another file, where it may use what is defined there', async () => {
    const lib = `const one = 1\nfn slope(x: real): real = one / (one + exp(-x))\n${softplus}\nderivative plus(x) = slope(x)`;
    const text = `import { plus as soft } from "./lib.nabla"\n${model('soft(x) + sum(soft(w))')}`;
    const imports = await loadImports({ path: 'm.nabla', text }, (path) =>
      path === 'lib.nabla' ? lib : undefined,
    );
    const { programs, diagnostics } = analyse(text, { path: 'm.nabla', imports });
    expect(diagnostics).toEqual([]);
    const [program] = programs;
    if (program === undefined) throw new Error('no model');
    const bare = programOf(`${softplus}\n${model('plus(x) + sum(plus(w))')}`);
    expectSame(run(optimised(program)), run(plain(bare)));
  });

  it('knows of ints what its caller knows', () => {
    const text = `fn pick(a: real[n], i: int): real = a[i]^2
adjoint pick(a, i) from g = { a: [k == i ? 2 * g * a[k] : 0 for k in n] }
${model('sum(pick(w, 2 - i) for i in 3) + pick(w, 1)')}`;
    expectSame(run(optimised(withRule(text))), run(plain(programOf(model('sum(w^2) + w[1]^2')))));
  });
});

describe('the trial', () => {
  const trial = (functions: string): readonly string[] =>
    analyse(functions, { library: true }).diagnostics.map(({ code }) => code);

  it.each([
    ['of a function of positive numbers', 'fn f(x: real): real = log(x)\nderivative f(x) = 1 / x'],
    [
      'of a function of numbers above one',
      'fn f(x: real): real = acosh(x)\nderivative f(x) = 1 / sqrt(x^2 - 1)',
    ],
    [
      'of a function of numbers below one',
      'fn f(p: real): real = log(p) - log(1 - p)\nderivative f(p) = 1 / (p * (1 - p))',
    ],
    ['at a kink', 'fn f(x: real): real = abs(x)\nderivative f(x) = x < 0 ? -1 : 1'],
    ['straight through a step', 'fn f(x: real): real = x + stop(round(x) - x)\nderivative f(x) = 1'],
    ['of a step', 'fn f(x: real): real = floor(x)\nderivative f(x) = 0'],
    ['of a large function', 'fn f(x: real): real = 1e12 * x^2\nderivative f(x) = 2e12 * x'],
    ['of a small function', 'fn f(x: real): real = 1e-12 * x^2\nderivative f(x) = 2e-12 * x'],
    [
      'of sizes that depend on each other',
      'fn f(a: real[n + 4], b: real[2 * n]): real = sum(a) * sum(b)\nadjoint f(a, b) from g = { a: [g * sum(b) for i in n + 4], b: [g * sum(a) for i in 2 * n] }',
    ],
    [
      'of int data that are indices',
      'fn f(a: real[n], k: int): real = a[k]\nadjoint f(a, k) from g = { a: [i == k ? g : 0 for i in n] }',
    ],
    [
      'of a factorisation',
      `fn f(a: real[n, n]): real[n, n] {
  var l: real[n, n] = 0
  for j in n {
    l[j, j] = sqrt(a[j, j] - sum(l[j, k]^2 for k in 0..j))
    for i in j+1..n { l[i, j] = (a[i, j] - sum(l[i, k] * l[j, k] for k in 0..j)) / l[j, j] }
  }
  return l
}
adjoint f(a) from g {
  var b = [j <= i ? g[i, j] : 0 for i in n, j in n]
  var d: real[n, n] = 0
  for step in n {
    let j = n - 1 - step
    for at in 0..n {
      let i = n - 1 - at
      if (i > j) {
        d[i, j] = b[i, j] / out[j, j]
        b[j, j] = b[j, j] - d[i, j] * out[i, j]
        for k in 0..j {
          b[i, k] = b[i, k] - d[i, j] * out[j, k]
          b[j, k] = b[j, k] - d[i, j] * out[i, k]
        }
      }
    }
    d[j, j] = 0.5 * b[j, j] / out[j, j]
    for k in 0..j { b[j, k] = b[j, k] - 2 * d[j, j] * out[j, k] }
  }
  return d
}`,
    ],
  ])('%s finds nothing wrong', (_, functions) => {
    expect(trial(functions).filter((code) => code !== 'N0416')).toEqual([]);
  });

  it.each([
    ['a sign', 'fn f(x: real): real = cos(x)\nderivative f(x) = sin(x)'],
    ['a factor near one', 'fn f(x: real): real = sin(x)\nderivative f(x) = 1.00001 * cos(x)'],
    ['a constant', 'fn f(x: real): real = 1e-9 * sin(x)\nderivative f(x) = 1e-9 * cos(x) + 1e-12'],
    ['what is not a number', 'fn f(x: real): real = sin(x)\nderivative f(x) = log(-1 - x^2)'],
    ['through what is stopped', 'fn f(x: real): real = x * stop(x)\nderivative f(x) = 2 * x'],
    ['one of two', 'fn f(x: real, y: real): real = x * y\nderivative f(x, y) = { x: y, y: y }'],
    [
      'a transpose',
      'fn f(a: real[n, n], b: real[n]): real[n] = a @ b\nadjoint f(a, b) from g = { a: outer(g, b), b: a @ g }',
    ],
    ['the adjoint left out', 'fn f(a: real[n]): real = sum(a^2)\nadjoint f(a) from g = { a: 2 * a + 0 * g }'],
    [
      'a rule that no model uses',
      'fn f(x: real): real = x\nderivative f(x) = 2\nmodel M { param x: real\n loss x }',
    ],
  ])('sees %s', (_, functions) => {
    expect(trial(functions)).toEqual(['N0809']);
  });

  it('says what it could not see', () => {
    expect(trial('fn f(x: real): real = sqrt(-1 - x^2)\nderivative f(x) = 1')).toEqual(['N0810']);
    expect(trial('fn f(a: real[n], i: int): real = a[i + 100]\nadjoint f(a, i) from g = { a: a }')).toContain(
      'N0810',
    );
  });
});
