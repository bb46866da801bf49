// Store or recompute, decided before differentiation. Reverse mode runs the iterations of a `build` again, so a sum in an
// element (a matrix product, say) whose value the adjoint needs would be summed again for every element. Such sums get
// an array of their own, and an element that is costly to compute is read back from the array that holds it.

import { bug } from '../base/bug.ts';
import { activeValues } from '../ad/activity.ts';
import { isCostly } from '../ad/cost.ts';
import type { Polynomial } from '../base/polynomial.ts';
import { arrayType, asPolynomial, BlockBuilder } from '../ir/build.ts';
import type {
  Block,
  BuildStatement,
  Operand,
  Program,
  ReduceStatement,
  Statement,
  Value,
} from '../ir/types.ts';
import { blocksOf, cloneBlock, mapBlocks, operandsOf } from '../ir/walk.ts';
import { ops } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';

export function storeSums(program: Program): Program {
  if (!program.body.statements.some((statement) => blocksOf(statement).length > 0)) return program;
  const active = activeValues(program);
  const b = new BlockBuilder(program.nextId);
  const visit = (into: BlockBuilder, block: Block, isRepeated: boolean): Block => {
    for (const before of block.statements) {
      const statement = mapBlocks(before, (inner) =>
        visit(into.nested(), inner, isRepeated || before.kind === 'build' || before.kind === 'loop'),
      );
      if (statement.kind === 'build') into.push(splitBuild(into, statement, active));
      else if (isRepeated && statement.kind === 'reduce') into.push(splitSum(into, statement, active));
      else into.push(statement);
    }
    return into.block(block.results);
  };
  const body = visit(b, program.body, false);
  return { ...program, body, nextId: b.nextId };
}

/** Puts builds for the sums that are worth storing before the build, and yields the build with reads in their place. */
function splitBuild(b: BlockBuilder, build: BuildStatement, active: ReadonlySet<number>): BuildStatement {
  const { axes } = build;
  const extents = extentsOf(build);
  let { body } = build;
  for (const statement of build.body.statements) {
    const [out] = statement.outs;
    if (statement.kind !== 'reduce' || out === undefined || statement.outs.length !== 1) continue;
    if (!active.has(out.id) || body.results.includes(out) || !isNeeded(out, body, active)) continue;
    body = withRead(body, out, storeAlong(b, extents, axes, body, out), axes);
  }
  return { ...build, body };
}

const extentsOf = ({ outs, axes }: BuildStatement): readonly Polynomial[] =>
  outs[0]?.type.dims.slice(0, axes.length) ?? bug('a build without outs');

/**
 * Gives every costly op of an element an array of its own: what is a result of a `build` is read back. It runs after the last
 * pass that drops what nobody uses; of these arrays, only the adjoint will use any, and the others are dropped after it.
 * A loop would save such an array in each iteration: what is the same in all of them is computed again instead.
 */
export function storeCostly(program: Program): Program {
  const b = new BlockBuilder(program.nextId);
  /** `varying`: what may differ between iterations of the loops around; undefined where there is no loop. */
  const visit = (statement: Statement, varying: Set<number> | undefined): Statement => {
    const here = statement.kind === 'loop' ? new Set(varying) : varying;
    if (statement.kind === 'loop')
      for (const { id } of [statement.index, ...statement.state.map(({ value }) => value)]) here?.add(id);
    const inner = mapBlocks(statement, (block) => ({
      ...block,
      statements: block.statements.map((each) => visit(each, here)),
    }));
    if (varying !== undefined && touches(statement, varying))
      for (const out of statement.outs) varying.add(out.id);
    return inner.kind === 'build' ? withCostly(b, inner, varying) : inner;
  };
  const statements = program.body.statements.map((statement) => visit(statement, undefined));
  return b.nextId === program.nextId
    ? program
    : { ...program, body: { ...program.body, statements }, nextId: b.nextId };
}

function withCostly(
  b: BlockBuilder,
  build: BuildStatement,
  varying: ReadonlySet<number> | undefined,
): BuildStatement {
  const { body, outs } = build;
  const extents = extentsOf(build);
  const costly = body.statements.flatMap((statement): readonly (readonly [Value, string | undefined])[] => {
    if ((statement.kind !== 'op' && statement.kind !== 'build') || !isCostly(statement)) return [];
    if (varying !== undefined && !touches(statement, varying)) return [];
    const known = statement.kind === 'op' ? statement.op : undefined;
    return statement.outs.flatMap((out) =>
      body.results.includes(out) || out.type.scalar !== 'real' ? [] : [[out, out.name ?? known] as const],
    );
  });
  const arrays = costly.map(([{ type, span }, name]) =>
    b.fresh(arrayType(type.scalar, [...extents, ...type.dims]), { name, span }),
  );
  const results = [...body.results, ...costly.map(([value]) => value)];
  return { ...build, outs: [...outs, ...arrays], body: { ...body, results } };
}

/**
 * Puts what is costly in a sum into an array: sums in it, and functions. The sum stands in a region that reverse mode runs again,
 * where the array is read back, as a result of the region, or saved by the loop around it.
 */
function splitSum(b: BlockBuilder, sum: ReduceStatement, active: ReadonlySet<number>): ReduceStatement {
  const { from, to, index, reducer } = sum;
  const length = asPolynomial(to);
  if (reducer !== 'sum' || asPolynomial(from)?.terms.length !== 0 || length === undefined) return sum;
  let { body } = sum;
  const isWanted = ({ outs: [out] }: Statement): boolean =>
    out !== undefined && active.has(out.id) && isNeeded(out, body, active);
  const called = body.statements.filter((statement) => isCall(statement) && isWanted(statement));
  // A sum that goes into a function is there already when the function is computed.
  const sources = new Set(called.flatMap(({ outs: [out] }) => (out === undefined ? [] : slice(body, out))));
  const stored = sum.body.statements.filter(
    (statement) =>
      called.includes(statement) ||
      (statement.kind === 'reduce' &&
        statement.outs.length === 1 &&
        (sources.has(statement) || isWanted(statement))),
  );
  for (const { outs } of stored)
    for (const out of outs) body = withRead(body, out, storeAlong(b, [length], [index], body, out), [index]);
  return { ...sum, body };
}

/** A function, rather than a division. */
const isCall = (statement: Statement): boolean =>
  statement.kind === 'op' && isCostly(statement) && statement.op !== 'div';

/** The block with a read of the array in place of what computes `out`. */
const withRead = (body: Block, out: Value, array: Value, axes: readonly Value[]): Block => ({
  ...body,
  statements: body.statements.map((inner) =>
    inner.outs[0] === out ? { kind: 'read', outs: [out], array, indices: axes, inRange: true } : inner,
  ),
});

/** An array over some axes, those of the region that `body` is, which holds one of the values of `body`. */
function storeAlong(
  b: BlockBuilder,
  extents: readonly Polynomial[],
  axes: readonly Value[],
  body: Block,
  value: Value,
): Value {
  const needed = slice(body, value);
  return b.build(
    extents,
    (inner, indices) => {
      const bindings = new Map<number, Operand>(axes.map((axis, k) => [axis.id, indices[k] ?? axis]));
      const { block } = cloneBlock({ statements: needed, results: [value] }, bindings, (each) =>
        inner.fresh(each.type, each),
      );
      for (const statement of block.statements) inner.push(statement);
      return block.results[0] ?? bug('a stored value got lost');
    },
    { name: value.name, span: value.span, indexNames: axes.map((axis) => axis.name) },
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
