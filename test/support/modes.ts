// Both modes and second order of one program, checked against extrapolated differences and against each other.

import { expect, it } from 'vitest';
import { interpret, type Inputs } from '../../src/ir/interpret.ts';
import type { Program } from '../../src/ir/types.ts';
import { distance, farthestOf } from './compare.ts';
import { derivativeAt0, inner, lossAt, moved, optimised, plain, type Derived, type Sizes } from './derive.ts';

/** Declares the tests; `more` are further ways to differentiate the program. */
export function checkModes(
  program: Program,
  inputs: Inputs,
  sizes: Sizes = {},
  more: Readonly<Record<string, Derived>> = {},
): void {
  const directions = Object.fromEntries(
    Object.entries(inputs.params ?? {}).map(([name, value]) =>
      typeof value === 'object' ? [name, Array.from(value, (_, i) => Math.cos(3 * i + 1))] : [name, -0.6],
    ),
  );
  const along = { ...inputs, directions };
  const slope = derivativeAt0((step) => lossAt(program, moved(inputs, directions, step), sizes));
  const ways = { plain: plain(program), optimised: optimised(program), ...more };

  it.each(Object.entries(ways))('%s', (_, derived) => {
    expect(distance(lossAt(derived.loss, inputs, sizes), lossAt(program, inputs, sizes))).toBeLessThan(1e-14);
    const { gradient, loss } = interpret(derived.gradient, inputs, sizes);
    expect(distance(loss ?? NaN, lossAt(program, inputs, sizes))).toBeLessThan(1e-14);
    const { tangent = NaN } = interpret(derived.jvp, along, sizes);
    expect(distance(tangent, slope.value)).toBeLessThan(1e-9 + slope.error);
    expect(distance(inner(gradient, directions), tangent)).toBeLessThan(1e-13);

    const second = interpret(derived.hvp, along, sizes);
    expect(distance(second.tangent ?? NaN, tangent)).toBeLessThan(1e-13);
    const bent = derivativeAt0((step) => {
      const there = interpret(derived.gradient, moved(inputs, directions, step), sizes);
      return inner(there.gradient, directions);
    });
    expect(distance(inner(second.hvp, directions), bent.value)).toBeLessThan(1e-8 + bent.error);
  });

  it('no way changes a derivative', () => {
    const [first, ...others] = Object.values(ways).map(({ hvp }) => interpret(hvp, along, sizes).hvp);
    for (const other of others) expect(farthestOf(first ?? {}, other ?? {})).toBeLessThan(1e-12);
  });
}
