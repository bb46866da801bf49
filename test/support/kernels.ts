// Plans of kernels in a form to read.

import { print } from '../../src/base/polynomial.ts';
import type { Optimisation } from '../../src/base/optimisations.ts';
import { planOf } from '../../src/emit/webgpu/plan.ts';
import type { Step } from '../../src/emit/webgpu/steps.ts';
import { tileOf } from '../../src/emit/webgpu/tile.ts';
import { workOf, type Work } from '../../src/emit/webgpu/work.ts';
import { derive, forKernels } from '../../src/generate.ts';
import type { Program } from '../../src/ir/types.ts';
import type { Sizes } from './derive.ts';
import { programOf } from './language.ts';

/** What kernels are planned from. */
export const gradientOf = (source: string): Program =>
  derive(programOf(source), 'gradient', 'none', { without: forKernels });

/** `score = [B, K]`: what is written, by how many threads. */
export const shown = (steps: readonly Step[]): readonly string[] =>
  steps.flatMap((step) => {
    if (step.kind === 'repeat') return [`${print(step.times)} times`, ...shown(step.steps).map((line) => `  ${line}`)]; // prettier-ignore
    const written = step.goals
      .map(({ place, adds }) => `${place.storage.name} ${adds ? '+=' : '='}`)
      .join(' ');
    const threads = step.kind === 'sum' ? 'sum' : `[${step.extents.map(print).join(', ')}]`;
    return [`${written} ${threads}${tileOf(step) === undefined ? '' : ' tiled'}`];
  });

/** What a step asks of a GPU. */
export const trafficOf = (gradient: Program, sizes: Sizes, without: readonly Optimisation[] = []): Work =>
  workOf(planOf(gradient, without), gradient, sizes);
