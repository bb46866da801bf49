// `@` and `^`.

import { bug } from '../../base/bug.ts';
import { int, type BlockBuilder, type Hint } from '../../ir/build.ts';
import type { Operand } from '../../ir/types.ts';
import type { Expression } from '../ast.ts';
import { elementwise, reduceOver, repeatable, wholeAxis } from './array.ts';
import { arrayValue, type Lowering, type Plain } from './context.ts';
import { scalarOf } from './expression.ts';
import { emitOp } from './scalar.ts';

/** Sums over the last axis of the left side and the first of the right one. A side that is read more than once is put into memory. */
export function productOf(l: Lowering, b: BlockBuilder, left: Plain, right: Plain, hint: Hint): Plain {
  const [x, y] = [arrayValue(left), arrayValue(right)];
  const lead = x.dims.slice(0, -1);
  const columns = y.dims.slice(1);
  const a = columns.length > 0 ? repeatable(l, b, x) : x;
  const c = lead.length > 0 ? repeatable(l, b, y) : y;
  const inner = wholeAxis(y.dims[0] ?? bug('a scalar at the right of @'));
  const element = (
    body: BlockBuilder,
    indices: readonly Operand[],
    inRange: boolean,
    name: Hint,
  ): Operand => {
    const [row, column] = [indices.slice(0, lead.length), indices.slice(lead.length)];
    const [sum] = reduceOver(l, body, 'sum', inner, undefined, (term, k) => {
      const factors = [a.element(term, [...row, k], inRange), c.element(term, [k, ...column], inRange)];
      return [term.op('mul', factors)];
    }, name); // prettier-ignore
    return sum ?? bug('a sum without a result');
  };
  if (lead.length + columns.length === 0) return element(b, [], true, hint);
  const span = { span: hint.span };
  return {
    kind: 'array',
    scalar: 'real',
    dims: [...lead, ...columns],
    repeatable: false,
    checked: false,
    element: (body, indices, inRange) => element(body, indices, inRange, span),
  };
}

/** An int power of a real is `powi`; one of an int is written out in multiplications. */
export function powerOf(
  l: Lowering,
  b: BlockBuilder,
  e: Extract<Expression, { kind: 'binary' }>,
  left: Plain,
  right: Plain,
  hint: Hint,
): Plain {
  const result = scalarOf(l, e);
  if (result === 'int') {
    const exponent =
      right.kind === 'literal' ? Number(right.value) : bug('an int power that is not constant');
    return elementwise(l, b, [left], 'int', hint, (body, [x]) =>
      intPower(l, body, x ?? bug('a power without a base'), exponent),
    );
  }
  const op = scalarOf(l, e.right) === 'int' ? 'powi' : 'pow';
  return elementwise(l, b, [left, right], 'real', hint, (body, args, own) => emitOp(l, body, op, args, own));
}

/** By repeated squaring. */
function intPower(l: Lowering, b: BlockBuilder, base: Operand, exponent: number): Operand {
  if (exponent === 0) return int(1);
  if (exponent === 1) return base;
  const half = intPower(l, b, base, Math.floor(exponent / 2));
  const square = emitOp(l, b, 'imul', [half, half]);
  return exponent % 2 === 0 ? square : emitOp(l, b, 'imul', [square, base]);
}
