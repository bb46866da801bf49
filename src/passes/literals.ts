// Constant factors, gathered. The derivative of a sum of squares has a product `g * (2 * x[k])` for each k: `(2 * g) * x[k]` is
// the same, and 2 * g is one number for all k. There the factor goes on into what g is made of, where that has no other use:
// 2 * (-3 * a * (8 * t - 4)) is (24 - 48 * t) * a.
//
// Literals are multiplied only where their product is exact, so that what is computed is rounded as before, or once less.

import { real } from '../ir/build.ts';
import type { Operand, Program, Statement } from '../ir/types.ts';
import { hintOf, rewrite, type Context } from './rewrite.ts';

export const gatherLiterals = (program: Program): Program => rewrite(program, gathered, isScaling);

const isScaling = (statement: Statement): boolean =>
  statement.kind === 'op' && statement.op === 'mul' && statement.args.some(({ kind }) => kind === 'literal');

function gathered(statement: Statement, context: Context): readonly Operand[] | undefined {
  if (statement.kind !== 'op' || statement.op !== 'mul') return undefined;
  const [x, y] = statement.args;
  if (x === undefined || y === undefined || x === y) return undefined;
  const [factor, rest] = x.kind === 'literal' ? [x, y] : [y, x];
  if (factor.kind === 'literal') {
    const scaled = scaledBy(Number(factor.value), rest, context);
    return scaled && [scaled];
  }
  for (const [common, own] of [
    [x, y],
    [y, x],
  ] as const) {
    const inner = scalingOf(own, context);
    if (inner === undefined || common.kind !== 'value') continue;
    const { b } = context;
    const scaled =
      context.usesOf(common) > 1
        ? b.op('mul', [real(inner.factor), common])
        : scaledBy(inner.factor, common, context);
    if (scaled !== undefined) return [b.op('mul', [scaled, inner.of], hintOf(statement))];
  }
  return undefined;
}

/** `factor * of`, where nothing else uses it. */
function scalingOf(
  operand: Operand,
  { definitionOf, usesOf }: Context,
): { readonly factor: number; readonly of: Operand } | undefined {
  const made = definitionOf(operand);
  if (operand.kind !== 'value' || made?.kind !== 'op' || made.op !== 'mul' || usesOf(operand) !== 1)
    return undefined;
  const [x, y] = made.args;
  if (x?.kind === 'literal' && y !== undefined) return { factor: Number(x.value), of: y };
  return y?.kind === 'literal' && x !== undefined ? { factor: Number(y.value), of: x } : undefined;
}

/**
 * The factor times a value that nothing else uses, in no more operations than the value took; undefined where it takes one more.
 * Not into a quotient: the forward pass may have it, too, which only shows when the two are fused.
 */
function scaledBy(factor: number, value: Operand, context: Context): Operand | undefined {
  const { b, definitionOf, usesOf } = context;
  const made = definitionOf(value);
  if (value.kind !== 'value' || made?.kind !== 'op' || usesOf(value) !== 1) return undefined;
  const [x, y] = made.args;
  if (x === undefined || y === undefined) return undefined;
  switch (made.op) {
    case 'mul':
      for (const [one, other] of [
        [x, y],
        [y, x],
      ] as const) {
        if (one.kind === 'literal') {
          const product = exact(factor, Number(one.value));
          return product === undefined ? undefined : b.op('mul', [real(product), other]);
        }
        const scaled = scaledBy(factor, one, context);
        if (scaled !== undefined) {
          const [first, second] = one === x ? [scaled, other] : [other, scaled];
          return b.op('mul', [first, second]);
        }
      }
      return undefined;
    case 'add':
    case 'sub': {
      const [left, right] = [x, y].map((term) =>
        term.kind === 'literal' ? scaledLiteral(factor, Number(term.value)) : scaledBy(factor, term, context),
      );
      return left && right && b.op(made.op, [left, right]);
    }
    default:
      return undefined;
  }
}

const scaledLiteral = (factor: number, value: number): Operand | undefined => {
  const product = exact(factor, value);
  return product === undefined ? undefined : real(product);
};

/** The product of two integers, or by a power of two; undefined where it might be rounded. */
function exact(a: number, b: number): number | undefined {
  const product = a * b;
  const isExact =
    (Number.isSafeInteger(a) && Number.isSafeInteger(b) && Number.isSafeInteger(product)) ||
    isPowerOf2(a) ||
    isPowerOf2(b);
  return isExact && Math.abs(product) > 1e-200 && Math.abs(product) < 1e200 ? product : undefined;
}

const isPowerOf2 = (value: number): boolean => Number.isInteger(Math.log2(Math.abs(value)));
