// Single precision against PyTorch in float64, for every reference case: the emitted TypeScript, whose arrays are of floats, and the
// interpreter, which rounds every number to a float. Distances are those of vectors, in proportion to their lengths.

import { describe, expect, it } from 'vitest';
import { interpret } from '../src/ir/interpret.ts';
import { optimise, prepare, prepareReverse } from '../src/passes/index.ts';
import { reverse } from '../src/ad/reverse.ts';
import { farApart } from './support/compare.ts';
import { compileModule } from './support/emitted.ts';
import { programOf } from './support/language.ts';
import { modelNames, referenceCase } from './support/reference.ts';

/** Floats have 6e-8 of each number; inputs, and literals, are rounded to these before anything is computed. */
const bounds = { emitted: 1e-6, interpreter: 1e-6 };

/** Where more is lost, and why. */
const exceptions: Readonly<Record<string, Partial<typeof bounds>>> = {
  // Forces go with the thirteenth power of distances between rounded positions.
  'lennard-jones': { emitted: 3e-6, interpreter: 5e-6 },
  // The slope by gamma is what is left of terms that cancel: 0.0006, of slopes of up to 0.7.
  'ntm-head': { emitted: 2e-5, interpreter: 2e-4 },
};

/** The loop ends when |x² - a| <= 1e-12, to which floats near 1 do not come. */
const neverEnds = 'while-newton';

describe.each(modelNames)('%s', (name) => {
  const { source, sizes, params, data, direction, ...wanted } = referenceCase(name);
  const within = { ...bounds, ...exceptions[name] };

  it('the emitted code', async () => {
    const options = { sizes, precision: 'f32', emit: 'all' } as const;
    const found = (await compileModule(source, `${name}.nabla`, options)).run({ params, data, direction });
    const near = (what: Parameters<typeof farApart>[0], reference: typeof what): void =>
      expect(farApart(what, reference)).toBeLessThan(within.emitted);
    near({ loss: found.loss, alone: found.lossAlone }, { loss: wanted.loss, alone: wanted.loss });
    near(found.gradient, wanted.gradient);
    near(found.outputs, wanted.outputs);
    if (direction === undefined) return;
    const slope = wanted.directional ?? NaN;
    near({ jvp: found.directional ?? NaN, hvp: found.hvpDirectional ?? NaN }, { jvp: slope, hvp: slope });
    if (wanted.hessianVector !== undefined) near(found.hvp ?? {}, wanted.hessianVector);
  });

  it('the interpreter', () => {
    const options = { precision: 'f32' } as const;
    const program = programOf(source, `${name}.nabla`);
    const gradient = optimise(reverse(prepareReverse(prepare(program, options), options)), options);
    const run = (): ReturnType<typeof interpret> => interpret(gradient, { params, data }, sizes, options);
    if (name === neverEnds) {
      expect(run).toThrow('the condition still holds after 50 iterations');
      return;
    }
    const found = run();
    expect(farApart({ it: found.loss ?? NaN }, { it: wanted.loss })).toBeLessThan(within.interpreter);
    expect(farApart(found.gradient, wanted.gradient)).toBeLessThan(within.interpreter);
    const { outputs } = interpret(program, { params, data }, sizes, options);
    expect(farApart(outputs, wanted.outputs)).toBeLessThan(within.interpreter);
  });
});
