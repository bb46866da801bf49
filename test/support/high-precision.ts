// Elementary functions of doubles to far more digits than a double has, in whole numbers: what emitted functions are held
// against all over their range. Nothing of `Math` decides about a digit.

import { bug } from '../../src/base/bug.ts';

/** `digits` times 2^`exponent`. */
export interface Exact {
  readonly digits: bigint;
  readonly exponent: number;
}

const view = new DataView(new ArrayBuffer(8));

/** A finite double as it is. */
function exactly(x: number): Exact {
  view.setFloat64(0, x);
  const raw = view.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7ffn);
  if (biased === 0x7ff) bug(`${x} has no digits`);
  const digits = (raw & 0xfffffffffffffn) + (biased === 0 ? 0n : 1n << 52n);
  return { digits: raw >> 63n === 1n ? -digits : digits, exponent: Math.max(biased, 1) - 1075 };
}

/** The exponent of the first digit, -Infinity of zero. */
function leading({ digits, exponent }: Exact): number {
  const text = digits.toString(16).replace('-', '');
  const first = 31 - Math.clz32(parseInt(text.charAt(0), 16));
  return digits === 0n ? -Infinity : exponent + 4 * (text.length - 1) + first;
}

/** In units of 2^-bits, what is below one cut off. */
const fixed = ({ digits, exponent }: Exact, bits: number): bigint =>
  exponent + bits >= 0 ? digits << BigInt(exponent + bits) : digits >> BigInt(-exponent - bits);

// Below, every number is a whole number of units of 2^-bits.

const one = (bits: number): bigint => 1n << BigInt(bits);
const product = (a: bigint, b: bigint, bits: number): bigint => (a * b) >> BigInt(bits);
const quotient = (a: bigint, b: bigint, bits: number): bigint => (a << BigInt(bits)) / b;

/** 2 atanh(s) by its series. */
function twiceAtanh(s: bigint, bits: number): bigint {
  const square = product(s, s, bits);
  let sum = 0n;
  for (let power = s, n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = product(power, square, bits);
  }
  return 2n * sum;
}

const logarithmsOf2 = new Map<number, bigint>();

/** log(2) = 2 atanh(1/3) */
function logarithmOf2(bits: number): bigint {
  const known = logarithmsOf2.get(bits) ?? twiceAtanh(one(bits) / 3n, bits);
  logarithmsOf2.set(bits, known);
  return known;
}

function exponential(x: bigint, bits: number): bigint {
  const log2 = logarithmOf2(bits);
  const times = x / log2 - (x < 0n ? 1n : 0n);
  // e^r = (e^(r / 256))^256
  const r = (x - times * log2) >> 8n;
  let sum = 0n;
  for (let term = one(bits), n = 1n; term > 0n; n++) {
    sum += term;
    term = product(term, r, bits) / n;
  }
  for (let i = 0; i < 8; i++) sum = product(sum, sum, bits);
  return times < 0n ? sum >> -times : sum << times;
}

/** Of a positive number, whose own digits may be more or fewer than `bits`. */
function logarithm(x: Exact, bits: number): bigint {
  let times = leading(x);
  let near = fixed({ digits: x.digits, exponent: x.exponent - times }, bits);
  if (2n * near > 3n * one(bits)) {
    near = fixed({ digits: x.digits, exponent: x.exponent - times - 1 }, bits);
    times++;
  }
  const s = quotient(near - one(bits), near + one(bits), bits);
  return twiceAtanh(s, bits) + BigInt(times) * logarithmOf2(bits);
}

/** arctan(1 / n) */
function arctangent(n: bigint, bits: number): bigint {
  let sum = 0n;
  for (let power = one(bits) / n, k = 1n; power !== 0n; k += 2n) {
    sum += (k % 4n === 1n ? power : -power) / k;
    power /= n * n;
  }
  return sum;
}

/** 2π by Machin's formula. */
const turnOf = (bits: number): bigint => 8n * (4n * arctangent(5n, bits) - arctangent(239n, bits));

function sine(x: bigint, bits: number): bigint {
  const angle = x % turnOf(bits);
  let sum = 0n;
  for (let term = angle, n = 1n; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = -product(product(term, angle, bits), angle, bits) / ((n + 1n) * (n + 2n));
  }
  return sum;
}

/** 160 digits of a result that is about 2^size; the others are for what rounding takes. */
const bitsFor = (size: number): number => 64 * Math.ceil((256 + Math.max(0, Math.min(-size, 2300))) / 64);

/** e^-|x| is about this power of 2. */
const decay = (x: number): number => -1.5 * Math.min(Math.abs(x), 2000);

/** Further out the result is beyond the range of doubles anyway. */
const within = (x: number): number => Math.max(-2000, Math.min(x, 2000));

function compute(bits: number, of: (bits: number) => bigint): Exact {
  return { digits: of(bits), exponent: -bits };
}

/** Functions of finite doubles inside their domains. */
export const exact = {
  exp: (x: number) =>
    compute(bitsFor(decay(x)), (bits) => exponential(fixed(exactly(within(x)), bits), bits)),
  exp2: (x: number) =>
    compute(bitsFor(decay(x)), (bits) =>
      exponential(product(fixed(exactly(within(x)), bits), logarithmOf2(bits), bits), bits),
    ),
  expm1: (x: number) =>
    compute(bitsFor(leading(exactly(x))), (bits) => exponential(fixed(exactly(x), bits), bits) - one(bits)),
  sin: (x: number) =>
    compute(bitsFor(Math.min(0, leading(exactly(x)))), (bits) => sine(fixed(exactly(x), bits), bits)),
  cos: (x: number) => compute(bitsFor(0), (bits) => sine(fixed(exactly(x), bits) + turnOf(bits) / 4n, bits)),
  /** Of whole 256ths of a turn. */
  sinOfTurn: (turns: number) =>
    compute(bitsFor(0), (bits) => sine((BigInt(256 * turns) * turnOf(bits)) / 256n, bits)),
  tanh: (x: number) =>
    compute(bitsFor(leading(exactly(x))), (bits) => {
      const e = exponential(2n * fixed(exactly(Math.max(-400, Math.min(x, 400))), bits), bits);
      return quotient(e - one(bits), e + one(bits), bits);
    }),
  log: (x: number) => compute(bitsFor(0), (bits) => logarithm(exactly(x), bits)),
  log1p: (x: number) =>
    compute(bitsFor(leading(exactly(x))), (bits) => {
      const { digits, exponent } = exactly(x);
      const shift = Math.max(0, -exponent);
      const sum = exponent > 0 ? (digits << BigInt(exponent)) + 1n : digits + (1n << BigInt(shift));
      return logarithm({ digits: sum, exponent: -shift }, bits);
    }),
  sigmoid: (x: number) =>
    compute(bitsFor(decay(x)), (bits) => {
      const e = exponential(-fixed(exactly(Math.abs(x)), bits), bits);
      return quotient(x < 0 ? e : one(bits), one(bits) + e, bits);
    }),
  softplus: (x: number) =>
    compute(bitsFor(decay(x)), (bits) => {
      const e = exponential(-fixed(exactly(Math.abs(x)), bits), bits);
      const tail = logarithm({ digits: one(bits) + e, exponent: -bits }, bits);
      return tail + fixed(exactly(Math.max(x, 0)), bits);
    }),
  /** Of a positive base. */
  pow: (x: number, y: number) =>
    compute(bitsFor(-1200 - Math.max(0, leading(exactly(y)))), (bits) => {
      const { digits, exponent } = exactly(y);
      const power = fixed({ digits: digits * logarithm(exactly(x), bits), exponent: exponent - bits }, bits);
      return exponential(power, bits);
    }),
} as const;

/** How far a number is from the true value, in units of the last place that a double near it has; NaN is infinitely far. */
export function ulps(actual: number, expected: Exact): number {
  if (Number.isNaN(actual)) return Infinity;
  const first = leading(expected);
  const isInfinite = Math.abs(actual) === Infinity;
  if (isInfinite && first >= 1024) return expected.digits > 0n === actual > 0 ? 0 : Infinity;
  // Infinity is where the next double would be.
  const found = isInfinite ? { digits: BigInt(Math.sign(actual)), exponent: 1024 } : exactly(actual);
  const last = Math.max(Math.min(first, 1023) - 52, -1074);
  return Math.abs(Number(fixed(found, 40 - last) - fixed(expected, 40 - last))) * 2 ** -40;
}
