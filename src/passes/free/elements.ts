// Bounds and intervals, one element at a time: the exponential and the logistic function, and the logarithms that undo them.
// Stan Reference Manual: "Lower bounded scalar", "Upper bounded scalar", "Lower and upper bounded scalar".

import { real, type BlockBuilder } from '../../ir/build.ts';
import type { OfElements } from '../../ir/constraint.ts';
import type { Operand, Value } from '../../ir/types.ts';

export function fromFree(
  b: BlockBuilder,
  constraint: OfElements,
  free: Operand,
  name: string | undefined,
): Value {
  if (constraint.kind === 'interval') {
    const { from } = constraint;
    const width = widthOf(constraint);
    const share = b.op('sigmoid', [free], { name: from === 0 && width === 1 ? name : undefined });
    const part = width === 1 ? share : b.op('mul', [real(width), share]);
    return from === 0 ? part : b.op('add', [real(from), part], { name });
  }
  const { operator, bound } = constraint;
  const isLower = operator === '>' || operator === '>=';
  const distance = b.op('exp', [free], { name: isLower && bound === 0 ? name : undefined });
  if (!isLower) return b.op('sub', [real(bound), distance], { name });
  return bound === 0 ? distance : b.op('add', [real(bound), distance], { name });
}

/** The logarithm of the derivative of `fromFree`. */
export function logSlope(b: BlockBuilder, constraint: OfElements, free: Operand): Operand {
  if (constraint.kind === 'bound') return free;
  const width = widthOf(constraint);
  const slope = b.op('add', [b.op('logSigmoid', [free]), b.op('logSigmoid', [b.op('neg', [free])])]);
  return width === 1 ? slope : b.op('add', [real(Math.log(width)), slope]);
}

export function toFree(
  b: BlockBuilder,
  constraint: OfElements,
  value: Operand,
  name: string | undefined,
): Value {
  const above = (bound: number): Operand => {
    if (bound === 0) return value;
    return bound < 0 ? b.op('add', [value, real(-bound)]) : b.op('sub', [value, real(bound)]);
  };
  const below = (bound: number): Operand => b.op('sub', [real(bound), value]);
  if (constraint.kind === 'interval') {
    const { from, to } = constraint;
    return b.op('sub', [b.op('log', [above(from)]), b.op('log', [below(to)])], { name });
  }
  const { operator, bound } = constraint;
  const distance = operator === '>' || operator === '>=' ? above(bound) : below(bound);
  return b.op('log', [distance], { name });
}

/** `to - from`, or the double before it where adding that to `from` would be rounded beyond `to`. */
function widthOf({ from, to }: { readonly from: number; readonly to: number }): number {
  const width = to - from;
  return from + width > to ? width * (1 - Number.EPSILON / 2) : width;
}
