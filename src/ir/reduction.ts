// What each reducer does, for interpret.ts: the sentences of ReduceStatement (types.ts) as code.

import type { Reducer } from './types.ts';

type Scalar = number | boolean;

/** One reduction under way. */
export interface Reducing {
  /** Takes result number `position` of the body at an index. */
  readonly take: (value: Scalar, index: number, position: number) => void;
  /** The values of the outs. */
  readonly results: () => readonly Scalar[];
}

/** Starts reductions; `rounds` has one rounding for each out. */
export function reduction(reducer: Reducer, rounds: readonly ((value: number) => number)[]): () => Reducing {
  const round = rounds[0] ?? ((value: number): number => value);
  switch (reducer) {
    case 'sum':
      return () => {
        const sums = rounds.map(() => 0);
        return {
          take: (value, _, position) => {
            const sum = (sums[position] ?? 0) + Number(value);
            sums[position] = rounds[position]?.(sum) ?? sum;
          },
          results: () => sums,
        };
      };
    case 'prod':
      return () => folding<number>(1, (product, value) => round(product * Number(value)));
    case 'any':
      return () => folding<boolean>(false, (any, value) => any || value === true);
    case 'all':
      return () => folding<boolean>(true, (all, value) => all && value === true);
    case 'max':
      return () => extremum(-Infinity, (value, best) => value > best);
    case 'min':
      return () => extremum(Infinity, (value, best) => value < best);
    case 'logSumExp':
      return () => {
        const values: number[] = [];
        return { take: (value) => values.push(Number(value)), results: () => [logSumExp(values, round)] };
      };
  }
}

function folding<State extends Scalar>(start: State, step: (state: State, value: Scalar) => State): Reducing {
  let state = start;
  return {
    take: (value) => {
      state = step(state, value);
    },
    results: () => [state],
  };
}

/** The first extremum and its index; the first NaN where there is one. */
function extremum(start: number, isBetter: (value: number, best: number) => boolean): Reducing {
  let best = start;
  let at = -1;
  return {
    take: (taken, index) => {
      const value = Number(taken);
      if (Number.isNaN(best) || !(isBetter(value, best) || Number.isNaN(value))) return;
      best = value;
      at = index;
    },
    results: () => [best, at],
  };
}

/** log Σ exp(x), shifted by the largest x so that nothing overflows. */
function logSumExp(values: readonly number[], round: (value: number) => number): number {
  let largest = -Infinity;
  for (const value of values) largest = Math.max(largest, value);
  // All -Infinity (or none): -Infinity. One Infinity or NaN: that. The shift would make NaN of these.
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const value of values) sum = round(sum + round(Math.exp(round(value - largest))));
  return round(largest + round(Math.log(sum)));
}
