// The algebra of values that are a factor times an exponential, with neither of the two overflowing where the value does not.
// exponentials.ts finds them in programs.

import { real, type BlockBuilder } from '../ir/build.ts';
import type { Operand } from '../ir/types.ts';

export interface Exponential {
  /** The literal 1 for what is positive for certain. */
  readonly factor: Operand;
  readonly exponent: Operand;
  /** Whether the factor may depend on a parameter. */
  readonly varies: boolean;
  /** At most 1, like a probability: its sums cannot overflow, so they stay as they are. */
  readonly bounded: boolean;
  /** Of a sum of two positive terms, their logarithms. */
  readonly terms?: readonly [Operand, Operand];
}

export const one = real(1);
export const isOne = (operand: Operand | undefined): boolean =>
  operand?.kind === 'literal' && operand.value === 1;
export const isZero = (operand: Operand): boolean => operand.kind === 'literal' && operand.value === 0;

export const isPure = ({ factor }: Exponential): boolean => isOne(factor);

export const exponentialOf = (exponent: Operand, bounded = false): Exponential => ({
  factor: one,
  exponent,
  varies: false,
  bounded,
});

/** A literal that is not negative. */
export function constantOf(operand: Operand | undefined): Exponential | undefined {
  if (operand?.kind !== 'literal' || !(Number(operand.value) >= 0)) return undefined;
  return exponentialOf(real(Math.log(Number(operand.value))));
}

export const times = (b: BlockBuilder, x: Operand, y: Operand): Operand =>
  isOne(x) ? y : isOne(y) ? x : b.op('mul', [x, y]);

export function plus(b: BlockBuilder, x: Operand, y: Operand): Operand {
  if (x.kind === 'literal' && y.kind === 'literal') return real(Number(x.value) + Number(y.value));
  return b.op('add', [x, y]);
}

/** The same kind of exponential with other parts. */
export const withParts = (
  { varies, bounded }: Exponential,
  parts: { readonly factor: Operand; readonly exponent: Operand },
): Exponential => ({ ...parts, varies, bounded });

export function negated(b: BlockBuilder, of: Exponential): Exponential {
  const { factor, exponent } = of;
  const negative = factor.kind === 'literal' ? real(-Number(factor.value)) : b.op('neg', [factor]);
  return withParts(of, { factor: negative, exponent });
}

export function productOf(b: BlockBuilder, x: Exponential, y: Exponential): Exponential {
  return {
    factor: times(b, x.factor, y.factor),
    exponent: b.op('add', [x.exponent, y.exponent]),
    varies: x.varies || y.varies,
    bounded: x.bounded && y.bounded,
  };
}

export function powerOf(b: BlockBuilder, base: Exponential, power: Operand): Exponential | undefined {
  if (power.kind !== 'literal' || Number(power.value) < 1) return undefined;
  return withParts(base, {
    factor: isPure(base) ? one : b.op('powi', [base.factor, power]),
    exponent: b.op('mul', [real(Number(power.value)), base.exponent]),
  });
}

export function sumOf(b: BlockBuilder, x: Exponential, y: Exponential): Exponential | undefined {
  if (x.bounded || y.bounded) return undefined;
  if (isPure(x) && isPure(y)) {
    const exponent = isZero(x.exponent)
      ? b.op('softplus', [y.exponent])
      : b.op('logAddExp', [x.exponent, y.exponent]);
    return { ...exponentialOf(exponent), terms: [x.exponent, y.exponent] };
  }
  const varies = x.varies || y.varies;
  const exponent = shiftBy(b, varies, (of) => b.op('max', [of(b, x), of(b, y)]));
  return {
    factor: b.op('add', [shifted(b, x, exponent), shifted(b, y, exponent)]),
    exponent,
    varies,
    bounded: false,
  };
}

/** exp(x) - 1: to the right of 0 as (1 - exp(-x)) exp(x). */
export function lessOne(b: BlockBuilder, x: Operand): Exponential {
  const [factor = one, exponent = x] = b.branch(
    b.op('gt', [x, real(0)]),
    (right) => [right.op('neg', [right.op('expm1', [right.op('neg', [x])])]), x],
    (left) => [left.op('expm1', [x]), real(0)],
  );
  return { factor, exponent, varies: true, bounded: false };
}

// ---- what the exponents of a sum are shifted by

/** exp(±this) is far from overflow and from underflow. */
const safe = 700;

/**
 * The largest exponent that counts; where factors are parameters, which have a derivative at zero too, large enough
 * for those that do not count. Finite whatever the exponents are, and flat: the sum does not depend on the shift.
 */
export function shiftBy(
  b: BlockBuilder,
  varies: boolean,
  largest: (of: (b: BlockBuilder, term: Exponential) => Operand) => Operand,
): Operand {
  const shift = varies
    ? b.op('max', [largest(counting), b.op('sub', [largest((_, { exponent }) => exponent), real(safe)])])
    : largest(counting);
  return b.op('clamp', [b.op('floor', [shift]), real(-1e30), real(1e30)]);
}

/** The exponent where it counts: a term with a factor of zero must not decide what the others are shifted by. */
function counting(b: BlockBuilder, { factor, exponent }: Exponential): Operand {
  if (factor.kind === 'literal' && factor.value !== 0) return exponent;
  return b.op('select', [b.op('ne', [factor, real(0)]), exponent, real(-Infinity)]);
}

/** The term, its exponent shifted. */
export function shifted(b: BlockBuilder, term: Exponential, by: Operand): Operand {
  const exponent = term.varies ? term.exponent : counting(b, term);
  return times(b, term.factor, b.op('exp', [b.op('sub', [exponent, by])]));
}
