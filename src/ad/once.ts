// Updates that write each element at most once, into an array that begins as a constant: what they replace needs no saving.
// It is so for `L[i, j] = …` in loops over i and j, the usual way to fill a table.

import { bug } from '../base/bug.ts';
import type { Literal, LoopStatement, Operand, Program, SetStatement, Value } from '../ir/types.ts';
import { statementsOf } from '../ir/walk.ts';
import { definitionsOf, type Definitions } from './regular.ts';
import { commonRoot, rootOf } from './updates.ts';

type Slot = { readonly loop: LoopStatement; readonly place: number };

/** An update, and where its array comes from. */
interface Update {
  readonly set: SetStatement;
  /** The loops that carry the array, innermost first. */
  readonly loops: readonly LoopStatement[];
  /** The array before the outermost of them. */
  readonly before: Operand;
  /** Nothing but loops that carry it lies between the two. */
  readonly isDirect: boolean;
}

/** What each such update replaces, by the id of its out. */
export function replacedConstants(program: Program): Map<number, Literal> {
  const definitions = definitionsOf(program);
  const slots = new Map<Value, Slot>();
  const sets: SetStatement[] = [];
  for (const statement of statementsOf(program.body)) {
    if (statement.kind === 'set') sets.push(statement);
    if (statement.kind === 'loop')
      statement.state.forEach(({ value }, place) => slots.set(value, { loop: statement, place }));
  }
  /** All that happens to one array that some outermost loop carries. */
  const chains = new Map<string, Update[]>();
  for (const set of sets) {
    const { chain, ...update } = trace(set, slots, definitions);
    const together = chains.get(chain);
    if (together === undefined) chains.set(chain, [update]);
    else together.push(update);
  }
  const constants = new Map<number, Literal>();
  for (const updates of chains.values()) {
    const [first] = updates;
    const literal = constantOf(first?.before, definitions);
    if (first === undefined || literal === undefined) continue;
    const isOnce = updates.every(
      ({ set, loops, isDirect }) =>
        isDirect &&
        loops.length > 0 &&
        loops.every(({ index }) => set.indices.includes(index)) &&
        // Several are alternatives: each begins with the same array, and writes the same element.
        set.array === first.set.array &&
        set.indices.every((index, axis) => index === first.set.indices[axis]),
    );
    if (isOnce) for (const { set } of updates) constants.set(set.outs[0].id, literal);
  }
  return constants;
}

function trace(
  set: SetStatement,
  slots: ReadonlyMap<Value, Slot>,
  definitions: Definitions,
): Update & { readonly chain: string } {
  const loops: LoopStatement[] = [];
  let chain = '';
  let isDirect = true;
  let array: Operand = set.array;
  for (;;) {
    const slot: Slot | undefined = array.kind === 'value' ? slots.get(array) : undefined;
    if (slot !== undefined) {
      loops.push(slot.loop);
      chain = `${slot.loop.index.id}:${slot.place}`;
    }
    const earlier: Operand | undefined =
      slot === undefined ? updatedFrom(array, definitions) : slot.loop.state[slot.place]?.initial;
    if (earlier === undefined) return { set, loops, before: array, isDirect, chain };
    // What an iteration replaces as a whole is no longer what the loop began with.
    isDirect &&= slot !== undefined && rootOf(nextOf(slot), definitions) === array;
    array = earlier;
  }
}

const nextOf = ({ loop, place }: Slot): Operand => loop.body.results[place] ?? bug('a loop lacks a result');

/** The array that this one is an update of. */
function updatedFrom(array: Operand, definitions: Definitions): Operand | undefined {
  const statement = array.kind === 'value' ? definitions.get(array.id) : undefined;
  const place = statement?.outs.findIndex((out) => out === array) ?? -1;
  if (statement?.kind === 'set') return statement.array;
  if (statement?.kind === 'loop') return statement.state[place]?.initial;
  return statement?.kind === 'if' ? commonRoot(statement, place, definitions) : undefined;
}

/** The one value of all elements. */
function constantOf(array: Operand | undefined, definitions: Definitions): Literal | undefined {
  const statement = array?.kind === 'value' ? definitions.get(array.id) : undefined;
  if (statement?.kind !== 'build' || statement.outs.length !== 1) return undefined;
  const [result] = statement.body.results;
  return result?.kind === 'literal' ? result : undefined;
}
