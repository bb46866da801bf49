// Calls: ops and conversions element by element, functions written out where they are called.

import { bug } from '../../base/bug.ts';
import { catalogue, report } from '../../base/catalogue.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { real, type BlockBuilder, type Hint } from '../../ir/build.ts';
import type { Operand } from '../../ir/types.ts';
import type { CallExpression, CallMeaning, FunctionInfo } from '../check/context.ts';
import type { Symbol } from '../check/scope.ts';
import { applyOp } from '../operators.ts';
import { elementwise, repeatable } from './array.ts';
import {
  inModel,
  isArray,
  plainValue,
  scalarValue,
  type Env,
  type Lowered,
  type Lowering,
} from './context.ts';
import { lowerExpression, scalarOf } from './expression.ts';
import { giveUp } from './limit.ts';
import { mapParts } from './record.ts';
import { reduceWhole } from './reduce.ts';
import { callWithRule, isRuled } from './rule.ts';
import { emitOp } from './scalar.ts';
import { lowerStatements } from './statement.ts';

const mostCalls = 100_000;

export function lowerCall(l: Lowering, env: Env, b: BlockBuilder, e: CallExpression, hint: Hint): Lowered {
  const meaning = l.annotations.calls.get(e) ?? bug(`the call of \`${e.callee.text}\` is not resolved`);
  const values = e.args.map((arg) => lowerExpression(l, env, b, arg));
  if (meaning.kind === 'function') return callFunction(l, env, b, e, meaning, values, hint);
  const args = values.map(plainValue);
  const result = scalarOf(l, e);
  switch (meaning.kind) {
    case 'op':
    case 'fold': {
      return elementwise(l, b, args, result, hint, (body, scalars, own) => {
        const apply = (some: readonly Operand[]): Operand =>
          applyOp(meaning.op, result === 'int', some, (op, given) => emitOp(l, body, op, given, own));
        return meaning.kind === 'op' ? apply(scalars) : scalars.reduce((x, y) => apply([x, y]));
      });
    }
    case 'convert':
      return elementwise(l, b, args, result, hint, (body, [x], own) =>
        convert(l, body, meaning.to, x ?? bug('a conversion of nothing'), own),
      );
    case 'whole':
      return reduceWhole(l, b, meaning.reducer, args[0] ?? bug('a reduction of nothing'), hint);
  }
}

function convert(l: Lowering, b: BlockBuilder, to: 'real' | 'int', x: Operand, hint: Hint): Operand {
  if (x.type.scalar === to) return x;
  if (to === 'int') return emitOp(l, b, 'toIntChecked', [x], hint);
  return x.kind === 'literal' ? real(Number(x.value)) : emitOp(l, b, 'toReal', [x], hint);
}

function callFunction(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  e: CallExpression,
  meaning: Extract<CallMeaning, { kind: 'function' }>,
  args: readonly Lowered[],
  hint: Hint,
): Lowered {
  if (++l.calls > mostCalls)
    return giveUp(l, env, e, report(catalogue.modelTooLarge, { limit: mostCalls }, e.span));
  const called = meaning.function;
  const call = { name: e.callee.text, span: e.span, outer: env.call };
  const inside: Env = {
    known: env.known,
    conditional: env.conditional,
    call,
    frame: { bindings: new Map(), sizes: new Map() },
  };
  if (meaning.lifted) {
    return elementwise(l, b, args.map(plainValue), scalarOf(l, e), hint, (body, scalars, own) =>
      scalarValue(writeOut(l, inside, body, called, scalars, own)),
    );
  }
  const sizes = new Map<string, Polynomial>();
  for (const [name, size] of meaning.sizes) sizes.set(name, inModel(env, size));
  const where: Env = { ...inside, frame: { bindings: new Map(), sizes } };
  // The body may read an argument as often as it likes.
  const steady = args.map((arg, k) =>
    mapParts(arg, (part, own) => (isArray(part) ? repeatable(l, b, part, own) : part), {
      name: called.arguments[k]?.name,
      span: e.args[k]?.span,
    }),
  );
  return writeOut(l, where, b, called, steady, hint);
}

/** The body of a function with its arguments bound. A frame is made for each time it is written out. */
function writeOut(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  called: FunctionInfo,
  args: readonly Lowered[],
  hint: Hint,
): Lowered {
  if (isRuled(l, called)) return callWithRule(l, env, b, called, args, hint);
  const bindings = new Map<Symbol, Lowered>();
  called.arguments.forEach((argument, k) => bindings.set(argument, args[k] ?? bug('an argument is missing')));
  const where: Env = { ...env, frame: { ...env.frame, bindings } };
  lowerStatements(l, where, b, called.declaration.body);
  return lowerExpression(l, where, b, called.declaration.value, hint);
}
