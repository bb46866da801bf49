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
    (a: { what: string }) => `only int data has a range, this is ${a.what}`,
    'A range such as `in 0..K` says which ints occur, so that they can serve as indices.',
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
