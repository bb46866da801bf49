// What must hold for every program, on random ones: passes keep the meaning, the two modes agree, so does second order, and
// so do finite differences, the lowered routine and the emitted TypeScript.
//
// NABLA_SEED and NABLA_PROGRAMS choose others; the seed is printed.

import { expect, it } from 'vitest';
import { forward } from '../../src/ad/forward.ts';
import { reverse } from '../../src/ad/reverse.ts';
import { interpret } from '../../src/ir/interpret.ts';
import type { Inputs } from '../../src/ir/interpret.ts';
import type { Program } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { toRoutine } from '../../src/loops/index.ts';
import type { RoutineKind } from '../../src/loops/types.ts';
import { passLists, prepare, prepareReverse } from '../../src/passes/index.ts';
import { run } from '../loops/run.ts';
import { distance, farthestOf, flat, type Numbers } from '../support/compare.ts';
import { derivativeAt0, inner, lossAt, moved, type Parameters } from '../support/derive.ts';
import { compileModule } from '../support/emitted.ts';
import { programOf } from '../support/language.ts';
import { forEachProgram, type RandomProgram } from './program.ts';

const seed = Number(process.env['NABLA_SEED'] ?? 20_261);
const count = Number(process.env['NABLA_PROGRAMS'] ?? 300);
console.log(`random programs: seed ${seed}, ${count} of them`);

/** Rounding differs between forms of one program; what is wrong is wrong by far more. */
const near = 1e-8;

type Sizes = RandomProgram['sizes'];

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
function meaning(program: Program, inputs: Inputs, sizes: Sizes): Record<string, Numbers> {
  const { loss, tangent, outputs, gradient, hvp } = interpret(program, inputs, sizes);
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

/** Runs passes one by one and holds each to the meaning. */
function passKeepsMeaning(
  lists: (keyof typeof passLists)[],
  program: Program,
  inputs: Inputs,
  sizes: Sizes,
): Program {
  const wanted = meaning(program, inputs, sizes);
  let current = program;
  for (const list of lists) {
    for (const pass of passLists[list]) {
      current = pass.run(current);
      verify(current);
      agree(`after ${list}: ${pass.name}`, meaning(current, inputs, sizes), wanted);
    }
  }
  return current;
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
function loopsAgree(kind: RoutineKind, program: Program, inputs: Inputs, sizes: Sizes): void {
  const { result, buffers } = run(toRoutine(program, kind, { checked: true }), { sizes, inputs });
  const { loss, tangent, ...arrays } = meaning(program, inputs, sizes);
  if (kind !== 'outputs') agreeNumbers(`loops of ${kind}`, Number(result ?? NaN), Number(loss ?? tangent));
  if (kind === 'loss') return;
  for (const [name, value] of Object.entries(arrays)) {
    agree(`loops of ${kind}: ${name}`, { it: (buffers[name] ?? []).map(Number) }, { it: flat(value) });
  }
}

function check(random: RandomProgram): void {
  const { source, sizes, isSmooth } = random;
  const inputs: Inputs = { params: random.params, data: random.data };
  const [u, v] = [directionFor(random.params, 0.3), directionFor(random.params, 1.7)];
  const program = programOf(source);
  const { loss } = interpret(program, inputs, sizes);
  expect(Number.isFinite(loss)).toBe(true);

  const ready = passKeepsMeaning(['prepare'], program, inputs, sizes);
  const primal = passKeepsMeaning(['optimise'], ready, inputs, sizes);
  loopsAgree('loss', primal, inputs, sizes);
  loopsAgree('outputs', primal, inputs, sizes);

  const plainGradient = reverse(program);
  verify(plainGradient);
  const wanted = interpret(plainGradient, inputs, sizes).gradient;
  const gradient = reverse(passKeepsMeaning(['prepareReverse'], ready, inputs, sizes));
  verify(gradient);
  agree('gradient after prepare', interpret(gradient, inputs, sizes).gradient, wanted);
  const fast = passKeepsMeaning(['optimise'], gradient, inputs, sizes);
  loopsAgree('gradient', fast, inputs, sizes);

  const along = { ...inputs, directions: v };
  const jvp = forward(program);
  verify(jvp);
  const { tangent = NaN } = interpret(jvp, along, sizes);
  agreeNumbers('⟨gradient, v⟩ and the forward mode', inner(wanted, v), tangent);
  loopsAgree('jvp', passKeepsMeaning(['optimise'], forward(ready), along, sizes), along, sizes);

  const hvp = forward(gradient);
  verify(hvp);
  const second = interpret(hvp, along, sizes);
  agreeNumbers('the tangent of forward over reverse', second.tangent, tangent);
  loopsAgree('hvp', passKeepsMeaning(['optimise'], hvp, along, sizes), along, sizes);
  const other = interpret(hvp, { ...inputs, directions: u }, sizes);
  agreeNumbers('⟨u, Hv⟩ and ⟨v, Hu⟩', inner(second.hvp, u), inner(other.hvp, v));

  if (!isSmooth) return;
  const slope = derivativeAt0((step) => lossAt(program, moved(inputs, v, step), sizes), 0.01);
  if (slope.error < 1e-6) expect(distance(slope.value, tangent)).toBeLessThan(1e-6 + 10 * slope.error);
}

it(`holds for ${count} random programs`, { timeout: 900_000 }, async () => {
  let done = 0;
  await forEachProgram(count, seed, (random) => {
    check(random);
    done++;
  });
  expect(done).toBe(count);
});

it('the emitted code computes what the interpreter does', { timeout: 600_000 }, async () => {
  const some = Math.ceil(count / 20);
  let done = 0;
  await forEachProgram(some, seed + 1, async ({ source, sizes, params, data }) => {
    const inputs: Inputs = { params, data };
    const direction = directionFor(params, 1.7);
    const emitted = await compileModule(source, 'random.nabla', { sizes, emit: 'all' });
    const found = emitted.run({ params: params as Parameters, data: data as Parameters, direction });
    const program = programOf(source);
    const gradient = reverse(prepareReverse(prepare(program)));
    const wanted = interpret(forward(gradient), { ...inputs, directions: direction }, sizes);
    agreeNumbers('loss', found.loss, lossAt(program, inputs, sizes));
    agree('gradient', found.gradient as Record<string, Numbers>, interpret(gradient, inputs, sizes).gradient);
    agreeNumbers('jvp', found.directional, wanted.tangent);
    agree('hvp', (found.hvp ?? {}) as Record<string, Numbers>, wanted.hvp);
    done++;
  });
  expect(done).toBe(some);
});
