// Values and gradients against PyTorch (float64), for every reference case that has a model: the reference interpreter
// on the optimised IR, and the emitted TypeScript.

import { describe, expect, it } from 'vitest';
import { interpret } from '../src/ir/interpret.ts';
import { compileModule } from './support/emitted.ts';
import { distance, farthestOf } from './support/compare.ts';
import { optimised, type Parameters } from './support/derive.ts';
import { programOf } from './support/language.ts';
import { allNames, modelNames, referenceCase } from './support/reference.ts';

const bound = 1e-12;

it('has a model for every case', () => {
  expect(modelNames).toEqual(allNames);
});

describe.each(modelNames)('%s', (name) => {
  const reference = referenceCase(name);
  const { sizes, data, params, direction, hessianVector } = reference;
  const numeric = (record: object): Parameters => record as Parameters;

  it('the interpreter agrees', () => {
    const program = programOf(reference.source, `${name}.nabla`);
    const derived = optimised(program);
    const found = interpret(derived.gradient, { params, data }, sizes);
    expect(distance(found.loss ?? NaN, reference.loss)).toBeLessThan(bound);
    expect(farthestOf(found.gradient, reference.gradient)).toBeLessThan(bound);
    const { outputs } = interpret(program, { params, data }, sizes);
    for (const output of Object.keys(reference.outputs)) {
      expect(
        farthestOf({ it: numeric(outputs)[output] ?? NaN }, { it: reference.outputs[output] ?? NaN }),
      ).toBeLessThan(bound);
    }
    if (direction === undefined) return;
    const second = interpret(derived.hvp, { params, data, directions: direction }, sizes);
    expect(distance(second.tangent ?? NaN, reference.directional ?? NaN)).toBeLessThan(bound);
    if (hessianVector !== undefined) expect(farthestOf(second.hvp, hessianVector)).toBeLessThan(bound);
    const first = interpret(derived.jvp, { params, data, directions: direction }, sizes);
    expect(distance(first.tangent ?? NaN, reference.directional ?? NaN)).toBeLessThan(bound);
  });

  it('the emitted code agrees', async () => {
    const emitted = await compileModule(reference.source, `${name}.nabla`, {
      sizes: reference.sizes,
      emit: 'all',
    });
    const found = emitted.run({ params, data, direction });
    expect(distance(found.loss, reference.loss)).toBeLessThan(bound);
    expect(distance(found.lossAlone, reference.loss)).toBeLessThan(bound);
    expect(farthestOf(found.gradient, reference.gradient)).toBeLessThan(bound);
    for (const output of Object.keys(reference.outputs)) {
      expect(
        farthestOf({ it: found.outputs[output] ?? NaN }, { it: reference.outputs[output] ?? NaN }),
      ).toBeLessThan(bound);
    }
    if (direction === undefined) return;
    expect(distance(found.directional ?? NaN, reference.directional ?? NaN)).toBeLessThan(bound);
    expect(distance(found.hvpDirectional ?? NaN, reference.directional ?? NaN)).toBeLessThan(bound);
    if (hessianVector !== undefined) expect(farthestOf(found.hvp ?? {}, hessianVector)).toBeLessThan(bound);
  });
});
