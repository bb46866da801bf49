// Programs with sequential loops, as IR text, for sequential.test.ts.

export interface Sequential {
  readonly name: string;
  readonly ir: string;
  /** Sizes to run with, where the usual ones will not do. */
  readonly only?: readonly Readonly<Record<string, number>>[];
}

/** All share their inputs; `outputs` are values of the statements. */
const program = (name: string, statements: string, ...outputs: readonly string[]): Sequential => ({
  name,
  ir: `program P(N, T) {
    param a%0: real
    param x%1: real[N]
    param A%2: real[N, N]
    data k%3: int[T] in 0..3
    data c%4: int
    data X%5: real[T, N]
    ${statements}
    ${outputs.map((value, i) => `output ${'pqrstuvw'[i] ?? ''} = ${value}`).join('\n    ')}
  }`,
});

export const sequential: readonly Sequential[] = [
  program(
    'scalar state that reads the index and the state',
    `s%10: real = loop t%11 in 0..<T> with s%12: real = a%0 {
      %13: real = toReal(t%11) %14: real = mul(s%12, 0.5) %15: real = add(%14, %13) yield %15 }`,
    's%10',
  ),
  program(
    'a swap and a rotation',
    `p%10: real, q%11: real, u%12: real, v%13: real, w%14: real = loop t%15 in 0..<T + 1>
      with p%16: real = a%0, q%17: real = 2.0, u%18: real = 1.0, v%19: real = 2.0, w%20: real = 3.0 {
      yield q%17, p%16, v%19, w%20, u%18 }`,
    'p%10',
    'q%11',
    'u%12',
    'v%13',
    'w%14', // prettier-ignore
  ),
  program(
    'state that is updated from the old values of other state',
    `p%10: real, q%11: real = loop t%12 in 0..<T> with p%13: real = a%0, q%14: real = 1.0 {
      %15: real = mul(q%14, 0.25) %16: real = add(p%13, %15)
      %17: real = mul(p%13, p%13) %18: real = sub(q%14, %17)
      yield %16, %18 }`,
    'p%10',
    'q%11', // prettier-ignore
  ),
  program(
    'downwards, with a history read by a second loop',
    `s%10: real, past%11: real[T] = loop t%12 in 0..<T> with s%13: real = a%0 {
      %14: real = X%5[t%12, 0] %15: real = mul(s%13, %14) %16: real = add(%15, 0.5) yield %16, s%13 }
    g%17: real = loop t%18 in 0..<T> down with g%19: real = 1.0 {
      %20: real = past%11[t%18] %21: real = mul(g%19, %20) %22: real = add(%21, g%19) yield %22 }`,
    's%10',
    'past%11',
    'g%17', // prettier-ignore
  ),
  program(
    'a range that is empty, and one that is negative',
    `s%10: real = loop t%11 in 3..3 with s%12: real = a%0 { yield 7.0 }
    u%13: real = loop t%14 in 5..<T - 9> with u%15: real = a%0 { yield 7.0 }
    v%16: real = loop t%17 in 5..c%4 down with v%18: real = a%0 { yield 7.0 }`,
    's%10',
    'u%13',
    'v%16', // prettier-ignore
  ),
  program(
    'a history of a range that may be negative, which begins late',
    `s%10: real, past%11: real[T - 2] = loop t%12 in 2..<T> with s%13: real = a%0 {
      %14: real = mul(s%13, 1.5) yield %14, s%13 }
    %15: real = sum t%16 in 2..<T> { %17: int = isub(t%16, 2) %18: real = past%11[%17] yield %18 }`,
    's%10',
    '%15', // prettier-ignore
  ),
  program(
    'histories of rows, computed in place and copied',
    `s%10: real, us%11: real[T, N], xs%12: real[T, N] = loop t%13 in 0..<T> with s%14: real = a%0 {
      u%15: real[N] = build i%16 { %17: real = x%1[i%16] %18: real = mul(%17, s%14) yield %18 }
      %19: real = u%15[0] %20: real = add(s%14, %19)
      yield %20, u%15, x%1 }`,
    's%10',
    'us%11',
    'xs%12', // prettier-ignore
  ),
  program(
    'a history in a history',
    `s%10: real, all%11: real[T, N, 2] = loop t%12 in 0..<T> with s%13: real = a%0 {
      %14: real, inner%15: real[N, 2] = loop i%16 in 0..<N> with u%17: real = s%13 {
        %18: real = x%1[i%16] %19: real = mul(u%17, %18) %20: real[2] = [u%17, %18]
        yield %19, %20 }
      yield %14, inner%15 }`,
    's%10',
    'all%11', // prettier-ignore
  ),
  program(
    'bounds that depend on data and on an outer state',
    `s%10: real, n%11: int = loop t%12 in 0..<T> with s%13: real = a%0, n%14: int = 1 {
      %15: int = k%3[t%12]
      %16: real = loop j%17 in 0..%15 with u%18: real = s%13 { %19: real = mul(u%18, 0.5) %20: real = add(%19, 1.0) yield %20 }
      %21: real = loop j%22 in %15..n%14 down with u%23: real = %16 { %24: real = toReal(j%22) %25: real = sub(u%23, %24) yield %25 }
      %26: int = iadd(n%14, 1)
      yield %21, %26 }`,
    's%10',
    'n%11', // prettier-ignore
  ),
  program(
    'rows of an array, by index and by state',
    `s%10: real, m%11: int = loop t%12 in 0..<T> with s%13: real = a%0, m%14: int = 0 {
      r%15: real[N] = row X%5[t%12]
      q%16: real[N] = row X%5[m%14]
      %17: real = sum i%18 in 0..<N> { %19: real = r%15[i%18] %20: real = q%16[i%18] %21: real = mul(%19, %20) yield %21 }
      %22: real = add(s%13, %17)
      yield %22, t%12 }
    u%23: real[N] = row A%2[0]`,
    's%10',
    'm%11',
    'u%23', // prettier-ignore
  ),
  program(
    'a loop inside a comprehension and inside a sum',
    `u%10: real[N] = build i%11 {
      %12: real = x%1[i%11]
      %13: real = loop t%14 in 0..<T> with s%15: real = %12 { %16: real = X%5[t%14, i%11] %17: real = mul(s%15, %16) %18: real = add(%17, %12) yield %18 }
      yield %13 }
    %20: real = sum i%21 in 0..<N> {
      %22: real = loop t%23 in 0..i%21 with s%24: real = a%0 { %25: real = mul(s%24, 0.5) yield %25 }
      yield %22 }`,
    'u%10',
    '%20', // prettier-ignore
  ),
  program(
    'state without a change, state that is thrown away, and a bool',
    `s%10: real, u%11: real, b%12: bool = loop t%13 in 0..<T> with s%14: real = a%0, u%15: real = 1.0, b%16: bool = true {
      %17: bool = not(b%16) %18: real = select(b%16, 2.0, 3.0)
      yield s%14, %18, %17 }
    %19: real = select(b%12, s%10, 4.0)`,
    '%19',
  ),
  program(
    'elements set one after the other, the old array read between and after',
    `u%10: real[N] = build i%11 { yield 0.5 }
    u%12: real[N] = u%10 with [0] = a%0
    %13: real = u%10[0]
    %14: real = u%12[0]
    u%15: real[N] = u%12 with [0] = %13
    %16: real = add(%13, %14)`,
    'u%10',
    'u%15',
    '%16', // prettier-ignore
  ),
  program(
    'an element read before it is set and used after',
    `u%10: real[N] = build i%11 { %12: real = x%1[i%11] %13: real = mul(%12, 2.0) yield %13 }
    s%14: real, u%15: real[N] = loop i%16 in 0..<N> with s%17: real = 0.0, u%18: real[N] = u%10 {
      %19: real = u%18[i%16] %20: real = mul(%19, %19)
      u%21: real[N] = u%18 with [i%16] = 0.25
      %22: real = add(s%17, %20) yield %22, u%21 }`,
    's%14',
    'u%15', // prettier-ignore
  ),
  program(
    'an input as the first state, and read again',
    `u%10: real[N] = loop i%11 in 0..<N> with u%12: real[N] = x%1 {
      %13: real = u%12[i%11] %14: real = x%1[0] %15: real = add(%13, %14)
      u%16: real[N] = u%12 with [i%11] = %15 yield u%16 }
    %17: real = x%1[0]`,
    'u%10',
    '%17', // prettier-ignore
  ),
  program(
    'one array as two states',
    `u%10: real[N] = build i%11 { yield 1.0 }
    u%12: real[N], w%13: real[N] = loop i%14 in 0..<N> with u%15: real[N] = u%10, w%16: real[N] = u%10 {
      %17: real = w%16[0] %18: real = add(%17, 1.0)
      u%19: real[N] = u%15 with [i%14] = %18
      %20: real = u%19[i%14] %21: real = mul(%20, 3.0)
      w%22: real[N] = w%16 with [i%14] = %21
      yield u%19, w%22 }`,
    'u%12',
    'w%13', // prettier-ignore
  ),
  program(
    'arrays that change places, and arrays that rotate',
    `u%10: real[N] = build i%11 { yield 1.0 }
    w%12: real[N] = build i%13 { %14: real = x%1[i%13] yield %14 }
    u%15: real[N], w%16: real[N], y%17: real[N], v%18: real[N] = loop t%19 in 0..<T + 1>
      with u%20: real[N] = u%10, w%21: real[N] = w%12, y%22: real[N] = x%1, v%23: real[N] = u%10 {
      %24: real = u%20[0] %25: real = add(%24, 0.5)
      u%26: real[N] = u%20 with [0] = %25
      yield w%21, u%26, v%23, y%22 }`,
    'u%15',
    'w%16',
    'y%17',
    'v%18', // prettier-ignore
  ),
  program(
    'whole new arrays made of each other',
    `u%10: real[N], w%11: real[N] = loop t%12 in 0..<T> with u%13: real[N] = x%1, w%14: real[N] = x%1 {
      u%15: real[N] = build i%16 { %17: real = u%13[i%16] %18: real = w%14[0] %19: real = mul(%18, 0.5) %20: real = add(%17, %19) yield %20 }
      w%21: real[N] = build i%22 { %23: real = w%14[i%22] %24: real = u%13[0] %25: real = mul(%24, 0.25) %26: real = sub(%23, %25) yield %26 }
      yield u%15, w%21 }`,
    'u%10',
    'w%11', // prettier-ignore
  ),
  program(
    'one matrix through nested loops and a branch',
    `L%10: real[N, N] = build i%11, j%12 { yield 0.0 }
    L%13: real[N, N] = loop j%14 in 0..<N> with L%15: real[N, N] = L%10 {
      L%16: real[N, N] = L%15 with [j%14, j%14] = 1.5
      %17: int = iadd(j%14, 1)
      L%18: real[N, N] = loop i%19 in %17..<N> with L%20: real[N, N] = L%16 {
        %21: real = A%2[i%19, j%14] %22: bool = gt(%21, 0.0)
        L%23: real[N, N] = if %22 {
          %24: real = L%20[j%14, j%14] %25: real = mul(%21, %24)
          L%26: real[N, N] = L%20 with [i%19, j%14] = %25
          yield L%26
        } else {
          yield L%20
        }
        yield L%23 }
      yield L%18 }`,
    'L%13',
  ),
  program(
    'a branch that yields an array from outside, read later',
    `u%10: real[N] = build i%11 { yield 1.0 }
    %12: bool = gt(a%0, 0.0)
    w%13: real[N] = if %12 { w%14: real[N] = u%10 with [0] = 7.0 yield w%14 } else { yield u%10 }
    y%15: real[N] = if %12 { yield x%1 } else { yield w%13 }
    v%16: real[N] = y%15 with [0] = a%0
    %17: real = u%10[0]`,
    'w%13',
    'y%15',
    'v%16',
    '%17', // prettier-ignore
  ),
  program(
    'branches that hand on two arrays crosswise',
    `u%10: real[N] = build i%11 { yield 1.0 }
    w%12: real[N] = build i%13 { yield 2.0 }
    u%14: real[N], w%15: real[N] = loop t%16 in 0..<T> with u%17: real[N] = u%10, w%18: real[N] = w%12 {
      %19: real = X%5[t%16, 0] %20: bool = gt(%19, 0.0)
      u%21: real[N], w%22: real[N] = if %20 { yield w%18, u%17 } else { yield u%17, w%18 }
      u%23: real[N] = u%21 with [0] = %19
      yield u%23, w%22 }`,
    'u%14',
    'w%15', // prettier-ignore
  ),
  program(
    'an array replaced inside a comprehension',
    `u%10: real[N] = build i%11 { yield 0.5 }
    W%12: real[N, N] = build i%13 {
      %14: real = x%1[i%13]
      w%15: real[N] = u%10 with [i%13] = %14
      w%16: real[N] = loop j%17 in 0..i%13 with w%18: real[N] = w%15 {
        %19: real = w%18[j%17] %20: real = add(%19, 1.0)
        w%21: real[N] = w%18 with [j%17] = %20 yield w%21 }
      yield w%16 }`,
    'u%10',
    'W%12', // prettier-ignore
  ),
  program(
    'an adjoint that is read, cleared and added to in a loop downwards',
    `%10: real[N] = open
    %10[0] += 1.0
    g%11: real[N] = freeze %10
    g%12: real[N] = loop t%13 in 0..<T> down with g%14: real[N] = g%11 {
      %15: int = isub(<N>, 1)
      %16: real = g%14[%15]
      %17: real[N] = g%14 with [%15] = 0.0
      %18: real[N] = open from %17
      %19: real = X%5[t%13, %15] %20: real = mul(%16, %19)
      %18[0] += %20
      for i%21 in 0..<N> { %22: real = x%1[i%21] %18[i%21] += %22 }
      %18[%15] += %16
      %23: real[N] = freeze %18
      yield %23 }`,
    'g%11',
    'g%12', // prettier-ignore
  ),
  program(
    'an accumulator that begins with an array of which another one begins, too',
    `%10: real[N] = open from x%1
    %10[0] += a%0
    u%11: real[N] = freeze %10
    %12: real[N] = open from u%11
    %12[0] += 2.0
    w%13: real[N] = freeze %12
    %14: real[N] = open from u%11
    %14[0] += 3.0
    v%15: real[N] = freeze %14
    %16: real = open from a%0
    %16 += 1.0
    %17: real = freeze %16`,
    'u%11',
    'w%13',
    'v%15',
    '%17', // prettier-ignore
  ),
  program(
    'rows replaced, by rows of the same array',
    `B%10: real[N, N] = build i%11, j%12 { %13: real = A%2[j%12, i%11] yield %13 }
    B%14: real[N, N] = loop i%15 in 1..<N> with B%16: real[N, N] = B%10 {
      %17: int = isub(i%15, 1)
      r%18: real[N] = row B%16[%17]
      r%19: real[N] = build j%20 { %21: real = r%18[j%20] %22: real = B%16[0, 0] %23: real = add(%21, %22) yield %23 }
      B%24: real[N, N] = B%16 with [i%15] = r%19
      r%25: real[N] = row B%24[i%15]
      B%26: real[N, N] = B%24 with [0] = r%25
      yield B%26 }
    r%27: real[N] = row B%14[0]
    B%28: real[N, N] = B%10 with [0] = r%27`,
    'B%14',
    'B%28', // prettier-ignore
  ),
  program(
    'histories of arrays before and after they change',
    `u%10: real[N], before%11: real[T, N], after%12: real[T, N] = loop t%13 in 0..<T> with u%14: real[N] = x%1 {
      %15: real = u%14[0] %16: real = mul(%15, 1.5) %17: real = add(%16, 1.0)
      u%18: real[N] = u%14 with [0] = %17
      yield u%18, u%14, u%18 }`,
    'u%10',
    'before%11',
    'after%12', // prettier-ignore
  ),
  program(
    'a history that is the state of an outer loop',
    `H%10: real[T, N] = loop n%11 in 0..<N> with H%12: real[T, N] = X%5 {
      u%13: real[N] = row H%12[0]
      u%14: real[N], H%15: real[T, N] = loop t%16 in 0..<T> with u%17: real[N] = u%13 {
        %18: real = H%12[t%16, n%11] %19: real = add(%18, 1.0)
        u%20: real[N] = u%17 with [n%11] = %19
        yield u%20, u%20 }
      yield H%15 }`,
    'H%10',
  ),
  program(
    'the same scalar through nested loops and branches',
    `s%10: real = loop t%11 in 0..<T> with s%12: real = a%0 {
      s%13: real = loop i%14 in 0..<N> with s%15: real = s%12 {
        %16: real = x%1[i%14] %17: bool = gt(%16, 0.0)
        s%18: real = if %17 { %19: real = sum j%20 in 0..<N> { %21: real = A%2[i%14, j%20] yield %21 } %22: real = mul(s%15, %19) yield %22 } else { yield s%15 }
        yield s%18 }
      %23: real = mul(s%12, 0.5)
      %24: real = add(s%13, %23)
      yield %24 }`,
    's%10',
  ),
  program(
    'an end that an inner loop changes',
    `s%10: real, n%11: int = loop t%12 in 0..<T> with s%13: real = a%0, n%14: int = 3 {
      s%15: real, n%16: int = loop j%17 in 0..n%14 with s%18: real = s%13, n%19: int = n%14 {
        %20: real = add(s%18, 1.0) %21: int = isub(n%19, 1) yield %20, %21 }
      %22: int = iadd(n%16, t%12)
      yield s%15, %22 }`,
    's%10',
    'n%11', // prettier-ignore
  ),
  program(
    'elements of the state listed in another order',
    `u%10: real[2] = [a%0, 2.0]
    u%11: real[2] = loop t%12 in 0..<T + 1> with u%13: real[2] = u%10 {
      %14: real = u%13[1] %15: real = u%13[0] %16: real = mul(%15, 0.5) u%17: real[2] = [%14, %16] yield u%17 }
    B%18: real[2, N] = [x%1, x%1]
    B%19: real[2, N] = loop t%20 in 0..<T + 1> with B%21: real[2, N] = B%18 {
      r%22: real[N] = build i%23 { %24: real = B%21[1, i%23] %25: real = add(%24, 1.0) yield %25 }
      r%26: real[N] = row B%21[0]
      B%27: real[2, N] = [r%22, r%26] yield B%27 }`,
    'u%11',
    'B%19', // prettier-ignore
  ),
  program(
    'a condition that needs statements, on an array that changes',
    `u%10: real[N], n%11: int = loop k%12 in 0..40 with u%13: real[N] = x%1 while {
      %14: real = sum i%15 in 0..<N> { %16: real = u%13[i%15] %17: real = mul(%16, %16) yield %17 }
      %18: bool = gt(%14, 0.001) yield %18
    } do {
      %19: real = sum i%20 in 0..<N> { %21: real = u%13[i%20] %22: real = mul(%21, %21) yield %22 }
      u%23: real[N] = build i%24 { %25: real = u%13[i%24] %26: real = sin(%19) %27: real = sub(0.5, %26) %28: real = mul(%25, %27) yield %28 }
      yield u%23 }`,
    'u%10',
    'n%11', // prettier-ignore
  ),
  program(
    'a condition that asks for the index, upwards from elsewhere and downwards',
    `s%10: real, m%11: int = loop k%12 in 2..30 with s%13: real = a%0 while {
      %14: int = iadd(c%4, 5) %15: bool = ilt(k%12, %14) yield %15 } do { %16: real = toReal(k%12) %17: real = add(s%13, %16) yield %17 }
    u%18: real, n%19: int = loop k%20 in 1..30 down with u%21: real = a%0 while {
      %22: bool = igt(k%20, 25) yield %22 } do { %23: real = toReal(k%20) %24: real = add(u%21, %23) yield %24 }`,
    's%10',
    'm%11',
    'u%18',
    'n%19', // prettier-ignore
  ),
  program(
    'a history beside state that begins as what the history becomes',
    `H%10: real[T, N] = loop n%11 in 0..3 with H%12: real[T, N] = X%5 {
      G%13: real[T, N], H%14: real[T, N] = loop t%15 in 0..<T> with G%16: real[T, N] = H%12 {
        %17: int = isub(<T>, 1)
        %18: real = G%16[%17, 0] %19: real = mul(%18, 0.5)
        G%20: real[T, N] = G%16 with [0, 0] = %19
        r%21: real[N] = build i%22 { %23: real = G%20[0, i%22] %24: real = add(%23, 1.0) yield %24 }
        yield G%20, r%21 }
      yield H%14 }`,
    'H%10',
  ),
  program(
    'a row that is read when the array has changed',
    `B%10: real[N, N], s%11: real = loop i%12 in 0..<N> with B%13: real[N, N] = A%2, s%14: real = 0.0 {
      r%15: real[N] = row B%13[i%12]
      B%16: real[N, N] = B%13 with [i%12, 0] = 3.0
      %17: real = sum j%18 in 0..<N> { %19: real = r%15[j%18] yield %19 }
      %20: real = add(s%14, %17)
      yield B%16, %20 }`,
    'B%10',
    's%11', // prettier-ignore
  ),
  program(
    'a scalar made of an array that is replaced',
    `s%10: real, u%11: real[N] = loop t%12 in 0..<T> with s%13: real = a%0, u%14: real[N] = x%1 {
      u%15: real[N] = build i%16 { %17: real = sum j%18 in 0..<N> { %19: real = u%14[j%18] yield %19 } %20: real = mul(%17, s%13) yield %20 }
      %21: real = u%14[0] %22: real = mul(%21, 0.5)
      yield %22, u%15 }`,
    's%10',
    'u%11', // prettier-ignore
  ),
  program(
    'a condition that sums what the loop then scales in place',
    `u%10: real[N] = build i%11 { %12: real = x%1[i%11] %13: real = add(%12, 2.0) yield %13 }
    u%14: real[N], w%15: real[N], n%16: int = loop k%17 in 0..50 with u%18: real[N] = u%10, w%19: real[N] = x%1 while {
      %20: real = sum i%21 in 0..<N> { %22: real = u%18[i%21] yield %22 }
      %23: bool = gt(%20, 0.1) yield %23
    } do {
      u%24: real[N] = build i%25 { %26: real = u%18[i%25] %27: real = mul(%26, 0.5) yield %27 }
      yield u%24, u%18 }`,
    'u%14',
    'w%15',
    'n%16', // prettier-ignore
  ),
  program(
    'a condition that changes a copy of the state for itself',
    `u%10: real[N] = build i%11 { yield 4.0 }
    u%12: real[N], n%13: int = loop k%14 in 0..20 with u%15: real[N] = u%10 while {
      %16: real = u%15[0] %17: real = sub(%16, 1.0)
      v%18: real[N] = u%15 with [0] = %17
      %19: real = sum i%20 in 0..<N> { %21: real = v%18[i%20] yield %21 }
      %22: bool = gt(%19, 0.5) yield %22
    } do {
      %23: real = toReal(k%14)
      %30: real[N] = build i%31 { %24: real = toReal(i%31) %25: real = add(%24, %23) %33: real = sub(2.0, %25) yield %33 }
      yield %30 }`,
    'u%12',
    'n%13', // prettier-ignore
  ),
  program(
    'arrays of ints and of bools',
    `q%10: int[T], f%11: bool[T] = build t%12 { %13: bool = gt(a%0, 5.0) yield 0, %13 }
    q%14: int[T], f%15: bool[T], n%16: int = loop t%17 in 0..<T> down with q%18: int[T] = q%10, f%19: bool[T] = f%11, n%20: int = 0 {
      %21: int = k%3[t%17] %22: bool = igt(%21, 0)
      q%23: int[T] = q%18 with [t%17] = %21
      f%24: bool[T] = f%19 with [t%17] = %22
      %25: bool = f%24[t%17] %26: int = iselect(%25, 1, 0) %27: int = iadd(n%20, %26)
      yield q%23, f%24, %27 }
    %28: int = sum t%29 in 0..<T> { %30: bool = f%15[t%29] %31: int = q%14[t%29] %32: int = iselect(%30, %31, 5) yield %32 }`,
    'n%16',
    '%28', // prettier-ignore
  ),
];
