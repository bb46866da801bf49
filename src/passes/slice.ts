// Parts of regions: the statements that some values of a body depend on, and copies of them at other indices.

import type { BlockBuilder } from '../ir/build.ts';
import type { Block, BuildStatement, Operand, Statement, Value } from '../ir/types.ts';
import { blocksOf, cloneBlock, freeValuesOfStatement } from '../ir/walk.ts';
import { bug } from '../base/bug.ts';

export type Bindings = readonly (readonly [Value, Operand])[];

/** The statements of a body that some of its values depend on. */
export function sliceOf(body: Block, results: readonly Operand[]): readonly Statement[] {
  const needed = new Set(results.flatMap((result) => (result.kind === 'value' ? [result.id] : [])));
  const kept: Statement[] = [];
  for (const statement of [...body.statements].reverse()) {
    if (!statement.outs.some((out) => needed.has(out.id))) continue;
    kept.push(statement);
    for (const id of freeValuesOfStatement(statement).keys()) needed.add(id);
  }
  return kept.reverse();
}

/** Runs what some values of a body depend on again in `b`, its indices replaced, and yields these values. */
export function copied(
  b: BlockBuilder,
  body: Block,
  bindings: Bindings,
  results: readonly Operand[],
): readonly Operand[] {
  const part: Block = { statements: sliceOf(body, results), results };
  const { block } = cloneBlock(part, new Map(bindings.map(([value, by]) => [value.id, by])), (value) =>
    b.fresh(value.type, value),
  );
  for (const statement of block.statements) b.push(statement);
  return block.results;
}

/** Whether a statement runs anything more than once. */
export const hasLoop = (statement: Statement): boolean =>
  statement.kind === 'reduce' ||
  statement.kind === 'build' ||
  blocksOf(statement).some((block) => block.statements.some(hasLoop));

/** Puts what some statements of a build compute into arrays before it, and yields its body with reads in their place. */
export function storeInArrays(b: BlockBuilder, build: BuildStatement, stored: readonly Statement[]): Block {
  const [first] = build.outs;
  const extents = first?.type.dims.slice(0, build.axes.length) ?? bug('a build without outs');
  let { body } = build;
  for (const statement of stored) {
    const reads = statement.outs.map((out): Statement => {
      const array = b.build(
        extents,
        (inner, axes) => {
          const bindings = build.axes.map((axis, k) => [axis, axes[k] ?? axis] as const);
          return copied(inner, body, bindings, [out])[0] ?? bug('a stored value got lost');
        },
        { name: out.name, span: out.span, indexNames: build.axes.map((axis) => axis.name) },
      );
      return { kind: 'read', outs: [out], array, indices: build.axes, inRange: true };
    });
    body = { ...body, statements: body.statements.flatMap((one) => (one === statement ? reads : [one])) };
  }
  return body;
}
