// One model differentiated in every way that the compiler knows, run by the reference interpreter.

import { forward } from '../../src/ad/forward.ts';
import { reverse } from '../../src/ad/reverse.ts';
import { interpret, type Inputs } from '../../src/ir/interpret.ts';
import type { Program } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { optimise, prepare, prepareReverse } from '../../src/passes/index.ts';
import { flat, type Numbers } from './compare.ts';

export type Sizes = Readonly<Record<string, number>>;
export type Parameters = Readonly<Record<string, Numbers>>;

/** The programs of a model: as differentiation makes them, and after the passes. */
export interface Derived {
  readonly loss: Program;
  readonly gradient: Program;
  readonly jvp: Program;
  readonly hvp: Program;
}

const verified = (program: Program): Program => {
  verify(program);
  return program;
};

/** Without any pass. */
export function plain(program: Program): Derived {
  const gradient = verified(reverse(program));
  return { loss: program, gradient, jvp: verified(forward(program)), hvp: verified(forward(gradient)) };
}

/** With all of them, as the compiler does it. */
export function optimised(program: Program): Derived {
  const ready = prepare(program);
  const gradient = reverse(prepareReverse(ready));
  return {
    loss: optimise(ready),
    gradient: optimise(gradient),
    jvp: optimise(forward(ready)),
    hvp: optimise(forward(gradient)),
  };
}

export function lossAt(program: Program, inputs: Inputs, sizes: Sizes): number {
  return interpret(program, inputs, sizes).loss ?? NaN;
}

/** A parameter set moved by `step` along a direction. */
export function moved(inputs: Inputs, direction: Parameters, step: number): Inputs {
  const params = Object.fromEntries(
    Object.entries(inputs.params ?? {}).map(([name, value]) => {
      const along = flat(direction[name] ?? []);
      const sums = flat(value as Numbers).map((x, i) => x + step * (along[i] ?? NaN));
      return [name, typeof value === 'number' ? (sums[0] ?? NaN) : sums];
    }),
  );
  return { ...inputs, params };
}

/**
 * Central differences of f at 0, extrapolated to step zero (Ridders, Advances in Engineering Software 4, 1982): the
 * estimate and an estimate of its error.
 */
export function derivativeAt0(f: (step: number) => number, first = 0.05): { value: number; error: number } {
  const shrink = 1.6;
  let row: number[] = [];
  let best = { value: NaN, error: Infinity };
  for (let k = 0, step = first; k < 10; k++, step /= shrink) {
    const next = [(f(step) - f(-step)) / (2 * step)];
    let factor = shrink * shrink;
    for (let j = 1; j <= k; j++, factor *= shrink * shrink) {
      const before = next[j - 1] ?? NaN;
      next.push((before * factor - (row[j - 1] ?? NaN)) / (factor - 1));
      const error = Math.max(
        Math.abs((next[j] ?? NaN) - before),
        Math.abs((next[j] ?? NaN) - (row[j - 1] ?? NaN)),
      );
      if (error <= best.error) best = { value: next[j] ?? NaN, error };
    }
    row = next;
  }
  return best;
}

/** ⟨a, b⟩ over all parameters. */
export function inner(a: Readonly<Record<string, Numbers>>, b: Readonly<Record<string, Numbers>>): number {
  return Object.keys(a).reduce((sum, name) => {
    const right = flat(b[name] ?? []);
    return sum + flat(a[name] ?? []).reduce((all, x, i) => all + x * (right[i] ?? NaN), 0);
  }, 0);
}
