// What was there for differentiation alone goes once everything is differentiated: functions with derivatives of their own
// become their bodies, and a `stop` becomes what it stops.

import type { Program, RuleStatement, Value } from '../ir/types.ts';
import { cloneBlock } from '../ir/walk.ts';
import { bug } from '../base/bug.ts';
import { rewrite } from './rewrite.ts';

export function inlineRules(program: Program): Program {
  return rewrite(
    program,
    (statement, { b }) => {
      if (statement.kind === 'op' && statement.op === 'stop') return statement.args;
      if (statement.kind !== 'rule') return undefined;
      const { block } = cloneBlock(statement.body, argumentsOf(statement), (value: Value) =>
        b.fresh(value.type, value),
      );
      for (const inner of block.statements) b.push(inner);
      return block.results;
    },
    (statement) => statement.kind === 'rule' || (statement.kind === 'op' && statement.op === 'stop'),
  );
}

const argumentsOf = ({ params, args }: RuleStatement) =>
  new Map(params.map(({ id }, i) => [id, args[i] ?? bug('a lost argument')] as const));
