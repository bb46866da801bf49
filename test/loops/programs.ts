// Programs that the tests of the loops form lower, transform and run. Each is IR as text; new ones are one entry here.

import type { RoutineKind } from '../../src/loops/types.ts';
import type { Arguments } from './run.ts';

export interface Example {
  readonly name: string;
  readonly kind: RoutineKind;
  readonly ir: string;
  readonly given: Arguments;
}

/** Numbers that look random and are the same every time. */
const values = (count: number, seed = 1): readonly number[] =>
  Array.from({ length: count }, (_, i) => Math.round(1000 * Math.sin(seed * 12.9898 + i * 78.233)) / 1000);

const logistic = {
  sizes: { N: 5, D: 3 },
  inputs: {
    data: { X: values(15), y: [1, -1, 1, 1, -1], lambda: 0.7 },
    params: { w: values(3, 2) },
  },
};

export const examples: readonly Example[] = [
  {
    name: 'logistic regression',
    kind: 'gradient',
    given: logistic,
    ir: `program Logistic(N, D) {
  data X%0: real[N, D]
  data y%1: real[N]
  data lambda%2: real
  param w%3: real[D]
  margin%4: real[N] = build n%5 {
    %6: real = sum d%7 in 0..<D> {
      %8: real = X%0[n%5, d%7]
      %9: real = w%3[d%7]
      %10: real = mul(%8, %9)
      yield %10
    }
    %11: real = y%1[n%5]
    %12: real = mul(%11, %6)
    yield %12
  }
  %13: real = sum n%14 in 0..<N> {
    %15: real = margin%4[n%14]
    %16: real = logSigmoid(%15)
    yield %16
  }
  %17: real = mul(lambda%2, %13)
  %18: real = neg(%17)
  %60: real = sum d%61 in 0..<D> {
    %62: real = w%3[d%61]
    %63: real = mul(%62, %62)
    yield %63
  }
  %64: real = mul(0.5, %60)
  %19: real = add(%64, %18)
  %20: real = neg(lambda%2)
  margin%21: real[N] = open
  for n%22 in 0..<N> {
    %23: real = margin%4[n%22]
    %24: real = neg(%23)
    %25: real = sigmoid(%24)
    %26: real = mul(%20, %25)
    margin%21[n%22] += %26
  }
  margin%27: real[N] = freeze margin%21
  w%28: real[D] = open
  for d%65 in 0..<D> {
    %66: real = w%3[d%65]
    w%28[d%65] += %66
  }
  for n%29 in 0..<N> {
    %30: real = margin%27[n%29]
    %31: real = y%1[n%29]
    %32: real = mul(%30, %31)
    for d%33 in 0..<D> {
      %34: real = X%0[n%29, d%33]
      %35: real = mul(%32, %34)
      w%28[d%33] += %35
    }
  }
  w%36: real[D] = freeze w%28
  loss = %19
  gradient w = w%36
}
`,
  },
  {
    name: 'mixture: log-sum-exp of costly terms, run again in the adjoint',
    kind: 'gradient',
    given: {
      sizes: { N: 4, K: 3, D: 2 },
      inputs: { data: { x: values(8) }, params: { mu: values(6, 3), bias: values(3, 4) } },
    },
    ir: `program Mixture(N, K, D) {
  data x%0: real[N, D]
  param mu%1: real[K, D]
  param bias%2: real[K]
  %3: real = sum n%4 in 0..<N> {
    %5: real = logSumExp k%6 in 0..<K> {
      %7: real = sum d%8 in 0..<D> {
        %9: real = x%0[n%4, d%8]
        %10: real = mu%1[k%6, d%8]
        %11: real = sub(%9, %10)
        %12: real = mul(%11, %11)
        yield %12
      }
      %13: real = bias%2[k%6]
      %14: real = sub(%13, %7)
      yield %14
    }
    yield %5
  }
  mu%20: real[K, D] = open
  bias%21: real[K] = open
  for n%22 in 0..<N> {
    %5001: real = logSumExp k%61 in 0..<K> {
      %71: real = sum d%81 in 0..<D> {
        %91: real = x%0[n%22, d%81]
        %101: real = mu%1[k%61, d%81]
        %111: real = sub(%91, %101)
        %121: real = mul(%111, %111)
        yield %121
      }
      %131: real = bias%2[k%61]
      %141: real = sub(%131, %71)
      yield %141
    }
    for k%62 in 0..<K> {
      %72: real = sum d%82 in 0..<D> {
        %92: real = x%0[n%22, d%82]
        %102: real = mu%1[k%62, d%82]
        %112: real = sub(%92, %102)
        %122: real = mul(%112, %112)
        yield %122
      }
      %132: real = bias%2[k%62]
      %142: real = sub(%132, %72)
      %30: real = softmaxWeight(%142, %5001)
      bias%21[k%62] += %30
      %31: real = mul(2.0, %30)
      for d%83 in 0..<D> {
        %93: real = x%0[n%22, d%83]
        %103: real = mu%1[k%62, d%83]
        %113: real = sub(%93, %103)
        %32: real = mul(%31, %113)
        mu%20[k%62, d%83] += %32
      }
    }
  }
  mu%40: real[K, D] = freeze mu%20
  bias%41: real[K] = freeze bias%21
  loss = %3
  gradient mu = mu%40
  gradient bias = bias%41
}
`,
  },
  {
    name: 'two layers',
    kind: 'loss',
    given: {
      sizes: { B: 3, D: 4, H: 5 },
      inputs: { data: { x: values(12) }, params: { W: values(20, 5), b: values(5, 6), v: values(5, 7) } },
    },
    ir: `program Layers(B, D, H) {
  data x%0: real[B, D]
  param W%1: real[D, H]
  param b%2: real[H]
  param v%3: real[H]
  h%4: real[B, H] = build b%5, h%6 {
    %7: real = sum d%8 in 0..<D> {
      %9: real = x%0[b%5, d%8]
      %10: real = W%1[d%8, h%6]
      %11: real = mul(%9, %10)
      yield %11
    }
    %12: real = b%2[h%6]
    %13: real = add(%7, %12)
    %14: real = max(%13, 0.0)
    yield %14
  }
  %20: real = sum b%21 in 0..<B> {
    %22: real = sum h%23 in 0..<H> {
      %24: real = h%4[b%21, h%23]
      %25: real = v%3[h%23]
      %26: real = mul(%24, %25)
      yield %26
    }
    %27: real = mul(%22, %22)
    yield %27
  }
  loss = %20
}
`,
  },
  {
    name: 'outputs of every form',
    kind: 'outputs',
    given: {
      sizes: { N: 4 },
      inputs: { data: { x: [3, -1, NaN, 7], i: [2, 0, 3, 1] }, params: { a: 1.5 } },
    },
    ir: `program Forms(N) {
  data x%0: real[N]
  data i%1: int[N] in 0..N
  param a%2: real
  %3: real, %4: int = max n%5 in 0..<N> {
    %6: int = i%1[n%5]
    %7: real = x%0[%6] checked
    yield %7
  }
  %8: int, %88: int = min n%9 in 0..<N> {
    %10: int = i%1[n%9]
    %11: int = iadd(%10, 4)
    yield %11
  }
  rows%12: real[N, 2] = build n%13 {
    %14: real = x%0[n%13]
    %15: real = mul(%14, a%2)
    %16: real[2] = [%15, %14]
    yield %16
  }
  %30: bool = any n%31 in 0..<N> {
    %32: real = x%0[n%31]
    %33: bool = gt(%32, 5.0)
    yield %33
  }
  %40: real = prod n%41 in 0..<N> {
    %42: int = i%1[n%41]
    %43: real = toReal(%42)
    %44: real = add(%43, a%2)
    yield %44
  }
  branch%50: real[N] = if %30 {
    %51: real[N] = build n%52 {
      %53: real = x%0[n%52]
      %54: real = neg(%53)
      yield %54
    }
    yield %51
  } else {
    yield x%0
  }
  output best = %3
  output at = %4
  output least = %8
  output rows = rows%12
  output any = %30
  output product = %40
  output branch = branch%50
  output again = branch%50
  output copy = x%0
}
`,
  },
];
