// What a routine should deliver, by the meaning of the IR, and what it does deliver.

import { expect } from 'vitest';
import { interpret } from '../../src/ir/interpret.ts';
import type { Program } from '../../src/ir/types.ts';
import { effectsOf } from '../../src/loops/effects.ts';
import { passes, type RoutineOptions } from '../../src/loops/index.ts';
import { lower } from '../../src/loops/lower/program.ts';
import type { Local, Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import { visitStatements } from '../../src/loops/walk.ts';
import { run, type Arguments } from './run.ts';

type Numbers = Readonly<Record<string, readonly number[]>>;

const list = (value: number | boolean | ArrayLike<number | boolean>): readonly number[] =>
  typeof value === 'object' ? Array.from(value, Number) : [Number(value)];

function expected(program: Program, kind: Routine['kind'], given: Arguments): Numbers {
  const { loss, tangent, gradient, hvp, outputs } = interpret(program, given.inputs, given.sizes);
  const output = { output: outputs };
  const byRole = { loss: {}, jvp: {}, gradient: { gradient }, hvp: { hvp }, outputs: output, constrain: output, unconstrain: output }[kind]; // prettier-ignore
  const buffers = Object.entries(byRole).flatMap(([role, values]) =>
    Object.entries(values).map(([name, value]) => [`${role}.${name}`, list(value)] as const),
  );
  const result = 'output' in byRole ? undefined : kind === 'jvp' || kind === 'hvp' ? tangent : loss;
  return { ...Object.fromEntries(buffers), ...(result === undefined ? {} : { result: [result] }) };
}

function delivered(routine: Routine, given: Arguments): Numbers {
  const { result, buffers } = run(routine, given);
  const arrays = Object.entries(buffers).map(([name, value]) => [name, list(value)] as const);
  return { ...Object.fromEntries(arrays), ...(result === undefined ? {} : { result: [Number(result)] }) };
}

/** Equal up to the order of sums. A NaN is right only where the meaning is NaN. */
function expectClose(actual: Numbers, wanted: Numbers, bound: number, stage: string): void {
  expect(Object.keys(actual).sort(), stage).toEqual(Object.keys(wanted).sort());
  for (const [name, values] of Object.entries(wanted)) {
    const got = actual[name] ?? [];
    expect(got.length, `${stage}: ${name}`).toBe(values.length);
    values.forEach((value, k) => {
      const other = got[k] ?? NaN;
      const same = Object.is(other, value) || Math.abs(other - value) <= bound * Math.max(1, Math.abs(value));
      expect(same, `${stage}: ${name}[${k}] is ${other}, not ${value}`).toBe(true);
    });
  }
}

/** Lowers a program and runs the routine after each pass: it must be well formed and mean what the program means. */
export function expectMeaningKept(
  program: Program,
  kind: Routine['kind'],
  given: Arguments,
  options: RoutineOptions,
  bound = 1e-12,
): void {
  const wanted = expected(program, kind, given);
  let routine = lower(program, kind, options);
  verifyRoutine(routine, 'lower');
  expectClose(delivered(routine, given), wanted, bound, `${kind}, lower`);
  for (const pass of passes) {
    routine = pass.run(routine, options);
    verifyRoutine(routine, pass.name);
    expectClose(delivered(routine, given), wanted, bound, `${kind}, ${pass.name}`);
  }
  expect(unused(routine)).toEqual([]);
}

/** Locals that the strictest of compilers would complain about. */
function unused({ body, parts, result }: Routine): readonly string[] {
  const kept: Statement[] = result === undefined ? [] : [{ kind: 'assign', local: itself, value: result }];
  const all = [...body, ...parts.flatMap((part) => part.body), ...kept];
  const { declared, used } = effectsOf(all);
  const indices = new Set<Local>();
  visitStatements(all, (statement) => {
    if (statement.kind === 'for') indices.add(statement.index);
  });
  return [...declared].filter((local) => !used.has(local) && !indices.has(local)).map(({ name }) => name);
}
const itself: Local = { name: 'result', scalar: 'real', mutable: true };
