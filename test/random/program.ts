// Random programs in Nabla with inputs for them: what the properties of the compiler are tested on.

import * as fc from 'fast-check';
import { anArray, overAxes } from './array.ts';
import { aBool } from './bool.ts';
import { Choices, numbersFrom, tapes, tapesOf } from './choices.ts';
import { aConstraint, settleRows } from './constraint.ts';
import { aVar } from './control.ts';
import { aFunction } from './function.ts';
import { aRecord, declarations, recordInput } from './record.ts';
import { aPosition } from './reduction.ts';
import { aReal, moderate, type Making } from './scalar.ts';
import { aShape } from './shapes.ts';
import type { Dim, Entry, Scope, Term } from './term.ts';

export type RandomValue = number | boolean | readonly number[];

export interface RandomProgram {
  readonly source: string;
  /** Values of the sizes that the program leaves open. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Scalars, or arrays flat in row-major order (bools in arrays are 0 and 1). */
  readonly params: Readonly<Record<string, RandomValue>>;
  readonly data: Readonly<Record<string, RandomValue>>;
  /** No kinks and no jumps at all, so that finite differences must agree with the derivatives. */
  readonly isSmooth: boolean;
  /** Values tie: exactly, so that nothing may take another for the greatest. */
  readonly onGrid: boolean;
}

/** The tapes that a program is made from: one for its header and one for each function and line, so that lines shrink away. */
const parts = fc.record({
  header: tapes,
  functions: fc.array(tapesOf(120), { maxLength: 2 }),
  lets: fc.array(tapes, { maxLength: 4 }),
  vars: fc.array(tapesOf(160), { maxLength: 2 }),
  shapes: fc.array(tapes, { maxLength: 3 }),
  records: fc.array(tapesOf(120), { maxLength: 2 }),
  losses: fc.array(tapes, { minLength: 1, maxLength: 3 }),
  outputs: fc.array(tapes, { maxLength: 1 }),
  seed: fc.nat(),
  hasKinks: fc.boolean(),
});

/** Programs with inputs at which every value is finite. */
export const programs: fc.Arbitrary<RandomProgram> = parts.map(makeProgram);

/**
 * Runs a check on random programs. Where it fails, the error has the seed that finds the program again and the smallest
 * program that still fails, with its inputs.
 */
export async function forEachProgram(
  count: number,
  seed: number,
  check: (program: RandomProgram) => void | Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(programs, async (program) => check(program));
  const result = await fc.check(property, { numRuns: count, seed });
  if (!result.failed) return;
  const [program] = result.counterexample ?? [];
  const inputs =
    program === undefined ? '' : `${program.source}\n${JSON.stringify({ ...program, source: undefined })}\n`;
  const cause: unknown = result.errorInstance;
  const message = cause instanceof Error ? cause.message : String(cause);
  throw new Error(`a random program fails, seed ${seed}:\n${inputs}${message}`, { cause });
}

function makeProgram(tape: typeof parts extends fc.Arbitrary<infer Parts> ? Parts : never): RandomProgram {
  const isSmooth = !tape.hasKinks;
  const making = (line: readonly number[], budget: number): Making => ({
    choices: new Choices(line),
    budget,
    isSmooth,
  });
  const functions = tape.functions.map((line, k) => aFunction(making(line, 8), `f${k}`, longestAxis));
  const header = new Choices(tape.header);
  const sizes = makeSizes(header);
  const inputs = makeInputs(header, sizes.dims, numbersFrom(tape.seed));
  const lines = [...sizes.lines, ...inputs.lines];
  let scope: Scope = {
    dims: sizes.dims,
    entries: inputs.entries,
    places: [],
    functions: functions.map((f) => f.callable),
    loops: 0,
  };
  const number = numbersFrom(tape.seed + 1);
  tape.shapes.forEach((tapeOfLine, k) => {
    const made = aShape(making(tapeOfLine, 6), scope, `s${k}`);
    lines.push(...made.lines);
    for (const { role, entry } of made.inputs) {
      const length = entry.dims.reduce((product, dim) => product * dim.value, 1);
      inputs[role === 'param' ? 'params' : 'data'][entry.name] = Array.from({ length }, () =>
        entry.range === undefined ? 4 * number() - 2 : Math.floor(number() * entry.range.value),
      );
    }
    const own = made.inputs.map(({ entry }) => entry);
    scope = { ...scope, entries: [...scope.entries, ...own, made.entry] };
  });
  tape.lets.forEach((tapeOfLine, k) => {
    const { line, entry } = aLet(making(tapeOfLine, 7), scope, `t${k}`);
    lines.push(line);
    scope = { ...scope, entries: [...scope.entries, entry] };
  });
  tape.vars.forEach((tapeOfLine, k) => {
    const made = aVar(making(tapeOfLine, 6), scope, `v${k}`);
    lines.push(...made.lines);
    scope = { ...scope, entries: [...scope.entries, made.entry] };
  });
  tape.records.forEach((tapeOfLine, k) => {
    const made = aRecord(making(tapeOfLine, 5), scope, `r${k}`);
    lines.push(...made.lines);
    scope = { ...scope, entries: [...scope.entries, ...made.entries] };
  });
  for (const line of tape.losses) lines.push(`  loss ${aReal(making(line, 9), scope).text}`);
  for (const line of tape.outputs) lines.push(anOutput(making(line, 6), scope));
  const usesRecords = lines.some((line) => /Pair|Nested|parted/.test(line));
  const source = [
    ...(usesRecords ? [declarations] : []),
    ...functions.map((f) => `${f.text}\n`),
    'model Random {',
    ...lines,
    '}',
    '',
  ].join('\n');
  return {
    source,
    sizes: sizes.values,
    params: inputs.params,
    data: inputs.data,
    isSmooth: isSmooth && !inputs.onGrid,
    onGrid: inputs.onGrid,
  };
}

/** No axis has more elements. */
const longestAxis = 5;

interface Sizes {
  readonly lines: readonly string[];
  readonly dims: readonly [Dim, ...Dim[]];
  readonly values: Readonly<Record<string, number>>;
}

/** One or two symbolic sizes, a fixed one, and sometimes a sum of sizes. */
function makeSizes(choices: Choices): Sizes {
  const n = 1 + ((1 + choices.below(4)) % 4);
  const m = 1 + ((1 + choices.below(3)) % 3);
  const k = 2 + choices.below(2);
  const first: Dim = { text: 'N', key: 'N', value: n };
  const others: Dim[] = [];
  if (choices.chance(0.5)) others.push({ text: 'M', key: 'M', value: m });
  const symbolic = [first, ...others];
  const lines = [`  dim ${symbolic.map((dim) => dim.text).join(', ')}`];
  const values = Object.fromEntries(symbolic.map((dim) => [dim.text, dim.value]));
  if (choices.chance(0.4)) {
    others.push({ text: 'K', key: String(k), value: k });
    lines.push(`  dim K = ${k}`);
  }
  if (choices.chance(0.15)) others.push({ text: 'N + 1', key: 'N + 1', value: n + 1 });
  return { lines, dims: [first, ...others], values };
}

interface RandomInputs {
  readonly lines: readonly string[];
  readonly entries: readonly Entry[];
  readonly params: Record<string, RandomValue>;
  readonly data: Record<string, RandomValue>;
  /** Values tie and lie on kinks, where the place of an extremum jumps. */
  readonly onGrid: boolean;
}

function makeInputs(choices: Choices, dims: readonly [Dim, ...Dim[]], number: () => number): RandomInputs {
  // Values on a grid meet the ties and kinks that values at random miss.
  const onGrid = choices.chance(0.15);
  const between = (low: number, high: number): number => {
    const value = low + (high - low) * number();
    return onGrid ? Math.max(low, Math.round(value * 2) / 2) : value;
  };
  const lines: string[] = [];
  const entries: Entry[] = [];
  const values = { param: {} as Record<string, RandomValue>, data: {} as Record<string, RandomValue> };
  const axesOf = ({ dims }: Entry): string =>
    dims.length === 0 ? '' : `[${dims.map((dim) => dim.text).join(', ')}]`;
  const enter = (entry: Entry, value: () => number): void => {
    const { scalar, range } = entry;
    const bounds = range === undefined ? '' : ` in 0..${range.text}`;
    lines.push(`  data ${entry.name}: ${scalar}${axesOf(entry)}${bounds}`);
    give('data', entry, value);
  };
  const give = (
    role: 'param' | 'data',
    entry: Entry,
    value: () => number,
    settle = (flat: readonly number[]): readonly number[] => flat,
  ): void => {
    const { name, scalar } = entry;
    entries.push(entry);
    const length = entry.dims.reduce((product, dim) => product * dim.value, 1);
    const flat = settle(Array.from({ length }, value));
    const [only = 0] = flat;
    values[role][name] = entry.dims.length > 0 ? flat : scalar === 'bool' ? only === 1 : only;
  };
  const shape = (rank: number): readonly Dim[] => Array.from({ length: rank }, () => choices.pick(dims));

  for (let k = 0, count = 1 + choices.below(3); k < count; k++) {
    const dims = shape(choices.below(3));
    const constraint = aConstraint(choices, dims);
    const { type, bound, low, high } = constraint;
    const entry: Entry = { name: `w${k}`, scalar: 'real', dims, low, high, weight: 3 };
    lines.push(`  param ${entry.name}: ${type}${axesOf(entry)}${bound}`);
    give('param', entry, () => between(-2, 2), (flat) => settleRows(flat, dims, constraint)); // prettier-ignore
  }
  for (let k = 0, count = choices.below(3); k < count; k++) {
    const low = choices.chance(0.4) ? 0.5 : -2;
    const entry: Entry = {
      name: `d${k}`,
      scalar: 'real',
      dims: shape(choices.below(3)),
      low,
      high: 2,
      weight: 2,
    };
    enter(entry, () => between(low, 2));
  }
  if (choices.chance(0.3)) {
    const range = choices.pick(dims);
    const entry: Entry = {
      name: 'pick',
      scalar: 'int',
      dims: shape(choices.below(2)),
      range,
      low: 0,
      high: range.value,
      weight: 0,
    };
    enter(entry, () => Math.floor(number() * range.value));
  }
  if (choices.chance(0.2)) {
    const entry: Entry = {
      name: 'flag',
      scalar: 'bool',
      dims: shape(choices.below(2)),
      low: 0,
      high: 1,
      weight: 0,
    };
    enter(entry, () => Math.round(number()));
  }
  for (const role of ['param', 'data'] as const) {
    if (!choices.chance(0.15)) continue;
    const of = { scalar: 'real', low: -2, high: 2, weight: 3 } as const;
    const { declaration, entries: fields } = recordInput(choices, role === 'param' ? 'wr' : 'dr', dims, of);
    lines.push(`  ${role} ${declaration}`);
    for (const field of fields) give(role, field, () => between(-2, 2));
  }
  return { lines, entries, params: values.param, data: values.data, onGrid };
}

/** A scalar, indexed, whole-array or int `let`. */
function aLet(g: Making, scope: Scope, name: string): { readonly line: string; readonly entry: Entry } {
  const { choices } = g;
  const real = ({ low, high }: Term, dims: readonly Dim[]): Entry => ({
    name,
    scalar: 'real',
    dims,
    low,
    high,
    weight: 3,
  });
  const kind = choices.weighted([[2, 'scalar'], [3, 'indexed'], [3, 'whole'], [0.5, 'position']] as const); // prettier-ignore
  if (kind === 'scalar') {
    const value = aReal(g, scope);
    return { line: `  let ${name} = ${value.text}`, entry: real(value, []) };
  }
  const dims = Array.from({ length: 1 + choices.below(2) }, () => choices.pick(scope.dims));
  if (kind === 'whole') {
    const value = moderate(g, anArray(g, scope, dims));
    const type = choices.chance(0.2) ? `: real[${dims.map((dim) => dim.text).join(', ')}]` : '';
    return { line: `  let ${name}${type} = ${value.text}`, entry: real(value, dims) };
  }
  if (kind === 'indexed') {
    const { clauses, element } = overAxes(g, scope, dims, aReal);
    return { line: `  let ${name}[${clauses}] = ${element.text}`, entry: real(element, dims) };
  }
  const range = choices.pick(scope.dims);
  const text = aPosition(g, scope, range);
  const entry: Entry = { name, scalar: 'int', dims: [], range, low: 0, high: range.value, weight: 0 };
  return { line: `  let ${name} = ${text}`, entry };
}

function anOutput(g: Making, scope: Scope): string {
  const { choices } = g;
  switch (choices.pick(['scalar', 'indexed', 'bool', 'position'])) {
    case 'scalar':
      return `  output prediction = ${aReal(g, scope).text}`;
    case 'indexed': {
      const { clauses, element } = overAxes(g, scope, [choices.pick(scope.dims)], aReal);
      return `  output prediction[${clauses}] = ${element.text}`;
    }
    case 'bool': {
      const { clauses, element } = overAxes(g, scope, [choices.pick(scope.dims)], aBool);
      return `  output prediction[${clauses}] = ${element.text}`;
    }
    case 'position':
      return `  output prediction = ${aPosition(g, scope, choices.pick(scope.dims))}`;
  }
}
