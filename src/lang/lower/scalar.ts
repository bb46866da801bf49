// Primitive ops on scalars, with what they tell the prover: ints keep their polynomials, comparisons their meaning.

import * as polynomial from '../../base/polynomial.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { extent, type BlockBuilder, type Hint } from '../../ir/build.ts';
import type { Operand, Value } from '../../ir/types.ts';
import type { OpName } from '../../ops/index.ts';
import { isWhole } from '../check/size.ts';
import type { Lowering } from './context.ts';
import {
  atomOf,
  choose,
  below,
  hasAtoms,
  learn,
  isTame,
  polynomialOf,
  prove,
  type Facts,
  type Meaning,
} from './facts.ts';

/** Emits an op; ints that depend on sizes alone become extents. */
export function emitOp(
  l: Lowering,
  b: BlockBuilder,
  op: OpName,
  args: readonly Operand[],
  hint: Hint = {},
): Operand {
  const [x, y] = args.map((arg) => (arg.type.scalar === 'int' ? polynomialOf(l.facts, arg) : undefined));
  const exact = x === undefined ? undefined : polynomialResult(op, x, y);
  const result = exact !== undefined && isTame(exact) ? exact : undefined;
  if (result !== undefined && !hasAtoms(result)) return extent(result);
  const out = b.op(op, args, hint);
  if (result !== undefined) l.facts.polynomials.set(out, result);
  else if (out.type.scalar === 'int' && x !== undefined) recognise(l.facts, op, x, y, out);
  const meaning = meaningOf(l.facts, op, args, x, y);
  if (meaning !== undefined) l.facts.meanings.set(out, meaning);
  return out;
}

/** Int arithmetic that stays a polynomial. */
function polynomialResult(op: OpName, x: Polynomial, y: Polynomial | undefined): Polynomial | undefined {
  switch (op) {
    case 'iadd':
      return y && polynomial.add(x, y);
    case 'isub':
      return y && polynomial.subtract(x, y);
    case 'imul':
      return y && polynomial.multiply(x, y);
    case 'ineg':
      return polynomial.negate(x);
    case 'idiv':
    case 'idivChecked': {
      const divisor = y && polynomial.asConstant(y);
      if (divisor === undefined || divisor === 0) return undefined;
      const dividend = polynomial.asConstant(x);
      if (dividend !== undefined) return polynomial.constant(Math.floor(dividend / divisor));
      const quotient = polynomial.divide(x, divisor);
      return isWhole(quotient) ? quotient : undefined;
    }
    default:
      return undefined;
  }
}

/** Gives a pure int computation its atom, and the atom its bounds. */
function recognise(facts: Facts, op: OpName, x: Polynomial, y: Polynomial | undefined, out: Value): void {
  const key = `${op}(${x.key};${y?.key ?? ''})`;
  const before = facts.interned.get(key);
  if (before !== undefined) {
    facts.polynomials.set(out, before);
    return;
  }
  const self = polynomial.symbol(atomOf(out));
  facts.interned.set(key, self);
  const { add, subtract, multiply, one } = polynomial;
  switch (op) {
    case 'imod':
    case 'imodChecked':
      // 0 <= mod(x, y) < y for positive y.
      if (y !== undefined && prove(facts, subtract(y, one), undefined))
        learn(facts, out, [self, below(self, y)]);
      break;
    case 'idiv':
    case 'idivChecked': {
      // y*q <= x < y*q + y for positive y.
      if (y === undefined || !prove(facts, subtract(y, one), undefined)) break;
      const product = multiply(y, self);
      learn(facts, out, [subtract(x, product), below(x, add(product, y))]);
      if (prove(facts, x, undefined)) learn(facts, out, [self]);
      break;
    }
    case 'imin':
    case 'imax': {
      if (y === undefined) break;
      const apart = (p: Polynomial): Polynomial => (op === 'imin' ? subtract(p, self) : subtract(self, p));
      learn(facts, out, [apart(x), apart(y)]);
      choose(facts, out, [
        { value: x, facts: [] },
        { value: y, facts: [] },
      ]);
      break;
    }
    case 'iabs':
      learn(facts, out, [self]);
      choose(facts, out, [
        { value: x, facts: [x] },
        { value: polynomial.negate(x), facts: [polynomial.negate(x)] },
      ]);
      break;
    default:
      break;
  }
}

function meaningOf(
  facts: Facts,
  op: OpName,
  args: readonly Operand[],
  x: Polynomial | undefined,
  y: Polynomial | undefined,
): Meaning | undefined {
  const { subtract } = polynomial;
  if (x !== undefined && y !== undefined) {
    switch (op) {
      case 'ilt':
        return { whenTrue: [below(x, y)], whenFalse: [subtract(x, y)] };
      case 'ile':
        return { whenTrue: [subtract(y, x)], whenFalse: [below(y, x)] };
      case 'igt':
        return { whenTrue: [below(y, x)], whenFalse: [subtract(y, x)] };
      case 'ige':
        return { whenTrue: [subtract(x, y)], whenFalse: [below(x, y)] };
      case 'ieq':
        return { whenTrue: [subtract(x, y), subtract(y, x)], whenFalse: [] };
      case 'ine':
        return { whenTrue: [], whenFalse: [subtract(x, y), subtract(y, x)] };
      default:
        return undefined;
    }
  }
  const [a, b] = args.map((arg) => facts.meanings.get(arg));
  switch (op) {
    case 'and':
      return bothMean(a, b);
    case 'or':
      return opposite(bothMean(opposite(a), opposite(b)));
    case 'not':
      return opposite(a);
    default:
      return undefined;
  }
}

/** What `a && b` tells: both when it is true; nothing for certain when it is false. */
export function bothMean(a: Meaning | undefined, b: Meaning | undefined): Meaning {
  return { whenTrue: [...(a?.whenTrue ?? []), ...(b?.whenTrue ?? [])], whenFalse: [] };
}

export function opposite(meaning: Meaning | undefined): Meaning | undefined {
  return meaning && { whenTrue: meaning.whenFalse, whenFalse: meaning.whenTrue };
}
