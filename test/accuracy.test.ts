// How far what is computed in doubles is from what it stands for, against an evaluation to 40 digits. Sums in another order, products
// taken out of sums, and shorter sums change results by rounding, and rounding has to stay what it is.

import { describe, expect, it } from 'vitest';
import { optimisationNames } from '../src/base/optimisations.ts';
import { derive } from '../src/generate.ts';
import { toRoutine } from '../src/loops/index.ts';
import { ops } from '../src/ops/index.ts';
import { run } from './loops/run.ts';
import * as fixedPoint from './support/fixed.ts';
import { programOf } from './support/language.ts';
import { precisely } from './support/precise.ts';
import { referenceCase } from './support/reference.ts';

/** Of the largest element of each array. */
const bound = 1e-14;

const { double, fixed } = fixedPoint;
const functions: Readonly<Record<string, (x: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  lgamma: ops.lgamma.eval as (x: number) => number,
};

/** The greatest difference between elements, relative to the greatest element. */
function error(found: readonly number[], precise: readonly number[]): number {
  if (found.length !== precise.length) return Infinity;
  const greatest = (values: readonly number[]): number =>
    values.reduce((most, value) => (Number.isNaN(value) ? Infinity : Math.max(most, Math.abs(value))), 0);
  return greatest(found.map((value, i) => value - (precise[i] ?? NaN))) / (greatest(precise) || 1);
}

it.each(Object.entries(fixedPoint).filter(([name]) => name in functions))(
  '%s is as in doubles',
  (name, f) => {
    for (const x of [0.001, 0.7, 1, 2.5, 11, 30]) {
      const [found, expected] = [double((f as (x: bigint) => bigint)(fixed(x))), functions[name]?.(x) ?? NaN];
      expect(Math.abs(found - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-15);
    }
  },
);

describe.each(['gmm', 'lstm', 'bundle-adjustment', 'logistic-l2', 'mlp-tanh'])('%s', (name) => {
  const { source, sizes, params, data } = referenceCase(name);
  const program = programOf(source);
  const given = { sizes, inputs: { params, data } };

  it('loss and gradient are within rounding of what they are to 40 digits', () => {
    const plain = derive(program, 'gradient', 'auto', { without: optimisationNames });
    const precise = precisely(plain, given);
    const { result, buffers } = run(
      toRoutine(derive(program, 'gradient'), 'gradient', { checked: true }),
      given,
    );
    const found: Readonly<Record<string, readonly unknown[]>> = { loss: [result], ...buffers };
    expect(Object.keys(found).sort()).toEqual(Object.keys(precise).sort());
    const errors = Object.entries(precise).map(([field, values]) =>
      error(found[field]?.map(Number) ?? [], values),
    );
    expect(Math.max(...errors)).toBeLessThan(bound);
    // In doubles something is rounded: an error of zero everywhere would come from a comparison with itself.
    expect(Math.max(...errors)).toBeGreaterThan(0);
  });
});
