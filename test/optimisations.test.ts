// Each optimisation can be left out alone. That shows in some golden file, and in no value beyond rounding. Those of kernels:
// emit/webgpu-optimisations.test.ts.

import { describe, expect, it } from 'vitest';
import { kernelOptimisations, optimisationNames, type Optimisation } from '../src/base/optimisations.ts';
import { derive } from '../src/generate.ts';
import type { Program } from '../src/ir/types.ts';
import { printRoutine, toRoutine } from '../src/loops/index.ts';
import type { Routine } from '../src/loops/types.ts';
import { run, type Arguments } from './loops/run.ts';
import { forEachProgram } from './random/program.ts';
import { farthestOf, type Numbers } from './support/compare.ts';
import { examples, goldenLoops, smallModels } from './support/golden.ts';
import { programOf } from './support/language.ts';
import { modelNames, referenceCase } from './support/reference.ts';

type Without = readonly Optimisation[];

const routineOf = (program: Program, kind: 'loss' | 'gradient', without: Without): Routine =>
  toRoutine(derive(program, kind, 'auto', { without }), kind, { checked: true, without });

const golden = [...examples, ...smallModels].map(({ name, text }) => ({
  program: programOf(text),
  loops: goldenLoops(name),
}));

/** What is computed, and how. */
interface Computed {
  readonly code: readonly string[];
  readonly values: Readonly<Record<string, Numbers>>;
}

/** The loss, alone and with the gradient, and the gradient; `before`, where the code is as it was. */
function compute(program: Program, given: Arguments, without: Without, before?: Computed): Computed {
  const loss = routineOf(program, 'loss', without);
  const gradient = routineOf(program, 'gradient', without);
  const code = [loss, gradient].map(printRoutine);
  if (before?.code.every((text, i) => text === code[i]) === true) return before;
  const { result, buffers } = run(gradient, given);
  const values = { ...buffers, 'loss with gradient': Number(result), loss: Number(run(loss, given).result) };
  return { code, values };
}

/** Those that are not run for long, and of each kind one: the others are variations of these. */
const names = modelNames.filter(
  (name) => !/^(mlp-(?!softplus)|linear-|trace-|transformer|dropout|ntm)/.test(name),
);
const references = names.map((name) => {
  const { source, sizes, params, data } = referenceCase(name);
  const program = programOf(source);
  const given = { sizes, inputs: { params, data } };
  return { name, program, given, before: compute(program, given, []) };
});

/** Relative, or absolute below 1. What sums add up to in another order is closer than this. */
const bound = 1e-12;

const cases: readonly { readonly name: string; readonly without: Without }[] = [
  ...optimisationNames
    .filter((name) => !(name in kernelOptimisations))
    .map((name) => ({ name, without: [name] })),
  { name: 'any', without: optimisationNames },
];

describe.each(cases)('without $name', ({ without }) => {
  it('some golden file is another', () => {
    const isOther = golden.some(
      ({ program, loops }) => printRoutine(routineOf(program, 'gradient', without)) !== loops,
    );
    expect(isOther).toBe(true);
  });

  it('other code computes the same values', () => {
    let others = 0;
    for (const { name, program, given, before } of references) {
      const found = compute(program, given, without, before);
      expect(farthestOf(found.values, before.values), name).toBeLessThan(bound);
      if (found !== before) others++;
    }
    expect(others).toBeGreaterThan(0);
  });
});

it('random programs compute the same without each', async () => {
  let count = 0;
  await forEachProgram(2 * cases.length, 20_262, ({ source, sizes, params, data }) => {
    const { name = '', without = [] } = cases[count++ % cases.length] ?? {};
    const given = { sizes, inputs: { params, data } };
    const program = programOf(source);
    const before = compute(program, given, []);
    const { values } = compute(program, given, without, before);
    expect(farthestOf(values, before.values), `without ${name}`).toBeLessThan(1e-10);
  });
});
