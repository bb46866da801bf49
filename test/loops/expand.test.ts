// Calls of exp, tanh, sin and cos in loops become declarations that are printed step by step, where they are more than V8 inlines.

import { expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { loadEmitted } from '../../src/gradcheck/emitted.ts';
import { expand } from '../../src/loops/expand.ts';
import { printRoutine } from '../../src/loops/index.ts';
import type { Expression, Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import { at, buffer, declare, local, loop, of, program, store, type, when } from '../emit/build.ts';

const a = buffer('param', 'a', type('real', 'N'));
const g = buffer('gradient', 'a', type('real', 'N'));
const n = local('n', 'int');
const x = local('x');
const an = at(a, n);
const put = (value: Expression): Statement => store(g, [n], value);
const routine = (...body: readonly Statement[]): Routine => ({
  kind: 'gradient',
  program: program({
    name: 'F',
    params: { a: a.dims.length > 0 ? type('real', 'N') : type('real') },
    sizes: ['N'],
  }),
  body,
  parts: [],
  scratch: [],
});
/** So many that V8 would leave some. */
const others = Array.from({ length: 6 }, () => put(of('tanh', an)));

const cases: readonly (readonly [string, readonly Statement[], string])[] = [
  [
    'a call gets a name, and its argument if it is no atom',
    [put(of('mul', an, of('exp', of('mul', an, an))))],
    `
    const product: real = (a[n] * a[n])
    const exponential: real = exp(product), step by step
    gradient.a[n] = (a[n] * exponential)`,
  ],
  [
    'a declaration of a call takes the steps itself',
    [declare(x, of('exp', 2)), put(of('add', x, x))],
    `
    const x: real = exp(2), step by step
    gradient.a[n] = (x + x)`,
  ],
  [
    'functions that are made of exp are taken apart',
    [put(of('add', of('sigmoid', an), of('logSigmoid', an)))],
    `
    const an: real = a[n]
    const negative: real = neg(an)
    const exponential: real = exp(negative), step by step
    const an'2: real = a[n]
    const negative'2: real = neg(abs(an'2))
    const exponential'2: real = exp(negative'2), step by step
    const logarithm: real = log1p(exponential'2), step by step
    gradient.a[n] = ((1 / (1 + exponential)) + (min(an'2, 0) - logarithm))`,
  ],
  [
    'a weight that is masked stays zero',
    [put(of('softmaxWeight', an, 3))],
    `
    const an: real = a[n]
    const difference: real = (an - 3)
    const exponential: real = exp(difference), step by step
    gradient.a[n] = select((an == -Infinity), 0, exponential)`,
  ],
  [
    'what a choice may leave out stays a call; what it depends on does not',
    [put(of('select', of('lt', of('exp', an), 2), of('exp', an), 1)), when(of('lt', an, 0), [put(of('exp', an))])],
    `
    const an: real = a[n]
    const exponential: real = exp(an), step by step
    gradient.a[n] = select((exponential < 2), exp(a[n]), 1)
    if (a[n] < 0)
      const an'2: real = a[n]
      const exponential'2: real = exp(an'2), step by step
      gradient.a[n] = exponential'2`,
  ],
]; // prettier-ignore

const textOf = (made: Routine): string => printRoutine(made).replace(/^.*\n/, '\n').trimEnd();

test.each(cases)('%s', (_, body, expected) => {
  const made = expand(routine(loop(n, 'N', [...body, ...others])), {});
  verifyRoutine(made, 'expand');
  expect(textOf(made)).toContain(`\n  for n in 0..N${expected}`);
});

test('many calls outside of loops are of Math, which allocate nothing', () => {
  const call = (op: 'exp' | 'sin' | 'tanh' | 'sigmoid' | 'softplus'): Statement => store(g, [0], of(op, x));
  const straight = [
    declare(x, of('cos', 1)),
    ...(['exp', 'sin', 'tanh', 'sigmoid', 'softplus'] as const).map(call),
    store(g, [0], of('logSigmoid', of('mul', 2, x))),
    store(g, [0], of('softmaxWeight', x, 3)),
    store(g, [0], of('select', of('lt', of('exp', x), 2), of('exp', x), of('logSigmoid', of('mul', 2, x)))),
    when(of('lt', x, 0), [call('exp')]),
    loop(n, 'N', [put(of('exp', an))]),
  ];
  const made = expand(routine(...straight), {});
  verifyRoutine(made, 'expand');
  expect(textOf(made)).toBe(`
  const x: real = Math.cos(1)
  gradient.a[0] = Math.exp(x)
  gradient.a[0] = Math.sin(x)
  gradient.a[0] = Math.tanh(x)
  gradient.a[0] = (1 / (1 + Math.exp(neg(x))))
  gradient.a[0] = (max(x, 0) + Math.log1p(Math.exp(neg(abs(x)))))
  const product: real = (2 * x)
  gradient.a[0] = (min(product, 0) - Math.log1p(Math.exp(neg(abs(product)))))
  gradient.a[0] = select((x == -Infinity), 0, Math.exp((x - 3)))
  gradient.a[0] = select((Math.exp(x) < 2), Math.exp(x), logSigmoid((2 * x)))
  if (x < 0)
    gradient.a[0] = Math.exp(x)
  for n in 0..N
    gradient.a[n] = exp(a[n])`);
});

test.each([
  ['few calls', [loop(n, 'N', others.slice(0, 2))]],
  ['few calls outside of loops', Array.from({ length: 3 }, () => store(g, [0], of('exp', 1)))],
])('%s stay calls', (_, body) => {
  const before = routine(...body);
  expect(expand(before, {})).toBe(before);
});

test('calls of Math stay calls', () => {
  const before = routine(loop(n, 'N', others));
  expect(expand(before, { math: 'exact' })).toBe(before);
  expect(expand(before, { math: 'fast' })).not.toBe(before);
});

test('the steps give the bits of the function', async () => {
  const source = (count: number): string => `model Waves {
  dim N
  param x: real[N]
  output wave[n in N] = ${Array.from({ length: count }, (_, k) => `tanh(x[n] * ${k + 1}) + exp(x[n] - ${k}) + sin(x[n] * ${k + 1}) * cos(x[n] * ${k + 1}) + log1p(abs(x[n]) * ${k + 1})`).join(' + ')}
}`;
  const outputsOf = async (text: string): Promise<Float64Array> => {
    const params = { x: Float64Array.of(-1e9, -800, -3, -0.4, -0, 1e-9, 0.7, 2, 20, 705, Infinity, NaN) };
    const outputs = { wave: new Float64Array(12) };
    const module = await loadEmitted(text);
    module['wavesOutputs']?.(params, { N: 12 }, outputs);
    return outputs.wave;
  };
  const options = { emit: ['outputs'], format: false } as const;
  const text = async (without: readonly 'expand'[]): Promise<string> =>
    (await compile(source(4), { ...options, without })).files[0]?.text ?? '';
  const [expanded, called] = [await text([]), await text(['expand'])];
  expect(expanded).toContain('// tanh(');
  expect(expanded).not.toContain('function tanh(');
  expect(called).toContain('function tanh(');
  expect(await outputsOf(expanded)).toEqual(await outputsOf(called));
});

test('a sine and a cosine of one angle share their steps, unless the angle changes in between', async () => {
  const textOf = async (body: string): Promise<string> => {
    const source = `model Turns {\n  dim N\n  param x: real[N]\n  var total = 0.0\n  for n in N {\n${body}\n  }\n  output turned = total\n  loss total\n}`;
    return (await compile(source, { emit: ['outputs'], format: false })).files[0]?.text ?? '';
  };
  const reductions = (text: string): number => text.split('* 40.74366543152521').length - 1;
  const one = [1, 2, 3].map((k) => `let a${k} = x[n] * ${k}\ntotal = total + sin(a${k}) * cos(a${k})`);
  expect(reductions(await textOf(one.join('\n')))).toBe(3);
  const changing =
    'var a = x[n]\nfor k in N { total = total + sin(a) / cos(a)\na = a + sin(total) * cos(a + total) }';
  const text = await textOf(changing);
  const values = text.split('Math.sin(').length + text.split('Math.cos(').length - 2;
  expect(values).toBe(4);
  expect(reductions(text)).toBe(4);
});
