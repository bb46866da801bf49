// Sequential loops, arrays with a part replaced and rows, on the way from IR to emitted code: every pass keeps the meaning,
// and the emitted module computes what the interpreter does.

import { describe, expect, test } from 'vitest';
import { emitTypeScript, type Precision } from '../../src/emit/typescript.ts';
import { loadEmitted } from '../../src/gradcheck/emitted.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import type { Program } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { printRoutine, toRoutine } from '../../src/loops/index.ts';
import { evaluate } from '../../src/base/polynomial.ts';
import { typeErrors } from '../emit/typescript.ts';
import { dropDead } from '../../src/passes/dead.ts';
import { farthestOf, type Numbers } from '../support/compare.ts';
import { expectMeaningKept } from './meaning.ts';
import { randomProgram } from './random.ts';
import { sequential } from './sequential.ts';

type Sizes = Readonly<Record<string, number>>;
type Values = Readonly<Record<string, Numbers>>;

/** Numbers that look random and are the same every time. */
const numbers = (count: number, seed: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233));

const sizesOf: readonly Sizes[] = [
  { N: 3, T: 4 },
  { N: 1, T: 1 },
  { N: 2, T: 2 },
];

/** Inputs of these programs: reals from -1 to 1, and ints from 0 to 2. */
function inputsOf(program: Program, sizes: Sizes): { readonly params: Values; readonly data: Values } {
  const ofRole = (wanted: string): Values =>
    Object.fromEntries(
      program.inputs.flatMap(({ role, name, value: { type } }, seed) => {
        if (role !== wanted) return [];
        const count = type.dims.reduce(
          (product, dim) => product * evaluate(dim, (size) => sizes[size] ?? NaN),
          1,
        );
        const reals = numbers(count, seed + 1);
        const content = type.scalar === 'real' ? reals : reals.map((x) => Math.floor(1.5 + 1.4 * x));
        return [[name, type.dims.length === 0 ? (content[0] ?? NaN) : content]];
      }),
    );
  return { params: ofRole('param'), data: ofRole('data') };
}

/** Emits the outputs of a program and calls the module twice with one workspace. */
async function emitted(
  program: Program,
  sizes: Sizes,
  { params, data }: { readonly params: Values; readonly data: Values },
  options: { readonly checked: boolean; readonly precision: Precision },
): Promise<Values> {
  const routine = toRoutine(program, 'outputs', options);
  const text = await emitTypeScript([{ program, routines: [routine] }], {
    sourcePath: 'p.nabla',
    ...options,
  });
  const module = await loadEmitted(text);
  const Reals = options.precision === 'f64' ? Float64Array : Float32Array;
  const fields = (values: Values): object =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const scalar = program.inputs.find((input) => input.name === name)?.value.type.scalar;
        if (typeof value !== 'object') return [name, value];
        return [name, scalar === 'int' ? Int32Array.from(value) : Reals.from(value)];
      }),
    );
  const workspace = module['pWorkspace']?.(sizes);
  const call = (): Values => {
    const outputs = Object.fromEntries(
      program.outputs.map(({ name }, i) => {
        const { scalar, dims } = program.body.results[i]?.type ?? { scalar: 'real', dims: [] };
        const length = dims.reduce(
          (product, dim) => product * evaluate(dim, (size) => sizes[size] ?? NaN),
          1,
        );
        const Kind = scalar === 'int' ? Int32Array : Reals;
        return [name, dims.length === 0 ? NaN : new Kind(length).fill(NaN)];
      }),
    );
    module['pOutputs']?.(fields(params), fields(data), sizes, outputs, workspace);
    return outputs;
  };
  const first = call();
  expect(farthestOf(call(), first)).toBe(0);
  return first;
}

describe.each(sequential)('$name', ({ ir, only }) => {
  const program = parseProgram(ir);
  verify(program);

  test.each(only ?? sizesOf)('sizes %o', async (sizes) => {
    const inputs = inputsOf(program, sizes);
    for (const options of [{ checked: true }, { checked: false, partStatements: 5 }])
      expectMeaningKept(program, 'outputs', { sizes, inputs }, options);
    for (const precision of ['f64', 'f32'] as const) {
      const round = precision === 'f64' ? undefined : Math.fround;
      const wanted = interpret(program, inputs, sizes, round === undefined ? {} : { round }).outputs;
      for (const checked of [true, false]) {
        const found = await emitted(program, sizes, inputs, { checked, precision });
        expect(farthestOf(found, wanted)).toBeLessThan(precision === 'f64' ? 1e-12 : 2e-5);
      }
    }
  });
});

test('random programs keep their meaning in every pass', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = dropDead(randomProgram(seed));
    verify(random);
    for (const sizes of sizesOf) {
      const inputs = inputsOf(random, sizes);
      for (const options of [{ checked: true }, { checked: false, partStatements: 5 }])
        expectMeaningKept(random, 'outputs', { sizes, inputs }, options, 1e-9);
    }
  }
});

test('random programs compute what they mean when emitted', async () => {
  for (let seed = 1001; seed <= 1010; seed++) {
    const random = dropDead(randomProgram(seed));
    const [sizes = {}] = sizesOf;
    const inputs = inputsOf(random, sizes);
    const found = await emitted(random, sizes, inputs, { checked: true, precision: 'f64' });
    expect(farthestOf(found, interpret(random, inputs, sizes).outputs), `seed ${seed}`).toBeLessThan(1e-9);
  }
});

test('the emitted modules have no type errors', async () => {
  const files = await Promise.all(
    [
      ...sequential.map(({ ir }) => parseProgram(ir)),
      ...[1, 2, 3, 4, 5].map((seed) => randomProgram(seed)),
    ].map(async (program, i) => {
      const routines = [toRoutine(program, 'outputs', { checked: true })];
      const options = { sourcePath: 'p.nabla', precision: 'f64' } as const;
      return [`p${i}.ts`, await emitTypeScript([{ program, routines }], options)] as const;
    }),
  );
  expect(typeErrors(Object.fromEntries(files))).toEqual([]);
});

test('an array that loops and branches only change in place is never copied', () => {
  const found = sequential.find(({ name }) => name === 'one matrix through nested loops and a branch');
  const routine = toRoutine(parseProgram(found?.ir ?? ''), 'outputs', { checked: false });
  expect(routine.scratch).toEqual([]);
  expect(printRoutine(routine)).toMatchInlineSnapshot(`
    "routine P outputs
      for i in 0..N
        const pRow: int = (i * N)
        for j in 0..N
          p[(pRow + j)] = 0
      loop j in 0..N
        const pAt: int = ((j * N) + j)
        p[pAt] = 1.5
        const first: int = (j + 1)
        loop i in first..N
          const AAt: int = ((i * N) + j)
          const Aij: real = A[AAt]
          if (Aij > 0)
            p[AAt] = (Aij * p[pAt])
    "
  `);
});

test('a condition that still holds in the end is the same RangeError as the interpreter throws', async () => {
  const program = parseProgram(`program P(N, T) {
    param a%0: real
    data d%1: real
    root%2: real, n%3: int = loop k%4 in 0..<T> with s%5: real = a%0 while {
      %6: real = mul(s%5, s%5) %7: bool = gt(%6, 1.0) yield %7
    } do {
      %8: real = mul(s%5, 0.5) yield %8
    }
    output root = root%2
    output n = n%3
  }`);
  const sizes = { N: 1, T: 3 };
  const run = (a: number): Promise<Values> =>
    emitted(program, sizes, { params: { a }, data: { d: 0 } }, { checked: false, precision: 'f64' });
  expect(await run(8)).toEqual({ root: 1, n: 3 });
  const wanted = 'root: the condition still holds after 3 iterations';
  expect(() => interpret(program, { params: { a: 9 }, data: { d: 0 } }, sizes)).toThrow(
    new RangeError(wanted),
  );
  await expect(run(9)).rejects.toThrow(new RangeError(wanted));
});
