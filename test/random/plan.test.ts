// Random programs as steps of a GPU: what they compute thread by thread is what the interpreter computes.

import { expect, it } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { derive, forKernels } from '../../src/generate.ts';
import { interpret, type Inputs } from '../../src/ir/interpret.ts';
import { farthestOf } from '../support/compare.ts';
import { plain, type Parameters } from '../support/derive.ts';
import { runPlan } from '../support/plan.ts';
import { forEachProgram } from './program.ts';
import { count, seed } from './properties.ts';

const some = Math.ceil(count / 20);

it('kernels compute what programs say', { timeout: 600_000 }, async () => {
  let done = 0;
  await forEachProgram(some, seed + 5, ({ source, sizes, params, data }) => {
    const [program] = analyse(source).programs;
    if (program === undefined) throw new Error('a random program is none');
    const gradient = derive(program, 'gradient', 'none', { without: forKernels });
    const wanted = interpret(plain(program).gradient, { params, data } as Inputs, sizes);
    const found = runPlan(gradient, params as Parameters, data as Parameters, sizes);
    const off = Math.max(
      farthestOf({ it: found.loss }, { it: wanted.loss ?? NaN }),
      farthestOf(found.gradient, wanted.gradient),
    );
    if (!(off < 1e-8)) throw new Error(`${off} apart`);
    done++;
  });
  expect(done).toBe(some);
});
