// Value numbering: equal numbers mean equal values, wherever in the routine they are computed. Loads and variables get
// new numbers when what they read may have changed; a load of what was stored has the number of what was stored.

import type { Effects } from './effects.ts';
import type { Buffer, Expression, Local, Statement } from './types.ts';
import { childrenOf } from './walk.ts';

export interface Numbering {
  readonly numberOf: (expression: Expression) => number;
  /** A local gets the number of the value that it is declared with; a variable without one a new number. */
  readonly declare: (local: Local, value: number | undefined) => void;
  /** After a statement that is not a region, or around one: what it changes gets new numbers. */
  readonly change: (effects: Effects) => void;
  readonly store: (statement: Extract<Statement, { readonly kind: 'store' }>) => void;
}

/** What is known of a buffer since its last change at an unknown place. */
interface Contents {
  version: number;
  /** Values of elements that were stored or loaded, by the numbers of their indices. */
  readonly elements: Map<string, number>;
  /** The indices of those whose place is not known in every axis. */
  readonly movable: Map<string, readonly number[]>;
}

const nothingStored = (version: number): Contents => ({ version, elements: new Map(), movable: new Map() });

export function numbering(): Numbering {
  const numbers = new Map<string, number>();
  /** Numbers of int literals: two different ones are different places for sure. */
  const literals = new Set<number>();
  const locals = new Map<Local, number>();
  const buffers = new Map<Buffer, Contents>();
  const bufferIds = new Map<Buffer, number>();
  let next = 0;

  const numbered = (key: string): number => {
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = next++));
    return number;
  };

  function contentsOf(buffer: Buffer): Contents {
    let contents = buffers.get(buffer);
    if (contents === undefined) buffers.set(buffer, (contents = nothingStored(next++)));
    return contents;
  }

  function idOf(buffer: Buffer): number {
    let id = bufferIds.get(buffer);
    if (id === undefined) bufferIds.set(buffer, (id = bufferIds.size));
    return id;
  }

  /** Numbers of the expressions seen since the last change. */
  const memo = new Map<Expression, number>();

  function numberOf(expression: Expression): number {
    const known = memo.get(expression);
    if (known !== undefined) return known;
    const number = compute(expression);
    memo.set(expression, number);
    return number;
  }

  function compute(expression: Expression): number {
    switch (expression.kind) {
      case 'literal': {
        const text = Object.is(expression.value, -0) ? '-0' : String(expression.value);
        const number = numbered(`${expression.scalar} ${text}`);
        if (expression.scalar === 'int') literals.add(number);
        return number;
      }
      case 'extent':
        return numbered(`<${expression.size.key}>`);
      case 'local': {
        const known = locals.get(expression.local);
        if (known !== undefined) return known;
        const fresh = next++;
        locals.set(expression.local, fresh);
        return fresh;
      }
      case 'op':
        return numbered(`${expression.op}(${expression.args.map(numberOf).join()})`);
      case 'conditional':
        return numbered(`?(${childrenOf(expression).map(numberOf).join()})`);
      case 'load': {
        const at = expression.indices.map(numberOf);
        const key = at.join();
        const contents = contentsOf(expression.buffer);
        const known = contents.elements.get(key);
        if (known !== undefined) return known;
        const number = numbered(`@${idOf(expression.buffer)}.${contents.version}[${key}]`);
        note(contents, at, number);
        return number;
      }
    }
  }

  const isKnown = (index: number): boolean => literals.has(index);

  /** The two index lists differ in an axis where both are known. */
  const differ = (a: readonly number[], b: readonly number[]): boolean =>
    a.some((index, axis) => index !== b[axis] && isKnown(index) && isKnown(b[axis] ?? -1));

  /** Forgets the elements that may be at the place. Where both places are known, only the one itself is. */
  function forget({ elements, movable }: Contents, at: readonly number[]): void {
    const isFixed = at.every(isKnown);
    for (const [key, indices] of movable) {
      if (differ(indices, at)) continue;
      movable.delete(key);
      elements.delete(key);
    }
    if (isFixed) return;
    for (const key of elements.keys())
      if (!movable.has(key) && !differ(key.split(',').map(Number), at)) elements.delete(key);
  }

  /** From here on the element has this number, until something may have been stored there. */
  function note({ elements, movable }: Contents, at: readonly number[], number: number): void {
    elements.set(at.join(), number);
    if (!at.every(isKnown)) movable.set(at.join(), at);
  }

  return {
    numberOf,
    declare: (local, value) => {
      // What has not been mentioned is in no expression that has a number.
      if (locals.has(local)) memo.clear();
      locals.set(local, value ?? next++);
    },
    change: ({ assigned, increased, stored, accumulated }) => {
      memo.clear();
      for (const set of [assigned, increased]) for (const local of set) locals.set(local, next++);
      for (const set of [stored, accumulated])
        for (const buffer of set) buffers.set(buffer, nothingStored(next++));
    },
    store: ({ buffer, indices, value }) => {
      const at = indices.map(numberOf);
      const stored = numberOf(value);
      const contents = contentsOf(buffer);
      forget(contents, at);
      contents.version = next++;
      note(contents, at, stored);
      memo.clear();
    },
  };
}
