// Inputs that a person wrote down: what is read from them, and what is said when they do not fit.

import { describe, expect, test } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { readGiven, writePoint } from '../../src/gradcheck/given.ts';

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
const [withRecords] = analyse(`type C = { r: real[2], f: real }
model R {
  dim N
  param c: C, cs: C[N]
  loss c.f * sum(c.r) + sum(cs.f)
}`).programs;
if (withRecords === undefined) throw new Error('no model');

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

  test.each([
    ['of objects', { params: { c: { r: [1, 2], f: 3 } } }, {}, { 'c.r': [1, 2], 'c.f': [3] }],
    ['by paths', { params: { 'c.r': [1, 2] } }, {}, { 'c.r': [1, 2] }],
    ['as objects of arrays', { params: { cs: { r: [[1, 2], [3, 4]], f: [5, 6] } } }, { N: 2 }, { 'cs.r': [1, 2, 3, 4], 'cs.f': [5, 6] }],
    ['as arrays of objects', { params: { cs: [{ r: [1, 2], f: 5 }, { r: [3, 4], f: 6 }] } }, { N: 2 }, { 'cs.r': [1, 2, 3, 4], 'cs.f': [5, 6] }],
  ])('reads records, %s', (_, json, sizes, params) => {
    expect(readGiven(json, withRecords, {})).toEqual({ inputs: { params, data: {} }, sizes });
  }); // prettier-ignore

  test.each([
    [
      'a field that is not there',
      { params: { c: { r: [1, 2], g: 3 } } },
      '"params" names c.g, which is no param of R',
    ],
    ['a number for a record', { params: { c: 3 } }, '"params" names c, which is no param of R'],
    [
      'records that differ',
      { params: { cs: [{ r: [1, 2], f: 5 }, { r: [3, 4] }] } },
      'cs.f must be a number',
    ],
  ])('refuses %s', (_, json, message) => {
    expect(readGiven(json, withRecords, {})).toContain(message);
  });

  test('a point with records is written as it is read', () => {
    const point = {
      sizes: { N: 1 },
      params: {
        'c.r': Float64Array.of(1, 2),
        'c.f': 3,
        'cs.r': Float64Array.of(4, 5),
        'cs.f': Float64Array.of(6),
      },
      data: {},
    };
    const written = writePoint(withRecords, point);
    expect(written.params).toEqual({ c: { r: [1, 2], f: 3 }, cs: { r: [4, 5], f: [6] } });
    expect(readGiven(written, withRecords, {})).toMatchObject({ sizes: { N: 1 } });
  });

  test('sizes from the command line win', () => {
    expect(readGiven({ params: { w: [1, 2] } }, program, { D: 3 })).toContain('w is [2] and should be [3]');
  });
});
