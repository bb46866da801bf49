// The gradient check of models with constrained params: both forms are checked, at points inside the constraints.

import { expect, test } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { compile } from '../../src/compile.ts';
import { loadEmitted, type EmittedModule } from '../../src/gradcheck/emitted.ts';
import { gradcheckForms } from '../../src/gradcheck/forms.ts';
import type { GradcheckReport } from '../../src/gradcheck/gradcheck.ts';

const fit = `model Fit {
  dim K
  data y: real[K]
  param weight: simplex[K], mean: ordered[K], width: real[K] > 0, p: real in 0..1, steep: positiveOrdered[2] 
  loss -logSumExp(log(weight[k]) - log(width[k]) - ((y[k] - mean[k]) / width[k])^2 for k) - log(p) - log(1 - p)
  loss sum(log(mean[k] - mean[k - 1]) for k in 1..K) + log(steep[0]) + sqrt(steep[1] - steep[0])
}`;

interface Settings {
  readonly source?: string;
  readonly compiled?: boolean;
  readonly jacobian?: boolean;
  readonly params?: Readonly<Record<string, readonly number[]>>;
  readonly change?: (module: EmittedModule) => EmittedModule;
}

async function check(settings: Settings = {}): Promise<readonly GradcheckReport[]> {
  const {
    source = fit,
    jacobian = false,
    compiled = jacobian,
    params = {},
    change = (module) => module,
  } = settings;
  const emit = ['loss', 'gradient', 'jvp', 'hvp'] as const;
  const { files } = await compile(source, { emit, jacobian: compiled, format: false });
  const [program] = analyse(source).programs;
  if (program === undefined) throw new Error('no model');
  const checked = change(await loadEmitted(files[0]?.text ?? ''));
  const modules = { checked, inDoubles: checked };
  const options = { precision: 'f64', sizes: { K: 3 }, seed: 1, points: 2, tolerance: 1e-6 } as const;
  return gradcheckForms(program, modules, { ...options, jacobian, given: { params, data: {} } });
}

const failuresOf = (reports: readonly GradcheckReport[]): readonly (readonly [string, readonly string[]])[] =>
  reports.map(({ model, failures }) => [model, failures]);

test.each([false, true])('both forms agree; jacobian: %s', async (jacobian) => {
  const reports = await check({ jacobian });
  expect(failuresOf(reports)).toEqual([
    ['Fit', []],
    ['FitFree', []],
  ]);
  for (const { parameters } of reports) {
    for (const { tally } of parameters) expect(tally.agrees).toBeGreaterThan(0);
  }
});

test('a wrong gradient of free params is found', async () => {
  const change = (module: EmittedModule): EmittedModule => ({
    ...module,
    fitFreeLossAndGradient: (...args) => {
      const result = module['fitFreeLossAndGradient']?.(...args);
      const { weight } = args.at(-2) as { readonly weight: Float64Array };
      weight[1] = 1.001 * (weight[1] ?? 0);
      return result;
    },
  });
  const [plain, free] = await check({ change });
  expect(plain?.failures).toEqual([]);
  expect(free?.failures.join('\n')).toMatch(/gradient of weight is wrong/);
  // The point is written as that of the model, inside the constraints.
  const weight = free?.failingPoint?.params['weight'] as readonly number[];
  expect(weight.length).toBe(3);
  expect(weight.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
});

test('a missing log-Jacobian is found', async () => {
  const [plain, free] = await check({ compiled: false, jacobian: true });
  expect(plain?.failures).toEqual([]);
  expect(free?.failures.join('\n')).toMatch(/loss/);
});

test.each([[[1, 0.5, 1]], [[0, 0.5, 0.25]]])(
  'params at an end, %j, have no finite free form',
  async (rate) => {
    const source = 'model Ends { param rate: real[3] in 0..1, low: real >= 0; loss sum(rate * rate) + low }';
    const [plain, free] = await check({ source, params: { rate, low: [0] } });
    expect(plain?.failures).toEqual([]);
    expect(plain?.parameters[0]?.tally.agrees).toBe(6);
    expect(free?.failures).toEqual([]);
    expect(free?.skipped).toBe(
      '`rate` as it is given lies at an end of its constraint, where its free form is infinite',
    );
    const [, outside] = await check({ source, params: { rate, low: [-1] } });
    expect(outside?.failures.join()).toMatch(/`low` .* does not lie inside/);
  },
);

test('params that are given outside their constraints have no free form', async () => {
  const [, free] = await check({ params: { width: [1, -1, 1] } });
  expect(free?.failures).toEqual([
    '`width` as it is given does not lie inside its constraint, so it has no free form',
  ]);
});
