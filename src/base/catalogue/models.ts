// N05xx: models and what is differentiated. Rows of the catalogue (../catalogue.ts).

import { error } from '../row.ts';

export const models = {
  noModel: error(
    'N0501',
    'no model',
    () => 'this file has no model',
    'Code is emitted for models, and this file has none: `model Name { … }`.',
  ),
  nothingToCompute: error(
    'N0502',
    'model without loss or output',
    (a: { name: string }) => `the model \`${a.name}\` has neither a \`loss\` nor an \`output\``,
    'A model computes a loss, outputs, or both.',
  ),
  nothingToDifferentiate: error(
    'N0503',
    'loss without params',
    (a: { name: string }) => `the model \`${a.name}\` has a \`loss\` but no \`param\``,
    'The gradient of the loss is taken with respect to what is declared `param`. A value that is not differentiated is an `output`.',
  ),
  lossType: error(
    'N0504',
    'loss is not a real number',
    (a: { found: string }) => `a \`loss\` must be a single real, this is ${a.found}`,
    'What is minimised is one number. Reduce an array with `sum(…)` or `mean(…)`.',
  ),
  paramType: error(
    'N0505',
    'param is not real',
    (a: { name: string; found: string }) =>
      `the param \`${a.name}\` is ${a.found}, but only reals have derivatives`,
    'Parameters are differentiated, and only reals can be. Declare ints and bools as `data`.',
  ),
  rangeOfReals: error(
    'N0506',
    'range of an input that is not int data',
    (a: { what: string }) => `only int data and real params have a range, this is ${a.what}`,
    'A range such as `in 0..K` says which ints occur, so that they can serve as indices. Of a real param, `in 0..1` says between which numbers it lies.',
  ),
  callsTooDeep: error(
    'N0507',
    'calls nested too deeply',
    () => 'function calls are nested too deeply here',
    'Functions are written out where they are called, to some hundred levels of calls and brackets. Chains this long are nearly always made by a generator; let it write lets instead.',
  ),
  modelTooLarge: error(
    'N0508',
    'model too large',
    (a: { limit: number }) =>
      `this model makes more than ${a.limit} function calls when they are written out`,
    'Functions are written out where they are called, so functions that call others twice grow by doubling. Bind results that are used often to a `let`.',
  ),
  notConstantBound: error(
    'N0509',
    'bound is not a constant',
    () => 'what bounds a param must be known when the model is compiled',
    'A bound, as in `real > 0` or `real in 0..2*pi`, is made of literals, constants and built-in functions of those. A bound that depends on sizes, data or other params is a formula of the model: `let s = lowest + s0` with `param s0: real > 0`.',
  ),
  noBound: error(
    'N0510',
    'no bound',
    (a: { what: string }) => `${a.what} does not bound anything`,
    'Bounds are finite numbers. Leave out a bound at infinity: `real > 0`, not `real in 0..inf`.',
  ),
  emptyInterval: error(
    'N0511',
    'interval without numbers',
    (a: { from: number; to: number }) => `there is no number between ${a.from} and ${a.to}`,
    'In `real in lo..hi` the first number is the smaller one.',
  ),
  openInterval: error(
    'N0512',
    'interval without its lower end',
    () => 'the interval of a real says both its ends',
    'An int in a range may leave out the 0 that it starts from. A real between 0 and 1 is `real in 0..1`, one above 0 `real > 0`.',
  ),
  notConstrained: error(
    'N0513',
    'constraint that does not apply',
    (a: { what: string; found: string }) => `${a.what}, this is ${a.found}`,
    'Reals and arrays of them, declared as `param`, may have a bound or an interval. Data is what it is: check it where it is made, or say its range (`in 0..K`) where it is int.',
  ),
  constraintWithoutAxis: error(
    'N0514',
    'simplex or order without an axis',
    (a: { name: string }) => `\`${a.name}\` needs the number of its elements`,
    'The elements along the last axis are tied together: `simplex[K]` is K positive numbers that add up to 1, `simplex[N, K]` N of these; `ordered[K]` is K increasing numbers, `positiveOrdered[K]` increasing from above zero.',
  ),
  severalConstraints: error(
    'N0515',
    'two constraints',
    (a: { name: string }) => `\`${a.name}\` is a constraint already`,
    'A param has one constraint. Increasing positive numbers are `positiveOrdered[K]`; others are computed from params that are less constrained.',
  ),
  nameOfFree: error(
    'N0516',
    'name of the free form of a model',
    (a: { name: string; model: string }) => `\`${a.name}\` is what the free form of \`${a.model}\` is called`,
    'For a model `Fit` with constrained params functions of free params are emitted, which begin with `fitFree`. A model `FitFree` beside it would have functions of the same names.',
  ),
  unknownSize: error(
    'N0520',
    'value for a size that does not exist',
    (a: { name: string }) => `a value is given for the size \`${a.name}\`, which no model of this file has`,
    'Sizes can be fixed from outside, with `--size N=100` or the option `sizes`. The name must be that of a `dim` of a model.',
  ),
  sizeFixedTwice: error(
    'N0521',
    'value for a size that has one',
    (a: { name: string; value: number }) =>
      `\`${a.name}\` is given the value ${a.value} from outside, but has one here`,
    'A size is fixed in one place: by `dim K = 10` in the model, or from outside with `--size K=10` where the model says `dim K`.',
  ),
} as const;
