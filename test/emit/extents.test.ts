// Which extents the emitted code has to look at when it is called.

import { expect, it } from 'vitest';
import {
  add,
  constant,
  divide,
  multiply,
  one,
  subtract,
  symbol,
  type Polynomial,
} from '../../src/base/polynomial.ts';
import { mayBeUnfit } from '../../src/emit/extents.ts';

const [N, D] = [symbol('N'), symbol('D')];
const times = (k: number, p: Polynomial): Polynomial => multiply(constant(k), p);

it.each<[string, Polynomial, boolean]>([
  ['N', N, false],
  ['3', constant(3), false],
  ['2*N + 1', add(times(2, N), one), false],
  ['D*(D + 1)/2', divide(multiply(D, add(D, one)), 2), false],
  ['D*(D - 1)/2', divide(multiply(D, subtract(D, one)), 2), false],
  ['N - 1', subtract(N, one), false],
  ['N*D - N', subtract(multiply(N, D), N), false],
  ['N - 2', subtract(N, constant(2)), true],
  ['N - D', subtract(N, D), true],
  ['N*D - D - N', subtract(subtract(multiply(N, D), D), N), true],
  ['2*N*D - D - N', subtract(subtract(times(2, multiply(N, D)), D), N), false],
  ['5 - N', subtract(constant(5), N), true],
  ['N/2', divide(N, 2), true],
  ['(N + D)/2', divide(add(N, D), 2), true],
  ['N*(N + 1)*(N + 2)/6', divide(multiply(multiply(N, add(N, one)), add(N, constant(2))), 6), false],
  ['N*(N + 1)/3', divide(multiply(N, add(N, one)), 3), true],
])('%s', (_, extent, expected) => {
  expect(mayBeUnfit(extent)).toBe(expected);
});
