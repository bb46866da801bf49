// Statements to IR. A name stands for its current value, so an assignment binds it anew; loops and branches are in control.ts.

import { bug } from '../../base/bug.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import type { Span } from '../../base/source.ts';
import type { BlockBuilder, Hint } from '../../ir/build.ts';
import type { Operand } from '../../ir/types.ts';
import type { Assignment, IndexExpression, LetDeclaration, OutputDeclaration, Statement, VarDeclaration } from '../ast.ts'; // prettier-ignore
import { force, storedArray } from './array.ts';
import { lowerBuild } from './build.ts';
import {
  arrayValue,
  inModel,
  isArray,
  symbolOf,
  valueOf,
  type Env,
  type Lowered,
  type Lowering,
} from './context.ts';
import { lowerChoice, lowerFor, lowerWhile } from './control.ts';
import { lowerExpression, lowerScalar } from './expression.ts';
import { polynomialOf } from './facts.ts';
import { inRange } from './read.ts';
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
    case 'assign':
      lowerAssignment(l, env, b, statement);
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
  const filled = symbol.kind === 'var' ? fill(env, value, symbol.type?.dims ?? []) : value;
  const bound = isArray(filled) ? storedArray(l, force(l, b, filled, hint)) : filled;
  env.frame.bindings.set(symbol, bound);
  return bound;
}

/** `var L: real[N, N] = 0` */
function fill(env: Env, value: Lowered, dims: readonly Polynomial[]): Lowered {
  if (isArray(value) || dims.length === 0) return value;
  return {
    kind: 'array',
    scalar: value.type.scalar,
    dims: dims.map((dim) => inModel(env, dim)),
    repeatable: true,
    checked: false,
    element: () => value,
  };
}

function lowerAssignment(l: Lowering, env: Env, b: BlockBuilder, statement: Assignment): void {
  const { target, value } = statement;
  const name = target.kind === 'name' ? target : target.base;
  const symbol = symbolOf(l, name.kind === 'name' ? name : bug('a target without a name'));
  const hint: Hint = { name: symbol.name, span: statement.span };
  if (target.kind === 'name') {
    const found = lowerExpression(l, env, b, value, hint);
    env.frame.bindings.set(symbol, isArray(found) ? storedArray(l, force(l, b, found, hint)) : found);
    return;
  }
  const found = lowerExpression(l, env, b, value);
  const part = isArray(found) ? force(l, b, found) : found;
  const array = force(l, b, arrayValue(valueOf(env, symbol)));
  const { indices, proved } = placeOf(l, env, b, target, array.type.dims);
  const out = b.set(array, indices, part, { ...hint, inRange: proved });
  env.frame.bindings.set(symbol, storedArray(l, out));
}

/** The indices of a target, whose slices are whole axes at its end. */
function placeOf(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  target: IndexExpression,
  dims: readonly Polynomial[],
): { readonly indices: readonly Operand[]; readonly proved: boolean } {
  let proved = true;
  const indices = target.items.flatMap((item, axis) => {
    if (item.kind === 'slice') return [];
    const index = lowerScalar(l, env, b, item.index);
    const size = dims[axis] ?? bug('more indices than axes');
    proved = inRange(l, env, target, item, polynomialOf(l.facts, index), size) && proved;
    return [index];
  });
  return { indices, proved };
}

/** Losses of a block add up in it; what they come to is a loss of the block around it. */
export function addLoss(l: Lowering, env: Env, b: BlockBuilder, term: Operand, span: Span): void {
  const { frame } = env;
  frame.loss = frame.loss === undefined ? term : emitOp(l, b, 'add', [frame.loss, term], { span });
}
