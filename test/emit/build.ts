// Writing routines down by hand, tersely: what the lowering would make, for tests of the printing alone.

import { constant, symbol, type Polynomial } from '../../src/base/polynomial.ts';
import type { EmittedModel } from '../../src/emit/typescript.ts';
import type { Input, Output, Program, Scalar, Size, Type, Value } from '../../src/ir/types.ts';
import type {
  Buffer,
  Expression,
  Local,
  Part,
  Routine,
  RoutineKind,
  Statement,
} from '../../src/loops/types.ts';
import { apply, integer, literal, load, real, reference, sizeOf } from '../../src/loops/make.ts';
import type { OpName } from '../../src/ops/index.ts';

export { integer, literal, load, real, reference, sizeOf };
export const op = apply;

/** Extents as a model writes them: names of sizes, numbers, or polynomials. */
export type Extent = string | number | Polynomial;
export const size = (extent: Extent): Polynomial =>
  typeof extent === 'string' ? symbol(extent) : typeof extent === 'number' ? constant(extent) : extent;
export const type = (scalar: Scalar, ...dims: readonly Extent[]): Type => ({ scalar, dims: dims.map(size) });
export const buffer = (role: Buffer['role'], name: string, { scalar, dims }: Type): Buffer => ({
  role,
  name,
  scalar,
  dims,
});
export const local = (name: string, scalar: Scalar = 'real', mutable = false): Local => ({
  name,
  scalar,
  mutable,
});

export type Operand = Expression | Local | number;
/** Locals and numbers stand for themselves; a number is a real. */
const operand = (e: Operand): Expression => {
  if (typeof e === 'number') return real(e);
  return 'mutable' in e ? reference(e) : e;
};
export const of = (name: OpName, ...args: readonly Operand[]): Expression =>
  apply(name, ...args.map(operand));
export const at = (array: Buffer, ...index: readonly Operand[]): Expression =>
  load(array, index.map(operand));
export const declare = (l: Local, value?: Operand): Statement => ({
  kind: 'declare',
  local: l,
  ...(value === undefined ? {} : { value: operand(value) }),
});
export const assign = (l: Local, value: Operand): Statement => ({
  kind: 'assign',
  local: l,
  value: operand(value),
});
export const increase = (l: Local, value: Operand): Statement => ({
  kind: 'increase',
  local: l,
  value: operand(value),
});
export const store = (target: Buffer, index: readonly Operand[], value: Operand): Statement => ({
  kind: 'store',
  buffer: target,
  indices: index.map(operand),
  value: operand(value),
});
export const accumulate = (target: Buffer, index: readonly Operand[], value: Operand): Statement => ({
  kind: 'accumulate',
  buffer: target,
  indices: index.map(operand),
  value: operand(value),
});
export const fill = (target: Buffer, value: Operand): Statement => ({
  kind: 'fill',
  buffer: target,
  value: operand(value),
});
export const loop = (index: Local, to: Extent, body: readonly Statement[]): Statement => ({
  kind: 'for',
  index,
  from: integer(0),
  to: sizeOf(size(to)),
  body,
});
export const when = (
  condition: Expression,
  then: readonly Statement[],
  otherwise: readonly Statement[] = [],
): Statement => ({ kind: 'if', condition, then, otherwise });
export const section = (title: string): Statement => ({ kind: 'section', title });
export const check = (index: Operand, extent: Extent, array: string, axis = 0): Statement => ({
  kind: 'check',
  index: operand(index),
  extent: size(extent),
  array,
  axis,
});
/** `row * extent + column` */
export const flat = (row: Operand, extent: Extent, column: Operand): Expression =>
  of('iadd', of('imul', row, sizeOf(size(extent))), column);

/** What a model declares; enough of a program for the emitter, which never looks at its statements. */
export interface Declared {
  readonly name: string;
  readonly doc?: string;
  readonly sizes?: readonly (string | Size)[];
  readonly params?: Readonly<Record<string, Type | (Pick<Input, 'doc'> & { readonly type: Type })>>;
  readonly data?: Readonly<Record<string, Type | (Pick<Input, 'doc' | 'range'> & { readonly type: Type })>>;
  readonly outputs?: Readonly<Record<string, Type>>;
}

export function program({ name, doc, sizes = [], params = {}, data = {}, outputs = {} }: Declared): Program {
  let nextId = 0;
  const value = (t: Type): Value => ({ kind: 'value', id: nextId++, type: t });
  const inputs = (role: Input['role'], fields: NonNullable<Declared['data']>): readonly Input[] =>
    Object.entries(fields).map(([field, described]) => {
      const { type: t, ...rest } = 'type' in described ? described : { type: described };
      return { role, name: field, value: value(t), ...rest };
    });
  const results = Object.entries(outputs).map(([field, t]) => ({
    output: { role: 'output', name: field } satisfies Output,
    result: value(t),
  }));
  return {
    name,
    ...(doc === undefined ? {} : { doc }),
    sizes: sizes.map((s) => (typeof s === 'string' ? { name: s } : s)),
    inputs: [...inputs('param', params), ...inputs('data', data)],
    body: { statements: [], results: [value(type('real')), ...results.map(({ result }) => result)] },
    outputs: [{ role: 'loss', name: 'loss' }, ...results.map(({ output }) => output)],
    nextId,
  };
}

export interface Handmade {
  readonly body: readonly Statement[];
  readonly result?: Expression | Local;
  readonly parts?: readonly Part[];
  readonly scratch?: readonly Buffer[];
}

export function model(
  declared: Declared,
  routines: Readonly<Partial<Record<RoutineKind, Handmade>>>,
): EmittedModel {
  const source = program(declared);
  const made = Object.entries(routines).map(
    ([kind, { body, result, parts = [], scratch = [] }]): Routine => ({
      kind: kind as RoutineKind,
      program: source,
      body,
      ...(result === undefined ? {} : { result: operand(result) }),
      parts,
      scratch,
    }),
  );
  return { program: source, routines: made };
}
