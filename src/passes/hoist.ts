// Moves what does not depend on an index out of the iterations over it, sums and whole arrays included: the mean in
// `sum((y[n] - mean(y))^2 for n)` is computed once. Before differentiation, so that its adjoint is, too.
//
// Only out of iterations that certainly run: what never ran may be singular, and must not contribute. Never out of branches.

import { runsCertainly } from '../ir/certain.ts';
import type { Block, Program, Statement } from '../ir/types.ts';
import { canFail } from '../ops/index.ts';
import { blocksOf, freeValuesOfStatement, mapBlocks } from '../ir/walk.ts';

export function hoist(program: Program): Program {
  const hasRegions = program.body.statements.some((statement) => blocksOf(statement).length > 0);
  return hasRegions ? { ...program, body: hoistOutOf(program.body) } : program;
}

/** The block, with the invariant statements of its regions moved in front of the statements that own them. */
function hoistOutOf(block: Block): Block {
  const statements = block.statements.flatMap((before): readonly Statement[] => {
    const statement = mapBlocks(before, hoistOutOf);
    if (!runsCertainly(statement)) return [statement];
    const moved: Statement[] = [];
    const kept = mapBlocks(statement, (body) => split(statement, body, moved));
    return [...moved, kept];
  });
  return { ...block, statements };
}

/** The body of a region without its invariant statements, which are added to `moved`. */
function split(owner: Statement, body: Block, moved: Statement[]): Block {
  const inside = new Set<number>(boundIn(owner));
  const kept: Statement[] = [];
  for (const statement of body.statements) {
    const depends = [...freeValuesOfStatement(statement).keys()].some((id) => inside.has(id));
    if (!depends && isMovable(statement)) {
      moved.push(statement);
      continue;
    }
    kept.push(statement);
    for (const out of statement.outs) inside.add(out.id);
  }
  return { ...body, statements: kept };
}

const boundIn = (statement: Statement): readonly number[] => {
  switch (statement.kind) {
    case 'build':
      return statement.axes.map((axis) => axis.id);
    case 'reduce':
    case 'for':
      return [statement.index.id];
    case 'loop':
      return [statement.index, ...statement.state.map(({ value }) => value)].map(({ id }) => id);
    case 'op':
    case 'read':
    case 'row':
    case 'set':
    case 'list':
    case 'if':
    case 'rule':
    case 'open':
    case 'add':
    case 'freeze':
      return [];
  }
};

/** Computes its outs, does nothing else, and cannot fail. */
export function isMovable(statement: Statement): boolean {
  switch (statement.kind) {
    case 'op':
      return !canFail(statement.op);
    case 'row':
    case 'list':
      return true;
    case 'read':
    case 'set':
      return statement.inRange;
    case 'build':
    case 'reduce':
    case 'if':
    case 'rule':
      return blocksOf(statement).every((block) => block.statements.every(isMovable));
    case 'loop':
      return (
        statement.condition === undefined &&
        blocksOf(statement).every((block) => block.statements.every(isMovable))
      );
    case 'open':
    case 'add':
    case 'freeze':
    case 'for':
      return false;
  }
}
