// What single passes do, shown on the smallest program that needs them. Each case is IR, the passes to run, and the text
// of the routine that comes out.

import { expect, test } from 'vitest';
import { parseProgram } from '../../src/ir/parse.ts';
import { accumulateInLocals } from '../../src/loops/accumulators.ts';
import { blockProducts } from '../../src/loops/block.ts';
import { combine } from '../../src/loops/combine.ts';
import { contract } from '../../src/loops/contract.ts';
import { dropDead } from '../../src/loops/dead.ts';
import { fuse } from '../../src/loops/fuse.ts';
import { hoist } from '../../src/loops/hoist.ts';
import { printRoutine } from '../../src/loops/index.ts';
import { writeOnce } from '../../src/loops/again.ts';
import { initialise } from '../../src/loops/initialise.ts';
import { linearise } from '../../src/loops/linearise.ts';
import { lower } from '../../src/loops/lower/program.ts';
import { nest } from '../../src/loops/nest.ts';
import { reuseStorage } from '../../src/loops/reuse.ts';
import { share } from '../../src/loops/share.ts';
import { sinkFills } from '../../src/loops/sink.ts';
import type { Routine, RoutineKind } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import { keepExponentials } from '../../src/loops/weights.ts';

interface Case {
  readonly name: string;
  readonly kind?: RoutineKind;
  readonly ir: string;
  readonly passes: readonly ((routine: Routine) => Routine)[];
  readonly text: string;
}

const cases: readonly Case[] = [
  {
    name: 'lower: scalars used once are nested, an index that is not proved is checked',
    ir: `
  data x%0: real[N]
  data i%1: int[N] in 0..N
  %2: real = sum n%3 in 0..<N> {
    %4: int = i%1[n%3]
    %5: int = iadd(%4, 1)
    %6: real = x%0[%5] checked
    %7: real = exp(%6)
    %8: real = mul(2.0, %7)
    yield %8
  }
  loss = %2`,
    passes: [],
    text: `
  let sum: real = 0
  for n in 0..N
    const index: int = (i[n] + 1)
    check index < N (x, axis 0)
    sum += (2 * exp(x[index]))
  return sum`,
  },
  {
    name: 'lower: arrays are computed where they are wanted',
    kind: 'outputs',
    ir: `
  data x%0: real[N]
  rows%1: real[N, 2, 1] = build n%2 {
    %3: real = x%0[n%2]
    %4: real[1] = [%3]
    %5: real[1] = build %6 {
      yield 1.0
    }
    %7: real[2, 1] = [%4, %5]
    yield %7
  }
  output rows = rows%1
  output twice = rows%1`,
    passes: [],
    text: `
  for n in 0..N
    rows[n, 0, 0] = x[n]
    for i in 0..1
      rows[n, 1, i] = 1
  for i in 0..N
    for j in 0..2
      for k in 0..1
        twice[i, j, k] = rows[i, j, k]`,
  },
  {
    name: 'hoist: row bases and loads leave the loops in which they do not change',
    ir: `
  data x%0: real[N, M]
  data y%1: real[N]
  %2: real = sum n%3 in 0..<N> {
    %4: real = sum m%5 in 0..<M> {
      %6: real = x%0[n%3, m%5]
      %7: real = y%1[n%3]
      %8: real = exp(%7)
      %9: real = mul(%6, %8)
      yield %9
    }
    yield %4
  }
  loss = %2`,
    passes: [hoist, linearise, hoist],
    text: `
  let sum: real = 0
  for n in 0..N
    let sum'2: real = 0
    const exponential: real = exp(y[n])
    const xRow: int = (n * M)
    for m in 0..M
      sum'2 += (x[(xRow + m)] * exponential)
    sum += sum'2
  return sum`,
  },
  {
    name: 'hoist: what a branch guards stays in the branch',
    ir: `
  data x%0: real[N]
  data y%1: real[M]
  %2: real = sum n%3 in 0..<N> {
    %4: real = sum m%5 in 0..<M> {
      %6: bool = ilt(m%5, n%3)
      %7: real = if %6 {
        %8: real = x%0[n%3]
        %9: real = log(%8)
        yield %9
      } else {
        yield 0.0
      }
      %10: real = y%1[m%5]
      %11: real = mul(%7, %10)
      yield %11
    }
    yield %4
  }
  loss = %2`,
    passes: [hoist],
    text: `
  let sum: real = 0
  for n in 0..N
    let sum'2: real = 0
    for m in 0..M
      sum'2 += (((m < n) ? log(x[n]) : 0) * y[m])
    sum += sum'2
  return sum`,
  },
  {
    name: 'accumulators: an element that a loop adds to is a local meanwhile',
    kind: 'gradient',
    ir: `
  data x%0: real[N]
  param w%1: real[M]
  w%2: real[M] = open
  for m%3 in 0..<M> {
    for n%4 in 0..<N> {
      %5: real = x%0[n%4]
      w%2[m%3] += %5
    }
  }
  w%6: real[M] = freeze w%2
  loss = 0.0
  gradient w = w%6`,
    passes: [accumulateInLocals, initialise],
    text: `
  -- primal
  -- adjoint
  for m in 0..M
    let wGradientM: real = 0
    for n in 0..N
      wGradientM += x[n]
    gradient.w[m] = wGradientM
  return 0`,
  },
  {
    name: 'accumulators: not where the element may not exist',
    kind: 'gradient',
    ir: `
  data x%0: real[N]
  param w%1: real[N]
  w%2: real[N] = open
  for m%3 in 0..<N> {
    for n%4 in 0..<N> {
      %5: int = iadd(m%3, 1)
      %6: bool = ilt(%5, <N>)
      if %6 {
        %7: real = x%0[n%4]
        w%2[%5] += %7
      } else {
      }
    }
  }
  w%8: real[N] = freeze w%2
  loss = 0.0
  gradient w = w%8`,
    passes: [accumulateInLocals],
    text: `
  -- primal
  -- adjoint
  fill gradient.w 0
  for m in 0..N
    for n in 0..N
      const index: int = (m + 1)
      if (index < N)
        gradient.w[index] += x[n]
  return 0`,
  },
  {
    name: 'again: adds to one element are one, and what was stored is not loaded',
    kind: 'gradient',
    ir: `
  data x%0: real[N]
  param w%1: real[N]
  param v%20: real[N, 2]
  w%2: real[N] = open
  v%3: real[N, 2] = open
  for n%4 in 0..<N> {
    %5: real = x%0[n%4]
    %6: real = w%1[n%4]
    %7: real = mul(%5, %6)
    w%2[n%4] += %7
    %8: real = exp(%7)
    v%3[n%4, 0] += %8
    v%3[n%4, 1] += %5
    %9: real = neg(%8)
    w%2[n%4] += %9
    v%3[n%4, 0] += %7
  }
  w%10: real[N] = freeze w%2
  v%11: real[N, 2] = freeze v%3
  loss = 0.0
  gradient w = w%10
  gradient v = v%11`,
    passes: [writeOnce],
    text: `
  -- primal
  -- adjoint
  fill gradient.w 0
  fill gradient.v 0
  for n in 0..N
    const xn: real = x[n]
    const product: real = (xn * w[n])
    const exponential: real = exp(product)
    gradient.v[n, 1] += xn
    gradient.w[n] += (product - exponential)
    gradient.v[n, 0] += (exponential + product)
  return 0`,
  },
  {
    name: 'again: not where something between may touch the element',
    kind: 'gradient',
    ir: `
  data i%0: int[N] in 0..N
  param w%1: real[N]
  w%2: real[N] = open
  for n%4 in 0..<N> {
    %5: real = w%1[n%4]
    w%2[n%4] += %5
    %6: int = i%0[n%4]
    w%2[%6] += 1.0
    w%2[n%4] += %5
  }
  w%10: real[N] = freeze w%2
  loss = 0.0
  gradient w = w%10`,
    passes: [writeOnce],
    text: `
  -- primal
  -- adjoint
  fill gradient.w 0
  for n in 0..N
    const wn: real = w[n]
    gradient.w[n] += wn
    gradient.w[i[n]] += 1
    gradient.w[n] += wn
  return 0`,
  },
  {
    name: 'fuse, share, contract: an array whose elements are used where they are made is a local',
    ir: `
  data x%0: real[N]
  a%1: real[N] = build n%2 {
    %3: real = x%0[n%2]
    %4: real = exp(%3)
    yield %4
  }
  %5: real = sum n%6 in 0..<N> {
    %7: real = a%1[n%6]
    %8: real = x%0[n%6]
    %9: real = mul(%7, %8)
    yield %9
  }
  loss = %5`,
    passes: [combine, contract, dropDead, nest],
    text: `
  let sum: real = 0
  for n in 0..N
    const xn: real = x[n]
    const a: real = exp(xn)
    sum += (a * xn)
  return sum`,
  },
  {
    name: 'fuse: not when the second loop reads another row than the first has written',
    ir: `
  data x%0: real[N]
  a%1: real[N] = build n%2 {
    %3: real = x%0[n%2]
    yield %3
  }
  %5: real = sum n%6 in 0..<N> {
    %7: int = isub(<N>, 1)
    %8: int = isub(%7, n%6)
    %9: real = a%1[%8]
    yield %9
  }
  loss = %5`,
    passes: [fuse],
    text: `
  scratch a: real[N]
  for n in 0..N
    a[n] = x[n]
  let sum: real = 0
  for n in 0..N
    sum += a[((N - 1) - n)]
  return sum`,
  },
  {
    name: 'combine: the same sum in the primal and in the adjoint is one',
    kind: 'gradient',
    ir: `
  data x%0: real[N, M]
  param w%1: real[M]
  param b%20: real[N]
  %2: real = sum n%3 in 0..<N> {
    %4: real = sum m%5 in 0..<M> {
      %6: real = x%0[n%3, m%5]
      %7: real = w%1[m%5]
      %8: real = mul(%6, %7)
      yield %8
    }
    %9: real = exp(%4)
    yield %9
  }
  b%10: real[N] = open
  for n%11 in 0..<N> {
    %12: real = sum m%13 in 0..<M> {
      %14: real = x%0[n%11, m%13]
      %15: real = w%1[m%13]
      %16: real = mul(%14, %15)
      yield %16
    }
    %17: real = exp(%12)
    b%10[n%11] += %17
  }
  b%18: real[N] = freeze b%10
  loss = %2
  gradient b = b%18`,
    passes: [initialise, combine, dropDead, nest],
    text: `
  let sum: real = 0
  for n in 0..N
    let sum'2: real = 0
    for m in 0..M
      sum'2 += (x[n, m] * w[m])
    const exponential: real = exp(sum'2)
    sum += exponential
    gradient.b[n] = exponential
  return sum`,
  },
  {
    name: 'sink: an array of adjoints of which an iteration needs one row is one row',
    ir: `
  data i%0: int[N] in 0..M
  data y%1: real[M]
  a%2: real[N, M] = open
  for n%3 in 0..<N> {
    %4: int = i%0[n%3]
    a%2[n%3, %4] += 1.0
  }
  a%5: real[N, M] = freeze a%2
  %6: real = sum n%7 in 0..<N> {
    %8: real = sum m%9 in 0..<M> {
      %10: real = a%5[n%7, m%9]
      %11: real = y%1[m%9]
      %12: real = mul(%10, %11)
      yield %12
    }
    yield %8
  }
  loss = %6`,
    passes: [combine, sinkFills, contract],
    text: `
  scratch aAdjoint: real[M]
  let sum: real = 0
  for n in 0..N
    for j in 0..M
      aAdjoint[j] = 0
    aAdjoint[i[n]] += 1
    let sum'2: real = 0
    for m in 0..M
      sum'2 += (aAdjoint[m] * y[m])
    sum += sum'2
  return sum`,
  },
  {
    name: 'share: nothing is taken over a change of what it reads',
    kind: 'gradient',
    ir: `
  param w%0: real[N]
  w%1: real[N] = open
  for n%2 in 0..<N> {
    %3: real = w%0[n%2]
    %4: real = exp(%3)
    w%1[n%2] += %4
  }
  w%5: real[N] = freeze w%1
  again%6: real[N] = open
  for n%7 in 0..<N> {
    %8: real = w%5[n%7]
    again%6[n%7] += %8
    %9: real = w%0[n%7]
    %10: real = exp(%9)
    again%6[n%7] += %10
  }
  again%11: real[N] = freeze again%6
  loss = 0.0
  gradient w = again%11`,
    passes: [combine],
    text: `
  scratch wAdjoint: real[N]
  fill wAdjoint 0
  fill gradient.w 0
  for n in 0..N
    const exponential: real = exp(w[n])
    wAdjoint[n] += exponential
    gradient.w[n] += wAdjoint[n]
    gradient.w[n] += exponential
  return 0`,
  },
  {
    name: 'weights: the exponentials of a log-sum-exp serve its gradient',
    kind: 'gradient',
    ir: `
  param z%0: real[N]
  %1: real = logSumExp n%2 in 0..<N> {
    %3: real = z%0[n%2]
    yield %3
  }
  z%4: real[N] = open
  for n%5 in 0..<N> {
    %6: real = z%0[n%5]
    %7: real = softmaxWeight(%6, %1)
    z%4[n%5] += %7
  }
  z%8: real[N] = freeze z%4
  loss = %1
  gradient z = z%8`,
    passes: [initialise, combine, nest, keepExponentials],
    text: `
  scratch weights: real[N]
  -- primal
  let greatest: real = -Infinity
  for n in 0..N
    greatest = max(greatest, z[n])
  const shift: real = select((abs(greatest) < Infinity), greatest, 0)
  let sum: real = 0
  for n in 0..N
    const weight: real = exp((z[n] - shift))
    weights[n] = weight
    sum += weight
  const loss: real = (shift + log(sum))
  const inverse: real = select((sum == 0), 0, (1 / sum))
  -- adjoint
  for n in 0..N
    gradient.z[n] = (weights[n] * inverse)
  return loss`,
  },
  {
    name: 'products: four neighbours of a matrix that is transposed',
    kind: 'outputs',
    ir: `
  data x%0: real[N, 8]
  data w%1: real[M, 8]
  y%9: real[N, M] = build i%2, j%3 {
    %8: real = sum k%4 in 0..8 {
      %5: real = x%0[i%2, k%4]
      %6: real = w%1[j%3, k%4]
      %7: real = mul(%5, %6)
      yield %7
    }
    yield %8
  }
  output y = y%9`,
    passes: [nest, blockProducts],
    text: `
  for i in 0..N
    for j in 0..M
      y[i, j] = 0
    for block in 0..2
      const xi: real = x[i, (4 * block)]
      const xi'2: real = x[i, ((4 * block) + 1)]
      const xi'3: real = x[i, ((4 * block) + 2)]
      const xi'4: real = x[i, ((4 * block) + 3)]
      for j in 0..M
        y[i, j] = ((((y[i, j] + (xi * w[j, (4 * block)])) + (xi'2 * w[j, ((4 * block) + 1)])) + (xi'3 * w[j, ((4 * block) + 2)])) + (xi'4 * w[j, ((4 * block) + 3)]))`,
  },
  {
    name: 'reuse: arrays that live one after the other share their memory',
    ir: `
  data x%0: real[N]
  %1: real[N] = build n%2 {
    %3: real = x%0[n%2]
    yield %3
  }
  %4: real[N] = build n%5 {
    %6: int = isub(n%5, n%5)
    %7: real = %1[%6]
    yield %7
  }
  %8: real[N] = build n%9 {
    %10: int = isub(n%9, n%9)
    %11: real = %4[%10]
    yield %11
  }
  %12: real = %8[0]
  loss = %12`,
    passes: [reuseStorage],
    text: `
  scratch work: real[N]
  scratch work2: real[N]
  for n in 0..N
    work[n] = x[n]
  for n in 0..N
    work2[n] = work[(n - n)]
  for n in 0..N
    work[n] = work2[(n - n)]
  return work[0]`,
  },
];

test.each(cases)('$name', ({ kind = 'loss', ir, passes, text }) => {
  const program = parseProgram(`program Case(N, M) {${ir}\n}\n`);
  let routine = lower(program, kind, { checked: true });
  verifyRoutine(routine, 'lower');
  for (const pass of passes) {
    routine = pass(routine);
    verifyRoutine(routine, pass.name);
  }
  expect(printRoutine(routine).replace(/^.*\n/, '\n').trimEnd()).toBe(text);
});

test("share: the compiler's own names that are left with one use are nested again", () => {
  const ir = 'data x%0: real[N]\n%1: real = x%0[0]\n%2: real = exp(%1)\nloss = %2';
  const program = parseProgram(`program Case(N) {\n${ir}\n}\n`);
  const lowered = lower(program, 'loss', { checked: true });
  expect(printRoutine(nest(share(lowered)))).toBe(printRoutine(lowered));
});

test('products: a long chain of constants, each used twice by the next, is no coefficient', () => {
  const chain = Array.from(
    { length: 40 },
    (_, k) => `    %${k + 11}: real = mul(%${k + 10}, %${k + 10})\n`,
  ).join('');
  const ir = `
  data x%0: real[N]
  data y%1: real[N]
  g%2: real[N] = open
  for i%3 in 0..<N> {
    %10: real = x%0[i%3]
${chain}    for j%4 in 0..<N> {
      %5: real = y%1[j%4]
      %6: real = mul(%50, %5)
      g%2[j%4] += %6
    }
  }
  h%7: real[N] = freeze g%2
  output h = h%7`;
  const program = parseProgram(`program Case(N) {${ir}\n}\n`);
  const lowered = lower(program, 'outputs', { checked: true });
  expect(printRoutine(blockProducts(lowered))).toBe(printRoutine(lowered));
});
