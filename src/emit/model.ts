// What the declarations of one model have in common: its names, its fields with their types, its sizes.

import { bug } from '../base/bug.ts';
import { multiply, one, print as printSize, symbolsOf, type Polynomial } from '../base/polynomial.ts';
import { constrainedText } from '../ir/constraint.ts';
import type { DerivedSize, Input, Program, Type } from '../ir/types.ts';
import type { Maths, Precision } from '../ops/types.ts';
import type { Buffer, Routine } from '../loops/types.ts';
import { derivedSizes, sourcesOf, textOf } from './derived.ts';
import { printPolynomial } from './expression.ts';
import { mayBeUnfit } from './extents.ts';
import type { Parameter } from './module.ts';
import { camelCase, fieldNames, fieldPaths, identifier, pascalCase, Scope } from './names.ts';
import { typescript, type Printed } from './target.ts';
import type { Code, Usage } from './usage.ts';

export interface EmittedModel {
  /** The model as written: sizes, inputs, outputs, docs. */
  readonly program: Program;
  readonly routines: readonly Routine[];
  /** The same with free params, where params are constrained. */
  readonly free?: FreeModel;
}

export interface FreeModel {
  readonly program: Program;
  readonly routines: readonly Routine[];
  /** Whether the log-Jacobian is taken off its loss. */
  readonly jacobian: boolean;
}

export type { Precision };

/** A field of `params`, `data`, `outputs` or the workspace. */
export interface ModelField {
  /** In the model. */
  readonly name: string;
  /** In the emitted interface. */
  readonly field: string;
  readonly type: Type;
  readonly doc?: string | undefined;
  readonly range?: Input['range'] | undefined;
  readonly constraint?: Input['constraint'];
  /** What an array is called in functions, if not as the buffer is. */
  readonly local?: string | undefined;
  /** There are no elements where the length comes out negative; elsewhere that is a complaint. */
  readonly clamped?: boolean;
  /**
   * Numbers of the workspace are doubles: ints go up to 2^53, where those that come in and go out have 32 bits; and reals, with
   * which f32 would have some uses of a value see it rounded and others not, and large ones infinite. It is also faster.
   */
  readonly isWide?: boolean;
}

/** A place in the workspace; scratch buffers of several routines may share it. */
export interface Slot extends ModelField {
  readonly buffers: ReadonlySet<Buffer>;
}

/** The objects that functions take, by the word that names them. */
export type Role = 'sizes' | 'params' | 'data' | 'outputs' | 'workspace';

export interface Model {
  readonly program: Program;
  /** What it is called in comments. */
  readonly title: string;
  /** The argument that holds the params, by which the two forms of a model are told apart. */
  readonly holder: 'params' | 'free';
  /** Of a model with constrained params: the other form of it. */
  readonly other: (() => Model) | undefined;
  /** Whether the loss is that of a density of free params. */
  readonly jacobian: boolean;
  readonly routines: readonly Routine[];
  readonly precision: Precision;
  readonly math: Maths;
  readonly checked: boolean;
  readonly usage: (code: Code) => Usage;
  readonly moduleScope: Scope;
  /** Symbolic sizes only. */
  readonly sizes: readonly {
    readonly name: string;
    readonly field: string;
    readonly doc?: string | undefined;
  }[];
  /** Sizes that follow from others, by name. */
  readonly derived: ReadonlyMap<string, DerivedSize>;
  readonly params: readonly ModelField[];
  readonly data: readonly ModelField[];
  readonly outputs: readonly ModelField[];
  readonly workspace: readonly Slot[];
  /** Where a buffer is found: its field, and the place of that in its interface. */
  readonly fieldOf: (buffer: Buffer) => FieldPlace;
  /** `MlpParams`, … */
  readonly typeName: (role: Role | 'layout') => string;
  /** `mlpLoss`, …, by their suffix. */
  readonly functionName: (suffix: string) => string;
  /** Internal functions: `checkMlp`, `checkMlpParams`. */
  readonly checkName: (suffix: string) => string;
}

export interface FieldPlace {
  readonly field: string;
  readonly place: number;
  readonly local?: string | undefined;
}

export interface ModelOptions extends Pick<Model, 'precision' | 'math' | 'checked' | 'usage'> {
  /** Whether outputs are computed, where that takes no routine. */
  readonly hasOutputs?: boolean;
}

/** One form of a model. */
export function modelOf(
  { program, routines }: Pick<EmittedModel, 'program' | 'routines'>,
  moduleScope: Scope,
  options: ModelOptions & Pick<Model, 'title' | 'holder' | 'other' | 'jacobian'>,
): Model {
  const inputs = (role: Input['role']): readonly ModelField[] => {
    const found = program.inputs.filter((input) => input.role === role);
    const fields = fieldPaths(found.map((input) => input.name));
    return found.map(({ name, value, doc, range, constraint }, i) => ({
      name,
      field: fields[i] ?? name,
      type: value.type,
      doc,
      range,
      ...(constraint === undefined ? {} : { constraint }),
      ...(role === 'param' && options.holder === 'free' ? { local: value.name } : {}),
    }));
  };
  const { hasOutputs = routines.some(({ kind }) => kind === 'outputs') } = options;
  const results = program.outputs.flatMap((output, i) => {
    const type = program.body.results[i]?.type;
    return hasOutputs && output.role === 'output' && type !== undefined
      ? [{ name: output.name, type, doc: output.doc }]
      : [];
  });
  const resultFields = fieldPaths(results.map((result) => result.name));
  const symbolic = program.sizes.filter((size) => size.value === undefined);
  const sizeFields = fieldNames(symbolic.map((size) => size.name));

  const params = inputs('param');
  const data = inputs('data');
  const outputs = results.map((result, i) => ({ ...result, field: resultFields[i] ?? result.name }));
  const workspace = slotsOf(routines);
  const byRole = { params: byName(params), data: byName(data), outputs: byName(outputs) };
  const slots = new Map(
    workspace.flatMap((slot, place) =>
      [...slot.buffers].map((buffer) => [buffer, { field: slot.field, place }]),
    ),
  );
  const prefix = camelCase(program.name);
  const typePrefix = pascalCase(program.name);
  const declared = memo((name: string) => moduleScope.declare(name));
  return {
    program,
    routines,
    ...options,
    moduleScope,
    derived: derivedSizes(routines),
    sizes: symbolic.map(({ name, doc }, i) => ({ name, field: sizeFields[i] ?? name, doc })),
    params,
    data,
    outputs,
    workspace,
    fieldOf: (buffer) => {
      const found =
        buffer.role === 'scratch'
          ? slots.get(buffer)
          : // An output that the model does not declare is one of the params in their other form.
            (byRole[listOf[buffer.role]].get(buffer.name) ??
            options.other?.().fieldOf({ ...buffer, role: 'param' }));
      return found ?? bug(`${program.name} has no ${buffer.role} ${buffer.name}`);
    },
    typeName: (role) => declared(typePrefix + pascalCase(role)),
    functionName: (suffix) => declared(prefix + suffix),
    checkName: (suffix) => declared(`check${typePrefix}${suffix}`),
  };
}

/** Where the names of the buffers of a role are declared. */
const listOf = {
  param: 'params',
  direction: 'params',
  gradient: 'params',
  hvp: 'params',
  data: 'data',
  output: 'outputs',
} as const;

const byName = (fields: readonly ModelField[]): ReadonlyMap<string, FieldPlace> =>
  new Map(fields.map(({ name, field, local }, place) => [name, { field, place, local }]));

/** Makes the value of a key once. */
export function memo<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

/**
 * One workspace serves all functions of a model: a buffer takes a slot of equal type that its own routine has not
 * taken, one of its own name if there is one; a new slot where none is free.
 */
function slotsOf(routines: readonly Routine[]): readonly Slot[] {
  const slots: { readonly name: string; readonly type: Type; readonly buffers: Set<Buffer> }[] = [];
  for (const routine of routines) {
    const free = new Map(slots.map((slot) => [slot, typeKey(slot.type)]));
    const byName = groupBy(slots, (slot) => `${slot.name} ${typeKey(slot.type)}`);
    const unplaced = routine.scratch.filter((buffer) => {
      const slot = byName.get(`${buffer.name} ${typeKey(buffer)}`)?.shift();
      if (slot === undefined) return true;
      slot.buffers.add(buffer);
      free.delete(slot);
      return false;
    });
    const byType = groupBy([...free.keys()], (slot) => typeKey(slot.type));
    for (const buffer of unplaced) {
      const slot = byType.get(typeKey(buffer))?.shift();
      if (slot !== undefined) slot.buffers.add(buffer);
      else
        slots.push({
          name: buffer.name,
          type: { scalar: buffer.scalar, dims: buffer.dims },
          buffers: new Set([buffer]),
        });
    }
  }
  const fields = fieldNames(slots.map((slot) => identifier(slot.name)));
  const derived = derivedSizes(routines);
  // Unlike sizes, derived sizes may be zero.
  const mayBeNegative = (dim: Polynomial): boolean =>
    dim.terms.some((term) => term.coefficient < 0) && symbolsOf(dim).some((name) => derived.has(name));
  return slots.map((slot, i) => {
    const mayBeNone = [...slot.buffers].every(({ isHistory, isRange }) => isHistory === true || isRange === true); // prettier-ignore
    const { dims, scalar } = slot.type;
    const clamped = dims.some(mayBeNegative) || (mayBeNone && dims.some(mayBeUnfit));
    return {
      ...slot,
      field: fields[i] ?? slot.name,
      ...(clamped ? { clamped } : {}),
      ...(scalar === 'bool' ? {} : { isWide: true }),
    };
  });
}

const typeKey = (type: Type): string => [type.scalar, ...type.dims.map((dim) => dim.key)].join();

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

// ---- types and sizes as text

export type ArrayKind = 'Float64Array' | 'Float32Array' | 'Int32Array' | 'Uint8Array';

export function arrayKind(scalar: Type['scalar'], precision: Precision): ArrayKind {
  if (scalar === 'real') return precision === 'f64' ? 'Float64Array' : 'Float32Array';
  return scalar === 'int' ? 'Int32Array' : 'Uint8Array';
}

/** The kind of the array of a field. */
export const kindOf = ({ type, isWide }: ModelField, precision: Precision): ArrayKind =>
  isWide === true ? 'Float64Array' : arrayKind(type.scalar, precision);

export const isArray = (f: ModelField): boolean => f.type.dims.length > 0;

/** The TypeScript type of a field. */
export function fieldType(type: Type, precision: Precision): string {
  if (type.dims.length > 0) return arrayKind(type.scalar, precision);
  return type.scalar === 'bool' ? 'boolean' : 'number';
}

/** The type as the model writes it: `real[N, D]`, `int[B] in 0..K`. */
export function shapeText({
  type,
  range,
  constraint,
}: Pick<ModelField, 'type' | 'range' | 'constraint'>): string {
  const dims = type.dims.length === 0 ? '' : `[${type.dims.map(printSize).join(', ')}]`;
  const bounds = range === undefined ? '' : ` in ${printSize(range.from)}..${printSize(range.to)}`;
  const text = `${type.scalar}${dims}${bounds}`;
  return constraint === undefined ? text : constrainedText(text, constraint);
}

/** Number of elements; 1 for a scalar. */
export const lengthOf = (type: Pick<Type, 'dims'>): Polynomial => type.dims.reduce(multiply, one);

/** The number of elements as text. */
export function lengthText({ type, clamped }: ModelField, names: SizeNames): string {
  const length = names.print(lengthOf(type));
  return clamped === true ? `Math.max(0, ${length})` : length;
}

/** How one function writes sizes: by name, after one line that reads those it uses. */
export interface SizeNames {
  readonly size: (name: string) => Printed;
  readonly sizeRank: (name: string) => number;
  readonly print: (size: Polynomial) => string;
  /** `const { N, D } = sizes;`, complete when all else is printed; nothing where no size is used. */
  readonly prologue: () => readonly string[];
}

/** Takes the names of sizes in `scope` as they are first used. Fixed sizes are numbers. */
export function sizeNames(model: Model, scope: Scope): SizeNames {
  const fixed = new Map(model.program.sizes.map(({ name, value }) => [name, value]));
  const local = memo((name: string) => scope.declare(name));
  const used = new Set<string>();
  const size = (name: string): Printed => {
    const value = fixed.get(name);
    if (value !== undefined) return typescript.literal('int', value);
    const derived = model.derived.get(name);
    if (derived !== undefined) for (const source of sourcesOf(derived)) if (!fixed.get(source)) size(source);
    if (derived === undefined && !fixed.has(name)) bug(`${name} is not a size of ${model.program.name}`);
    used.add(name);
    return { text: local(name), level: typescript.primary };
  };
  const prologue = (): readonly string[] => {
    const items = model.sizes
      .filter(({ name }) => used.has(name))
      .map(({ name, field }) => (field === local(name) ? field : `${field}: ${local(name)}`));
    const follow = [...model.derived]
      .filter(([name]) => used.has(name))
      .map(([name, derived]) => `const ${local(name)} = ${textOf(derived, print)};`);
    return [...(items.length === 0 ? [] : [`const { ${items.join(', ')} } = sizes;`]), ...follow];
  };
  const names = [...fixed.keys(), ...model.derived.keys()];
  const sizeRank = (name: string): number => names.indexOf(name);
  const print = (p: Polynomial): string => printPolynomial(typescript, { size, sizeRank }, p).text;
  return { size, sizeRank, print, prologue };
}

/** Whether any of these depends on a symbolic size. */
export const needSizes = (model: Model, sizes: readonly Polynomial[]): boolean =>
  sizes.some((size) => symbolsOf(size).some((name) => isSymbolic(model, name)));

/** Whether a size is known only when the emitted function is called. */
export const isSymbolic = (model: Model, name: string): boolean =>
  model.derived.has(name) || model.sizes.some((size) => size.name === name);

/** The parameter `sizes`, where there is one. */
export const sizesParameter = (model: Model): readonly Parameter[] =>
  model.sizes.length === 0 ? [] : [{ name: 'sizes', type: model.typeName('sizes') }];
