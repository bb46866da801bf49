// `stop(e)` is e, and a constant for every derivative.

import { describe, expect, it } from 'vitest';
import { interpret, type Inputs, type Results } from '../../src/ir/interpret.ts';
import { passLists } from '../../src/passes/index.ts';
import { printProgram } from '../../src/ir/print.ts';
import { distance, farthest } from '../support/compare.ts';
import { optimised, plain } from '../support/derive.ts';
import { programOf } from '../support/language.ts';

const model = (loss: string): string => `model M {
  param x: real, w: real[3]
  ${loss}
}`;
const inputs: Inputs = {
  params: { x: 0.7, w: [0.3, -0.7, 1.1] },
  directions: { x: 0.4, w: [-0.5, 0.25, 2] },
};

/** In every way that the compiler knows: without passes and with them, in both modes and at second order. */
function derive(loss: string): readonly (readonly [gradient: Results, jvp: Results, hvp: Results])[] {
  const program = programOf(model(loss));
  return [plain(program), optimised(program)].map(({ gradient, jvp, hvp }) => [
    interpret(gradient, inputs),
    interpret(jvp, inputs),
    interpret(hvp, inputs),
  ]);
}

describe('stop', () => {
  it.each([
    ['a scalar', 'loss exp(stop(x))'],
    ['an array', 'loss sum(stop(w)^2)'],
    ['what was computed from an array', 'let h = stop(sin(w) * x)\n loss h @ h + 1'],
    ['an element', 'loss sum(stop(w[i]) * 3 for i in 3)'],
    ['a point at which the derivative would be infinite', 'loss sqrt(stop(x - x))'],
    ['a loop', 'var s = 0.0\n for i in 3 { s = s + stop(w[i] * x) }\n loss s'],
  ])('of %s: what is learned only through it has a gradient of exactly 0', (_, loss) => {
    for (const [gradient, jvp, hvp] of derive(loss)) {
      expect(gradient.gradient).toEqual({ x: 0, w: new Float64Array(3) });
      expect(jvp.tangent).toBe(0);
      expect(hvp.hvp).toEqual({ x: 0, w: new Float64Array(3) });
    }
  });

  it('leaves the other factor its derivative, of which it is a constant again', () => {
    for (const [gradient, jvp, hvp] of derive(
      'loss x^2 * stop(x) + sum(w[i] * stop(sin(w[i])) for i in 3)',
    )) {
      const value = 0.343 + 0.3 * Math.sin(0.3) + 0.7 * Math.sin(0.7) + 1.1 * Math.sin(1.1);
      expect(distance(gradient.loss ?? NaN, value)).toBeLessThan(1e-14);
      expect(distance(gradient.gradient['x'] as number, 2 * 0.7 * 0.7)).toBeLessThan(1e-14);
      expect(farthest(gradient.gradient['w'] as Float64Array, [0.3, -0.7, 1.1].map(Math.sin))).toBeLessThan(
        1e-14,
      );
      const slope = 0.98 * 0.4 - 0.5 * Math.sin(0.3) - 0.25 * Math.sin(0.7) + 2 * Math.sin(1.1);
      expect(distance(jvp.tangent ?? NaN, slope)).toBeLessThan(1e-14);
      expect(distance(hvp.hvp['x'] as number, 2 * 0.7 * 0.4)).toBeLessThan(1e-14);
      expect(hvp.hvp['w']).toEqual(new Float64Array(3));
    }
  });

  it('makes a gradient through a rounding: the value of one, the derivative of the other', () => {
    for (const [gradient] of derive('loss (x + stop(round(x) - x))^2')) {
      expect(gradient.loss).toBe(1);
      expect(gradient.gradient['x']).toBe(2);
    }
  });

  it('stays until everything is differentiated, and is gone then', () => {
    const program = programOf(model('loss x * stop(x) * stop(2)'));
    const has = (text: string): boolean => text.includes('= stop(');
    const ready = passLists.prepare.reduce((at, pass) => pass.run(at), program);
    expect(has(printProgram(ready))).toBe(true);
    for (const derived of Object.values(optimised(program))) expect(has(printProgram(derived))).toBe(false);
  });
});
