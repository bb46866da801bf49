// Comprehensions in comprehensions become one, so that each of all elements has a thread.

import { bug } from '../../base/bug.ts';
import type { Block, Statement, Value } from '../../ir/types.ts';

/** One number from others, which takes next to nothing. */
export const isNumber = (s: Statement): s is Statement & { readonly kind: 'op' | 'read' } =>
  s.kind === 'op' || s.kind === 'read';

interface Elements {
  readonly axes: readonly Value[];
  readonly body: Block;
}

/** Comprehensions in comprehensions as one, where the outer one computes next to nothing by itself. */
export function flattened(axes: readonly Value[], body: Block): Elements {
  const last = body.statements.at(-1);
  const others = body.statements.slice(0, -1);
  const isOne =
    last?.kind === 'build' &&
    others.every(isNumber) &&
    body.results.length > 0 &&
    body.results.every((result) => last.outs.some((out) => out === result));
  if (!isOne) return { axes, body };
  const results = body.results.map((result) => {
    const k = last.outs.findIndex((out) => out === result);
    return last.body.results[k] ?? bug('an out without a result');
  });
  const inner: Block = { statements: [...others, ...last.body.statements], results };
  return flattened([...axes, ...last.axes], inner);
}
