// What the rows about the prelude compute with, and how a row is computed: as a value, and as a gradient.

import { interpret } from '../../src/ir/interpret.ts';
import { derivativeAt0, inner, lossAt, moved, optimised, type Parameters } from '../support/derive.ts';
import { programOf } from '../support/language.ts';

/** An expression in Nabla over the inputs below, and its value: the formula written in JavaScript, or a known number. */
export type Row = readonly [expression: string, expected: number | readonly number[]];

/** Numbers between -1 and 1 without a pattern, always the same. */
export const numbers = (count: number, seed: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(7.3 * (i + 1) * seed + i * i));

export const x = 0.7;
export const y = -1.3;
export const t = 0.25;
export const a: readonly number[] = [0.5, -1.5, 2];
export const b: readonly number[] = [1, 0.25, -3];
export const A: readonly number[] = [1, 2, 3, 4, 5, 6];
export const S: readonly number[] = [2, 1, -1, 3];
export const k = 1;

/** Arrays of the shapes that `declarations` tells, row by row. */
export const T = numbers(9, 1);
export const signal = numbers(16, 2);
export const image = numbers(48, 3);
export const taps = numbers(12, 4);
export const kernel = numbers(36, 5);
export const Wx = numbers(36, 6);
export const Wh = numbers(36, 7);
export const bias = numbers(12, 8);
export const state = numbers(6, 9);

export const inputs = { x, y, t, a, b, A, S, T, signal, image, taps, kernel, Wx, Wh, bias, state };
type Inputs = Readonly<Record<keyof typeof inputs, number | readonly number[]>>;
const types = `x: real, y: real, t: real, a: real[n], b: real[n], A: real[2, n], S: real[2, 2], T: real[3, 3],
  signal: real[2, 8], image: real[2, 4, 6], taps: real[3, 2, 2], kernel: real[3, 2, 3, 2],
  Wx: real[4*n, n], Wh: real[4*n, n], bias: real[4*n], state: real[2, n]`;
export const sizes = { n: 3 };

/** The inputs of reals that an expression reads. */
export const readBy = (expression: string): readonly (keyof typeof inputs)[] =>
  (Object.keys(inputs) as (keyof typeof inputs)[]).filter((name) =>
    new RegExp(`\\b${name}\\b`).test(expression),
  );

/** The value of an expression, with other values for some of the inputs. */
export function valueOf(expression: string, others: Partial<Inputs> = {}): readonly number[] {
  const program = programOf(
    `model M {\n  dim n\n  data ${types}, k: int in 0..n\n  output result = ${expression}\n}`,
  );
  const { result } = interpret(program, { data: { ...inputs, ...others, k } }, sizes).outputs;
  if (result instanceof Float64Array) return [...result];
  return [Number(result)];
}

/** A model whose loss adds up curved functions of these expressions; all inputs are parameters. */
export function modelOf(rows: readonly Row[]): string {
  const losses = rows.map(([expression, expected]) => {
    const curved = `sin(1.3 * (${expression}))`;
    return `  loss ${typeof expected === 'number' ? curved : `sum(${curved})`}`;
  });
  return `model M {\n  dim n\n  data k: int in 0..n\n  param ${types}\n${losses.join('\n')}\n}\n`;
}

export const point = { params: inputs, data: { k } };

/** The derivative of the loss of a model along a direction: by reverse mode, and by differences. */
export function slopesOf(model: string) {
  const program = programOf(model);
  const direction: Parameters = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      typeof value === 'number' ? 0.6 : numbers(value.length, name.length + 10),
    ]),
  );
  const { gradient } = interpret(optimised(program).gradient, point, sizes);
  const along = (step: number): number => lossAt(program, moved(point, direction, step), sizes);
  return { reverse: inner(gradient, direction), differences: derivativeAt0(along, 0.01) };
}
