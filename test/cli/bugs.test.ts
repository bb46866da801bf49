// What the user sees when the mistake is ours.

import { describe, expect, test } from 'vitest';
import { CompilerBug } from '../../src/base/bug.ts';
import { withWorld, type Ending } from './fake-io.ts';

async function failingWith(error: unknown, environment: Record<string, string> = {}): Promise<Ending> {
  let ending: Ending | undefined;
  await withWorld({ 'm.nabla': '' }, async (world) => {
    const files = () => ({ read: () => Promise.reject(error) });
    ending = await world.nabla(['check', 'm.nabla'], { files, environment });
  });
  if (ending === undefined) throw new Error('did not run');
  return ending;
}

describe('exit code 70 and a request for a report, without a stack', () => {
  test.each([
    [
      'a broken invariant',
      new CompilerBug('internal error in nabla: seven. Please report it.'),
      'internal error in nabla: seven',
    ],
    ['an exception', new TypeError('x is not a function'), 'internal error in nabla: x is not a function'],
    ['something thrown', 'text', 'internal error in nabla: text'],
  ])('%s', async (_, error, message) => {
    const { exitCode, stdout, stderr } = await failingWith(error);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/report it/);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(stdout).toBe('');
    expect(exitCode).toBe(70);
  });
});

test('NABLA_DEBUG shows where', async () => {
  const { exitCode, stderr } = await failingWith(new TypeError('x is not a function'), { NABLA_DEBUG: '1' });
  expect(stderr).toMatch(/^ +at /m);
  expect(exitCode).toBe(70);
});

test('a failure of the file system is not a bug', async () => {
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  expect(await failingWith(denied)).toMatchObject({
    exitCode: 2,
    stderr: 'nabla: cannot read m.nabla: permission denied\n',
  });
});
