// `c ? a : b`, `&&` and `||`: what is not needed does not run.

import { bug } from '../../base/bug.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { bool, type BlockBuilder, type Hint } from '../../ir/build.ts';
import type { Block, Operand, Value } from '../../ir/types.ts';
import type { Expression } from '../ast.ts';
import { elementwise, elementwiseLazy, force, storedArray } from './array.ts';
import {
  isArray,
  inModel,
  scalarValue,
  withFacts,
  type ArrayValue,
  type Env,
  type Lowered,
  type Lowering,
  type Plain,
} from './context.ts';
import { isRecord } from '../check/types.ts';
import { loweredValue, mapParts, operandsOf } from './record.ts';
import { lowerExpression, lowerPlain, scalarOf, typeOf } from './expression.ts';
import { choose, polynomialOf } from './facts.ts';
import { bothMean, emitOp, opposite } from './scalar.ts';

type Conditional = Extract<Expression, { kind: 'conditional' }>;
type Binary = Extract<Expression, { kind: 'binary' }>;

const only = (values: readonly Operand[]): Operand => values[0] ?? bug('a branch without a result');

export function lowerConditional(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: Conditional,
  hint: Hint,
): Lowered {
  const condition = lowerPlain(l, env, b, e.condition);
  if (isArray(condition)) return chooseElements(l, env, b, e, condition, hint);
  const meaning = l.facts.meanings.get(condition);
  const type = typeOf(l, e);
  if (isRecord(type.scalar)) return chooseRecord(l, env, b, e, condition, hint);
  const arms = {
    then: (body: BlockBuilder): Plain => lowerPlain(l, withFacts(env, meaning?.whenTrue ?? []), body, e.then),
    otherwise: (body: BlockBuilder): Plain =>
      lowerPlain(l, withFacts(env, meaning?.whenFalse ?? []), body, e.otherwise),
  };
  /** The branch, with what is taken of each arm. */
  const branch = (b: BlockBuilder, take: (body: BlockBuilder, arm: Plain) => Operand, hint: Hint): Operand =>
    only(
      b.branch(
        condition,
        (body) => [take(body, arms.then(body))],
        (body) => [take(body, arms.otherwise(body))],
        hint,
      ),
    );
  const { scalar } = type;
  const dims = type.dims.map((dim) => inModel(env, dim));
  if (dims.length === 0) {
    const results: Operand[] = [];
    const keep = (arm: Plain): Operand => {
      results.push(scalarValue(arm));
      return scalarValue(arm);
    };
    const out = branch(b, (_, arm) => keep(arm), hint);
    if (out.kind === 'value' && scalar === 'int') {
      const facts = [meaning?.whenTrue ?? [], meaning?.whenFalse ?? []];
      const choices = results.map((arm, k) => ({ value: polynomialOf(l.facts, arm), facts: facts[k] ?? [] }));
      choose(l.facts, out, choices);
    }
    return out;
  }
  if (isElementwise(l, e.then) && isElementwise(l, e.otherwise)) {
    const element: ArrayValue['element'] = (b, indices) =>
      branch(
        b,
        (body, arm) =>
          isArray(arm) ? arm.element(body, indices.slice(indices.length - arm.dims.length), true) : arm,
        {
          span: hint.span,
        },
      );
    return { kind: 'array', scalar, dims, repeatable: false, checked: false, element };
  }
  const whole = branch(b, (body, arm) => force(l, body, stretch(l, body, arm, scalar, dims)), hint);
  return storedArray(l, whole.kind === 'value' ? whole : bug('an array that is no value'));
}

/** All parts of a record come from one branch. */
function chooseRecord(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: Conditional,
  condition: Operand,
  hint: Hint,
): Lowered {
  const meaning = l.facts.meanings.get(condition);
  const arm = (
    of: Expression,
    facts: readonly Polynomial[] = [],
  ): { readonly value: Lowered; readonly block: Block } => {
    const body = b.nested();
    const value = lowerExpression(l, withFacts(env, facts), body, of);
    return { value, block: body.block(operandsOf(l, body, value)) };
  };
  const then = arm(e.then, meaning?.whenTrue);
  const otherwise = arm(e.otherwise, meaning?.whenFalse);
  const types = then.block.results.map((result) => result.type);
  const outs: Value[] = [];
  const value = mapParts(then.value, (_, own) => {
    const out = b.fresh(types[outs.length] ?? bug('a part without a value'), own);
    outs.push(out);
    return loweredValue(l, out);
  }, hint); // prettier-ignore
  b.push({ kind: 'if', outs, condition, then: then.block, otherwise: otherwise.block });
  return value;
}

/** An arm in the shape of the whole conditional. */
function stretch(
  l: Lowering,
  b: BlockBuilder,
  arm: Plain,
  scalar: ArrayValue['scalar'],
  dims: readonly Polynomial[],
): ArrayValue {
  if (isArray(arm) && arm.dims.length === dims.length) return arm;
  const steady = isArray(arm) ? storedArray(l, force(l, b, arm)) : arm;
  const element: ArrayValue['element'] = (body, indices, inRange) =>
    isArray(steady)
      ? steady.element(body, indices.slice(indices.length - steady.dims.length), inRange)
      : steady;
  return { kind: 'array', scalar, dims, repeatable: false, checked: false, element };
}

/** Whether all work of an expression is done for each element: then its arms can wait until an element is asked for. */
function isElementwise(l: Lowering, root: Expression): boolean {
  const pending = [root];
  for (let e = pending.pop(); e !== undefined; e = pending.pop()) {
    switch (e.kind) {
      case 'number':
      case 'bool':
      case 'name':
        break;
      case 'unary':
        pending.push(e.operand);
        break;
      case 'binary':
        if (e.operator === '@') return false;
        pending.push(e.left, e.right);
        break;
      case 'conditional':
        pending.push(e.condition, e.then, e.otherwise);
        break;
      case 'index':
        pending.push(e.base);
        break;
      case 'call': {
        const meaning = l.annotations.calls.get(e);
        if (meaning?.kind === 'whole' || (meaning?.kind === 'function' && !meaning.lifted)) return false;
        pending.push(...e.args);
        break;
      }
      case 'member':
        pending.push(e.base);
        break;
      case 'construct':
      case 'tuple':
      case 'list':
      case 'build':
      case 'reduce':
        return false;
    }
  }
  return true;
}

/** An array of conditions: each element takes one arm. Work that the elements share runs before. */
function chooseElements(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: Conditional,
  condition: ArrayValue,
  hint: Hint,
): Lowered {
  const inside = withFacts(env, []);
  const arms = [lowerPlain(l, inside, b, e.then), lowerPlain(l, inside, b, e.otherwise)];
  return elementwiseLazy(l, b, [condition, ...arms], scalarOf(l, e), hint, (body, [c, then, otherwise]) => {
    if (c === undefined || then === undefined || otherwise === undefined)
      return bug('a conditional has three parts');
    return only(body.branch(c(body), (inner) => [then(inner)], (inner) => [otherwise(inner)], { span: hint.span })); // prettier-ignore
  });
}

/** The right side runs only when it decides, if it could fail: a read in it may be out of range otherwise. */
export function shortCircuit(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: Binary,
  left: Plain,
  hint: Hint,
): Plain {
  const op = e.operator === '&&' ? 'and' : 'or';
  if (isArray(left)) return eager(lowerPlain(l, env, b, e.right));
  const told = l.facts.meanings.get(left);
  const facts = (op === 'and' ? told?.whenTrue : told?.whenFalse) ?? [];
  // Lowered aside first; only what reads nothing may run in any case.
  const aside = b.nested();
  const right = lowerPlain(l, withFacts(env, facts), aside, e.right);
  const work = aside.block();
  if (isArray(right)) {
    copy(work, b);
    return eager(right);
  }
  if (!reads(work)) {
    copy(work, b);
    return emitOp(l, b, op, [left, right], hint);
  }
  const short = bool(op === 'or');
  const decided = (body: BlockBuilder): readonly Operand[] => {
    copy(work, body);
    return [right];
  };
  const stop = (): readonly Operand[] => [short];
  const out = only(op === 'and' ? b.branch(left, decided, stop, hint) : b.branch(left, stop, decided, hint));
  const second = l.facts.meanings.get(right);
  const meaning =
    op === 'and' ? bothMean(told, second) : opposite(bothMean(opposite(told), opposite(second)));
  if (meaning !== undefined) l.facts.meanings.set(out, meaning);
  return out;

  function eager(other: Plain): Plain {
    return elementwise(l, b, [left, other], 'bool', hint, (body, args, own) =>
      emitOp(l, body, op, args, own),
    );
  }
}

function copy(block: Block, b: BlockBuilder): void {
  for (const statement of block.statements) b.push(statement);
}

function reads(block: Block): boolean {
  return block.statements.some((statement) => {
    switch (statement.kind) {
      case 'read':
      case 'set':
        return true;
      case 'build':
      case 'reduce':
      case 'for':
        return reads(statement.body);
      case 'loop':
        // A condition that never becomes false is an error, too.
        return statement.condition !== undefined || reads(statement.body);
      case 'rule':
        return reads(statement.body);
      case 'if':
        return reads(statement.then) || reads(statement.otherwise);
      case 'op':
      case 'row':
      case 'list':
      case 'open':
      case 'add':
      case 'freeze':
        return false;
    }
  });
}
