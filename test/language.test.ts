// The language reference is held to what the compiler does: each block fenced as `nabla` is compiled, and what its comments
// state is run and compared, in single precision where the fence says `f32`. How they state it: support/example.ts.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import { analyse } from '../src/analyse.ts';
import { positionAt } from '../src/base/source.ts';
import type { Diagnostic } from '../src/base/diagnostic.ts';
import { interpret } from '../src/ir/interpret.ts';
import type { Program } from '../src/ir/types.ts';
import { hasConstraints, unconstrain } from '../src/passes/free.ts';
import { reservedWords } from '../src/lang/token.ts';
import type { Precision } from '../src/ops/types.ts';
import { distance, flat, type Numbers } from './support/compare.ts';
import type { Sizes } from './support/derive.ts';
import { compileModule, type Point } from './support/emitted.ts';
import { readExample, withoutErrors, type Example, type Stated, type Values } from './support/example.ts';

const page = readFileSync(resolve(import.meta.dirname, '../docs/language.md'), 'utf8');

const blocks = [...page.matchAll(/^```nabla( context| f32)?\n(.*?)^```$/gms)].map(
  ({ index, 1: kind, 2: text = '' }) => ({
    line: page.slice(0, index).split('\n').length,
    isContext: kind === ' context',
    precision: kind === ' f32' ? ('f32' as const) : ('f64' as const),
    text,
  }),
);
const context = blocks.find(({ isContext }) => isContext)?.text ?? '';

const isAsStated = (found: number, { value, digits }: Stated): boolean =>
  digits === undefined
    ? distance(found, value) < 1e-12
    : Math.abs(found - value) < 10 ** -digits && Math.abs(found) >= Math.abs(value);

function compare(stated: Values, found: Readonly<Record<string, Numbers | undefined>>): void {
  for (const [name, values] of Object.entries(stated)) {
    const numbers = flat(found[name] ?? []);
    const isSame =
      numbers.length === values.length && values.every((value, i) => isAsStated(numbers[i] ?? NaN, value));
    // Where all is as stated, the page is compared with itself; where not, the message shows both.
    expect({ [name]: isSame ? values.map(({ value }) => value) : numbers }).toEqual({
      [name]: values.map(({ value }) => value),
    });
  }
}

/** Names that nobody uses are no news in a fragment. */
function told(example: Example, diagnostics: readonly Diagnostic[]) {
  return diagnostics
    .map(({ span, severity, code, message }) => {
      const line = example.lines[positionAt(span.source, span.start).line - 1] ?? NaN;
      return { line, severity, code, message };
    })
    .filter(({ code }) => !example.isFragment || !/^N021[01]$/.test(code));
}

const numbersOf = (values: Values, names: readonly string[]): Record<string, Numbers> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const numbers = values[name]?.map(({ value }) => value);
      if (numbers === undefined) return [];
      return [[name, numbers.length === 1 ? (numbers[0] ?? NaN) : numbers]];
    }),
  );

const statesValues = ({ outputs, loss, gradient, free, freeGradient }: Example): boolean =>
  loss !== undefined || Object.keys({ ...outputs, ...gradient, ...free, ...freeGradient }).length > 0;

async function holds(text: string, precision: Precision = 'f64'): Promise<void> {
  const example = readExample(text, context);
  const { source, given, thrown, diagnostics: stated } = example;
  if (stated.some(({ severity }) => severity === 'error')) {
    const { diagnostics } = await compile(source, { format: false });
    expect(told(example, diagnostics)).toEqual(stated);
    if (statesValues(example)) await holds(withoutErrors(text));
    return;
  }
  const { diagnostics, programs } = analyse(source);
  expect(told(example, diagnostics)).toEqual(stated);
  const [program] = programs;
  const names = (role: string): readonly string[] =>
    (program?.inputs ?? []).filter((input) => input.role === role).map(({ name }) => name);
  const sizes = numbersOf(given, program?.sizes.map(({ name }) => name) ?? []) as Record<string, number>;
  const { run } = await compileModule(source, 'example.nabla', {
    sizes,
    precision,
    emit: ['loss', 'gradient', 'outputs'],
  });
  if (!statesValues(example) && thrown === undefined) return;
  const point = { params: numbersOf(given, names('param')), data: numbersOf(given, names('data')) };
  if (thrown !== undefined) {
    expect(() => run(point)).toThrow(new RangeError(thrown));
    return;
  }
  const found = run(point);
  compare(example.outputs, found.outputs);
  compare(example.gradient, found.gradient);
  if (example.loss !== undefined) {
    compare({ loss: example.loss }, { loss: found.loss });
    compare({ loss: example.loss }, { loss: found.lossAlone });
  }
  if (program !== undefined && hasConstraints(program)) await holdsFree(example, program, point, sizes);
}

/** What is stated of the free form, and the loss, which is that of the params. */
async function holdsFree(
  { source, loss, free, freeGradient }: Example,
  program: Program,
  { params, data }: Point,
  sizes: Sizes,
): Promise<void> {
  const { outputs } = interpret(unconstrain(program), { params }, sizes);
  compare(free, outputs);
  const { run } = await compileModule(source, 'example.nabla', {
    sizes,
    emit: ['loss', 'gradient'],
    free: {},
  });
  const found = run({ params: outputs, data });
  compare(freeGradient, found.gradient);
  if (loss !== undefined) compare({ loss }, { loss: found.loss });
}

/** Of the headings, as GitHub makes them. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(
    ([, heading = '']) =>
      `#${heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-')}`,
  );

describe('docs/language.md', () => {
  it.each(blocks.map(({ line, text, precision }) => ({ line, text, precision, first: text.split('\n')[0] })))(
    'line $line: $first',
    ({ text, precision }) => holds(text, precision),
  );

  it('states much', () => {
    const examples = blocks.map(({ text }) => readExample(text, context));
    const outputs = examples.flatMap((example) => Object.keys(example.outputs));
    const diagnostics = examples.flatMap((example) => example.diagnostics);
    expect(outputs.length).toBeGreaterThan(100);
    expect(diagnostics.length).toBeGreaterThan(20);
  });

  it('lists the reserved words', () => {
    const words = /These words are reserved:\n\n +(.*)/.exec(page)?.[1];
    expect(words?.split(' ')).toEqual([...reservedWords].sort());
  });

  it('links to headings that there are', () => {
    const folder = resolve(import.meta.dirname, '../docs');
    const links = [...page.matchAll(/\]\((.*?)(#.*?)?\)/g)];
    expect(links.length).toBeGreaterThan(40);
    for (const [, path = '', anchor] of links) {
      const text = path === '' ? page : readFileSync(resolve(folder, path), 'utf8');
      if (anchor !== undefined) expect(anchorsOf(text)).toContain(anchor);
    }
  });
});

describe('the notation', () => {
  it.each([
    '7 div 2 // = 4',
    'let a = 1 // = 2',
    'var a = 1\na += 1 // = 1',
    'var a = 0\nfor i in 3 { a += i } // a = 2',
    'loss w^2 // = 8',
    'loss w^2 // gradient w = 8',
    'param s: real > 0 // = 1, free s = 1\nloss s',
    'param s: real > 0 // = 2\nloss s^2 // = 4, free gradient s = 4',
    '[1, 2] // = [1, 2, 3]',
    'exp(1) // = 2.719…',
    'sqrt(-1) // = 1',
    'let a = 1 // error N0101: x',
    'let a = 1 // RangeError: x',
    'let a = b',
    'x * k // error N0302: `k` is an int where a real is wanted\n7 div 2 // = 4',
    '[i for i in N] // warning N0416: x',
  ])('fails for %j', async (text) => {
    await expect(holds(text)).rejects.toThrow();
  });

  it.each(['7 div 2 // = 3', 'exp(1) // = 2.718…', 'loss w^2 // = 9, gradient w = 6'])(
    'holds for %j',
    (text) => holds(text),
  );
});
