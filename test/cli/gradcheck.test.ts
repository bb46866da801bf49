// `nabla gradcheck`: its table, its JSON, and the inputs of `--at`.

import { describe, expect, test } from 'vitest';
import { withWorld } from './fake-io.ts';
import { bowl, broken, line } from './models.ts';

const corner = 'model Corner {\n  dim N\n  param x: real[N]\n  loss sum(abs(x[i]) for i in N)\n}\n';
const files = {
  'bowl.nabla': bowl,
  'two.nabla': bowl + line,
  'corner.nabla': corner,
  'broken.nabla': broken,
  'domain.nabla': 'model Domain {\n  param x: real\n  loss log(-1 - x^2)\n}\n',
  'pairs.nabla':
    'model Pairs {\n  dim N\n  param x: real[N]\n  let p[i in N, j in N] = x[i] * x[j]\n  loss sum(p)\n}\n',
  'endless.nabla':
    'model Endless {\n  data n: int\n  param x: real\n  var s = x\n  for i in n { s = sin(s) }\n  loss s\n}\n',
  'long.nabla':
    'model Long {\n  dim N\n  param x: real[N]\n  var s = x\n  for t in 7 { s = sin(s) * x }\n  loss sum(s^2)\n}\n',
  'flat.nabla': 'model Flat {\n  param x: real\n  loss (1e10 + x) - 1e10\n}\n',
  'flat.json': '{ "params": { "x": 1e-7 } }',
  'fit.nabla':
    'model Fit {\n  dim K\n  param s: real > 0, w: simplex[K]\n  loss s - log(s) - sum(log(w[k]) for k)\n}\n',
  'outside.json': '{ "params": { "s": -1, "w": [0.5, 0.5] } }',
  'rate.nabla': 'model Rate {\n  param e: real in 0..1\n  loss (e - 0.5)^2\n}\n',
  'end.json': '{ "params": { "e": 0 } }',
  'at.json': '{ "params": { "x": [0, 1] } }',
  'kink.json': '{ "params": { "x": [0, 0] } }',
  'wrong.json': '{ "params": { "y": 1 } }',
  'not.json': 'x = 1',
};

describe('endings', () => {
  const cases: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['a gradient that agrees', ['bowl.nabla'], 0, /^Bowl N=3\n[^]*x \(3\) +9 [^]*every derivative agrees\n$/],
    ['sizes', ['bowl.nabla', '--size', 'N=7', '--points', '1'], 0, /^Bowl N=7\n[^]*x \(7\) +7 /],
    ['single precision', ['bowl.nabla', '--precision', 'f32'], 0, /every derivative agrees/],
    ['every model of a file', ['two.nabla'], 0, /^Bowl[^]*\n\nLine\n[^]*slope +3 /],
    ['one model of a file', ['two.nabla', '--model', 'Line'], 0, /^Line\n/],
    [
      'a point that is given',
      ['corner.nabla', '--at', 'at.json'],
      0,
      /^Corner N=2\n[^]*x \(2\) +1 .* 1 at a kink\n/,
    ],
    [
      'nothing but kinks',
      ['corner.nabla', '--at', 'kink.json'],
      1,
      /failed: no component of x could be compared \(2 at a kink\)/,
    ],
    [
      'nothing but what differences do not resolve',
      ['flat.nabla', '--at', 'flat.json'],
      1,
      /differences do not resolve 1; forward mode agrees[^]*failed: [^]*\n\{"sizes":\{\},"params":\{"x":1e-7\},"data":\{\}\}\n$/,
    ],
    [
      'a loss that is never finite',
      ['domain.nabla'],
      1,
      /failed: no usable point in 20 tries; at the last one: the loss is NaN/,
    ],
    [
      'free params',
      ['fit.nabla'],
      0,
      /^Fit K=3\n[^]*w \(3\) [^]*\n\nFitFree K=3\n[^]*w \(2\) [^]*\nevery derivative agrees\n$/,
    ],
    [
      'params outside their constraints',
      ['fit.nabla', '--at', 'outside.json'],
      1,
      /FitFree K=2\nfailed: `s` as it is given does not lie inside its constraint, so it has no free form\n$/,
    ],
    [
      'params at an end of an interval',
      ['rate.nabla', '--at', 'end.json'],
      0,
      /every derivative agrees\n\nRateFree\nnot checked: `e` as it is given lies at an end of its constraint, where its free form is infinite\n$/,
    ],
    ['a log-Jacobian', ['fit.nabla', '--jacobian'], 0, /FitFree [^]*\nevery derivative agrees\n$/],
    ['checkpoints', ['long.nabla', '--checkpoint', '2'], 0, /x \(3\) +9 [^]*every derivative agrees\n$/],
    ['checkpoints that are none', ['long.nabla', '--checkpoint', 'none'], 0, /every derivative agrees\n$/],
    ['checkpoints of no length', ['long.nabla', '--checkpoint', '0'], 2, /^$/],
    ['a model with errors', ['broken.nabla'], 1, /^$/],
    [
      'sizes beyond memory',
      ['bowl.nabla', '--size', 'N=9007199254740991'],
      1,
      /failed: [^]* at most 10000000 can/,
    ],
    [
      'sizes whose product is',
      ['pairs.nabla', '--size', 'N=10000'],
      1,
      /failed: .* have 1\d{8} elements, .* smaller/,
    ],
    ['--at with several models', ['two.nabla', '--at', 'at.json'], 2, /^$/],
    ['--at that is not JSON', ['bowl.nabla', '--at', 'not.json'], 2, /^$/],
    ['--at that does not fit', ['bowl.nabla', '--at', 'wrong.json'], 2, /^$/],
    ['--at that is not there', ['bowl.nabla', '--at', 'none.json'], 2, /^$/],
  ];
  test.each(cases)('%s', async (_, args, code, output) => {
    await withWorld(files, async (world) => {
      const { exitCode, stdout, stderr } = await world.nabla(['gradcheck', ...args]);
      expect(stdout).toMatch(output);
      if (code === 0) expect(stderr).toBe('');
      else expect(stderr).not.toBe('');
      expect(exitCode).toBe(code);
    });
  });
});

test('the point of a failure is written on demand, and --at reads it', async () => {
  await withWorld(files, async (world) => {
    const args = ['gradcheck', 'corner.nabla', '--at'];
    const first = await world.nabla([...args, 'kink.json', '--save-point', 'point.json']);
    expect(first.stderr).toContain('wrote point.json');
    const second = await world.nabla([...args, 'point.json']);
    expect(second.stdout).toContain(await world.read('point.json'));
    expect(second.exitCode).toBe(1);
  });
});

test('what only the derivative refuses is told with its place', async () => {
  await withWorld(files, async (world) => {
    const { exitCode, stderr } = await world.nabla(['gradcheck', 'endless.nabla']);
    expect(stderr).toMatch(/^endless\.nabla:5:7: error N0417: [^]*\n1 error in .*; nothing was checked\n$/);
    expect(exitCode).toBe(1);
  });
});

test('json', async () => {
  await withWorld(files, async (world) => {
    const { stdout } = await world.nabla(['gradcheck', 'bowl.nabla', '--format', 'json']);
    const report = JSON.parse(stdout) as { readonly largestError: number };
    expect(report).toMatchObject({
      ok: true,
      seed: 1,
      models: [{ model: 'Bowl', sizes: { N: 3 }, failures: [] }],
    });
    expect(report.largestError).toBeLessThan(1e-9);
  });
});

test('a model may come from standard input', async () => {
  await withWorld({}, async (world) => {
    const { exitCode, stdout } = await world.nabla(['gradcheck', '-'], { stdin: line });
    expect(stdout).toMatch(/^Line\n/);
    expect(exitCode).toBe(0);
  });
});
