// Random programs in single precision. What is emitted computes in double precision between floats, so that it is held to the
// interpreter in double precision, of floats. The interpreter in single precision is held to that as closely as the program can be
// computed with floats: how far it is off by errors of half a digit in each op is seen from runs with such errors at random.

import { forward } from '../../src/ad/forward.ts';
import { reverse } from '../../src/ad/reverse.ts';
import { analyse } from '../../src/analyse.ts';
import { interpret, type InterpretOptions, type Inputs } from '../../src/ir/interpret.ts';
import type { Input, Program } from '../../src/ir/types.ts';
import { optimise, prepare, prepareReverse } from '../../src/passes/index.ts';
import { roundLiterals } from '../../src/passes/single.ts';
import { farthestOf, flat, type Numbers } from '../support/compare.ts';
import { lossAt, type Parameters } from '../support/derive.ts';
import { compileModule } from '../support/emitted.ts';
import { numbersFrom } from './choices.ts';
import { forEachProgram, type RandomProgram } from './program.ts';

type Named = Readonly<Record<string, Numbers>>;

/** Arithmetic in double precision, in another order. */
const near = 1e-8;
/** What goes out is rounded. */
const single = 1e-6;
/** A gradient may be added up in floats, of terms that cancel: it is compared in proportion to its greatest element. */
const addedUp = 1e-5;
const half = 2 ** -24;

const { fround } = Math;

function floats(program: Program, role: Input['role'], values: RandomProgram['params']): Parameters {
  const reals = new Set(
    program.inputs
      .filter((input) => input.role === role && input.value.type.scalar === 'real')
      .map(({ name }) => name),
  );
  const rounded = (value: Numbers): Numbers =>
    typeof value === 'object' ? flat(value).map(fround) : fround(Number(value));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, reals.has(name) ? rounded(value) : value]),
  );
}

const programOf = (source: string): Program => {
  const [program] = analyse(source).programs;
  if (program === undefined) throw new Error('a random program is none');
  return program;
};

/** The program and its inputs as the emitted code sees them. */
export function seen({ source, params, data }: RandomProgram): {
  program: Program;
  params: Parameters;
  data: Parameters;
} {
  const program = programOf(source);
  return {
    program: roundLiterals(program),
    params: floats(program, 'param', params),
    data: floats(program, 'data', data),
  };
}

function agree(what: string, found: Named, wanted: Named, bound: number): void {
  const apart = farthestOf(found, wanted);
  if (!(apart <= bound))
    throw new Error(`${what}: ${apart} apart\n${JSON.stringify(found)}\n${JSON.stringify(wanted)}`);
}

async function checkCalls(random: RandomProgram): Promise<void> {
  const { source, sizes } = random;
  const { program, params, data } = seen(random);
  const direction = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'object' ? flat(value).map((_, i) => fround(Math.cos(i + 1))) : 0.5,
    ]),
  );
  const options = { sizes, precision: 'f32', emit: 'all' } as const;
  const emitted = await compileModule(source, 'random.nabla', options);
  const found = emitted.run({
    params: random.params as Parameters,
    data: random.data as Parameters,
    direction,
  });
  const inputs = { params, data } as Inputs;
  const yielded = interpret(program, inputs, sizes);
  const gradient = reverse(program);
  const second = interpret(forward(gradient), { ...inputs, directions: direction }, sizes);
  agree('loss', { it: found.loss }, { it: yielded.loss ?? NaN }, near);
  agree('loss alone', { it: found.lossAlone }, { it: yielded.loss ?? NaN }, near);
  agree('outputs', found.outputs as Named, yielded.outputs as Named, single);
  const agreeAsVectors = (what: string, some: object, wanted: Named): void =>
    agree(what, { it: apart(vector(some as Named), vector(wanted)) }, { it: 0 }, addedUp);
  agreeAsVectors('gradient', found.gradient, interpret(gradient, inputs, sizes).gradient);
  agree('jvp', { it: found.directional ?? NaN }, { it: second.tangent ?? NaN }, near);
  agreeAsVectors('hvp', found.hvp ?? {}, second.hvp);
}

/** Compiles so many programs in single precision and calls them; how many there were. */
export async function checkEmittedInSingle(count: number, seed: number): Promise<number> {
  let done = 0;
  await forEachProgram(count, seed, async (random) => {
    await checkCalls(random);
    done++;
  });
  return done;
}

// ---- the interpreter

/** How many runs with random errors tell how far off a result may be, and how much farther it may be than they are. */
const runs = 6;
const margin = 8;
/** A bound that is wider than this says nothing: rounding decides. */
const telling = 1e-4;

/** What is between floats may go to others than the nearest; a float stays, and so do ties. */
export function disturbance(seed: number, size = half): (value: number) => number {
  const next = numbersFrom(seed);
  return (value) => {
    const float = fround(value);
    return float === value ? value : fround(value * (1 + size * (2 * next() - 1)));
  };
}

export const vector = (record: Named): readonly number[] =>
  Object.keys(record)
    .sort()
    .flatMap((name) => flat(record[name] ?? []));

/** In proportion to the greatest number; Infinity where either has a NaN. */
export function apart(found: readonly number[], wanted: readonly number[]): number {
  const size = Math.max(1, ...wanted.map(Math.abs));
  const worst = Math.max(0, ...wanted.map((value, i) => Math.abs((found[i] ?? NaN) - value)));
  return Number.isNaN(worst) ? Infinity : worst / size;
}

export interface Tally {
  /** Programs that were held to a bound that says something. */
  told: number;
  all: number;
  /** Those of the former whose gradient with another sign in its greatest element is refused. */
  refused: number;
}

function checkInterpreter(random: RandomProgram, seed: number, tally: Tally): void {
  const { sizes } = random;
  const { program, params, data } = seen(random);
  const inputs = { params, data } as Inputs;
  tally.all++;
  const wanted = [
    lossAt(program, inputs, sizes),
    ...vector(interpret(reverse(program), inputs, sizes).gradient),
  ];
  const options = { precision: 'f32' } as const;
  const gradient = optimise(reverse(prepareReverse(prepare(program, options), options)), options);
  const results = (how: InterpretOptions): readonly number[] => {
    const { loss = NaN, gradient: slopes } = interpret(gradient, inputs, sizes, how);
    return [loss, ...vector(slopes)];
  };
  // Of the same program: were it wrong, it should not be excused by that.
  const centre = results({});
  const spread = Math.max(
    ...Array.from({ length: runs }, (_, k) => apart(results({ round: disturbance(seed + k) }), centre)),
  );
  const bound = margin * spread + 4 * half;
  if (!(bound < telling)) return;
  tally.told++;
  const found = results(options);
  const off = apart(found, wanted);
  if (!(off <= bound))
    throw new Error(
      `in single precision: ${off} off, ${bound} allowed\n${found.join(' ')}\n${wanted.join(' ')}`,
    );
  const slopes = wanted.slice(1);
  const greatest = slopes.reduce(
    (best, slope, i) => (Math.abs(slope) > Math.abs(slopes[best] ?? 0) ? i : best),
    0,
  );
  if (!(apart(found.with(greatest + 1, -(found[greatest + 1] ?? 0)), wanted) <= bound)) tally.refused++;
}

/** Runs so many programs in single precision. */
export async function checkInterpreterInSingle(count: number, seed: number): Promise<Tally> {
  const tally: Tally = { told: 0, all: 0, refused: 0 };
  await forEachProgram(count, seed, (random) => checkInterpreter(random, seed, tally));
  return tally;
}
