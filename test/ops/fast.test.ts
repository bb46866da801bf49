// The functions by tables, as they stand in emitted modules: how far they are from the true values all over the range of doubles.

import { ts } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { typescriptOf } from '../../src/emit/target.ts';
import { opHelpersOf } from '../../src/emit/typescript.ts';
import { random } from '../../src/numeric/random.ts';
import type { OpName } from '../../src/ops/index.ts';
import { exact, ulps } from '../support/high-precision.ts';

type Unary = (x: number) => number;
type Measured =
  'sin' | 'cos' | 'exp' | 'exp2' | 'log1p' | 'tanh' | 'sigmoid' | 'softplus' | 'logSigmoid' | 'erfc';

/** What the helpers of a function declare, and their names, with the value of one of them. */
function emitted(op: OpName, wanted: string): unknown {
  const source = [...opHelpersOf(typescriptOf('fast'), new Set([op])).values()].join('\n');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, strict: true },
  });
  return new Function(`${outputText}; return ${wanted};`)();
}

const functionOf = (op: OpName): Unary => emitted(op, op) as Unary;

const { uniform } = random(20_261);
const between = (from: number, to: number): number => from + (to - from) * uniform();

/** Of every size that doubles have, and of both signs. */
const sizes = Array.from({ length: 2000 }, () => between(-2, 2) * 2 ** Math.floor(between(-1074, 1023)));
const edges = [
  0, -0, 5e-324, -5e-324, 2.2250738585072014e-308, -2.225073858507201e-308, 2 ** -54, -(2 ** -54), 1, -1, 0.5,
  Math.LN2 / 256, -Math.LN2 / 256, Math.LN2 / 2, 19.06, 20, 20.000001, 22, 708.3964185322641, 709, 709.78, 709.782712893384,
  709.7827128933841, 710, 710.5, -708.3964185322641, -708.4, -743.7, -744, -744.0001, -744.44, -744.45, -745.13, -745.14, -746,
  1023, 1023.9999999999999, 1024, 1024.0001, -1022, -1022.5, -1073, -1074, -1074.5, -1075, -1076, 1e5, -1e5,
  Number.MAX_VALUE, -Number.MAX_VALUE,
]; // prettier-ignore
/** Where exp begins to be infinite. */
const top = Array.from({ length: 500 }, () => between(709.7, 710.1));
const around = (width: number, count: number): readonly number[] =>
  Array.from({ length: count }, () => between(-width, width));

/** Bounds in units in the last place; where the result has fewer digits than a normal double, `tiny` of the smallest double. */
const cases: readonly {
  readonly name: Exclude<Measured, 'log1p' | 'logSigmoid' | 'erfc' | 'sin' | 'cos'>;
  readonly bound: number;
  readonly tiny: number;
  readonly widths: readonly number[];
}[] = [
  { name: 'exp', bound: 0.51, tiny: 2, widths: [746, 3, 0.02] },
  { name: 'exp2', bound: 0.51, tiny: 2, widths: [1076, 3, 0.02] },
  { name: 'tanh', bound: 1.6, tiny: 0.5, widths: [20, 1, 0.02] },
  // It is 0 where exp(-x) is infinite, as it is with Math.exp: where it should be below the normal doubles.
  { name: 'sigmoid', bound: 2.6, tiny: 2 ** 52, widths: [745, 40, 1] },
  { name: 'softplus', bound: 2, tiny: 2, widths: [745, 40, 1] },
];

describe.each(cases)('$name', ({ name, bound, tiny, widths }) => {
  const own = functionOf(name);

  test(`is within ${bound} units in the last place`, () => {
    const points = [...edges, ...top, ...sizes, ...widths.flatMap((width) => around(width, 3000))];
    let worst = { x: 0, by: 0 };
    for (const x of points) {
      const truth = exact[name](x);
      const by = ulps(own(x), truth);
      const isTiny = Math.abs(own(x)) < 2.3e-308;
      if (isTiny) expect(by, `${name}(${x}) is ${own(x)}`).toBeLessThanOrEqual(tiny);
      else if (!(by <= worst.by)) worst = { x, by };
    }
    expect(worst.by, `${name}(${worst.x}) is ${own(worst.x)}`).toBeLessThanOrEqual(bound);
  });

  test('knows infinities and NaN', () => {
    const library: Readonly<Record<typeof name, readonly [number, number]>> = {
      exp: [0, Infinity],
      exp2: [0, Infinity],
      tanh: [-1, 1],
      sigmoid: [0, 1],
      softplus: [0, Infinity],
    };
    expect([-Infinity, Infinity].map(own)).toEqual(library[name]);
    expect(own(NaN)).toBeNaN();
  });

  test('never falls where the function rises', () => {
    const sorted = [...edges, ...top, ...sizes, ...around(750, 3000), ...around(1, 3000)].sort(
      (a, b) => a - b,
    );
    const values = sorted.map(own);
    const falls = values.filter((value, i) => i > 0 && value < (values[i - 1] ?? NaN));
    expect(falls).toEqual([]);
  });
});

test('exp is nearer to the true values than that of the engine, at its worst', () => {
  const own = functionOf('exp');
  const points = around(700, 3000);
  const worst = (of: Unary): number => Math.max(...points.map((x) => ulps(of(x), exact.exp(x))));
  expect(worst(own)).toBeLessThan(worst(Math.exp));
});

test('tanh keeps the sign of zero, is odd, and is 1 from where it rounds to it', () => {
  const tanh = functionOf('tanh');
  expect(tanh(-0)).toBe(-0);
  for (const x of [...edges, ...sizes, ...around(25, 1000)]) expect(tanh(-x)).toBe(-tanh(x));
  expect([19.1, 20, 21, 1e300].map(tanh)).toEqual([1, 1, 1, 1]);
  expect(around(20, 20_000).filter((x) => !(Math.abs(tanh(x)) <= 1))).toEqual([]);
});

test('log1p is within 1.3 units in the last place where the table is, and beyond that of the engine', () => {
  const log1p = functionOf('log1p');
  const inside = [...sizes, ...edges].filter((x) => x > 0 && x <= 15);
  // Between two places of the table the rest is the largest.
  const middles = Array.from({ length: 480 }, (_, i) =>
    [0.999999, 1, 1.000001].map((by) => ((i + 0.5) / 32) * by),
  );
  const points = [...inside, ...middles.flat(), 15, ...[15, 1, 0.05, 1e-3].flatMap((to) => Array.from({ length: 3000 }, () => between(0, to)))]; // prettier-ignore
  let worst = { x: 0, by: 0 };
  for (const x of points) {
    const by = ulps(log1p(x), exact.log1p(x));
    if (!(by <= worst.by)) worst = { x, by };
  }
  expect(worst.by, `log1p(${worst.x}) is ${log1p(worst.x)}`).toBeLessThanOrEqual(1.3);
  for (const x of [-1, -0.5, -1e-10, -5e-324, 15.000000000000002, 16, 1e5, Number.MAX_VALUE, Infinity])
    expect(log1p(x)).toBe(Math.log1p(x));
  expect([0, -0].map(log1p)).toEqual([0, -0]);
  expect([NaN, -Infinity, -1.5].map(log1p)).toEqual([NaN, NaN, NaN]);
});

test('log1p never falls', () => {
  const log1p = functionOf('log1p');
  // Where one place of the table takes over from the other, a double further each time.
  const around = Array.from({ length: 480 }, (_, i) =>
    Array.from({ length: 41 }, (_, k) => ((i + 0.5) / 32) * (1 + (k - 20) * 2 ** -52)),
  );
  const values = around.map((doubles) => doubles.map(log1p));
  const falls = values.flatMap((of) => of.filter((value, i) => i > 0 && value < (of[i - 1] ?? NaN)));
  expect(falls).toEqual([]);
});

describe.each(['sin', 'cos'] as const)('%s', (name) => {
  const own = functionOf(name);

  test('is within 2 units in the last place up to 1e5, and beyond it that of the engine', () => {
    // Doubles that are nearest to whole numbers of quarter turns leave the least.
    const quarters = Array.from({ length: 4000 }, () => Math.floor(between(-63_661, 63_661)) * (Math.PI / 2));
    const near = [1, 2, 3, 4].map((k) => k * (Math.PI / 2));
    const halves = quarters.slice(0, 500).map((x) => x + Math.PI / 4);
    const small = sizes.filter((x) => Math.abs(x) < 1);
    const wide = [1e5, 1e5 + 1, 1e22, -Number.MAX_VALUE];
    const points = [0, -0, ...small, ...near, ...quarters, ...halves, ...[1e5, 100, 7, 0.8].flatMap((width) => around(width, 2000))]; // prettier-ignore
    let worst = { x: 0, by: 0 };
    for (const x of points) {
      const by = ulps(own(x), exact[name](x));
      if (!(by <= worst.by)) worst = { x, by };
    }
    expect(worst.by, `${name}(${worst.x}) is ${own(worst.x)}`).toBeLessThanOrEqual(2);
    for (const x of wide) expect(own(x)).toBe(Math[name](x));
    expect([Infinity, -Infinity, NaN].map(own)).toEqual([NaN, NaN, NaN]);
  });

  test('is what it is of the other side, in reverse or not', () => {
    const points = [...sizes, ...around(25, 1000)].filter((x) => Math.abs(x) < 1e5);
    for (const x of points) expect(own(-x)).toBe(name === 'sin' ? -own(x) : own(x));
    expect(own(0)).toBe(name === 'sin' ? 0 : 1);
  });
});

test('the table of sines is that of true ones, rounded once', () => {
  const sines = emitted('sin', 'SINES') as Float64Array;
  expect(sines.length).toBe(321);
  for (const [i, found] of sines.entries())
    if (i % 128 === 0) expect(Math.abs(found)).toBe(0);
    else expect(ulps(found, exact.sinOfTurn(i / 256)), `${i}`).toBeLessThanOrEqual(0.5);
});

test('the table of logarithms is that of true ones, rounded once, with what they lack', () => {
  const logs = emitted('log1p', 'LOGS') as Float64Array;
  expect(logs.length).toBe(3 * 512);
  for (let i = 1; i < 512; i++) {
    const [inverse = NaN, nearest = NaN, lacking = NaN] = logs.subarray(3 * i);
    const truth = exact.log1p(i / 32);
    expect(inverse).toBe(1 / (1 + i / 32));
    expect(ulps(nearest, truth)).toBeLessThanOrEqual(0.5);
    const scaled = BigInt(nearest * 2 ** 60) << BigInt(-truth.exponent - 60);
    const said = BigInt(Math.round(lacking * 2 ** 120)) << BigInt(-truth.exponent - 120);
    const error = Number((truth.digits - scaled - said) >> BigInt(-truth.exponent - 120)) / 2 ** 120;
    expect(Math.abs(error / nearest)).toBeLessThan(2 ** -62);
  }
});

test('whole powers of 2 are exact', () => {
  const exp2 = functionOf('exp2');
  for (let n = -1073; n <= 1023; n++) expect(ulps(exp2(n), exact.exp2(n)), `2^${n}`).toBeLessThan(1e-6);
});

test('the tables hold what they say', () => {
  const powers = emitted('exp', 'POWERS') as Float64Array;
  expect(powers.length).toBe(2099);
  expect(powers[0]).toBe(0);
  for (let i = 1; i < powers.length; i++)
    expect(ulps(powers[i] ?? NaN, { digits: 1n, exponent: i - 1075 })).toBe(0);

  const roots = emitted('exp', 'ROOTS') as Float64Array;
  for (let i = 0; i < 128; i++) {
    const nearest = roots[2 * i] ?? NaN;
    const truth = exact.exp2(i / 128 + 1);
    expect(ulps(nearest, truth)).toBeLessThanOrEqual(0.5);
    // What is lacking, in units of 2^-100.
    const scale = (bits: number): bigint => 1n << BigInt(bits);
    const lacking = truth.digits - BigInt(nearest * 2 ** 52) * scale(-truth.exponent - 52);
    const said = (BigInt(Math.round((roots[2 * i + 1] ?? NaN) * nearest * 2 ** 100)) * scale(-truth.exponent)) / scale(100); // prettier-ignore
    expect(Math.abs(Number((lacking - said) / scale(-truth.exponent - 105)))).toBeLessThan(64);
  }
});
