// The command as a process of its own: exit codes, streams, and a reader that goes away.

import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { withWorld, type Ending } from './fake-io.ts';
import { bowl, broken, line } from './models.ts';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

beforeAll(() => {
  if (!existsSync(main)) throw new Error('dist/src/cli/main.js is missing: run `npm run build` first');
});

interface Given {
  readonly stdin?: string;
  /** Close standard output after the first bytes. */
  readonly stopReading?: boolean;
}

function nabla(
  directory: string,
  args: readonly string[],
  { stdin = '', stopReading = false }: Given = {},
): Promise<Ending> {
  const child = spawn(process.execPath, [main, ...args], { cwd: directory });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    text.stdout += chunk.toString();
    if (stopReading) child.stdout.destroy();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text.stderr += chunk.toString();
  });
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? -1, ...text }));
  });
}

describe('exit codes', () => {
  test.each([
    ['fine', ['check', 'line.nabla'], 0],
    ['help', ['--help'], 0],
    ['errors in the model', ['check', 'broken.nabla'], 1],
    ['an emitted file is missing', ['build', 'line.nabla', '--check'], 1],
    ['unknown option', ['check', 'line.nabla', '--fast'], 2],
    ['missing file', ['check', 'none.nabla'], 2],
  ] as const)('%s', async (_, args, expected) => {
    await withWorld({ 'line.nabla': line, 'broken.nabla': broken }, async ({ directory }) => {
      const { exitCode, stderr } = await nabla(directory, args);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: expected });
    });
  });
});

test('a model goes in through a pipe and comes out through another', async () => {
  await withWorld({}, async ({ directory }) => {
    const { exitCode, stdout, stderr } = await nabla(directory, ['build', '-'], { stdin: bowl });
    expect(stderr).toBe('');
    expect(stdout).toContain('export function bowlLossAndGradient(');
    expect(stdout).toMatch(/\n$/);
    expect(exitCode).toBe(0);
  });
});

test('a reader that goes away is not an error', async () => {
  const many = Array.from({ length: 3000 }, (_, i) => `  let v${i} = ${i} * x`).join('\n');
  const long = `model Long {\n  param x: real\n${many}\n  loss x^2\n}\n`;
  await withWorld({ 'long.nabla': long }, async ({ directory }) => {
    const { exitCode, stderr } = await nabla(directory, ['show', 'long.nabla', '--stage', 'ast'], {
      stopReading: true,
    });
    expect(stderr).not.toContain('EPIPE');
    expect(stderr).not.toContain('internal error');
    expect(exitCode).toBe(0);
  });
});

test.runIf(existsSync('/dev/full'))('an output that cannot be written is told in a sentence', async () => {
  await withWorld({ 'line.nabla': line }, async ({ directory }) => {
    const child = spawn(process.execPath, [main, 'show', 'line.nabla'], {
      cwd: directory,
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect(stderr).toBe('nabla: cannot write the output: the disk is full\n');
    expect(exitCode).toBe(2);
  });
});

/** Replaces a file and hangs between writing the new one and renaming it. */
const hanging = `
  const { nodeFiles } = await import(${JSON.stringify(new URL('io.js', pathToFileURL(main)).href)});
  const { replaceFiles } = await import(${JSON.stringify(new URL('replace.js', pathToFileURL(main)).href)});
  const rename = () => new Promise(() => { setInterval(() => {}, 1000); console.log('written'); });
  await replaceFiles({ ...nodeFiles(process.cwd()), rename }, [{ path: 'a.ts', text: 'new' }]);
`;

test.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
  '%s while files are written leaves no temporary file',
  async (sent) => {
    await withWorld({ 'a.ts': 'old' }, async (world) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', hanging], { cwd: world.directory });
      const ended = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      expect(await world.list()).toHaveLength(2);
      child.kill(sent);
      expect(await ended).toBe(sent);
      expect(await world.list()).toEqual(['a.ts']);
      expect(await world.read('a.ts')).toBe('old');
    });
  },
);
