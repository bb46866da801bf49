// Unrolls comprehensions and sums over small fixed sizes, and turns arrays that are only read at constant places into
// scalars. Geometry in three dimensions then becomes the straight code one would write by hand.

import { asConstant, evaluate } from '../base/polynomial.ts';
import { bug } from '../base/bug.ts';
import { int, real } from '../ir/build.ts';
import type { Block, Operand, Program, Statement, Value } from '../ir/types.ts';
import { blocksOf, cloneBlock } from '../ir/walk.ts';
import type { BlockBuilder } from '../ir/build.ts';
import { rewrite, type Context } from './rewrite.ts';

/** Longest range that is unrolled, and how many statements that may make. */
const longestRange = 4;
const mostStatements = 96;

export function unroll(program: Program): Program {
  return rewrite(program, (statement, context) => {
    switch (statement.kind) {
      case 'reduce':
        return unrollReduce(statement, context.b);
      case 'build':
        return unrollBuild(statement, context.b);
      case 'read':
        return readOfList(statement, context);
      default:
        return undefined;
    }
  });
}

function unrollReduce(statement: Statement & { readonly kind: 'reduce' }, b: BlockBuilder): readonly Operand[] | undefined {
  const { reducer, from, to, outs, index, body } = statement;
  if ((reducer !== 'sum' && reducer !== 'prod') || from.kind !== 'literal' || to.kind !== 'literal') return undefined;
  const [first, last] = [Number(from.value), Number(to.value)];
  if (!isSmall(last - first, body)) return undefined;
  const isInt = outs[0]?.type.scalar === 'int';
  const op = reducer === 'sum' ? (isInt ? 'iadd' : 'add') : isInt ? 'imul' : 'mul';
  let totals: readonly Operand[] | undefined;
  for (let k = first; k < last; k++) {
    const terms = runAt(b, body, [[index, int(k)]]);
    totals = totals === undefined ? terms : totals.map((total, i) => b.op(op, [total, terms[i] ?? bug('a term is missing')]));
  }
  const identity = reducer === 'sum' ? 0 : 1;
  return totals ?? outs.map(() => (isInt ? int(identity) : real(identity)));
}

function unrollBuild(statement: Statement & { readonly kind: 'build' }, b: BlockBuilder): readonly Operand[] | undefined {
  const [out] = statement.outs;
  if (out === undefined || statement.outs.length !== 1) return undefined;
  const extents = statement.axes.map((_, k) => asConstant(out.type.dims[k] ?? bug('an axis without an extent')));
  if (extents.some((size) => size === undefined || size === 0)) return undefined;
  const sizes = extents.map(Number);
  if (sizes.some((size) => size > longestRange)) return undefined;
  if (!isSmall(sizes.reduce((product, size) => product * size, 1), statement.body, longestRange ** 2)) return undefined;
  const rows = (fixed: readonly number[]): Operand => {
    const depth = fixed.length;
    if (depth === sizes.length) {
      const bindings = statement.axes.map((axis, k) => [axis, int(fixed[k] ?? 0)] as const);
      return runAt(b, statement.body, bindings)[0] ?? bug('a build without an element');
    }
    const elements = Array.from({ length: sizes[depth] ?? 0 }, (_, k) => rows([...fixed, k]));
    return b.list(elements, depth === 0 ? out : {});
  };
  return [rows([])];
}

function readOfList(statement: Statement & { readonly kind: 'read' }, context: Context): readonly Operand[] | undefined {
  let array: Operand = statement.array;
  for (let depth = 0; depth < statement.indices.length; depth++) {
    const list = context.definitionOf(array);
    const at = statement.indices[depth];
    if (list?.kind !== 'list' || at?.kind !== 'literal') {
      if (depth === 0 || array.kind !== 'value') return undefined;
      return [context.b.read(array, statement.indices.slice(depth), { inRange: statement.inRange })];
    }
    const element = list.elements[Number(at.value)];
    if (element === undefined) return undefined;
    array = element;
  }
  return [array];
}

const isSmall = (count: number, body: Block, longest = longestRange): boolean =>
  count >= 0 && count <= longest && count * sizeOf(body) <= mostStatements;

const sizeOf = (block: Block): number =>
  block.statements.reduce((sum, inner) => sum + 1 + blocksOf(inner).reduce((all, each) => all + sizeOf(each), 0), 0);

function runAt(b: BlockBuilder, body: Block, bindings: readonly (readonly [Value, Operand])[]): readonly Operand[] {
  const { block } = cloneBlock(body, new Map(bindings.map(([value, by]) => [value.id, by])), (value) =>
    b.fresh(value.type, value),
  );
  for (const inner of block.statements) b.push(inner);
  return block.results;
}

/** An accumulator whose elements are all added to by name, in one block, becomes the list of its sums. */
export function scalarAccumulators(program: Program): Program {
  return { ...program, ...listSums(program) };
}

function listSums(program: Program): Pick<Program, 'body' | 'nextId'> {
  const straight = straightAccumulators(program.body);
  const sums = new Map<number, Map<number, Operand>>();
  const result = rewrite(program, (statement, { b }) => {
    switch (statement.kind) {
      case 'open':
        if (!straight.has(statement.outs[0].id)) return undefined;
        sums.set(statement.outs[0].id, new Map());
        return [];
      case 'add': {
        const found = sums.get(statement.accumulator.id);
        if (found === undefined) return undefined;
        const place = placeOf(statement.indices, statement.accumulator);
        const before = found.get(place);
        found.set(place, before === undefined ? statement.value : b.op('add', [before, statement.value]));
        return [];
      }
      case 'freeze': {
        const found = sums.get(statement.accumulator.id);
        if (found === undefined) return undefined;
        const dims = dimsOf(statement.accumulator) ?? [];
        return [listOf(b, dims, (place) => found.get(place) ?? real(0), statement.outs[0])];
      }
      default:
        return undefined;
    }
  });
  return { body: result.body, nextId: result.nextId };
}

const largestList = 64;

const dimsOf = (value: Value): readonly number[] | undefined => {
  const dims = value.type.dims.map((dim) => asConstant(dim));
  return dims.some((dim) => dim === undefined) ? undefined : dims.map(Number);
};

function placeOf(indices: readonly Operand[], accumulator: Value): number {
  return indices.reduce((place, index, k) => {
    const dim = accumulator.type.dims[k] ?? bug('too many indices');
    return place * evaluate(dim, () => bug('a list of unknown size')) + (index.kind === 'literal' ? Number(index.value) : 0);
  }, 0);
}

function listOf(b: BlockBuilder, dims: readonly number[], element: (place: number) => Operand, hint: Value): Operand {
  const rows = (depth: number, place: number): Operand => {
    const size = dims[depth];
    if (size === undefined) return element(place);
    return b.list(Array.from({ length: size }, (_, k) => rows(depth + 1, place * size + k)), depth === 0 ? hint : {});
  };
  return rows(0, 0);
}

/** Accumulators (arrays of fixed small size, and scalars) of a block that only that block itself adds to, at literal indices. */
function straightAccumulators(block: Block, found = new Set<number>()): Set<number> {
  const spoil = (inner: Block): void => {
    for (const statement of inner.statements) {
      if (statement.kind === 'add') found.delete(statement.accumulator.id);
      blocksOf(statement).forEach(spoil);
    }
  };
  for (const statement of block.statements) {
    if (statement.kind === 'open') {
      const dims = dimsOf(statement.outs[0]);
      if (dims !== undefined && dims.reduce((a, c) => a * c, 1) <= largestList) found.add(statement.outs[0].id);
    } else if (statement.kind === 'add') {
      if (statement.indices.some((index) => index.kind !== 'literal')) found.delete(statement.accumulator.id);
    }
  }
  for (const statement of block.statements) blocksOf(statement).forEach(spoil);
  for (const statement of block.statements) {
    for (const inner of blocksOf(statement)) straightAccumulators(inner, found);
  }
  return found;
}
