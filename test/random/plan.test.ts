// Random programs as steps of a GPU: what they compute thread by thread is what the interpreter computes.

import { expect, it } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { optimisationNames, type Optimisation } from '../../src/base/optimisations.ts';
import { derive, forKernels } from '../../src/generate.ts';
import { interpret, type Inputs } from '../../src/ir/interpret.ts';
import type { Program } from '../../src/ir/types.ts';
import { free, hasConstraints, unconstrain } from '../../src/passes/free.ts';
import { farthestOf } from '../support/compare.ts';
import { plain, type Parameters } from '../support/derive.ts';
import { runPlan } from '../support/plan.ts';
import { forEachProgram } from './program.ts';
import { count, seed } from './properties.ts';

const some = Math.ceil(count / 20);

/** With all of them first. */
const lists: readonly (readonly Optimisation[])[] = [[], ...optimisationNames.map((name) => [name]), optimisationNames]; // prettier-ignore

it('kernels compute what programs say', { timeout: 600_000 }, async () => {
  let done = 0;
  let withOutputs = 0;
  await forEachProgram(some, seed + 5, ({ source, sizes, params, data }) => {
    const [program] = analyse(source).programs;
    if (program === undefined) throw new Error('a random program is none');
    const without = lists[done % lists.length] ?? [];
    const agree = (form: Program, at: Parameters): void => {
      const gradient = derive(form, 'gradient', 'none', { without: [...without, ...forKernels] });
      const wanted = interpret(plain(form).gradient, { params: at, data } as Inputs, sizes);
      const found = runPlan(gradient, at, data as Parameters, sizes, without);
      const off = Math.max(
        farthestOf({ it: found.loss }, { it: wanted.loss ?? NaN }),
        farthestOf(found.gradient, wanted.gradient),
      );
      if (!(off < 1e-8)) throw new Error(`${form.name}: ${off} apart without ${without.join()}`);
    };
    agree(program, params as Parameters);
    if (program.outputs.some(({ role }) => role === 'output')) {
      const outputs = derive(program, 'outputs', 'none', { without: [...without, ...forKernels] });
      const wanted = interpret(program, { params, data } as Inputs, sizes);
      const found = runPlan(outputs, params as Parameters, data as Parameters, sizes, without);
      const off = farthestOf(found.outputs, wanted.outputs);
      if (!(off < 1e-8))
        throw new Error(`outputs of ${program.name}: ${off} apart without ${without.join()}`);
      withOutputs++;
    }
    if (hasConstraints(program)) {
      const { outputs } = interpret(unconstrain(program), { params } as Inputs, sizes);
      agree(free(program, { jacobian: done % 2 === 0 }), outputs as Parameters);
    }
    done++;
  });
  expect(done).toBe(some);
  expect(withOutputs).toBeGreaterThan(some / 10);
});
