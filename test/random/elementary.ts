// The functions that random programs call, with where they may be called and what they give there.

import { hull, type Interval } from './term.ts';

export interface Elementary {
  readonly name: string;
  /** Arguments are made to lie in this interval; all smaller arguments are fine where there is none. */
  readonly domain?: Interval;
  readonly range: (x: Interval) => Interval;
  /** Differentiable wherever it is called. */
  readonly isSmooth: boolean;
}

const positive: Interval = { low: 0.05, high: Infinity };
const unit: Interval = { low: -0.95, high: 0.95 };
const moderate: Interval = { low: -4, high: 4 };

const monotone =
  (f: (x: number) => number) =>
  ({ low, high }: Interval): Interval =>
    hull(f(low), f(high));
const within =
  (low: number, high: number) =>
  (): Interval => ({ low, high }); // prettier-ignore

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const elementary: readonly [Elementary, ...Elementary[]] = [
  { name: 'sin', range: within(-1, 1), isSmooth: true },
  { name: 'cos', range: within(-1, 1), isSmooth: true },
  { name: 'tanh', range: monotone(Math.tanh), isSmooth: true },
  { name: 'exp', domain: moderate, range: monotone(Math.exp), isSmooth: true },
  { name: 'log', domain: positive, range: monotone(Math.log), isSmooth: true },
  { name: 'sqrt', domain: positive, range: monotone(Math.sqrt), isSmooth: true },
  { name: 'sigmoid', range: monotone(logistic), isSmooth: true },
  { name: 'softplus', range: monotone(softplus), isSmooth: true },
  { name: 'logSigmoid', range: monotone((x) => -softplus(-x)), isSmooth: true },
  { name: 'atan', range: monotone(Math.atan), isSmooth: true },
  { name: 'asinh', range: monotone(Math.asinh), isSmooth: true },
  { name: 'log1p', domain: positive, range: monotone(Math.log1p), isSmooth: true },
  { name: 'expm1', domain: moderate, range: monotone(Math.expm1), isSmooth: true },
  { name: 'exp2', domain: moderate, range: monotone((x) => 2 ** x), isSmooth: true },
  { name: 'log2', domain: positive, range: monotone(Math.log2), isSmooth: true },
  { name: 'log10', domain: positive, range: monotone(Math.log10), isSmooth: true },
  { name: 'cbrt', domain: positive, range: monotone(Math.cbrt), isSmooth: true },
  { name: 'tan', domain: unit, range: monotone(Math.tan), isSmooth: true },
  { name: 'asin', domain: unit, range: monotone(Math.asin), isSmooth: true },
  { name: 'acos', domain: unit, range: monotone(Math.acos), isSmooth: true },
  { name: 'atanh', domain: unit, range: monotone(Math.atanh), isSmooth: true },
  { name: 'sinh', domain: moderate, range: monotone(Math.sinh), isSmooth: true },
  {
    name: 'cosh',
    domain: moderate,
    range: ({ low, high }) => ({ low: 1, high: Math.cosh(Math.max(-low, high)) }),
    isSmooth: true,
  },
  { name: 'acosh', domain: { low: 1.05, high: Infinity }, range: monotone(Math.acosh), isSmooth: true },
  { name: 'erf', range: within(-1, 1), isSmooth: true },
  { name: 'erfc', range: within(0, 2), isSmooth: true },
  {
    name: 'lgamma',
    domain: positive,
    range: ({ high }) => ({ low: -0.13, high: Math.max(3, high * Math.log(high)) }),
    isSmooth: true,
  },
  {
    name: 'digamma',
    domain: positive,
    range: ({ high }) => ({ low: -21, high: Math.log(Math.max(1, high)) }),
    isSmooth: true,
  },
  { name: 'silu', range: ({ high }) => ({ low: -0.28, high: Math.max(high, 0) }), isSmooth: true },
  { name: 'gelu', range: ({ high }) => ({ low: -0.18, high: Math.max(high, 0) }), isSmooth: true },
  { name: 'mish', range: ({ high }) => ({ low: -0.31, high: Math.max(high, 0) }), isSmooth: true },
  { name: 'softsign', range: within(-1, 1), isSmooth: false },
  { name: 'relu', range: monotone((x) => Math.max(x, 0)), isSmooth: false },
  { name: 'elu', range: monotone((x) => (x > 0 ? x : Math.expm1(x))), isSmooth: false },
  { name: 'hardTanh', range: within(-1, 1), isSmooth: false },
  {
    name: 'abs',
    range: ({ low, high }) => ({ low: Math.max(low, -high, 0), high: Math.max(-low, high) }),
    isSmooth: false,
  },
  { name: 'sign', range: within(-1, 1), isSmooth: false },
  { name: 'floor', range: monotone(Math.floor), isSmooth: false },
  { name: 'ceil', range: monotone(Math.ceil), isSmooth: false },
  { name: 'round', range: ({ low, high }) => ({ low: low - 1, high: high + 1 }), isSmooth: false },
  { name: 'trunc', range: monotone(Math.trunc), isSmooth: false },
  { name: 'stop', range: ({ low, high }) => ({ low, high }), isSmooth: false },
];

/** Functions that take any number and give one in an interval that suits, to make an argument fit a domain. */
export const squashers: readonly [Elementary, ...Elementary[]] = [
  { name: 'tanh', range: monotone(Math.tanh), isSmooth: true },
  { name: 'sin', range: within(-1, 1), isSmooth: true },
  { name: 'atan', range: monotone(Math.atan), isSmooth: true },
  { name: 'sigmoid', range: monotone(logistic), isSmooth: true },
];
