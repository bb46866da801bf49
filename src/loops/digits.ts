// Offsets that count through an array. A reshaped array is read at the digits of one index, `f div 49`, `f mod 49 div 7` and
// `f mod 7`; times the strides they add up to f again. The digits cost divisions (see cost.ts), the index nothing.
//
// It holds for x of any sign, since quotients are rounded downwards: a (x mod b) + a b (x div b) is a x.

import {
  asConstant,
  constant,
  isNeverNegative,
  multiply,
  one,
  subtract,
  symbol,
  symbolsOf,
  zero,
  type Polynomial,
} from '../base/polynomial.ts';
import { apply, sizeIn, sizeOf } from './make.ts';
import { keysFor, type Keys } from './keys.ts';
import type { Expression, Local, Routine } from './types.ts';
import { mapChildren, mapExpressions, mapList, mapRegions, someExpression, visitStatements } from './walk.ts';

/** `x div by mod base`; without a base, all that is left of x. */
interface Digit {
  readonly x: Expression;
  readonly by: Polynomial;
  readonly base?: Polynomial;
}

interface Term extends Digit {
  readonly times: Polynomial;
}

/** Runs on flat offsets. */
export function addDigits(routine: Routine): Routine {
  if (!someExpression(routine.body, isDivision)) return routine;
  const numbers = numbersOf(routine);
  const keys = keysFor();
  const map = (old: Expression): Expression => {
    const mapped = mapChildren(old, map);
    return mapped.kind === 'load' ? { ...mapped, indices: mapped.indices.map(offset) } : mapped;
  };
  const offset = (index: Expression): Expression => joined(index, numbers, keys);
  const statements: Parameters<typeof mapRegions>[1] = (list) =>
    mapList(list, (statement) => {
      const inner = mapRegions(mapExpressions(statement, map), statements);
      return inner.kind === 'store' || inner.kind === 'accumulate'
        ? { ...inner, indices: inner.indices.map(offset) }
        : inner;
    });
  return { ...routine, body: statements(routine.body) };
}

const isDivision = (part: Expression): boolean =>
  part.kind === 'op' && (part.op === 'idiv' || part.op === 'imod');

/** What whole constants are made of, without a look at memory, which may change. */
function numbersOf(routine: Routine): ReadonlyMap<Local, Expression> {
  const numbers = new Map<Local, Expression>();
  visitStatements(routine.body, (statement) => {
    if (statement.kind !== 'declare' || statement.value === undefined) return;
    const { local, value } = statement;
    if (!local.mutable && local.scalar === 'int' && isDivision(value)) numbers.set(local, value);
  });
  return numbers;
}

/** The sum with digits of one number put together, or as it was. */
function joined(sum: Expression, numbers: ReadonlyMap<Local, Expression>, keys: Keys): Expression {
  const terms = termsOf(sum, one).map((term): Term => {
    const digit = digitOf(term.x, numbers);
    return { ...digit, times: term.times };
  });
  const before = terms.length;
  for (let low = 0; low < terms.length; low++) {
    for (let high = 0; high < terms.length; high++) {
      const [a, b] = [terms[low], terms[high]];
      const both = a !== undefined && b !== undefined && low !== high ? pair(a, b, keys) : undefined;
      if (both === undefined) continue;
      terms[low] = both;
      terms.splice(high, 1);
      // What was passed may go with the longer number.
      low = -1;
      break;
    }
  }
  return terms.length === before ? sum : terms.map(expressionOf).reduce((a, b) => apply('iadd', a, b));
}

/** t (x div a mod b) + t b (x div ab mod c) is t (x div a mod bc). */
function pair(low: Term, high: Term, keys: Keys): Term | undefined {
  if (low.base === undefined) return undefined;
  const follows =
    multiply(low.times, low.base).key === high.times.key && multiply(low.by, low.base).key === high.by.key;
  if (!follows || keys.expression(low.x) !== keys.expression(high.x)) return undefined;
  const { x, by, times } = low;
  return high.base === undefined ? { x, by, times } : { x, by, times, base: multiply(low.base, high.base) };
}

/** Products with sizes and differences are taken apart, too. */
function termsOf(
  sum: Expression,
  times: Polynomial,
): readonly { readonly x: Expression; readonly times: Polynomial }[] {
  if (sum.kind === 'op') {
    const [first, second] = sum.args;
    if (first !== undefined && second !== undefined) {
      if (sum.op === 'iadd') return [...termsOf(first, times), ...termsOf(second, times)];
      if (sum.op === 'isub') return [...termsOf(first, times), ...termsOf(second, subtract(zero, times))];
      const size = sum.op === 'imul' ? sizeIn(second) : undefined;
      if (size !== undefined) return termsOf(first, multiply(times, size));
    }
  }
  return [{ x: sum, times }];
}

/** Divisions of divisions are one, where they come out even. */
function digitOf(expression: Expression, numbers: ReadonlyMap<Local, Expression>): Digit {
  const made = expression.kind === 'local' ? numbers.get(expression.local) : expression;
  const whole: Digit = { x: expression, by: one };
  if (made?.kind !== 'op') return whole;
  const [first, second] = made.args;
  const size = second === undefined ? undefined : sizeIn(second);
  if (first === undefined || size === undefined || !isNeverNegative(size)) return whole;
  if (made.op !== 'idiv' && made.op !== 'imod') return whole;
  const { x, by, base } = digitOf(first, numbers);
  const rest = base === undefined ? undefined : quotient(base, size);
  if (base !== undefined && rest === undefined) return whole;
  if (made.op === 'imod') return { x, by, base: size };
  return rest === undefined ? { x, by: multiply(by, size) } : { x, by: multiply(by, size), base: rest };
}

/** Where it is a whole number, or the product of the sizes of `whole` without those of `part`. */
function quotient(whole: Polynomial, part: Polynomial): Polynomial | undefined {
  const [a, b] = [asConstant(whole), asConstant(part)];
  if (a !== undefined && b !== undefined) return a % b === 0 ? constant(a / b) : undefined;
  const left = symbolsOf(whole).filter((name) => !symbolsOf(part).includes(name));
  const candidate = left.map(symbol).reduce(multiply, one);
  return multiply(part, candidate).key === whole.key ? candidate : undefined;
}

function expressionOf({ x, by, base, times }: Term): Expression {
  const unlessOne = (value: Expression, op: 'idiv' | 'imul', size: Polynomial): Expression =>
    asConstant(size) === 1 ? value : apply(op, value, sizeOf(size));
  const left = unlessOne(x, 'idiv', by);
  return unlessOne(base === undefined ? left : apply('imod', left, sizeOf(base)), 'imul', times);
}
