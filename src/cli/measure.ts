// What compiling a model comes to, as data: arithmetic, memory, and what each pass did. `nabla report` tells it.

import type { Checkpoint } from '../ad/checkpoint.ts';
import { bug } from '../base/bug.ts';
import type { Optimisation } from '../base/optimisations.ts';
import {
  add,
  asConstant,
  constant,
  evaluate,
  multiply,
  print,
  substitute,
  symbolsOf,
  zero,
  type Polynomial,
} from '../base/polynomial.ts';
import { lengthOf as elementsOf, shapeText } from '../emit/model.ts';
import { derivedSizes, sourcesOf, textOf } from '../emit/derived.ts';
import { operationsAt, operationsOf } from '../emit/operations.ts';
import { derive } from '../generate.ts';
import { derivedSize } from '../ir/derived.ts';
import { printProgram } from '../ir/print.ts';
import type { Program } from '../ir/types.ts';
import { statementsOf } from '../ir/walk.ts';
import { printRoutine, toRoutine } from '../loops/index.ts';
import type { Buffer, Routine, RoutineKind } from '../loops/types.ts';
import { visitStatements } from '../loops/walk.ts';
import type { PassStep } from '../passes/index.ts';

export interface MeasureOptions {
  /** Values for sizes that the model leaves open. The code is that of open sizes. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly without?: readonly Optimisation[] | undefined;
  readonly checkpoint?: Checkpoint | undefined;
}

export interface ModelReport {
  readonly model: string;
  /** null where nobody said. */
  readonly sizes: Readonly<Record<string, number | null>>;
  /** Of loss and gradient; of the outputs, where there is no loss. */
  readonly functions: readonly FunctionReport[];
  /** Operations of a call of the gradient for each of one of the loss; null where loops run as often as data or params say. */
  readonly ratio: number | null;
  /** Sizes that nobody said, with the value that the ratio is for. */
  readonly assumed: Readonly<Record<string, number>>;
  /** What the last of the functions keeps in scratch memory. */
  readonly arrays: readonly ArrayReport[];
  /** Sizes that follow from others when the emitted code is called. */
  readonly derived: readonly DerivedReport[];
  /** What the passes made of the last of the functions, without those that changed nothing. */
  readonly passes: readonly PassReport[];
}

export interface FunctionReport {
  readonly kind: RoutineKind;
  /** As the docs of the emitted function count them. */
  readonly operations: number;
  /** In one call, where all sizes are known; null otherwise, and where loops run as often as data or params say. */
  readonly executed: number | null;
  readonly hasLoops: boolean;
  readonly scratch: Bytes;
}

export interface Bytes {
  /** In the sizes that have no value. */
  readonly formula: string;
  /** null where the formula has sizes in it. */
  readonly bytes: number | null;
}

export interface ArrayReport extends Bytes {
  readonly name: string;
  readonly shape: string;
  readonly holds: 'history' | 'values' | 'adjoints';
}

export interface DerivedReport {
  readonly name: string;
  readonly formula: string;
  readonly value: number | null;
}

export interface PassReport {
  readonly stage: PassStep['list'] | 'loops';
  readonly pass: string;
  /** What `--without` takes to leave the pass out. */
  readonly optimisation: Optimisation | null;
  /** Statements, those in loops and branches included. */
  readonly before: number;
  readonly after: number;
}

export function measure(program: Program, options: MeasureOptions): ModelReport {
  const hasLoss = program.outputs.some((output) => output.role === 'loss');
  const kinds: readonly RoutineKind[] = hasLoss ? ['loss', 'gradient'] : ['outputs'];
  const compiled = kinds.map((kind) => compileOne(program, kind, options));
  const routines = compiled.map(({ routine }) => routine);
  const values = knownSizes(program, routines, options.sizes);
  const functions = routines.map((routine): FunctionReport => {
    const { count, hasLoops } = operationsOf(routine);
    return {
      kind: routine.kind as RoutineKind,
      operations: count,
      executed: executed(routine, values),
      hasLoops,
      scratch: total(routine, values),
    };
  });
  const open = program.sizes.filter(({ name }) => !values.has(name));
  const assumed = Object.fromEntries(open.map(({ name }) => [name, ASSUMED]));
  const last = compiled.at(-1);
  const derived = last === undefined ? [] : [...derivedSizes([last.routine])];
  return {
    model: program.name,
    sizes: Object.fromEntries(program.sizes.map(({ name }) => [name, values.get(name) ?? null])),
    functions,
    ratio: ratioOf(routines, knownSizes(program, routines, { ...assumed, ...options.sizes })),
    assumed,
    arrays: (last?.routine.scratch ?? []).map((buffer) => ({
      name: buffer.name,
      shape: shapeText({ type: buffer }),
      holds: holds(buffer),
      ...bytesOf(buffer, values),
    })),
    derived: derived.map(([name, size]) => ({
      name,
      formula: textOf(size, print),
      value: values.get(name) ?? null,
    })),
    passes: last?.passes ?? [],
  };
}

interface Compiled {
  readonly routine: Routine;
  readonly passes: readonly PassReport[];
}

function compileOne(program: Program, kind: RoutineKind, options: MeasureOptions): Compiled {
  const { without, checkpoint } = options;
  const passes: PassReport[] = [];
  const note = (
    stage: PassReport['stage'],
    { name, optimisation }: Pick<PassStep['pass'], 'name' | 'optimisation'>,
    [before, after]: readonly [number, number],
  ): void => void passes.push({ stage, pass: name, optimisation: optimisation ?? null, before, after });
  const derived = derive(program, kind, checkpoint, {
    without,
    observe: ({ list, pass, before, after }) => {
      if (before === after || textOfProgram(before) === textOfProgram(after)) return;
      note(list, pass, [sizeOf(before), sizeOf(after)]);
    },
  });
  const routine = toRoutine(derived, kind, {
    checked: true,
    without,
    observe: (pass, before, after) => {
      if (before === after || printRoutine(before) === printRoutine(after)) return;
      note('loops', pass, [lengthOf(before), lengthOf(after)]);
    },
  });
  return { routine, passes };
}

/** The text with the ids of values in the order of their appearance: passes that rebuild a program give new ones. */
function textOfProgram(program: Program): string {
  const ids = new Map<string, number>();
  return printProgram(program).replace(/%\d+/g, (id) => {
    const place = ids.get(id) ?? ids.size;
    ids.set(id, place);
    return `%${place}`;
  });
}

const sizeOf = ({ body }: Program): number => Array.from(statementsOf(body)).length;

function lengthOf({ body, parts }: Routine): number {
  let count = 0;
  for (const statements of [body, ...parts.map((part) => part.body)])
    visitStatements(statements, ({ kind }) => {
      if (kind !== 'section') count++;
    });
  return count;
}

/** Of a size that nobody said. */
const ASSUMED = 100;

function ratioOf([loss, gradient]: readonly Routine[], values: Values): number | null {
  if (loss?.kind !== 'loss' || gradient === undefined) return null;
  const [forward, both] = [executed(loss, values), executed(gradient, values)];
  return forward === null || both === null || forward === 0 ? null : both / forward;
}

function executed(routine: Routine, values: Values): number | null {
  const isKnown = routine.program.sizes.every(({ name }) => values.has(name));
  const valueOf = (name: string): number => values.get(name) ?? bug(`${name} has no value`);
  return isKnown ? (operationsAt(routine, valueOf) ?? null) : null;
}

// ---- memory

type Values = ReadonlyMap<string, number>;

/** Sizes that the model fixes, those that were given, and what follows from them. */
function knownSizes(program: Program, routines: readonly Routine[], given: MeasureOptions['sizes']): Values {
  const values = new Map<string, number>();
  for (const { name, value } of program.sizes) {
    const known = value ?? given[name];
    if (known !== undefined) values.set(name, known);
  }
  const valueOf = (name: string): number => values.get(name) ?? bug(`${name} has no value`);
  for (const [name, derived] of derivedSizes(routines)) {
    if (sourcesOf(derived).every((source) => values.has(source)))
      values.set(
        name,
        derivedSize(derived, (size) => evaluate(size, valueOf)),
      );
  }
  return values;
}

/** Scratch holds reals and ints as doubles. */
const bytesOfElement = ({ scalar }: Buffer): Polynomial => constant(scalar === 'bool' ? 1 : 8);

const lengthInBytes = (buffer: Buffer): Polynomial => multiply(elementsOf(buffer), bytesOfElement(buffer));

function bytesOf(buffer: Buffer, values: Values): Bytes {
  return inBytes(lengthInBytes(buffer), values);
}

function total({ scratch }: Routine, values: Values): Bytes {
  const each = scratch.map((buffer) => bytesOf(buffer, values).bytes);
  const { formula, bytes } = inBytes(scratch.map(lengthInBytes).reduce(add, zero), values);
  // An array whose length comes out negative has no elements.
  return {
    formula,
    bytes: each.reduce(
      (sum, one) => (sum === null || one === null ? null : sum + one),
      bytes === null ? null : 0,
    ),
  };
}

function inBytes(size: Polynomial, values: Values): Bytes {
  const left = substitute(size, (name) => {
    const value = values.get(name);
    return value === undefined ? undefined : constant(value);
  });
  const bytes = symbolsOf(left).length === 0 ? Math.max(0, asConstant(left) ?? NaN) : null;
  return { formula: print(left), bytes };
}

/** Adjoints are called after what they are adjoints of (loops/lower/places.ts). */
function holds({ name, isHistory }: Buffer): ArrayReport['holds'] {
  if (isHistory === true) return 'history';
  return /(^a|A)djoint\d*$/.test(name) ? 'adjoints' : 'values';
}
