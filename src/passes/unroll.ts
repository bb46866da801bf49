// Unrolls comprehensions and sums over small fixed sizes, and turns arrays that are only read at constant places into
// scalars. Geometry in three dimensions then becomes the straight code one would write by hand.

import { asConstant } from '../base/polynomial.ts';
import { bug } from '../base/bug.ts';
import { int, real } from '../ir/build.ts';
import type { Block, LoopStatement, Operand, Program, Statement, Value } from '../ir/types.ts';
import { blocksOf, cloneBlock } from '../ir/walk.ts';
import type { BlockBuilder } from '../ir/build.ts';
import type { OpName } from '../ops/index.ts';
import { rewrite, type Context } from './rewrite.ts';

/** Longest range that is unrolled, and how many statements that may make. */
const longestRange = 4;
const mostStatements = 96;

export function unroll(program: Program): Program {
  return rewrite(
    program,
    (statement, context) => {
      switch (statement.kind) {
        case 'reduce':
          return unrollReduce(statement, context.b);
        case 'build':
          return unrollBuild(statement, context.b);
        case 'loop':
          return unrollLoop(statement, context.b);
        case 'read':
          return readOfList(statement, context);
        default:
          return undefined;
      }
    },
    ({ kind }) => kind !== 'op',
  );
}

/**
 * Maxima and minima of few elements, in a program that is differentiated already: before, each needs its own place, since of
 * equal elements the first has the derivative.
 */
export function unrollExtrema(program: Program): Program {
  if (!program.body.statements.some((statement) => blocksOf(statement).length > 0)) return program;
  return rewrite(
    program,
    (statement, { b, usesOf }) => {
      if (statement.kind !== 'reduce' || (statement.reducer !== 'max' && statement.reducer !== 'min'))
        return undefined;
      const { reducer, from, to, outs, index, body } = statement;
      const [out, place] = outs;
      if (from.kind !== 'literal' || to.kind !== 'literal' || (place !== undefined && usesOf(place) > 0))
        return undefined;
      const [first, last] = [Number(from.value), Number(to.value)];
      if (last <= first || !isSmall(last - first, body)) return undefined;
      const op: OpName = out?.type.scalar === 'int' ? (reducer === 'max' ? 'imax' : 'imin') : reducer;
      let extremum: Operand | undefined;
      for (let k = first; k < last; k++) {
        const [element = bug('an element is missing')] = runAt(b, body, [[index, int(k)]]);
        extremum = extremum === undefined ? element : b.op(op, [extremum, element]);
      }
      return [extremum ?? bug('no element'), int(0)].slice(0, outs.length);
    },
    ({ kind }) => kind === 'reduce',
  );
}

function unrollReduce(
  statement: Statement & { readonly kind: 'reduce' },
  b: BlockBuilder,
): readonly Operand[] | undefined {
  const { reducer, from, to, outs, index, body } = statement;
  if ((reducer !== 'sum' && reducer !== 'prod') || from.kind !== 'literal' || to.kind !== 'literal')
    return undefined;
  const [first, last] = [Number(from.value), Number(to.value)];
  if (!isSmall(last - first, body)) return undefined;
  const isInt = (i: number): boolean => outs[i]?.type.scalar === 'int';
  const combine = (i: number): OpName =>
    reducer === 'sum' ? (isInt(i) ? 'iadd' : 'add') : isInt(i) ? 'imul' : 'mul';
  let totals: readonly Operand[] | undefined;
  for (let k = first; k < last; k++) {
    const terms = runAt(b, body, [[index, int(k)]]);
    totals =
      totals?.map((total, i) => b.op(combine(i), [total, terms[i] ?? bug('a term is missing')])) ?? terms;
  }
  const identity = reducer === 'sum' ? 0 : 1;
  return totals ?? outs.map((_, i) => (isInt(i) ? int(identity) : real(identity)));
}

function unrollBuild(
  statement: Statement & { readonly kind: 'build' },
  b: BlockBuilder,
): readonly Operand[] | undefined {
  const [out] = statement.outs;
  if (out === undefined || statement.outs.length !== 1) return undefined;
  const extents = statement.axes.map((_, k) =>
    asConstant(out.type.dims[k] ?? bug('an axis without an extent')),
  );
  if (extents.some((size) => size === undefined || size === 0)) return undefined;
  const sizes = extents.map(Number);
  if (sizes.some((size) => size > longestRange)) return undefined;
  if (
    !isSmall(
      sizes.reduce((product, size) => product * size, 1),
      statement.body,
      longestRange ** 2,
    )
  )
    return undefined;
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

function unrollLoop(
  { from, to, order, outs, index, state, condition, body }: LoopStatement,
  b: BlockBuilder,
): readonly Operand[] | undefined {
  if (condition !== undefined || outs.length > state.length) return undefined;
  if (from.kind !== 'literal' || to.kind !== 'literal') return undefined;
  const [first, last] = [Number(from.value), Number(to.value)];
  if (!isSmall(last - first, body)) return undefined;
  let current = state.map(({ initial }) => initial);
  for (let trip = 0; trip < last - first; trip++) {
    const at = int(order === 'up' ? first + trip : last - 1 - trip);
    const bindings = state.map(({ value }, k) => [value, current[k] ?? bug('a lost state')] as const);
    current = [...runAt(b, body, [[index, at], ...bindings])];
  }
  return current;
}

function readOfList(
  statement: Statement & { readonly kind: 'read' },
  context: Context,
): readonly Operand[] | undefined {
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
  block.statements.reduce(
    (sum, inner) => sum + 1 + blocksOf(inner).reduce((all, each) => all + sizeOf(each), 0),
    0,
  );

function runAt(
  b: BlockBuilder,
  body: Block,
  bindings: readonly (readonly [Value, Operand])[],
): readonly Operand[] {
  const { block } = cloneBlock(body, new Map(bindings.map(([value, by]) => [value.id, by])), (value) =>
    b.fresh(value.type, value),
  );
  for (const inner of block.statements) b.push(inner);
  return block.results;
}
