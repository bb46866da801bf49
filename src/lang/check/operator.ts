// Types of operators, conditionals and lists.

import { asConstant, print } from '../../base/polynomial.ts';
import { catalogue } from '../../base/catalogue.ts';
import type { Span } from '../../base/source.ts';
import type { BinaryOperator, Expression } from '../ast.ts';
import { complain, converted, declaredAt, toReal, type Checking } from './context.ts';
import { fold } from './fold.ts';
import { sizeOf } from './size.ts';
import { adviceOnRecord } from './record.ts';
import { broadcast, exprType, isNumeric, isRecord, printType, sameType, withArticle, type ExprType, type MaybeType } from './types.ts'; // prettier-ignore

type Binary = Extract<Expression, { kind: 'binary' }>;
/** An operand with its type. */
export interface Operand {
  readonly expression: Expression;
  readonly type: ExprType;
}

/** Dims of an elementwise result; shapes that do not fit are reported with both places. */
export function meet(c: Checking, what: string, span: Span, left: Operand, right: Operand): MaybeType {
  const dims = broadcast(left.type.dims, right.type.dims);
  if (dims !== undefined) return exprType(left.type.scalar, dims);
  const shape = (side: Operand): string => printType(side.type);
  return complain(c, catalogue.shapesDiffer, { what, left: shape(left), right: shape(right) }, span, {
    notes: [
      shapeNote(left),
      shapeNote(right),
      declaredAt(c, left.expression),
      declaredAt(c, right.expression),
    ],
    help: stretchHelp(left.type, right.type),
  });
}

export const shapeNote = (side: Operand) => ({
  message: `this is ${withArticle(side.type)}`,
  span: side.expression.span,
});

/** Says which axes do not match when the ranks alone would be fine. */
function stretchHelp(left: ExprType, right: ExprType): string | undefined {
  for (let back = 1; back <= Math.min(left.dims.length, right.dims.length); back++) {
    const a = left.dims.at(-back);
    const b = right.dims.at(-back);
    if (a === undefined || b === undefined || a.key === b.key) continue;
    const axis = back === 1 ? 'the last axis' : `axis ${back} from the end`;
    return `${axis} is ${print(a)} on the left and ${print(b)} on the right`;
  }
  return undefined;
}

function needs(c: Checking, operator: string, wants: string, side: Operand, help?: string): undefined {
  const args = { operator, wants, found: withArticle(side.type) };
  return complain(c, catalogue.operandType, args, side.expression.span, {
    notes: [declaredAt(c, side.expression)],
    help: adviceOnRecord(side.type) ?? help,
  });
}

/** Gives both operands the same number type: real as soon as one is real. */
function unifyNumbers(
  c: Checking,
  operator: string,
  left: Operand,
  right: Operand,
): readonly [Operand, Operand] | undefined {
  for (const side of [left, right]) {
    if (!isNumeric(side.type)) {
      const help = 'turn a bool into a number with `c ? 1 : 0`';
      return needs(c, operator, 'numbers', side, side.type.scalar === 'bool' ? help : undefined);
    }
  }
  if (left.type.scalar === 'int' && right.type.scalar === 'int') return [left, right];
  return bothReal(c, left, right);
}

const comparisonHelp = 'compare it, as in `… != 0`';
/** For two ints. */
const quotientHelp = (real: string): string => `write \`${real}\`; the whole quotient of ints is \`a div b\``;

function bothReal(
  c: Checking,
  left: Operand,
  right: Operand,
  advice?: (real: string) => string,
): readonly [Operand, Operand] | undefined {
  const leftType = toReal(c, left.expression, left.type, undefined, advice);
  const rightType = toReal(c, right.expression, right.type, undefined, advice);
  if (leftType === undefined || rightType === undefined) return undefined;
  return [
    { expression: left.expression, type: leftType },
    { expression: right.expression, type: rightType },
  ];
}

/** The type of `left operator right`. */
export function binaryType(c: Checking, e: Binary, left: ExprType, right: ExprType): MaybeType {
  const l = { expression: e.left, type: left };
  const r = { expression: e.right, type: right };
  switch (e.operator) {
    case '+':
    case '-':
    case '*': {
      const pair = unifyNumbers(c, e.operator, l, r);
      const type = pair && meet(c, described(e.operator), e.span, pair[0], pair[1]);
      return type && { ...type, adapts: type.scalar === 'int' && left.adapts && right.adapts };
    }
    case '/': {
      for (const side of [l, r]) if (!isNumeric(side.type)) return needs(c, '/', 'reals', side);
      const pair = bothReal(
        c,
        l,
        r,
        left.scalar === 'int' && right.scalar === 'int' ? quotientHelp : undefined,
      );
      return pair && meet(c, described('/'), e.span, pair[0], pair[1]);
    }
    case '^':
      return powerType(c, e, l, r);
    case '@':
      return productType(c, e, l, r);
    case 'div':
    case 'mod': {
      for (const side of [l, r]) {
        if (side.type.scalar === 'int') continue;
        const help =
          e.operator === 'mod' ? '`x - y * floor(x / y)` is the remainder of reals' : '`/` divides reals';
        return needs(c, e.operator, 'ints', side, help);
      }
      if (fold(c, e.right) === 0) {
        return complain(c, catalogue.zeroDivisor, { operator: e.operator }, e.right.span);
      }
      // Never adapts: 7 div 2 is 3, whatever is wanted.
      return meet(c, described(e.operator), e.span, l, r);
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const pair = unifyNumbers(c, e.operator, l, r);
      return boolean(pair && meet(c, described(e.operator), e.span, pair[0], pair[1]));
    }
    case '==':
    case '!=': {
      if (left.scalar === 'bool' && right.scalar === 'bool')
        return meet(c, described(e.operator), e.span, l, r);
      if (left.scalar === 'bool' || right.scalar === 'bool') return mixed(c, e.operator, e.span, l, r);
      const pair = unifyNumbers(c, e.operator, l, r);
      return boolean(pair && meet(c, described(e.operator), e.span, pair[0], pair[1]));
    }
    case '&&':
    case '||': {
      for (const side of [l, r])
        if (side.type.scalar !== 'bool') return needs(c, e.operator, 'bools', side, comparisonHelp);
      return meet(c, described(e.operator), e.span, l, r);
    }
  }
}

const described = (operator: BinaryOperator): string => `\`${operator}\``;
const boolean = (type: MaybeType): MaybeType => type && exprType('bool', type.dims);

function mixed(c: Checking, operator: string, span: Span, left: Operand, right: Operand): undefined {
  const args = { operator, left: withArticle(left.type), right: withArticle(right.type) };
  return complain(c, catalogue.mixedOperands, args, span, { notes: [shapeNote(left), shapeNote(right)] });
}

/** ints stay ints under literal powers; a real base takes an int power (`powi`) or a real one (`pow`). */
function powerType(c: Checking, e: Binary, left: Operand, right: Operand): MaybeType {
  for (const side of [left, right]) if (!isNumeric(side.type)) return needs(c, '^', 'numbers', side);
  if (left.type.scalar === 'int' && right.type.scalar === 'int') {
    const exponent = sizeOf(c.annotations, e.right);
    const wholePower = exponent !== undefined && (asConstant(exponent) ?? -1) >= 0;
    if (wholePower || left.type.adapts) {
      // 2^-1 is not an int, so the base becomes real.
      const base = wholePower ? left.type : toReal(c, e.left, left.type);
      const type = base && meet(c, described('^'), e.span, { ...left, type: base }, right);
      return type && { ...type, adapts: type.scalar === 'int' && left.type.adapts };
    }
    const help = `write \`${converted('real', e.left.span)}\` as the base`;
    return complain(c, catalogue.exponentType, {}, e.right.span, { help });
  }
  const base = toReal(c, e.left, left.type);
  return base && meet(c, described('^'), e.span, { ...left, type: base }, right);
}

/** Sums over the last axis of the left side and the first of a vector or matrix at the right. */
function productType(c: Checking, e: Binary, left: Operand, right: Operand): MaybeType {
  for (const side of [left, right]) if (!isNumeric(side.type)) return needs(c, '@', 'reals', side);
  const pair = bothReal(c, left, right);
  if (pair === undefined) return undefined;
  const [l, r] = pair;
  for (const side of pair) {
    if (side.type.dims.length > 0 && (side === l || side.type.dims.length <= 2)) continue;
    return complain(c, catalogue.productRank, { found: withArticle(side.type) }, side.expression.span, {
      notes: [declaredAt(c, side.expression)],
      help: side.type.dims.length === 0 ? 'scalars are multiplied with `*`' : undefined,
    });
  }
  const [inner, ...rest] = r.type.dims;
  const summed = l.type.dims.at(-1);
  if (inner === undefined || summed === undefined) return undefined;
  if (inner.key !== summed.key) {
    return complain(c, catalogue.innerSizesDiffer, { left: print(summed), right: print(inner) }, e.span, {
      notes: [
        { message: `the last axis of this ${printType(l.type)} is ${print(summed)}`, span: e.left.span },
        { message: `the first axis of this ${printType(r.type)} is ${print(inner)}`, span: e.right.span },
        declaredAt(c, e.left),
        declaredAt(c, e.right),
      ],
    });
  }
  return exprType('real', [...l.type.dims.slice(0, -1), ...rest]);
}

export function unaryType(
  c: Checking,
  e: Extract<Expression, { kind: 'unary' }>,
  operand: ExprType,
): MaybeType {
  const side = { expression: e.operand, type: operand };
  switch (e.operator) {
    case '-':
      return isNumeric(operand) ? operand : needs(c, '-', 'numbers', side);
    case '!':
      return operand.scalar === 'bool' ? operand : needs(c, '!', 'bools', side, comparisonHelp);
  }
}

/** Arms of one scalar type; a literal arm adapts to the other. Arrays of conditions choose element by element. */
export function conditionalType(
  c: Checking,
  e: Extract<Expression, { kind: 'conditional' }>,
  condition: ExprType,
  then: ExprType,
  otherwise: ExprType,
): MaybeType {
  if (condition.scalar !== 'bool') {
    return complain(c, catalogue.conditionType, { found: withArticle(condition) }, e.condition.span, {
      help: comparisonHelp,
    });
  }
  if (isRecord(then.scalar) && sameType(then, otherwise)) return recordArms(c, e, condition, then);
  const arms = armTypes(c, e, then, otherwise);
  if (arms === undefined) return undefined;
  const [a, b] = arms;
  const type = meet(c, 'the arms of a conditional', e.span, a, b);
  const whole =
    type &&
    meet(c, 'a conditional', e.span, { expression: e.condition, type: condition }, { expression: e, type });
  return whole && exprType(a.type.scalar, whole.dims, a.type.adapts && b.type.adapts);
}

/** Records are chosen whole. */
function recordArms(
  c: Checking,
  e: Extract<Expression, { kind: 'conditional' }>,
  condition: ExprType,
  type: ExprType,
): MaybeType {
  if (condition.dims.length === 0) return type;
  const help = 'choose between records one by one: `[c[i] ? a[i] : b[i] for i]`';
  return complain(c, catalogue.conditionType, { found: withArticle(condition) }, e.condition.span, { help });
}

function armTypes(
  c: Checking,
  e: Extract<Expression, { kind: 'conditional' }>,
  then: ExprType,
  otherwise: ExprType,
): readonly [Operand, Operand] | undefined {
  const a = { expression: e.then, type: then };
  const b = { expression: e.otherwise, type: otherwise };
  if (then.scalar === otherwise.scalar && !isRecord(then.scalar)) return [a, b];
  if (then.scalar === 'real' && otherwise.scalar === 'int') {
    const type = toReal(c, e.otherwise, otherwise);
    return type && [a, { ...b, type }];
  }
  if (then.scalar === 'int' && otherwise.scalar === 'real') {
    const type = toReal(c, e.then, then);
    return type && [{ ...a, type }, b];
  }
  const args = { then: printType(then), otherwise: printType(otherwise) };
  return complain(c, catalogue.armsDiffer, args, e.span, { notes: [shapeNote(a), shapeNote(b)] });
}
