// `nabla check`, and how diagnostics are told in every format; `nabla show` and `nabla explain`.

import { describe, expect, test } from 'vitest';
import { withWorld } from './fake-io.ts';
import { bowl, broken, line, odd, unbounded } from './models.ts';

const models = { 'bowl.nabla': bowl, 'broken.nabla': broken, 'odd.nabla': odd };

describe('exit code and sum', () => {
  const cases: readonly (readonly [string, readonly string[], number, string])[] = [
    ['a model without errors', ['bowl.nabla'], 0, '1 file checked, no errors\n'],
    ['a warning', ['odd.nabla'], 0, '1 warning in odd.nabla\n'],
    ['errors', ['broken.nabla'], 1, '2 errors in broken.nabla\n'],
    ['errors among others', ['*.nabla'], 1, '2 errors and 1 warning in 2 files\n'],
  ];
  test.each(cases)('%s', async (_, args, code, sum) => {
    await withWorld(models, async (world) => {
      const { exitCode, stderr } = await world.nabla(['check', ...args]);
      expect(stderr).toBe(sum);
      expect(exitCode).toBe(code);
    });
  });
});

test('pretty shows the line', async () => {
  await withWorld(models, async (world) => {
    const { stdout } = await world.nabla(['check', 'broken.nabla']);
    expect(stdout).toContain('broken.nabla:3:8: error N0201: `y` is not defined');
    expect(stdout).toContain('loss y + z');
  });
});

test('errors in a file of another name: that comes first', async () => {
  await withWorld({ 'net.ts': 'export function f() { return [1]; }\n', 'm.txt': line }, async (world) => {
    const { stdout } = await world.nabla(['check', 'net.ts', 'm.txt']);
    expect(stdout).toMatch(/^net\.ts does not look like a \.nabla file\n\nnet\.ts:1:/);
    expect(stdout).not.toContain('m.txt');
    const plain = await world.nabla(['check', 'net.ts', '--format', 'plain']);
    expect(plain.stdout).toMatch(/^net\.ts:1:/);
  });
});

test('plain is one line each, as editors read it', async () => {
  await withWorld(models, async (world) => {
    const { stdout } = await world.nabla(['check', 'broken.nabla', '--format', 'plain']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^broken\.nabla:3:8: error N0201: /);
  });
});

test('json is one document on standard output, and nothing on standard error', async () => {
  await withWorld(models, async (world) => {
    const { stdout, stderr } = await world.nabla(['check', '*.nabla', '--format', 'json']);
    const found: unknown = JSON.parse(stdout);
    expect(stderr).toBe('');
    expect(found).toMatchObject({ errors: 2, warnings: 1 });
    expect(found).toHaveProperty('diagnostics.0', {
      code: 'N0201',
      severity: 'error',
      message: '`y` is not defined',
      path: 'broken.nabla',
      start: { line: 3, column: 8, offset: 38 },
      end: { line: 3, column: 9, offset: 39 },
      notes: [],
    });
  });
});

describe('colour', () => {
  const escape = '\u001b[';
  test.each([
    ['on a terminal', { isTTY: true }, true],
    ['not in a pipe', { isTTY: false }, false],
    ['not with NO_COLOR', { isTTY: true, environment: { NO_COLOR: '1' } }, false],
    ['not on a dumb terminal', { isTTY: true, environment: { TERM: 'dumb' } }, false],
    ['in a pipe with FORCE_COLOR', { isTTY: false, environment: { FORCE_COLOR: '1' } }, true],
    ['NO_COLOR wins', { isTTY: true, environment: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false],
  ])('%s', async (_, given, colored) => {
    await withWorld(models, async (world) => {
      const { stdout } = await world.nabla(['check', 'broken.nabla'], given);
      expect(stdout.includes(escape)).toBe(colored);
    });
  });
});

describe('texts that are not models', () => {
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    [
      'Latin-1',
      Buffer.from('model M {\n  param größe: real\n}\n', 'latin1'),
      'm.nabla is not UTF-8 text (byte 20, line 2)',
    ],
    ['UTF-16', Buffer.from('\ufeffmodel M {}', 'utf16le'), 'm.nabla is not UTF-8 text (byte 0, line 1)'],
    ['a character cut in two', Buffer.from('// ∇').subarray(0, 5), 'm.nabla is not UTF-8 text'],
  ];
  test.each(cases)('%s', async (_, bytes, message) => {
    await withWorld({}, async (world) => {
      await world.write('m.nabla', bytes);
      const { exitCode, stderr } = await world.nabla(['check', 'm.nabla']);
      expect(stderr).toContain(message);
      expect(exitCode).toBe(1);
    });
  });

  test('a byte order mark is no error', async () => {
    await withWorld({ 'm.nabla': `\ufeff${line}` }, async (world) => {
      expect(await world.nabla(['check', 'm.nabla'])).toMatchObject({ exitCode: 0 });
    });
  });
});

describe('show', () => {
  test.each([
    ['ast', '"kind": "model"'],
    ['ir', 'loss'],
    ['gradient', 'gradient'],
    ['optimised', 'gradient'],
    ['loops', 'for '],
    ['typescript', 'export function bowlLossAndGradient('],
  ])('--stage %s', async (stage, text) => {
    await withWorld(models, async (world) => {
      const { exitCode, stdout, stderr } = await world.nabla(['show', 'bowl.nabla', '--stage', stage]);
      expect(stdout).toContain(text);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
    });
  });

  test.each([
    ['gradient', 'share', 'mul(u%1, u%1)', 'mul(u%1, v%2)'],
    ['optimised', 'strength', 'mul(%2, %2)', 'powi(%2, 2)'],
    ['loops', 'strength', '(xi * xi)', 'powi(x[i], 2)'],
    ['typescript', 'strength', 'xi * xi', 'integerPower(x[i], 2)'],
  ])('--stage %s --without %s', async (stage, without, before, after) => {
    const twice = 'model Twice {\n  param x: real\n  let u = exp(x)\n  let v = exp(x)\n  loss u * v\n}\n';
    const model = stage === 'gradient' ? twice : bowl;
    await withWorld({ 'm.nabla': model }, async (world) => {
      const show = ['show', 'm.nabla', '--stage', stage];
      expect((await world.nabla(show)).stdout).toContain(before);
      expect((await world.nabla([...show, '--without', `${without},fuse`])).stdout).toContain(after);
    });
  });

  test('one model of several', async () => {
    await withWorld({ 'two.nabla': bowl + line }, async (world) => {
      const all = await world.nabla(['show', 'two.nabla', '--stage', 'ir']);
      expect(all.stdout).toMatch(/Bowl[^]*Line/);
      const one = await world.nabla(['show', 'two.nabla', '--stage', 'ir', '--model', 'Line']);
      expect(one.stdout).not.toContain('Bowl');
    });
  });

  test('what has no loss is left out where a gradient is wanted', async () => {
    const sum = 'model Sum {\n  dim N\n  data x: real[N]\n  output total = sum(x[i] for i)\n}\n';
    await withWorld({ 'two.nabla': sum + line, 'sum.nabla': sum }, async (world) => {
      const both = await world.nabla(['show', 'two.nabla']);
      expect(both.stderr).toBe('Sum has no loss, hence no gradient: left out\n');
      expect(both.stdout).toContain('Line');
      expect(both.exitCode).toBe(0);
      const alone = await world.nabla(['show', 'sum.nabla']);
      expect(alone.stderr).toContain('Sum has no loss, hence no gradient to show: say --stage ir');
      expect(alone.exitCode).toBe(2);
    });
  });

  test('a loop without a bound', async () => {
    await withWorld({ 'm.nabla': unbounded }, async (world) => {
      const { exitCode, stdout, stderr } = await world.nabla(['show', 'm.nabla']);
      expect(stderr).toContain('error N0417');
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(await world.nabla(['show', 'm.nabla', '--stage', 'ir'])).toMatchObject({ exitCode: 0 });
    });
  });

  test('a model with errors', async () => {
    await withWorld(models, async (world) => {
      expect(await world.nabla(['show', 'broken.nabla'])).toMatchObject({ exitCode: 1, stdout: '' });
    });
  });
});

describe('explain', () => {
  test.each(['N0201', 'n0201'])('%s', async (code) => {
    await withWorld({}, async (world) => {
      const { exitCode, stdout } = await world.nabla(['explain', code]);
      expect(stdout).toMatch(/^error N0201: unknown name\n\n\w/);
      expect(Math.max(...stdout.split('\n').map((text) => text.length))).toBeLessThanOrEqual(80);
      expect(exitCode).toBe(0);
    });
  });

  test('without a code it lists all', async () => {
    await withWorld({}, async (world) => {
      expect((await world.nabla(['explain'])).stdout).toMatch(/^N0101 {2}\w[^]*^N0201 {2}/m);
    });
  });
});
