// What only shows when a program runs: the interpreter and the emitted code refuse it, in the same words.

import { describe, expect, it } from 'vitest';
import { analyse } from '../src/analyse.ts';
import { compile } from '../src/compile.ts';
import { interpret, type Results } from '../src/ir/interpret.ts';
import { compileModule, type Found } from './support/emitted.ts';

type Numbers = Readonly<Record<string, number | readonly number[]>>;
interface Given {
  readonly sizes?: Readonly<Record<string, number>>;
  readonly data: Numbers;
}

const model = (body: string): string => `model M {
  dim N
  data k: int, n: int[N]
  param w: real
  ${body}
}`;

async function emitted(source: string, { sizes = {}, data }: Given): Promise<Found> {
  const { run } = await compileModule(source, 'm.nabla', { sizes, emit: ['loss', 'gradient', 'outputs'] });
  return run({ params: { w: 3 }, data });
}

function interpreted(source: string, { sizes = {}, data }: Given): Results {
  const [program] = analyse(source).programs;
  if (program === undefined) throw new Error('the source has no model');
  return interpret(program, { params: { w: 3 }, data }, sizes);
}

const sizes = { N: 3 };

describe('refused', () => {
  it.each([
    ['output q = 65536 * n', { n: [1, 32767, 32768] }, 'outputs.q must fit into 32 bits, got 2147483648'],
    [
      'var q = n\n for i in N { q[i] = q[i] * 65536 }\n output r = q',
      { n: [1, 2, 32768] },
      'outputs.r must fit into 32 bits, got 2147483648',
    ],
    ['loss w * real(n[k])', { k: 3 }, 'index 3 of n must be in 0..3 (axis 0)'],
    [
      'loss w * sum((w * real(n))[i + k] for i in N)',
      { k: 1 },
      'index 3 of an array must be in 0..3 (axis 0)',
    ],
    ['let s = w * real(n)\n output q = s\n loss s[k]', { k: -1 }, 'index -1 of s must be in 0..3 (axis 0)'],
    ['var s = n\n s[k] = 7\n output q = s\n loss w', { k: 4 }, 'index 4 of s must be in 0..3 (axis 0)'],
    [
      'let d = [real(n[i + 1]) * w for i in N - 1]\n loss w * d[k - 1]',
      { N: 1, k: 1 },
      'index 0 of d must be in 0..0 (axis 0)',
    ],
    [
      'let d = [real(n[i + 1]) * w for i in N - 1]\n loss w * d[0]',
      { N: 1 },
      'index 0 of d must be in 0..0 (axis 0)',
    ],
    ['loss w * real(n[clamp(int(0 / real(k)), 0, N - 1)])', { k: 0 }, 'int(NaN): no int is that'],
    ['loss w * real(int(1 / real(k)) mod 3)', { k: 0 }, 'int(Infinity): no int is that'],
    ['loss w * real(int(1e20 * real(k)))', {}, 'int(100000000000000000000): no int is that'],
    ['loss w * real(7 div k)', { k: 0, n: [1, 1, 1] }, '7 div 0: the divisor must not be 0'],
    ['loss w * real(-7 mod k)', { k: 0 }, '-7 mod 0: the divisor must not be 0'],
    ['loss w * real(sum(6 div n[i] for i))', { n: [1, 2, 0] }, '6 div 0: the divisor must not be 0'],
    ['loss w * real(sum(6 mod (k - i) for i in N))', { k: 2 }, '6 mod 0: the divisor must not be 0'],
    [
      'for i in min(n[0], N) { loss w * real(i mod k) }',
      { k: 0, n: [1, 1, 1] },
      '0 mod 0: the divisor must not be 0',
    ],
  ])('%s', async (body, { N = 3, ...given }: Numbers & { readonly N?: number }, message) => {
    const sizes = { N };
    const data = { k: 1, n: Array.from({ length: N }, () => 1), ...given };
    const error = new RangeError(message);
    expect(() => interpreted(model(body), { sizes, data })).toThrow(error);
    await expect(emitted(model(body), { sizes, data })).rejects.toThrow(error);
  });
});

describe('not refused, since it does not run', () => {
  it.each([
    ['loss k == 0 ? w : w * real(7 div k)', { k: 0 }, 3],
    ['loss k == 0 ? w : w * real(int(1 / real(k)))', { k: 0 }, 3],
    ['loss w + sum(real(7 div k) for i in k)', { k: 0 }, 3],
    ['var s = w\n for i in min(k, N) { s *= real(7 div k) }\n loss s', { k: 0 }, 3],
    ['var s = w\n while (s < 0) max 5 { s += real(7 mod k) }\n loss s', { k: 0 }, 3],
    ['loss w\n if (k > 0) { for i in N { loss w * real(7 mod k) } }', { k: 0 }, 3],
  ])('%s', async (body, given, loss) => {
    const data = { n: [1, 1, 1], ...given };
    expect(interpreted(model(body), { sizes, data }).loss).toBe(loss);
    expect((await emitted(model(body), { sizes, data })).loss).toBe(loss);
  });
});

it('ints are exact in arrays of a model', async () => {
  const body = `
    let squares = n * n
    var table = squares
    for i in N { table[i] = table[i] * 3 }
    output total = sum(squares) + table[0]
    loss w * real(table[1])`;
  const data = { k: 1, n: [1000000, 3000000, 1] };
  const found = await emitted(model(body), { sizes, data });
  expect(found.outputs['total']).toBe(13e12 + 1);
  expect(found.loss).toBe(81e12);
  expect(interpreted(model(body), { sizes, data })).toMatchObject({
    loss: 81e12,
    outputs: { total: 13e12 + 1 },
  });
});

it.each([
  ['k div 2 + k mod (0 - 3)', 'a constant'],
  ['k div N + k mod (2 * N + 1)', 'a size'],
  ['k > 0 ? 7 mod k : 0', 'what a condition tells'],
  ['sum(7 div (i + 1) for i in N)', 'a range'],
])('%s is not checked: %s', async (text) => {
  const { files } = await compile(model(`loss w * real(${text})`), { format: false });
  expect(files[0]?.text).not.toMatch(/checkedDiv|checkedMod/);
});

it('without checks nothing is', async () => {
  const source = model('loss w * real(7 div k + 7 mod k)\n output q = k * n');
  const text = async (checked: boolean): Promise<string | undefined> =>
    (await compile(source, { checked, format: false })).files[0]?.text;
  expect(await text(true)).toMatch(/checkedDiv\(7, .*checkedMod\(7, [^]*checkInt32\(/);
  expect(await text(false)).not.toMatch(/checkedDiv|checkedMod|checkInt32\(/);
});
