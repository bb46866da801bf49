// Which arrays are cleared by a helper of the module rather than by `fill`.

import { asConstant } from '../base/polynomial.ts';
import { isZero } from '../loops/make.ts';
import type { Statement } from '../loops/types.ts';

/** Up to so many elements a loop is as fast as the call of `fill`, which takes some 12 ns. */
export const few = 40;

export function mayClearFew({ buffer, value }: Extract<Statement, { readonly kind: 'fill' }>): boolean {
  const length = buffer.dims.reduce((product, dim) => product * (asConstant(dim) ?? 0), 1);
  return buffer.dims.length > 0 && buffer.scalar === 'real' && isZero(value) && length <= few;
}
