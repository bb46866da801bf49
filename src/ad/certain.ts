// Which regions run at least once, whenever the statement that owns them does.

import { isNeverNegative, subtract, type Polynomial } from '../base/polynomial.ts';
import { asPolynomial } from '../ir/build.ts';
import { runsCertainly } from '../ir/certain.ts';
import type { Operand, Program, Statement, Value } from '../ir/types.ts';
import { statementsOf } from '../ir/walk.ts';
import type { Definitions } from './regular.ts';

/** Beyond what the sizes say: `j in 0..i + 1` and `j in i..N`, for an index i that is not negative. */
export function certainRegions(program: Program, definitions: Definitions): ReadonlySet<Statement> {
  /** What indices lie below, by id; those that begin at 0 or above. */
  const indices = new Map<number, Polynomial | undefined>();
  const isNonEmpty = (from: Operand, to: Operand): boolean => {
    const last = asPolynomial(to);
    const bound = from.kind === 'value' ? indices.get(from.id) : undefined;
    if (last !== undefined && bound !== undefined) return isNeverNegative(subtract(last, bound));
    const end = to.kind === 'value' ? definitions.get(to.id) : undefined;
    if (!isFromZero(from) || end?.kind !== 'op' || end.op !== 'iadd') return false;
    const [index, more] = end.args;
    return (
      index?.kind === 'value' && indices.has(index.id) && more?.kind === 'literal' && Number(more.value) > 0
    );
  };
  const note = (index: Value, from: Operand, to: Polynomial | undefined): void => {
    const begins = asPolynomial(from);
    if (begins !== undefined && isNeverNegative(begins)) indices.set(index.id, to);
  };
  const certain = new Set<Statement>();
  for (const statement of statementsOf(program.body)) {
    if (runsCertainly(statement)) certain.add(statement);
    switch (statement.kind) {
      case 'build':
        statement.axes.forEach(({ id }, k) => indices.set(id, statement.outs[0]?.type.dims[k]));
        break;
      case 'reduce':
      case 'for':
      case 'loop': {
        const { index, from, to } = statement;
        const isWhile = statement.kind === 'loop' && statement.condition !== undefined;
        if (!isWhile && isNonEmpty(from, to)) certain.add(statement);
        note(index, from, asPolynomial(to));
        break;
      }
      default:
    }
  }
  return certain;
}

const isFromZero = (from: Operand): boolean => from.kind === 'literal' && from.value === 0;
