// A model with one constrained param, compiled and loaded: its functions of flat arrays.

import { compile } from '../../src/compile.ts';
import { renderDiagnostic } from '../../src/base/frame.ts';
import { loadEmitted } from '../../src/gradcheck/emitted.ts';

export type Vector = readonly number[];

export interface FreeModel {
  /** How many free reals there are. */
  readonly length: number;
  readonly constrain: (free: Vector) => Vector;
  readonly unconstrain: (value: Vector) => Vector;
  readonly loss: (free: Vector) => number;
  readonly gradient: (free: Vector) => Vector;
  readonly jvp: (free: Vector, direction: Vector) => number;
  readonly hvp: (free: Vector, direction: Vector) => Vector;
}

interface Params {
  readonly x: number | Float64Array;
}

/** `declared` is what stands after `param x:`; `loss` is a formula in x. */
export async function freeModel(declared: string, loss: string, jacobian = false): Promise<FreeModel> {
  const text = `model M {\n  param x: ${declared}\n  loss ${loss}\n}`;
  const emit = ['loss', 'gradient', 'jvp', 'hvp'] as const;
  const { files, diagnostics } = await compile(text, { emit, jacobian, format: false });
  const [file] = files;
  if (file === undefined) throw new Error(diagnostics.map((each) => renderDiagnostic(each)).join('\n'));
  const module = await loadEmitted(file.text);
  const call = (name: string, ...args: readonly unknown[]): unknown => {
    const found = module[name];
    if (found === undefined) throw new Error(`no function ${name}`);
    return found(...args);
  };
  const isScalar = !declared.includes('[');
  const held = (values: Vector): Params => ({ x: isScalar ? (values[0] ?? NaN) : Float64Array.from(values) });
  const numbers = (params: unknown): Vector => {
    const { x } = params as Params;
    return typeof x === 'number' ? [x] : [...x];
  };
  const blank = (length: number): Params => held(Array.from({ length }, () => NaN));
  return {
    length: (call('mFreeLayout') as { readonly length: number }).length,
    constrain: (free) => numbers(call('mConstrain', held(free))),
    unconstrain: (value) => numbers(call('mUnconstrain', held(value))),
    loss: (free) => Number(call('mFreeLoss', held(free))),
    gradient: (free) => {
      const gradient = blank(free.length);
      const value = Number(call('mFreeLossAndGradient', held(free), gradient));
      const alone = Number(call('mFreeLoss', held(free)));
      if (!Object.is(value, alone) && !(Math.abs(value - alone) <= 1e-12 * Math.abs(alone)))
        throw new Error(`the gradient function returns ${value}, the loss is ${alone}`);
      return numbers(gradient);
    },
    jvp: (free, direction) => Number(call('mFreeJvp', held(free), held(direction))),
    hvp: (free, direction) => {
      const product = blank(free.length);
      call('mFreeHvp', held(free), held(direction), product);
      return numbers(product);
    },
  };
}
