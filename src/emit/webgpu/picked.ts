// Arrays of which a thread wants an element or two, as when each element of a gradient is a thread of its own and the loop made rows of
// adjoints: the thread computes those elements, and no array. So it does with elements that are next to nothing to compute, wherever it
// reads them: an array of its own would be memory that is written and read.

import type { Block, BuildStatement, Statement, Value } from '../../ir/types.ts';
import { isCostly } from '../../ad/cost.ts';
import { cloneBlock, mapBlocks, operandsOf, statementsOf } from '../../ir/walk.ts';
import { filledIn } from './filled.ts';
import { isSafe } from './reread.ts';

/** Where an element takes long, for this many it is not computed again. */
const mostReads = 2;
/** And where it does not, for the text's sake. */
const mostCopies = 16;

export function picked(block: Block, fresh: (value: Value) => Value): Block {
  const isEntered = ({ kind }: Statement): boolean => kind === 'reduce' || kind === 'if' || kind === 'loop';
  const within = (inner: Block): Block => {
    const { statements, results } = inner;
    return elementsOf({ statements: statements.map((s) => (isEntered(s) ? mapBlocks(s, within) : s)), results }, fresh); // prettier-ignore
  };
  return within(filledIn(block, fresh, isEntered));
}

function elementsOf(block: Block, fresh: (value: Value) => Value): Block {
  return block.statements.reduce((before, s) => {
    if (s.kind !== 'build') return before;
    // One before it may have changed it.
    const build = before.statements.find((one) => one.outs[0]?.id === s.outs[0]?.id);
    return build?.kind === 'build' ? withElements(before, build, fresh) : before;
  }, block);
}

function withElements(block: Block, build: BuildStatement, fresh: (value: Value) => Value): Block {
  const { outs, axes, body } = build;
  const [array] = outs;
  const [result] = body.results;
  const isElement = body.statements.some((s) => s.outs.some((out) => out === result));
  if (array === undefined || outs.length > 1 || array.type.dims.length !== axes.length) return block;
  if (!isElement || !isSafe(body.statements)) return block;
  const all = [...statementsOf(block)];
  const uses = all.filter((s) => operandsOf(s).includes(array));
  const isRead = uses.every((s) => s.kind === 'read' && s.array === array && s.inRange && s.indices.length === axes.length && !s.indices.includes(array)); // prettier-ignore
  if (!isRead || block.results.includes(array) || all.some((s) => isYieldedIn(s, array))) return block;
  const isWorth = isCheap(body) ? uses.length <= mostCopies : uses.length <= mostReads && readsOnce(block.statements, array) === uses.length; // prettier-ignore
  if (uses.length === 0 || !isWorth) return block;

  const replaced = (statements: readonly Statement[]): readonly Statement[] =>
    statements.flatMap((s): readonly Statement[] => {
      if (s.kind !== 'read' || s.array !== array)
        return [mapBlocks(s, (inner) => ({ ...inner, statements: replaced(inner.statements) }))];
      const indices = new Map(axes.flatMap(({ id }, k) => (s.indices[k] === undefined ? [] : [[id, s.indices[k]]]))); // prettier-ignore
      return cloneBlock(body, indices, (value) => (value === result ? s.outs[0] : fresh(value))).block
        .statements;
    });
  return { ...block, statements: replaced(block.statements.filter((s) => s !== build)) };
}

/** How many statements read it that do not stand in a loop. */
function readsOnce(statements: readonly Statement[], array: Value): number {
  let count = 0;
  for (const s of statements) {
    if (s.kind === 'read' && s.array === array) count++;
    if (s.kind === 'if') count += readsOnce([...s.then.statements, ...s.otherwise.statements], array);
  }
  return count;
}

/** Not more to compute than it is to keep it in memory, as the difference of two elements, or an element and zeros around it. */
function isCheap(body: Block): boolean {
  const all = [...statementsOf(body)];
  const reads = all.filter(({ kind }) => kind === 'read').length;
  return reads <= 2 && all.length <= 16 && all.every((s) => s.kind !== 'reduce' && !isCostly(s));
}

const isYieldedIn = (s: Statement, array: Value): boolean => {
  let found = false;
  mapBlocks(s, (block) => {
    found ||= block.results.includes(array);
    return block;
  });
  return found;
};
