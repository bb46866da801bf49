// The functions that are not written in the language.

import { ops, type OpName } from '../../ops/index.ts';

export const conversions = ['real', 'int'] as const;

const isOp = (name: string): name is OpName => Object.hasOwn(ops, name);
/** A primitive op that the language can call. */
export const callableOp = (name: string): OpName | undefined =>
  isOp(name) && ops[name].callable ? name : undefined;

export const reducers = [
  'sum',
  'prod',
  'mean',
  'max',
  'min',
  'argmax',
  'argmin',
  'logSumExp',
  'any',
  'all',
] as const;
export type ReducerName = (typeof reducers)[number];
export const asReducer = (name: string): ReducerName | undefined =>
  reducers.find((reducer) => reducer === name);

/** All names that a file cannot define as functions. */
export const isBuiltIn = (name: string): boolean =>
  callableOp(name) !== undefined ||
  asReducer(name) !== undefined ||
  conversions.some((conversion) => conversion === name);
