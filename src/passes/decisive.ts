// What decides, in a program: the values of which a comparison, a jump, such as that of floor, or a root at the edge of where it
// is real is made, perhaps through others. There the last bit counts: 10^-2 is 0.01, and the square of 0.1 is above it.

import type { OpName } from '../ops/index.ts';
import type { Operand, Program, Statement } from '../ir/types.ts';
import { blocksOf, boundBy, operandsOf, statementsOf } from '../ir/walk.ts';

/** Ops whose results jump, or are none beyond a number that may be reached: x / d - 1 has a root for x = d, and none a bit below. */
export const decidingOps: ReadonlySet<string> = new Set<OpName>(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'sign', 'floor', 'ceil', 'round', 'trunc', 'toInt', 'toIntChecked', 'sqrt', 'pow', 'log', 'log1p', 'log2', 'log10', 'acosh', 'atanh', 'asin', 'acos']); // prettier-ignore

/** The ids of the values that decide. What a statement with blocks is made of is not told apart. */
export function decisiveIn(program: Program): ReadonlySet<number> {
  const madeBy = new Map<number, Statement>();
  const addedTo = new Map<number, Operand[]>();
  const decisive = new Set<number>();
  const mark = (operand: Operand): void => {
    if (operand.kind === 'value') decisive.add(operand.id);
  };
  for (const statement of statementsOf(program.body)) {
    for (const value of [...statement.outs, ...boundBy(statement)]) madeBy.set(value.id, statement);
    if (statement.kind === 'op' && decidingOps.has(statement.op)) statement.args.forEach(mark);
    if (statement.kind === 'reduce' && (statement.reducer === 'max' || statement.reducer === 'min'))
      statement.body.results.forEach(mark);
    if (statement.kind === 'add') {
      const { id } = statement.accumulator;
      const values = addedTo.get(id);
      if (values === undefined) addedTo.set(id, [statement.value]);
      else values.push(statement.value);
    }
  }
  // A set takes in what is added to it on the way.
  for (const id of decisive) {
    addedTo.get(id)?.forEach(mark);
    const statement = madeBy.get(id);
    if (statement === undefined) continue;
    operandsOf(statement).forEach(mark);
    for (const { results } of blocksOf(statement)) results.forEach(mark);
  }
  return decisive;
}
