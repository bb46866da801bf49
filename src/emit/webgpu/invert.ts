// Scatter to gather: loops that add into an array, `for i, j { A[f(i, j)] += v }`, become one sum for each element, which its own
// thread computes. No two threads then write to one element, and terms are added in the order of the loops.
//
// Each index of the add is one of: fixed, the same for all iterations; a loop index plus things known without it, from which
// the thread takes the loop index (`i = t - rest`, where that is in its range); computed from ints of the data, by which the host sorts
// the iterations (segments.ts); or anything else: then the thread goes through all iterations and takes those whose index is its own, which
// costs the length of the loop for each element.

import { constant, equal, type Polynomial } from '../../base/polynomial.ts';
import { asPolynomial, extent, int, intType, real, scalarType } from '../../ir/build.ts';
import type { AddStatement, Block, ForStatement, IfStatement, Operand, Statement, Type, Value } from '../../ir/types.ts'; // prettier-ignore
import { accumulatorsOf, blocksOf, mapBlocks, operandsOf, statementsOf } from '../../ir/walk.ts';
import { dropDeadIn } from '../../passes/dead.ts';
import { ops, type OpName } from '../../ops/index.ts';
import { linearOf, type Linear } from './linear.ts';
import { outsideOf } from './outside.ts';
import { picked } from './picked.ts';
import { segmentsOf, type Searched, type Sorter } from './segments.ts';
import { boundsIn, windowsOf } from './window.ts';

/** What the thread of an element computes. */
export interface Gather {
  readonly axes: readonly Value[];
  readonly extents: readonly Polynomial[];
  readonly block: Block;
  /** Of the accumulator: axes, and what is fixed. */
  readonly indices: readonly Operand[];
  /** How many of the indices are out of range, where that is not known. */
  readonly outside: Block | undefined;
}

interface Level {
  readonly statement: ForStatement | IfStatement;
  /** Whether the add stands in the second branch. */
  readonly otherwise: boolean;
  /** What stands before it in its block, without effects outside of that. */
  readonly before: readonly Statement[];
}

/** An add within loops and branches. */
export interface Path {
  readonly levels: readonly Level[];
  readonly before: readonly Statement[];
  readonly add: AddStatement;
}

/** The adds of a loop to accumulators outside of it, in order; nothing where one is in something else than loops and branches. */
export function pathsOf(statement: ForStatement): readonly Path[] | undefined {
  const paths: Path[] = [];
  /** `inner`: the accumulators that are opened on the way. */
  const visit = (block: Block, levels: readonly Level[], inner: ReadonlySet<number>): boolean => {
    const own = new Set(block.statements.flatMap((s) => (s.kind === 'open' ? [s.outs[0].id] : [])));
    const inside = new Set([...inner, ...own]);
    const before: Statement[] = [];
    for (const s of block.statements) {
      const touched = [...accumulatorsOf(s)];
      if (touched.every((id) => own.has(id))) {
        before.push(s);
        continue;
      }
      if (s.kind === 'add') {
        if (!inside.has(s.accumulator.id)) paths.push({ levels, before: [...before], add: s });
        continue;
      }
      if (s.kind !== 'for' && s.kind !== 'if') return false;
      for (const [k, body] of blocksOf(s).entries()) {
        const level: Level = { statement: s, otherwise: k === 1, before: [...before] };
        if (!visit(body, [...levels, level], inside)) return false;
      }
      if (s.outs.length > 0 || touched.some((id) => own.has(id))) before.push(addingOnly(s, own));
    }
    return true;
  };
  const top: Level = { statement, otherwise: false, before: [] };
  return visit(statement.body, [top], new Set()) ? paths : undefined;
}

/** The statement without its adds to other accumulators than these, and than those that it opens itself. */
function addingOnly(statement: Statement, kept: ReadonlySet<number>): Statement {
  return mapBlocks(statement, ({ statements, results }) => {
    const own = statements.flatMap((s) => (s.kind === 'open' ? [s.outs[0].id] : []));
    const all = new Set([...kept, ...own]);
    return {
      statements: statements
        .filter((s) => s.kind !== 'add' || all.has(s.accumulator.id))
        .map((s) => addingOnly(s, all)),
      results,
    };
  });
}

type Solution =
  | { readonly kind: 'is'; readonly axis: Value }
  /** The loop index is `sign * (axis - rest)`. */
  | { readonly kind: 'from'; readonly axis: Value; readonly sign: number; readonly rest: Linear };

/** `isFixed` tells whether an operand from outside the loops can be an index as it is. */
export function gatherOf(
  path: Path,
  sorter: Sorter,
  isFixed: (operand: Operand) => boolean,
): Gather | undefined {
  const { levels, add } = path;
  const { counter, without } = sorter;
  const fresh = (type: Type, name?: string): Value => ({
    kind: 'value',
    id: counter.next++,
    type,
    ...(name === undefined ? {} : { name }),
  });
  const defs = new Map<number, Statement>();
  const bound = new Set<number>();
  const unsure = new Set<Statement>();
  const firstBranch = levels.findIndex(({ statement }) => statement.kind === 'if');
  for (const [depth, before] of [...levels.map((level) => level.before), path.before].entries())
    for (const s of statementsOf({ statements: before, results: [] })) {
      if (firstBranch >= 0 && depth > firstBranch) unsure.add(s);
      for (const out of s.outs) {
        defs.set(out.id, s);
        bound.add(out.id);
      }
    }
  const loops = levels.flatMap(({ statement }) => (statement.kind === 'for' ? [statement] : []));
  for (const { index } of loops) bound.add(index.id);
  const isOutside = (operand: Operand): boolean => operand.kind !== 'value' || !bound.has(operand.id);

  const { dims } = add.accumulator.type;
  const solved = new Map<ForStatement, Solution>();
  const indices: Operand[] = [];
  const axes: Value[] = [];
  const searched: Searched[] = [];
  const axisFor = (dim: number, name: string | undefined, axis = fresh(intType, name)): Value => {
    indices[dim] = axis;
    axes.push(axis);
    return axis;
  };

  const left: number[] = [];
  add.indices.forEach((index, dim) => {
    const loop = loops.find((one) => one.index === index && !solved.has(one));
    if (loop !== undefined) solved.set(loop, { kind: 'is', axis: axisFor(dim, loop.index.name, loop.index) });
    else if (isOutside(index) && isFixed(index)) indices[dim] = index;
    else left.push(dim);
  });
  // Long loops first: those whose length is no number, then the outer ones.
  const candidates = without.has('shifts')
    ? []
    : [...loops].sort((a, b) => Number(isShort(a)) - Number(isShort(b)));
  for (const dim of left) {
    const index = add.indices[dim] ?? int(0);
    const linear = linearOf(index, defs);
    const solvable = (value: Value): boolean => {
      const loop = loops.find((one) => one.index === value);
      return loop !== undefined ? solved.get(loop)?.kind !== 'from' : !bound.has(value.id);
    };
    const found = candidates.find((loop) => {
      if (solved.has(loop) || Math.abs(linear.terms.get(loop.index) ?? 0) !== 1) return false;
      const isUsed = [...solved.values()].some((s) => s.kind === 'from' && s.rest.terms.has(loop.index));
      return !isUsed && [...linear.terms.keys()].every((value) => value === loop.index || solvable(value));
    });
    if (found === undefined) {
      searched.push({ index, axis: axisFor(dim, undefined), extent: dims[dim] ?? constant(1) });
      continue;
    }
    const terms = new Map(linear.terms);
    const sign = terms.get(found.index) ?? 1;
    terms.delete(found.index);
    solved.set(found, { kind: 'from', axis: axisFor(dim, undefined), sign, rest: { ...linear, terms } });
  }
  const isSure =
    add.inRange || (searched.length === 0 && [...solved.values()].every(({ kind }) => kind === 'is'));
  const outside = isSure ? undefined : outsideOf(path, dims, counter);

  const axisOf = (loop: ForStatement): Value | undefined => {
    const solution = solved.get(loop);
    const axis = solution?.kind === 'is' && isWhole(loop, dims[indices.indexOf(solution.axis)]);
    return axis ? solution?.axis : undefined;
  };
  const segments =
    searched.length === 0 || without.has('segments')
      ? undefined
      : segmentsOf(searched, loops, axisOf, (loop) => solved.has(loop), { defs, isSure: (s) => !unsure.has(s), isCertain: add.inRange && firstBranch < 0 }, sorter); // prettier-ignore
  const isSorted = (loop: ForStatement): boolean => segments?.loops.has(loop) ?? false;
  /** The index of a thread, or what is known without one. */
  const isAtHand = (operand: Operand): boolean =>
    isOutside(operand) || [...solved.values()].some((s) => s.kind === 'is' && s.axis === operand);
  const conditions = levels.flatMap(({ statement, otherwise }) =>
    statement.kind === 'if' && !otherwise ? [statement.condition] : [],
  );
  const windows =
    segments !== undefined || without.has('shifts')
      ? undefined
      : windowsOf(searched, loops.filter((loop) => !solved.has(loop)), defs, isAtHand, conditions); // prettier-ignore

  const type = add.value.type;
  const zero = type.scalar === 'real' ? real(0) : int(0);
  /** Loops whose sums stand further out than they did. */
  const begun = new Set<ForStatement>();

  const guarded = (condition: readonly Statement[], test: Operand, inner: Block): Block => {
    const out = fresh(type);
    const branch: Statement = { kind: 'if', outs: [out], condition: test, then: inner, otherwise: { statements: [], results: [zero] } }; // prettier-ignore
    return { statements: [...condition, branch], results: [out] };
  };
  const op = (into: Statement[], name: OpName, args: readonly Operand[], out?: Value): Value => {
    const made = out ?? fresh(scalarType(ops[name].result));
    into.push({ kind: 'op', outs: [made], op: name, args });
    return made;
  };
  const summed = (loop: ForStatement, body: Block): Block => {
    const out = fresh(type);
    const statements: Statement[] = [];
    const window = windows?.get(loop);
    const { from, to } =
      window === undefined ? loop : boundsIn(window, loop, (name, args) => op(statements, name, args));
    statements.push({ kind: 'reduce', outs: [out], reducer: 'sum', index: loop.index, from, to, body });
    return { statements, results: [out] };
  };

  const within = (loop: ForStatement, k: number): Block => {
    const solution = solved.get(loop);
    const inner = emit(k + 1);
    if (solution === undefined) return inner;
    const statements: Statement[] = [];
    const index = loop.index;
    const axis = solution.axis;
    if (solution.kind === 'from') {
      const last = solution.rest.rest;
      let at: Operand = axis;
      for (const [value, coefficient] of solution.rest.terms) {
        const part =
          Math.abs(coefficient) === 1 ? value : op(statements, 'imul', [int(Math.abs(coefficient)), value]);
        at = op(statements, coefficient < 0 ? 'iadd' : 'isub', [at, part]);
      }
      if (solution.sign > 0) op(statements, 'isub', [at, extent(last)], index);
      else op(statements, 'isub', [extent(last), at], index);
    }
    if (axisOf(loop) !== undefined)
      return { statements: [...statements, ...inner.statements], results: inner.results };
    const above = op(statements, 'ile', [loop.from, index]);
    const below = op(statements, 'ilt', [index, loop.to]);
    return guarded(statements, op(statements, 'and', [above, below]), inner);
  };

  const emit = (k: number): Block => {
    const level = levels[k];
    if (level === undefined) {
      const statements: Statement[] = [];
      const asked = segments === undefined ? searched : [];
      const tests = asked.map(({ index, axis }) => op(statements, 'ieq', [index, axis]));
      const value: Block = { statements: [], results: [add.value] };
      const inner = tests.reduceRight<Block>((block, test) => guarded([], test, block), value);
      return { statements: [...path.before, ...statements, ...inner.statements], results: inner.results };
    }
    const { statement, before, otherwise } = level;
    let block: Block;
    if (statement.kind === 'if') {
      const inner = emit(k + 1);
      const none: Block = { statements: [], results: [zero] };
      const out = fresh(type);
      const branch: Statement = { kind: 'if', outs: [out], condition: statement.condition, then: otherwise ? none : inner, otherwise: otherwise ? inner : none }; // prettier-ignore
      block = { statements: [branch], results: [out] };
    } else {
      const solution = solved.get(statement);
      const needed = solution?.kind === 'from' ? [...solution.rest.terms.keys()] : [];
      const early = loops.filter((loop) => needed.includes(loop.index) && !solved.has(loop) && isInside(loop, k) && !begun.has(loop)); // prettier-ignore
      // The first of the sorted loops begins them all.
      const sorted = [statement, ...early].some((loop) => isSorted(loop) && !begun.has(loop));
      if (sorted) for (const loop of segments?.loops ?? []) begun.add(loop);
      for (const loop of early) begun.add(loop);
      const own = begun.has(statement) || solution !== undefined;
      block = within(statement, k);
      if (!own) block = summed(statement, block);
      block = early
        .filter((loop) => !isSorted(loop))
        .reduceRight((inner, loop) => summed(loop, inner), block);
      if (sorted && segments !== undefined) block = segments.summed(block, type);
    }
    return { statements: [...before, ...block.statements], results: block.results };
  };
  const isInside = (loop: ForStatement, k: number): boolean => levels.findIndex(({ statement }) => statement === loop) > k; // prettier-ignore

  // A loop that moves out must not ask anything of the loops that it leaves.
  for (const loop of loops) {
    const isNeeded = [...solved.values()].some((s) => s.kind === 'from' && s.rest.terms.has(loop.index));
    if (isNeeded && !solved.has(loop) && !operandsOf(loop).every(isOutside)) return undefined;
  }
  // Neighbours in memory are neighbours among the threads.
  const order = axes.map((axis) => indices.indexOf(axis)).sort((a, b) => a - b);
  const placed = order.flatMap((dim) => axes.filter((axis) => indices[dim] === axis));
  // Of the loops' bodies most belongs to other adds.
  return {
    axes: placed,
    extents: order.map((dim) => dims[dim] ?? constant(1)),
    indices,
    outside,
    block: dropDeadIn(
      without.has('share') ? emit(0) : picked(emit(0), (value) => fresh(value.type, value.name)),
    ),
  };
}

/** Whether a loop runs over all of an axis. */
function isWhole({ from, to }: ForStatement, dim: Polynomial | undefined): boolean {
  const end = asPolynomial(to);
  return isZero(from) && end !== undefined && dim !== undefined && equal(end, dim);
}
const isZero = (operand: Operand): boolean => operand.kind === 'literal' && operand.value === 0;
const isShort = ({ to }: ForStatement): boolean => to.kind === 'literal';
