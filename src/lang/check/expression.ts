// The type of an expression. Each kind of expression has its page beside this one; here they are told apart.

import { catalogue } from '../../base/catalogue.ts';
import type { Expression } from '../ast.ts';
import { callType } from './call.ts';
import { buildType, reduceType } from './comprehension.ts';
import { complain, resolve, toReal, type Checking } from './context.ts';
import { binaryType, conditionalType, shapeNote, unaryType } from './operator.ts';
import { readType } from './read.ts';
import type { Scope } from './scope.ts';
import * as polynomial from '../../base/polynomial.ts';
import { memberType, constructType } from './record.ts';
import { exprType, isTuple, printType, sameDims, tupleType, type ExprType, type MaybeType } from './types.ts';

/** Checks an expression and remembers its type; undefined when something in it is wrong. */
export function checkExpression(c: Checking, scope: Scope, e: Expression): MaybeType {
  const type = checkValues(c, scope, e);
  if (type === undefined || !isTuple(type.scalar)) return type;
  const names = type.scalar.fields.map((_, k) => 'abcdefgh'[k] ?? '…').join(', ');
  const help = `take them apart: \`let (${names}) = …\``;
  return complain(c, catalogue.severalValues, { types: printType(type) }, e.span, { help });
}

/** The same where several values may stand. */
export function checkValues(c: Checking, scope: Scope, e: Expression): MaybeType {
  const type = typeOf(c, scope, e);
  if (type !== undefined) c.annotations.types.set(e, type);
  return type;
}

function typeOf(c: Checking, scope: Scope, e: Expression): MaybeType {
  switch (e.kind) {
    case 'number':
      // An int that a double cannot hold exactly is good for nothing but a real.
      return e.isInt && Number.isSafeInteger(e.value) ? exprType('int', [], true) : exprType('real');
    case 'bool':
      return exprType('bool');
    case 'name':
      return nameType(c, scope, e);
    case 'unary': {
      const operand = checkExpression(c, scope, e.operand);
      return operand && unaryType(c, e, operand);
    }
    case 'binary':
      return chainType(c, scope, e);
    case 'conditional': {
      const condition = checkExpression(c, scope, e.condition);
      const then = checkValues(c, scope, e.then);
      const otherwise = checkValues(c, scope, e.otherwise);
      if (condition === undefined || then === undefined || otherwise === undefined) return undefined;
      return conditionalType(c, e, condition, then, otherwise);
    }
    case 'call':
      return callType(c, scope, e);
    case 'index':
      return readType(c, scope, e);
    case 'member':
      return memberType(c, scope, e);
    case 'construct':
      return constructType(c, scope, e);
    case 'tuple': {
      const types = e.elements.map((element) => checkExpression(c, scope, element));
      const known = types.filter((type) => type !== undefined);
      return known.length === types.length ? exprType(tupleType(known)) : undefined;
    }
    case 'list':
      return listType(c, scope, e);
    case 'build':
      return buildType(c, scope, e.clauses, e.element);
    case 'reduce':
      return reduceType(c, scope, e);
  }
}

function nameType(c: Checking, scope: Scope, e: Extract<Expression, { kind: 'name' }>): MaybeType {
  const symbol = resolve(c, scope, e);
  switch (symbol?.kind) {
    case undefined:
      return undefined;
    case 'const':
      return symbol.value === undefined ? undefined : exprType(symbol.scalar, [], symbol.scalar === 'int');
    case 'size':
    case 'index':
      return exprType('int');
    case 'argument':
      return symbol.type && exprType(symbol.type.scalar, symbol.type.dims);
    case 'input':
    case 'let':
    case 'var':
      return symbol.type && exprType(symbol.type.scalar, symbol.type.dims);
  }
}

/** `a + b + c + …` leans to the left; the spine is walked without recursion, since sums can be long. */
function chainType(c: Checking, scope: Scope, e: Extract<Expression, { kind: 'binary' }>): MaybeType {
  const spine = [e];
  let leftmost: Expression = e.left;
  for (; leftmost.kind === 'binary'; leftmost = leftmost.left) spine.push(leftmost);
  let type = checkExpression(c, scope, leftmost);
  for (const node of spine.reverse()) {
    const right = checkExpression(c, scope, node.right);
    type = type && right && binaryType(c, node, type, right);
    if (type !== undefined) c.annotations.types.set(node, type);
  }
  return type;
}

function listType(c: Checking, scope: Scope, e: Extract<Expression, { kind: 'list' }>): MaybeType {
  const types = e.elements.map((element) => checkExpression(c, scope, element));
  const known = types.filter((type): type is ExprType => type !== undefined);
  const [first] = known;
  if (first === undefined || known.length < types.length) return undefined;
  const anyReal = known.some((type) => type.scalar === 'real');
  const wanted = anyReal ? 'real' : first.scalar;
  for (const [k, element] of e.elements.entries()) {
    const type = known[k] ?? first;
    const adapted = anyReal && type.scalar === 'int' ? toReal(c, element, type) : type;
    if (adapted === undefined) return undefined;
    if (adapted.scalar !== wanted || !sameDims(adapted.dims, first.dims)) {
      const one = { expression: e.elements[0] ?? e, type: first };
      const args = { first: printType(first), other: printType(type) };
      return complain(c, catalogue.elementsDiffer, args, e.span, {
        notes: [shapeNote(one), shapeNote({ expression: element, type })],
      });
    }
  }
  const adapts = known.every((type) => type.adapts);
  return exprType(wanted, [polynomial.constant(known.length), ...first.dims], adapts && wanted === 'int');
}
