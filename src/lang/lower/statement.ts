// Statements to IR. A name stands for its current value, so an assignment binds it anew; loops and branches are in control.ts.

import type { Span } from '../../base/source.ts';
import type { BlockBuilder, Hint } from '../../ir/build.ts';
import type { Operand } from '../../ir/types.ts';
import type { LetDeclaration, OutputDeclaration, Statement, Unpacking, VarDeclaration } from '../ast.ts';
import { repeatable } from './array.ts';
import { lowerAssignment, lowerSeveral } from './assign.ts';
import { lowerBuild } from './build.ts';
import {
  inModel,
  isArray,
  symbolOf,
  type ArrayValue,
  type Env,
  type Lowered,
  type Lowering,
  type Plain,
} from './context.ts';
import { lowerChoice, lowerFor, lowerWhile } from './control.ts';
import { lowerExpression, lowerScalar, typeOf } from './expression.ts';
import { fieldOf, mapParts, store } from './record.ts';
import { emitOp } from './scalar.ts';

export function lowerStatements(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  statements: readonly Statement[],
): void {
  for (const statement of statements) lowerStatement(l, env, b, statement);
}

export function lowerStatement(l: Lowering, env: Env, b: BlockBuilder, statement: Statement): void {
  switch (statement.kind) {
    case 'const':
      return;
    case 'let':
    case 'var':
      lowerBinding(l, env, b, statement);
      return;
    case 'unpack':
      lowerUnpacking(l, env, b, statement);
      return;
    case 'assign':
      lowerAssignment(l, env, b, statement);
      return;
    case 'assignSeveral':
      lowerSeveral(l, env, b, statement);
      return;
    case 'for':
      return lowerFor(l, env, b, statement, statement.clauses);
    case 'while':
      return lowerWhile(l, env, b, statement);
    case 'if':
      return lowerChoice(l, env, b, statement);
    case 'loss':
      addLoss(l, env, b, lowerScalar(l, env, b, statement.value, { span: statement.span }), statement.span);
      return;
  }
}

/** Binds a `let`, a `var` or an `output`; arrays are put into memory. */
export function lowerBinding(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  item: LetDeclaration | VarDeclaration | OutputDeclaration,
): Lowered {
  const hint: Hint = { name: item.name.text, span: item.span };
  const symbol = symbolOf(l, item.name);
  const value =
    item.clauses.length === 0
      ? lowerExpression(l, env, b, item.value, hint)
      : lowerBuild(l, env, b, item.clauses, item.value, hint);
  const filled = item.kind === 'var' ? fill(l, env, b, item, value) : value;
  const bound = store(l, b, filled, hint);
  env.frame.bindings.set(symbol, bound);
  return bound;
}

/** `var L: real[N, N] = 0`: each part of the value repeated, if it is not of that rank already. */
function fill(l: Lowering, env: Env, b: BlockBuilder, item: VarDeclaration, value: Lowered): Lowered {
  const symbol = symbolOf(l, item.name);
  const dims = symbol.kind === 'var' ? (symbol.type?.dims ?? []) : [];
  const isFull = item.clauses.length + typeOf(l, item.value).dims.length > 0;
  if (isFull || dims.length === 0) return value;
  const outer = dims.map((dim) => inModel(env, dim));
  const repeat = (part: Plain): ArrayValue => ({
    kind: 'array',
    scalar: isArray(part) ? part.scalar : part.type.scalar,
    dims: isArray(part) ? [...outer, ...part.dims] : outer,
    repeatable: true,
    checked: false,
    element: (body, indices, inRange) =>
      isArray(part) ? part.element(body, indices.slice(outer.length), inRange) : part,
  });
  return mapParts(value, (part) => repeat(isArray(part) ? repeatable(l, b, part) : part));
}

/** `let (a, b) = e` */
function lowerUnpacking(l: Lowering, env: Env, b: BlockBuilder, { names, value, span }: Unpacking): void {
  const found = lowerExpression(l, env, b, value);
  for (const [k, name] of names.entries())
    env.frame.bindings.set(
      symbolOf(l, name),
      store(l, b, fieldOf(found, String(k)), { name: name.text, span }),
    );
}

/** Losses of a block add up in it; what they come to is a loss of the block around it. */
export function addLoss(l: Lowering, env: Env, b: BlockBuilder, term: Operand, span: Span): void {
  const { frame } = env;
  frame.loss = frame.loss === undefined ? term : emitOp(l, b, 'add', [frame.loss, term], { span });
}
