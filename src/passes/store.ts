// Store or recompute, decided before differentiation. Reverse mode runs the iterations of a `build` again, so a sum in an
// element (a matrix product, say) whose value the adjoint needs would be summed again for every element. Such sums get
// an array of their own, and an element that is costly to compute is read back from the array that holds it.

import { bug } from '../base/bug.ts';
import { activeValues } from '../ad/activity.ts';
import { isCostly } from '../ad/cost.ts';
import { arrayType, BlockBuilder } from '../ir/build.ts';
import type { Block, BuildStatement, Operand, OpStatement, Program, Statement, Value } from '../ir/types.ts';
import { blocksOf, cloneBlock, mapBlocks, operandsOf } from '../ir/walk.ts';
import { ops } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';

export function storeSums(program: Program): Program {
  if (!program.body.statements.some((statement) => blocksOf(statement).length > 0)) return program;
  const active = activeValues(program);
  const b = new BlockBuilder(program.nextId);
  const visit = (into: BlockBuilder, block: Block): Block => {
    for (const statement of block.statements) {
      if (statement.kind === 'build') into.push(splitBuild(into, statement, active));
      else into.push(mapBlocks(statement, (inner) => visit(into.nested(), inner)));
    }
    return into.block(block.results);
  };
  const body = visit(b, program.body);
  return { ...program, body, nextId: b.nextId };
}

/** Puts builds for the sums that are worth storing before the build, and yields the build with reads in their place. */
function splitBuild(b: BlockBuilder, build: BuildStatement, active: ReadonlySet<number>): BuildStatement {
  let body = build.body;
  for (const statement of build.body.statements) {
    const [out] = statement.outs;
    if (statement.kind !== 'reduce' || out === undefined || statement.outs.length !== 1) continue;
    if (!active.has(out.id) || body.results.includes(out) || !isNeeded(out, body, active)) continue;
    const stored = storeValue(b, build, body, out);
    body = {
      ...body,
      statements: body.statements.map((inner) =>
        inner.outs[0] === out ? readAt(stored, build.axes, out) : inner,
      ),
    };
  }
  return { ...build, body };
}

/**
 * Gives every costly op of an element an array of its own: what is a result of a `build` is read back. It runs after the last
 * pass that drops what nobody uses; of these arrays, only the adjoint will use any, and the others are dropped after it.
 */
export function storeCostly(program: Program): Program {
  const b = new BlockBuilder(program.nextId);
  const visit = (statement: Statement): Statement => {
    const inner = mapBlocks(statement, (block) => ({ ...block, statements: block.statements.map(visit) }));
    return inner.kind === 'build' ? withCostly(b, inner) : inner;
  };
  const body = { ...program.body, statements: program.body.statements.map(visit) };
  return b.nextId === program.nextId ? program : { ...program, body, nextId: b.nextId };
}

function withCostly(b: BlockBuilder, build: BuildStatement): BuildStatement {
  const { axes, body, outs } = build;
  const extents = outs[0]?.type.dims.slice(0, axes.length) ?? bug('a build without outs');
  const costly = body.statements.filter(
    (statement) =>
      statement.kind === 'op' && isCostly(statement) && !body.results.includes(statement.outs[0]),
  ) as readonly OpStatement[];
  const arrays = costly.map(({ op, outs: [{ type, name = op, span }] }) =>
    b.fresh(arrayType(type.scalar, extents), { name, span }),
  );
  const results = [...body.results, ...costly.map((statement) => statement.outs[0])];
  return { ...build, outs: [...outs, ...arrays], body: { ...body, results } };
}

const readAt = (array: Value, axes: readonly Value[], out: Value): Statement => ({
  kind: 'read',
  outs: [out],
  array,
  indices: axes,
  inRange: true,
});

/** An array over the axes of `build` that holds `value`, one of the values of its body. */
function storeValue(b: BlockBuilder, build: BuildStatement, body: Block, value: Value): Value {
  const [first] = build.outs;
  const extents = first?.type.dims.slice(0, build.axes.length) ?? bug('a build without outs');
  const needed = slice(body, value);
  return b.build(
    extents,
    (inner, axes) => {
      const bindings = new Map<number, Operand>(build.axes.map((axis, k) => [axis.id, axes[k] ?? axis]));
      const { block } = cloneBlock({ statements: needed, results: [value] }, bindings, (each) =>
        inner.fresh(each.type, each),
      );
      for (const statement of block.statements) inner.push(statement);
      return block.results[0] ?? bug('a stored value got lost');
    },
    { name: value.name, span: value.span, indexNames: build.axes.map((axis) => axis.name) },
  );
}

/** The statements of a block that a value depends on. */
function slice(block: Block, value: Value): Statement[] {
  const wanted = new Set<number>([value.id]);
  const kept: Statement[] = [];
  for (let i = block.statements.length - 1; i >= 0; i--) {
    const statement = block.statements[i];
    if (statement === undefined || !statement.outs.some((out) => wanted.has(out.id))) continue;
    kept.push(statement);
    useAll(statement, wanted);
  }
  return kept.reverse();
}

function useAll(statement: Statement, wanted: Set<number>): void {
  for (const operand of operandsOf(statement)) if (operand.kind === 'value') wanted.add(operand.id);
  for (const block of blocksOf(statement)) {
    for (const inner of block.statements) useAll(inner, wanted);
    for (const operand of block.results) if (operand.kind === 'value') wanted.add(operand.id);
  }
}

/** Whether some derivative rule that applies downstream of `value` mentions something that depends on it. */
function isNeeded(value: Value, block: Block, active: ReadonlySet<number>): boolean {
  const dependent = new Set<number>([value.id]);
  const depends = (operand: Operand | undefined): boolean =>
    operand?.kind === 'value' && dependent.has(operand.id);
  const needs = (statement: Statement): boolean => {
    if (!touches(statement, dependent)) return false;
    const markOuts = (): void => {
      for (const out of statement.outs) dependent.add(out.id);
    };
    switch (statement.kind) {
      case 'op': {
        const [out] = statement.outs;
        markOuts();
        const record: OpRecord = ops[statement.op];
        const isReadBack = isCostly(statement) && block.results.includes(out);
        if (!active.has(out.id)) return record.result !== 'real';
        const names = Object.keys(record.args);
        return names.some((name, i) => {
          const arg = statement.args[i];
          if (arg?.kind !== 'value' || !active.has(arg.id)) return false;
          const rule = record.d[name] ?? '';
          return [...names, 'out'].some((other, k) => {
            const operand = other === 'out' ? out : statement.args[k];
            if (operand === out && isReadBack) return false;
            return depends(operand) && new RegExp(`\\b${other}\\b`).test(rule);
          });
        });
      }
      case 'list':
        markOuts();
        return false;
      case 'if':
      case 'loop':
      case 'rule':
      case 'set':
      case 'row':
      case 'read':
      case 'build':
      case 'reduce':
      case 'open':
      case 'add':
      case 'freeze':
      case 'for':
        return true;
    }
  };
  return block.statements.some(needs);
}

function touches(statement: Statement, ids: ReadonlySet<number>): boolean {
  const wanted = new Set<number>();
  useAll(statement, wanted);
  for (const id of wanted) if (ids.has(id)) return true;
  return false;
}
