// The examples are short, have nothing to complain about, and have right gradients.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withWorld } from './fake-io.ts';

const folder = join(import.meta.dirname, '../../examples');
const examples = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.nabla'),
);

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(4);
});

describe.each(examples)('%s', (path) => {
  const text = readFileSync(join(folder, path), 'utf8');

  test('is at most 25 lines long', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
  });

  test('compiles without a warning', async () => {
    await withWorld({}, async (world) => {
      expect(await world.nabla(['check', '-', '--format', 'plain'], { stdin: text })).toMatchObject({
        exitCode: 0,
        stdout: '',
      });
    });
  });

  test('has the right gradient', async () => {
    await withWorld({}, async (world) => {
      const { exitCode, stdout, stderr } = await world.nabla(['gradcheck', '-', '--points', '2'], {
        stdin: text,
      });
      expect(stdout + stderr).toContain('every derivative agrees');
      expect(exitCode).toBe(0);
    });
  });
});
