// The table of primitive ops: everything the compiler knows about an op is its record here.

import { activation } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { errorFunction } from './error-function.ts';
import { comparison } from './comparison.ts';
import { exponential } from './exponential.ts';
import { gamma } from './gamma.ts';
import { hyperbolic } from './hyperbolic.ts';
import { integer } from './integer.ts';
import { rounding } from './rounding.ts';
import { stopping } from './stop.ts';
import { trigonometric } from './trigonometric.ts';

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
  ...stopping,
};

export type OpName = keyof typeof ops;
