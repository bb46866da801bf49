// Reals with 256 bits after the point, far more than a double has: what results in doubles are compared with. A fixed point
// suits sums of numbers of ordinary size; what is below 2^-256 is zero.

const bits = 256n;
export const one = 1n << bits;

/** The number that a double stands for. */
export function fixed(value: number): bigint {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no finite number`);
  let [whole, scale] = [value, bits];
  for (; !Number.isInteger(whole); scale--) whole *= 2;
  return scale >= 0n ? BigInt(whole) << scale : BigInt(whole) >> -scale;
}

/** The nearest double. */
export const double = (value: bigint): number => Number(value) * 2 ** -Number(bits);

export const multiply = (a: bigint, b: bigint): bigint => (a * b) >> bits;
export const divide = (a: bigint, b: bigint): bigint => (a << bits) / b;

/** Adds terms until they vanish; `next` makes the k-th, from 1 on, of the one before. */
function series(first: bigint, next: (term: bigint, k: bigint) => bigint): bigint {
  let sum = first;
  for (let [term, k] = [next(first, 1n), 1n]; term > 1n || term < -1n;) {
    sum += term;
    term = next(term, ++k);
  }
  return sum;
}

/** Σ ± x^(2k+1) / (2k+1) of 1/x: the inverse tangent, or with equal signs that of the hyperbolic one. */
function inverseTangent(x: bigint, sign: bigint): bigint {
  let [power, sum] = [one / x, 0n];
  for (let k = 0n; power !== 0n; k++) {
    sum += power / (2n * k + 1n);
    power = (sign * power) / (x * x);
  }
  return sum;
}

const logOfTwo = 2n * inverseTangent(3n, 1n);
const pi = 16n * inverseTangent(5n, -1n) - 4n * inverseTangent(239n, -1n);

export function exp(x: bigint): bigint {
  const powerOfTwo = x / logOfTwo;
  const rest = (x - powerOfTwo * logOfTwo) >> 8n;
  let value = series(one, (term, k) => multiply(term, rest) / k);
  for (let k = 0; k < 8; k++) value = multiply(value, value);
  return powerOfTwo >= 0n ? value << powerOfTwo : value >> -powerOfTwo;
}

/** Each step of Halley's method has three times the digits of the one before. */
export function log(x: bigint): bigint {
  if (x <= 0n) throw new RangeError(`the logarithm of ${double(x)}`);
  let value = fixed(Math.log(double(x)));
  for (let k = 0; k < 4; k++) {
    const e = exp(value);
    value += 2n * divide(x - e, x + e);
  }
  return value;
}

export function sqrt(x: bigint): bigint {
  if (x < 0n) throw new RangeError(`the root of ${double(x)}`);
  if (x === 0n) return 0n;
  let value = fixed(Math.sqrt(double(x)));
  for (let k = 0; k < 6; k++) value = (value + divide(x, value)) / 2n;
  return value;
}

export function sin(x: bigint): bigint {
  const angle = x % (2n * pi);
  return series(angle, (term, k) => -multiply(multiply(term, angle), angle) / (2n * k * (2n * k + 1n)));
}

export function cos(x: bigint): bigint {
  const angle = x % (2n * pi);
  return series(one, (term, k) => -multiply(multiply(term, angle), angle) / (2n * k * (2n * k - 1n)));
}

export const sigmoid = (x: bigint): bigint => divide(one, one + exp(-x));
export const tanh = (x: bigint): bigint => 2n * sigmoid(2n * x) - one;

/** Bernoulli numbers B2, B4, …, as fractions. */
const bernoulli =
  '1/6 -1/30 1/42 -1/30 5/66 -691/2730 7/6 -3617/510 43867/798 -174611/330 854513/138 -236364091/2730'
    .split(' ')
    .map((text) => text.split('/').map(BigInt) as [bigint, bigint]);

/** The logarithm of the gamma function for positive numbers: by Stirling's series, from 100 on good to 40 digits. */
export function lgamma(x: bigint): bigint {
  if (x <= 0n) throw new RangeError(`lgamma of ${double(x)}`);
  let [product, y] = [one, x];
  for (; y < 100n * one; y += one) product = multiply(product, y);
  const inverse = divide(one, y);
  let [power, sum] = [inverse, 0n];
  for (const [k, [above, below]] of bernoulli.entries()) {
    const n = 2n * BigInt(k + 1);
    sum += (power * above) / (below * n * (n - 1n));
    power = multiply(power, multiply(inverse, inverse));
  }
  return multiply(y - one / 2n, log(y)) - y + log(2n * pi) / 2n + sum - log(product);
}
