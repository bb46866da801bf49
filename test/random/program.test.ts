// The generator of random programs is itself held to its promises: what it makes is correct, varied, finite and, where it
// says so, smooth; and its failures are small.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { derive } from '../../src/generate.ts';
import { prelude } from '../../src/lang/prelude.ts';
import { kernelOptimisations, optimisationNames } from '../../src/base/optimisations.ts';
import { hasErrors } from '../../src/base/diagnostic.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import { printProgram } from '../../src/ir/print.ts';
import type { Program, Value } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { cloneBlock } from '../../src/ir/walk.ts';
import { check } from '../../src/lang/check.ts';
import { parse } from '../../src/lang/parse.ts';
import { printRoutine, toRoutine } from '../../src/loops/index.ts';
import type { PassStep } from '../../src/passes/index.ts';
import { elementary } from './elementary.ts';
import { forEachProgram, programs, type RandomProgram } from './program.ts';

const seed = 20;
const samples = fc.sample(programs, { numRuns: 600, seed });

/** The IR of a random program, which has no errors. */
function compiled({ source }: RandomProgram): Program {
  const { file, diagnostics } = parse({ path: 'random.nabla', text: source });
  const { programs: found, diagnostics: more } = check(file, prelude());
  const errors = [...diagnostics, ...more].filter((diagnostic) => hasErrors([diagnostic]));
  expect(errors.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  const [program] = found;
  if (program === undefined) throw new Error('a file without errors has its model');
  return program;
}

/** A program that runs a copy of its body after its body. */
function twice(program: Program): Program {
  let { nextId } = program;
  const { block } = cloneBlock(program.body, new Map(), (value: Value) => ({ ...value, id: nextId++ }));
  const statements = [...program.body.statements, ...block.statements];
  return { ...program, body: { statements, results: block.results }, nextId };
}

test('every program is correct, its IR holds, prints and reads, and its value is finite', async () => {
  await forEachProgram(400, seed, (random) => {
    const program = compiled(random);
    verify(program);
    const text = printProgram(program);
    expect(printProgram(parseProgram(text))).toBe(text);
    const results = interpret(program, random, random.sizes);
    expect(Number.isFinite(results.loss)).toBe(true);
    expect(interpret(parseProgram(text), random, random.sizes)).toEqual(results);
    const doubled = twice(program);
    verify(doubled);
    expect(interpret(doubled, random, random.sizes)).toEqual(results);
  });
});

test('a smooth program has finite differences that agree with each other', async () => {
  await forEachProgram(400, seed, (random) => {
    if (!random.isSmooth) return;
    const program = compiled(random);
    const along = (step: number): number => {
      const params = Object.entries(random.params).map(
        ([name, value]) => [name, moved(value, step)] as const,
      );
      return interpret(program, { ...random, params: Object.fromEntries(params) }, random.sizes).loss ?? NaN;
    };
    const slope = (h: number): number => (along(h) - along(-h)) / (2 * h);
    const [coarse, fine] = [slope(2e-5), slope(1e-5)];
    expect(Math.abs(coarse - fine) / (1 + Math.abs(fine))).toBeLessThan(1e-3);
  });
});

/** Numbers moved a step in a direction that is not the same for all. */
function moved(value: number | boolean | readonly number[], step: number): number | readonly number[] {
  const one = (x: number, k: number): number => x + step * Math.cos(3 * k + 1);
  return typeof value === 'object' ? value.map(one) : one(Number(value), 0);
}

test('every optimisation has something to do', { timeout: 300_000 }, () => {
  // Those of kernels are left out of random plans one after the other (plan.test.ts).
  const idle = new Set<string>(optimisationNames.filter((name) => !(name in kernelOptimisations)));
  const note = (name: string | undefined, before: () => string, after: () => string): void => {
    if (name !== undefined && idle.has(name) && before() !== after()) idle.delete(name);
  };
  const observe = ({ pass, before, after }: PassStep): void =>
    note(
      pass.optimisation,
      () => printProgram(before),
      () => printProgram(after),
    );
  for (const random of samples.slice(0, 150)) {
    const written = compiled(random);
    const program = derive(written, 'gradient', 'auto', { observe });
    // It is no pass of a list: it makes versions.
    note(
      'gather',
      () => printProgram(derive(written, 'gradient', 'auto', { without: ['gather'] })),
      () => printProgram(program),
    );
    toRoutine(program, 'gradient', {
      checked: true,
      observe: (pass, before, after) =>
        note(
          pass.optimisation,
          () => printRoutine(before),
          () => printRoutine(after),
        ),
    });
  }
  expect([...idle]).toEqual([]);
});

test('half of the programs are smooth', () => {
  const share = samples.filter((program) => program.isSmooth).length / samples.length;
  expect(share).toBeGreaterThan(0.35);
  expect(share).toBeLessThan(0.65);
});

test.each([
  ...elementary.map(({ name }) => [name, new RegExp(`\\b${name}\\(`)] as const),
  ...['sum', 'mean', 'prod', 'max', 'min', 'argmax', 'argmin', 'logSumExp', 'any', 'all'].map(
    (name) => [`${name} over an index`, new RegExp(`\\b${name}\\(.* for \\w+`)] as const,
  ),
  ...['hypot', 'atan2', 'pow', 'clamp', 'real'].map((name) => [name, new RegExp(`\\b${name}\\(`)] as const),
  ['a matrix product', / @ /],
  ['a branch', / \? .* : /],
  ['a range that depends on an index', / in 0\.\.[i-l](?: \+ 1)?[,)]/],
  ['a range that is left out', / for [i-l][)\],]/],
  ['a guard', / for .* if /],
  ['a neighbour behind a guard', /[i-l] \+ 1 < .*\[[i-l] \+ 1/],
  ['an index counted from the end', /\[\w+ - 1 - [i-l]/],
  ['an index that wraps around', /\) mod \w+/],
  ['int data as an index', /\[pick/],
  ['bool data', /flag/],
  ['a row or a column', /\[(?::, .*|.*, :)\]/],
  ['a comprehension', /\[[^[\]]* for /],
  ['a list', /\[[^[\]]*, [^[\]:]*\] /],
  ['an indexed let', /let t\d\[i/],
  ['a typed let', /let t\d: real\[/],
  ['a function of arrays', /fn f\d\(x: real\[n\]/],
  ['a fixed size', /dim K = \d/],
  ['a bounded param', /param w\d: real(?:\[.*\])? [<>]/],
  ['a param in an interval', /param w\d: real(?:\[.*\])? in /],
  ['a simplex', /: simplex\[/],
  ['an ordered param', /: ordered\[/],
  ['a positive ordered param', /: positiveOrdered\[/],
  ['a sum of sizes', /real\[N \+ 1\]/],
  ['a var', /var v\d/],
  ['a var in a function', /fn [^{}]*\{\n {2}var v/],
  ['a loop', /for [i-l] in [^)\]]* \{/],
  ['a loop in a loop', /for .* \{\n(?: {4}.*\n)*? {4}for .* \{/],
  ['a loop over a range that depends on an index', / for [i-l] in 0\.\.[i-l](?: \+ 1)? \{/],
  ['a loop over a range that depends on data', / for [i-l] in 0\.\.pick \{/],
  ['a while', /while \(c.*\) max /],
  ['a branch with an else', /\} else \{/],
  ['an element assigned', /^ +v\d\[[^:]*\] = /m],
  ['an element changed', /^ +(v\d\[.*\]) = 0\.5 \* \1 \+ /m],
  ['a row assigned', /var v\d: real\[\w+, \w+\][^]*v\d\[[^,[\]]*\] = /],
  ['an array assigned', /^ +v\d = \[/m],
  ['a loss in a loop', /^ {4,}loss /m],
  ['a record', /let r\d = Pair \{/],
  ['a record as a param', /param wr: (?:Pair|Nested)\n/],
  ['an array of records as data', /data dr: (?:Pair|Nested)\[/],
  ['a field of an element', /\]\.(?:pair\.)?[xyz]/],
  ['a record through a function', /= mixed\(Pair/],
  ['a record through a loop', /r\d_s = mixed\(r\d_s/],
  ['a choice of records', /\? Pair \{/],
  ['several results', /let \(r\d, r\d_k\) = parted\(/],
  ['several assignments', /^ +\(r\d\[.*\]\.x, r\d_s\.y\) = /m],
  ['several losses', /loss [^]*loss/],
  ['an output', /output prediction/],
] as const)('random programs contain %s', (_, pattern) => {
  expect(samples.filter(({ source }) => pattern.test(source)).length).toBeGreaterThanOrEqual(2);
});

test('the same seed makes the same programs', () => {
  expect(fc.sample(programs, { numRuns: 20, seed: 7 })).toEqual(
    fc.sample(programs, { numRuns: 20, seed: 7 }),
  );
});

test('a failure comes with its seed and a small program', async () => {
  const failure = await forEachProgram(200, seed, ({ source }) => {
    if (/sum\(/.test(source)) throw new Error('no sums, please');
  }).then(
    () => 'no failure',
    (error: unknown) => String(error),
  );
  expect(failure).toContain(`seed ${seed}`);
  expect(failure).toContain('no sums, please');
  const [, source = ''] = /(model Random \{\n[^]*?\n\})/.exec(failure) ?? [];
  expect(source).toContain('sum(');
  expect(source.split('\n').length).toBeLessThanOrEqual(6);
});
