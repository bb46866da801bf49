// Elements that are sums of many terms, where they are few: each has a workgroup, whose threads stride through the terms and then add up
// in pairs what they found; or several workgroups, and a second kernel adds up what these found. The host takes this form where one thread
// for each element would leave most of a GPU idle. The order of the additions follows from the sizes alone.

import { bug } from '../../base/bug.ts';
import { asConstant, constant, multiply, subtract, type Polynomial } from '../../base/polynomial.ts';
import { asPolynomial } from '../../ir/build.ts';
import type { Block, Operand, Program, ReduceStatement, Statement, Value } from '../../ir/types.ts';
import { freeValues, freeValuesOfStatement } from '../../ir/walk.ts';
import type { RoutineOptions } from '../../loops/index.ts';
import type { Routine } from '../../loops/types.ts';
import type { Scope } from '../names.ts';
import { failure } from '../wgsl/syntax.ts';
import { Writer } from '../writer.ts';
import { entry, lowerKernel, mapWidth, mostTerms, printPlace, printTree, wholeName } from './kernel.ts';
import type { Kernel, MapStep, Plan, Storage } from './steps.ts';
import { kernelWords, threadOf, type KernelContext, type Thread } from './thread.ts';

/** More elements fill a GPU with a thread for each. */
export const mostElements = 4096;
/** Of elements whose sums several workgroups share, as many as have threads. */
export const mostSplit = 256;
/** Shorter sums are not worth waiting for other threads. */
export const leastTerms = 64;

interface Sum {
  readonly reduce: ReduceStatement;
  /** What its range takes, and what its terms do, of what stands before it. */
  readonly forEnds: readonly Statement[];
  readonly forTerms: readonly Statement[];
}

export interface Share {
  readonly sums: readonly Sum[];
  /** What is done to the sums. */
  readonly rest: Block;
  /** How long they are; on average where data say, so many for so many elements. */
  readonly terms: readonly [count: Polynomial, places: Polynomial];
}

/** A share whose parts are in the loops form. */
export interface LoweredShare {
  readonly name: string;
  readonly share: Share;
  readonly sums: readonly { readonly ends: Routine | undefined; readonly terms: Routine }[];
  readonly rest: Routine;
  /** What workgroups found, for each sum. */
  readonly parts: readonly Storage[];
}

export function shareOf(kernel: Kernel, plan: Plan): Share | undefined {
  if (kernel.kind !== 'map') return undefined;
  const { statements, results } = kernel.block;
  const reduces = statements.filter((s) => s.kind === 'reduce');
  const others = statements.filter((s) => s.kind !== 'reduce');
  const isPlain = others.every(({ kind }) => kind === 'op' || kind === 'read' || kind === 'if');
  const isScalar = results.every(({ type }) => type.dims.length === 0);
  if (!isPlain || !isScalar || reduces.some(({ reducer }) => reducer !== 'sum')) return undefined;
  const elements = kernel.extents.reduce((all, extent) => all * (asConstant(extent) ?? 1), 1);
  if (elements > mostElements) return undefined;
  const sums = reduces.map((reduce) => ({
    reduce,
    forEnds: neededFor([reduce.from, reduce.to], statements),
    forTerms: neededFor([...freeValues(reduce.body).values()], statements),
  }));
  // No sum may wait for another.
  if (sums.some(({ forTerms }) => forTerms.some(({ kind }) => kind === 'reduce'))) return undefined;
  const [first, ...more] = sums.map(({ reduce }) => termsOf(reduce, others, plan));
  if (first === undefined || more.includes(undefined)) return undefined;
  if ((asConstant(first[0]) ?? Infinity) < leastTerms) return undefined;
  return { sums, rest: { statements: others, results }, terms: first };
}

/** The length of the range, or how many iterations are sorted by how many places. */
function termsOf(
  { from, to }: ReduceStatement,
  statements: readonly Statement[],
  { places, sorts }: Plan,
): Share['terms'] | undefined {
  const [first, end] = [from, to].map(asPolynomial);
  if (first !== undefined && end !== undefined) return [subtract(end, first), constant(1)];
  const read = statements.find((s) => s.outs[0] === from);
  const starts = read?.kind === 'read' ? places.get(read.array.id)?.storage : undefined;
  const sort = sorts.find((one) => one.starts === starts);
  return sort && [sort.extents.reduce(multiply, constant(1)), sort.places];
}

function neededFor(operands: readonly Operand[], statements: readonly Statement[]): readonly Statement[] {
  const ids = new Set(operands.flatMap((operand) => (operand.kind === 'value' ? [operand.id] : [])));
  return statements.reduceRight<readonly Statement[]>((kept, s) => {
    if (!s.outs.some(({ id }) => ids.has(id))) return kept;
    for (const id of freeValuesOfStatement(s).keys()) ids.add(id);
    return [s, ...kept];
  }, []);
}

/** `keep` makes room for what workgroups find of a sum. */
export function lowerShare(
  kernel: Kernel,
  name: string,
  plan: Plan,
  program: Program,
  options: RoutineOptions,
  keep: (sum: Value) => Storage,
): LoweredShare | undefined {
  const share = shareOf(kernel, plan);
  if (share === undefined || kernel.kind !== 'map') return undefined;
  const lowered = (own: readonly Value[], block: Block): Routine => {
    const part: MapStep = { ...kernel, axes: [...kernel.axes, ...own], extents: [], block };
    return lowerKernel(part, plan, program, options);
  };
  const sums = share.sums.map(({ reduce: { index, from, to, body }, forEnds, forTerms }) => ({
    ends: forEnds.length === 0 ? undefined : lowered([], { statements: forEnds, results: [from, to] }),
    terms: lowered([index], { ...body, statements: [...forTerms, ...body.statements] }),
  }));
  const outs = share.sums.flatMap(({ reduce }) => reduce.outs);
  const rest = lowered(outs, share.rest);
  const all = [rest, ...sums.flatMap(({ ends, terms }) => [terms, ...(ends === undefined ? [] : [ends])])];
  if (all.some(({ scratch }) => scratch.length > 0)) return undefined;
  const isLong = (asConstant(share.terms[0]) ?? Infinity) > mostTerms;
  return { name: `${name}_shared`, share, sums, rest, parts: isLong ? outs.map(keep) : [] };
}

/** `number`: as for the plain form. */
export function printShare(
  lowered: LoweredShare,
  kernel: MapStep,
  number: number,
  context: KernelContext,
): string {
  const { name, share, parts } = lowered;
  const scope = context.scope.inner();
  for (const word of kernelWords) scope.reserve(word);
  const axes = new Map(kernel.axes.map((axis) => [axis.id, scope.declare(axis.name ?? 'i')]));
  const part = (routine: Routine, inner: Scope, own: Iterable<readonly [Value, string]> = []): Thread => {
    const named = new Map([...axes, ...[...own].map(([{ id }, text]) => [id, text] as const)]);
    // All but the last part yield something that is not stored.
    const goals = routine.program.body.results.flatMap((_, k) => kernel.goals[k] ?? kernel.goals[0] ?? []);
    return threadOf({ routine, goals, scratch: new Map(), isOneOfMany: false, scope: inner, named }, context);
  };
  const sums = share.sums.map(({ reduce: { index, from, to, outs } }, k) => {
    const { ends, terms } = lowered.sums[k] ?? bug('a sum that is not lowered');
    const name = scope.declare(index.name ?? 'i');
    const totals = outs.map((out) => [out, scope.declare(`total_${out.name ?? 'sum'}`)] as const);
    return { name, range: [from, to], totals, ends: ends && part(ends, scope), terms: part(terms, scope.inner(), [[index, name]]) }; // prettier-ignore
  });
  const totals = sums.flatMap((sum) => sum.totals.map(([out, total], k) => ({ out, total, result: sum.terms.results[k] ?? bug('a sum of nothing') }))); // prettier-ignore
  const restOf = (): Thread => part(lowered.rest, scope.inner(), totals.map(({ out, total }) => [out, total])); // prettier-ignore
  const rest = restOf();
  const canFail = [rest, ...sums.flatMap(({ ends, terms }) => [terms, ...(ends === undefined ? [] : [ends])])].some((thread) => thread.canFail); // prettier-ignore
  const begin = (writer: Writer): void => {
    writer.line('let element = i32(group.y);');
    printPlace(writer, kernel, rest, 'element', ({ id }) => axes.get(id) ?? bug('an axis without a name'));
    if (canFail) writer.line(`var ${failure} = false;`);
  };
  const finish = (writer: Writer, { compute, results, store }: Thread): void => {
    compute(writer);
    for (const result of results) writer.line(store(result, result.name));
  };
  const end = (writer: Writer): void => {
    if (canFail) writer.line(`if (${failure}) { atomicMax(&status, ${number}u); }`);
  };
  const partAt = (k: number, at: string): string => {
    const storage = parts[k] ?? bug('no room for parts');
    return `${storage.arena}[${context.offsetName(storage)} + element * ${mapWidth} + i32(${at})]`;
  };

  const writer = new Writer();
  writer.line(`let thread = i32(group.x * ${mapWidth}u + lane);`);
  begin(writer);
  for (const { name, range, totals: own, ends, terms } of sums) {
    ends?.compute(writer);
    const [from, to] =
      ends === undefined ? range.map(terms.plain) : ends.results.map((result) => result.name);
    own.forEach(([, total], k) => writer.line(`var ${total}: ${terms.results[k]?.type};`));
    writer.line(`for (var ${name} = ${from === '0' ? 'thread' : `${from} + thread`}; ${name} < ${to}; ${name} += i32(groups.x * ${mapWidth}u)) {`); // prettier-ignore
    writer.indented(() => {
      terms.compute(writer);
      own.forEach(([, total], k) => writer.line(`${total} += ${terms.results[k]?.name};`));
    });
    writer.line('}');
  }
  totals.forEach(({ total, result }, k) =>
    writer.line(`${total} = ${printTree(writer, result, total, k, mapWidth)};`),
  );
  writer.line('if (lane == 0u) {');
  writer.indented(() => {
    if (parts.length === 0) return finish(writer, rest);
    writer.line('if (groups.x == 1u) {');
    writer.indented(() => finish(writer, rest));
    writer.line('} else {');
    writer.indented(() =>
      totals.forEach(({ total }, k) => writer.line(`${partAt(k, 'group.x')} = ${total};`)),
    );
    writer.line('}');
  });
  writer.line('}');
  end(writer);
  const lane = 'local_invocation_index) lane: u32';
  const group = 'workgroup_id) group: vec3u';
  const width = String(mapWidth);
  const shared = entry(name, `${kernel.title}, a workgroup for each`, width, [lane, group, 'num_workgroups) groups: vec3u'], writer); // prettier-ignore
  if (parts.length === 0) return shared;

  const whole = new Writer();
  begin(whole);
  totals.forEach(({ total, result }, k) =>
    whole.line(`let ${total} = ${printTree(whole, result, partAt(k, 'lane'), k, mapWidth)};`),
  );
  whole.line('if (lane == 0u) {');
  whole.indented(() => finish(whole, restOf()));
  whole.line('}');
  end(whole);
  return `${shared}\n\n${entry(wholeName(name), `${kernel.title}, from what the workgroups found`, width, [lane, group], whole)}`; // prettier-ignore
}
