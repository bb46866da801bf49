// The values of constant expressions, by the ops' own `eval`.

import { bug } from '../../base/bug.ts';
import { ops, type OpName } from '../../ops/index.ts';
import type { Expression } from '../ast.ts';
import { applyOp, plainOp } from '../operators.ts';
import type { Checking } from './context.ts';
import { isRecord } from './types.ts';

type Folded = number | boolean;

const evaluate = (op: OpName, args: readonly Folded[]): Folded =>
  (ops[op].eval as (...args: readonly Folded[]) => Folded)(...args);

/** The value of a checked expression; `refuse` is told which part of it is not constant. */
export function fold(
  c: Checking,
  e: Expression,
  refuse: (part: Expression) => undefined = () => undefined,
): Folded | undefined {
  const notConstant = (): undefined => refuse(e);
  switch (e.kind) {
    case 'number':
    case 'bool':
      return e.value;
    case 'name': {
      const symbol = c.annotations.symbols.get(e);
      return symbol?.kind === 'const' ? symbol.value : notConstant();
    }
    case 'unary': {
      const operand = fold(c, e.operand, refuse);
      if (operand === undefined) return undefined;
      return e.operator === '!' ? !operand : -Number(operand);
    }
    case 'binary': {
      const left = fold(c, e.left, refuse);
      const right = left === undefined ? undefined : fold(c, e.right, refuse);
      return left === undefined || right === undefined ? undefined : foldBinary(c, e, left, right);
    }
    case 'conditional': {
      const condition = fold(c, e.condition, refuse);
      return condition === undefined ? undefined : fold(c, condition === true ? e.then : e.otherwise, refuse);
    }
    case 'call': {
      const meaning = c.annotations.calls.get(e);
      const args = e.args.map((arg) => fold(c, arg, refuse));
      const known = args.filter((arg) => arg !== undefined);
      if (known.length < args.length) return undefined;
      const isInt = c.annotations.types.get(e)?.scalar === 'int';
      switch (meaning?.kind) {
        case 'convert':
          return meaning.to === 'int' ? Math.trunc(Number(known[0])) : known[0];
        case 'op':
        case 'fold': {
          const apply = (some: readonly Folded[]): Folded => applyOp(meaning.op, isInt, some, evaluate);
          return meaning.kind === 'op' ? apply(known) : known.reduce((a, b) => apply([a, b]));
        }
        case 'whole':
        case 'function':
        case undefined:
          return notConstant();
      }
    }
    // falls through to the forms that make or read arrays
    case 'index':
    case 'list':
    case 'build':
    case 'reduce':
    case 'member':
    case 'construct':
    case 'tuple':
      return notConstant();
  }
}

function foldBinary(
  c: Checking,
  e: Extract<Expression, { kind: 'binary' }>,
  left: Folded,
  right: Folded,
): Folded | undefined {
  switch (e.operator) {
    case '&&':
      return left && right;
    case '||':
      return left || right;
    case '^':
      return Number(left) ** Number(right);
    case '@':
      return undefined;
    default: {
      const operands = c.annotations.types.get(e.left)?.scalar ?? 'real';
      const op =
        (isRecord(operands) ? undefined : plainOp(e.operator, operands)) ?? bug(`no op for ${e.operator}`);
      return evaluate(op, [left, right]);
    }
  }
}
