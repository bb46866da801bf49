// How WGSL writes statements. It cannot throw: what would be an error in TypeScript makes the results NaN.

import type { Buffer } from '../../loops/types.ts';
import type { Syntax } from '../syntax.ts';
import { arrayType, lengthOf, typeName } from './type.ts';

/** The variable that remembers that something is wrong. */
export const failure = 'failed';

export const wgslSyntax: Syntax = {
  declare: (name, { local }, value) =>
    value === undefined
      ? `var ${name}: ${typeName[local.scalar]};`
      : `${local.mutable ? 'var' : 'let'} ${name} = ${value};`,
  counter: 'var',
  endless: 'loop {',
  leave: (condition) => `if (${condition}) { break; }`,
  fill: (place, buffer, value) =>
    Number(value) === 0 || value === 'false'
      ? [`${place} = ${arrayType(buffer)}();`]
      : [`for (var k = 0; k < ${lengthOf(buffer)}; k++) { ${place}[k] = ${value}; }`],
  exceeded: () => [`${failure} = true;`, 'break;'],
  check: (index, extent) => [unlessInRange(index, '0', extent)],
  fitting: (value) => value,
  hasBits: (buffer) => isShared(buffer),
  bit: (value, print) => `u32(${print(value)})`,
};

/** Remembers that an int is out of range, without a branch. */
export const unlessInRange = (value: string, from: string, to: string): string =>
  `${failure} |= (${value} < ${from}) | (${value} >= ${to});`;

/** Whether it is part of a struct that shaders share with the CPU, where there are no bools. */
export const isShared = ({ role }: Buffer): boolean => role !== 'scratch';
