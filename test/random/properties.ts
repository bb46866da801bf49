// What must hold for every program, on random ones: passes keep the meaning, the two modes agree, so does second order, and
// so do finite differences, the lowered routine and the emitted TypeScript.
//
// NABLA_SEED and NABLA_PROGRAMS choose others; the seed is printed. Of the programs,
//   2 in 8 have every single pass held to the meaning, and so has every program once one has failed, to name the pass;
//   3 in 8 have lists of passes held to it, and the loops of all but the Hessian-vector product,
//   3 in 8 lists, and the loops of all but the forward derivative;
//   1 in 50 more are compiled to TypeScript, which is loaded and called.
// Two test files run one half each, so that they run side by side.

import { expect } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { renderPlain } from '../../src/base/frame.ts';
import { forward } from '../../src/ad/forward.ts';
import { reverse } from '../../src/ad/reverse.ts';
import { interpret, type Inputs, type Results } from '../../src/ir/interpret.ts';
import type { Program } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { toRoutine } from '../../src/loops/index.ts';
import type { RoutineKind } from '../../src/loops/types.ts';
import { free, hasConstraints, unconstrain, type FreeOptions } from '../../src/passes/free.ts';
import { gather } from '../../src/passes/gather.ts';
import { optimise, passLists, prepare, prepareReverse } from '../../src/passes/index.ts';
import { run } from '../loops/run.ts';
import { distance, farthestOf, flat, type Numbers } from '../support/compare.ts';
import { derivativeAt0, inner, lossAt, moved, type Parameters } from '../support/derive.ts';
import { compileModule } from '../support/emitted.ts';
import { forEachProgram, type RandomProgram } from './program.ts';

export const seed = Number(process.env['NABLA_SEED'] ?? 20_261);
export const count = Number(process.env['NABLA_PROGRAMS'] ?? 1000);

/** Rounding differs between forms of one program; what is wrong is wrong by far more. */
const near = 1e-8;

type Sizes = RandomProgram['sizes'];
type Given = Pick<RandomProgram, 'params' | 'data'>;

function agree(
  what: string,
  found: Readonly<Record<string, Numbers>>,
  wanted: Readonly<Record<string, Numbers>>,
): void {
  const apart = farthestOf(found, wanted);
  if (!(apart < near))
    throw new Error(`${what}: ${apart} apart\n${JSON.stringify(found)}\n${JSON.stringify(wanted)}`);
}

function agreeNumbers(what: string, found: number | undefined, wanted: number | undefined): void {
  agree(what, { it: found ?? NaN }, { it: wanted ?? NaN });
}

/** Everything a program yields, as one record. */
function meaning({ loss, tangent, outputs, gradient, hvp }: Results): Record<string, Numbers> {
  const named = (role: string, record: Readonly<Record<string, Numbers>>): [string, Numbers][] =>
    Object.entries(record).map(([name, value]) => [`${role}.${name}`, value]);
  return {
    ...(loss === undefined ? {} : { loss }),
    ...(tangent === undefined ? {} : { tangent }),
    ...Object.fromEntries([
      ...named('output', outputs),
      ...named('gradient', gradient),
      ...named('hvp', hvp),
    ]),
  };
}

/** Where programs are run, and whether every single pass is held to the meaning. */
interface Place {
  readonly inputs: Inputs;
  readonly sizes: Sizes;
  readonly closely: boolean;
}

/** What is to be kept. */
interface Kept {
  readonly program: Program;
  readonly results: Results;
}

const lists = { prepare, prepareReverse, optimise };

/** Runs a list of passes, which verifies what they yield, and holds that to what the program yielded before. */
function passesKeepMeaning(
  list: keyof typeof passLists,
  program: Program,
  before: Results,
  { inputs, sizes, closely }: Place,
): Kept {
  // Outputs have no adjoints.
  const wanted = meaning(list === 'prepareReverse' ? { ...before, outputs: {} } : before);
  let kept: Kept = { program, results: before };
  const hold = (what: string, next: Program): void => {
    if (next === kept.program) return;
    kept = { program: next, results: interpret(next, inputs, sizes) };
    agree(`after ${what}`, meaning(kept.results), wanted);
  };
  if (!closely) hold(list, lists[list](program));
  else
    for (const pass of passLists[list]) {
      const next = pass.run(kept.program);
      verify(next);
      hold(`${list}: ${pass.name}`, next);
    }
  return kept;
}

function directionFor(params: RandomProgram['params'], phase: number): Parameters {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'object' ? value.map((_, i) => Math.cos(phase + 2 * i)) : Math.sin(phase + 1),
    ]),
  );
}

/** The lowered routine returns and fills what the program yields; `loss` fills nothing and `outputs` returns nothing. */
function loopsAgree(kind: RoutineKind, { program, results }: Kept, { inputs, sizes }: Place): void {
  const { result, buffers } = run(toRoutine(program, kind, { checked: true }), { sizes, inputs });
  const { loss, tangent, ...arrays } = meaning(results);
  if (kind !== 'outputs') agreeNumbers(`loops of ${kind}`, Number(result ?? NaN), Number(loss ?? tangent));
  if (kind === 'loss') return;
  for (const [name, value] of Object.entries(arrays)) {
    agree(`loops of ${kind}: ${name}`, { it: (buffers[name] ?? []).map(Number) }, { it: flat(value) });
  }
}

function programOf(source: string): Program {
  const { programs, diagnostics } = analyse(source);
  const [program] = programs;
  if (program === undefined) throw new Error(diagnostics.map((each) => renderPlain(each)).join('\n'));
  verify(program);
  return program;
}

/** How much is checked: everything, or the loops of one of the two directional derivatives, and lists of passes as a whole. */
type Extent = 'all' | 'jvp' | 'hvp';

function check({ source, sizes, params, data, isSmooth }: RandomProgram, extent: Extent): void {
  const program = programOf(source);
  checkProgram(program, { params, data }, sizes, isSmooth, extent);
  // Where there are kinks, the rounding of free params may lead to the other side of one.
  if (!isSmooth || !hasConstraints(program)) return;
  const inputs = { params: freeParams(program, params, sizes), data };
  const wanted = lossAt(program, { params, data }, sizes);
  agreeNumbers('the loss of free params', lossAt(free(program), inputs, sizes), wanted);
  checkProgram(free(program, { jacobian: true }), inputs, sizes, isSmooth, extent);
}

function freeParams(program: Program, params: Given['params'], sizes: Sizes): Given['params'] {
  const { outputs } = interpret(unconstrain(program), { params }, sizes);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
}

function checkProgram(
  program: Program,
  inputs: Given,
  sizes: Sizes,
  isSmooth: boolean,
  extent: Extent,
): void {
  const [u, v] = [directionFor(inputs.params, 0.3), directionFor(inputs.params, 1.7)];
  const here: Place = { inputs, sizes, closely: extent === 'all' };
  const along: Place = { ...here, inputs: { ...inputs, directions: v } };
  const yielded = interpret(program, inputs, sizes);
  expect(Number.isFinite(yielded.loss)).toBe(true);

  const ready = passesKeepMeaning('prepare', program, yielded, here);
  const primal = passesKeepMeaning('optimise', ready.program, ready.results, here);
  loopsAgree('loss', primal, here);
  if (Object.keys(yielded.outputs).length > 0) loopsAgree('outputs', primal, here);

  const plainGradient = reverse(program);
  verify(plainGradient);
  const wanted = interpret(plainGradient, inputs, sizes).gradient;
  const gradient = reverse(passesKeepMeaning('prepareReverse', ready.program, ready.results, here).program);
  verify(gradient);
  const found = interpret(gradient, inputs, sizes);
  agree('gradient after prepare', found.gradient, wanted);
  loopsAgree('gradient', passesKeepMeaning('optimise', gradient, found, here), here);

  const gathered = gather(ready.program)?.program;
  if (gathered !== undefined) {
    verify(gathered);
    const byRows = reverse(prepareReverse(gathered));
    const there = interpret(byRows, inputs, sizes);
    agreeNumbers('loss by rows', there.loss, yielded.loss);
    agree('gradient by rows', there.gradient, wanted);
    loopsAgree('gradient', passesKeepMeaning('optimise', byRows, there, here), here);
  }

  const jvp = forward(program);
  verify(jvp);
  const { tangent = NaN, ...rest } = interpret(jvp, along.inputs, sizes);
  agreeNumbers('⟨gradient, v⟩ and the forward mode', inner(wanted, v), tangent);
  if (extent !== 'hvp') {
    const fast = passesKeepMeaning('optimise', forward(ready.program), { tangent, ...rest }, along);
    loopsAgree('jvp', fast, along);
  }

  const hvp = forward(gradient);
  verify(hvp);
  const second = interpret(hvp, along.inputs, sizes);
  agreeNumbers('the tangent of forward over reverse', second.tangent, tangent);
  if (extent !== 'jvp') loopsAgree('hvp', passesKeepMeaning('optimise', hvp, second, along), along);
  const other = interpret(hvp, { ...inputs, directions: u }, sizes);
  agreeNumbers('⟨u, Hv⟩ and ⟨v, Hu⟩', inner(second.hvp, u), inner(other.hvp, v));

  if (!isSmooth) return;
  const slope = derivativeAt0((step) => lossAt(program, moved(inputs, v, step), sizes), 0.01);
  if (slope.error < 1e-6) expect(distance(slope.value, tangent)).toBeLessThan(1e-6 + 10 * slope.error);
}

/**
 * Whether what is equal but for rounding decides, as which sum of a softmax is the greatest: then a result jumps when params move
 * by next to nothing. Ties on a grid are exact, and no excuse.
 */
function isDecidedByRounding({ source, sizes, params, data, onGrid }: RandomProgram): boolean {
  if (onGrid) return false;
  const program = programOf(source);
  const gradient = reverse(program);
  const direction = directionFor(params, 0.3);
  const at = (step: number): Record<string, Numbers> => {
    const inputs = moved({ params, data }, direction, step);
    return { ...meaning(interpret(program, inputs, sizes)), ...meaning(interpret(gradient, inputs, sizes)) };
  };
  const here = at(0);
  return [1, -1, 2, -2, 3, -3].some((k) => !(farthestOf(at(k * 1e-13), here) < 1e-4));
}

/** In turn. */
const extents: readonly Extent[] = ['all', 'jvp', 'hvp', 'jvp', 'all', 'hvp', 'jvp', 'hvp'];

/** Checks so many programs; how many there were. */
export async function checkPrograms(count: number, seed: number): Promise<number> {
  let done = 0;
  let hasFailed = false;
  await forEachProgram(count, seed, (random) => {
    try {
      check(random, hasFailed ? 'all' : (extents[done % extents.length] ?? 'all'));
    } catch (problem) {
      if (!isDecidedByRounding(random)) {
        hasFailed = true;
        throw problem;
      }
    }
    done++;
  });
  return done;
}

/** Compiles so many programs to TypeScript and calls it. */
export async function checkEmitted(count: number, seed: number): Promise<number> {
  let done = 0;
  await forEachProgram(count, seed, async ({ source, sizes, params, data, isSmooth }) => {
    const written = programOf(source);
    await checkCalls(source, written, { params, data }, sizes);
    if (isSmooth && hasConstraints(written)) {
      const form = { jacobian: true };
      const inputs = { params: freeParams(written, params, sizes), data };
      await checkCalls(source, free(written, form), inputs, sizes, form);
    }
    done++;
  });
  return done;
}

async function checkCalls(
  source: string,
  program: Program,
  inputs: Given,
  sizes: Sizes,
  form?: FreeOptions,
): Promise<void> {
  const { params, data } = inputs;
  const direction = directionFor(params, 1.7);
  const options = { sizes, emit: 'all', ...(form && { free: form }) } as const;
  const emitted = await compileModule(source, 'random.nabla', options);
  const found = emitted.run({ params: params as Parameters, data: data as Parameters, direction });
  const gradient = reverse(prepareReverse(prepare(program)));
  const wanted = interpret(forward(gradient), { ...inputs, directions: direction }, sizes);
  agreeNumbers('loss', found.loss, lossAt(program, inputs, sizes));
  agree('gradient', found.gradient as Record<string, Numbers>, interpret(gradient, inputs, sizes).gradient);
  agreeNumbers('jvp', found.directional, wanted.tangent);
  agree('hvp', (found.hvp ?? {}) as Record<string, Numbers>, wanted.hvp);
}
