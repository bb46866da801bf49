// The source of chance: a tape of numbers that fast-check makes and shrinks. A generator asks it what to do, and the
// first answer is always the simplest, so that a shorter or smaller tape gives a smaller program.

import * as fc from 'fast-check';

const top = 0xffff;

/** A tape for one line of a program; when it is used up it answers with the simplest choice. */
export const tapes = tapesOf(60);

export function tapesOf(length: number): fc.Arbitrary<readonly number[]> {
  return fc.array(fc.nat(top), { minLength: length, maxLength: length });
}

export class Choices {
  readonly #tape: readonly number[];
  #position = 0;

  constructor(tape: readonly number[]) {
    this.#tape = tape;
  }

  /** A number in [0, 1). */
  #next(): number {
    return (this.#tape[this.#position++] ?? 0) / (top + 1);
  }

  /** An int in 0..count. */
  below(count: number): number {
    return Math.floor(this.#next() * count);
  }

  /** True with this probability; false is the simple answer. */
  chance(probability: number): boolean {
    return this.#next() >= 1 - probability;
  }

  pick<const Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }

  /** An option, as likely as its weight; the first is the simplest. A weight of 0 rules it out. */
  weighted<Item>(options: readonly (readonly [weight: number, item: Item])[]): Item {
    const possible = options.filter(([weight]) => weight > 0);
    const total = possible.reduce((sum, [weight]) => sum + weight, 0);
    let rest = this.#next() * total;
    for (const [weight, item] of possible) {
      rest -= weight;
      if (rest < 0) return item;
    }
    const last = possible.at(-1);
    if (last === undefined) throw new Error('nothing to choose from');
    return last[1];
  }
}

/** Numbers in [0, 1) from a seed (mulberry32), for the values of inputs. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
