// Reductions that all iterations of inner loops share, such as the `logSumExp` of a row that each of its elements needs, get an
// array and a kernel of their own, and so do arrays that are made of reductions, such as the product of a matrix and a row. Threads have no
// iteration in common: without it each would compute the row again, in a time that grows with the square of its length. It costs
// an array of one number, or one array, for each row.

import { asPolynomial, intType } from '../../ir/build.ts';
import { bug } from '../../base/bug.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import type { Block, BuildStatement, Program, ReduceStatement, Statement, Type, Value } from '../../ir/types.ts'; // prettier-ignore
import { dropDeadIn } from '../../passes/dead.ts';
import { picked } from './picked.ts';
import { isSafe } from './reread.ts';
import { blocksOf, cloneBlock, freeValues, freeValuesOfStatement, mapBlocks } from '../../ir/walk.ts';

interface Axis {
  readonly index: Value;
  readonly extent: Polynomial;
}

export function rowsFirst(program: Program): Program {
  const counter = { next: program.nextId };
  const fresh = (type: Type, name?: string): Value => ({ kind: 'value', id: counter.next++, type, ...(name === undefined ? {} : { name }) }); // prettier-ignore

  /** A block that is run as it stands; a loop of the host has one of those in it. */
  const outer = (block: Block): Block => ({
    ...block,
    statements: block.statements.flatMap((s): readonly Statement[] => {
      if (s.kind === 'loop') return [{ ...s, body: outer(s.body) }];
      const own = axesOf(s);
      if (own === undefined) return [s];
      const rows: Statement[] = [];
      const changed = mapBlocks(s, (body) => inner(body, own, [], new Set(), rows));
      return [...rows, changed];
    }),
  });

  /**
   * `known`: what stands around the block that depends on the axes and on what is outside alone; `around`: the ids of all that
   * stands there. Puts kernels into `rows`.
   */
  const inner = (
    block: Block,
    axes: readonly Axis[],
    known: readonly Statement[],
    around: ReadonlySet<number>,
    rows: Statement[],
  ): Block => {
    const pure = [...known];
    const made = new Set(pure.flatMap((s) => s.outs.map(({ id }) => id)));
    const bound = new Set([...around, ...block.statements.flatMap((s) => s.outs.map(({ id }) => id))]);
    let hasChanged = false;
    const statements = block.statements.flatMap((s, k): readonly Statement[] => {
      const isKnown = [...freeValuesOfStatement(s).keys()].every((id) => !bound.has(id) || made.has(id));
      if ((s.kind === 'op' || s.kind === 'read') && isKnown) {
        pure.push(s);
        made.add(s.outs[0].id);
        return [s];
      }
      if (s.kind === 'reduce' && isKnown) {
        if (!isRepeated(s, block.statements.slice(k + 1))) return [s];
        hasChanged = true;
        const arrays = rowsOf(s, axes, pure, rows);
        const reads = s.outs.map((out, at): Statement => ({ kind: 'read', outs: [out], array: arrays[at] ?? bug('an out without rows'), indices: axes.map(({ index }) => index), inRange: true })); // prettier-ignore
        pure.push(...reads);
        for (const { id } of s.outs) made.add(id);
        return reads;
      }
      if (s.kind === 'build' && isKnown && isElementwise(s)) {
        const array = isRepeated(s, block.statements.slice(k + 1)) ? arrayOf(s, axes, pure, rows) : undefined;
        const row: Statement = array === undefined ? s : { kind: 'row', outs: [s.outs[0] ?? bug('no array')], array, indices: axes.map(({ index }) => index) }; // prettier-ignore
        hasChanged ||= row !== s;
        pure.push(row);
        for (const { id } of s.outs) made.add(id);
        return [row];
      }
      const own = axesOf(s);
      if (own === undefined) return [s];
      const changed = mapBlocks(s, (body) => inner(body, [...axes, ...own], pure, bound, rows));
      hasChanged ||= changed !== s;
      return [changed];
    });
    return hasChanged ? { ...block, statements } : block;
  };

  /** Arrays with what a reduction yields at each point of the axes. */
  const rowsOf = (
    s: ReduceStatement,
    axes: readonly Axis[],
    pure: readonly Statement[],
    rows: Statement[],
  ): readonly Value[] => {
    const own = axes.map(({ index }) => fresh(intType, index.name));
    const substitution = new Map(axes.map(({ index }, k) => [index.id, own[k] ?? index]));
    const needed = neededBy(freeValuesOfStatement(s).keys(), pure);
    const { block } = cloneBlock({ statements: [...needed, s], results: s.outs }, substitution, (value) => fresh(value.type, value.name)); // prettier-ignore
    const dims = axes.map(({ extent }) => extent);
    const outs = s.outs.map((out) => fresh({ scalar: out.type.scalar, dims }, out.name));
    const build: BuildStatement = { kind: 'build', outs, axes: own, body: block };
    rows.push(build);
    return outs;
  };

  /** An array of all that a comprehension yields at the points of the axes, if it reduces, and its elements take no arrays of their own. */
  const arrayOf = (
    { outs, axes: within, body }: BuildStatement,
    axes: readonly Axis[],
    pure: readonly Statement[],
    rows: Statement[],
  ): Value | undefined => {
    const [out] = outs;
    if (out === undefined || !body.statements.some(({ kind }) => kind === 'reduce')) return undefined;
    const copies = [...axes.map(({ index }) => index), ...within].map((index) => [index, fresh(intType, index.name)] as const); // prettier-ignore
    const substitution = new Map(copies.map(([index, copy]) => [index.id, copy]));
    const renew = (value: Value): Value => fresh(value.type, value.name);
    const needed = neededBy(freeValues(body).keys(), pure);
    const { block } = cloneBlock({ statements: [...needed, ...body.statements], results: body.results }, substitution, renew); // prettier-ignore
    const own = dropDeadIn(picked(block, renew));
    if (own.statements.some(({ kind }) => kind === 'build')) return undefined;
    const dims = [...axes.map(({ extent }) => extent), ...out.type.dims];
    const array = fresh({ scalar: out.type.scalar, dims }, out.name);
    rows.push({ kind: 'build', outs: [array], axes: copies.map(([, copy]) => copy), body: own });
    return array;
  };

  const body = outer(program.body);
  return { ...program, body, nextId: counter.next };
}

/** Of statements in order those that values need. */
function neededBy(values: Iterable<number>, pure: readonly Statement[]): readonly Statement[] {
  const ids = new Set(values);
  return pure.reduceRight<Statement[]>((kept, one) => {
    if (!one.outs.some(({ id }) => ids.has(id))) return kept;
    for (const id of freeValuesOfStatement(one).keys()) ids.add(id);
    return [one, ...kept];
  }, []);
}

/** One array of numbers, which nothing can go wrong with. */
const isElementwise = ({ outs, axes, body }: BuildStatement): boolean =>
  outs.length === 1 && outs[0]?.type.dims.length === axes.length && isSafe(body.statements);

/** What a statement runs over, where that is known before it runs. */
function axesOf(s: Statement): readonly Axis[] | undefined {
  if (s.kind === 'build') {
    const { dims } = s.outs[0]?.type ?? { dims: [] };
    return s.axes.map((index, k) => ({ index, extent: dims[k] ?? bug('an axis without an extent') }));
  }
  if (s.kind !== 'for' || s.from.kind !== 'literal' || s.from.value !== 0) return undefined;
  const extent = asPolynomial(s.to);
  return extent && [{ index: s.index, extent }];
}

/** Whether threads may come to share what the statement yields: it, or something computed from it, is used within a later loop. */
function isRepeated({ outs }: Statement, later: readonly Statement[]): boolean {
  const ids = new Set(outs.map(({ id }) => id));
  return later.some((s) => {
    if (![...freeValuesOfStatement(s).keys()].some((id) => ids.has(id))) return false;
    for (const { id } of s.outs) ids.add(id);
    // Whoever looks for the iterations that add to a place goes through all of them.
    if (s.kind === 'add') return s.indices.some((index) => index.kind === 'value' && ids.has(index.id));
    return (s.kind === 'for' || s.kind === 'build') && blocksOf(s).some((block) => [...freeValues(block).keys()].some((id) => ids.has(id))); // prettier-ignore
  });
}
