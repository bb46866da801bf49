// `const` declarations, folded to their values by the ops' own `eval`.

import { bug } from '../../base/bug.ts';
import { catalogue } from '../../base/catalogue.ts';
import { ops, type OpName } from '../../ops/index.ts';
import type { ConstDeclaration, Expression } from '../ast.ts';
import { intVariants, plainOp } from '../operators.ts';
import { complain, type Checking } from './context.ts';
import { checkExpression } from './expression.ts';
import type { Scope, Symbol } from './scope.ts';
import { isRecord } from './types.ts';

type Folded = number | boolean;
export type ConstSymbol = Extract<Symbol, { kind: 'const' }>;

/** Constants that every file sees. Anything may hide them. */
export const predeclared: readonly ConstSymbol[] = [
  { kind: 'const', name: 'pi', scalar: 'real', value: Math.PI },
  { kind: 'const', name: 'inf', scalar: 'real', value: Infinity },
];

export function checkConstant(
  c: Checking,
  scope: Scope,
  declaration: ConstDeclaration,
): ConstSymbol & { readonly span: typeof declaration.span } {
  const symbol = { kind: 'const', name: declaration.name.text, span: declaration.name.span } as const;
  const type = checkExpression(c, scope, declaration.value);
  if (type === undefined) return { ...symbol, scalar: 'real' };
  const { scalar } = type;
  if (isRecord(scalar)) {
    complain(c, catalogue.notConstant, {}, declaration.value.span);
    return { ...symbol, scalar: 'real' };
  }
  const value = fold(c, declaration.value);
  if (type.scalar === 'int' && value !== undefined && !Number.isSafeInteger(value)) {
    complain(c, catalogue.constantNotInt, { value: String(value) }, declaration.value.span);
    return { ...symbol, scalar: 'int' };
  }
  return value === undefined ? { ...symbol, scalar } : { ...symbol, scalar, value };
}

const evaluate = (op: OpName, args: readonly Folded[]): Folded =>
  (ops[op].eval as (...args: readonly Folded[]) => Folded)(...args);

/** The value of a checked expression; what is not constant is reported where it stands. */
function fold(c: Checking, e: Expression): Folded | undefined {
  const notConstant = (): undefined => complain(c, catalogue.notConstant, {}, e.span);
  switch (e.kind) {
    case 'number':
    case 'bool':
      return e.value;
    case 'name': {
      const symbol = c.annotations.symbols.get(e);
      return symbol?.kind === 'const' ? symbol.value : notConstant();
    }
    case 'unary': {
      const operand = fold(c, e.operand);
      if (operand === undefined) return undefined;
      return e.operator === '!' ? !operand : -Number(operand);
    }
    case 'binary': {
      const left = fold(c, e.left);
      const right = left === undefined ? undefined : fold(c, e.right);
      return left === undefined || right === undefined ? undefined : foldBinary(c, e, left, right);
    }
    case 'conditional': {
      const condition = fold(c, e.condition);
      return condition === undefined ? undefined : fold(c, condition === true ? e.then : e.otherwise);
    }
    case 'call': {
      const meaning = c.annotations.calls.get(e);
      const args = e.args.map((arg) => fold(c, arg));
      const known = args.filter((arg) => arg !== undefined);
      if (known.length < args.length) return undefined;
      const isInt = c.annotations.types.get(e)?.scalar === 'int';
      switch (meaning?.kind) {
        case 'convert':
          return meaning.to === 'int' ? Math.trunc(Number(known[0])) : known[0];
        case 'op':
        case 'fold': {
          const op = (isInt ? intVariants[meaning.op] : undefined) ?? meaning.op;
          return meaning.kind === 'op' ? evaluate(op, known) : known.reduce((a, b) => evaluate(op, [a, b]));
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
