// Every stage of the loops form means what the IR means: on the examples and on random programs.

import { describe, expect, test } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { derive } from '../../src/generate.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import { verify } from '../../src/ir/verify.ts';
import { forEachProgram, type RandomValue } from '../random/program.ts';
import { expectMeaningKept } from './meaning.ts';
import { examples } from './programs.ts';

/** Cut into small parts, so that everything crosses from one to another. */
const inParts = { checked: false, partStatements: 5 };

describe.each(examples)('$name', ({ ir, kind, given }) => {
  const program = parseProgram(ir);
  verify(program);

  test.each([{ checked: true }, { checked: false }, inParts])(
    'keeps its meaning in every pass: %o',
    (options) => {
      expectMeaningKept(program, kind, given, options);
    },
  );
});

test('random programs keep their meaning in every pass', async () => {
  await forEachProgram(12, 20_261, ({ source, sizes, params, data }) => {
    const directions = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, directionFor(value)]),
    );
    const { programs } = analyse(source);
    expect(programs).toHaveLength(1);
    for (const program of programs) {
      const hasOutputs = program.outputs.some((output) => output.role === 'output');
      for (const kind of [
        'loss',
        'gradient',
        'hvp',
        ...(hasOutputs ? (['outputs'] as const) : []),
      ] as const) {
        const derived = derive(program, kind);
        for (const options of [{ checked: true }, inParts]) {
          // Second derivatives of random programs cancel a good deal.
          expectMeaningKept(derived, kind, { sizes, inputs: { params, data, directions } }, options, 1e-9);
        }
      }
    }
  });
});

const directionFor = (value: RandomValue): number | readonly number[] =>
  typeof value === 'object' ? value.map((_, i) => Math.sin(i + 1)) : 0.7;
