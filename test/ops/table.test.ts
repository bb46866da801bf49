// The ops table as a table: every record is complete and agrees with itself.

import { expect, test } from 'vitest';
import { op } from '../../src/ops/define.ts';
import { decides, jumps, ops, type OpName } from '../../src/ops/index.ts';
import type { OpRecord, ScalarName } from '../../src/ops/types.ts';
import { activeArgs, constant, evaluate, partial, record } from './rule.ts';

const names = Object.keys(ops) as OpName[];

test('every op that the compiler counts on is there', () => {
  const real =
    'add sub mul div neg pow powi erf erfc lgamma digamma polygamma exp log expm1 log1p exp2 log2 log10 sqrt rootOfSquares cbrt hypot sin cos tan ' +
    'asin acos atan atan2 sinh cosh tanh asinh acosh atanh abs sign floor ceil round trunc min max clamp sigmoid ' +
    'softplus logSigmoid logAddExp softmaxWeight chain select stop toReal';
  const bool = 'eq ne lt le gt ge ieq ine ilt ile igt ige and or not beq bne bselect';
  const int =
    'iadd isub imul idiv imod idivChecked imodChecked ineg imin imax iabs iselect toInt toIntChecked';
  const byResult = (result: ScalarName) => names.filter((name) => record(name).result === result).sort();
  expect(byResult('real')).toEqual(real.split(' ').sort());
  expect(byResult('bool')).toEqual(bool.split(' ').sort());
  expect(byResult('int')).toEqual(int.split(' ').sort());
});

test.each(names)('%s has one rule for each real argument if its result is real, and no other', (name) => {
  const expected = record(name).result === 'real' ? activeArgs(name) : [];
  expect(Object.keys(record(name).d)).toEqual(expected);
});

test.each(names)('%s says what it is in a sentence', (name) => {
  expect(record(name).doc).toMatch(/^\S.*\.$/);
});

const jsType: Record<ScalarName, string> = { real: 'number', int: 'number', bool: 'boolean' };

test.each(names)('%s takes and gives scalars of its types at its samples', (name) => {
  const { args, result, samples } = record(name);
  expect(samples.length).toBeGreaterThan(1);
  for (const sample of samples) {
    expect(sample.map((value) => typeof value)).toEqual(Object.values(args).map((type) => jsType[type]));
    const value = evaluate(name, sample);
    expect(typeof value).toBe(jsType[result]);
    if (result === 'int') expect(Number.isSafeInteger(value)).toBe(true);
    if (result === 'real') expect(value).not.toBeNaN();
  }
});

test.each(names.filter((name) => record(name).commutative))(
  '%s is commutative, its rules as well',
  (name) => {
    const [x = '', y = ''] = Object.keys(record(name).args);
    for (const sample of record(name).samples) {
      const swapped = [...sample].reverse();
      expect(evaluate(name, swapped)).toBe(evaluate(name, sample));
      if (record(name).result !== 'real') continue;
      expect(partial(name, y, swapped.map(constant))).toEqual(partial(name, x, sample.map(constant)));
    }
  },
);

test('a flag that is present is true, and a domain is in words', () => {
  for (const name of names) {
    const { vanishes, commutative, edge, rises, domain }: OpRecord = record(name);
    for (const flag of [vanishes, commutative, edge, rises]) expect([undefined, true]).toContain(flag);
    if (domain !== undefined) expect(domain).not.toBe('');
  }
});

const ladder = [-Infinity, -1e300, -1e3, -20, -1, -1e-9, 0, 1e-9, 0.5, 1, 1.5, 20, 1e3, 1e300, Infinity];

test('what is said to rise never falls, and takes any number', () => {
  const rising = names.filter((name) => (record(name) as OpRecord).rises === true);
  expect(rising).toContain('exp');
  for (const name of rising) {
    const values = ladder.map((x) => Number(evaluate(name, [x])));
    expect([name, values.some((y, k) => !(y >= (values[k - 1] ?? y)))]).toEqual([name, false]);
  }
});

test('an edge is where there is no real value any more', () => {
  const edged = names.filter((name) => (record(name) as OpRecord).edge === true);
  expect(edged).toContain('sqrt');
  for (const name of edged) {
    const rest = Object.keys(record(name).args).slice(1).map(() => 0.5); // prettier-ignore
    const values = ladder.map((x) => Number(evaluate(name, [x, ...rest])));
    expect([name, values.some(Number.isNaN), values.every(Number.isNaN)]).toEqual([name, true, false]);
  }
});

test('comparing and rounding jump; nothing smooth does', () => {
  const jumping = ['lt', 'eq', 'floor', 'round', 'sign', 'toInt'] as const;
  const smooth = ['add', 'div', 'sin', 'max', 'abs', 'stop', 'iadd', 'and', 'toReal', 'select'] as const;
  expect([...jumping, ...smooth].filter(jumps)).toEqual(jumping);
  expect(decides('sqrt') && decides('lt') && !decides('exp')).toBe(true);
});

// The types of `op` are held by the type checker: each line below must be an error.
const common = { doc: '', ts: { call: '' }, wgsl: { call: '' }, callable: false, samples: [] } as const;
export const mistakes = () => [
  // @ts-expect-error a real argument without a rule
  op({ ...common, args: { x: 'real', y: 'real' }, result: 'real', eval: Math.sqrt, d: { x: '1' } }),
  // @ts-expect-error a rule for an int
  op({ ...common, args: { x: 'real', n: 'int' }, result: 'real', eval: Math.sqrt, d: { x: '1', n: '2' } }),
  // @ts-expect-error a rule where the result is an int
  op({ ...common, args: { x: 'real' }, result: 'int', eval: Math.sqrt, d: { x: '1' } }),
  // @ts-expect-error a value that is no bool
  op({ ...common, args: { x: 'real' }, result: 'bool', eval: Math.sqrt, d: {} }),
];
