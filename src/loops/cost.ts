// What an operation costs in emitted code, in multiplications (measured on V8). Decisions to share, hoist, store or
// recompute read this one table.

import type { OpName } from '../ops/index.ts';
import type { Expression } from './types.ts';

const cheap: ReadonlySet<string> = new Set(
  (
    'add sub mul neg abs sign min max clamp select chain eq ne lt le gt ge ieq ine ilt ile igt ige and or not beq bne ' +
    'iadd isub imul ineg imin imax iabs iselect bselect toReal toInt floor ceil round trunc'
  ).split(' '),
);
const moderate: ReadonlySet<string> = new Set(
  'div sqrt rootOfSquares idiv imod idivChecked imodChecked toIntChecked powi'.split(' '),
);

/** 1 for what is one machine instruction or so, 4 for a division or a root, 10 and more for a transcendental. */
export function costOf(op: OpName): number {
  return cheap.has(op) ? 1 : moderate.has(op) ? 4 : 12;
}

/** A load counts like a multiplication. */
export function costOfExpression(expression: Expression): number {
  switch (expression.kind) {
    case 'literal':
    case 'extent':
    case 'local':
      return 0;
    case 'op':
      return costOf(expression.op) + sum(expression.args);
    case 'conditional':
      return 1 + sum([expression.condition, expression.then, expression.otherwise]);
    case 'load':
      return 1 + sum(expression.indices);
  }
}

const sum = (expressions: readonly Expression[]): number =>
  expressions.reduce((total, expression) => total + costOfExpression(expression), 0);
