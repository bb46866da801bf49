// Where a partial derivative can be infinite, and where it provably is not. An adjoint of exactly zero wins over an
// infinite partial (DESIGN: kinks and singular points); the guard that this takes is emitted only where it may matter.

import type { Block, Operand, Program, Statement } from '../ir/types.ts';
import { blocksOf, statementsOf } from '../ir/walk.ts';
import { ops, type OpName } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';

/** The statement that defines each value, by id. */
export type Definitions = ReadonlyMap<number, Statement>;

export function definitionsOf(program: Program): Map<number, Statement> {
  const definitions = new Map<number, Statement>();
  addDefinitions(program.body, definitions);
  return definitions;
}

export function addDefinitions(block: Block, definitions: Map<number, Statement>): void {
  for (const statement of block.statements) {
    for (const out of statement.outs) definitions.set(out.id, statement);
    for (const inner of blocksOf(statement)) addDefinitions(inner, definitions);
  }
}

/** How an op is singular for these very arguments: `pow(x, 3.0)` and `sqrt(1 + x*x)` are not. */
export function singularityOf(
  op: OpName,
  args: readonly Operand[],
  definitions: Definitions,
): 'finite' | 'infinite' | undefined {
  const record: OpRecord = ops[op];
  if (record.singular === undefined) return undefined;
  const [first, second] = args;
  switch (op) {
    case 'pow':
    case 'powi':
      if (second?.kind === 'literal' && Number(second.value) >= 1) return undefined;
      return first !== undefined && isPositive(first, definitions) ? undefined : record.singular;
    case 'sqrt':
    case 'cbrt':
    case 'log':
    case 'log2':
    case 'log10':
      return first !== undefined && isPositive(first, definitions) ? undefined : record.singular;
    case 'div':
      return second !== undefined && isPositive(second, definitions) ? undefined : record.singular;
    default:
      return record.singular;
  }
}

/** Whether no op is singular, and no rule of the user's may be. */
export function isSmooth(program: Program, definitions: Definitions): boolean {
  for (const s of statementsOf(program.body))
    if (s.kind === 'rule' || (s.kind === 'op' && singularityOf(s.op, s.args, definitions) !== undefined))
      return false;
  return true;
}

// The facts below hold in floating point too: rounding is monotonic, so nonnegative + positive stays positive.
const reach = 12;

function isPositive(operand: Operand, definitions: Definitions, depth = reach): boolean {
  if (operand.kind === 'literal') return Number(operand.value) > 0;
  if (operand.kind === 'extent') return operand.size.terms.every((term) => term.coefficient > 0);
  const statement = sourceOf(operand, definitions);
  if (statement === undefined || depth === 0) return false;
  const positive = (other: Operand | undefined): boolean =>
    other !== undefined && isPositive(other, definitions, depth - 1);
  const nonnegative = (other: Operand | undefined): boolean =>
    other !== undefined && isNonnegative(other, definitions, depth - 1);
  if (statement.kind !== 'op') return false;
  const [a, b] = statement.args;
  switch (statement.op) {
    case 'add':
      return (positive(a) && nonnegative(b)) || (nonnegative(a) && positive(b));
    case 'max':
      return positive(a) || positive(b);
    case 'min':
      return positive(a) && positive(b);
    case 'toReal':
    case 'sqrt':
      return positive(a);
    case 'cosh':
      return true;
    default:
      return false;
  }
}

function isNonnegative(operand: Operand, definitions: Definitions, depth: number): boolean {
  if (operand.kind !== 'value')
    return operand.kind === 'literal' ? Number(operand.value) >= 0 : isPositive(operand, definitions);
  const statement = sourceOf(operand, definitions);
  if (statement === undefined || depth === 0) return false;
  const nonnegative = (other: Operand | undefined): boolean =>
    other !== undefined && isNonnegative(other, definitions, depth - 1);
  if (statement.kind === 'reduce') {
    return (
      (statement.reducer === 'sum' || statement.reducer === 'prod') && nonnegative(statement.body.results[0])
    );
  }
  if (statement.kind !== 'op') return false;
  const [a, b] = statement.args;
  switch (statement.op) {
    case 'abs':
    case 'exp':
    case 'exp2':
    case 'sigmoid':
    case 'softplus':
    case 'hypot':
    case 'sqrt':
    case 'rootOfSquares':
    case 'cosh':
      return true;
    case 'powi':
      return (b?.kind === 'literal' && Number(b.value) % 2 === 0) || nonnegative(a);
    case 'mul':
      return a === b || (nonnegative(a) && nonnegative(b));
    case 'add':
    case 'div':
    case 'min':
      return nonnegative(a) && nonnegative(b);
    case 'max':
      return nonnegative(a) || nonnegative(b);
    case 'toReal':
      return a !== undefined && isPositive(a, definitions, depth - 1);
    default:
      return false;
  }
}

/** The statement that computes a value; of an element, that of the elements. */
export function sourceOf(operand: Operand | undefined, definitions: Definitions): Statement | undefined {
  const statement = operand?.kind === 'value' ? definitions.get(operand.id) : undefined;
  if (statement?.kind === 'read' || statement?.kind === 'row') return sourceOf(statement.array, definitions);
  if (statement?.kind !== 'build') return statement;
  return sourceOf(statement.body.results[statement.outs.findIndex((out) => out === operand)], definitions);
}
