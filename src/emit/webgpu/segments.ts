// Adds at places that ints of the data name. The host has the data: whenever they are set, it sorts the iterations by the place that
// they add to (`starts` and `order`), and the thread of a place goes through its own alone. A counting sort keeps the order of the
// iterations, so that sums are the same in every run. Nothing is sorted where the data stay what they are.

import { equal, multiply, one, subtract, zero, type Polynomial } from '../../base/polynomial.ts'; // prettier-ignore
import type { Optimisation } from '../../base/optimisations.ts';
import { asPolynomial, boolType, extent, int, intType } from '../../ir/build.ts';
import { runsCertainly } from '../../ir/certain.ts';
import type { Block, ForStatement, Input, Operand, Program, Statement, Type, Value } from '../../ir/types.ts';
import { blocksOf, cloneBlock, freeValuesOfStatement } from '../../ir/walk.ts';
import type { OpName } from '../../ops/index.ts';
import { guardReads, isGuardable } from './guard.ts';
import type { Storage } from './steps.ts';

/** What the host sorts, and where it puts that. */
export interface Sort {
  /** Computes the place that each iteration adds to: ints, with an axis for each loop. */
  readonly keys: Program;
  readonly places: Polynomial;
  /** How often each loop runs, where that is not negative. */
  readonly extents: readonly Polynomial[];
  /** `order[starts[k]]` to `order[starts[k + 1] - 1]` are the iterations of place k. */
  readonly starts: Storage;
  readonly order: Storage;
}

/** The two, as values that kernels read. */
export interface SortedArrays {
  readonly starts: Value;
  readonly order: Value;
}

/** What a planner knows that is asked for such sums. */
export interface Sorter {
  readonly program: Program;
  readonly without: ReadonlySet<Optimisation>;
  readonly counter: { next: number };
  /** The number that is computed so, outside of all loops. */
  readonly outer: (id: number) => Statement | undefined;
  readonly arrays: (keys: Program, places: Polynomial, extents: readonly Polynomial[]) => SortedArrays;
}

/** An index of the add, and the axis of the thread that it is compared with. */
export interface Searched {
  readonly index: Operand;
  readonly axis: Value;
  readonly extent: Polynomial;
}

/** Sums that go through some of the iterations of these loops. */
export interface Segments {
  readonly loops: ReadonlySet<ForStatement>;
  /** The sum of a block in which the indices of the loops are known. */
  readonly summed: (block: Block, type: Type) => Block;
}

/** What is computed within the loops. */
export interface Definitions {
  readonly defs: ReadonlyMap<number, Statement>;
  /** Whether no branch stands around it. */
  readonly isSure: (statement: Statement) => boolean;
  /** Whether each iteration adds, and to an element that there is. */
  readonly isCertain: boolean;
}

/** `axisOf`: of a loop whose index is the place of the thread on all of an axis. */
export function segmentsOf(
  searched: readonly Searched[],
  loops: readonly ForStatement[],
  axisOf: (loop: ForStatement) => Value | undefined,
  isSolved: (loop: ForStatement) => boolean,
  { defs, isSure, isCertain }: Definitions,
  { program, counter, outer, arrays }: Sorter,
): Segments | undefined {
  const needed = new Map<number, Statement>();
  const inputs = new Map<number, Input>();
  const used = new Set<ForStatement>();
  /** Whether ints of the data are all that it is computed from. */
  const isKnown = (operand: Operand): boolean => {
    if (operand.kind !== 'value' || needed.has(operand.id)) return true;
    if (operand.type.scalar === 'real') return false;
    const loop = loops.find(({ index }) => index === operand);
    if (loop !== undefined) used.add(loop);
    const input = program.inputs.find(({ role, value }) => role === 'data' && value === operand);
    if (input !== undefined) inputs.set(operand.id, input);
    if (loop !== undefined || input !== undefined) return true;
    const def = defs.get(operand.id) ?? outer(operand.id);
    if (def === undefined || !isPlain(def) || (!isSure(def) && !isGuardable(def)) || ![...freeValuesOfStatement(def).values()].every(isKnown)) return false; // prettier-ignore
    needed.set(operand.id, def);
    return true;
  };
  if (!searched.every(({ index }) => isKnown(index))) return undefined;

  // Those on an axis of the thread come first: with their part of the place, only iterations of the others are left.
  const outerLoops = loops.filter((loop) => used.has(loop) && isSolved(loop));
  const own = loops.filter((loop) => used.has(loop) && !isSolved(loop));
  const ranges = [...outerLoops, ...own].map((loop) => ({ loop, range: rangeOf(loop) }));
  const outerAxes = outerLoops.map(axisOf);
  if (own.length === 0 || outerAxes.includes(undefined)) return undefined;
  if (ranges.some(({ range }) => range === undefined)) return undefined;
  const extents = ranges.map(({ range }) => range?.extent ?? one);
  const coordinates = [
    ...outerLoops.map((loop, k) => ({ key: loop.index, axis: outerAxes[k] ?? loop.index, extent: extents[k] ?? one })), // prettier-ignore
    ...searched.map(({ index, axis, extent: size }) => ({ key: index, axis, extent: size })),
  ];

  const fresh = (type: Type, name?: string): Value => ({ kind: 'value', id: counter.next++, type, ...(name === undefined ? {} : { name }) }); // prettier-ignore
  const op = (into: Statement[], name: OpName, args: readonly Operand[], out = fresh(intType)): Value => {
    into.push({ kind: 'op', outs: [out], op: name, args });
    return out;
  };
  /** A place as one number, row-major. */
  const flat = (into: Statement[], part: 'key' | 'axis'): Operand =>
    coordinates.slice(1).reduce<Operand>(
      (at, coordinate) => op(into, 'iadd', [op(into, 'imul', [at, extent(coordinate.extent)]), coordinate[part]]), // prettier-ignore
      coordinates[0]?.[part] ?? int(0),
    );

  /** An int of the data whose range is the axis. */
  const isOfAxis = ({ index, extent: size }: Searched): boolean => {
    const def = index.kind === 'value' ? needed.get(index.id) : undefined;
    const input = def?.kind === 'read' ? inputs.get(def.array.id) : undefined;
    return input?.range !== undefined && equal(input.range.from, zero) && equal(input.range.to, size);
  };
  const unsure = isCertain ? [] : searched.filter((one) => !isOfAxis(one));
  const isInside = (into: Statement[]): Value =>
    unsure
      .flatMap(({ index, extent: size }) => [
        op(into, 'ile', [int(0), index], fresh(boolType)),
        op(into, 'ilt', [index, extent(size)], fresh(boolType)),
      ])
      .reduce((all, one) => op(into, 'and', [all, one], fresh(boolType)));

  const body: Statement[] = [];
  const axes = ranges.map(({ loop: { index }, range: { from = zero } = {} }) => {
    if (equal(from, zero)) return index;
    const axis = fresh(intType, index.name);
    op(body, 'iadd', [axis, extent(from)], index);
    return axis;
  });
  // The keys know nothing of branches, nor of loops around that do not run: these may be all that keeps an index in range.
  const runs = loops.every((loop) => used.has(loop) || runsCertainly(loop));
  for (const statement of needed.values()) {
    if (!isGuardable(statement) && !runs) return undefined;
    body.push(...(isSure(statement) && runs ? [statement] : guardReads([statement], fresh)));
  }
  const place = flat(body, 'key');
  /** Row-major, what is beside one axis would be a place in another row. */
  const key = unsure.length === 0 ? place : op(body, 'iselect', [isInside(body), place, int(-1)]);
  const places = coordinates.reduce((all, coordinate) => multiply(all, coordinate.extent), one);
  const name = [...inputs.values()].find(({ value }) => value.type.dims.length > 0)?.value.name;
  const keys = keysProgram(program, [...inputs.values()], { axes, extents, body: { statements: body, results: [key] } }, name); // prettier-ignore
  const { starts, order } = arrays(keys, places, extents);

  const summed = (block: Block, type: Type): Block => {
    const statements: Statement[] = [];
    const read = (into: Statement[], array: Value, index: Operand, out = fresh(intType)): Value => {
      into.push({ kind: 'read', outs: [out], array, indices: [index], inRange: true });
      return out;
    };
    const place = flat(statements, 'axis');
    const from = read(statements, starts, place);
    const to = read(statements, starts, op(statements, 'iadd', [place, int(1)]));
    const at = fresh(intType, 'at');
    const inner: Statement[] = [];
    // The innermost loop runs fastest.
    let next = (out?: Value): Value => read(inner, order, at, out);
    for (const [k, loop] of [...own.entries()].reverse()) {
      const { from: first = zero, extent: size = one } = rangeOf(loop) ?? {};
      const out = equal(first, zero) ? loop.index : fresh(intType);
      if (k === 0 && outerLoops.length === 0) next(out);
      else {
        const rest = next();
        op(inner, 'imod', [rest, extent(size)], out);
        next = (quotient) => op(inner, 'idiv', [rest, extent(size)], quotient);
      }
      if (out !== loop.index) op(inner, 'iadd', [out, extent(first)], loop.index);
    }
    const out = fresh(type);
    statements.push({ kind: 'reduce', outs: [out], reducer: 'sum', index: at, from, to, body: { statements: [...inner, ...block.statements], results: block.results } }); // prettier-ignore
    return { statements, results: [out] };
  };
  return { loops: new Set(own), summed };
}

/** Ints from ints; where that fails, it must fail in a kernel, which can say so. */
function isPlain(s: Statement): boolean {
  if (s.outs.some(({ type }) => type.scalar === 'real')) return false;
  if (s.kind === 'op') return !mayThrow.has(s.op);
  if (s.kind === 'read') return s.inRange;
  return s.kind === 'if' && blocksOf(s).every(({ statements }) => statements.every(isPlain));
}

/** Ops that stop the program where an argument is none of theirs. */
const mayThrow: ReadonlySet<OpName> = new Set<OpName>(['idivChecked', 'imodChecked', 'toIntChecked']);

function rangeOf({
  from,
  to,
}: ForStatement): { readonly from: Polynomial; readonly extent: Polynomial } | undefined {
  const [begin, end] = [from, to].map(asPolynomial);
  return begin && end && { from: begin, extent: subtract(end, begin) };
}

interface Keys {
  readonly axes: readonly Value[];
  readonly extents: readonly Polynomial[];
  readonly body: Block;
}

/** Numbered in the same way whatever came before, so that equal ones look equal. */
function keysProgram(
  program: Program,
  inputs: readonly Input[],
  keys: Keys,
  name: string | undefined,
): Program {
  let id = program.nextId;
  const fresh = (value: Value): Value => ({ kind: 'value', id: id++, type: value.type, ...(value.name === undefined ? {} : { name: value.name }) }); // prettier-ignore
  const axes = keys.axes.map(fresh);
  const substitution = new Map(keys.axes.map((axis, k) => [axis.id, axes[k] ?? axis]));
  const { block } = cloneBlock(keys.body, substitution, fresh);
  const out = fresh({ kind: 'value', id, type: { scalar: 'int', dims: keys.extents }, ...(name === undefined ? {} : { name }) }); // prettier-ignore
  return {
    name: program.name,
    sizes: program.sizes,
    inputs: [...inputs].sort((a, b) => a.value.id - b.value.id),
    body: { statements: [{ kind: 'build', outs: [out], axes, body: block }], results: [out] },
    outputs: [{ role: 'output', name: 'keys' }],
    nextId: id,
  };
}
