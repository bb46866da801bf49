// IR programs as text, which the tests of the IR's tools share: between them they use every kind of statement.

export const logistic = `program Logistic(N, D, K = 10) {
  data X%0: real[N, D]
  data label%1: int[N] in 0..K
  param w%2: real[D]
  margin%4: real[N] = build n%5 {
    %6: real = sum d%7 in 0..<D> {
      %8: real = X%0[n%5, d%7]
      %9: real = w%2[d%7] checked
      %10: real = mul(%8, %9)
      yield %10
    }
    yield %6
  }
  %20: real = sum n%21 in 0..<N> {
    %22: real = margin%4[n%21]
    yield %22
  }
  g%25: real[D] = open
  for d%26 in 0..<D> {
    g%25[d%26] += %20
  }
  g%27: real[D] = freeze g%25
  loss = %20
  output margin = margin%4
  gradient w = g%27
}
`;

/** f = ln(x1) + x1 x2 - sin(x2) with both gradients, as a textbook has it. */
export const trace = `program Trace() {
  param x1%0: real
  param x2%1: real
  %2: real = log(x1%0)
  %3: real = mul(x1%0, x2%1)
  %4: real = add(%2, %3)
  %5: real = sin(x2%1)
  f%6: real = sub(%4, %5)
  %7: real = div(1.0, x1%0)
  %8: real = add(%7, x2%1)
  %9: real = cos(x2%1)
  %10: real = sub(x1%0, %9)
  loss = f%6
  gradient x1 = %8
  gradient x2 = %10
}
`;

/** What the others lack: several outs, every reducer, effects in branches, names that need quotes. */
export const control = `program Control(N, M = 3) {
  data flags%0: bool[N]
  data place = at%1: int[2] in 0..(N^2 + N)/2
  param "x'"%2: real
  direction "x'" = tangent%3: real
  %4: real[2] = ["x'"%2, -0.0]
  %5: real[3, 2] = [%4, %4, %4]
  rows%6: real[M, 3, 2], ids%7: int[M] = build i%8 {
    %9: int = iadd(i%8, 1)
    yield %5, %9
  }
  best%10: real, which%11: int = max m%12 in 0..2 {
    %13: real = %4[m%12]
    yield %13
  }
  %14: real, %15: int = sum n%16 in 1..<2*N - 1> {
    yield 1e-300, n%16
  }
  %17: real = prod k%18 in 0..which%11 {
    yield 1.5
  }
  %19: real = logSumExp k%20 in -1..2 {
    %21: real = toReal(k%20)
    yield %21
  }
  some%22: bool = any n%23 in 0..<N> {
    %24: bool = flags%0[n%23]
    yield %24
  }
  every%25: bool = all n%26 in 0..<N> {
    %27: bool = flags%0[n%26]
    yield %27
  }
  total%28: real = open
  field%29: real[M, 2] = open
  if some%22 {
    total%28 += Infinity
  } else {
    for i%30 in 0..<M> {
      %31: int = ids%7[i%30]
      %32: bool = ilt(%31, 2)
      if %32 {
        field%29[i%30, 0] += "x'"%2
        field%29[i%30, %31] += NaN checked
      } else {
      }
      total%28 += 0.1
    }
  }
  total%33: real = freeze total%28
  field%34: real[M, 2] = freeze field%29
  %35: real, %36: bool = if every%25 {
    yield total%33, true
  } else {
    %37: real = rows%6[0, 2, 1]
    yield %37, false
  }
  loss = %35
  output field = field%34
  output which = which%11
  gradient "x'" = 0.0
}
`;
