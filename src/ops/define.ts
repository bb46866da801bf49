// How a record of the ops table is written down: the compiler of this file holds that each real argument has its rule.

import type { OpRecord, Partial, ScalarName } from './types.ts';

type RealArgs<Args> = { [Name in keyof Args]: Args[Name] extends 'real' ? Name : never }[keyof Args];

/** One rule for each real argument where the result is real, and none otherwise. */
type Rules<Args, Result> = [Result, RealArgs<Args>] extends ['real', string]
  ? [RealArgs<Args>] extends [never]
    ? NoRules
    : { readonly [Name in RealArgs<Args>]: Partial }
  : NoRules;
type NoRules = Readonly<Record<string, never>>;

type Definition<Args, Result> = Omit<OpRecord, 'args' | 'result' | 'eval' | 'd'> & {
  readonly args: Args;
  readonly result: Result;
  readonly eval: (...args: never[]) => Result extends 'bool' ? boolean : number;
  readonly d: Rules<Args, Result>;
};

/** The record itself, forgotten to the type that everybody reads it by. */
export function op<const Args extends Readonly<Record<string, ScalarName>>, const Result extends ScalarName>(
  record: Definition<Args, Result>,
): OpRecord {
  return record;
}
