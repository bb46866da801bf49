// Dead code: drops statements whose values nobody uses, single outs of statements that have several, accumulators that
// nobody reads, and additions that nobody sees.

import type { Block, LoopStatement, Operand, Program, Statement, Value } from '../ir/types.ts';
import { accumulatorsOf, mapBlocks, operandsOf } from '../ir/walk.ts';

export function dropDead(program: Program): Program {
  const body = liveBlock(program.body, new Set());
  return body === program.body ? program : { ...program, body };
}

/** What is left of a block by itself. */
export const dropDeadIn = (block: Block): Block => liveBlock(block, new Set());

/** Walks backwards; `live` holds the ids used by what follows, and by what encloses. */
function liveBlock(block: Block, live: Set<number>): Block {
  const use = (operand: Operand): void => {
    if (operand.kind === 'value') live.add(operand.id);
  };
  block.results.forEach(use);
  const kept: Statement[] = [];
  for (let i = block.statements.length - 1; i >= 0; i--) {
    const before = block.statements[i];
    const statement = before === undefined ? undefined : liveStatement(before, live);
    if (statement === undefined) continue;
    operandsOf(statement).forEach(use);
    kept.push(statement);
  }
  kept.reverse();
  const isSame = kept.length === block.statements.length && kept.every((s, i) => s === block.statements[i]);
  return isSame ? block : { statements: kept, results: block.results };
}

/** What is left of a statement; undefined when nothing is. */
function liveStatement(statement: Statement, live: Set<number>): Statement | undefined {
  const isLive = (value: Value): boolean => live.has(value.id);
  switch (statement.kind) {
    case 'op':
    case 'read':
    case 'row':
    case 'set':
    case 'list':
    case 'open':
    case 'freeze':
      return statement.outs.some(isLive) ? statement : undefined;
    case 'add':
      return isLive(statement.accumulator) ? statement : undefined;
    case 'rule':
      if (!statement.outs.some(isLive)) return undefined;
      return mapBlocks(statement, (block) => liveBlock(block, live));
    case 'build': {
      if (!statement.outs.some(isLive)) return undefined;
      const { outs, block } = keepOuts(statement.outs, statement.body, live);
      return { ...statement, outs, body: liveBlock(block, live) };
    }
    case 'reduce': {
      if (!statement.outs.some(isLive)) return undefined;
      if (statement.reducer !== 'sum') return { ...statement, body: liveBlock(statement.body, live) };
      const { outs, block } = keepOuts(statement.outs, statement.body, live);
      return { ...statement, outs, body: liveBlock(block, live) };
    }
    case 'loop':
      return liveLoop(statement, live);
    case 'for': {
      const body = liveBlock(statement.body, live);
      return body.statements.length === 0 ? undefined : { ...statement, body };
    }
    case 'if': {
      const then = keepOuts(statement.outs, statement.then, live);
      const otherwise = keepOuts(statement.outs, statement.otherwise, live);
      const [thenBlock, otherwiseBlock] = [liveBlock(then.block, live), liveBlock(otherwise.block, live)];
      const empty = then.outs.length + thenBlock.statements.length + otherwiseBlock.statements.length === 0;
      return empty
        ? undefined
        : { ...statement, outs: then.outs, then: thenBlock, otherwise: otherwiseBlock };
    }
  }
}

/**
 * What a loop carries is needed when its final value is, when the condition asks for it, or when something needed in
 * the next iteration is made of it: found by adding to the state that is kept until nothing more is needed.
 */
function liveLoop(statement: LoopStatement, live: Set<number>): Statement | undefined {
  const { state, condition, outs, body } = statement;
  const hasEffects = accumulatorsOf(statement).size > 0;
  // A loop whose condition may go on holding fails, but only a result that somebody wants can be wrong.
  if (!hasEffects && !outs.some((out) => live.has(out.id))) return undefined;
  const kept = new Set(state.flatMap((_, k) => (live.has(outs[k]?.id ?? -1) ? [k] : [])));
  // What was needed for less of the state is needed for more of it, so what is live only grows.
  for (;;) {
    const isKept = (k: number): boolean => (k < state.length ? kept.has(k) : live.has(outs[k]?.id ?? -1));
    const asked = condition === undefined ? undefined : liveBlock(condition, live);
    const trimmed = liveBlock({ ...body, results: body.results.filter((_, k) => isKept(k)) }, live);
    const more = state.flatMap(({ value }, k) => (!kept.has(k) && live.has(value.id) ? [k] : []));
    if (more.length > 0) {
      for (const k of more) kept.add(k);
      continue;
    }
    const isEmpty = trimmed.statements.length + trimmed.results.length === 0;
    if (isEmpty && !outs.some((out) => live.has(out.id))) return undefined;
    return {
      ...statement,
      outs: outs.filter((_, k) => isKept(k) || (condition !== undefined && k === outs.length - 1)),
      state: state.filter((_, k) => kept.has(k)),
      ...(asked === undefined ? {} : { condition: asked }),
      body: trimmed,
    };
  }
}

function keepOuts(
  outs: readonly Value[],
  block: Block,
  live: ReadonlySet<number>,
): { outs: Value[]; block: Block } {
  return {
    outs: outs.filter((out) => live.has(out.id)),
    block: { ...block, results: block.results.filter((_, i) => live.has(outs[i]?.id ?? -1)) },
  };
}
