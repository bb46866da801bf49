// Emitted functions of free params: the transforms against their formulas in plain JavaScript, the log-Jacobian against
// the determinant of differences, all derivatives against differences, and what happens far out.

import { beforeAll, describe, expect, it } from 'vitest';
import { freeModel, type FreeModel, type Vector } from './model.ts';
import { differences, logDeterminant, logistic, ordered, points, positiveOrdered, rows, simplex } from './numeric.ts'; // prettier-ignore

interface Case {
  readonly declared: string;
  readonly free: number;
  readonly value: (free: Vector) => Vector;
  /** Which of the values are coordinates: the last one of a simplex follows from the others. */
  readonly coordinates?: (index: number) => boolean;
}

const each =
  (f: (x: number) => number) =>
  (free: Vector): Vector =>
    free.map(f);

const cases: readonly Case[] = [
  { declared: 'real > 0', free: 1, value: each(Math.exp) },
  { declared: 'real >= 1.5', free: 1, value: each((x) => 1.5 + Math.exp(x)) },
  { declared: 'real < -2', free: 1, value: each((x) => -2 - Math.exp(x)) },
  { declared: 'real <= 0', free: 1, value: each((x) => -Math.exp(x)) },
  { declared: 'real[3] > -pi', free: 3, value: each((x) => -Math.PI + Math.exp(x)) },
  { declared: 'real in 0..1', free: 1, value: each(logistic) },
  { declared: 'real in 0..3', free: 1, value: each((x) => 3 * logistic(x)) },
  { declared: 'real[2, 2] in -1.5..4', free: 4, value: each((x) => -1.5 + 5.5 * logistic(x)) },
  { declared: 'simplex[2]', free: 1, value: simplex, coordinates: (k) => k < 1 },
  { declared: 'simplex[5]', free: 4, value: simplex, coordinates: (k) => k < 4 },
  { declared: 'simplex[2, 3]', free: 4, value: rows(2, simplex), coordinates: (k) => k % 3 < 2 },
  { declared: 'ordered[1]', free: 1, value: ordered },
  { declared: 'ordered[4]', free: 4, value: ordered },
  { declared: 'ordered[2, 3]', free: 6, value: rows(3, ordered) },
  { declared: 'positiveOrdered[3]', free: 3, value: positiveOrdered },
  { declared: 'positiveOrdered[2, 2]', free: 4, value: rows(2, positiveOrdered) },
];

/** Smooth, different in every element, with curvature between elements. */
const lossOf = (declared: string): string => {
  const axes = declared.split('[')[1]?.split(']')[0]?.split(',').length ?? 0;
  if (axes === 0) return 'sin(x) + 0.1 * x^2';
  const [indices, weight] = axes === 1 ? ['i', 'real(i)'] : ['i, j', 'real(i + 3 * j)'];
  return `sum(sin(x[${indices}] + 0.3 * ${weight}) for ${indices}) * sum(x[${indices}] * (1 + ${weight}) for ${indices})`;
};

function expectClose(found: Vector, expected: Vector, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const size = Math.max(1, ...expected.map(Math.abs));
  found.forEach((value, i) => {
    const gap = Math.abs(value - (expected[i] ?? NaN));
    expect(gap <= tolerance * size, `element ${i}: ${value}, expected ${expected[i]}`).toBe(true);
  });
}

describe.each(cases)('$declared', ({ declared, free, value, coordinates = () => true }) => {
  let plain: FreeModel;
  let density: FreeModel;
  const places = points(free, 4, 1);
  beforeAll(async () => {
    plain = await freeModel(declared, lossOf(declared));
    density = await freeModel(declared, lossOf(declared), true);
  });

  it('has its free params', () => expect(plain.length).toBe(free));

  it('is what the formula says', () => {
    for (const place of places) expectClose(plain.constrain(place), value(place), 1e-14);
  });

  it('and back', () => {
    for (const place of places) expectClose(plain.unconstrain(value(place)), place, 1e-12);
    expectClose(plain.unconstrain(plain.constrain(places[0]?.map((x) => 5 * x) ?? [])), places[0]?.map((x) => 5 * x) ?? [], 1e-9); // prettier-ignore
  });

  it('the log-Jacobian is that of differences', () => {
    for (const place of places) {
      const jacobian = differences((x) => plain.constrain(x).filter((_, k) => coordinates(k)), place);
      expectClose([plain.loss(place) - density.loss(place)], [logDeterminant(jacobian)], 1e-8);
    }
  });

  it('derivatives agree with differences', () => {
    for (const model of [plain, density]) {
      for (const place of places) {
        const gradient = model.gradient(place);
        const slopes = differences((x) => [model.loss(x)], place).flat();
        expectClose(gradient, slopes, 1e-6);
        const direction = place.map((x, i) => Math.cos(x + i));
        const along = (t: Vector): Vector => place.map((x, i) => x + (t[0] ?? NaN) * (direction[i] ?? NaN));
        const [tangent = []] = differences((t) => [model.loss(along(t))], [0]);
        expectClose([model.jvp(place, direction)], tangent, 1e-6);
        const [product = []] = differences((t) => model.gradient(along(t)), [0]);
        expectClose(model.hvp(place, direction), product, 1e-6);
      }
    }
  });
});

it('zero is the middle', async () => {
  expect((await freeModel('real in 2..6', 'x')).constrain([0])).toEqual([4]);
  expectClose((await freeModel('simplex[4]', 'x[0]')).constrain([0, 0, 0]), [0.25, 0.25, 0.25, 0.25], 1e-15);
});

it('a simplex of one element has nothing to choose', async () => {
  const model = await freeModel('simplex[1]', 'x[0]^2', true);
  expect(model.constrain([])).toEqual([1]);
  expect(model.unconstrain([1])).toEqual([]);
  expect(model.loss([])).toBe(1);
});

it('an interval is never left', async () => {
  const interval = /^(\S+)\.\.(\S+)$/;
  // Of these, the sum of the lower end and the width is rounded beyond the upper end.
  const bounds = [
    '0.1..0.3',
    '-0.7..0.1',
    '1.1..1.3',
    '0.3..1.9',
    '-1..2',
    '1e-3..0.7',
    '-5.3..-0.9',
    '0.7..0.8',
  ];
  for (const text of bounds) {
    const [, from, to] = (interval.exec(text) ?? []).map(Number);
    const { constrain, unconstrain } = await freeModel(`real in ${text}`, 'x');
    for (const free of [-800, -40, -36.7, -30, -1, 0, 1, 30, 36.7, 37, 40, 800]) {
      const [value = NaN] = constrain([free]);
      expect(value >= (from ?? NaN) && value <= (to ?? NaN), `${text} at ${free}: ${value}`).toBe(true);
      expect(unconstrain([value])).not.toContain(NaN);
    }
  }
});

/** Every combination of these at every place. */
const far = [-800, -40, 0.3, 40, 800];
const lessFar = [-700, -40, 0.3, 40, 700];
function combinations(length: number, values = far): readonly Vector[] {
  if (length === 0) return [[]];
  return combinations(length - 1, values).flatMap((rest) => values.map((value) => [value, ...rest]));
}

/** Params, the loss and all derivatives. */
function everything(model: FreeModel, place: Vector): Vector {
  const one = place.map(() => 1);
  return [
    ...model.constrain(place),
    model.loss(place),
    ...model.gradient(place),
    model.jvp(place, one),
    ...model.hvp(place, one),
  ];
}

const hasNaN = (values: Vector): boolean => values.some((value) => Number.isNaN(value));

describe('far out', () => {
  it.each([
    ['real > 0', '0.5 * (1.3 / x)^2 + log(x)'],
    ['real > 0', 'x - 2 * log(x)'],
    ['real > 1', 'x^2 + log(x)'],
    ['real < 2', '(x - 1)^2'],
    ['real in 0..1', '-3 * log(x) - 2 * log(1 - x)'],
    ['real in -2..5', '(x - 0.3)^2'],
    ['real[2] in 0..1', '-sum(log(x[i]) + log(1 - x[i]) for i)'],
    ['simplex[3]', '-sum((1 + real(i)) * log(x[i]) for i)'],
    ['simplex[3]', 'sum(x[i]^2 for i)'],
    ['simplex[2, 2]', '-logSumExp(log(x[0, k]) + log(x[1, k]) for k)'],
  ])('nothing of %s is NaN: %s', async (declared, loss) => {
    for (const jacobian of [false, true]) {
      const model = await freeModel(declared, loss, jacobian);
      for (const place of combinations(model.length)) {
        const numbers = everything(model, place);
        expect(hasNaN(numbers), `at ${place.join(', ')}: ${numbers.join(', ')}`).toBe(false);
      }
    }
  });

  // exp(700) is a double, exp(710) is not.
  it.each([
    ['real > 0', 'x - 2 * log(x)'],
    ['real >= 1', 'x + log(x)'],
    ['real < 2', 'log(3 - x)'],
    ['real in 0..1', '-3 * log(x) - 2 * log(1 - x)'],
    ['real in -2..5', '(x - 0.3)^2'],
    ['simplex[3]', '-sum((1 + real(i)) * log(x[i]) for i)'],
    ['simplex[3]', 'sum(x[i]^2 for i)'],
    ['ordered[3]', 'sum(tanh(x[i]) for i)'],
    ['positiveOrdered[3]', 'sum(log(x[i]) for i)'],
  ])('everything of %s is finite: %s', async (declared, loss) => {
    for (const jacobian of [false, true]) {
      const model = await freeModel(declared, loss, jacobian);
      for (const place of combinations(model.length, lessFar)) {
        const numbers = everything(model, place);
        expect(numbers.every(Number.isFinite), `at ${place.join(', ')}: ${numbers.join(', ')}`).toBe(true);
      }
    }
  });

  it.each([
    ['ordered[3]', '0.5 * sum((x[i] - real(i))^2 for i)'],
    ['positiveOrdered[3]', 'sum(x[i]^2 for i)'],
  ])('sums of %s may be infinite, and are NaN nowhere: %s', async (declared, loss) => {
    for (const jacobian of [false, true]) {
      const model = await freeModel(declared, loss, jacobian);
      let finite = 0;
      for (const place of combinations(model.length)) {
        const value = model.loss(place);
        expect(hasNaN([...model.constrain(place), value])).toBe(false);
        if (!Number.isFinite(value)) continue;
        finite++;
        expect(hasNaN(model.gradient(place)), `at ${place.join(', ')}`).toBe(false);
      }
      expect(finite).toBeGreaterThan(20);
    }
  });
});
