// A recurrence of logarithms, x'[j] = logSumExp(x[i] + W[i, j] for i) + r[j], takes a logarithm and an exponential of each x in
// every iteration. Weights exp(x - scale) take neither: they are multiplied by exp(W) and exp(r), which are computed before the
// loop, and divided by their sum, whose logarithm goes to the scale. (So runs the scaled forward algorithm of hidden Markov
// models.)
//
// Weights cannot tell states that are far below the others, so the elements of W and r must lie within a range of `widest`. Then
// so do the x after any iteration, whatever they were: W and r change one x against another by no more than their ranges. Where
// they do not, or are not finite, the loop runs as it was written.
//
// Scale and shifts cancel, so that they have no derivative.

import { bug } from '../base/bug.ts';
import type { Polynomial } from '../base/polynomial.ts';
import { runsCertainly } from '../ir/certain.ts';
import { BlockBuilder, extent as extentOf, int, real, type Range } from '../ir/build.ts';
import type { Block, BuildStatement, LoopStatement, Operand, Program, ReadStatement, Statement, Value } from '../ir/types.ts'; // prettier-ignore
import { blocksOf, boundBy, freeValuesOfStatement, mapBlocks, operandsOf, statementsOf } from '../ir/walk.ts'; // prettier-ignore
import { added, greatest, planFor, tableOf, termsOf, weight, type Plan, type Term } from './factor.ts';
import type { Precision } from '../ops/types.ts';
import { copied, sliceOf } from './slice.ts';

/**
 * exp of as much below a weight of 1 is far above the smallest numbers that arrays can hold, and so is its product with another.
 */
const widest: Readonly<Record<Precision, number>> = { f64: 300, f32: 30 };

export function scaleRecurrences(
  program: Program,
  { precision = 'f64' }: { readonly precision?: Precision | undefined } = {},
): Program {
  const hasLoop = program.body.statements.some(({ kind }) => kind === 'loop');
  if (!hasLoop) return program;
  const b = new BlockBuilder(program.nextId);
  const body = visit(b, program.body, widest[precision]);
  return b.nextId === program.nextId ? program : { ...program, body, nextId: b.nextId };
}

function visit(b: BlockBuilder, block: Block, most: number): Block {
  for (const before of block.statements) {
    const statement = mapBlocks(before, (inner) => visit(b.nested(), inner, most));
    const recurrence = statement.kind === 'loop' ? recurrenceOf(statement) : undefined;
    if (recurrence === undefined) b.push(statement);
    else scaled(b, recurrence, most);
  }
  return b.block(block.results);
}

interface Recurrence {
  readonly loop: LoopStatement;
  readonly x: Value;
  readonly initial: Value;
  /** What x becomes, over this axis. */
  readonly next: BuildStatement;
  readonly axis: Value;
  readonly extent: Polynomial;
  readonly plan: Plan;
  /** What is added to the sums, if anything: a column of a matrix that does not change. */
  readonly column: ReadStatement | undefined;
}

function recurrenceOf(loop: LoopStatement): Recurrence | undefined {
  const { body, condition, state, outs } = loop;
  const [carried, ...others] = state;
  if (carried === undefined || others.length > 0 || outs.length > 1 || condition !== undefined)
    return undefined;
  const { value: x, initial } = carried;
  const [result] = body.results;
  const [extent] = x.type.dims;
  const next = body.statements.find((statement) => statement.outs[0] === result);
  if (next?.kind !== 'build' || result?.kind !== 'value' || initial.kind !== 'value') return undefined;
  const [axis] = next.axes;
  if (axis === undefined || extent === undefined || x.type.dims.length > 1) return undefined;
  if (usesOf(x, body) !== 1 || usesOf(result, body) !== 1 || !runsCertainly(next)) return undefined;
  const changing = new Set(boundBy(loop).map(({ id }) => id));
  for (const { outs: made } of statementsOf(body)) for (const { id } of made) changing.add(id);
  const found = sumOf(next, x, changing);
  if (found === undefined || found.plan.length.key !== extent.key) return undefined;
  const [term] = found.rest;
  const column = term && columnOf(term, next, loop, changing);
  if (found.rest.length > 1 || (term !== undefined && column === undefined)) return undefined;
  return { loop, x, initial, next, axis, extent, plan: found.plan, column };
}

/** The sum that a build is of, with all of x in it, and what else is added. */
function sumOf(
  next: BuildStatement,
  x: Value,
  changing: ReadonlySet<number>,
): { readonly plan: Plan; readonly rest: readonly Term[] } | undefined {
  const { body } = next;
  const [result] = body.results;
  const plans = body.statements.flatMap((statement) => planFor(next, statement, changing) ?? []);
  const [plan] = plans;
  if (result === undefined || plan === undefined || plans.length > 1 || plan.rest.length > 0)
    return undefined;
  const [vector] = plan.vector;
  const read = plan.sum.body.statements.find(({ outs }) => outs[0] === vector?.value);
  if (plan.vector.length > 1 || vector?.sign !== 1 || read?.kind !== 'read') return undefined;
  if (read.array !== x || read.indices[0] !== plan.sum.index) return undefined;
  const terms = termsOf(result, body);
  const sums = terms.filter(({ value }) => value === plan.out);
  if (sums.length !== 1 || sums[0]?.sign !== 1) return undefined;
  return { plan, rest: terms.filter(({ value }) => value !== plan.out) };
}

/** An element of a matrix that does not change, at the axis and at an index that comes again. */
function columnOf(
  { value, sign }: Term,
  { axes: [axis], body }: BuildStatement,
  loop: LoopStatement,
  changing: ReadonlySet<number>,
): ReadStatement | undefined {
  const read = body.statements.find(({ outs }) => outs[0] === value);
  if (sign !== 1 || read?.kind !== 'read' || changing.has(read.array.id)) return undefined;
  const [other, ...more] = read.indices.filter((index) => index !== axis);
  if (read.indices.length !== 2 || more.length > 0 || other === undefined || !read.inRange) return undefined;
  // Each column is one iteration's: there is nothing to be saved.
  if (other === loop.index || axis === undefined) return undefined;
  const isOfAxis = sliceOf(body, [other]).some((one) => freeValuesOfStatement(one).has(axis.id));
  return isOfAxis ? undefined : read;
}

function usesOf(value: Value, block: Block): number {
  const uses = (operands: readonly Operand[]): number => operands.filter((one) => one === value).length;
  let count = uses(block.results);
  for (const statement of block.statements) {
    count += uses(operandsOf(statement));
    for (const inner of blocksOf(statement)) count += usesOf(value, inner);
  }
  return count;
}

/** `most`: how far apart the elements of a matrix may be. */
function scaled(b: BlockBuilder, recurrence: Recurrence, most: number): void {
  const { loop, initial, axis, extent } = recurrence;
  const range = { from: int(0), to: extentOf(extent), name: axis.name };
  const first = greatest(b, range, (inner, at) => inner.read(initial, [at]));
  const tables = tablesOf(b, recurrence, range);
  const condition = isNarrow(b, recurrence, most);
  const [out = bug('a state without an out')] = loop.outs;
  const then = b.nested();
  const logs = weighed(then, recurrence, tables, range, first);
  const otherwise = b.nested();
  const written = otherwise.fresh(out.type, { name: out.name });
  otherwise.push({ ...loop, outs: [written] });
  b.push({
    kind: 'if',
    outs: [out],
    condition,
    then: then.block([logs]),
    otherwise: otherwise.block([written]),
  });
}

interface Tables {
  /** exp(W), by what x becomes and what it is, shifted by `columns`. */
  readonly factors: Value;
  /** exp(r) with `columns` put back, and what it is shifted by; without an r, for the axis alone. */
  readonly shown: Value;
  readonly shifts: Operand;
}

/** The place of the axis among the indices, and the other index. */
function otherOf({ axis }: Recurrence, { indices }: ReadStatement): readonly [number, Operand] {
  const place = indices.indexOf(axis);
  return [place, indices[1 - place] ?? bug('a matrix with one index')];
}

function tablesOf(b: BlockBuilder, recurrence: Recurrence, range: Range): Tables {
  const { plan, column, extent, axis } = recurrence;
  const { columns, factors } = tableOf(b, plan);
  if (column === undefined) {
    const shifts = greatest(b, range, (inner, at) => inner.read(columns, [at]));
    const shown = b.build(
      [extent],
      (inner, [at = axis]) => weight(inner, inner.read(columns, [at]), shifts),
      { name: 'shown' },
    );
    return { factors, shown, shifts };
  }
  const [place] = otherOf(recurrence, column);
  const { array } = column;
  const [along = bug('a column')] = array.type.dims.slice(1 - place);
  const element = (inner: BlockBuilder, at: Operand, other: Operand): Operand =>
    inner.op('add', [inner.read(array, place === 0 ? [at, other] : [other, at]), inner.read(columns, [at])]);
  const shifts = b.build(
    [along],
    (inner, [other = axis]) => greatest(inner, range, (max, at) => element(max, at, other)),
    { name: 'shifts' },
  );
  const shown = b.build(
    array.type.dims,
    (inner, indices) => {
      const [at = axis, other = axis] = place === 0 ? indices : [...indices].reverse();
      return weight(inner, element(inner, at, other), inner.read(shifts, [other]));
    },
    { name: 'shown' },
  );
  return { factors, shown, shifts };
}

/** Whether all weights are far above the smallest numbers. Those at the beginning need not be, where they are not the result. */
function isNarrow(b: BlockBuilder, { loop, initial, plan, column, axis }: Recurrence, most: number): Operand {
  const table = widthOf(b, [plan.length, ...plan.extents], (inner, [at = axis, to = axis]) =>
    added(inner, plan.sum.body, plan.table, [
      [plan.sum.index, at],
      [axis, to],
    ]),
  );
  const rest = column && widthOf(b, column.array.type.dims, (inner, at) => inner.read(column.array, at));
  const width = rest === undefined ? table : b.op('add', [table, rest]);
  const ofInitial = (reducer: 'max' | 'min'): Operand =>
    extremeOf(b, reducer, initial.type.dims, (inner, at) => inner.read(initial, at));
  const highest = ofInitial('max');
  const begun = b.op('sub', [highest, ofInitial('min')]);
  const isFinite = b.op('lt', [b.op('abs', [highest]), real(Infinity)]);
  const runs = b.op('ilt', [loop.from, loop.to]);
  return b.op('and', [
    b.op('and', [isFinite, b.op('lt', [width, real(most)])]),
    b.op('or', [runs, b.op('lt', [begun, real(most)])]),
  ]);
}

type Element = (b: BlockBuilder, indices: readonly Operand[]) => Operand;

const widthOf = (b: BlockBuilder, extents: readonly Polynomial[], element: Element): Operand =>
  b.op('sub', [extremeOf(b, 'max', extents, element), extremeOf(b, 'min', extents, element)]);

function extremeOf(
  b: BlockBuilder,
  reducer: 'max' | 'min',
  [extent, ...extents]: readonly Polynomial[],
  element: Element,
): Operand {
  if (extent === undefined) return element(b, []);
  const range = { from: int(0), to: extentOf(extent) };
  const [found] = b.reduce(reducer, range, (inner, at) =>
    extremeOf(inner, reducer, extents, (last, indices) => element(last, [at, ...indices])),
  );
  return found ?? bug('an extremum without a value');
}

/** The loop with weights in place of logarithms, and the logarithms after it. */
function weighed(
  b: BlockBuilder,
  recurrence: Recurrence,
  { factors, shown, shifts }: Tables,
  range: Range,
  first: Operand,
): Operand {
  const { loop, initial, next, axis, extent, column } = recurrence;
  const vector = (
    into: BlockBuilder,
    name: string,
    element: (b: BlockBuilder, at: Value) => Operand,
  ): Value =>
    into.build([extent], (inner, [at = axis]) => element(inner, at), { name, indexNames: [axis.name] });
  const begun = vector(b, 'weights', (inner, at) => weight(inner, inner.read(initial, [at]), first));
  const state = [
    { value: begun, name: 'weights' },
    { value: first, name: 'scale' },
  ];
  const { from, to, order, index: { name } } = loop; // prettier-ignore
  const [weights = begun, scale = first] = b.loop({ from, to, order, name }, state, (body, index, before) => {
    const [carried = begun, carriedScale = first] = before;
    const indexOf = (read: ReadStatement): Operand => {
      const [, other] = otherOf(recurrence, read);
      const others = loop.body.statements.filter((statement): statement is Statement => statement !== next);
      const whole: Block = { statements: [...others, ...sliceOf(next.body, [other])], results: [other] };
      return copied(body, whole, [[loop.index, index]], [other])[0] ?? bug('an index got lost');
    };
    const other = column && indexOf(column);
    const products = vector(body, 'products', (inner, at) => {
      const [sum] = inner.reduce('sum', range, (term, source) =>
        term.op('mul', [term.read(carried, [source]), term.read(factors, [at, source])]),
      );
      return sum ?? bug('a sum without a value');
    });
    const places = (at: Operand): readonly Operand[] => {
      if (column === undefined || other === undefined) return [at];
      return otherOf(recurrence, column)[0] === 0 ? [at, other] : [other, at];
    };
    const shares = vector(body, 'shares', (inner, at) =>
      inner.op('mul', [inner.read(products, [at]), inner.read(shown, places(at))]),
    );
    const [sum = bug('a sum without a value')] = body.reduce('sum', range, (inner, at) =>
      inner.read(shares, [at]),
    );
    const total = body.op('stop', [sum]);
    const inverse = body.op('div', [real(1), total]);
    const shift = shifts.kind === 'value' && other !== undefined ? body.read(shifts, [other]) : shifts;
    return [
      vector(body, 'weights', (inner, at) => inner.op('mul', [inner.read(shares, [at]), inverse])),
      body.op('add', [body.op('add', [carriedScale, shift]), body.op('log', [total])]),
    ];
  });
  return vector(b, 'logs', (inner, at) =>
    inner.op('add', [scale, inner.op('log', [inner.read(weights, [at])])]),
  );
}
