// Which values stabilising asks about, so that nothing is built for the others.

import type { Block, Operand, OpStatement, Program } from '../ir/types.ts';
import { blocksOf, statementsOf } from '../ir/walk.ts';
import type { OpName } from '../ops/index.ts';

const logarithms: ReadonlySet<OpName> = new Set<OpName>(['log', 'log1p', 'log2', 'log10']);

/** The values of which a logarithm is taken, or that something is divided by, and what they are made from. */
export function wantedIn(program: Program): Set<number> {
  const wanted = new Set<number>();
  const want = (operand: Operand | undefined): void => {
    if (operand?.kind === 'value' && operand.type.scalar === 'real') wanted.add(operand.id);
  };
  const sizes = new Set<number>();
  for (const statement of statementsOf(program.body)) {
    if (statement.kind === 'op' && statement.op === 'toReal') sizes.add(statement.outs[0].id);
  }
  const asks = ({ op, args: [, divisor] }: OpStatement): boolean =>
    logarithms.has(op) || (op === 'div' && divisor?.kind === 'value' && !sizes.has(divisor.id));
  const visit = (block: Block): void => {
    for (const statement of [...block.statements].reverse()) {
      const isWanted = statement.outs.some((out) => wanted.has(out.id));
      if (statement.kind === 'op' && (isWanted || asks(statement))) statement.args.forEach(want);
      if (statement.kind === 'read' && isWanted) want(statement.array);
      for (const inner of blocksOf(statement)) {
        if (isWanted) inner.results.forEach(want);
        visit(inner);
      }
    }
  };
  visit(program.body);
  return wanted;
}
