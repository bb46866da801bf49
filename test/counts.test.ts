// How many operations the emitted gradients take: asserted, because it is what people compare.

import { expect, it } from 'vitest';
import { derive } from '../src/generate.ts';
import { countOps } from '../src/ir/walk.ts';
import { programOf } from './support/language.ts';

const cases = [
  {
    name: 'log(x1) + x1 * x2 - sin(x2): value and both partials',
    source: 'model F { param x1: real, x2: real; loss log(x1) + x1 * x2 - sin(x2) }',
    ops: 9,
  },
  {
    name: 'Rosenbrock in two dimensions',
    source: 'model R { param x: real, y: real; loss (1 - x)^2 + 100 * (y - x^2)^2 }',
    ops: 12,
  },
  {
    name: 'a square needs one product more',
    source: 'model S { param x: real; loss x^2 }',
    ops: 2,
  },
  {
    name: 'sigmoid reuses its value',
    source: 'model S { param x: real; loss sigmoid(x) }',
    ops: 3,
  },
  {
    name: 'a linear model has a constant gradient',
    source: 'model L { param x: real; data a: real, b: real; loss a * x + b }',
    ops: 2,
  },
];

it.each(cases)('$name', ({ source, ops }) => {
  expect(countOps(derive(programOf(source), 'gradient'))).toBe(ops);
});
