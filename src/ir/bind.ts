// The door of the interpreter: sizes and inputs from outside, checked as the emitted code checks them.

import { bug } from '../base/bug.ts';
import { evaluate, type Polynomial } from '../base/polynomial.ts';
import { derivedSize } from './derived.ts';
import type { Input, Program, Value } from './types.ts';

/** A scalar, or an array flat in row-major order. */
export type Content = number | boolean | ArrayLike<number | boolean>;

/** Inputs by role and name; `directions` has the tangent of each parameter. */
export interface Inputs {
  readonly params?: Readonly<Record<string, Content>>;
  readonly data?: Readonly<Record<string, Content>>;
  readonly directions?: Readonly<Record<string, Content>>;
}

/** The value of each size by name. */
export function bindSizes(
  program: Program,
  sizes: Readonly<Record<string, number>>,
): (name: string) => number {
  const values = new Map<string, number>();
  const valueOf = (name: string): number => values.get(name) ?? bug(`there is no size ${name}`);
  for (const { name, value: fixed, derived } of program.sizes) {
    if (derived !== undefined) {
      values.set(
        name,
        derivedSize(derived, (size) => evaluate(size, valueOf)),
      );
      continue;
    }
    const given = Object.hasOwn(sizes, name) ? sizes[name] : undefined;
    const value = given ?? fixed;
    if (value === undefined) throw new TypeError(`size ${name} is missing`);
    if (fixed !== undefined && value !== fixed)
      throw new RangeError(`size ${name} is ${fixed}, not ${value}`);
    if (!Number.isSafeInteger(value) || value <= 0)
      throw new RangeError(`size ${name} must be a positive integer, not ${value}`);
    values.set(name, value);
  }
  return valueOf;
}

/** The content of each input value: numbers, bools, and arrays of numbers. */
export function bindInputs(
  program: Program,
  inputs: Inputs,
  extentOf: (size: Polynomial) => number,
): readonly (readonly [Value, number | boolean | Float64Array])[] {
  const given = { param: inputs.params, data: inputs.data, direction: inputs.directions };
  return program.inputs.map((input) => {
    const { role, name, value } = input;
    const named = given[role];
    const content = named !== undefined && Object.hasOwn(named, name) ? named[name] : undefined;
    if (content === undefined) throw new TypeError(`${role} ${name} is missing`);
    if (value.type.dims.length === 0) return [value, scalarOf(input, content, extentOf)] as const;
    const length = value.type.dims.reduce((product, dim) => product * extentOf(dim), 1);
    if (typeof content !== 'object') throw new TypeError(`${role} ${name} must be an array`);
    if (content.length !== length)
      throw new RangeError(`${role} ${name} has ${content.length} elements, expected ${length}`);
    return [
      value,
      Float64Array.from(content, (element) => Number(scalarOf(input, element, extentOf))),
    ] as const;
  });
}

function scalarOf(input: Input, content: Content, extentOf: (size: Polynomial) => number): number | boolean {
  const { role, name, value, range } = input;
  switch (value.type.scalar) {
    case 'bool':
      if (content === true || content === 1) return true;
      if (content === false || content === 0) return false;
      throw new TypeError(`${role} ${name} must be bool`);
    case 'real':
      if (typeof content !== 'number') throw new TypeError(`${role} ${name} must be real`);
      return content;
    case 'int':
      if (typeof content !== 'number' || !Number.isSafeInteger(content))
        throw new TypeError(`${role} ${name} must be int`);
      if (range !== undefined && !(content >= extentOf(range.from) && content < extentOf(range.to))) {
        throw new RangeError(
          `${role} ${name} is ${content}, expected ${extentOf(range.from)}..${extentOf(range.to)}`,
        );
      }
      return content;
  }
}
