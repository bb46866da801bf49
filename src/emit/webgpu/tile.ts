// Products of matrices, and what is like them: sums of products of which one factor knows the row and the other the column. A
// workgroup computes a tile of 16 by 16 elements and shares what it loads: each number comes from memory once for 16 elements.
// The terms of an element are added in the order in which one thread would.

import { bug } from '../../base/bug.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { asPolynomial } from '../../ir/build.ts';
import type { Block, Operand, Program, Statement, Value } from '../../ir/types.ts';
import { operandsOf, someStatement } from '../../ir/walk.ts';
import type { RoutineOptions } from '../../loops/index.ts';
import type { Routine } from '../../loops/types.ts';
import { Writer } from '../writer.ts';
import { entry, lowerKernel } from './kernel.ts';
import type { Kernel, MapStep, Plan } from './steps.ts';
import { kernelWords, threadOf, type KernelContext, type Thread } from './thread.ts';

/** Rows and columns of a tile, and terms that are loaded at a time. */
export const tileWidth = 16;

interface Factor {
  readonly block: Block;
  /** The axis of the row or of the column, and that of the terms. */
  readonly axes: readonly [outer: Value, term: Value];
  /** Neighbours along the outer axis are neighbours in memory, rather than those along the terms. */
  readonly isAlongOuter: boolean;
}

export interface Tile {
  readonly left: Factor;
  readonly right: Factor;
  readonly sum: Value;
  /** What is done to the sum. */
  readonly rest: Block;
  readonly terms: Polynomial;
}

/** A tile whose parts are in the loops form. */
export interface LoweredTile {
  readonly name: string;
  readonly tile: Tile;
  readonly left: Routine;
  readonly right: Routine;
  readonly rest: Routine;
}

/** The product that a kernel computes, if it does that. */
export function tileOf(kernel: Kernel): Tile | undefined {
  if (kernel.kind !== 'map') return undefined;
  const [row, column, ...more] = kernel.axes;
  const sums = kernel.block.statements.filter((s) => s.kind === 'reduce');
  const [sum, ...others] = sums;
  if (row === undefined || column === undefined || sum === undefined || more.length + others.length > 0)
    return undefined;
  const [out, ...outs] = sum.outs;
  const [result] = sum.body.results;
  const terms = asPolynomial(sum.to);
  const isPlain = sum.reducer === 'sum' && sum.from.kind === 'literal' && sum.from.value === 0;
  if (!isPlain || terms === undefined || out?.type.scalar !== 'real' || outs.length > 0) return undefined;
  const rest = kernel.block.statements.filter((s) => s !== sum);
  const bound = new Set(rest.flatMap((s) => s.outs.map(({ id }) => id)));
  const { statements } = sum.body;
  // Only the plain kernel knows how to say that an index is out of range.
  const isSimple =
    statements.every(isInRange) &&
    !someStatement({ statements: rest, results: [] }, (s) => s.kind !== 'if' && !isInRange(s));
  const product = statements.find((s) => s.outs[0] === result);
  if (!isSimple || product?.kind !== 'op' || product.op !== 'mul') return undefined;
  const factors = product.args.map((arg) => factorOf(arg, statements));
  const knows = (factor: readonly Statement[] | undefined, value: Value): boolean =>
    factor?.some((s) => operandsOf(s).includes(value)) ?? false;
  if (factors.some((factor) => factor?.some((s) => operandsOf(s).some((operand) => operand.kind === 'value' && bound.has(operand.id))))) return undefined; // prettier-ignore
  const order = knows(factors[0], row) ? [0, 1] : [1, 0];
  const [left, right] = order.map((k) => factors[k]);
  const [leftResult, rightResult] = order.map((k) => product.args[k]);
  if (left === undefined || right === undefined || leftResult === undefined || rightResult === undefined)
    return undefined;
  const isProduct =
    knows(left, row) && !knows(left, column) && knows(right, column) && !knows(right, row) &&
    knows(left, sum.index) && knows(right, sum.index); // prettier-ignore
  if (!isProduct) return undefined;
  const factor = (own: readonly Statement[], yielded: Operand, outer: Value): Factor => ({
    block: { statements: own, results: [yielded] },
    axes: [outer, sum.index],
    isAlongOuter: own.some((s) => s.kind === 'read' && s.indices.at(-1) === outer),
  });
  return {
    left: factor(left, leftResult, row),
    right: factor(right, rightResult, column),
    sum: out,
    rest: { statements: rest, results: kernel.block.results },
    terms,
  };
}

const isInRange = (s: Statement): boolean => s.kind === 'op' || (s.kind === 'read' && s.inRange);

/** What computes a factor, in order. */
function factorOf(factor: Operand, statements: readonly Statement[]): readonly Statement[] | undefined {
  if (factor.kind !== 'value') return undefined;
  const ids = new Set([factor.id]);
  return statements.reduceRight<Statement[]>((kept, s) => {
    if (!s.outs.some(({ id }) => ids.has(id))) return kept;
    for (const operand of operandsOf(s)) if (operand.kind === 'value') ids.add(operand.id);
    return [s, ...kept];
  }, []);
}

export function lowerTile(
  kernel: Kernel,
  name: string,
  plan: Plan,
  program: Program,
  options: RoutineOptions,
): LoweredTile | undefined {
  const tile = tileOf(kernel);
  if (tile === undefined || kernel.kind !== 'map') return undefined;
  const lowered = (axes: readonly Value[], block: Block): Routine => {
    const part: MapStep = { ...kernel, axes, extents: [], block };
    return lowerKernel(part, plan, program, options);
  };
  const { left, right, sum, rest } = tile;
  return {
    name: `${name}_tiled`,
    tile,
    left: lowered(left.axes, left.block),
    right: lowered(right.axes, right.block),
    rest: lowered([...kernel.axes, sum], rest),
  };
}

export function printTile(lowered: LoweredTile, kernel: MapStep, context: KernelContext): string {
  const { tile, name } = lowered;
  const scope = context.scope.inner();
  for (const word of kernelWords) scope.reserve(word);
  const [row, column] = kernel.axes;
  if (row === undefined || column === undefined) return bug('a product without rows and columns');
  const [, term] = tile.left.axes;
  const part = (routine: Routine, values: readonly Value[]): { thread: Thread; names: readonly string[] } => {
    const inner = scope.inner();
    const names = values.map((value) => (value === tile.sum ? 'total' : inner.declare(value.name ?? 'i')));
    const named = new Map(values.map((value, k) => [value.id, names[k] ?? '']));
    const goals = kernel.goals.slice(0, routine.program.body.results.length);
    return { thread: threadOf({ routine, goals, scratch: new Map(), isOneOfMany: false, scope: inner, named }, context), names }; // prettier-ignore
  };
  const left = part(lowered.left, [row, term]);
  const right = part(lowered.right, [column, term]);
  const rest = part(lowered.rest, [row, column, tile.sum]);
  const [rows = '', columns = ''] = kernel.extents.map((extent) => rest.thread.product([extent]));
  const terms = rest.thread.product([tile.terms]);

  const writer = new Writer();
  const load = (
    into: 'tile_left' | 'tile_right',
    { isAlongOuter }: Factor,
    { thread, names }: typeof left,
  ): void => {
    const [outer = '', own = ''] = names;
    const isLeft = into === 'tile_left';
    // Neighbouring threads differ in their column.
    const [outerAt, termAt] = isAlongOuter ? ['column', 'row'] : ['row', 'column'];
    writer.line('{');
    writer.indented(() => {
      writer.line(`let ${outer} = ${isLeft ? 'firstRow' : 'firstColumn'} + ${outerAt};`);
      writer.line(`let ${own} = start + ${termAt};`);
      writer.line('var loaded = 0.0;');
      writer.line(`if ((${outer} < ${isLeft ? rows : columns}) & (${own} < ${terms})) {`);
      writer.indented(() => {
        thread.compute(writer);
        writer.line(`loaded = ${thread.results[0]?.name};`);
      });
      writer.line('}');
      const [high, low] = isLeft ? [outerAt, termAt] : [termAt, outerAt];
      writer.line(`${into}[${high} * ${tileWidth} + ${low}] = loaded;`);
    });
    writer.line('}');
  };
  writer.line('let row = i32(local.y);');
  writer.line('let column = i32(local.x);');
  writer.line(`let columns = (${columns} + ${tileWidth - 1}) / ${tileWidth};`);
  writer.line('let tile = i32(group.y * groups.x + group.x);');
  writer.line(`let firstRow = tile / columns * ${tileWidth};`);
  writer.line(`let firstColumn = tile % columns * ${tileWidth};`);
  writer.line('var total = 0.0;');
  writer.line(`for (var start = 0; start < ${terms}; start += ${tileWidth}) {`);
  writer.indented(() => {
    load('tile_left', tile.left, left);
    load('tile_right', tile.right, right);
    writer.line('workgroupBarrier();');
    writer.line(`for (var term = 0; term < ${tileWidth}; term++) {`);
    writer.indented(() =>
      writer.line(
        `total += tile_left[row * ${tileWidth} + term] * tile_right[term * ${tileWidth} + column];`,
      ),
    );
    writer.line('}');
    writer.line('workgroupBarrier();');
  });
  writer.line('}');
  const [rowName, columnName] = rest.names;
  writer.line(`let ${rowName} = firstRow + row;`);
  writer.line(`let ${columnName} = firstColumn + column;`);
  writer.line(`if ((${rowName} < ${rows}) & (${columnName} < ${columns})) {`);
  writer.indented(() => {
    rest.thread.compute(writer);
    for (const result of rest.thread.results) writer.line(rest.thread.store(result, result.name));
  });
  writer.line('}');
  const places = ['workgroup_id) group: vec3u', 'num_workgroups) groups: vec3u', 'local_invocation_id) local: vec3u']; // prettier-ignore
  return entry(name, `${kernel.title}, in tiles`, `${tileWidth}, ${tileWidth}`, places, writer);
}
