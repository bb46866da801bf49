// What a condition keeps out contributes exactly nothing, even where its derivative is infinite: each singular expression in each
// place where a value may go unused, in both modes and at second order, before and after the passes and as emitted. Which
// place is unused is in the data, so the loss is smooth and differences say what is right.

import { describe, expect, it } from 'vitest';
import { optimisationNames } from '../../src/base/optimisations.ts';
import { reverse } from '../../src/ad/reverse.ts';
import { interpret, type Inputs } from '../../src/ir/interpret.ts';
import { printProgram } from '../../src/ir/print.ts';
import type { Program } from '../../src/ir/types.ts';
import { distance, farthestOf } from '../support/compare.ts';
import { derivativeAt0, inner, lossAt, moved, optimised, plain } from '../support/derive.ts';
import { compileModule, type Point } from '../support/emitted.ts';
import { programOf } from '../support/language.ts';

/** An expression in x and w; where it is singular, or overflows; and an ordinary point. */
type Singular = readonly [text: string, singular: number, ordinary: number];

const expressions: readonly Singular[] = [
  ['log(x)', 0, 0.7],
  ['log(x^2) * 3', 0, 0.7],
  ['log(x)^2', 0, 0.7],
  ['w * log(x)', 0, 0.7],
  ['exp(w * log(x^2))', 0, 0.7],
  ['log(x - 1) * w', 0.5, 1.7],
  ['log2(x) + log10(w * x)', 0, 0.7],
  ['log1p(x)', -1, 0.4],
  ['sqrt(x)', 0, 0.7],
  ['w * sqrt(x)', -1, 0.7],
  ['sqrt(x) * sqrt(x)', 0, 0.7],
  ['x^0.5', 0, 0.7],
  ['x^(-1.5)', 0, 0.7],
  ['x^(-2)', 0, 0.7],
  ['x^w', 0, 0.7],
  ['cbrt(x)', 0, 0.7],
  ['1 / x', 0, 0.7],
  ['w / x', 0, 0.7],
  ['(w / x)^2', 0, 0.7],
  ['sin(1 / x)', 0, 0.7],
  ['x / x', 0, 0.7],
  ['(x - 1) / (x^2 - 1)', 1, 0.7],
  ['x * log(x)', 0, 0.7],
  ['x / abs(x)', 0, 0.7],
  ['sin(x) / x', 0, 0.7],
  ['asin(x)', 1, 0.7],
  ['w * acos(x)', 2, 0.7],
  ['acosh(x)', 1, 1.7],
  ['atanh(x)', 1, 0.7],
  ['atan2(x, x * w)', 0, 0.7],
  ['hypot(x, w * x) * log(x)', 0, 0.7],
  ['norm2([x, w * x]) / x', 0, 0.7],
  ['([x, w * x] / norm2([x, w * x]))[1]', 0, 0.7],
  ['logSumExp([log(x), 1 / x])', 0, 0.7],
  ['prod([1 / x, w, x])', 0, 0.7],
  ['max([1 / x, log(x)])', 0, 0.7],
  ['lgamma(x)', 0, 0.7],
  ['digamma(x) * w', 0, 0.7],
  ['exp(w * x)', 1000, 0.7],
  ['min(exp(x), 100)', 1000, 0.7],
  ['w * sinh(x)', 1000, 0.7],
  ['log(1 + exp(x) * w)', 1000, 0.7],
  ['tan(log(x))', 0, 0.7],
  ['exp(x - max([w, 0.5])) * w', 1000, 0.7],
  ['log(x) / sum(exp([w, 0.5] - max([w, 0.5]))) * w', 0, 0.7],
];

interface Place {
  readonly name: string;
  /** Around `E(…)`; a[0] is where it is singular. */
  readonly text: string;
}

const places: readonly Place[] = [
  {
    name: 'a scalar in one arm',
    text: `let z = E(a[0], w)
      loss on[0] ? z * w : w^2 * a[1]`,
  },
  {
    name: 'a scalar in a branch',
    text: `let z = E(a[0], w)
      var y = w * a[1]
      if (on[0]) { y = y * z } else { y = y * w }
      loss y^2`,
  },
  {
    name: 'elements in one arm',
    text: `let z[i in 2] = E(a[i], w) * 3
      loss sum(on[i] ? z[i] * v[i] : v[i] * w for i)`,
  },
  {
    name: 'elements in the two arms of conditions inside each other',
    text: `let z[i in 2] = E(a[i], w)
      loss sum(on[i] ? (v[i] > 0 ? z[i] * v[i] : w) : (v[i] > 0 ? v[i] * w : z[i]^2) for i)`,
  },
  {
    name: 'an element that is not read',
    text: `let z[i in 2] = E(a[i], w)
      loss z[1]^2 * w`,
  },
  {
    name: 'elements named by data',
    text: `let z[i in 2] = E(a[i], w)
      loss sum(z[one[n]] * w * v[n] for n)`,
  },
  {
    name: 'a row that is not read',
    text: `let z[i in 2, j in 2] = E(a[i] , w) + w * a[j]
      loss sum(z[one[n], n]^2 for n)`,
  },
  {
    name: 'a range',
    text: `let z[i in 2] = E(a[i], w)
      loss sum(w * z[i]^2 for i in one[0]..2)`,
  },
  {
    name: 'a guard of a sum',
    text: `let z[i in 2] = E(a[i], w)
      loss sum(z[i] * v[i] for i if on[i])`,
  },
  {
    name: 'a loop that does not run',
    text: `let z = E(a[0], w)
      var s = w * a[1]
      for t in 1 - one[0] { s = s * z }
      loss s`,
  },
  {
    name: 'branches in a loop',
    text: `var s = w
      for i in 2 {
        let z = E(a[i], w)
        if (on[i]) { s = s + z * v[i] } else { s = s * w }
      }
      loss s^2`,
  },
  {
    name: 'what a loop replaces',
    text: `var y = E(a[0], w)
      for t in 2 { y = w * v[t] + a[1] }
      loss y^2`,
  },
  {
    name: 'an element that is replaced',
    text: `var y: real[2] = w
      for i in 2 { y[i] = E(a[i], w) }
      y[0] = w^2 * a[1]
      loss y[0] * y[1]`,
  },
  {
    name: 'the first iterations of a while',
    text: `var y = w
      var k = 0
      while (k < 2) max 4 {
        y = E(a[k], y)
        if (!on[k]) { y = w }
        k += 1
      }
      loss y^2`,
  },
  {
    name: 'a choice',
    text: `let z[i in 2] = E(a[i], w)
      let chosen[i in 2] = clamp(on[i] ? z[i] : w, -50, 50)
      loss chosen @ chosen`,
  },
];

const sourceOf = ([text]: Singular, place: Place): string => `fn E(x: real, w: real): real = ${text}
model M {
  data on: bool[2], one: int[2] in 0..2, v: real[2]
  param a: real[2], w: real
  ${place.text}
}`;

const pointOf = ([, singular, ordinary]: Singular): Pick<Point, 'params' | 'data'> => ({
  data: { on: [0, 1], one: [1, 1], v: [0.6, 1.3] },
  params: { a: [singular, ordinary], w: 0.9 },
});
const direction = { a: [0.4, -0.3], w: 0.8 };
const inputsAt = (singular: Singular): Inputs => ({ ...pointOf(singular), directions: direction });

/** What a way of differentiating gets wrong, in words. */
function faultsOf(program: Program, inputs: Inputs): readonly string[] {
  const slope = derivativeAt0((step) => lossAt(program, moved(inputs, direction, step), {}));
  return Object.entries({ plain: plain(program), optimised: optimised(program) }).flatMap(
    ([way, derived]) => {
      const { gradient, loss } = interpret(derived.gradient, inputs);
      const { tangent = NaN } = interpret(derived.jvp, inputs);
      const { hvp } = interpret(derived.hvp, inputs);
      const bent = derivativeAt0((step) =>
        inner(interpret(derived.gradient, moved(inputs, direction, step)).gradient, direction),
      );
      const errors = {
        loss: distance(loss ?? NaN, lossAt(program, inputs, {})),
        gradient: distance(inner(gradient, direction), slope.value) - slope.error,
        tangent: distance(tangent, slope.value) - slope.error,
        hvp: distance(inner(hvp, direction), bent.value) - bent.error,
      };
      return Object.entries(errors).flatMap(([name, error]) => (error < 1e-7 ? [] : [`${way} ${name}`]));
    },
  );
}

describe.each(expressions)('%s at %s', (...singular) => {
  it.each(places.map((place) => [place.name, place] as const))('%s', (_, place) => {
    expect(faultsOf(programOf(sourceOf(singular, place)), inputsAt(singular))).toEqual([]);
  });
});

/** Some of them as emitted: an expression for each place. */
const emitted = places.map(
  (place, k) => [place.name, place, expressions[(k * 17) % expressions.length]] as const,
);

describe.each(emitted)('emitted: %s', (_, place, singular) => {
  if (singular === undefined) throw new Error('there is no such expression');
  it.each([
    ['with all optimisations', []],
    ['without any', optimisationNames],
  ])(`${singular[0]}, %s`, async (_way, without) => {
    const source = sourceOf(singular, place);
    const inputs = inputsAt(singular);
    const emit = ['loss', 'gradient', 'jvp', 'hvp'] as const;
    const { run } = await compileModule(source, 'model.nabla', { sizes: {}, emit, without });
    const found = run({ ...pointOf(singular), direction });
    const { gradient, jvp, hvp } = plain(programOf(source));
    expect(farthestOf(found.gradient, interpret(gradient, inputs).gradient)).toBeLessThan(1e-9);
    expect(distance(found.directional ?? NaN, interpret(jvp, inputs).tangent ?? NaN)).toBeLessThan(1e-9);
    expect(farthestOf(found.hvp ?? {}, interpret(hvp, inputs).hvp)).toBeLessThan(1e-9);
  });
});

describe('no guard where every element is used', () => {
  it.each([
    ['by a sum', 'loss sum(z[i] * v[i] for i)'],
    ['by two sums', 'let y[i in N] = 2 * z[i]\n loss sum(y[i] for i) * sum(z[i] for i)'],
    ['by a matrix', 'let y[i in N, j in N] = z[i] * v[j]\n loss sum(y[i, j]^2 for i, j)'],
    ['by a triangle', 'loss sum(z[i] * v[j] for i, j in 0..i + 1)'],
    ['by the rest of a row', 'loss sum(z[i] * v[j] for i, j in i..N)'],
    ['in both arms', 'loss sum(v[i] > 0 ? z[i] : z[i]^2 for i)'],
    ['in arms one behind the other', 'loss sum(bent(z[i]) for i)'],
    ['and one of them twice', 'loss z[0] + sum(z[i] for i)'],
    ['one by one', 'let u[i in 2] = log(a[i])\n loss u[0] * u[1]'],
    ['by a loop', 'var s = 0.0\n for i in N { s = 0.5 * s + z[i] }\n loss s'],
    ['by a table that a loop fills', 'var t: real[N] = 0\n for i in N { t[i] = z[i] * v[i] }\n loss sum(t)'],
  ])('%s', (_, text) => {
    const program = programOf(`fn bent(x: real): real {
      let y = 2 * x
      return x > 0 ? x : y
    }
    model M {
      dim N
      data v: real[N]
      param a: real[N]
      let z[i in N] = log(a[i])
      ${text}
    }`);
    expect(printProgram(reverse(program))).not.toContain('chain');
  });
});
