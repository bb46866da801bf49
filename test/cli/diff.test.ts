// The diff that `build --check` shows.

import { describe, expect, test } from 'vitest';
import { unifiedDiff } from '../../src/cli/diff.ts';

const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
const text = (all: readonly string[]): string => all.join('\n');
const ten = lines(1, 10);

describe('unifiedDiff', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
    ['equal texts have none', ten, ten, []],
    [
      'a changed line stands in its context',
      ten,
      ten.with(4, 'changed'),
      ['@@ -4,3 +4,3 @@', ' line 4', '-line 5', '+changed', ' line 6'],
    ],
    ['a new line', ten, ten.toSpliced(5, 0, 'new'), ['@@ -5,2 +5,3 @@', ' line 5', '+new', ' line 6']],
    ['a lost line', ten, ten.toSpliced(5, 1), ['@@ -5,3 +5,2 @@', ' line 5', '-line 6', ' line 7']],
    ['at the start', ten, ['new', ...ten], ['@@ -1,1 +1,2 @@', '+new', ' line 1']],
    ['at the end', ten, [...ten, 'new'], ['@@ -10,1 +10,2 @@', ' line 10', '+new']],
    [
      'changes far apart are hunks of their own',
      ten,
      ten.with(1, 'a').with(8, 'b'),
      [
        '@@ -1,3 +1,3 @@',
        ' line 1',
        '-line 2',
        '+a',
        ' line 3',
        '@@ -8,3 +8,3 @@',
        ' line 8',
        '-line 9',
        '+b',
        ' line 10',
      ],
    ],
    [
      'changes close together share a hunk',
      ten,
      ten.with(2, 'a').with(4, 'b'),
      ['@@ -2,5 +2,5 @@', ' line 2', '-line 3', '+a', ' line 4', '-line 5', '+b', ' line 6'],
    ],
  ];
  test.each(cases)('%s', (_, before, after, expected) => {
    expect(unifiedDiff(text(before), text(after), { context: 1, most: 100 })).toEqual(expected);
  });

  test('a long diff ends in a count', () => {
    const diff = unifiedDiff('', text(lines(1, 50)), { context: 1, most: 5 });
    expect(diff).toHaveLength(6);
    expect(diff.at(-1)).toMatch(/^… \d+ more lines$/);
  });

  test('texts without a common line are replaced at once, however long', () => {
    const before = text(lines(1, 3000));
    const after = text(lines(5001, 8000));
    const diff = unifiedDiff(before, after, { context: 2, most: 10_000 });
    expect(diff[0]).toBe('@@ -1,3000 +1,3000 @@');
    expect(diff).toHaveLength(6001);
  });
});
