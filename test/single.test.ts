// Single precision: reals come in and go out as floats, and are doubles between. So the code that is emitted computes what the
// interpreter does in double precision, of floats, to the last digits but for what is rounded as it goes out.

import { describe, expect, it, test } from 'vitest';
import { interpret } from '../src/ir/interpret.ts';
import { compileModule, type Found } from './support/emitted.ts';
import { programOf } from './support/language.ts';

const single = async (
  body: string,
  point: Parameters<Awaited<ReturnType<typeof compileModule>>['run']>[0],
  sizes: Readonly<Record<string, number>> = {},
): Promise<Found> => {
  const options = { sizes, precision: 'f32', emit: 'all' } as const;
  return (await compileModule(`model M {\n${body}\n}`, 'm.nabla', options)).run(point);
};

const { fround } = Math;
const x = [0.3, 0.7, 0.1];

describe('a value is the same number wherever it is used', () => {
  it('the maximum of an array is one of its elements', async () => {
    const found = await single(
      `dim N
       param x: real[N]
       let y = [0.1 * x[i] for i in 0..N]
       let m = max(y)
       loss sum(y[i] == m ? x[i] : 0 for i in 0..N)`,
      { params: { x }, data: {} },
      { N: 3 },
    );
    expect(found.loss).toBe(fround(0.7));
    expect([...(found.gradient['x'] as Float32Array)]).toEqual([0, 1, 0]);
  });

  it('also of an array that goes out', async () => {
    const { outputs } = await single(
      `dim N
       param x: real[N]
       output y: real[N] = [0.1 * x[i] for i in 0..N]
       output m: real = max(y)
       output hits: int = sum(y[i] == m ? 1 : 0 for i in 0..N)
       loss sum(x)`,
      { params: { x }, data: {} },
      { N: 3 },
    );
    expect(outputs['hits']).toBe(1);
    expect([...(outputs['y'] as Float32Array)]).toContain(outputs['m']);
  });

  it('what goes forward through a branch comes back through it', async () => {
    // As a double y is above 3; rounded to a float, it is 3.
    const found = await single(
      `dim N
       param x: real[N]
       let y = [exp(x[i]) for i in 0..N]
       var total = 0.0
       for i in 0..N { if (y[i] > 3) { total = total + y[i] * y[i] } else { total = total + y[i] } }
       loss total`,
      { params: { x: [Math.log(3)] }, data: {} },
      { N: 1 },
    );
    const y = Math.exp(fround(Math.log(3)));
    expect(y).toBeGreaterThan(3);
    expect(fround(y)).toBe(3);
    expect(found.loss).toBeCloseTo(y * y, 12);
    expect([...(found.gradient['x'] as Float32Array)]).toEqual([fround(2 * y * y)]);
  });
});

it('what is saved for the gradient does not overflow', async () => {
  const found = await single(
    `dim N
     param x: real[N]
     let y = [cosh(x[i]) for i in 0..N]
     loss sum(log(y[i]) * x[i] for i in 0..N) + y[0] / y[1]`,
    { params: { x: [100, 100, 101] }, data: {} },
    { N: 3 },
  );
  for (const slope of found.gradient['x'] as Float32Array) expect(Math.abs(slope)).toBeGreaterThan(99);
});

describe('numbers in the program are floats, as the elements of arrays are', () => {
  test.each([
    ['0.1', true],
    ['0.2 / 2', true],
    ['0.10001', true],
    ['0.09999', false],
  ])('x <= %s for an element that is 0.1', async (limit, holds) => {
    const found = await single(
      `param x: real[2]\n data s: real\n loss sum(x[i] <= ${limit} && s <= 0.1 ? 1.0 : 0.0 for i in 0..2)`,
      { params: { x: [0.1, 5] }, data: { s: 0.1 } },
    );
    expect(found.loss).toBe(holds ? 1 : 0);
  });

  it('those that floats cannot hold stay', async () => {
    const body = `param x: real[1]\n loss log(x[0] * x[0] + 1e-300) + 1e39 * x[0]`;
    expect((await single(body, { params: { x: [0] }, data: {} })).loss).toBeCloseTo(Math.log(1e-300), 10);
  });

  it('the ends of an interval are inside', async () => {
    const body = `param x: real[2] in 0.1..0.7\n param y: real in 0.1..0.7\n loss sum(x) + y`;
    const { text } = await compileModule(`model M {\n${body}\n}`, 'm.nabla', {
      sizes: {},
      precision: 'f32',
      emit: 'all',
    });
    expect(text).toContain('x >= 0.10000000149011612 && x <= 0.699999988079071');
    expect(text).toContain('Math.fround(params.y) <= 0.699999988079071');
  });
});

it('a number that comes in by itself is a float, and so is one that goes out, but not what is returned', async () => {
  const found = await single(`param a: real\n data b: real\n output c: real = a / 3\n loss a * a + b`, {
    params: { a: 0.1 },
    data: { b: 0.2 },
  });
  expect(found.loss).toBe(fround(0.1) ** 2 + fround(0.2));
  expect(found.gradient).toEqual({ a: fround(2 * fround(0.1)) });
  expect(found.outputs).toEqual({ c: fround(fround(0.1) / 3) });
});

describe('the interpreter in single precision', () => {
  const run = (body: string, params: Readonly<Record<string, number | readonly number[]>>): number =>
    interpret(programOf(`model M {\n${body}\n}`), { params }, {}, { precision: 'f32' }).loss ?? NaN;

  test.each<[string, string, Readonly<Record<string, number | readonly number[]>>, number]>([
    ['what comes in', 'param x: real\n loss x', { x: 0.1 }, fround(0.1)],
    ['elements', 'param x: real[1]\n loss x[0]', { x: [0.1] }, fround(0.1)],
    ['literals', 'param x: real\n loss x + 0.1', { x: 0 }, fround(0.1)],
    ['each op', 'param x: real\n loss x * x - x * x * (1 + x)', { x: 1e-5 }, fround(fround(fround(1e-5) * fround(1e-5)) - fround(fround(fround(1e-5) * fround(1e-5)) * fround(1 + fround(1e-5))))], // prettier-ignore
    ['sums on the way', 'param x: real[3]\n loss sum(x)', { x: [2 ** 24, 1, 1] }, 2 ** 24],
    ['products', 'param x: real[2]\n loss prod(x)', { x: [1e30, 1e30] }, Infinity],
    ['what overflows', 'param x: real\n loss exp(x)', { x: 100 }, Infinity],
    ['an op of several once', 'param x: real\n loss softplus(x)', { x: 0.3 }, fround(Math.log1p(Math.exp(fround(0.3))))], // prettier-ignore
  ])('rounds %s', (_, body, params, wanted) => {
    expect(run(body, params)).toBe(wanted);
  });

  it('adds up adjoints in floats', () => {
    const program = programOf('model M { param x: real[2]\n loss x[0] * 16777216 + x[0] + x[0] + x[1] }');
    expect(interpret(program, { params: { x: [1, 0] } }, {}, { precision: 'f32' }).loss).toBe(16777216);
    expect(interpret(program, { params: { x: [1, 0] } }).loss).toBe(16777218);
  });
});
