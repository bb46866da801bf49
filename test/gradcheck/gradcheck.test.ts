// The gradient check on emitted code: it passes what is right, and finds what is planted.

import { describe, expect, test } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { compile } from '../../src/compile.ts';
import { readGiven } from '../../src/gradcheck/given.ts';
import { loadEmitted, type EmittedModule } from '../../src/gradcheck/emitted.ts';
import {
  defaultTolerance,
  gradcheck,
  type GradcheckOptions,
  type GradcheckReport,
} from '../../src/gradcheck/gradcheck.ts';
import type { Precision } from '../../src/gradcheck/layout.ts';

type Tamper = (module: EmittedModule) => EmittedModule;

interface Case {
  readonly text: string;
  readonly tamper?: Tamper;
  readonly precision?: Precision;
  readonly options?: Partial<GradcheckOptions>;
}

async function reportOn({
  text,
  tamper = (module) => module,
  precision = 'f64',
  options = {},
}: Case): Promise<GradcheckReport> {
  const emit = ['loss', 'gradient', 'jvp', 'hvp'] as const;
  const settings = { emit, format: false } as const;
  const { files, diagnostics } = await compile(text, { ...settings, precision });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [program] = analyse(text).programs;
  const [file] = files;
  if (program === undefined || file === undefined) throw new Error('no model');
  const defaults = { precision, sizes: {}, seed: 1, points: 2, tolerance: defaultTolerance[precision] };
  const given = { params: {}, data: {} };
  const checked = tamper(await loadEmitted(file.text));
  const double = (await compile(text, settings)).files[0]?.text ?? '';
  const inDoubles = precision === 'f64' ? checked : await loadEmitted(double);
  return gradcheck(program, { checked, inDoubles }, { ...defaults, given, ...options });
}

const ridge = `model Ridge {
  dim N, D
  data X: real[N, D]
  data y: real[N]
  param w: real[D], bias: real
  let r[n in N] = y[n] - bias - sum(X[n, d] * w[d] for d in D)
  loss sum(r[n]^2 for n in N) + sum(exp(w[d]) for d in D)
}`;

const stopped = `model M {
  param x: real, w: real[3]
  loss x^2 * stop(x) + sum(w[i] * stop(sin(w[i] * x)) for i in 3)
  loss x > stop(2 * x) ? w[0] : stop(w[1]) * w[2]
}`;

const newton = `model M {
  param a: real
  var x = 1.0
  while (abs(x^2 - a) > 1e-12) max 50 { x = (x + a / x) / 2 }
  loss x * sin(x)
}`;

describe('what is right passes', () => {
  const cases: readonly (readonly [string, Case])[] = [
    ['arrays and scalars, data and sizes', { text: ridge }],
    ['in single precision', { text: ridge, precision: 'f32' }],
    ['what is taken for constant', { text: stopped }],
    ['the same in single precision', { text: stopped, precision: 'f32' }],
    ['a loop that ends within the digits of doubles', { text: newton, precision: 'f32' }],
    ['one scalar and nothing else', { text: 'model M { param x: real; loss sin(x) * x }' }],
    ['a loss that does not depend on a parameter', { text: 'model M { param x: real, y: real; loss x^2 }' }],
    [
      'a domain of positive parameters',
      { text: 'model M { dim N; param x: real[N]; loss sum(log(x[i]) for i in N) }' },
    ],
    ['a domain of fractions', { text: 'model M { param p: real; loss asin(p) + log(1 - p) - log(p) }' }],
    [
      'kinks that random points miss',
      { text: 'model M { dim N; param x: real[N]; loss sum(abs(x[i]) for i in N) }' },
    ],
    ['a piecewise constant loss', { text: 'model M { param x: real; loss floor(x) + 0.5 }' }],
    [
      'int and bool data',
      {
        text: `model M {
          dim N, K
          data label: int[N] in 0..K
          data use: bool[N]
          param w: real[K]
          loss sum((use[n] ? w[label[n]]^2 : 0) for n in N)
        }`,
      },
    ],
    [
      'names that TypeScript does not allow',
      {
        text: 'model Dämpfung { dim größe₁; param default: real[größe₁], x₁: real; loss x₁^3 * sum(default[i]^2 for i in größe₁) }',
      },
    ],
  ];
  test.each(cases)('%s', async (_, input) => {
    const report = await reportOn(input);
    expect(report.failures).toEqual([]);
    for (const { tally } of report.parameters) expect(tally.agrees).toBeGreaterThan(0);
  });
});

/** Changes what a function of the module returns or fills. */
const after = (
  name: string,
  change: (result: number, filled: Record<string, Float64Array>) => number,
): Tamper => {
  return (module) => ({
    ...module,
    [name]: (...args) => {
      const result = module[name]?.(...args) as number;
      // The filled object stands before the workspace.
      return change(result, args.at(-2) as Record<string, Float64Array>);
    },
  });
};

test('in single precision, what is off by half a hundredth is found', async () => {
  const tamper = after('ridgeLossAndGradient', (loss, { w }) => {
    if (w !== undefined) w[1] = (w[1] ?? 0) * 1.005;
    return loss;
  });
  const { failures } = await reportOn({ text: ridge, precision: 'f32', tamper });
  expect(failures.join()).toMatch(/gradient of w is wrong/);
});

test('what is planted beside what is taken for constant is found', async () => {
  const tamper = after('mLossAndGradient', (loss, { w }) => (w?.fill(0), loss));
  const { failures } = await reportOn({ text: stopped, tamper });
  expect(failures.join()).toMatch(/gradient of w is wrong/);
});

describe('what is planted is found', () => {
  const cases: readonly (readonly [string, Tamper, RegExp])[] = [
    [
      'one component is off by a thousandth',
      after('ridgeLossAndGradient', (loss, { w }) => {
        if (w !== undefined) w[1] = (w[1] ?? 0) * 1.001;
        return loss;
      }),
      /gradient of w is wrong in 2 of 8 components/,
    ],
    [
      'one component is NaN',
      after('ridgeLossAndGradient', (loss, { w }) => {
        if (w !== undefined) w[0] = NaN;
        return loss;
      }),
      /gradient of w is wrong in 2 of 8/,
    ],
    [
      'the gradient is missing',
      after('ridgeLossAndGradient', (loss, { w }) => (w?.fill(0), loss)),
      /gradient of w is wrong in 8 of 8/,
    ],
    [
      'the directional derivative has another sign',
      after('ridgeJvp', (tangent) => -tangent),
      /forward mode disagrees/,
    ],
    ['the directional derivative is NaN', after('ridgeJvp', () => NaN), /forward mode disagrees/],
    [
      'the Hessian product is doubled',
      after('ridgeHvp', (tangent, { w }) => (w?.forEach((value, i) => (w[i] = 2 * value)), tangent)),
      /Hessian products disagree/,
    ],
    [
      'the two functions have different losses',
      after('ridgeLoss', (loss) => loss + 1e-6),
      /differs from the reference interpreter/,
    ],
  ];
  test.each(cases)('%s', async (_, tamper, failure) => {
    const { failures } = await reportOn({ text: ridge, tamper });
    expect(failures.join('\n')).toMatch(failure);
  });
});

describe('what cannot be checked fails', () => {
  const cases: readonly (readonly [string, Case, RegExp])[] = [
    ['no loss', { text: 'model M { param x: real; output y = x^2 }' }, /M has no loss/],
    [
      'a loss that is finite nowhere',
      { text: 'model M { param x: real; loss log(-1 - x^2) }' },
      /no usable point in 20 tries; at the last one: the loss is NaN/,
    ],
    [
      'an index that is out of range everywhere',
      { text: 'model M { dim N; data k: int; param x: real[N]; loss x[k + 100] }' },
      /no usable point/,
    ],
    [
      'every component at a kink',
      {
        text: 'model M { dim N; param x: real[N]; loss sum(abs(x[i]) for i in N) }',
        options: { sizes: { N: 2 }, given: { params: { x: [0, 0] }, data: {} } },
      },
      /no component of x could be compared \(4 at a kink\)/,
    ],
  ];
  test.each(cases)('%s', async (_, input, failure) => {
    const { failures } = await reportOn(input);
    expect(failures.join('\n')).toMatch(failure);
  });
});

describe('near a pole', () => {
  const at = (x: number, tamper?: Tamper): Case => ({
    text: 'model P { param x: real; loss 1 / x^8 }',
    ...(tamper === undefined ? {} : { tamper }),
    options: { points: 1, given: { params: { x: [x] }, data: {} } },
  });
  const scaled: Tamper = (module) => ({
    ...module,
    pLossAndGradient: (...args) => {
      const gradient = args[1] as { x: number };
      const loss = module['pLossAndGradient']?.(...args);
      gradient.x *= 1.001;
      return loss;
    },
  });

  test.each([1, 1e-3, -1e-3, 1e-6, 1e-9])('what is right at %d passes', async (x) => {
    const { parameters, failures } = await reportOn(at(x));
    expect(failures).toEqual([]);
    expect(parameters[0]?.tally).toMatchObject({ agrees: 1, wrong: 0 });
  });

  test('what is off by a thousandth does not', async () => {
    const { parameters, failures } = await reportOn(at(1e-3, scaled));
    expect(parameters[0]?.tally).toMatchObject({ agrees: 0, wrong: 1 });
    expect(failures[0]).toMatch(/gradient of x is wrong in 1 of 1/);
  });
});

test('what differences do not resolve is neither right nor wrong, and a run of nothing else fails', async () => {
  const { parameters, failures } = await reportOn({
    text: 'model M { param x: real; loss (1e10 + x) - 1e10 }',
    options: { points: 1, given: { params: { x: [1e-7] }, data: {} } },
  });
  expect(parameters[0]?.tally).toMatchObject({ agrees: 0, wrong: 0, unresolved: 1, seconded: 1 });
  expect(failures).toEqual([
    'no component of x could be compared (1 that differences do not resolve, forward mode agrees in 1)',
  ]);
});

test('the point of a failure can be given again, and fails again', async () => {
  const tamper = after('ridgeLossAndGradient', (loss, { w }) => (w?.fill(0), loss));
  const { failingPoint } = await reportOn({ text: ridge, tamper });
  const [program] = analyse(ridge).programs;
  if (program === undefined) throw new Error('no model');
  const given = readGiven(JSON.parse(JSON.stringify(failingPoint)), program, {});
  if (typeof given === 'string') throw new Error(given);
  const options = { given: given.inputs, sizes: given.sizes, points: 1 };
  const again = await reportOn({ text: ridge, tamper, options });
  expect(again.failingPoint).toEqual(failingPoint);
  expect(again.failures[0]).toMatch(/gradient of w is wrong/);
});

test('where gradient and forward mode are wrong alike, theirs is the emitted slope', async () => {
  const text = 'model M { param x: real; loss exp(x) }';
  const tamper: Tamper = (module) => ({
    ...module,
    mLossAndGradient: (...args) => {
      const loss = module['mLossAndGradient']?.(...args);
      const gradient = args[1] as { x: number };
      gradient.x *= 2;
      return loss;
    },
    mJvp: (...args) => 2 * (module['mJvp']?.(...args) as number),
  });
  const { forward, failures } = await reportOn({ text, tamper });
  const { emitted = NaN, expected = NaN } = forward.worst ?? {};
  expect(emitted / expected).toBeCloseTo(2, 6);
  expect(failures.join('\n')).toMatch(/along a direction forward mode disagrees .* or both with differences/);
});

test('kinks are counted apart from what agrees', async () => {
  const { parameters, failures } = await reportOn({
    text: 'model M { dim N; param x: real[N]; loss sum(abs(x[i]) for i in N) }',
    options: { points: 1, sizes: { N: 3 }, given: { params: { x: [0, 1, -2] }, data: {} } },
  });
  expect(failures).toEqual([]);
  expect(parameters[0]?.tally).toMatchObject({ agrees: 2, kink: 1, wrong: 0 });
});

test('of a large parameter a random part is compared', async () => {
  const text = 'model M { dim N; param x: real[N]; loss sum(x[i]^2 for i in N) }';
  const { parameters, failures } = await reportOn({ text, options: { sizes: { N: 1000 }, points: 1 } });
  expect(failures).toEqual([]);
  expect(parameters[0]).toMatchObject({ components: 1000, componentsCompared: 64 });
  expect(parameters[0]?.tally.agrees).toBe(64);
});

test('the same seed gives the same report, another seed another point', async () => {
  const at = async (seed: number): Promise<unknown> =>
    (await reportOn({ text: ridge, options: { seed } })).parameters;
  expect(await at(1)).toEqual(await at(1));
  expect(await at(1)).not.toEqual(await at(2));
});
