// Where a gradient is checked: sizes, and inputs drawn at random inside their ranges.

import { evaluate } from '../base/polynomial.ts';
import { isConstrained } from '../ir/constraint.ts';
import { interpret } from '../ir/interpret.ts';
import type { Input, Program } from '../ir/types.ts';
import { statementsOf } from '../ir/walk.ts';
import { constrain } from '../passes/free.ts';
import {
  elements,
  inputsOf,
  realArray,
  shapeOf,
  type Fields,
  type FieldValue,
  type Precision,
  type Sizes,
} from './layout.ts';
import type { Random } from '../numeric/random.ts';

export interface Point {
  readonly sizes: Sizes;
  readonly params: Fields;
  readonly data: Fields;
}

/** Values that are given; the others are drawn. Arrays are flat. */
export interface GivenInputs {
  readonly params: Readonly<Record<string, readonly number[]>>;
  readonly data: Readonly<Record<string, readonly number[]>>;
}

/**
 * Every size of the program: fixed by the model, given, or 3, 4, 5, …: small, and distinct so that mixed-up axes show.
 * Models that need larger ones (`real[N - 4]`) get them.
 */
export function chooseSizes(program: Program, given: Sizes): Sizes | undefined {
  for (const smallest of [3, 5, 8, 13]) {
    const sizes: Record<string, number> = {};
    let next = smallest;
    for (const { name, value } of program.sizes) sizes[name] = value ?? given[name] ?? next++;
    const extents = program.inputs.flatMap((input) => shapeOf(input, sizes));
    if (extents.every((extent) => Number.isInteger(extent) && extent > 0)) return sizes;
  }
  return undefined;
}

/** How many elements the arrays of a program have in all, as its text tells. */
export function elementsOf(program: Program, sizes: Sizes): number {
  const inputs = program.inputs.map((input) => input.value);
  const values = [...statementsOf(program.body)].flatMap((statement) => statement.outs);
  return [...inputs, ...values].reduce((sum, value) => sum + elements(shapeOf({ value }, sizes)), 0);
}

/** How reals are drawn. Logarithms and roots want positive values, probabilities want to stay below one. */
interface Distribution {
  readonly params: (random: Random) => number;
  readonly data: (random: Random) => number;
}

const moderate = (random: Random): number => 0.5 * random.normal();
const wide = (random: Random): number => random.normal();
const positive = (random: Random): number => 0.2 + 1.8 * random.uniform();
const fraction = (random: Random): number => 0.05 + 0.9 * random.uniform();

const distributions: readonly [Distribution, ...Distribution[]] = [
  { params: moderate, data: wide },
  { params: moderate, data: positive },
  { params: positive, data: wide },
  { params: positive, data: positive },
  { params: fraction, data: fraction },
];

/** The `attempt`-th try at a point: ordinary values first, then positive ones, then fractions, and round again. */
export function drawPoint(
  program: Program,
  sizes: Sizes,
  given: GivenInputs,
  precision: Precision,
  random: Random,
  attempt: number,
): Point {
  const { params, data } = distributions[attempt % distributions.length] ?? distributions[0];
  const inside = { ...drawInside(program, sizes, random), ...given.params };
  const draw = (
    role: 'param' | 'data',
    values: GivenInputs['params'],
    real: Distribution['params'],
  ): Fields =>
    Object.fromEntries(
      inputsOf(program, role).map((input) => {
        const known = values[input.name];
        return [
          input.name,
          fieldFrom(input, sizes, precision, () => drawScalar(input, sizes, random, real), known),
        ];
      }),
    );
  return { sizes, params: draw('param', inside, params), data: draw('data', given.data, data) };
}

/** Constrained params, inside their constraints: what free ones stand for. */
function drawInside(program: Program, sizes: Sizes, random: Random): GivenInputs['params'] {
  const constrained = program.inputs.filter(isConstrained);
  if (constrained.length === 0) return {};
  const transform = constrain({ ...program, inputs: constrained });
  const draw = (input: Input): number | readonly number[] => {
    const shape = shapeOf(input, sizes);
    const values = Array.from({ length: elements(shape) }, () => moderate(random));
    return shape.length === 0 ? (values[0] ?? NaN) : values;
  };
  const params = Object.fromEntries(transform.inputs.map((input) => [input.name, draw(input)]));
  const { outputs } = interpret(transform, { params }, sizes);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      typeof value === 'object' ? [...value] : [Number(value)],
    ]),
  );
}

function drawScalar(input: Input, sizes: Sizes, random: Random, real: Distribution['params']): number {
  switch (input.value.type.scalar) {
    case 'real':
      return real(random);
    case 'bool':
      return random.integer(0, 2);
    case 'int': {
      // Without a range an int may be an index: what is an index of every axis is the safest guess.
      const smallest = Math.min(3, ...Object.values(sizes));
      if (input.range === undefined) return random.integer(0, smallest);
      const valueOf = (name: string): number => sizes[name] ?? NaN;
      return random.integer(evaluate(input.range.from, valueOf), evaluate(input.range.to, valueOf));
    }
  }
}

function fieldFrom(
  input: Input,
  sizes: Sizes,
  precision: Precision,
  draw: () => number,
  known: readonly number[] | undefined,
): FieldValue {
  const shape = shapeOf(input, sizes);
  const { scalar } = input.value.type;
  const values = known ?? Array.from({ length: elements(shape) }, draw);
  if (shape.length === 0) {
    const value = values[0] ?? NaN;
    if (scalar === 'bool') return value !== 0;
    return scalar === 'real' && precision === 'f32' ? Math.fround(value) : value;
  }
  switch (scalar) {
    case 'real':
      return realArray(precision, values);
    case 'int':
      return Int32Array.from(values);
    case 'bool':
      return Uint8Array.from(values);
  }
}
