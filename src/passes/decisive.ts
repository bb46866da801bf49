// What decides, in a program: the values of which a comparison, a jump, such as that of floor, or a root at the edge of where it
// is real is made, perhaps through others. There the last bit counts: 10^-2 is 0.01, and the square of 0.1 is above it.

import type { Operand, Program, Statement } from '../ir/types.ts';
import { blocksOf, boundBy, operandsOf, statementsOf } from '../ir/walk.ts';
import { decides } from '../ops/index.ts';

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
    if (statement.kind === 'op' && decides(statement.op)) statement.args.forEach(mark);
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
