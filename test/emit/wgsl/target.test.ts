// Expressions as WGSL: exactly what is printed, that the compiler of WGSL takes it, and that it means what the tree means.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printExpression, type Naming } from '../../../src/emit/expression.ts';
import { opHelpersOf } from '../../../src/emit/typescript.ts';
import { wgsl } from '../../../src/emit/wgsl/target.ts';
import type { Scalar } from '../../../src/ir/types.ts';
import type { Expression } from '../../../src/loops/types.ts';
import { ops, type OpName } from '../../../src/ops/index.ts';
import { run, validate } from '../../support/gpu.ts';
import { integer, literal, local, of, real, reference } from '../build.ts';

const naming: Naming = {
  local: ({ name }) => name,
  size: (name) => ({ text: name, level: wgsl.primary }),
  sizeRank: () => 0,
  load: ({ name }, index) => ({ text: `${name}[${index}]`, level: wgsl.primary }),
};
const print = (e: Expression): string => printExpression(wgsl, naming, e);

const values = { a: 1.5, b: -0.25, c: 4, i: 3, j: -2, p: true, q: false };
const [a, b, c] = [reference(local('a')), reference(local('b')), reference(local('c'))];
const [i, j] = [reference(local('i', 'int')), reference(local('j', 'int'))];
const [p, q] = [reference(local('p', 'bool')), reference(local('q', 'bool'))];

describe('printing', () => {
  it.each<[Expression, string]>([
    [of('add', of('add', a, b), c), 'a + b + c'],
    [of('sub', a, of('sub', b, c)), 'a - (b - c)'],
    [of('div', a, of('mul', b, c)), 'a / (b * c)'],
    [of('mul', of('neg', a), b), '-a * b'],
    [of('neg', of('neg', a)), '-(-a)'],
    [of('and', of('and', p, q), p), '(p & q) & p'],
    [of('or', of('and', p, q), p), '(p & q) | p'],
    [of('and', of('lt', a, b), of('not', p)), '(a < b) & !p'],
    [of('beq', of('lt', a, b), q), '(a < b) == q'],
    [of('lt', of('add', a, b), c), 'a + b < c'],
    [of('mul', of('select', p, a, of('add', b, c)), c), 'select(b + c, a, p) * c'],
    [of('mul', of('toReal', of('iadd', i, integer(1))), a), 'f32(i + 1) * a'],
    [of('idiv', of('iadd', i, j), integer(2)), 'floor_div(i + j, 2)'],
    [of('tanh', of('add', a, b)), 'stable_tanh(a + b)'],
    [of('mul', real(-2), a), '-2.0 * a'],
  ])('%#: $1', (e, text) => {
    expect(print(e)).toBe(text);
  });
});

/** An array with the values of expressions of one type, as they are computed on one thread. */
async function computed(type: 'f32' | 'i32' | 'u32', texts: readonly string[]): Promise<ArrayBuffer> {
  const code = `\
struct Values { a: f32, b: f32, c: f32, i: i32, j: i32, p: u32, q: u32 }
@group(0) @binding(0) var<storage, read> given: Values;
@group(0) @binding(1) var<storage, read_write> results: array<${type}>;
@compute @workgroup_size(1) fn main() {
  let a = given.a; let b = given.b; let c = given.c;
  let i = given.i; let j = given.j;
  let p = given.p == 1u; let q = given.q == 1u;
${texts.map((text, at) => `  results[${at}] = ${type}(${text});`).join('\n')}
}
`;
  const given = new ArrayBuffer(28);
  new Float32Array(given, 0, 3).set([values.a, values.b, values.c]);
  new Int32Array(given, 12, 4).set([values.i, values.j, Number(values.p), Number(values.q)]);
  const [results] = await run({
    code,
    entryPoint: 'main',
    bindings: [
      { kind: 'read', bytes: given },
      { kind: 'write', bytes: new ArrayBuffer(4 * texts.length) },
    ],
  });
  return results ?? new ArrayBuffer(0);
}

describe('literals', () => {
  const reals = [
    [0, '0.0'], [-0, '-0.0'], [1, '1.0'], [-2.5, '-2.5'], [0.1, '0.1'], [0.1 + 0.2, '0.3'], [Math.PI, '3.1415927'],
    [1e-7, '1e-7'], [1e21, '1e21'], [16777217, '16777216.0'], [1.17549435e-38, '1.1754944e-38'], [1e-40, '1e-40'], [1e-300, '0.0'],
    [1e300, '3.4028234663852886e38'], [Infinity, '3.4028234663852886e38'], [-Infinity, '-3.4028234663852886e38'],
  ] as const; // prettier-ignore
  it.each(reals)('of the real %d', (value, text) => {
    expect(print(real(value))).toBe(text);
  });

  const ints = [[0, '0'], [-7, '-7'], [2147483647, '2147483647'], [-2147483648, '-2147483648']] as const; // prettier-ignore
  it.each(ints)('of the int %d', (value, text) => {
    expect(print(integer(value))).toBe(text);
  });

  // But for the sign of zero, which WGSL does not promise to keep.
  it('are read as the numbers that they stand for', async () => {
    const largest = 3.4028234663852886e38;
    const rounded = reals.map(([value]) => Math.fround(Math.min(Math.max(value, -largest), largest)) + 0);
    const read = await computed('f32', reals.map(([, text]) => text)); // prettier-ignore
    expect([...new Float32Array(read)].map((value) => value + 0)).toEqual(rounded);
    const readInts = await computed('i32', ints.map(([, text]) => text)); // prettier-ignore
    expect([...new Int32Array(readInts)]).toEqual(ints.map(([value]) => value));
  });

  it('have the fewest digits that do', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = print(real(value));
        expect(Math.fround(Number(text))).toBe(value);
        const digits = (number: string): number =>
          number.replace(/e.*|[-.]/g, '').replace(/^0+|0+$/g, '').length;
        // Fewer digits of the largest would be those of a number that is too large.
        const most = Math.abs(value) === 3.4028234663852886e38 ? 17 : digits(value.toPrecision(9));
        expect(digits(text)).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('are refused where WGSL has none', () => {
    expect(() => print(real(NaN))).toThrow(/NaN/);
    expect(() => print(integer(2 ** 31))).toThrow(/i32/);
    expect(() => print(literal('int', 0.5))).toThrow(/i32/);
  });
});

describe('what is printed', () => {
  // Ops that need no helper function and do not round where numbers have few digits.
  const exact = (Object.keys(ops) as OpName[]).filter((name) => {
    const spelling = wgsl.spelling(name);
    if ('operator' in spelling || 'template' in spelling) return true;
    return 'call' in spelling && /^(abs|ceil|f32|floor|i32|max|min|round|sign|trunc)$/.test(spelling.call);
  });

  const leaf = {
    real: fc.constantFrom(a, b, c, real(2), real(-0.5)),
    int: fc.constantFrom(i, j, integer(5), integer(-1)),
    bool: fc.constantFrom(p, q),
  };
  const trees = fc.letrec<Record<Scalar, Expression>>((tie) => {
    const nodes = (result: Scalar) =>
      exact
        .filter((name) => ops[name].result === result)
        .map((name) =>
          fc.tuple(...Object.values(ops[name].args).map((arg) => tie(arg))).map((args) => of(name, ...args)),
        );
    const tree = (result: Scalar) => fc.oneof({ maxDepth: 5 }, leaf[result], ...nodes(result));
    return { real: tree('real'), int: tree('int'), bool: tree('bool') };
  });

  /** Throws where any number on the way is none that f32 or i32 holds. */
  function valueOf(e: Expression): number | boolean {
    if (e.kind === 'literal') return e.value;
    if (e.kind === 'local') return values[e.local.name as keyof typeof values];
    if (e.kind !== 'op') throw new Error(`no tree has a ${e.kind}`);
    const value = (ops[e.op].eval as (...args: unknown[]) => number | boolean)(...e.args.map(valueOf));
    const isHeld = ops[e.op].result === 'real' ? Math.fround(Number(value)) : Number(value) | 0;
    if (isHeld !== Number(value) || !Number.isFinite(isHeld))
      throw new RangeError(`${String(value)} is rounded`);
    return value;
  }

  const isExact = (e: Expression): boolean => {
    try {
      valueOf(e);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  };

  it.each([
    ['real', 'f32'],
    ['int', 'i32'],
    ['bool', 'u32'],
  ] as const)('means what the tree of a %s means', async (result, type) => {
    const some = fc.sample(trees[result], { numRuns: 300, seed: 7 }).filter((e) => e.kind === 'op' && isExact(e));
    expect(some.length).toBeGreaterThan(100);
    const results = { f32: Float32Array, i32: Int32Array, u32: Uint32Array }[type];
    const wrong: string[] = [];
    // The driver takes far longer for one long function than for several short ones.
    for (let from = 0; from < some.length; from += 20) {
      const few = some.slice(from, from + 20);
      const found = new results(await computed(type, few.map(print)));
      for (const [at, e] of few.entries()) {
        if (found[at] !== Number(valueOf(e))) wrong.push(`${print(e)} is ${found[at]}, not ${valueOf(e)}`);
      }
    }
    expect(wrong).toEqual([]);
  }); // prettier-ignore

  it('is taken by the compiler with every op as an argument of every other', async () => {
    const leaves: Readonly<Record<Scalar, Expression>> = { real: a, int: i, bool: p };
    const names = Object.keys(ops) as OpName[];
    const flat = (name: OpName): Expression =>
      of(name, ...Object.values(ops[name].args).map((type) => leaves[type]));
    const nested = names.flatMap((outer) =>
      Object.values(ops[outer].args).flatMap((type, place, types) =>
        names
          .filter((inner) => ops[inner].result === type)
          .map((inner) => of(outer, ...types.map((each, at) => (at === place ? flat(inner) : leaves[each])))),
      ),
    );
    const helpers = opHelpersOf(wgsl, new Set(names));
    const body = nested.map((e) => `  _ = ${print(e)};`);
    const code = `${[...helpers.values()].join('\n')}
fn all(a: f32, i: i32, p: bool) {
${body.join('\n')}
}
`;
    expect(nested.length).toBeGreaterThan(2000);
    expect(await validate(code)).toEqual([]);
  });
});
