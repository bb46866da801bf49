// Every stage of the loops form means what the IR means: each example is lowered and run after each pass.

import { describe, expect, test } from 'vitest';
import { interpret } from '../../src/ir/interpret.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import type { Program } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { passes } from '../../src/loops/index.ts';
import { lower } from '../../src/loops/lower/program.ts';
import { effectsOf } from '../../src/loops/effects.ts';
import type { Local, Routine, Statement } from '../../src/loops/types.ts';
import { verifyRoutine } from '../../src/loops/verify.ts';
import { visitStatements } from '../../src/loops/walk.ts';
import { examples, type Example } from './programs.ts';
import { run } from './run.ts';

type Numbers = Readonly<Record<string, readonly number[]>>;

const list = (value: number | boolean | ArrayLike<number | boolean>): readonly number[] =>
  typeof value === 'object' ? Array.from(value, Number) : [Number(value)];

/** What a routine of the example's kind should deliver, by the meaning of the IR. */
function expected(program: Program, { kind, given }: Example): Numbers {
  const { loss, tangent, gradient, hvp, outputs } = interpret(program, given.inputs, given.sizes);
  const byRole = { loss: {}, jvp: {}, gradient: { gradient }, hvp: { hvp }, outputs: { output: outputs } }[
    kind
  ];
  const buffers = Object.entries(byRole).flatMap(([role, values]) =>
    Object.entries(values).map(([name, value]) => [`${role}.${name}`, list(value)] as const),
  );
  const result = kind === 'outputs' ? undefined : kind === 'jvp' || kind === 'hvp' ? tangent : loss;
  return { ...Object.fromEntries(buffers), ...(result === undefined ? {} : { result: [result] }) };
}

function delivered(routine: Routine, { given }: Example): Numbers {
  const { result, buffers } = run(routine, given);
  const arrays = Object.entries(buffers).map(([name, value]) => [name, list(value)] as const);
  return { ...Object.fromEntries(arrays), ...(result === undefined ? {} : { result: [Number(result)] }) };
}

/** Equal up to the order of sums; the examples have NaN only where it is wanted. */
function expectClose(actual: Numbers, wanted: Numbers, stage: string): void {
  expect(Object.keys(actual).sort(), stage).toEqual(Object.keys(wanted).sort());
  for (const [name, values] of Object.entries(wanted)) {
    const got = actual[name] ?? [];
    expect(got.length, `${stage}: ${name}`).toBe(values.length);
    values.forEach((value, k) => {
      const other = got[k] ?? NaN;
      const same = Object.is(other, value) || Math.abs(other - value) <= 1e-12 * Math.max(1, Math.abs(value));
      expect(same, `${stage}: ${name}[${k}] is ${other}, not ${value}`).toBe(true);
    });
  }
}

/** What the strictest of compilers would complain about. */
function unused({ body, parts, result }: Routine): readonly string[] {
  const kept: Statement[] = result === undefined ? [] : [{ kind: 'assign', local: itself, value: result }];
  const { declared, used } = effectsOf([...body, ...parts.flatMap((part) => part.body), ...kept]);
  const indices = new Set<Local>();
  visitStatements([...body, ...parts.flatMap((part) => part.body)], (statement) => {
    if (statement.kind === 'for') indices.add(statement.index);
  });
  return [...declared].filter((local) => !used.has(local) && !indices.has(local)).map(({ name }) => name);
}
const itself: Local = { name: 'result', scalar: 'real', mutable: true };

describe.each(examples)('$name', (example) => {
  const program = parseProgram(example.ir);
  verify(program);
  const wanted = expected(program, example);

  test.each([{ checked: true }, { checked: false }, { checked: false, partStatements: 4 }])(
    'keeps its meaning in every pass: %o',
    (options) => {
      let routine = lower(program, example.kind, options);
      verifyRoutine(routine, 'lower');
      expectClose(delivered(routine, example), wanted, 'lower');
      for (const pass of passes) {
        routine = pass.run(routine, options);
        verifyRoutine(routine, pass.name);
        expectClose(delivered(routine, example), wanted, pass.name);
      }
    },
  );
});
