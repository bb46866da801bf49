// Which locals and buffers some statements touch, and how, in one map: whether two statements may change places is then one
// look at what they have in common.

import { effectsOf } from './effects.ts';
import type { Buffer, Local, Statement } from './types.ts';

/** Ways to touch a local or a buffer, as bits. */
export const way = {
  declared: 1,
  used: 2,
  assigned: 4,
  increased: 8,
  loaded: 16,
  stored: 32,
  accumulated: 64,
} as const;

type Way = keyof typeof way;

export type Touched = ReadonlyMap<Local | Buffer, number>;

/** For each way, those of another statement that have to stay before or after it. Additions may change places. */
const opposed: Readonly<Record<Way, number>> = {
  declared: way.used | way.assigned | way.increased,
  used: way.declared | way.assigned | way.increased,
  assigned: way.declared | way.used | way.assigned | way.increased,
  increased: way.declared | way.used | way.assigned,
  loaded: way.stored | way.accumulated,
  stored: way.loaded | way.stored | way.accumulated,
  accumulated: way.loaded | way.stored,
};

const ways = Object.keys(way) as readonly Way[];

/** The same for every set of ways. */
const opposedTo: readonly number[] = Array.from({ length: 128 }, (_, set) =>
  ways.reduce((all, one) => ((set & way[one]) === 0 ? all : all | opposed[one]), 0),
);

export function touchedBy(statement: Statement): Touched {
  const effects = effectsOf([statement]);
  const touched = new Map<Local | Buffer, number>();
  for (const one of ways) for (const thing of effects[one]) touch(touched, thing, way[one]);
  return touched;
}

const touch = (touched: Map<Local | Buffer, number>, thing: Local | Buffer, ways: number): void =>
  void touched.set(thing, (touched.get(thing) ?? 0) | ways);

export function touchAll(touched: Map<Local | Buffer, number>, more: Touched): void {
  for (const [thing, ways] of more) touch(touched, thing, ways);
}

export function rename(touched: Map<Local | Buffer, number>, from: Local, to: Local): void {
  const ways = touched.get(from);
  if (from === to || ways === undefined) return;
  touched.delete(from);
  touch(touched, to, ways);
}

/** There is something that both touch in ways for which `holds`. */
export function meet(
  a: Touched,
  b: Touched,
  holds: (one: number, other: number, thing: Local | Buffer) => boolean,
): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const [thing, one] of small) {
    const other = large.get(thing);
    if (other !== undefined && holds(one, other, thing)) return true;
  }
  return false;
}

export const areOpposed = (one: number, other: number): boolean => ((opposedTo[one] ?? 0) & other) !== 0;

/** The two cannot change places. */
export const oppose = (a: Touched, b: Touched): boolean => meet(a, b, areOpposed);
