// The four checks at one point. Each adds what it found to a tally.

import { interpret } from '../ir/interpret.ts';
import type { Program } from '../ir/types.ts';
import { count, judge, judgeEqual, type Floors, type Tally } from '../numeric/compare.ts';
import { roundLiterals } from '../passes/single.ts';
import { differentiate, stepsAround, type Steps } from '../numeric/differences.ts';
import type { Differenced } from './differenced.ts';
import type { BoundModel } from './emitted.ts';
import { componentName, roundingOf, type Precision, type Slot } from './layout.ts';
import type { Point } from './point.ts';
import type { Random } from '../numeric/random.ts';

/** Where a check happens, and what the emitted gradient function says there. */
export interface At {
  readonly point: Point;
  readonly bound: BoundModel;
  readonly x: readonly number[];
  readonly loss: number;
  readonly gradient: readonly number[];
  readonly differenced: Differenced;
}

/** What a check needs besides. `number` counts the points from 1. */
export interface Context extends At {
  readonly slots: readonly Slot[];
  readonly options: { readonly precision: Precision; readonly tolerance: number };
  readonly source: Random;
  readonly number: number;
}

/** What should agree but for rounding must agree this well. */
const exactTolerance: Readonly<Record<Precision, number>> = { f64: 1e-9, f32: 1e-5 };
/** Derivatives below this part of the loss are lost in the loss's rounding. */
const lossFloor = 1e-6;
/** Of differences, which are taken in double precision. */
const noise = roundingOf.f64;
const directionsPerPoint = 3;

/** NaN and infinity are judged for themselves; they say nothing about the size of the others. */
const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);

function gradientFloors({ gradient, loss }: Context): Floors {
  const numeric = lossFloor * Math.abs(loss);
  return { numeric, compared: Math.max(1e-3 * largest(gradient), numeric) };
}

export function checkParameter(context: Context, slot: Slot, before: Tally): Tally {
  const { differenced, x, gradient, options, number } = context;
  let tally = before;
  for (const component of chooseComponents(slot, context.slots, context.source)) {
    const center = x[component] ?? NaN;
    const along = (step: number): readonly number[] => [differenced.loss(x.with(component, center + step))];
    const [numeric] = differentiate(along, stepsAround(Math.abs(center), noise), noise);
    if (numeric === undefined) continue;
    const emitted = gradient[component] ?? NaN;
    const judged = judge(emitted, numeric, gradientFloors(context), options.tolerance);
    const worst = {
      component: componentName(slot, component),
      emitted,
      expected: numeric.value,
      point: number,
    };
    tally = count(tally, judged, worst);
    if (judged.verdict === 'unresolved' && forwardAgrees(context, component))
      tally = { ...tally, seconded: tally.seconded + 1 };
  }
  return tally;
}

function forwardAgrees({ bound, x, gradient, options }: Context, component: number): boolean {
  const emitted = gradient[component] ?? NaN;
  const tangent = bound.jvp(
    x,
    x.map((_, i) => (i === component ? 1 : 0)),
  );
  return judgeEqual(emitted, tangent, 0, exactTolerance[options.precision]).verdict === 'agrees';
}

/**
 * How many components of one parameter are compared at one point. One costs some sixty evaluations of the loss, each of
 * which takes time in proportion to all of them, hence fewer in larger models.
 */
export function componentsCompared({ length }: Slot, slots: readonly Slot[]): number {
  const all = slots.reduce((sum, slot) => sum + slot.length, 0);
  return Math.min(length, Math.max(8, Math.min(64, Math.floor(2 ** 18 / all))));
}

/** All components of a small parameter, a random choice of a large one. */
function chooseComponents(slot: Slot, slots: readonly Slot[], source: Random): readonly number[] {
  const { offset, length } = slot;
  const wanted = componentsCompared(slot, slots);
  if (wanted === length) return Array.from({ length }, (_, i) => offset + i);
  const chosen = new Set<number>();
  while (chosen.size < wanted) chosen.add(source.integer(offset, offset + length));
  return [...chosen].sort((a, b) => a - b);
}

function dot(a: readonly number[], b: readonly number[]): { readonly value: number; readonly size: number } {
  let value = 0;
  let size = 0;
  a.forEach((left, i) => {
    const product = left * (b[i] ?? NaN);
    value += product;
    size += Math.abs(product);
  });
  return { value, size };
}

const step = (x: readonly number[], v: readonly number[], t: number): readonly number[] =>
  x.map((value, i) => value + t * (v[i] ?? NaN));

/** Steps along a direction from the point. */
const stepsAlong = (v: readonly number[], { x }: Context): Steps =>
  stepsAround(largest(x), noise, Math.max(1, largest(v)));

/** ⟨g, v⟩ = jvp(v), and both are the slope of the loss along v: this also covers the components that were not chosen. */
export function checkForward(context: Context, before: Tally): Tally {
  const { bound, differenced, x, gradient, options, source, number } = context;
  let tally = before;
  for (let direction = 1; direction <= directionsPerPoint; direction++) {
    const v = x.map(() => source.normal());
    const { value: byGradient, size } = dot(gradient, v);
    const place = { component: `direction ${direction}`, point: number };

    const emitted = bound.jvp(x, v);
    tally = count(tally, judgeEqual(emitted, byGradient, size, exactTolerance[options.precision]), {
      ...place,
      emitted,
      expected: byGradient,
    });

    const along = (t: number): readonly number[] => [differenced.loss(step(x, v, t))];
    const [slope] = differentiate(along, stepsAlong(v, context), noise);
    if (slope === undefined) continue;
    const { numeric, compared } = gradientFloors(context);
    const floors = { numeric, compared: Math.max(1e-3 * size, compared) };
    tally = count(tally, judge(byGradient, slope, floors, options.tolerance), {
      ...place,
      emitted: byGradient,
      expected: slope.value,
    });
  }
  return tally;
}

export function checkHessian(context: Context, before: Tally): Tally {
  const { bound, differenced, x, gradient, slots, options, source, number } = context;
  let tally = before;
  for (let direction = 1; direction <= directionsPerPoint; direction++) {
    const v = x.map(() => source.normal());
    const { tangent, product } = bound.hvp(x, v);
    const { value, size } = dot(gradient, v);
    const place = { component: `direction ${direction}`, emitted: tangent, expected: value, point: number };
    tally = count(tally, judgeEqual(tangent, value, size, exactTolerance[options.precision]), place);

    const along = (t: number): readonly number[] => differenced.gradient(step(x, v, t));
    const slopes = differentiate(along, stepsAlong(v, context), noise);
    const numeric = lossFloor * largest(gradient);
    const floors = { numeric, compared: Math.max(1e-3 * largest(product), numeric) };
    for (const slot of slots) {
      for (let component = slot.offset; component < slot.offset + slot.length; component++) {
        const slope = slopes[component];
        if (slope === undefined) continue;
        const emitted = product[component] ?? NaN;
        const worst = {
          component: componentName(slot, component),
          emitted,
          expected: slope.value,
          point: number,
        };
        tally = count(tally, judge(emitted, slope, floors, options.tolerance), worst);
      }
    }
  }
  return tally;
}

/** The meaning of a program is what the interpreter computes; in single precision, of floats, and in double precision too. */
export function checkLoss(
  { point, loss, bound, x, options, number }: Context,
  program: Program,
  before: Tally,
): Tally {
  const seen = options.precision === 'f32' ? roundLiterals(program) : program;
  const expected = interpret(seen, point, point.sizes).loss ?? NaN;
  let tally = before;
  for (const emitted of [loss, bound.loss(x)]) {
    tally = count(tally, judgeEqual(emitted, expected, 1, exactTolerance.f64), {
      component: 'loss',
      emitted,
      expected,
      point: number,
    });
  }
  return tally;
}
