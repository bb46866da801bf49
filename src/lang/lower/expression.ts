// Expressions to IR. Scalars become operands, arrays become functions of their indices (array.ts).

import { bug } from '../../base/bug.ts';
import { catalogue, report } from '../../base/catalogue.ts';
import * as polynomial from '../../base/polynomial.ts';
import { bool, extent, int, real, type BlockBuilder, type Hint } from '../../ir/build.ts';
import type { Operand, Scalar } from '../../ir/types.ts';
import type { Expression } from '../ast.ts';
import { isRecord, type Type } from '../check/types.ts';
import { plainOp } from '../operators.ts';
import { elementwise, storedArray } from './array.ts';
import { lowerBuild } from './build.ts';
import { lowerCall } from './call.ts';
import { lowerConditional, shortCircuit } from './conditional.ts';
import {
  inModel,
  plainValue,
  scalarValue,
  symbolOf,
  valueOf,
  type Env,
  type Lowered,
  type Lowering,
  type Plain,
} from './context.ts';
import { polynomialOf, prove } from './facts.ts';
import { deepestLevel, giveUp } from './limit.ts';
import { powerOf, productOf } from './product.ts';
import { lowerPart } from './read.ts';
import { joined, mapParts, operandsOf, recordValue } from './record.ts';
import { lowerReduce } from './reduce.ts';
import { emitOp } from './scalar.ts';

type Binary = Extract<Expression, { kind: 'binary' }>;

export const typeOf = (l: Lowering, e: Expression): Type =>
  l.annotations.types.get(e) ?? bug(`a ${e.kind} without a type`);

export function scalarOf(l: Lowering, e: Expression): Scalar {
  const { scalar } = typeOf(l, e);
  return isRecord(scalar) ? bug(`a ${e.kind} that is a record`) : scalar;
}

/** `hint` names the value that the expression becomes. */
export function lowerExpression(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: Expression,
  hint: Hint = {},
): Lowered {
  if (l.level >= deepestLevel) return giveUp(l, env, e, report(catalogue.callsTooDeep, {}, e.span));
  l.level++;
  const value = lower(l, env, b, e, { name: hint.name, span: e.span });
  l.level--;
  return value;
}

function lower(l: Lowering, env: Env, b: BlockBuilder, e: Expression, placed: Hint): Lowered {
  switch (e.kind) {
    case 'number':
      return scalarOf(l, e) === 'real' ? real(e.value) : int(e.value);
    case 'bool':
      return bool(e.value);
    case 'name':
      return lowerName(l, env, e);
    case 'unary': {
      const operand = lowerPlain(l, env, b, e.operand);
      const scalar = scalarOf(l, e);
      if (e.operator === '-' && operand.kind === 'literal') {
        const value = Number(operand.value);
        return scalar === 'real' ? real(-value) : int(0 - value);
      }
      const op = e.operator === '!' ? 'not' : scalar === 'real' ? 'neg' : 'ineg';
      return elementwise(l, b, [operand], scalar, placed, (body, args, own) =>
        emitOp(l, body, op, args, own),
      );
    }
    case 'binary':
      return lowerChain(l, env, b, e, placed);
    case 'conditional':
      return lowerConditional(l, env, b, e, placed);
    case 'call':
      return lowerCall(l, env, b, e, placed);
    case 'index':
    case 'member':
      return lowerPart(l, env, b, e, [], placed);
    case 'construct': {
      const record = typeOf(l, e).scalar;
      const values = new Map(e.values.map(({ name, value }) => [name.text, lowerExpression(l, env, b, value, { name: joined(placed.name, name.text) })])); // prettier-ignore
      const fields = isRecord(record) ? record.fields : bug('a record without its type');
      return recordValue(fields.map(({ name }) => [name, values.get(name) ?? bug(`no value for ${name}`)]));
    }
    case 'tuple':
      return recordValue(e.elements.map((element, k) => [String(k), lowerExpression(l, env, b, element)]));
    case 'list': {
      const elements = e.elements.map((element) => lowerExpression(l, env, b, element));
      const parts = elements.map((element) => operandsOf(l, b, element));
      const [first] = elements;
      let k = 0;
      return mapParts(first ?? bug('an empty list'), (_, hint) => {
        const list = b.list(parts.map((one) => one[k] ?? bug('an element with too few parts')), hint); // prettier-ignore
        k++;
        return storedArray(l, list);
      }, placed); // prettier-ignore
    }
    case 'build':
      return lowerBuild(l, env, b, e.clauses, e.element, placed);
    case 'reduce':
      return lowerReduce(l, env, b, e, placed);
  }
}

export function lowerPlain(l: Lowering, env: Env, b: BlockBuilder, e: Expression, hint: Hint = {}): Plain {
  return plainValue(lowerExpression(l, env, b, e, hint));
}

export function lowerScalar(l: Lowering, env: Env, b: BlockBuilder, e: Expression, hint: Hint = {}): Operand {
  return scalarValue(lowerExpression(l, env, b, e, hint));
}

function lowerName(l: Lowering, env: Env, e: Extract<Expression, { kind: 'name' }>): Lowered {
  const symbol = symbolOf(l, e);
  switch (symbol.kind) {
    case 'const': {
      const value = symbol.value ?? bug(`the constant \`${symbol.name}\` has no value`);
      if (typeof value === 'boolean') return bool(value);
      return scalarOf(l, e) === 'real' ? real(value) : int(value);
    }
    case 'size':
      return extent(inModel(env, symbol.size));
    case 'input':
    case 'argument':
    case 'let':
    case 'var':
    case 'index':
      return valueOf(env, symbol);
  }
}

/** The spine of `a + b + c + …` is walked without recursion, since sums can be long. */
function lowerChain(l: Lowering, env: Env, b: BlockBuilder, e: Binary, hint: Hint): Plain {
  const spine = [e];
  let leftmost: Expression = e.left;
  for (; leftmost.kind === 'binary'; leftmost = leftmost.left) spine.push(leftmost);
  let value = lowerPlain(l, env, b, leftmost);
  for (const node of spine.reverse()) {
    value = lowerBinary(l, env, b, node, value, node === e ? hint : { span: node.span });
  }
  return value;
}

function lowerBinary(l: Lowering, env: Env, b: BlockBuilder, e: Binary, left: Plain, hint: Hint): Plain {
  if (e.operator === '&&' || e.operator === '||') return shortCircuit(l, env, b, e, left, hint);
  const right = lowerPlain(l, env, b, e.right);
  if (e.operator === '@') return productOf(l, b, left, right, hint);
  if (e.operator === '^') return powerOf(l, b, e, left, right, hint);
  const operands = scalarOf(l, e.left);
  const op = plainOp(e.operator, operands) ?? bug(`no op for ${e.operator} of ${operands}s`);
  const checked = op === 'idiv' ? 'idivChecked' : op === 'imod' ? 'imodChecked' : undefined;
  return elementwise(l, b, [left, right], scalarOf(l, e), hint, (body, args, own) =>
    emitOp(l, body, checked !== undefined && !divides(l, env, args[1]) ? checked : op, args, own),
  );
}

/** Whether an int is known to differ from 0. */
function divides(l: Lowering, env: Env, divisor: Operand | undefined): boolean {
  const y = divisor === undefined ? polynomial.zero : polynomialOf(l.facts, divisor);
  return [y, polynomial.negate(y)].some((side) =>
    prove(l.facts, polynomial.subtract(side, polynomial.one), env.known),
  );
}
