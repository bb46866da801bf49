// Replacing locals and buffers in statements: uses, and the targets of assignments.

import { reference } from './make.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapChildren, mapExpression, mapExpressions, mapList, mapRegions } from './walk.ts';

/** Declarations are left alone: the caller moves or drops those of the locals it replaces. */
export function renameIn(
  statements: readonly Statement[],
  names: ReadonlyMap<Local, Local>,
): readonly Statement[] {
  if (names.size === 0) return statements;
  return mapList(statements, (statement) => renameStatement(statement, names));
}

function renameStatement(statement: Statement, names: ReadonlyMap<Local, Local>): Statement {
  const mapped = mapExpressions(statement, (expression) => renameExpression(expression, names));
  if (mapped.kind === 'assign' || mapped.kind === 'increase') {
    const local = names.get(mapped.local);
    return local === undefined ? mapped : { ...mapped, local };
  }
  return mapRegions(mapped, (region) => renameIn(region, names));
}

export function renameExpression(expression: Expression, names: ReadonlyMap<Local, Local>): Expression {
  if (expression.kind === 'local') {
    const local = names.get(expression.local);
    return local === undefined ? expression : reference(local);
  }
  return mapChildren(expression, (child) => renameExpression(child, names));
}

/** What stands for locals in a copy of some code. */
export type Names = ReadonlyMap<Local, Expression>;

/** The expression with other expressions for its locals. */
export function substituted(expression: Expression, names: Names): Expression {
  if (expression.kind === 'local') return names.get(expression.local) ?? expression;
  return mapChildren(expression, (child) => substituted(child, names));
}

/** The statement with locals of its own for all that it declares. */
export function copied(statement: Statement, names: Names): Statement {
  return copiedList([statement], names)[0] ?? statement;
}

/** The same for statements that follow one another. */
export function copiedList(statements: readonly Statement[], names: Names): readonly Statement[] {
  const here = new Map(names);
  const fresh = (local: Local): Local => {
    const own: Local = { ...local };
    here.set(local, reference(own));
    return own;
  };
  const copy = (inner: Statement): Statement => {
    const mapped = mapExpressions(inner, (root) => substituted(root, here));
    switch (mapped.kind) {
      case 'declare':
        return { ...mapped, local: fresh(mapped.local) };
      case 'assign':
      case 'increase': {
        const target = here.get(mapped.local);
        return target?.kind === 'local' ? { ...mapped, local: target.local } : mapped;
      }
      case 'for': {
        const index = fresh(mapped.index);
        return { ...mapped, index, body: mapped.body.map(copy) };
      }
      default:
        return mapRegions(mapped, (region) => region.map(copy));
    }
  };
  return statements.map(copy);
}

/** Replaces buffers in the whole routine; those replaced leave the workspace. */
export function replaceBuffers(routine: Routine, buffers: ReadonlyMap<Buffer, Buffer>): Routine {
  if (buffers.size === 0) return routine;
  const expression = (root: Expression): Expression =>
    mapExpression(root, (part) => {
      const buffer = part.kind === 'load' ? buffers.get(part.buffer) : undefined;
      return part.kind === 'load' && buffer !== undefined ? { ...part, buffer } : part;
    });
  const list = (statements: readonly Statement[]): readonly Statement[] =>
    statements.map((statement) => {
      const mapped = mapExpressions(statement, expression);
      if (mapped.kind === 'store' || mapped.kind === 'accumulate' || mapped.kind === 'fill') {
        return { ...mapped, buffer: buffers.get(mapped.buffer) ?? mapped.buffer };
      }
      return mapRegions(mapped, list);
    });
  const scratch = routine.scratch.filter((buffer) => !buffers.has(buffer));
  const replaced = { ...routine, body: list(routine.body), scratch };
  return routine.result === undefined ? replaced : { ...replaced, result: expression(routine.result) };
}
