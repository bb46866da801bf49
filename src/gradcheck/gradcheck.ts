// Checks every derivative that was emitted for a model, four ways, at random points: the gradient against differences
// of the loss, forward mode against the gradient, Hessian products against differences of the gradient, and the loss
// against the reference interpreter. Stands between compile and cli.

import type { Program } from '../ir/types.ts';
import {
  checkForward,
  checkHessian,
  checkLoss,
  checkParameter,
  componentsCompared,
  type At,
} from './checks.ts';
import { emptyTally, type Tally } from '../numeric/compare.ts';
import { bind, type EmittedModules } from './emitted.ts';
import { flatten, layoutOf, widened, type Precision, type Sizes } from './layout.ts';
import { chooseSizes, drawPoint, elementsOf, type GivenInputs, type Point } from './point.ts';
import { writePoint, type WrittenPoint } from './given.ts';
import { differenced } from './differenced.ts';
import { random, type Random } from '../numeric/random.ts';

export interface GradcheckOptions {
  readonly precision: Precision;
  readonly sizes: Sizes;
  readonly seed: number;
  readonly points: number;
  /** Relative, for comparisons with differences. */
  readonly tolerance: number;
  readonly given: GivenInputs;
}

export interface ParameterReport {
  readonly name: string;
  readonly shape: readonly number[];
  readonly components: number;
  /** At each point; of a large parameter a random part. */
  readonly componentsCompared: number;
  readonly tally: Tally;
}

export interface GradcheckReport {
  readonly model: string;
  readonly sizes: Sizes;
  readonly parameters: readonly ParameterReport[];
  /** ∂loss/∂v by forward mode, and by differences, against the gradient. */
  readonly forward: Tally;
  readonly hessian: Tally;
  readonly interpreter: Tally;
  /** Why the check fails, a sentence each; empty when everything agrees. */
  readonly failures: readonly string[];
  /** Why nothing was compared where that is no failure. */
  readonly skipped?: string;
  /** Where it first fails, as `readGiven` reads it; only where a point was compared. */
  readonly failingPoint?: WrittenPoint;
}

export const defaultTolerance: Readonly<Record<Precision, number>> = { f64: 1e-6, f32: 1e-3 };

const mostAttempts = 20;

/** With more elements than this in all arrays a check would take hours, or more memory than there is. */
const mostElements = 1e7;

/** `program` is the model as it was checked, `modules` what was emitted for it, with all the functions. */
export function gradcheck(
  program: Program,
  modules: EmittedModules,
  options: GradcheckOptions,
  write = (point: Point): WrittenPoint => writePoint(program, point),
): GradcheckReport {
  if (!program.outputs.some((output) => output.role === 'loss')) {
    return nothingCompared(
      program,
      options.sizes,
      `${program.name} has no loss: there is nothing to differentiate`,
    );
  }
  const sizes = chooseSizes(program, options.sizes);
  if (sizes === undefined) {
    const failure = 'with these sizes an array would have no elements: give others with --size';
    return nothingCompared(program, options.sizes, failure);
  }
  const held = elementsOf(program, sizes);
  if (held > mostElements) {
    const failure = `with these sizes the arrays have ${held} elements, and at most ${mostElements} can be checked: give smaller sizes`;
    return nothingCompared(program, sizes, failure);
  }
  const slots = layoutOf(program, sizes);
  if (slots.length === 0) {
    return nothingCompared(program, sizes, `${program.name} has no parameters: there is nothing to compare`);
  }

  const source = random(options.seed);
  const tallies = new Map(slots.map((slot) => [slot, emptyTally]));
  const totals = { forward: emptyTally, hessian: emptyTally, interpreter: emptyTally };
  const failures: string[] = [];
  const points: Point[] = [];
  for (let number = 1; number <= options.points; number++) {
    const found = findPoint(program, modules, sizes, options, source);
    if (typeof found === 'string') {
      failures.push(found);
      break;
    }
    points.push(found.point);
    const context = { ...found, slots, options, source, number };
    for (const [slot, tally] of tallies) tallies.set(slot, checkParameter(context, slot, tally));
    totals.forward = checkForward(context, totals.forward);
    totals.hessian = checkHessian(context, totals.hessian);
    totals.interpreter = checkLoss(context, program, totals.interpreter);
  }
  const parameters = [...tallies].map(([slot, tally]) => {
    const { name, shape, length } = slot;
    return { name, shape, components: length, componentsCompared: componentsCompared(slot, slots), tally };
  });
  failures.push(...failuresIn(parameters, totals));
  const report = { model: program.name, sizes, parameters, ...totals, failures };
  const failing = failures.length === 0 ? undefined : points[firstWrong(parameters, totals) - 1];
  return failing === undefined ? report : { ...report, failingPoint: write(failing) };
}

export function nothingCompared(
  program: Program,
  sizes: Sizes,
  ...failures: readonly string[]
): GradcheckReport {
  const totals = { forward: emptyTally, hessian: emptyTally, interpreter: emptyTally };
  return { model: program.name, sizes, parameters: [], ...totals, failures };
}

/** A point at which the loss is finite, or why there is none. */
function findPoint(
  program: Program,
  modules: EmittedModules,
  sizes: Sizes,
  options: GradcheckOptions,
  source: Random,
): At | string {
  let reason = '';
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const point = drawPoint(program, sizes, options.given, options.precision, source, attempt);
    const bound = bind(modules.checked, program, point, options.precision);
    const x = flatten(layoutOf(program, sizes), ({ name }) => point.params[name]);
    try {
      const { loss, gradient } = bound.gradient(x);
      if (Number.isFinite(loss)) {
        const inDoubles = bind(modules.inDoubles, program, { ...point, data: widened(point.data) }, 'f64');
        const curves = differenced(program, point, inDoubles, x);
        return { point, bound, x, loss, gradient, differenced: curves };
      }
      reason = `the loss is ${loss}`;
    } catch (error) {
      // What the emitted code refuses: an index out of range, a length that does not fit.
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      reason = error.message;
    }
  }
  return `no usable point in ${mostAttempts} tries; at the last one: ${reason}. Give inputs with --at, or sizes with --size`;
}

type Totals = Readonly<Record<'forward' | 'hessian' | 'interpreter', Tally>>;

/** The number of the point where what fails was worst; where nothing could be compared, any point shows it. */
function firstWrong(parameters: readonly ParameterReport[], totals: Totals): number {
  const tallies = [
    ...parameters.map(({ tally }) => tally),
    totals.forward,
    totals.hessian,
    totals.interpreter,
  ];
  return tallies.find(({ wrong }) => wrong > 0)?.worst?.point ?? 1;
}

function failuresIn(parameters: readonly ParameterReport[], totals: Totals): readonly string[] {
  const failures: string[] = [];
  for (const { name, tally } of parameters) {
    if (tally.wrong > 0)
      failures.push(`the gradient of ${name} is wrong in ${tally.wrong} of ${compared(tally)} components`);
    else if (tally.agrees === 0)
      failures.push(`no component of ${name} could be compared (${uncomparedReason(tally)})`);
  }
  const what = {
    forward: 'along a direction forward mode disagrees with the gradient, or both with differences,',
    hessian: 'Hessian products disagree with differences of the gradient',
    interpreter: 'the loss differs from the reference interpreter',
  } as const;
  for (const key of ['forward', 'hessian', 'interpreter'] as const) {
    if (totals[key].wrong > 0)
      failures.push(`${what[key]} in ${totals[key].wrong} of ${compared(totals[key])} comparisons`);
  }
  return failures;
}

const compared = (tally: Tally): number => tally.agrees + tally.wrong + tally.kink + tally.unresolved;

function uncomparedReason({ kink, unresolved, seconded }: Tally): string {
  const reasons = [
    ...(kink > 0 ? [`${kink} at a kink`] : []),
    ...(unresolved > 0 ? [`${unresolved} that differences do not resolve`] : []),
    ...(seconded > 0 ? [`forward mode agrees in ${seconded}`] : []),
  ];
  return reasons.length > 0 ? reasons.join(', ') : 'no point was usable';
}
