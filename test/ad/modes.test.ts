// Both modes and second order on programs written as IR: every kind of statement, alone and nested, checked against
// extrapolated differences and against each other, before and after the passes.

import { describe } from 'vitest';
import type { Inputs } from '../../src/ir/interpret.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import type { Sizes } from '../support/derive.ts';
import { checkModes } from '../support/modes.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly inputs: Inputs;
  readonly sizes?: Sizes;
}

const vector = { params: { w: [0.3, -0.7, 1.1] } };
const cases: readonly Case[] = [
  {
    name: 'scalars used several times',
    text: `program P() {
      param x%0: real
      param y%1: real
      %2: real = mul(x%0, y%1)
      %3: real = sin(%2)
      %4: real = mul(%3, %2)
      %5: real = div(%4, x%0)
      loss = %5
    }`,
    inputs: { params: { x: 0.7, y: 1.3 } },
  },
  {
    name: 'a sum over an array, scalar captured',
    text: `program P(N) {
      param w%0: real[N]
      param s%1: real
      %2: real = sum i%3 in 0..<N> {
        %4: real = w%0[i%3]
        %5: real = mul(%4, s%1)
        %6: real = tanh(%5)
        yield %6
      }
      %7: real = mul(%2, s%1)
      loss = %7
    }`,
    inputs: { params: { w: [0.3, -0.7, 1.1], s: 0.8 } },
    sizes: { N: 3 },
  },
  {
    name: 'a build read twice, with a matrix product inside',
    text: `program P(N, M) {
      param A%0: real[N, M]
      param x%1: real[M]
      h%2: real[N] = build i%3 {
        %4: real = sum j%5 in 0..<M> {
          %6: real = A%0[i%3, j%5]
          %7: real = x%1[j%5]
          %8: real = mul(%6, %7)
          yield %8
        }
        %9: real = tanh(%4)
        yield %9
      }
      %10: real = sum i%11 in 0..<N> {
        %12: real = h%2[i%11]
        %13: real = exp(%12)
        %14: real = h%2[0]
        %15: real = mul(%13, %14)
        yield %15
      }
      loss = %10
    }`,
    inputs: { params: { A: [0.3, -0.7, 1.1, 0.2, 0.5, -0.4], x: [0.3, 0.9, -0.6] } },
    sizes: { N: 2, M: 3 },
  },
  ...(['max', 'min'] as const).map((reducer) => ({
    name: `${reducer} over an array`,
    text: `program P(N) {
      param w%0: real[N]
      %2: real, %9: int = ${reducer} i%3 in 0..<N> {
        %4: real = w%0[i%3]
        %6: real = sin(%4)
        yield %6
      }
      %7: real = mul(%2, %2)
      loss = %7
    }`,
    inputs: vector,
    sizes: { N: 3 },
  })),
  ...(['logSumExp', 'prod'] as const).map((reducer) => ({
    name: `${reducer} over an array`,
    text: `program P(N) {
      param w%0: real[N]
      %2: real = ${reducer} i%3 in 0..<N> {
        %4: real = w%0[i%3]
        %6: real = sin(%4)
        yield %6
      }
      %7: real = mul(%2, %2)
      loss = %7
    }`,
    inputs: vector,
    sizes: { N: 3 },
  })),
  {
    name: 'a product with a zero',
    text: `program P(N) {
      param w%0: real[N]
      %2: real = prod i%3 in 0..<N> {
        %4: real = w%0[i%3]
        yield %4
      }
      loss = %2
    }`,
    inputs: { params: { w: [0.5, 0, 2, -1] } },
    sizes: { N: 4 },
  },
  {
    name: 'a branch in a dependent range',
    text: `program P(N) {
      param w%0: real[N]
      %2: real = sum i%3 in 0..<N> {
        %4: real = sum j%5 in 0..i%3 {
          %6: real = w%0[i%3]
          %7: real = w%0[j%5]
          %8: real = sub(%6, %7)
          %9: bool = gt(%8, 0.0)
          %10: real = if %9 {
            %11: real = sqrt(%8)
            yield %11
          } else {
            %12: real = mul(%8, %7)
            yield %12
          }
          yield %10
        }
        yield %4
      }
      loss = %2
    }`,
    inputs: { params: { w: [0.3, -0.7, 1.1, 0.9] } },
    sizes: { N: 4 },
  },
  {
    name: 'arrays inside iterations, lists and array branches',
    text: `program P(N) {
      param w%0: real[N]
      %1: real = sum i%2 in 0..<N> {
        row%3: real[N] = build j%4 {
          %5: real = w%0[i%2]
          %6: real = w%0[j%4]
          %7: real = mul(%5, %6)
          yield %7
        }
        %8: real = row%3[0]
        %9: real = row%3[1]
        pair%10: real[2] = [%8, %9]
        %11: bool = gt(%8, 0.0)
        chosen%12: real[2] = if %11 {
          yield pair%10
        } else {
          other%13: real[2] = [%9, 2.0]
          yield other%13
        }
        %14: real = chosen%12[0]
        %15: real = chosen%12[1]
        %16: real = exp(%14)
        %17: real = mul(%16, %15)
        yield %17
      }
      loss = %1
    }`,
    inputs: vector,
    sizes: { N: 3 },
  },
  {
    name: 'accumulators in the primal',
    text: `program P(N) {
      param w%0: real[N]
      a%1: real[N] = open
      for i%2 in 0..<N> {
        for j%3 in 0..<N> {
          %4: real = w%0[i%2]
          %5: real = w%0[j%3]
          %6: real = sin(%4)
          %7: real = mul(%6, %5)
          a%1[j%3] += %7
        }
      }
      %8: real[N] = freeze a%1
      %9: real = sum i%10 in 0..<N> {
        %11: real = %8[i%10]
        %12: real = mul(%11, %11)
        yield %12
      }
      loss = %9
    }`,
    inputs: vector,
    sizes: { N: 3 },
  },
];

describe.each(cases)('$name', ({ text, inputs, sizes }) => {
  checkModes(parseProgram(text), inputs, sizes);
});
