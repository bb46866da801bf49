// The table of primitive ops: everything the compiler knows about an op is its record here.

import { activation } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { division } from './division.ts';
import { errorFunction } from './error-function.ts';
import { comparison } from './comparison.ts';
import { exponential } from './exponential.ts';
import { gamma } from './gamma.ts';
import { hyperbolic } from './hyperbolic.ts';
import { integer } from './integer.ts';
import { rounding } from './rounding.ts';
import { stopping } from './stop.ts';
import { trigonometric } from './trigonometric.ts';
import type { OpRecord } from './types.ts';

export const ops = {
  ...arithmetic,
  ...exponential,
  ...trigonometric,
  ...hyperbolic,
  ...activation,
  ...errorFunction,
  ...gamma,
  ...rounding,
  ...comparison,
  ...integer,
  ...division,
  ...stopping,
};

export type OpName = keyof typeof ops;

/** What the op is without the check that may refuse its arguments; itself where it has none. */
export const uncheckedOp = (op: OpName): OpName => (ops[op] as OpRecord).unchecked ?? op;

/** Its result changes in steps, as the arguments change a little: it compares or rounds. */
export const jumps = (op: OpName): boolean => {
  const { args, result, d }: OpRecord = ops[op];
  const isFlat = Object.values(d).every((partial) => partial === 'flat');
  return op !== 'stop' && Object.values(args).includes('real') && (result !== 'real' || isFlat);
};

/** Arguments that differ in the last bit may make a result that is another, or none. */
export const decides = (op: OpName): boolean => jumps(op) || (ops[op] as OpRecord).edge === true;

/** It may throw, so it must not run where the program would not have run it. */
export const canFail = (op: OpName): boolean => uncheckedOp(op) !== op;
