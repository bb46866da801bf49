// The emitted module, loaded and called. It is the text that users get that is checked, not an earlier form of it.

import { bug } from '../base/bug.ts';
import type { Program } from '../ir/types.ts';
import { flatten, inputsOf, layoutOf, unflatten, type Fields, type Precision } from './layout.ts';
import type { Point } from './point.ts';

type EmittedFunction = (...args: readonly unknown[]) => unknown;
export type EmittedModule = Readonly<Record<string, EmittedFunction | undefined>>;

/** TypeScript becomes JavaScript and is imported. ts-morph costs a third of a second, hence only here. */
export async function loadEmitted(text: string): Promise<EmittedModule> {
  const { ts } = await import('ts-morph');
  const { ScriptTarget, ModuleKind } = ts;
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ScriptTarget.ES2022, module: ModuleKind.ESNext },
  });
  return (await import(
    `data:text/javascript;charset=utf-8,${encodeURIComponent(outputText)}`
  )) as EmittedModule;
}

/** The functions of one model at one point, as functions of the flat parameter vector. */
export interface BoundModel {
  readonly loss: (x: readonly number[]) => number;
  readonly gradient: (x: readonly number[]) => {
    readonly loss: number;
    readonly gradient: readonly number[];
  };
  readonly jvp: (x: readonly number[], v: readonly number[]) => number;
  readonly hvp: (
    x: readonly number[],
    v: readonly number[],
  ) => { readonly tangent: number; readonly product: readonly number[] };
}

export function bind(
  module: EmittedModule,
  program: Program,
  prefix: string,
  point: Point,
  precision: Precision,
): BoundModel {
  const slots = layoutOf(program, point.sizes);
  const zeros = (): Fields =>
    unflatten(slots, new Array<number>(slots.reduce((sum, slot) => sum + slot.length, 0)).fill(0), precision);

  const call = (suffix: string, ...args: readonly unknown[]): number => {
    const emitted = module[`${prefix}${suffix}`];
    if (emitted === undefined) bug(`the emitted module has no function ${prefix}${suffix}`);
    const result = emitted(...args);
    return typeof result === 'number' ? result : bug(`${prefix}${suffix} did not return a number`);
  };

  // An argument that would be empty is not in the signature.
  const sizes = Object.fromEntries(
    program.sizes.filter((size) => size.value === undefined).map(({ name }) => [name, point.sizes[name]]),
  );
  const common = [
    ...(inputsOf(program, 'data').length > 0 ? [point.data] : []),
    ...(Object.keys(sizes).length > 0 ? [sizes] : []),
  ];
  const at = (x: readonly number[]): readonly unknown[] => [unflatten(slots, x, precision), ...common];

  return {
    loss: (x) => call('Loss', ...at(x)),
    gradient: (x) => {
      const gradient = zeros();
      const loss = call('LossAndGradient', ...at(x), gradient);
      return { loss, gradient: flatten(slots, gradient) };
    },
    jvp: (x, v) => call('Jvp', ...at(x), unflatten(slots, v, precision)),
    hvp: (x, v) => {
      const product = zeros();
      const tangent = call('Hvp', ...at(x), unflatten(slots, v, precision), product);
      return { tangent, product: flatten(slots, product) };
    },
  };
}
