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
];
