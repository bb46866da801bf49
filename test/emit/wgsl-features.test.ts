// Every feature of the language as WGSL: the compiler of WGSL takes it, and each function computes what the interpreter does
// of the program as it was differentiated, without any pass.

import { describe, expect, it } from 'vitest';
import { reverse } from '../../src/ad/reverse.ts';
import { compile, type CompileOptions } from '../../src/compile.ts';
import { chooseSizes, drawPoint, type GivenInputs } from '../../src/gradcheck/point.ts';
import { interpret, type Results } from '../../src/ir/interpret.ts';
import type { RoutineKind } from '../../src/loops/types.ts';
import { random } from '../../src/numeric/random.ts';
import { constrain, free } from '../../src/passes/free.ts';
import { distance, farthestOf, flat } from '../support/compare.ts';
import { plain } from '../support/derive.ts';
import { validate } from '../support/gpu.ts';
import { programOf } from '../support/language.ts';
import { compileWgsl } from '../support/wgsl.ts';

interface Feature {
  readonly source: string;
  readonly given?: Partial<GivenInputs>;
  readonly options?: CompileOptions;
  /** Functions that are asked for; by default all that the model has. */
  readonly emit?: readonly RoutineKind[];
}

const features: Readonly<Record<string, Feature>> = {
  'nothing that is given': {
    source:
      'model Constant {\n  let a[i in 4] = sqrt(real(i))\n  output b = a[3]\n  output c[i in 2] = i + 2\n}',
  },
  'params without data': {
    source: 'model Bowl {\n  param x: real[2], y: real\n  loss (x[0] - y)^2 + exp(x[1] * y)\n}',
  },
  'comparisons one beside the other, which are no template': {
    source:
      'model Guarded {\n  data a: real, m: int\n  param w: real\n  loss any(i < m for i in 5 if i >= 1) ? w : w * a\n}',
  },
  'no loss': {
    source:
      'model Maps {\n  data x: real[2, 3]\n  param w: real[3]\n  output y = x @ w\n  output top = argmax(x[0])\n}',
  },
  'sizes of one': {
    source:
      'model One {\n  dim N = 1, D = 1\n  data x: real[N, D]\n  param w: real[D]\n  let z = x @ w\n  loss sum(tanh(z[n]) for n) + mean(w)\n  output z2 = z\n}',
  },
  'bools and ints in and out': {
    source: `model Flags {
  data on: bool[4], all: bool, k: int[4] in 0..3, m: int
  param w: real[3]
  loss sum((on[i] ? w[k[i]]^2 : 0.5 * w[k[i]]) for i in 4) + (all ? w[0] : w[1]) * real(m)
  output off[i in 4] = !on[i]
  output both = all && on[1]
  output j[i in 4] = (k[i] + m) mod 3
  output best = argmax(w)
}`,
    given: { data: { on: [1, 0, 0, 1], all: [0], k: [2, 0, 1, 2], m: [-4] } },
  },
  'names in Greek, and names of WGSL': {
    source:
      'model Λόγος {\n  data θ: real[2]\n  param α: real, β₁: real, loop: real, vec3: real, ptr: real\n  let Ω = α * θ[0] + β₁ * loop\n  loss Ω^2 + sin(vec3 * ptr) * θ[1]\n  output 出 = Ω\n}',
  },
  records: {
    source: `/// A point.
type Vec2 = { x: real, y: real }
type Camera = { centre: Vec2, r: real[3], f: real, on: bool }
type Lens = { k: real[2], shift: Vec2 }

model Ring {
  dim N = 3
  data seen: Vec2[N], camera: Camera, which: int[N] in 0..N
  param centre: Vec2, lens: Lens, each: Vec2[N], gain: real
  var at = Vec2 { x: gain, y: lens.k[1] }
  var total = 0.0
  for n in N {
    at = Vec2 { x: at.x * each[n].x - at.y, y: at.y + lens.k[0] * seen[which[n]].y }
    total += (centre.x + at.x - seen[n].x)^2 + (centre.y + at.y - each.y[n])^2 * camera.r[n]
  }
  loss total + (camera.on ? lens.shift.x * camera.f : lens.shift.y * camera.centre.y)
  output last = at
  output ways[n in N] = Vec2 { x: each[n].y, y: centre.x }
}`,
  },
  'constrained params': {
    source: `model Mix {
  data y: real[4]
  param weight: simplex[3], mean: ordered[3], up: positiveOrdered[2], width: real[3] > 0, offset: real in -1..1, low: real <= 2
  loss -sum(logSumExp(log(weight[k]) + normalLogDensity(y[n] - offset, mean[k], width[k]) for k) for n)
  loss sum(log(width[k])^2 for k) + offset^2 + up[0] * up[1]^2 + low^2
}`,
  },
  'a while loop': {
    source: `model Halves {
  data x: real
  param a: real, b: real
  var z = abs(a) + 20 + x
  var steps = 0
  while (z > 1) max 40 { z = 0.5 * z + 0.1 * sin(b)
    steps += 1 }
  loss z^2 * b
  output n = steps
}`,
  },
  'a table that a loop fills, and branches in it': {
    source: `model Filter {
  dim T = 9
  data y: real[T], skip: bool[T]
  param a: real, s: real, h0: real[2]
  var h = h0
  var seen[t in T] = 0.0
  for t in T {
    if (skip[t]) { h[0] = 0.5 * h[0] } else { h = [tanh(a * h[0] + y[t]), h[1] * s] }
    seen[t] = h[0] + h[1]
    loss (seen[t] - y[t])^2
  }
  output all = seen
}`,
  },
  checkpoints: {
    source: `model Push {
  dim T = 17
  data u: real[T]
  param k: real, x0: real[3]
  var x = x0
  for t in T { x = [x[1] - 0.1 * k * sin(x[0]), x[2] + 0.1 * x[0] * u[t], 0.9 * x[0] * x[1]] }
  loss squaredNorm(x)
}`,
    options: { checkpoint: 5 },
  },
  'checkpoints of segments by themselves': {
    source: `model Long {
  dim T = 40
  param k: real, x0: real[2]
  var x = x0
  for t in T { x = [x[1] - 0.1 * k * x[0]^2, 0.9 * x[0]] }
  loss squaredNorm(x)
}`,
    options: { checkpoint: 'auto' },
  },
  'nothing checked': {
    source:
      'model Look {\n  data k: int[3], E: real[4, 2]\n  param w: real[2]\n  loss sum(E[k[i], d] * w[d]^2 for i in 3, d in 2)\n}',
    given: { data: { k: [3, 0, 2] } },
    options: { checked: false },
  },
  'indices out of range where the code does not come': {
    source:
      'model Before {\n  data m: int[3], at: real[3]\n  param a: real[3]\n  loss sum((m[i] > 0 ? a[i - 1]^2 : 1) + (m[i] < 0 ? a[i + 1] : at[i]) for i in 3)\n}',
    given: { data: { m: [0, 5, 2] } },
  },
  'the loss alone': {
    source: 'model Alone {\n  data x: real[3]\n  param w: real\n  loss sum((w * x[i])^2 for i in 3)\n}',
    emit: ['loss'],
  },
  'hvp alone': {
    source: 'model Alone {\n  data x: real[3]\n  param w: real\n  loss sum(exp(w * x[i]) for i in 3)\n}',
    emit: ['hvp'],
  },
  'some optimisations left out': {
    source:
      'model Dense {\n  data x: real[3, 4]\n  param W: real[4, 2], b: real[2]\n  loss mean(logSumExp(tanh(x @ W + b)[i]) for i in 3)\n}',
    options: { without: ['fuse', 'share', 'hoist', 'contract'] },
  },
  infinities: {
    source:
      'model Far {\n  data x: real[3]\n  param w: real[3]\n  let m = min(x[i] > 0 ? w[i] : inf for i in 3)\n  loss m^2 + max(w[i] for i in 3 if x[i] < 1000)\n  output worst = max(w[i] for i in 3 if x[i] > 1000)\n}',
    given: { data: { x: [1, -1, 2] } },
  },
  'derivatives of ones own, and stop': {
    source: `fn root(a: real): real {
  var x = 1.0
  for i in 60 { x = 0.5 * (x + a / x) }
  return x
}
derivative root(a) = 1 / (2 * out)

model Own {
  param p: real, q: real
  loss root(p^2 + 1) * stop(q) + q^2
}`,
  },
  'special functions': {
    source:
      'model Special {\n  data x: real[3]\n  param a: real[3]\n  loss sum(lgamma(1 + a[i]^2) + erf(a[i] * x[i]) + atan2(a[i], x[i]) + hypot(a[i], x[i]) + log1p(a[i]^2) for i in 3)\n}',
  },
  'factors of Cholesky': {
    source: `model Gauss {
  dim D = 4
  data y: real[D], A: real[D, D]
  param s: real, m: real[D]
  let K[i in D, j in D] = sum(A[i, k] * A[j, k] for k) + (i == j ? 1 + s^2 : 0)
  let L = cholesky(K)
  let r = triangularSolve(L, y - m)
  loss 0.5 * squaredNorm(r) + sum(log(L[i, i]) for i)
}`,
  },
};

const all: readonly RoutineKind[] = ['loss', 'gradient', 'jvp', 'hvp', 'outputs'];
const bound = 2e-4;

/** WGSL has no infinities. */
const largest = 3.4028234663852886e38;
const held = (value: number): number => Math.min(Math.max(value, -largest), largest);
const mapped = (outputs: Results['outputs']) =>
  Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, flat(value).map(held)]));

it.each(Object.entries(features).map(([name, feature]) => ({ name, feature })))(
  '$name',
  async ({ feature }) => {
    const { source, given, options = {}, emit = all } = feature;
    const program = programOf(source);
    const sizes = chooseSizes(program, {}) ?? {};
    const { text, run } = await compileWgsl(source, { path: 'm.nabla', emit, ...options });
    expect(await validate(text)).toEqual([]);
    const point = (seed: number) =>
      drawPoint(program, sizes, { params: {}, data: {}, ...given }, 'f32', random(seed), 0);
    const { params, data } = point(1);
    const direction = point(2).params;
    const derived = program.outputs.some(({ role }) => role === 'loss') ? plain(program) : undefined;
    const at = (of: typeof program | undefined) =>
      of && interpret(of, { params, data, directions: direction }, sizes);
    const { loss, outputs } = interpret(program, { params, data }, sizes);
    const [first, second] = [at(derived?.gradient), at(derived?.hvp)];
    const expected = {
      loss: [loss, {}],
      gradient: [first?.loss, first?.gradient],
      jvp: [second?.tangent, {}],
      hvp: [second?.tangent, second?.hvp],
      outputs: [undefined, mapped(outputs)],
    } as const;
    const has = (kind: RoutineKind) =>
      emit.includes(kind) && (kind === 'outputs' ? Object.keys(outputs).length > 0 : derived !== undefined);
    const kinds = all.filter(has);
    expect(kinds.length).toBeGreaterThan(0);
    for (const kind of kinds) {
      const found = await run(kind, { params, data, direction });
      const [number, filled] = expected[kind];
      const off = [
        kind === 'outputs' ? 0 : distance(found.number, number ?? NaN),
        farthestOf(found.filled, filled ?? {}),
      ];
      expect({ kind, found, agrees: off.every((one) => one < bound) }).toEqual({ kind, found, agrees: true });
    }
  },
);

// ---- constrained params, and what modules hold

const constrained = features['constrained params']?.source ?? '';

it.each([{ jacobian: false }, { jacobian: true }])(
  'free params and the ways there and back: %j',
  async ({ jacobian }) => {
    const written = programOf(constrained);
    const program = free(written, { jacobian });
    const { data, params } = drawPoint(program, {}, { params: {}, data: {} }, 'f32', random(3), 0);
    const { run } = await compileWgsl(constrained, { path: 'm.nabla', free: true, jacobian });
    const expected = interpret(reverse(program), { params, data }, {});
    const found = await run('gradient', { params, data });
    expect(distance(found.number, expected.loss ?? NaN)).toBeLessThan(bound);
    expect(farthestOf(found.filled, expected.gradient)).toBeLessThan(bound);
    const there = await run('constrain', { params, data });
    expect(farthestOf(there.filled, interpret(constrain(written), { params }, {}).outputs)).toBeLessThan(
      bound,
    );
    const back = await compileWgsl(constrained, { path: 'm.nabla' });
    expect(
      farthestOf((await back.run('unconstrain', { params: there.filled, data })).filled, params),
    ).toBeLessThan(bound);
  },
);

describe('what throws in TypeScript makes results NaN', () => {
  const source = `model Fails {
  data k: int, bounded: int in 0..3, most: int, E: real[3]
  param w: real
  var n = 0
  while (n < most) max 5 { n += 1 }
  let v = w * E[k] * E[bounded]
  loss v^2 * real(n)
  output first = k
  output second = v
  output third[i in 2] = v + real(i)
}`;
  it.each([
    ['nothing', { k: 2, bounded: 1, most: 3 }, false],
    ['an index above', { k: 3, bounded: 1, most: 3 }, true],
    ['an index below', { k: -1, bounded: 1, most: 3 }, true],
    ['int data out of their range', { k: 2, bounded: 3, most: 3 }, true],
    ['a loop that does not end', { k: 2, bounded: 1, most: 9 }, true],
  ])('%s', async (_, ints, fails) => {
    const { run } = await compileWgsl(source, { path: 'm.nabla', emit: all });
    const point = { params: { w: 0.5 }, data: { ...ints, E: [1, 2, 3] }, direction: { w: 1 } };
    for (const kind of ['loss', 'gradient', 'jvp', 'hvp'] as const)
      expect({ kind, fails: Number.isNaN((await run(kind, point)).number) }).toEqual({ kind, fails });
    const { filled } = await run('outputs', point);
    // The loop is no part of the outputs.
    const failing = fails && ints.most < 9;
    expect([filled['second']?.[0], filled['third']?.[0]].map(Number.isNaN)).toEqual([failing, failing]);
  });
});

describe('names', () => {
  const text = async (source: string, path: string) =>
    (await compile(source, { path, target: 'wgsl', emit: all })).files[0]?.text ?? '';
  const model = (name: string) =>
    `model ${name} {\n  data x: real, t: real\n  param a: real\n  loss tanh(log1p(exp(a * x)) * erf(a)) + (x + t)^a\n}\n`;

  it('of several models in one file do not clash', async () => {
    const code = await text(
      ['Fit', 'fit', 'FIT', 'FitLoss', 'Fit_loss', 'FitAnd', 'FitFree'].map(model).join('') +
        constrained.replace('Mix', 'Fit2'),
      'm.nabla',
    );
    expect(code.match(/^fn \S+_loss(_\d)?\(/gm)?.length).toBeGreaterThan(7);
    expect(await validate(code)).toEqual([]);
  });

  it('of modules that are put into one shader do not clash', async () => {
    const parts = await Promise.all(
      [model('Fit') + model('Other'), model('Decay'), constrained].map((source, i) =>
        text(source, `m${i}.nabla`),
      ),
    );
    expect(await validate(parts.join('\n'))).toEqual([]);
  });
});
