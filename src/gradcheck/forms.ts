// Models with constrained params: points inside the constraints, and the check of the form with free params.

import { interpret, type Results } from '../ir/interpret.ts';
import { isInside } from '../ir/constraint.ts';
import type { Input, Program } from '../ir/types.ts';
import { constrain, free, hasConstraints, unconstrain } from '../passes/free.ts';
import type { EmittedModules } from './emitted.ts';
import { gradcheck, nothingCompared, type GradcheckOptions, type GradcheckReport } from './gradcheck.ts';
import { writePoint } from './given.ts';
import { realArray, type Fields } from './layout.ts';
import { chooseSizes, drawPoint, type Point } from './point.ts';
import { random } from '../numeric/random.ts';

export interface FormsOptions extends GradcheckOptions {
  /** Whether the emitted loss of free params has the log-Jacobian taken off. */
  readonly jacobian: boolean;
}

/** The reports on a model, and on its form with free params if it has one. */
export function gradcheckForms(
  program: Program,
  modules: EmittedModules,
  { jacobian, ...options }: FormsOptions,
): readonly GradcheckReport[] {
  const report = gradcheck(program, modules, options);
  const hasLoss = program.outputs.some((output) => output.role === 'loss');
  if (!hasConstraints(program) || !hasLoss) return [report];
  const form = free(program, { jacobian });
  const params = freeParams(program, options);
  const infinite = program.inputs.filter(({ name }) => params[name]?.every(Number.isFinite) === false);
  const outside = infinite.find((input) => !isAtEnd(input, options.given.params[input.name]));
  if (outside !== undefined) {
    const failure = `\`${outside.name}\` as it is given does not lie inside its constraint, so it has no free form`;
    return [report, nothingCompared(form, report.sizes, failure)];
  }
  const [atEnd] = infinite;
  if (atEnd !== undefined) {
    const skipped = `\`${atEnd.name}\` as it is given lies at an end of its constraint, where its free form is infinite`;
    return [report, { ...nothingCompared(form, report.sizes), skipped }];
  }
  const given = { ...options.given, params };
  const write = (point: Point): ReturnType<typeof writePoint> => {
    const params = valuesOf(interpret(constrain(program), point, point.sizes), options);
    return writePoint(program, { ...point, params });
  };
  return [report, gradcheck(form, modules, { ...options, given }, write)];
}

/** Whether values without finite free ones lie inside all the same: at an end that belongs to the constraint. */
const isAtEnd = ({ constraint }: Input, values: readonly number[] = []): boolean =>
  (constraint?.kind === 'bound' || constraint?.kind === 'interval') &&
  values.every((value) => isInside(constraint, value));

/** Given params as free ones: all of them, if one is given. */
function freeParams(program: Program, options: GradcheckOptions): Record<string, readonly number[]> {
  const { given, precision, seed } = options;
  const sizes = chooseSizes(program, options.sizes);
  if (Object.keys(given.params).length === 0 || sizes === undefined) return {};
  const { params } = drawPoint(program, sizes, given, precision, random(seed), 0);
  const { outputs } = interpret(unconstrain(program), { params }, sizes);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      typeof value === 'object' ? [...value] : [Number(value)],
    ]),
  );
}

const valuesOf = ({ outputs }: Results, { precision }: GradcheckOptions): Fields =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      typeof value === 'object' ? realArray(precision, [...value]) : value,
    ]),
  );
