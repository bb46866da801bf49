// Long programs: time stays linear, and nothing overflows the stack.

import { describe, expect, it } from 'vitest';
import { stdFiles } from '../../../generated/std.ts';
import { check } from '../../../src/lang/check.ts';
import { parse } from '../../../src/lang/parse.ts';

const prelude = stdFiles.map((source) => parse(source).file);
const long = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i + 1)).join('\n');

/** Programs of a length; `lets` is how many lines they are made of. */
const shapes: readonly (readonly [string, (lets: number) => string])[] = [
  ['scalars in a chain', (n) => `model M {\nparam x: real\nlet a0 = x\n${long(n, (i) => `let a${i} = sin(a${i - 1}) + ${i}`)}\nloss a${n}\n}`],
  ['arrays in a chain', (n) => `model M {\ndim N\nparam x: real[N]\nlet a0 = x\n${long(n, (i) => `let a${i}[i in N] = a${i - 1}[i] * 2`)}\nloss sum(a${n})\n}`],
  ['calls', (n) => `fn f(x: real, y: real): real {\nlet z = x * y\nreturn z + 1\n}\nmodel M {\nparam x: real\nlet a0 = x\n${long(n, (i) => `let a${i} = f(a${i - 1}, x)`)}\nloss a${n}\n}`],
  ['ints in a chain', (n) => `model M {\ndata k: int\nparam x: real\nlet a0 = k\n${long(n, (i) => `let a${i} = a${i - 1} + k`)}\nloss x * real(a${n})\n}`],
  ['reads', (n) => `model M {\ndim N\ndata k: int[N] in 0..N\nparam x: real[N]\n${long(n, (i) => `loss x[k[N - 1]] * ${i}`)}\n}`],
  ['losses', (n) => `model M {\nparam x: real\n${long(n, (i) => `loss ${i} * x`)}\n}`],
  ['assignments', (n) => `model M {\nparam x: real\nvar a = x\n${long(n, (i) => `a = sin(a) + ${i}`)}\nloss a\n}`],
  ['assignments of elements', (n) => `model M {\ndim N\nparam x: real[N]\nvar a = x\nvar k = 0\n${long(n, (i) => `k += 1; a[k] += ${i}`)}\nloss sum(a)\n}`],
  ['loops', (n) => `model M {\ndim N\nparam x: real[N]\nvar a = 0.0\n${long(n, (i) => `for i in N { let b = a * x[i]; a = b; loss ${i} }`)}\nloss a\n}`],
  ['branches', (n) => `model M {\nparam x: real\nvar a = x\nvar k = 0\n${long(n, (i) => `if (a > ${i}) { a = x; k = ${i} } else { let c${i} = a; a = 2 * c${i}; k += 1 }`)}\nloss a * real(k)\n}`],
  ['lines in a loop', (n) => `model M {\nparam x: real\nvar a = x\nvar k = 0\nfor i in 3 {\n${long(n, (i) => `var b${i} = k; k += b${i}; a += x; loss a`)}\n}\nloss a * real(k)\n}`],
  ['functions', (n) => `${long(n, (i) => `fn f${i}(x: real): real = ${i} * x`)}\nmodel M {\nparam x: real\nloss f1(x)\n}`],
]; // prettier-ignore

function seconds(text: string): number {
  const { file } = parse({ path: 'long.nabla', text });
  const start = performance.now();
  const { programs, diagnostics } = check(file, prelude);
  expect(diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
  expect(programs).toHaveLength(1);
  return (performance.now() - start) / 1000;
}

describe('10,000 lines', () => {
  it.each(shapes)('of %s', (_, write) => {
    seconds(write(500));
    expect(seconds(write(10_000))).toBeLessThan(5);
  });
});

it('reports 10,000 mistakes', () => {
  const text = `model M {\nparam x: real\n${long(10_000, (i) => `let a${i} = missing${i} + x`)}\nloss x\n}`;
  const { file } = parse({ path: 'long.nabla', text });
  expect(check(file, prelude).diagnostics).toHaveLength(10_000);
});

/** Blocks nested as deeply as the parser allows. */
const blocks: readonly (readonly [string, string])[] = [
  ['for i@ in N {', '}'],
  ['for i@ in N { s += 1; loss s;', 's *= 2 }'],
  ['while (s > 0) max N { let a@ = s;', 's = a@ }'],
  ['if (s > 0) {', '} else { s = 1 }'],
  ['if (s > 0) { s = @ } else {', '}'],
];

describe('deep blocks', () => {
  it.each(blocks)('%s … %s', (before, after) => {
    const many = (text: string, order: (k: number) => number): string =>
      Array.from({ length: 198 }, (_, k) => text.replaceAll('@', String(order(k)))).join('\n');
    const body = `var s = x\n${many(before, (k) => k)}\ns += x\n${many(after, (k) => 197 - k)}`;
    const inFunction = body.replaceAll('loss s;', '').replaceAll('N {', 'n {');
    const text = `
      fn f(x: real, v: real[n]): real {\n${inFunction}\nreturn s + v[0] }
      model M { dim N\nparam x: real, v: real[N]\n${body.replace('s += x', 's += f(x, v)')}\nloss s }`;
    const { file, diagnostics } = parse({ path: 'deep.nabla', text });
    expect(diagnostics).toEqual([]);
    const { programs, diagnostics: found } = check(file, prelude);
    expect(programs.length === 1 || found.some(({ code }) => code === 'N0507')).toBe(true);
  });

  it('`else if` to the limit of nesting', () => {
    const arms = (count: number): string => long(count, (i) => `else if (x > ${i}) { s = ${i} }`);
    const text = (count: number): string =>
      `model M { param x: real\nvar s = x\nif (x > 0) { s = 0 }\n${arms(count)}\nloss s }`;
    const { file, diagnostics } = parse({ path: 'deep.nabla', text: text(198) });
    expect(diagnostics).toEqual([]);
    expect(check(file, prelude).programs).toHaveLength(1);
    expect(parse({ path: 'deep.nabla', text: text(199) }).diagnostics.map(({ code }) => code)).toEqual([
      'N0601',
    ]);
  });
});

/** Expressions nested nearly as deeply as the parser allows, also through calls. */
const nests: readonly (readonly [string, string, string, number])[] = [
  ['x', '-(', ')', 190],
  ['x', '(x > 0 ? ', ' : 1)', 95],
  ['x', 'sum([', ', 1])', 95],
  ['x', 'logSumExp(', ' * v)', 190],
  ['v', 'softplus(relu(', '))', 95],
  ['v', '(', ' > 0 ? v : x)', 190],
  ['v', '(x > 0 ? ', ' : v)', 95],
  ['v', 'softmax(', ')', 190],
  ['v', '[x, x, x] * (', ')', 180],
];

describe('deep nesting', () => {
  it.each(nests)('around %s of %s…%s', (core, before, after, depth) => {
    const type = core === 'x' ? 'real' : 'real[3]';
    const nest = (inner: string): string => before.repeat(depth) + inner + after.repeat(depth);
    const text = `
      fn f(x: real, v: real[3]): ${type} = ${nest(core)}
      model M {
        param x: real, v: real[3]
        output result = ${nest('f(x, v)')}
      }`;
    const { file, diagnostics } = parse({ path: 'deep.nabla', text });
    expect(diagnostics).toEqual([]);
    const { programs, diagnostics: found } = check(file, prelude);
    // Either it is lowered, or there is a message: 190 + 190 levels are near the limit.
    expect(programs.length === 1 || found.some(({ code }) => code === 'N0507')).toBe(true);
  });
});
