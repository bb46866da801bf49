// The emitted module, loaded and called. It is the text that users get that is checked, not an earlier form of it.

import { bug } from '../base/bug.ts';
import { camelCase, fieldPaths } from '../emit/names.ts';
import { suffixOf } from '../emit/signature.ts';
import type { Program } from '../ir/types.ts';
import type { RoutineKind } from '../loops/types.ts';
import { flatten, inputsOf, layoutOf, unflatten, type FieldValue, type Precision } from './layout.ts';
import type { Point } from './point.ts';
import { nest, valueAt, type Nested } from './records.ts';

type EmittedFunction = (...args: readonly unknown[]) => unknown;
export type EmittedModule = Readonly<Record<string, EmittedFunction | undefined>>;

/** What is checked, and the same in double precision: of that differences are taken, which rounded steps would spoil. */
export interface EmittedModules {
  readonly checked: EmittedModule;
  readonly inDoubles: EmittedModule;
}

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
  point: Point,
  precision: Precision,
): BoundModel {
  const slots = layoutOf(program, point.sizes);
  const length = slots.reduce((sum, slot) => sum + slot.length, 0);
  const zeros = (): Nested<FieldValue> =>
    unflatten(
      slots,
      Array.from({ length }, () => 0),
      precision,
    );

  // An argument that would be empty is not in the signature.
  const data = nonEmpty(renamed(inputsOf(program, 'data'), point.data));
  const open = program.sizes.filter((size) => size.value === undefined);
  const sizes = nonEmpty(renamed(open, point.sizes));
  const prefix = camelCase(program.name);
  // One workspace for all the calls, as in use: what a call leaves in it must not matter to the next.
  const workspace = module[`${prefix}Workspace`]?.(...sizes);

  const call = (kind: RoutineKind, x: readonly number[], ...more: readonly object[]): number => {
    const name = prefix + suffixOf(kind);
    const emitted = module[name];
    if (emitted === undefined) bug(`the emitted module has no function ${name}`);
    const result = emitted(unflatten(slots, x, precision), ...data, ...sizes, ...more, workspace);
    return typeof result === 'number' ? result : bug(`${name} did not return a number`);
  };

  return {
    loss: (x) => call('loss', x),
    gradient: (x) => {
      const gradient = zeros();
      const loss = call('gradient', x, gradient);
      return { loss, gradient: flatten(slots, ({ field }) => valueAt(gradient, field)) };
    },
    jvp: (x, v) => call('jvp', x, unflatten(slots, v, precision)),
    hvp: (x, v) => {
      const product = zeros();
      const tangent = call('hvp', x, unflatten(slots, v, precision), product);
      return { tangent, product: flatten(slots, ({ field }) => valueAt(product, field)) };
    },
  };
}

const nonEmpty = (fields: object): readonly object[] => (Object.keys(fields).length > 0 ? [fields] : []);

/** By the names of the emitted interface. */
function renamed<T>(
  declared: readonly { readonly name: string }[],
  values: Readonly<Record<string, T>>,
): object {
  const fields = fieldPaths(declared.map(({ name }) => name));
  return nest(Object.fromEntries(declared.map(({ name }, i) => [fields[i], values[name]])));
}
