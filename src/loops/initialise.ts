// `fill 0` followed by adding exactly once to every element is a store to every element.

import { asConstant } from '../base/polynomial.ts';
import { effectsOf, writes, type Effects } from './effects.ts';
import { isZero, sizeOf } from './make.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapRegions } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;
type Accumulate = Extract<Statement, { readonly kind: 'accumulate' }>;

/** A fill whose buffer nothing has touched since, except adds to some of its elements. */
interface Pending {
  readonly position: number;
  readonly buffer: Buffer;
  /** Positions of the first adds to elements, by index. */
  readonly elements: Map<string, number>;
}

export function initialise(routine: Routine): Routine {
  return { ...routine, body: rewriteList(routine.body) };
}

function rewriteList(statements: readonly Statement[]): readonly Statement[] {
  const into: (Statement | undefined)[] = [];
  const pending = new Map<Buffer, Pending>();
  for (const old of statements) {
    const statement = mapRegions(old, rewriteList);
    if (pending.size > 0) settle(statement, pending, into);
    else into.push(statement);
    if (statement.kind === 'fill' && isZero(statement.value)) {
      pending.set(statement.buffer, {
        position: into.length - 1,
        buffer: statement.buffer,
        elements: new Map(),
      });
    }
  }
  return into.filter((statement) => statement !== undefined);
}

/** Adds a statement to the list, and resolves the fills that it decides. */
function settle(statement: Statement, pending: Map<Buffer, Pending>, into: (Statement | undefined)[]): void {
  const effects = effectsOf([statement]);
  let current = statement;
  for (const fill of Array.from(pending.values())) {
    if (!touches(effects, fill.buffer)) continue;
    if (current.kind === 'accumulate' && !effects.loaded.has(fill.buffer)) {
      if (coversLiteral(current, fill, into.length)) {
        into[fill.position] = undefined;
        const here = into.length;
        for (const position of fill.elements.values()) {
          const add = into[position];
          if (add !== undefined) into[position] = asStore(add);
          else if (position === here) current = asStore(current);
        }
        pending.delete(fill.buffer);
      } else if (literalKey(current) === undefined) pending.delete(fill.buffer);
      continue;
    }
    pending.delete(fill.buffer);
    if (current.kind !== 'for' || fill.elements.size > 0) continue;
    const stored = storeOnce(current, fill.buffer, []);
    if (stored === undefined) continue;
    current = stored;
    into[fill.position] = undefined;
  }
  into.push(current);
}

const touches = (effects: Effects, buffer: Buffer): boolean =>
  effects.loaded.has(buffer) || writes(effects, buffer);

const asStore = (statement: Statement): Statement =>
  statement.kind === 'accumulate' ? { ...statement, kind: 'store' } : statement;

const literalKey = ({ indices }: Accumulate): string | undefined =>
  indices.every((index) => index.kind === 'literal')
    ? indices.map((index) => (index.kind === 'literal' ? Number(index.value) : '')).join()
    : undefined;

/** Notes an add to an element with a known index; true when now every element has been added to. */
function coversLiteral(statement: Accumulate, fill: Pending, position: number): boolean {
  const key = literalKey(statement);
  if (key === undefined) return false;
  if (!fill.elements.has(key)) fill.elements.set(key, position);
  const count = fill.buffer.dims.reduce((product, dim) => product * (asConstant(dim) ?? NaN), 1);
  return fill.elements.size === count;
}

/**
 * The loop with its add to the buffer made a store, if that is the only thing in it that touches the buffer and it
 * hits each element once: the loops around it are as many as the dims, run over the whole of them, and index them.
 */
function storeOnce(loop: Loop, buffer: Buffer, around: readonly Loop[]): Loop | undefined {
  const loops = [...around, loop];
  const touching = loop.body.filter((statement) => touches(effectsOf([statement]), buffer));
  const [only] = touching;
  if (only === undefined || touching.length > 1) return undefined;
  let changed: Statement | undefined;
  if (only.kind === 'for') changed = storeOnce(only, buffer, loops);
  else if (only.kind === 'accumulate' && !effectsOf([only]).loaded.has(buffer) && isWhole(only, loops)) {
    changed = asStore(only);
  }
  if (changed === undefined) return undefined;
  const made = changed;
  return { ...loop, body: loop.body.map((statement) => (statement === only ? made : statement)) };
}

function isWhole({ buffer, indices }: Accumulate, loops: readonly Loop[]): boolean {
  const ofLoop = new Map<Local, Loop>(loops.map((loop) => [loop.index, loop]));
  const left = new Set(loops);
  const whole = indices.every((index, axis) => {
    const loop = index.kind === 'local' ? ofLoop.get(index.local) : undefined;
    const dim = buffer.dims[axis];
    return (
      loop !== undefined &&
      dim !== undefined &&
      left.delete(loop) &&
      isZero(loop.from) &&
      same(loop.to, sizeOf(dim))
    );
  });
  return whole && left.size === 0;
}

const same = (a: Expression, b: Expression): boolean =>
  a.kind === 'extent'
    ? b.kind === 'extent' && a.size.key === b.size.key
    : a.kind === 'literal' && b.kind === 'literal' && a.value === b.value;
