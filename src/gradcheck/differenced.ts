// The functions whose differences are taken, in double precision. That is the emitted code, but for a model with `stop`: there differences have to take
// for constant what the derivative does, which only the interpreter can.

import { reverse } from '../ad/reverse.ts';
import { holdStops, interpret, type Results } from '../ir/interpret.ts';
import type { Block, Program } from '../ir/types.ts';
import { blocksOf } from '../ir/walk.ts';
import type { BoundModel } from './emitted.ts';
import { flatten, layoutOf } from './layout.ts';
import type { Point } from './point.ts';

export interface Differenced {
  readonly loss: (x: readonly number[]) => number;
  readonly gradient: (x: readonly number[]) => readonly number[];
}

/** `x` is the point, at which every `stop` has its value. */
export function differenced(
  program: Program,
  point: Point,
  bound: BoundModel,
  x: readonly number[],
): Differenced {
  if (!stops(program.body)) return { loss: bound.loss, gradient: (at) => bound.gradient(at).gradient };
  const slots = layoutOf(program, point.sizes);
  const held = (from: Program): ((at: readonly number[]) => Results) => {
    const hold = holdStops();
    const run = (at: readonly number[]): Results => {
      const params = Object.fromEntries(
        slots.map(({ name, shape, offset, length }) => {
          const values = at.slice(offset, offset + length);
          return [name, shape.length === 0 ? (values[0] ?? NaN) : values];
        }),
      );
      return interpret(from, { params, data: point.data }, point.sizes, { stop: hold() });
    };
    run(x);
    return run;
  };
  const loss = held(program);
  const gradient = held(reverse(program));
  return {
    loss: (at) => loss(at).loss ?? NaN,
    gradient: (at) => {
      const found = gradient(at).gradient;
      return flatten(slots, ({ name }) => found[name]);
    },
  };
}

const stops = (block: Block): boolean =>
  block.statements.some(
    (statement) => (statement.kind === 'op' && statement.op === 'stop') || blocksOf(statement).some(stops),
  );
