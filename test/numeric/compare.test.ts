// What counts as agreement. Everything that is not known to be right must not count as right.

import { describe, expect, test } from 'vitest';
import { count, emptyTally, judge, judgeEqual, type Verdict } from '../../src/numeric/compare.ts';

const kink = { left: -1, right: 1 };

describe('judge: emitted against numeric', () => {
  const cases: readonly (readonly [string, number, Parameters<typeof judge>[1], Verdict])[] = [
    ['equal', 2, { value: 2, error: 1e-12 }, 'agrees'],
    ['both zero', 0, { value: 0, error: 0 }, 'agrees'],
    ['within the tolerance', 2 + 1e-7, { value: 2, error: 1e-12 }, 'agrees'],
    ['off by a part in 10 000', 2.0002, { value: 2, error: 1e-12 }, 'wrong'],
    ['of the wrong sign', -2, { value: 2, error: 1e-12 }, 'wrong'],
    ['zero where there is slope', 0, { value: 2, error: 1e-12 }, 'wrong'],
    ['slope where there is none', 2, { value: 0, error: 1e-12 }, 'wrong'],
    ['NaN', NaN, { value: 2, error: 1e-12 }, 'wrong'],
    ['infinite', Infinity, { value: 2, error: 1e-12 }, 'wrong'],
    ['infinite, and nothing to compare with', Infinity, { value: NaN, error: Infinity }, 'unresolved'],
    ['far off, but differences too rough to tell', -8e27, { value: -4e6, error: 1e14 }, 'unresolved'],
    ['NaN, and nothing to compare with', NaN, { value: NaN, error: Infinity }, 'wrong'],
    ['nothing to compare with', 2, { value: NaN, error: Infinity }, 'unresolved'],
    ['differences too rough to tell', 2, { value: 2.01, error: 0.1 }, 'unresolved'],
    ['rough differences that still tell', 3, { value: 2, error: 0.01 }, 'wrong'],
    ['at a kink, between the sides', 0, { value: 0, error: 0, kink }, 'kink'],
    ['at a kink, on a side', 1, { value: 0, error: 0, kink }, 'kink'],
    ['at a kink, outside of the sides', 2, { value: 0, error: 0, kink }, 'wrong'],
    ['NaN at a kink', NaN, { value: 0, error: 0, kink }, 'wrong'],
  ];
  test.each(cases)('%s', (_, emitted, numeric, verdict) => {
    expect(judge(emitted, numeric, { compared: 1e-3, numeric: 1e-6 }, 1e-6).verdict).toBe(verdict);
  });
});

describe('judgeEqual', () => {
  test.each([
    ['equal', 1, 1, 'agrees'],
    ['rounding', 1, 1 + 1e-12, 'agrees'],
    ['different', 1, 1.001, 'wrong'],
    ['NaN emitted', NaN, 1, 'wrong'],
    ['NaN expected', 1, NaN, 'wrong'],
    ['NaN on both sides', NaN, NaN, 'wrong'],
    ['infinite on both sides', Infinity, Infinity, 'wrong'],
  ] as const)('%s', (_, emitted, expected, verdict) => {
    expect(judgeEqual(emitted, expected, 1, 1e-9).verdict).toBe(verdict);
  });
});

test('the worst component is the largest error, a wrong one before any that agrees, NaN before all', () => {
  const found = (component: string) => ({ component, emitted: 0, expected: 0, point: 1 });
  let tally = count(emptyTally, { verdict: 'agrees', error: 0.5 }, found('a'));
  tally = count(tally, { verdict: 'agrees', error: 0.1 }, found('b'));
  expect(tally.worst?.component).toBe('a');
  tally = count(tally, { verdict: 'wrong', error: 0.2 }, found('c'));
  expect(tally.worst?.component).toBe('c');
  tally = count(tally, { verdict: 'agrees', error: 0.9 }, found('d'));
  expect(tally.worst?.component).toBe('c');
  tally = count(tally, { verdict: 'wrong', error: NaN }, found('e'));
  tally = count(tally, { verdict: 'wrong', error: 9 }, found('f'));
  expect(tally.worst?.component).toBe('e');
  expect(tally).toMatchObject({ agrees: 3, wrong: 3, kink: 0, unresolved: 0 });
});
