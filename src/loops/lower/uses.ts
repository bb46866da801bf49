// Which statements and values of the IR are needed, and which scalars may be nested into the
// expression that uses them. One walk from the results back to the inputs.

import { bug } from '../../base/bug.ts';
import type { Block, LoopStatement, Operand, Statement, Value } from '../../ir/types.ts';
import { accumulatorsOf } from '../../ir/walk.ts';

export interface Uses {
  readonly used: Pick<ReadonlySet<Value>, 'has'>;
  /** Used exactly once, in the block that defines it: nesting it there moves it into no loop and no branch. */
  readonly once: ReadonlySet<Value>;
  /** Statements that compute something that is used. */
  readonly live: ReadonlySet<Statement>;
}

export function usesOf(body: Block, results: readonly Operand[]): Uses {
  /** The block of the only use of a value; nothing for a value with several. */
  const used = new Map<Value, Block | undefined>();
  const once = new Set<Value>();
  const live = new Set<Statement>();
  /** Accumulators whose frozen value is used. */
  const awaited = new Set<Value>();

  function use(operand: Operand, block: Block): void {
    if (operand.kind !== 'value') return;
    used.set(operand, used.has(operand) ? undefined : block);
  }

  /** True if something in the block adds to an accumulator that is awaited. */
  function visitBlock(block: Block, wanted: readonly Operand[]): boolean {
    for (const result of wanted) use(result, block);
    let adds = false;
    for (let position = block.statements.length - 1; position >= 0; position--) {
      const statement = block.statements[position];
      if (statement === undefined) continue;
      const inner = visitRegions(statement);
      if (inner || isAwaited(statement)) {
        live.add(statement);
        useOperands(statement, block);
      }
      if (inner || (statement.kind === 'add' && awaited.has(statement.accumulator))) adds = true;
      for (const out of statement.outs) {
        if (used.get(out) === block) once.add(out);
      }
    }
    return adds;
  }

  function isAwaited(statement: Statement): boolean {
    if (statement.kind === 'add') return awaited.has(statement.accumulator);
    if (statement.kind === 'open') return awaited.has(statement.outs[0]);
    const isUsed = statement.outs.some((out) => used.has(out));
    if (statement.kind === 'freeze' && isUsed) awaited.add(statement.accumulator);
    return isUsed;
  }

  function visitRegions(statement: Statement): boolean {
    switch (statement.kind) {
      case 'build':
        return visitBlock(statement.body, usedResults(statement.body, statement.outs));
      case 'reduce': {
        const { body, outs, reducer } = statement;
        const [result] = body.results;
        const extremum = reducer === 'max' || reducer === 'min';
        const wanted = extremum && result !== undefined && outs.some((out) => used.has(out)) ? [result] : [];
        return visitBlock(body, extremum ? wanted : usedResults(body, outs));
      }
      case 'if': {
        const then = visitBlock(statement.then, usedResults(statement.then, statement.outs));
        const otherwise = visitBlock(statement.otherwise, usedResults(statement.otherwise, statement.outs));
        return then || otherwise;
      }
      case 'for':
        return visitBlock(statement.body, []);
      case 'loop':
        return visitLoop(statement);
      case 'rule':
        return bug('a rule was not inlined');
      case 'op':
      case 'read':
      case 'row':
      case 'set':
      case 'list':
      case 'open':
      case 'add':
      case 'freeze':
        return false;
    }
  }

  /** All state of a loop that is needed for something is kept (the passes on the IR drop what is not), unused histories are not. */
  function visitLoop(statement: LoopStatement): boolean {
    const { outs, state, body, condition } = statement;
    const adds = [...awaited].some(({ id }) => accumulatorsOf(statement).has(id));
    if (!adds && !outs.some((out) => used.has(out))) return false;
    const history = outs.slice(state.length, body.results.length);
    const rows = body.results.slice(state.length).filter((_, k) => used.has(history[k] ?? statement.index));
    visitBlock(body, [...body.results.slice(0, state.length), ...rows]);
    if (condition !== undefined) visitBlock(condition, condition.results);
    return adds;
  }

  const usedResults = (block: Block, outs: readonly Value[]): readonly Operand[] =>
    block.results.filter((_, position) => {
      const out = outs[position];
      return out !== undefined && used.has(out);
    });

  function useOperands(statement: Statement, block: Block): void {
    for (const operand of operandsOf(statement)) use(operand, block);
  }

  visitBlock(body, results);
  return { used, once, live };
}

/** What a statement itself reads, without its regions. */
function operandsOf(statement: Statement): readonly Operand[] {
  switch (statement.kind) {
    case 'op':
    case 'rule':
      return statement.args;
    case 'read':
    case 'row':
      return [statement.array, ...statement.indices];
    case 'set':
      return [statement.array, ...statement.indices, statement.value];
    case 'loop':
      return [statement.from, statement.to, ...statement.state.map(({ initial }) => initial)];
    case 'list':
      return statement.elements;
    case 'reduce':
    case 'for':
      return [statement.from, statement.to];
    case 'if':
      return [statement.condition];
    case 'add':
      return [...statement.indices, statement.value];
    case 'open':
      return statement.initial === undefined ? [] : [statement.initial];
    case 'build':
    case 'freeze':
      return [];
  }
}
