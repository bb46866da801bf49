// What iterations compute of the rows that data name is computed once for each row: the code, and that values stay.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { Optimisation } from '../../src/base/optimisations.ts';
import { evaluate, print, type Polynomial } from '../../src/base/polynomial.ts';
import { derive } from '../../src/generate.ts';
import { printProgram } from '../../src/ir/print.ts';
import type { Input, Program } from '../../src/ir/types.ts';
import { toRoutine } from '../../src/loops/index.ts';
import { gather } from '../../src/passes/gather.ts';
import { prepare } from '../../src/passes/index.ts';
import { run, type Arguments } from '../loops/run.ts';
import { farthestOf, type Numbers } from '../support/compare.ts';
import { programOf } from '../support/language.ts';

const bodyOf = (program: Program): string => printProgram(program).replace(/^[\s\S]*?(?=\n {2}%)/, '');

const wheels = `model Wheels {
  dim W, M
  data wheel: int[M] in 0..W, y: real[M]
  param a: real[W], v: real[M]
  loss sum((v[m] * exp(sin(a[wheel[m]]) * cos(a[wheel[m]])) - y[m])^2 for m)
}`;

it('prints before and after', () => {
  const program = prepare(programOf(wheels));
  expect(bodyOf(program)).toMatchInlineSnapshot(`
    "
      %18: real = sum m%4 in 0..<M> {
        %5: real = v%3[m%4]
        %6: int = wheel%0[m%4]
        %7: real = a%2[%6]
        %8: real = sin(%7)
        %11: real = cos(%7)
        %12: real = mul(%8, %11)
        %13: real = exp(%12)
        %14: real = mul(%5, %13)
        %15: real = y%1[m%4]
        %16: real = sub(%14, %15)
        %17: real = powi(%16, 2)
        yield %17
      }
      loss = %18
    }
    "
  `);
  const gathered = gather(program);
  expect(gathered?.where.map(({ trips, rows }) => [print(trips), print(rows)])).toEqual([['M', 'W']]);
  expect(bodyOf(gathered?.program ?? program)).toMatchInlineSnapshot(`
    "
      %20: bool[W] = build %19 {
        yield false
      }
      seen%25: bool[W] = loop m%21 in 0..<M> with seen%22: bool[W] = %20 {
        %23: int = wheel%0[m%21]
        %24: bool[W] = seen%22 with [%23] = true
        yield %24
      }
      table%35: real[W, 1] = build %26 {
        %27: bool = seen%25[%26]
        %33: real = if %27 {
          %28: real = a%2[%26]
          %29: real = sin(%28)
          %30: real = cos(%28)
          %31: real = mul(%29, %30)
          %32: real = exp(%31)
          yield %32
        } else {
          yield 0.0
        }
        %34: real[1] = [%33]
        yield %34
      }
      %18: real = sum m%4 in 0..<M> {
        %5: real = v%3[m%4]
        %6: int = wheel%0[m%4]
        %13: real = table%35[%6, 0]
        %14: real = mul(%5, %13)
        %15: real = y%1[m%4]
        %16: real = sub(%14, %15)
        %17: real = powi(%16, 2)
        yield %17
      }
      loss = %18
    }
    "
  `);
});

it('takes shorter forms, and leaves differences of numbers alone', () => {
  const program = prepare(
    programOf(turning('a[k] * s * (x[m] - y[m]) + c * (s * x[m] + c * y[m]) - s * (s * x[m] - c * y[m])')),
  );
  expect(bodyOf(gather(program)?.program ?? program)).toMatchInlineSnapshot(`
    "
      %40: bool[W] = build %39 {
        yield false
      }
      seen%45: bool[W] = loop m%41 in 0..<M> with seen%42: bool[W] = %40 {
        %43: int = k%0[m%41]
        %44: bool[W] = seen%42 with [%43] = true
        yield %44
      }
      table%64: real[W, 3] = build %46 {
        %47: bool = seen%45[%46]
        %60: real, %61: real, %62: real = if %47 {
          %48: real = a%1[%46]
          %49: real = exp(%48)
          s%50: real = sin(%49)
          c%51: real = cos(%49)
          %52: real = mul(%48, s%50)
          %53: real = mul(c%51, s%50)
          %54: real = mul(s%50, s%50)
          %55: real = sub(%53, %54)
          %56: real = mul(c%51, c%51)
          %57: real = neg(c%51)
          %58: real = mul(s%50, %57)
          %59: real = sub(%56, %58)
          yield %55, %59, %52
        } else {
          yield 0.0, 0.0, 0.0
        }
        %63: real[3] = [%60, %61, %62]
        yield %63
      }
      %27: real = sum m%4 in 0..<M> {
        %5: int = k%0[m%4]
        %30: real = table%64[%5, 0]
        %34: real = table%64[%5, 1]
        %13: real = table%64[%5, 2]
        %7: real = x%2[m%4]
        %8: real = y%3[m%4]
        %14: real = sub(%7, %8)
        %35: real = mul(%30, %7)
        %36: real = mul(%34, %8)
        %37: real = mul(%13, %14)
        %38: real = add(%35, %36)
        %25: real = add(%38, %37)
        %26: real = powi(%25, 2)
        yield %26
      }
      loss = %27
    }
    "
  `);
});

/** A sum over m of what depends on x[m], y[m], and the sine s and the cosine c of an angle of k, which the data name. */
function turning(expression: string): string {
  return `fn term(a: real, x: real, y: real): real {
    let s = sin(exp(a))
    let c = cos(exp(a))
    return ${expression.replaceAll(/\[[km]\]/g, '')}
  }
  model Turning {
    dim W, M
    data k: int[M] in 0..W
    param a: real[W], x: real[M], y: real[M]
    loss sum(term(a[k[m]], x[m], y[m])^2 for m)
  }`;
}

it.each([
  ['too little to compute', wheels.replace('exp(sin(a[wheel[m]]) * cos(a[wheel[m]]))', 'exp(a[wheel[m]])')],
  ['what depends on the iteration as well', wheels.replaceAll('(a[wheel[m]])', '(a[wheel[m]] * y[m])')],
  ['what may fail', wheels.replaceAll('a[wheel[m]]', 'a[wheel[m] + 1]')],
  ['as few iterations as rows', wheels.replace('dim W, M', 'dim W = 10, M = 20')],
])('leaves alone: %s', (_, source) => {
  expect(gather(prepare(programOf(source)))).toBeUndefined();
});

it('decides at once where sizes are known', () => {
  const gathered = gather(prepare(programOf(wheels.replace('dim W, M', 'dim W = 10, M = 21'))));
  expect(gathered?.where).toEqual([]);
});

const frames = readFileSync(join(resolve(import.meta.dirname, '../golden'), 'frames.nabla'), 'utf8');

const sources = {
  wheels,
  frames,
  'frames of known number': frames.replace('dim frames, marks, M', 'dim frames = 3, marks, M'),
  'pairs of rows': `model Pairs {
    dim W, M
    data pair: int[M, 2] in 0..W
    param a: real[W], v: real[M]
    loss sum((v[m] * exp(sin(a[pair[m, 0]]) * cos(a[pair[m, 0]])) - exp(tanh(a[pair[m, 1]]) * atan(a[pair[m, 1]])))^2 for m)
  }`,
  'arrays of a row': `model Rows {
    dim W, M, D
    data k: int[M] in 0..W
    param a: real[W, D], v: real[M, D]
    let size[m in M] = exp(norm2(a[k[m]])) / (1 + tanh(sum(sin(a[k[m], d]) for d)))
    loss sum(size[m] * v[m, d]^2 for m, d)
    loss max(size[m] for m)
  }`,
  ...Object.fromEntries(
    [
      'c * x - s * y',
      'c * (s * x - c * y) - s * (c * x + s * y) + c * (c * x - y * s)',
      '-(s * (c * x + s * y)) - c * (2 * (s * x - y * c)) - s * x',
      's * (x - y) + c * ((x - y) * s + c * y) - s * (c * (x - y) - s * y)',
      's * (c * x + s * y + a * y) / c - c * (s * (y * a - c * x))',
      '(c * x - s * y) * (s * x + c * y) + s * (c * x - s * y) + c * (s * x + c * y)',
    ].map((form) => [form, turning(form)]),
  ),
};

/** The last row is not named by any iteration: the angle of a frame is 0 there, where no axis can be had from it. */
function argumentsOf(program: Program, trips: number): Arguments {
  const free: Readonly<Record<string, number>> = { W: 4, M: trips, D: 2, frames: 4, marks: 3 };
  const known = program.sizes.filter(({ value }) => value === undefined).map(({ name }) => name);
  const sizes = Object.fromEntries(known.map((name) => [name, free[name] ?? 1]));
  const own = Object.fromEntries(program.sizes.map(({ name, value }) => [name, value ?? free[name] ?? 1]));
  const sizeOf = (size: Polynomial): number => evaluate(size, (name) => own[name] ?? NaN);
  const contents = ({ name, value, range }: Input): readonly number[] => {
    const dims = value.type.dims.map(sizeOf);
    const length = dims.reduce((product, dim) => product * dim, 1);
    const last = length - length / (dims[0] ?? 1);
    const rows = range === undefined ? 0 : sizeOf(range.to);
    return Array.from({ length }, (_, i) => {
      if (range !== undefined) return (i * 7 + 3 * Math.floor(i / 5)) % (rows - 1);
      return name === 'turn' && i >= last ? 0 : Math.sin(3 + i * i + name.length);
    });
  };
  const of = (wanted: Input['role']): Readonly<Record<string, readonly number[]>> =>
    Object.fromEntries(
      program.inputs.filter(({ role }) => role === wanted).map((input) => [input.name, contents(input)]),
    );
  return { sizes, inputs: { params: of('param'), data: of('data') } };
}

it.each(Object.entries(sources))('computes the same: %s', (_, source) => {
  const program = programOf(source);
  expect(gather(prepare(program))).toBeDefined();
  for (const trips of [1, 8, 9, 30]) {
    const given = argumentsOf(program, trips);
    for (const kind of ['loss', 'gradient'] as const) {
      const values = (without: readonly Optimisation[]): Readonly<Record<string, Numbers>> => {
        const routine = toRoutine(derive(program, kind, 'auto', { without }), kind, {
          checked: true,
          without,
        });
        const { result, buffers } = run(routine, given);
        return { ...buffers, result: Number(result) };
      };
      expect(farthestOf(values([]), values(['gather'])), `${kind}, ${trips} iterations`).toBeLessThan(1e-12);
    }
  }
});
