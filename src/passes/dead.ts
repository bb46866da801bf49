// Dead code: drops statements whose values nobody uses, single outs of statements that have several, accumulators that
// nobody reads, and additions that nobody sees.

import type { Block, Operand, Program, Statement, Value } from '../ir/types.ts';
import { operandsOf } from '../ir/walk.ts';

export function dropDead(program: Program): Program {
  return { ...program, body: liveBlock(program.body, new Set()) };
}

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
  return { statements: kept.reverse(), results: block.results };
}

/** What is left of a statement; undefined when nothing is. */
function liveStatement(statement: Statement, live: Set<number>): Statement | undefined {
  const isLive = (value: Value): boolean => live.has(value.id);
  switch (statement.kind) {
    case 'op':
    case 'read':
    case 'list':
    case 'open':
    case 'freeze':
      return statement.outs.some(isLive) ? statement : undefined;
    case 'add':
      return isLive(statement.accumulator) ? statement : undefined;
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
