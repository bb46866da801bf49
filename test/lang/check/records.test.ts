// Records and several results: run by the reference interpreter and as emitted, held to numbers worked out by hand.

import { describe, expect, it } from 'vitest';
import { interpret } from '../../../src/ir/interpret.ts';
import { compileModule } from '../../support/emitted.ts';
import { programOf } from '../../support/language.ts';

type Values = Readonly<Record<string, number | boolean | readonly number[]>>;

const types = `
type Vec2 = { x: real, y: real }
type Segment = {
  from: Vec2, to: Vec2
  /// how wide
  width: real
  marks: int[2],
}
fn plus(a: Vec2, b: Vec2): Vec2 = Vec2 { x: a.x + b.x, y: a.y + b.y }
fn scaled(a: Vec2, k: real): Vec2 = Vec2 { y: k * a.y, x: k * a.x }
fn polar(v: Vec2): (real, real) = (sqrt(v.x^2 + v.y^2), v.y / v.x)
fn extremes(v: real[n]): (real, real, int) {
  return (max(v), min(v), argmax(v))
}
fn split(v: real[n], k: real): (real[n], Vec2) = (v * k, Vec2 { x: sum(v), y: k })
`;

/** The outputs of a model with these statements, both ways. */
async function outputsOf(
  statements: string,
  given: { params?: Values; data?: Values } = {},
): Promise<object> {
  // Test support hands in params, so there is one.
  const text = `${types}\nmodel M {\nparam _w: real\n${statements}\n}`;
  const sizes = { N: 3 };
  const { data = {} } = given;
  const params = { _w: 0, ...given.params };
  const meant = interpret(programOf(text), { params, data }, text.includes('dim N') ? sizes : {}).outputs;
  const { run } = await compileModule(text, 'm.nabla', { sizes, emit: ['outputs'] });
  const emitted = run({ params: params as never, data: data as never }).outputs;
  const plain = (outputs: object): object =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value]),
    ); // prettier-ignore
  expect(plain(emitted)).toEqual(plain(meant));
  return plain(emitted);
}

const v = { 'v.x': 3, 'v.y': 4 };
const many = { 'p.x': [1, 2, 3], 'p.y': [10, 20, 30] };

describe('records', () => {
  it.each<[string, string, { params?: Values; data?: Values }, object]>([
    ['fields', 'data v: Vec2 \n output o = v.x * v.y', { data: v }, { o: 12 }],
    ['a record as an output', 'data v: Vec2 \n output o = scaled(v, 2)', { data: v }, { 'o.x': 6, 'o.y': 8 }],
    ['of functions', 'data v: Vec2 \n output o = plus(v, plus(v, v)).y', { data: v }, { o: 12 }],
    ['fields in any order', 'output o = Vec2 { y: 1, x: 2 }', {}, { 'o.x': 2, 'o.y': 1 }],
    ['arrays of them', 'dim N \n data p: Vec2[N] \n output o[i in N] = p[i].x * p.y[i]', { data: many }, { o: [10, 40, 90] }],
    ['the fields of an array', 'dim N \n data p: Vec2[N] \n output o = p.x + p.y', { data: many }, { o: [11, 22, 33] }],
    ['slices', 'dim N \n data p: Vec2[N] \n output o = p[1..N]', { data: many }, { 'o.x': [2, 3], 'o.y': [20, 30] }],
    ['an array made of them', 'dim N \n data p: Vec2[N] \n let q = [scaled(p[i], 2) for i in N] \n output o = q[2]', { data: many }, { 'o.x': 6, 'o.y': 60 }],
    ['a list of them', 'data v: Vec2 \n let l = [v, plus(v, v)] \n output o = l.y', { data: v }, { o: [4, 8] }],
    ['named elements', 'dim N \n data p: Vec2[N] \n let q[i in N] = p[N - 1 - i] \n output o = q.x', { data: many }, { o: [3, 2, 1] }],
    ['a choice', 'data v: Vec2, c: bool \n output o = c ? v : scaled(v, -1)', { data: { ...v, c: false } }, { 'o.x': -3, 'o.y': -4 }],
    ['a choice of arrays', 'dim N \n data p: Vec2[N], c: bool \n let q = [scaled(p[i], 2) for i] \n output o = (c ? p : q).x', { data: { ...many, c: false } }, { o: [2, 4, 6] }],
    ['records in records', 'data v: Vec2 \n let s = Segment { from: v, to: scaled(v, 2), width: 1, marks: [1, 2] } \n output o = s.to.x + s.width + real(s.marks[1])', { data: v }, { o: 9 }],
    ['arrays in records', 'data s: Segment \n output o = s', { data: { 's.from.x': 1, 's.from.y': 2, 's.to.x': 3, 's.to.y': 4, 's.width': 5, 's.marks': [6, 7] } }, { 'o.from.x': 1, 'o.from.y': 2, 'o.to.x': 3, 'o.to.y': 4, 'o.width': 5, 'o.marks': [6, 7] }],
    ['arrays in arrays of records', 'dim N \n data s: Segment[N] \n output o[i in N] = s[i].marks[1] \n output q = s.marks[0, :]', { data: { 's.from.x': [1, 2, 3], 's.from.y': [0, 0, 0], 's.to.x': [0, 0, 0], 's.to.y': [0, 0, 0], 's.width': [0, 0, 0], 's.marks': [1, 2, 3, 4, 5, 6] } }, { o: [2, 4, 6], q: [1, 2] }],
    ['a declared type', 'data v: Vec2 \n let u: Vec2 = v \n output o: Vec2 = u', { data: v }, { 'o.x': 3, 'o.y': 4 }],
  ])('%s', async (_, statements, given, expected) => {
    expect(await outputsOf(statements, given)).toEqual(expected);
  }); // prettier-ignore
});

describe('records that change', () => {
  it.each<[string, string, { params?: Values; data?: Values }, object]>([
    ['whole', 'data v: Vec2 \n var s = v \n s = scaled(s, 2) \n output o = s', { data: v }, { 'o.x': 6, 'o.y': 8 }],
    ['by a field', 'data v: Vec2 \n var s = v \n s.x = s.y \n s.y *= 10 \n output o = s', { data: v }, { 'o.x': 4, 'o.y': 40 }],
    ['by a field of a field', 'var s = Segment { from: Vec2 { x: 1, y: 2 }, to: Vec2 { x: 3, y: 4 }, width: 0, marks: [1, 2] } \n s.to.y += 1 \n s.from = s.to \n s.marks[0] = 7 \n output o = s.from.y \n output m = s.marks', {}, { o: 5, m: [7, 2] }],
    ['by an element', 'dim N \n data p: Vec2[N] \n var q = p \n q[1] = Vec2 { x: 0, y: 0 } \n q[2].x += 1 \n q.y[0] = 5 \n output o = q', { data: many }, { 'o.x': [1, 0, 4], 'o.y': [5, 0, 30] }],
    ['by a row', 'dim N \n data s: Segment[N] \n var q = s \n q[1].marks = [8, 9] \n q[2].marks[0] = 1 \n output o = q.marks', { data: { 's.from.x': [1, 2, 3], 's.from.y': [0, 0, 0], 's.to.x': [0, 0, 0], 's.to.y': [0, 0, 0], 's.width': [0, 0, 0], 's.marks': [1, 2, 3, 4, 5, 6] } }, { o: [1, 2, 8, 9, 1, 6] }],
    ['an array of one record', 'dim N \n data v: Vec2 \n var q: Vec2[N] = v \n q[0].x = 1 \n output o = q', { data: v }, { 'o.x': [1, 3, 3], 'o.y': [4, 4, 4] }],
    ['through a loop', 'dim N \n data p: Vec2[N] \n var s = Vec2 { x: 0, y: 0 } \n var q = p \n for i in N { s = plus(s, p[i]) \n q[i] = s } \n output o = q', { data: many }, { 'o.x': [1, 3, 6], 'o.y': [10, 30, 60] }],
    ['through a while', 'data v: Vec2 \n var s = v \n while (s.x < 20) max 9 { s = plus(s, v) } \n output o = s', { data: v }, { 'o.x': 21, 'o.y': 28 }],
    ['in a branch', 'data v: Vec2 \n var s = v \n var t = v \n if (v.x > 0) { s.x = 1 } else { t = scaled(t, 2) } \n output o = s \n output q = t.y', { data: v }, { 'o.x': 1, 'o.y': 4, q: 4 }],
    ['and leave others as they were', 'data v: Vec2 \n var s = v \n let before = s \n s.x = 0 \n output o = before.x + s.x', { data: v }, { o: 3 }],
  ])('%s', async (_, statements, given, expected) => {
    expect(await outputsOf(statements, given)).toEqual(expected);
  }); // prettier-ignore
});

describe('several values', () => {
  it.each<[string, string, { params?: Values; data?: Values }, object]>([
    ['with names', 'data v: Vec2 \n let (r, slope) = polar(v) \n output o = r \n output s = slope', { data: v }, { o: 5, s: 4 / 3 }],
    ['of arrays and records', 'dim N \n data a: real[N] \n let (b, u) = split(a, 2) \n output o = b \n output q = u', { data: { a: [1, 2, 3] } }, { o: [2, 4, 6], 'q.x': 6, 'q.y': 2 }],
    ['to vars', 'dim N \n data a: real[N] \n var (high, low, at) = extremes(a) \n (low, high) = (high, low) \n at += 1 \n output o = [low, high] \n output k = at', { data: { a: [1, 5, 2] } }, { o: [5, 1], k: 2 }],
    ['to parts of vars', 'data v: Vec2 \n var s = v \n var a = [0.0, 0.0] \n (s.x, a[1]) = polar(v) \n output o = s.x + a[1]', { data: v }, { o: 5 + 4 / 3 }],
    ['to places that change with them', 'var i = 0 \n var a = [5.0, 6.0] \n (i, a[i]) = (1, 7) \n output o = a \n output k = i', {}, { o: [7, 6], k: 1 }],
    ['in a loop', 'dim N \n data a: real[N] \n var (s, t) = (0.0, 1.0) \n for i in N { (s, t) = (s + a[i] * t, s) } \n output o = s \n output q = t', { data: { a: [1, 2, 3] } }, { o: 4, q: 1 }],
    ['by a choice', 'data v: Vec2, c: bool \n let (a, b) = c ? polar(v) : (v.x, v.y) \n output o = a + b', { data: { ...v, c: false } }, { o: 7 }],
  ])('%s', async (_, statements, given, expected) => {
    expect(await outputsOf(statements, given)).toEqual(expected);
  }); // prettier-ignore
});
