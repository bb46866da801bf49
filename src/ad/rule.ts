// From the text of a derivative rule (a field of the ops table) to IR: the incoming adjoint, or tangent, times a
// partial. Both modes use this one function, so that they cannot disagree about calculus.

import { bug } from '../base/bug.ts';
import type { BlockBuilder } from '../ir/build.ts';
import { bool, int, real } from '../ir/build.ts';
import type { Literal, Operand } from '../ir/types.ts';
import { parseExpression } from '../lang/parse.ts';
import type { BinaryOperator, Expression } from '../lang/ast.ts';
import { ops, type OpName } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';

export const isLiteral = (operand: Operand): operand is Literal => operand.kind === 'literal';
export const isNumber = (operand: Operand, value: number): boolean =>
  operand.kind === 'literal' && operand.value === value;

/** The operands that a rule's names stand for: the op's arguments and `out`. */
export type RuleNames = ReadonlyMap<string, Operand>;

const parsedRules = new Map<string, Expression>();

/** The rule for one argument, parsed; undefined where the record says `flat`. */
export function ruleFor(op: OpName, argument: string): Expression | undefined {
  const record: OpRecord = ops[op];
  const text = record.d[argument];
  if (text === undefined) return bug(`op ${op} has no rule for ${argument}`);
  if (text === 'flat') return undefined;
  let expression = parsedRules.get(text);
  if (expression === undefined) {
    expression = parseExpression({ path: `rule of ${op}`, text }).expression;
    if (expression === undefined) return bug(`the rule of ${op} for ${argument} does not parse: ${text}`);
    parsedRules.set(text, expression);
  }
  return expression;
}

/** Whether the partial is the same number everywhere, so that it cannot meet an infinite factor at zero. */
export function isConstantRule(rule: Expression): boolean {
  return rule.kind === 'number' || (rule.kind === 'unary' && isConstantRule(rule.operand));
}

/** Whether the rule only says which of several arguments is the one taken: the others get exactly 0, whatever they are. */
export function isChoice(rule: Expression): boolean {
  const arms = armsOf(rule);
  const shares = arms.map((arm) => (arm.kind === 'number' ? arm.value : NaN));
  return shares.includes(0) && shares.every((share) => share >= 0) && arms.length > 1;
}

const armsOf = (rule: Expression): readonly Expression[] =>
  rule.kind === 'conditional' ? [...armsOf(rule.then), ...armsOf(rule.otherwise)] : [rule];

/** The arguments, and `out`, that a rule is made of. */
export function namesIn(rule: Expression): readonly string[] {
  switch (rule.kind) {
    case 'name':
      return [rule.text];
    case 'unary':
      return namesIn(rule.operand);
    case 'binary':
      return [...namesIn(rule.left), ...namesIn(rule.right)];
    case 'conditional':
      return [...namesIn(rule.condition), ...namesIn(rule.then), ...namesIn(rule.otherwise)];
    case 'call':
      return rule.args.flatMap(namesIn);
    default:
      return [];
  }
}

/**
 * factor · rule. Conditionals are differentiated as conditionals: the factor goes into their arms, so that an arm of
 * 0 gives an exact 0 whatever the factor is. With `zeroWins` an exact zero on either side wins over an infinity or
 * NaN on the other.
 */
export function product(
  b: BlockBuilder,
  factor: Operand,
  rule: Expression,
  names: RuleNames,
  zeroWins: boolean,
): Operand {
  switch (rule.kind) {
    case 'conditional': {
      const condition = valueOf(b, rule.condition, names);
      const then = product(b, factor, rule.then, names, zeroWins);
      const otherwise = product(b, factor, rule.otherwise, names, zeroWins);
      return then === otherwise ? then : b.op('select', [condition, then, otherwise]);
    }
    case 'number':
      if (rule.value === 0) return real(0);
      return times(b, factor, real(rule.value));
    case 'unary':
      if (rule.operator === '-') return negative(b, product(b, factor, rule.operand, names, zeroWins));
      break;
    case 'binary':
      if (rule.operator === '/' && rule.left.kind === 'number' && !zeroWins) {
        return b.op('div', [times(b, factor, real(rule.left.value)), valueOf(b, rule.right, names)]);
      }
      // (factor / y) · out for a quotient: the division is the one that the numerator's adjoint takes, and out / y, which
      // overflows long before, is not formed.
      if (rule.operator === '*' && rule.left.kind === 'binary' && rule.left.operator === '/' && !zeroWins) {
        return times(b, product(b, factor, rule.left, names, zeroWins), valueOf(b, rule.right, names));
      }
      break;
    default:
  }
  const partial = valueOf(b, rule, names);
  return zeroWins ? b.op('chain', [factor, partial]) : times(b, factor, partial);
}

/** a · b, without an op where one of them is the literal 1 or both are literals. */
export function times(b: BlockBuilder, left: Operand, right: Operand): Operand {
  if (isNumber(left, 1)) return right;
  if (isNumber(right, 1)) return left;
  if (isLiteral(left) && isLiteral(right)) return real(Number(left.value) * Number(right.value));
  return b.op('mul', [left, right]);
}

export function negative(b: BlockBuilder, operand: Operand): Operand {
  return isLiteral(operand) ? real(-Number(operand.value)) : b.op('neg', [operand]);
}

const realOperators: Partial<Record<BinaryOperator, OpName>> = {
  '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '^': 'pow',
  '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge',
}; // prettier-ignore
const intOperators: Partial<Record<BinaryOperator, OpName>> = {
  '+': 'iadd', '-': 'isub', '*': 'imul',
  '==': 'ieq', '!=': 'ine', '<': 'ilt', '<=': 'ile', '>': 'igt', '>=': 'ige',
}; // prettier-ignore
const boolOperators: Partial<Record<BinaryOperator, OpName>> = { '&&': 'and', '||': 'or' };

/** The value of a rule's expression. Number literals next to an int are ints, all others are reals. */
export function valueOf(
  b: BlockBuilder,
  rule: Expression,
  names: RuleNames,
  wanted?: 'int' | 'real',
): Operand {
  switch (rule.kind) {
    case 'number':
      return wanted === 'int' ? int(rule.value) : real(rule.value);
    case 'bool':
      return bool(rule.value);
    case 'name':
      return names.get(rule.text) ?? bug(`a rule names ${rule.text}, which is neither an argument nor out`);
    case 'unary': {
      const operand = valueOf(b, rule.operand, names, wanted);
      if (rule.operator === '!') return b.op('not', [operand]);
      if (operand.type.scalar === 'int') return b.op('ineg', [operand]);
      return negative(b, operand);
    }
    case 'binary': {
      const isInt = [rule.left, rule.right].some((side) => isIntName(side, names));
      const left = valueOf(b, rule.left, names, isInt ? 'int' : 'real');
      const right = valueOf(b, rule.right, names, isInt ? 'int' : 'real');
      const table = left.type.scalar === 'bool' ? boolOperators : isInt ? intOperators : realOperators;
      const op = table[rule.operator] ?? bug(`a rule uses ${rule.operator} on ${left.type.scalar}`);
      return b.op(op, [left, right]);
    }
    case 'conditional': {
      const condition = valueOf(b, rule.condition, names);
      const then = valueOf(b, rule.then, names, wanted);
      const otherwise = valueOf(b, rule.otherwise, names, wanted);
      return b.op(then.type.scalar === 'int' ? 'iselect' : 'select', [condition, then, otherwise]);
    }
    case 'call': {
      const name = rule.callee.text === 'real' ? 'toReal' : rule.callee.text;
      if (!Object.hasOwn(ops, name)) return bug(`a rule calls ${name}, which is not an op`);
      const op = name as OpName;
      const types = Object.values((ops[op] as OpRecord).args);
      const args = rule.args.map((arg, i) => valueOf(b, arg, names, types[i] === 'int' ? 'int' : 'real'));
      return b.op(op, args);
    }
    default:
      return bug(`a rule contains a ${rule.kind}`);
  }
}

function isIntName(rule: Expression, names: RuleNames): boolean {
  switch (rule.kind) {
    case 'name':
      return names.get(rule.text)?.type.scalar === 'int';
    case 'unary':
      return isIntName(rule.operand, names);
    case 'binary':
      return rule.operator !== '/' && (isIntName(rule.left, names) || isIntName(rule.right, names));
    default:
      return false;
  }
}
