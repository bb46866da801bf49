// Commands that cannot be carried out as they were given: exit code 2, and a message that says what to do instead.

import { describe, expect, test } from 'vitest';
import { defaultEmit } from '../../src/compile.ts';
import { withWorld } from './fake-io.ts';

const model = 'model M {\n  dim N\n  param x: real[N]\n  loss sum(x[i]^2 for i in N)\n}\n';

describe('wrong usage', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['no command', [], 'Usage: nabla'],
    ['a misspelt command', ['biuld', 'm.nabla'], 'Did you mean build?'],
    ['a misspelt option', ['build', 'm.nabla', '--presicion', 'f32'], 'Did you mean --precision?'],
    ['a misspelt kind', ['build', 'm.nabla', '--emit', 'loss,gradeint'], 'Did you mean gradient?'],
    ['a misspelt optimisation', ['build', 'm.nabla', '--without', 'fold,hoits'], 'Did you mean hoist?'],
    ['one that is none', ['show', 'm.nabla', '--without', 'stabilise'], 'Expected fold, share, unroll,'],
    ['an unknown precision', ['build', 'm.nabla', '--precision', 'f16'], 'Expected f64, f32.'],
    ['an unknown stage', ['show', 'm.nabla', '--stage', 'gradients'], 'Did you mean gradient?'],
    ['no file', ['build'], "missing required argument 'files'"],
    ['two files where one is wanted', ['show', 'm.nabla', 'n.nabla'], 'too many arguments'],
    ['a file that is not there', ['check', 'q.nabla'], 'cannot read q.nabla: it does not exist'],
    ['a glob without a match', ['check', '*.nable'], "no file matches '*.nable'"],
    ['a directory', ['check', 'models/'], "say 'models/**/*.nabla'"],
    ['the working directory', ['check', '.'], "say '**/*.nabla'"],
    [
      'a size without a number',
      ['build', 'm.nabla', '--size', 'N'],
      'Expected a name and a positive integer, such as B=64.',
    ],
    ['a size of zero', ['build', 'm.nabla', '--size', 'N=0'], 'Expected a name and a positive integer'],
    ['a negative size', ['build', 'm.nabla', '--size', 'N=-1'], 'Expected a name and a positive integer'],
    ['a fractional size', ['build', 'm.nabla', '--size', 'N=1.5'], 'Expected a name and a positive integer'],
    [
      'a size given twice',
      ['build', 'm.nabla', '--size', 'N=1', '--size', 'N=2'],
      'N cannot be both 1 and 2.',
    ],
    ['a size that no model has', ['build', 'm.nabla', '--size', 'M=1'], 'no model has a size M'],
    ['standard input and a file', ['build', '-', 'm.nabla'], 'stands alone'],
    ['standard input and a directory', ['build', '-', '-o', 'out'], 'leave out --out-dir'],
    [
      'several files for standard output',
      ['build', 'm.nabla', 'models/a.nabla', '-o', '-'],
      'takes one file, not 2',
    ],
    [
      'standard output and --check',
      ['build', 'm.nabla', '-o', '-', '--check'],
      'there is no file to --check',
    ],
    ['standard input and --check', ['build', '-', '--check'], 'there is no file to --check'],
    ['--stdin-path without -', ['build', 'm.nabla', '--stdin-path', 'x.nabla'], 'give `-` as the file'],
    ['a file as output directory', ['build', 'm.nabla', '-o', 'm.nabla'], '--out-dir takes a directory'],
    ['a file name as output directory', ['build', 'm.nabla', '-o', 'out/m.ts'], 'say --out-dir out'],
    ['an unknown code', ['explain', 'N9999'], 'there is no diagnostic N9999'],
    ['an unknown model', ['gradcheck', 'm.nabla', '--model', 'm'], 'did you mean `M`?'],
    ['no points', ['gradcheck', 'm.nabla', '--points', '0'], 'Expected a positive integer.'],
    ['a seed in words', ['gradcheck', 'm.nabla', '--seed', 'one'], 'Expected a whole number'],
    ['a point that would not be JSON', ['gradcheck', 'm.nabla', '--save-point', 'm.nabla'], 'writes JSON'],
    ['a tolerance of zero', ['gradcheck', 'm.nabla', '--tolerance', '0'], 'Expected a positive number'],
  ];
  test.each(cases)('%s', async (_, args, message) => {
    await withWorld({ 'm.nabla': model, 'models/a.nabla': model }, async (world) => {
      const before = await world.list();
      const { exitCode, stdout, stderr } = await world.nabla(args);
      expect(stderr).toContain(message);
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(await world.list()).toEqual(before);
    });
  });
});

describe('help and version go to standard output', () => {
  test.each([
    [['--help'], 'Usage: nabla'],
    [['build', '--help'], '--out-dir'],
    [['build', '--help'], `(default: ${defaultEmit.join(',')})`],
    [['help', 'gradcheck'], '--tolerance'],
    [['--version'], '.'],
  ])('%j', async (args, text) => {
    await withWorld({}, async (world) => {
      const { exitCode, stdout, stderr } = await world.nabla(args);
      expect(stdout).toContain(text);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
    });
  });
});
