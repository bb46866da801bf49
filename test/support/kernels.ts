// Plans of kernels in a form to read.

import { print } from '../../src/base/polynomial.ts';
import type { Step } from '../../src/emit/webgpu/steps.ts';
import { tileOf } from '../../src/emit/webgpu/tile.ts';
import { derive, forKernels } from '../../src/generate.ts';
import type { Program } from '../../src/ir/types.ts';
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
