// Imports on the command line: which files are read, which are not, and files that several models share.

import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withWorld } from './fake-io.ts';

const model = (loss: string): string => `model M {\n  param x: real\n  loss ${loss}\n}\n`;
const lib = 'const k = 2\nfn f(x: real): real = k * x^2\n';
const main = `import { f } from "./lib.nabla"\n\n${model('f(x)')}`;

describe('every command', () => {
  const files = { 'models/a.nabla': main, 'models/lib.nabla': lib };

  it.each([
    [['build', 'models/a.nabla']],
    [['check', 'models/a.nabla']],
    [['show', 'models/a.nabla', '--stage', 'ir']],
    [['gradcheck', 'models/a.nabla']],
  ])('%j reads imports', async (args) => {
    await withWorld(files, async ({ nabla }) => {
      const { exitCode, stderr } = await nabla(args);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('N0') });
    });
  });

  it.each([
    [['build', 'models/a.nabla']],
    [['check', 'models/a.nabla']],
    [['show', 'models/a.nabla']],
    [['gradcheck', 'models/a.nabla']],
  ])('%j shows the place in the imported file', async (args) => {
    await withWorld({ ...files, 'models/lib.nabla': 'fn f(x: real): real = y' }, async ({ nabla }) => {
      const { exitCode, stdout, stderr } = await nabla(args);
      expect(exitCode).toBe(1);
      expect(`${stdout}${stderr}`).toContain('models/lib.nabla:1:23: error N0201: `y` is not defined');
      expect(stderr).toContain('1 error in models/lib.nabla');
    });
  });

  it('what comes from standard input imports from where it says that it is', async () => {
    await withWorld({ 'deep/lib.nabla': lib }, async ({ nabla }) => {
      const named = await nabla(['build', '-', '--stdin-path', 'deep/a.nabla'], { stdin: main });
      expect(named).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('export function mLoss(') });
      const unnamed = await nabla(['build', '-'], { stdin: main });
      expect(unnamed).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('there is no file `lib.nabla`'),
      });
    });
  });
});

describe('files that models share', () => {
  it('may be among the models, and are not built', async () => {
    const files = { 'm/a.nabla': main, 'm/b.nabla': main, 'm/lib.nabla': lib };
    await withWorld(files, async ({ nabla, list }) => {
      expect(await nabla(['build', 'm/*.nabla'])).toEqual({
        exitCode: 0,
        stdout: '',
        stderr: 'wrote 2 files\n',
      });
      expect(await list()).toEqual(['m/a.nabla', 'm/a.ts', 'm/b.nabla', 'm/b.ts', 'm/lib.nabla']);
      expect(await nabla(['build', '--check', 'm/*.nabla'])).toMatchObject({ exitCode: 0 });
      expect(await nabla(['check', 'm/*.nabla'])).toMatchObject({
        exitCode: 0,
        stderr: '3 files checked, no errors\n',
      });
    });
  });

  it('are nothing to build by themselves, but can be checked', async () => {
    await withWorld({ 'lib.nabla': lib, 'empty.nabla': '' }, async ({ nabla }) => {
      expect(await nabla(['build', 'lib.nabla'])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('N0501'),
      });
      expect(await nabla(['check', 'lib.nabla'])).toMatchObject({ exitCode: 0, stdout: '' });
      expect(await nabla(['check', 'empty.nabla'])).toMatchObject({ exitCode: 1 });
    });
  });

  it('are stale with what they make', async () => {
    await withWorld({ 'a.nabla': main, 'lib.nabla': lib }, async ({ nabla, write }) => {
      await nabla(['build', 'a.nabla']);
      await write('lib.nabla', lib.replace('= 2', '= 3'));
      const { exitCode, stdout } = await nabla(['build', 'a.nabla', '--check']);
      expect(exitCode).toBe(1);
      expect(stdout).toContain('a.ts is stale');
    });
  });

  it('have their mistakes told once', async () => {
    const files = { 'a.nabla': main, 'b.nabla': main, 'lib.nabla': 'fn f(x: real): real = y\n' };
    await withWorld(files, async ({ nabla }) => {
      const { exitCode, stderr } = await nabla(['build', '*.nabla']);
      expect(exitCode).toBe(1);
      expect(stderr.match(/N0201/g)).toHaveLength(1);
      expect(stderr).toContain('1 error in lib.nabla; nothing was written');
    });
  });
});

describe('what is read', () => {
  const outside = `import { f } from "../../lib.nabla"\n\n${model('f(x)')}`;
  const refused = (folder: string): string =>
    `is not read: it is not below \`${folder}\`, the folder of the project (see --allow-outside)`;

  it('a project is the folder of the nearest package.json above the model, wherever the command runs', async () => {
    const files = { 'package.json': '{}', 'lib.nabla': lib, 'p/src/a.nabla': outside };
    await withWorld(files, async ({ nabla, write }) => {
      expect(await nabla(['check', 'p/src/a.nabla'])).toMatchObject({ exitCode: 0 });
      await write('p/package.json', '{}');
      const { exitCode, stdout } = await nabla(['check', 'p/src/a.nabla']);
      expect(exitCode).toBe(1);
      expect(stdout).toContain(`p/src/a.nabla:1:19: error N0703: \`lib.nabla\` ${refused('p')}`);
      expect(await nabla(['check', 'p/src/a.nabla', '--allow-outside'])).toMatchObject({ exitCode: 0 });
    });
  });

  it('without a package.json it is the working directory', async () => {
    await withWorld({ 'w/a.nabla': main.replace('./lib', '../../lib') }, async ({ nabla }) => {
      const { exitCode, stdout } = await nabla(['check', 'w/a.nabla']);
      expect(exitCode).toBe(1);
      expect(stdout).toContain('there is no file `../lib.nabla`');
    });
    await withWorld({ 'w/x/a.nabla': outside, 'lib.nabla': lib }, async ({ nabla }) => {
      expect(await nabla(['check', 'w/x/a.nabla'])).toMatchObject({ exitCode: 0 });
    });
  });

  it('links that lead out of the project are not followed', async () => {
    const files = {
      'p/package.json': '{}',
      'p/a.nabla': main,
      'p/in.nabla': main.replace('lib', 'real'),
      'lib.nabla': lib,
      'p/there.nabla': lib,
    };
    await withWorld(files, async ({ nabla, directory }) => {
      await symlink(join(directory, 'lib.nabla'), join(directory, 'p/lib.nabla'));
      await symlink('there.nabla', join(directory, 'p/real.nabla'));
      const { exitCode, stdout } = await nabla(['check', 'p/a.nabla']);
      expect(exitCode).toBe(1);
      expect(stdout).toContain(`\`p/lib.nabla\` ${refused('p')}`);
      expect(await nabla(['check', 'p/a.nabla', '--allow-outside'])).toMatchObject({ exitCode: 0 });
      expect(await nabla(['check', 'p/in.nabla'])).toMatchObject({ exitCode: 0 });
    });
  });

  it('a folder is not a file, and bytes that are no text are said to be none', async () => {
    await withWorld({ 'a.nabla': main, 'lib.nabla/x': '' }, async ({ nabla }) => {
      const { exitCode, stdout } = await nabla(['check', 'a.nabla']);
      expect(exitCode).toBe(1);
      expect(stdout).toContain('error N0703: `lib.nabla` is not read: it is a folder');
    });
    await withWorld({ 'a.nabla': main }, async ({ nabla, write }) => {
      await write('lib.nabla', Uint8Array.of(0x66, 0xff));
      const { exitCode, stderr } = await nabla(['check', 'a.nabla']);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('lib.nabla is not UTF-8 text');
    });
  });

  it('what is emitted does not depend on where the command runs', async () => {
    const files = { 'package.json': '{}', 'p/a.nabla': main, 'p/lib.nabla': lib };
    const texts: string[] = [];
    for (const path of ['p/a.nabla', './p/../p/a.nabla']) {
      await withWorld(files, async ({ nabla, read }) => {
        expect(await nabla(['build', path])).toMatchObject({ exitCode: 0 });
        texts.push(await read('p/a.ts'));
      });
    }
    await withWorld(files, async ({ nabla, read, directory }) => {
      expect(await nabla(['build', join(directory, 'p/a.nabla')])).toMatchObject({ exitCode: 0 });
      texts.push(await read('p/a.ts'));
    });
    expect(new Set(texts).size).toBe(1);
  });
});
