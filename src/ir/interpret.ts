// The reference interpreter: what it computes is the meaning of a program. The door is here, bind.ts checks what comes
// in, machine.ts runs the statements, and reduction.ts knows the reducers.

import { bug } from '../base/bug.ts';
import { evaluate } from '../base/polynomial.ts';
import { bindInputs, bindSizes, type Inputs } from './bind.ts';
import { Machine, type Cell } from './machine.ts';
import type { Precision } from '../ops/types.ts';
import type { Output, Program, Type } from './types.ts';

export type { Inputs } from './bind.ts';

export interface InterpretOptions {
  /**
   * `f32`: every real is rounded to a float, that comes in, is written in the program, or is the result of an op, of a step of a sum
   * or product, or of an add. So computes an implementation in single precision whose ops are as good as can be. An op that an
   * implementation makes of several, such as softplus, is taken in double precision and rounded once; of a logSumExp each step is
   * rounded. By default `f64`: nothing is.
   */
  readonly precision?: Precision;
  /** Takes the place of that rounding, to see what other errors would do. */
  readonly round?: (value: number) => number;
  /** What a `stop` gives, which is its argument unless it is held (see `holdStops`). */
  readonly stop?: (value: number) => number;
}

/**
 * For differences, which have to take for constant what derivatives do: called for each run of a program, it gives in all
 * of them what every `stop` gave in the first.
 */
export function holdStops(): () => (value: number) => number {
  let held: number[] | undefined;
  return () => {
    if (held === undefined) {
      const first: number[] = [];
      held = first;
      return (value) => {
        first.push(value);
        return value;
      };
    }
    const values = held[Symbol.iterator]();
    return () => values.next().value ?? NaN;
  };
}

/** A scalar, or an array flat in row-major order, in which bools are 0 and 1. */
export type Result = number | boolean | Float64Array;

/** What a program yields, by role and name. */
export interface Results {
  readonly loss?: number;
  readonly outputs: Readonly<Record<string, Result>>;
  readonly gradient: Readonly<Record<string, number | Float64Array>>;
  readonly tangent?: number;
  readonly hvp: Readonly<Record<string, number | Float64Array>>;
}

/** Ints are exact up to 2^53, but an array of them that comes out has 32 bits. */
function checkInts({ role, name }: Output, type: Type | undefined, result: Cell | undefined): void {
  if (role !== 'output' || type?.scalar !== 'int' || typeof result !== 'object') return;
  const wrong = result.find((value) => (value | 0) !== value);
  if (wrong !== undefined) throw new RangeError(`outputs.${name} must fit into 32 bits, got ${wrong}`);
}

/**
 * Runs a program. `sizes` gives every size without a fixed value. Wrong inputs and reads out of range are
 * RangeErrors and TypeErrors that name what is wrong.
 */
export function interpret(
  program: Program,
  inputs: Inputs,
  sizes: Readonly<Record<string, number>> = {},
  options: InterpretOptions = {},
): Results {
  const sizeOf = bindSizes(program, sizes);
  const round =
    options.round ?? (options.precision === 'f32' ? Math.fround : (value: number): number => value);
  const machine = new Machine(program.nextId, (size) => evaluate(size, sizeOf), round, options.stop);
  for (const [value, content] of bindInputs(program, inputs, machine.extentOf)) machine.enter(value, content);
  const run = machine.block(program.body);
  run();
  const results = program.body.results.map(
    (operand) => machine.cells[machine.cellOf(operand)] ?? bug('a lost result'),
  );
  program.outputs.forEach((output, i) => checkInts(output, program.body.results[i]?.type, results[i]));
  const ofRole = (role: Output['role']): (readonly [string, Cell])[] =>
    program.outputs.flatMap((output, i) =>
      output.role === role ? [[output.name, results[i] ?? 0] as const] : [],
    );
  const [loss] = ofRole('loss');
  const [tangent] = ofRole('tangent');
  return {
    ...(loss === undefined ? {} : { loss: Number(loss[1]) }),
    outputs: Object.fromEntries(ofRole('output')),
    gradient: Object.fromEntries(ofRole('gradient')) as Results['gradient'],
    ...(tangent === undefined ? {} : { tangent: Number(tangent[1]) }),
    hvp: Object.fromEntries(ofRole('hvp')) as Results['hvp'],
  };
}
