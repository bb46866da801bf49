// Plans of kernels in a form to read.

import { evaluate, print, type Polynomial } from '../../src/base/polynomial.ts';
import type { Optimisation } from '../../src/base/optimisations.ts';
import { kernelProgram } from '../../src/emit/webgpu/kernel.ts';
import { planOf } from '../../src/emit/webgpu/plan.ts';
import type { Kernel, Place, Step } from '../../src/emit/webgpu/steps.ts';
import { tileOf } from '../../src/emit/webgpu/tile.ts';
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

/**
 * How many kernels run in a step, and the bytes that they read and write: each array that a kernel reads once from end to end, or the part
 * of it that it knows by a number in memory.
 */
export function trafficOf(
  gradient: Program,
  given: Sizes,
  without: readonly Optimisation[] = [],
): { readonly kernels: number; readonly bytes: number } {
  const plan = planOf(gradient, without);
  const sizes: Sizes = { ...Object.fromEntries(gradient.sizes.map(({ name, value }) => [name, value ?? NaN])), ...given }; // prettier-ignore
  const extent = (size: Polynomial): number => evaluate(size, (name) => sizes[name] ?? NaN);
  const product = (dims: readonly Polynomial[]): number => dims.reduce((all, dim) => all * extent(dim), 1);
  const sizeOf = ({ storage, lead }: Place): number => product(storage.dims.slice(lead.length));
  const bytesOf = (kernel: Kernel): number => {
    const { inputs } = kernelProgram(kernel, plan, gradient);
    const parts = inputs.flatMap(({ value }) => plan.places.get(value.id) ?? []);
    const reads = new Map(parts.map((part) => [part.storage, sizeOf(part)]));
    const threads = kernel.kind === 'map' ? product(kernel.extents) : 1;
    const writes = kernel.goals.map(({ place, indices, adds }) => (adds ? 2 : 1) * threads * product(place.storage.dims.slice(place.lead.length + indices.length))); // prettier-ignore
    return 4 * [...reads.values(), ...writes].reduce((sum, elements) => sum + elements, 0);
  };
  const count = (steps: readonly Step[], times: number): { kernels: number; bytes: number } =>
    steps.reduce(
      (sum, step) => {
        const own = step.kind === 'repeat' ? count(step.steps, times * extent(step.times)) : { kernels: times, bytes: times * bytesOf(step) }; // prettier-ignore
        return { kernels: sum.kernels + own.kernels, bytes: sum.bytes + own.bytes };
      },
      { kernels: 0, bytes: 0 },
    );
  return count(plan.steps, 1);
}
