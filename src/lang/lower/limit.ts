// Where lowering stops: a model that would grow beyond all bounds is an error, and never an overflow of the stack.

import { bug } from '../../base/bug.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { bool, int, real } from '../../ir/build.ts';
import type { Expression } from '../ast.ts';
import type { Env, Lowered, Lowering } from './context.ts';
import { makeValue } from './record.ts';

/** Expressions inside each other, through all calls. Each takes some stack; the parser alone allows 200. */
export const deepestLevel = 400;

/** Reports once, at the call in the model that leads here, and goes on with something of the right type. */
export function giveUp(l: Lowering, env: Env, e: Expression, diagnostic: Diagnostic): Lowered {
  let { span } = diagnostic;
  for (let call = env.call; call !== undefined; call = call.outer) span = call.span;
  if (!l.told.has(diagnostic.code)) l.diagnostics.push({ ...diagnostic, span });
  l.told.add(diagnostic.code);
  const type = l.annotations.types.get(e) ?? bug(`a ${e.kind} without a type`);
  return makeValue(type, ({ scalar, dims }) => {
    const value = scalar === 'bool' ? bool(false) : scalar === 'int' ? int(0) : real(0);
    if (dims.length === 0) return value;
    return { kind: 'array', scalar, dims, repeatable: true, checked: true, element: () => value };
  });
}
