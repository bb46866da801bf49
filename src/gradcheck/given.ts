// Inputs that a person wrote down: nested or flat arrays by name become flat arrays, and sizes follow from shapes. The
// same form the other way round, so that a point can be written down and given again.

import { evaluate, symbolsOf } from '../base/polynomial.ts';
import type { Input, Program } from '../ir/types.ts';
import { didYouMean } from '../lang/check/nearest.ts';
import { elements, inputsOf, shapeOf, type Fields, type FieldValue, type Sizes } from './layout.ts';
import { chooseSizes, type GivenInputs, type Point } from './point.ts';
import { byPath, isObject, nest, type Nested } from './records.ts';

export interface Given {
  readonly inputs: GivenInputs;
  readonly sizes: Sizes;
}

/**
 * Reads `{ "sizes": { "N": 2 }, "params": { "w": [1, 2] }, "data": { "X": [[1, 2], [3, 4]] } }`, all of it optional.
 * `sizes` are those from elsewhere, which win. Returns a sentence where something does not fit the program.
 */
export function readGiven(json: unknown, program: Program, sizes: Sizes): Given | string {
  if (!isObject(json)) return 'expected an object with "params", "data" and "sizes"';
  const strange = Object.keys(json).find((key) => !['params', 'data', 'sizes'].includes(key));
  if (strange !== undefined) return `expected "params", "data" and "sizes", not "${strange}"`;
  const named = readSizes(json['sizes'] ?? {}, program);
  if (typeof named === 'string') return named;

  const shapes = new Map<Input, readonly number[]>();
  const given = {
    params: {} as Record<string, readonly number[]>,
    data: {} as Record<string, readonly number[]>,
  };
  for (const [group, role] of [
    ['params', 'param'],
    ['data', 'data'],
  ] as const) {
    const values = json[group] ?? {};
    if (!isObject(values)) return `"${group}" must be an object with arrays by name`;
    const inputs = inputsOf(program, role);
    for (const [name, value] of Object.entries(values).flatMap(([field, inner]) => byPath(field, inner))) {
      const input = inputs.find((candidate) => candidate.name === name);
      if (input === undefined)
        return unknown(`"${group}" names ${name}, which is no ${role} of ${program.name}`, name, inputs);
      const read = readArray(value);
      if (typeof read === 'string') return `${name} ${read}`;
      given[group][name] = read.flat;
      shapes.set(input, read.shape);
    }
  }
  const known = { ...sizesFrom(shapes), ...named, ...sizes };
  const problem = misfit(program, shapes, known);
  return problem ?? { inputs: given, sizes: known };
}

function unknown(sentence: string, name: string, declared: readonly { readonly name: string }[]): string {
  const hint = didYouMean(
    name,
    declared.map((one) => one.name),
  );
  return hint === undefined ? sentence : `${sentence}; ${hint}`;
}

function readSizes(json: unknown, program: Program): Record<string, number> | string {
  if (!isObject(json)) return '"sizes" must be an object with numbers by name';
  const sizes: Record<string, number> = {};
  for (const [name, value] of Object.entries(json)) {
    if (!program.sizes.some((size) => size.name === name)) {
      return unknown(`"sizes" names ${name}, which is no size of ${program.name}`, name, program.sizes);
    }
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
      return `size ${name} must be a positive integer`;
    sizes[name] = value;
  }
  return sizes;
}

/** Depth first; every row of an axis must have the same length. */
function readArray(
  value: unknown,
): { readonly shape: readonly number[]; readonly flat: readonly number[] } | string {
  if (typeof value === 'number') return { shape: [], flat: [value] };
  if (typeof value === 'boolean') return { shape: [], flat: [value ? 1 : 0] };
  if (!Array.isArray(value)) return 'must be a number, a truth value, or arrays of them';
  const flat: number[] = [];
  let inner: readonly number[] = [];
  for (const [i, element] of value.entries()) {
    const read = readArray(element);
    if (typeof read === 'string') return read;
    if (i > 0 && read.shape.join() !== inner.join()) return 'has rows of different lengths';
    inner = read.shape;
    for (const number of read.flat) flat.push(number);
  }
  return { shape: [value.length, ...inner], flat };
}

/** `w: real[D]` with two numbers says that D is 2. A flat array says so only where there is one axis. */
function sizesFrom(shapes: ReadonlyMap<Input, readonly number[]>): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const [input, shape] of shapes) {
    const { dims } = input.value.type;
    if (dims.length !== shape.length) continue;
    for (const [axis, dim] of dims.entries()) {
      const [name] = symbolsOf(dim);
      const extent = shape[axis];
      if (name !== undefined && extent !== undefined && evaluate(dim, () => extent) === extent)
        sizes[name] ??= extent;
    }
  }
  return sizes;
}

function misfit(
  program: Program,
  shapes: ReadonlyMap<Input, readonly number[]>,
  known: Sizes,
): string | undefined {
  const sizes = chooseSizes(program, known) ?? known;
  for (const [input, shape] of shapes) {
    const expected = shapeOf(input, sizes);
    const fits = shape.join() === expected.join() || (shape.length === 1 && shape[0] === elements(expected));
    if (fits) continue;
    const wanted = Object.entries(sizes).map(([name, value]) => `${name}=${value}`);
    return `${input.name} is [${shape.join(', ')}] and should be [${expected.join(', ')}] with ${wanted.join(', ')}`;
  }
  return undefined;
}

/** A point as `readGiven` reads it: flat arrays, and all sizes. */
export interface WrittenPoint {
  readonly sizes: Sizes;
  readonly params: Nested<Written>;
  readonly data: Nested<Written>;
}

type Written = number | boolean | readonly number[];

export function writePoint(program: Program, { sizes, params, data }: Point): WrittenPoint {
  const write = (role: Input['role'], fields: Fields): WrittenPoint['params'] =>
    nest(Object.fromEntries(inputsOf(program, role).map(({ name }) => [name, written(fields[name] ?? NaN)])));
  return { sizes, params: write('param', params), data: write('data', data) };
}

const written = (value: FieldValue): Written => (typeof value === 'object' ? Array.from(value) : value);
