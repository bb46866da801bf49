// Chains of updates: which array an updated one was before its first update.

import type { Block, IfStatement, Operand, Value } from '../ir/types.ts';
import type { Definitions } from './regular.ts';

/** The array that a chain of updates begins with; the operand itself where there is none. */
export function rootOf(operand: Operand, definitions: Definitions): Operand {
  if (operand.kind !== 'value') return operand;
  const statement = definitions.get(operand.id);
  switch (statement?.kind) {
    case 'set':
      return rootOf(statement.array, definitions);
    case 'loop': {
      const k = statement.outs.indexOf(operand);
      const carried = statement.state[k];
      const next = statement.body.results[k];
      if (carried === undefined || next === undefined || rootOf(next, definitions) !== carried.value)
        return operand;
      return rootOf(carried.initial, definitions);
    }
    case 'if':
      return commonRoot(statement, statement.outs.indexOf(operand), definitions) ?? operand;
    default:
      return operand;
  }
}

/** The array of the block around that both branches yield, updated or not; undefined when there is none. */
export function commonRoot(
  { outs, then, otherwise }: IfStatement,
  k: number,
  definitions: Definitions,
): Value | undefined {
  const [yes, no] = [then.results[k], otherwise.results[k]];
  if (outs[k]?.type.dims.length === 0 || yes === undefined || no === undefined) return undefined;
  const root = rootOf(yes, definitions);
  if (root.kind !== 'value' || root !== rootOf(no, definitions)) return undefined;
  const isInside = (block: Block): boolean =>
    block.statements.some((inner) => inner.outs.some((out) => out === root));
  return isInside(then) || isInside(otherwise) ? undefined : root;
}
