// Names of the emitted TypeScript, from names of models.

import { describe, expect, it } from 'vitest';
import { camelCase, fieldNames, fieldPaths, identifier, pascalCase, Scope } from '../../src/emit/names.ts';

describe('identifier', () => {
  it.each([
    ['margin', 'margin'],
    ['θ', 'θ'],
    ['x₁', 'x1'],
    ['σ²', 'σ2'],
    ['∇f', '_f'],
    ['a-b', 'a_b'],
    ['2y', '_2y'],
    ['₂y', '_2y'],
    ['𝑥', '𝑥'],
    ['$', '$'],
    ['', '_'],
    ["it's", 'it_s'],
    ['camera.pose.x', 'cameraPoseX'],
  ])('of %s is %s', (name, expected) => {
    expect(identifier(name)).toBe(expected);
    expect(() => new Function(`const ${expected} = 1;`)).not.toThrow();
  });
});

describe('the names of a model', () => {
  it.each([
    ['Mlp', 'mlp', 'Mlp'],
    ['MLP', 'mlp', 'MLP'],
    ['mlp', 'mlp', 'Mlp'],
    ['HMMForward', 'hmmForward', 'HMMForward'],
    ['LogisticL2', 'logisticL2', 'LogisticL2'],
    ['A', 'a', 'A'],
    ['A1', 'a1', 'A1'],
    ['my_model', 'my_model', 'My_model'],
    ['Ωmega', 'ωmega', 'Ωmega'],
    ['_private', '_private', '_private'],
  ])('%s: functions %s…, types %s…', (name, functions, types) => {
    expect([camelCase(name), pascalCase(name)]).toEqual([functions, types]);
  });
});

describe('scope', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['equal hints', ['x', 'x', 'x'], ['x', 'x_1', 'x_2']],
    ['a suffix that is taken', ['x_1', 'x', 'x'], ['x_1', 'x', 'x_2']],
    [
      'reserved words',
      ['class', 'await', 'eval', 'Math', 'undefined'],
      ['class_', 'await_', 'eval_', 'Math_', 'undefined_'],
    ],
    ['a reserved word twice', ['default', 'default_', 'default'], ['default_', 'default__1', 'default__2']],
    ['names of objects', ['constructor', '__proto__', 'toString'], ['constructor', '__proto__', 'toString']],
    ['names that become equal', ['x₁', 'x1'], ['x1', 'x1_1']],
  ])('%s', (_, hints, expected) => {
    const scope = new Scope();
    expect(hints.map((hint) => scope.declare(hint))).toEqual(expected);
  });

  it('keeps inner names off outer ones, and lets neighbours have the same', () => {
    const outer = new Scope();
    outer.declare('x');
    const [first, second] = [outer.inner(), outer.inner()];
    expect([first.declare('x'), first.declare('y')]).toEqual(['x_1', 'y']);
    expect([second.declare('x'), second.inner().declare('x')]).toEqual(['x_1', 'x_2']);
  });

  it('gives ten thousand equal hints their names in time', () => {
    const scope = new Scope();
    const names = Array.from({ length: 10_000 }, () => scope.declare('t'));
    expect([new Set(names).size, names.at(-1)]).toEqual([10_000, 't_9999']);
  });
});

describe('field names', () => {
  it.each<[readonly string[], readonly string[]]>([
    [
      ['w', 'class', 'constructor'],
      ['w', 'class', 'constructor'],
    ],
    [
      ['x₁', 'x1', 'x₁'],
      ['x1', 'x1_1', 'x1_2'],
    ],
    [
      ['__proto__', 'proto'],
      ['proto', 'proto_1'],
    ],
  ])('of %j are %j', (names, fields) => {
    expect(fieldNames(names)).toEqual(fields);
  });
});

it('fields of records keep their paths; names are told apart on their level', () => {
  const paths = ['c.x₁', 'c.x1', 'd', 'c.__proto__', 'e.f.g', 'e.f.h'];
  expect(fieldPaths(paths)).toEqual(['c.x1', 'c.x1_1', 'd', 'c.proto', 'e.f.g', 'e.f.h']);
});
