// Which values depend on the parameters through reals. Only these carry tangents and adjoints: data, sizes, ints and
// bools get no derivative at all, rather than one that is multiplied by zero.

import { ops } from '../ops/index.ts';
import type { Block, LoopStatement, Operand, Program, Statement, Value } from '../ir/types.ts';

/** Ids of the values that depend on a parameter, those inside regions included. */
export function activeValues(program: Program): Set<number> {
  const active = new Set<number>();
  for (const input of program.inputs) if (input.role === 'param') active.add(input.value.id);
  markBlock(program.body, active);
  return active;
}

export const isActive = (operand: Operand, active: ReadonlySet<number>): operand is Value =>
  operand.kind === 'value' && active.has(operand.id);

/** Extends `active` by the values of a block. One walk is enough, but in loops: elsewhere uses come after definitions. */
export function markBlock(block: Block, active: Set<number>): void {
  for (const statement of block.statements) markStatement(statement, active);
}

function markStatement(statement: Statement, active: Set<number>): void {
  const mark = (value: Value | undefined, source: Operand | undefined): void => {
    if (value?.type.scalar === 'real' && source !== undefined && isActive(source, active))
      active.add(value.id);
  };
  switch (statement.kind) {
    case 'op':
      // What is flat in an argument does not depend on it: `stop` and `floor` end a path.
      Object.keys(ops[statement.op].args).forEach((name, i) => {
        if (ops[statement.op].d[name] !== 'flat') mark(statement.outs[0], statement.args[i]);
      });
      return;
    case 'read':
    case 'row':
      mark(statement.outs[0], statement.array);
      return;
    case 'set':
      mark(statement.outs[0], statement.array);
      mark(statement.outs[0], statement.value);
      return;
    case 'rule':
      statement.params.forEach((param, i) => mark(param, statement.args[i]));
      markBlock(statement.body, active);
      // The derivative is what the rule says, whatever the body computes it from.
      for (const out of statement.outs) for (const arg of statement.args) mark(out, arg);
      return;
    case 'loop':
      markLoop(statement, active);
      return;
    case 'list':
      for (const element of statement.elements) mark(statement.outs[0], element);
      return;
    case 'build':
      markBlock(statement.body, active);
      statement.outs.forEach((out, i) => mark(out, statement.body.results[i]));
      return;
    case 'reduce':
      markBlock(statement.body, active);
      if (statement.reducer === 'sum')
        statement.outs.forEach((out, i) => mark(out, statement.body.results[i]));
      else mark(statement.outs[0], statement.body.results[0]);
      return;
    case 'if':
      markBlock(statement.then, active);
      markBlock(statement.otherwise, active);
      statement.outs.forEach((out, i) => {
        mark(out, statement.then.results[i]);
        mark(out, statement.otherwise.results[i]);
      });
      return;
    case 'open':
      mark(statement.outs[0], statement.initial);
      return;
    case 'add':
      mark(statement.accumulator, statement.value);
      return;
    case 'freeze':
      mark(statement.outs[0], statement.accumulator);
      return;
    case 'for':
      markBlock(statement.body, active);
      return;
  }
}

/** What an iteration carries on may make the state of the next one active: repeated until nothing is added. */
function markLoop({ state, condition, body, outs }: LoopStatement, active: Set<number>): void {
  const mark = (value: Value | undefined, source: Operand | undefined): void => {
    if (value?.type.scalar === 'real' && source !== undefined && isActive(source, active))
      active.add(value.id);
  };
  for (const { value, initial } of state) mark(value, initial);
  for (let before = -1; before !== active.size;) {
    before = active.size;
    markBlock(body, active);
    state.forEach(({ value }, k) => mark(value, body.results[k]));
  }
  if (condition !== undefined) markBlock(condition, active);
  state.forEach(({ value }, k) => mark(outs[k], value));
  for (let k = state.length; k < body.results.length; k++) mark(outs[k], body.results[k]);
}
