// Inputs that a person wrote down: what is read from them, and what is said when they do not fit.

import { describe, expect, test } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { readGiven } from '../../src/gradcheck/given.ts';

const text = `model M {
  dim N, D
  dim K = 2
  data X: real[N, D]
  data on: bool
  param w: real[D], packed: real[D*(D+1)/2], b: real
  loss b + sum(X[n, d] * w[d] for n in N, d in D) + sum(packed[i] for i) + (on ? 1 : 0)
}`;
const [program] = analyse(text).programs;
if (program === undefined) throw new Error('no model');

describe('readGiven', () => {
  test.each([
    ['nothing', {}, {}, { params: {}, data: {} }],
    ['a scalar', { params: { b: 2 } }, {}, { params: { b: [2] }, data: {} }],
    ['a truth value', { data: { on: true } }, {}, { params: {}, data: { on: [1] } }],
    ['sizes from shapes', { params: { w: [1, 2] } }, { D: 2 }, { params: { w: [1, 2] }, data: {} }],
    ['nested rows', { data: { X: [[1, 2], [3, 4], [5, 6]] } }, { N: 3, D: 2 }, { params: {}, data: { X: [1, 2, 3, 4, 5, 6] } }],
    ['a flat array with sizes', { sizes: { N: 2, D: 1 }, data: { X: [1, 2] } }, { N: 2, D: 1 }, { params: {}, data: { X: [1, 2] } }],
    ['a derived extent', { sizes: { D: 2 }, params: { packed: [1, 2, 3] } }, { D: 2 }, { params: { packed: [1, 2, 3] }, data: {} }],
  ])('%s', (_, json, sizes, inputs) => {
    expect(readGiven(json, program, {})).toEqual({ inputs, sizes });
  }); // prettier-ignore

  test.each([
    ['a list', [], 'expected an object'],
    ['an unknown group', { parameters: {} }, 'not "parameters"'],
    ['an unknown parameter', { params: { pakced: [1] } }, 'did you mean `packed`?'],
    ['data among the parameters', { params: { X: [1] } }, 'which is no param of M'],
    ['an unknown size', { sizes: { M: 1 } }, 'which is no size of M'],
    ['a size of zero', { sizes: { N: 0 } }, 'size N must be a positive integer'],
    ['a text', { params: { b: '1' } }, 'b must be a number'],
    ['null', { params: { b: null } }, 'b must be a number'],
    ['rows of different lengths', { data: { X: [[1], [2, 3]] } }, 'X has rows of different lengths'],
    ['shapes that disagree', { params: { w: [1, 2] }, data: { X: [[1, 2, 3]] } }, 'should be'],
    [
      'too many values',
      { sizes: { D: 2 }, params: { w: [1, 2, 3] } },
      'w is [3] and should be [2] with N=3, D=2, K=2',
    ],
  ])('refuses %s', (_, json, message) => {
    expect(readGiven(json, program, {})).toContain(message);
  });

  test('sizes from the command line win', () => {
    expect(readGiven({ params: { w: [1, 2] } }, program, { D: 3 })).toContain('w is [2] and should be [3]');
  });
});
