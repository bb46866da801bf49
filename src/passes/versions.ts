// One program of two that compute the same: which of them runs depends on sizes.

import { multiply, constant } from '../base/polynomial.ts';
import { BlockBuilder, extent } from '../ir/build.ts';
import type { Operand, Program } from '../ir/types.ts';
import { cloneBlock } from '../ir/walk.ts';
import type { Repeated } from './gather.ts';

/** Runs `many` where every loop of `where` has more than twice as many iterations as rows, and `few` otherwise. */
export function choose(where: readonly Repeated[], many: Program, few: Program): Program {
  const b = new BlockBuilder(Math.max(many.nextId, few.nextId));
  const [first, ...others] = where.map(({ trips, rows }) =>
    b.op('igt', [extent(trips), extent(multiply(constant(2), rows))]),
  );
  if (first === undefined) return many;
  const condition = others.reduce<Operand>((all, one) => b.op('and', [all, one]), first);
  const { block } = cloneBlock(few.body, new Map(), (value) => b.fresh(value.type, value));
  const outs = many.body.results.map(({ type }, i) => b.fresh(type, { name: many.outputs[i]?.name }));
  b.push({ kind: 'if', outs, condition, then: many.body, otherwise: block });
  return { ...many, body: b.block(outs), nextId: b.nextId };
}
