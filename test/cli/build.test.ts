// `nabla build`: what is written, what is left alone, and what is said.

import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Files } from '../../src/cli/io.ts';
import { withWorld } from './fake-io.ts';
import { bowl, broken, line, odd } from './models.ts';

describe('where the output goes', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['beside the model', ['models/bowl.nabla'], ['models/bowl.ts']],
    ['from a glob', ['models/*.nabla'], ['models/bowl.ts', 'models/line.ts']],
    [
      'from a glob over folders',
      ['**/*.nabla'],
      ['models/bowl.ts', 'models/line.ts', 'odd.ts', 'other/odd [1].ts'],
    ],
    [
      'to a directory',
      ['models/bowl.nabla', 'models/line.nabla', '-o', 'out'],
      ['out/bowl.ts', 'out/line.ts'],
    ],
    ['to a directory that is new', ['odd.nabla', '--out-dir', 'deep/down/'], ['deep/down/odd.ts']],
    ['each once, however often it is named', ['odd.nabla', './odd.nabla', '*.nabla'], ['odd.ts']],
    ['of a name that looks like a glob', ['other/odd [1].nabla'], ['other/odd [1].ts']],
  ];
  const models = {
    'models/bowl.nabla': bowl,
    'models/line.nabla': line,
    'odd.nabla': odd,
    'other/odd [1].nabla': line,
  };
  test.each(cases)('%s', async (_, args, expected) => {
    await withWorld(models, async (world) => {
      const { exitCode, stdout, stderr } = await world.nabla(['build', ...args]);
      const written = (await world.list()).filter((path) => path.endsWith('.ts'));
      expect(written).toEqual(expected);
      const [only] = expected;
      expect(stderr).toContain(expected.length === 1 ? `wrote ${only}` : `wrote ${expected.length} files`);
      expect(stdout).toBe('');
      expect(exitCode).toBe(0);
    });
  });
});

describe('options reach the compiler', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp, RegExp])[] = [
    ['--emit', ['--emit', 'loss,hvp'], /function bowlHvp\b/, /function bowlLossAndGradient\b/],
    ['--emit, repeated', ['--emit', 'loss', '--emit', 'jvp'], /function bowlJvp\b/, /function bowlHvp\b/],
    ['--precision', ['--precision', 'f32'], /Float32Array/, /Float64Array/],
    ['--size', ['--size', 'N=3'], /real\[3\]/, /BowlSizes/],
    ['no option', [], /function bowlLossAndGradient\b/, /function bowlHvp\b/],
  ];
  test.each(cases)('%s', async (_, options, present, absent) => {
    await withWorld({ 'bowl.nabla': bowl }, async (world) => {
      expect(await world.nabla(['build', 'bowl.nabla', ...options])).toMatchObject({ exitCode: 0 });
      const text = await world.read('bowl.ts');
      expect(text).toMatch(present);
      expect(text).not.toMatch(absent);
    });
  });

  test('--jacobian', async () => {
    const scale = 'model Scale {\n  param s: real > 0\n  loss s\n}\n';
    await withWorld({ 'scale.nabla': scale }, async (world) => {
      const build = ['build', 'scale.nabla', '--emit', 'loss'];
      await world.nabla(build);
      expect(await world.read('scale.ts')).toContain('  return exp(sFree);\n');
      await world.nabla([...build, '--jacobian']);
      expect(await world.read('scale.ts')).toContain('  return s - sFree;\n');
    });
  });

  test('--math', async () => {
    const layer = 'model Layer {\n  param x: real\n  loss tanh(x) + sigmoid(x)\n}\n';
    await withWorld({ 'layer.nabla': layer }, async (world) => {
      const build = ['build', 'layer.nabla', '--emit', 'loss'];
      await world.nabla(build);
      expect(await world.read('layer.ts')).not.toMatch(/Math\.(tanh|exp)/);
      await world.nabla([...build, '--math', 'exact']);
      expect(await world.read('layer.ts')).toContain('  return Math.tanh(x) + sigmoid(x);\n');
      expect(await world.read('layer.ts')).toContain('  return 1 / (1 + Math.exp(-x));\n');
    });
  });

  test('--math in WGSL', async () => {
    const wave = 'model Wave {\n  param x: real\n  loss sin(x) + log10(x) ^ x\n}\n';
    await withWorld({ 'wave.nabla': wave }, async (world) => {
      const build = ['build', 'wave.nabla', '--emit', 'loss', '--target', 'wgsl'];
      await world.nabla(build);
      const exact = await world.read('wave.wgsl');
      expect(exact).toContain('wave_stable_sin(');
      expect(exact).not.toMatch(/(?<!\w)(sin|log|pow|exp)\(/);
      await world.nabla([...build, '--math', 'exact']);
      expect(await world.read('wave.wgsl')).toBe(exact);
      await world.nabla([...build, '--math', 'fast']);
      const fast = await world.read('wave.wgsl');
      expect(fast).not.toContain('stable_sin');
      for (const builtin of ['sin', 'log', 'pow']) expect(fast).toMatch(new RegExp(`(?<!\\w)${builtin}\\(`));
    });
  });

  test('--target webgpu, which has options of its own', async () => {
    const line =
      'model Line {\n  dim N\n  param a: real\n  data x: real[N]\n  loss sum((a * x[n])^2 for n in N)\n}\n';
    await withWorld({ 'line.nabla': line }, async (world) => {
      const build = ['build', 'line.nabla', '--target', 'webgpu'];
      expect(await world.nabla(build)).toMatchObject({ exitCode: 0, stderr: 'wrote line.gpu.ts\n' });
      expect(await world.read('line.gpu.ts')).toContain('export async function createLineGpu(');
      const refused = await world.nabla([...build, '--emit', 'hvp']);
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain('--target webgpu takes no --emit');
    });
    const scale = 'model Scale {\n  param a: real > 0\n  loss a * a\n}\n';
    await withWorld({ 'scale.nabla': scale }, async (world) => {
      const build = ['build', 'scale.nabla', '--target', 'webgpu', '--jacobian'];
      expect(await world.nabla(build)).toMatchObject({ exitCode: 0, stderr: 'wrote scale.gpu.ts\n' });
      expect(await world.read('scale.gpu.ts')).toContain('less log |det J| of `scaleConstrain`');
    });
  });

  test('--without', async () => {
    await withWorld({ 'bowl.nabla': bowl }, async (world) => {
      const build = ['build', 'bowl.nabla', '--emit', 'loss'];
      await world.nabla(build);
      expect(await world.read('bowl.ts')).toContain('sum += xi * xi;');
      await world.nabla([...build, '--without', 'fold', '--without', 'strength']);
      expect(await world.read('bowl.ts')).toContain('sum += integerPower(x[i], 2);');
    });
  });

  test('a size goes to the files that have it', async () => {
    await withWorld({ 'bowl.nabla': bowl, 'line.nabla': line }, async (world) => {
      expect(await world.nabla(['build', '*.nabla', '--size', 'N=3'])).toMatchObject({ exitCode: 0 });
      expect(await world.read('bowl.ts')).not.toContain('BowlSizes');
    });
  });
});

describe('standard input', () => {
  test('goes to standard output, and nothing else does', async () => {
    await withWorld({}, async (world) => {
      const { exitCode, stdout, stderr } = await world.nabla(['build', '-'], { stdin: line });
      expect(stdout).toMatch(/^\/\/ @generated by nabla from stdin\.nabla /);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      expect(await world.list()).toEqual([]);
    });
  });

  test.each([[['bowl.nabla']], [['-']]])('%s goes to standard output with -o -', async (args) => {
    await withWorld({ 'bowl.nabla': bowl }, async (world) => {
      const { exitCode, stdout, stderr } = await world.nabla(['build', ...args, '-o', '-'], { stdin: line });
      expect(stdout).toMatch(/^\/\/ @generated by nabla from /);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      expect(await world.list()).toEqual(['bowl.nabla']);
    });
  });

  test('has the name that --stdin-path gives it', async () => {
    await withWorld({}, async (world) => {
      const args = ['build', '-', '--stdin-path', 'models/broken.nabla'];
      const { exitCode, stdout, stderr } = await world.nabla(args, { stdin: broken });
      expect(stderr).toContain('models/broken.nabla:3:');
      expect(stdout).toBe('');
      expect(exitCode).toBe(1);
    });
  });
});

describe('nothing is written', () => {
  test('when one of several models has an error', async () => {
    await withWorld({ 'a.nabla': line, 'b.nabla': broken, 'c.nabla': bowl }, async (world) => {
      const { exitCode, stderr } = await world.nabla(['build', '*.nabla']);
      expect(stderr).toMatch(/2 errors in b\.nabla; nothing was written\n$/);
      expect(exitCode).toBe(1);
      expect(await world.list()).toEqual(['a.nabla', 'b.nabla', 'c.nabla']);
    });
  });

  test('over two inputs that map to one output', async () => {
    await withWorld({ 'a/m.nabla': line, 'b/m.nabla': bowl }, async (world) => {
      const { exitCode, stderr } = await world.nabla(['build', 'a/m.nabla', 'b/m.nabla', '-o', 'out']);
      expect(stderr).toContain('a/m.nabla and b/m.nabla would both be written to out/m.ts');
      expect(exitCode).toBe(2);
      expect(await world.list()).toEqual(['a/m.nabla', 'b/m.nabla']);
    });
  });

  test('over an input, even if forced', async () => {
    await withWorld({ 'model.nabla': line, 'model.ts': bowl }, async (world) => {
      const { exitCode, stderr } = await world.nabla(['build', 'model.nabla', 'model.ts', '--force']);
      expect(stderr).toContain('model.nabla would be written over model.ts, which is an input');
      expect(exitCode).toBe(2);
      expect(await world.read('model.ts')).toBe(bowl);
    });
  });

  test('over a file that was not generated, unless forced', async () => {
    await withWorld({ 'line.nabla': line, 'line.ts': '// by hand\n' }, async (world) => {
      const refused = await world.nabla(['build', 'line.nabla']);
      expect(refused.stderr).toContain('line.ts is there and was not generated by nabla');
      expect(refused.exitCode).toBe(2);
      expect(await world.read('line.ts')).toBe('// by hand\n');
      expect(await world.nabla(['build', 'line.nabla', '--force'])).toMatchObject({ exitCode: 0 });
      expect(await world.read('line.ts')).toContain('@generated by nabla');
    });
  });

  test.runIf(existsSync('/proc/self'))('where no directory can be made', async () => {
    await withWorld({ 'line.nabla': line }, async (world) => {
      const { exitCode, stderr } = await world.nabla(['build', 'line.nabla', '-o', '/proc/none/here']);
      expect(stderr).toBe('nabla: cannot make the directory of /proc/none/here/line.ts: permission denied\n');
      expect(exitCode).toBe(2);
    });
  });

  test.each([
    ['a file', 'line.nabla/deep'],
    ['a link to nothing', 'link'],
  ])('below %s', async (_, directory) => {
    await withWorld({ 'line.nabla': line }, async (world) => {
      await symlink('nowhere', join(world.directory, 'link'));
      const { exitCode, stderr } = await world.nabla(['build', 'line.nabla', '-o', directory]);
      expect(stderr).toMatch(/^nabla: cannot make the directory of .*: .* (file|in the way)/);
      expect(exitCode).toBe(2);
    });
  });

  test('when one of the files cannot be: none is, and no temporary file stays', async () => {
    const full = (real: Files): Partial<Files> => ({
      create: async (path, text, like) => {
        if (path.includes('line')) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        await real.create(path, text, like);
      },
    });
    await withWorld({ 'bowl.nabla': bowl, 'line.nabla': line }, async (world) => {
      const { exitCode, stderr } = await world.nabla(['build', '*.nabla'], { files: full });
      expect(stderr).toBe('nabla: cannot write line.ts: the disk is full\n');
      expect(exitCode).toBe(2);
      expect(await world.list()).toEqual(['bowl.nabla', 'line.nabla']);
    });
  });
});

test('what is current is not touched', async () => {
  await withWorld({ 'bowl.nabla': bowl, 'line.nabla': line }, async (world) => {
    await world.nabla(['build', '*.nabla']);
    await world.write('line.nabla', line.replace('- 1', '- 2'));
    const created: string[] = [];
    const watched = (real: Files): Partial<Files> => ({
      create: async (path, text, like) => {
        created.push(path);
        await real.create(path, text, like);
      },
    });
    const { stderr } = await world.nabla(['build', '*.nabla'], { files: watched });
    expect(stderr).toBe('wrote line.ts, 1 unchanged\n');
    expect(created).toHaveLength(1);
    expect((await world.nabla(['build', '*.nabla'])).stderr).toBe('2 files unchanged\n');
  });
});

describe('--check', () => {
  const build = ['build', 'bowl.nabla', 'line.nabla'];

  test('passes what is current, whatever its line ends', async () => {
    await withWorld({ 'bowl.nabla': bowl, 'line.nabla': line }, async (world) => {
      await world.nabla(build);
      await world.write('line.ts', (await world.read('line.ts')).replaceAll('\n', '\r\n'));
      const { exitCode, stdout, stderr } = await world.nabla([...build, '--check']);
      expect(stderr).toBe('2 files up to date\n');
      expect(stdout).toBe('');
      expect(exitCode).toBe(0);
    });
  });

  test('lists what is missing or stale, with the difference, and writes nothing', async () => {
    await withWorld({ 'bowl.nabla': bowl, 'line.nabla': line }, async (world) => {
      await world.nabla(['build', 'line.nabla']);
      const changed = (await world.read('line.ts')).replace('(slope', '(slope ');
      await world.write(
        'line.ts',
        changed.replace('@generated by nabla from line', '@generated by nabla from lime'),
      );
      const before = await world.read('line.ts');
      const { exitCode, stdout, stderr } = await world.nabla([...build, '--check']);
      expect(stdout).toContain('bowl.ts is missing\n');
      expect(stdout).toContain('line.ts is stale\n--- line.ts\n+++ line.ts (as built)\n@@ -1,');
      expect(stdout).toMatch(
        /^-\/\/ @generated by nabla from lime\.nabla.*\n\+\/\/ @generated by nabla from line\.nabla/m,
      );
      expect(stderr).toBe('2 of 2 files not up to date: run nabla build\n');
      expect(exitCode).toBe(1);
      expect(await world.read('line.ts')).toBe(before);
      expect(await world.list()).toEqual(['bowl.nabla', 'line.nabla', 'line.ts']);
    });
  });
});

test('the same text comes out wherever the command runs', async () => {
  await withWorld({ 'deep/line.nabla': line }, async (world) => {
    await world.nabla(['build', 'deep/line.nabla']);
    const here = await world.read('deep/line.ts');
    const { stderr } = await world.nabla(['build', `${world.directory}/deep/line.nabla`]);
    expect(stderr).toBe('1 file unchanged\n');
    expect(await world.read('deep/line.ts')).toBe(here);
    expect(here).not.toContain(world.directory);
  });
});
