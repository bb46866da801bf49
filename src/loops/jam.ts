// Unroll and jam: four iterations of a loop at a time, with the loops inside them run together. Four sums that grow side by
// side do not wait for each other's additions, an element to which four iterations add is loaded and stored once, and so
// are loads that they share. The terms of a statement are still added in the order in which they came, unless a loop
// inside adds several times to one element: then the first terms of four iterations come before the second ones.
//
// Where no loop near the work can be jammed, one farther out may: over points, around loops over clusters and over the rows and
// columns of the matrix of a cluster. Each of the four iterations then has scratch arrays of its own (`private.ts`), an element
// of the matrix is loaded once for four points, and two of its rows are taken together, or four where they are only added to.

import { blocksOf, overBlocks } from './blocks.ts';
import { effectsOf, type Effects } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import { declare, integer, invented, isZero, reference } from './make.ts';
import { inLanes, privateTo, touchesOf, type Touches } from './private.ts';
import { copiedList } from './rename.ts';
import { hasCalls, Together } from './together.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { expressionsOf, mapRegions, visitExpression, visitStatements } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/** How a loop is jammed. */
interface Way {
  /** Iterations that are taken together. */
  readonly width: number;
  /** Longer bodies are left alone: they are there once more than the width afterwards. */
  readonly longestBody: number;
  /** Whether they may call functions, whose steps are written out later. */
  readonly calls: boolean;
  /** Whether sums may grow in the loops inside them. */
  readonly sums: boolean;
  /** How many can be taken where each has a step more than the one before it in the loops inside. */
  readonly longestRamp: number;
  /** Savings below these are not worth it: see `gain` and `shared`. */
  readonly leastGain: number;
  readonly leastShared: number;
  /** How those are jammed that are left over. */
  readonly rest?: Way;
}

/**
 * A loop around those where the work is. Eight rows of a product at a time load each row of the other matrix half as often
 * as four, although there are not registers for all coefficients.
 */
const near: readonly Way[] = [
  { width: 8, longestBody: 16, calls: false, sums: true, longestRamp: 0, leastGain: 2, leastShared: 0 },
  { width: 4, longestBody: 24, calls: true, sums: true, longestRamp: 0, leastGain: 2, leastShared: 0 },
];
/** A loop around several of these, where what the innermost loops load is the same for all iterations. */
const far: Way = {
  width: 4,
  longestBody: 64,
  calls: true,
  sums: true,
  longestRamp: 0,
  leastGain: 2,
  leastShared: 1,
};
/** Two rows, once four points are taken together: there are registers for eight sums. */
const twoRows: Way = {
  width: 2,
  longestBody: 48,
  calls: true,
  sums: true,
  longestRamp: 2,
  leastGain: 2,
  leastShared: 2,
};
/** Where nothing is summed, coefficients need not all be in registers, and four rows load what they share half as often. */
const rows: readonly Way[] = [
  { ...twoRows, width: 4, calls: false, sums: false, longestRamp: 4, rest: twoRows },
  twoRows,
];

export function jam(routine: Routine): Routine {
  const keys = keysFor();
  const touches = touchesOf(routine.body, routine.result);
  const lanes = new Map<Buffer, Buffer>();
  let jammed = false;
  const body = routine.body.flatMap((statement): readonly Statement[] => {
    const made = jammedIn(statement, near, keys) ?? jammedAround(statement, touches, keys, lanes);
    jammed ||= made !== undefined;
    return made ?? [statement];
  });
  const scratch = routine.scratch.map((buffer) => lanes.get(buffer) ?? buffer);
  return jammed ? { ...routine, body, scratch } : routine;
}

/** The statement with regions in which something was replaced; undefined where nothing was. */
function withRegions(
  statement: Statement,
  replacement: (inner: Statement) => readonly Statement[] | undefined,
): readonly Statement[] | undefined {
  let replaced = false;
  const made = mapRegions(statement, (region) =>
    region.flatMap((inner) => {
      const by = replacement(inner);
      replaced ||= by !== undefined;
      return by ?? [inner];
    }),
  );
  return replaced ? [made] : undefined;
}

/** Inner loops first: the closer to the work, the fewer statements are repeated. What is around what was jammed is not. */
function jammedIn(statement: Statement, ways: readonly Way[], keys: Keys): readonly Statement[] | undefined {
  const inside = withRegions(statement, (inner) => jammedIn(inner, ways, keys));
  if (inside !== undefined || statement.kind !== 'for') return inside;
  for (const way of ways) {
    const made = jammedLoop(statement, way, keys);
    if (made !== undefined) return made;
  }
  return undefined;
}

/** Outer loops first; notes which buffers have one row for each iteration afterwards. */
function jammedAround(
  statement: Statement,
  touches: Touches,
  keys: Keys,
  lanes: Map<Buffer, Buffer>,
): readonly Statement[] | undefined {
  const made =
    statement.kind === 'for'
      ? inOwnScratch(statement, privateTo(statement, touches), keys, lanes)
      : undefined;
  return made ?? withRegions(statement, (inner) => jammedAround(inner, touches, keys, lanes));
}

/** The loop jammed, with an array for each of the iterations that are taken together in place of each private one. */
function inOwnScratch(
  statement: Loop,
  scratch: readonly Buffer[],
  keys: Keys,
  into: Map<Buffer, Buffer>,
): readonly Statement[] | undefined {
  const { index } = statement;
  const lane = invented('lane', 'int');
  const { body, buffers } = inLanes(statement.body, scratch, lane, far.width);
  const made = jammedLoop({ ...statement, body }, far, keys, lane);
  if (made === undefined) return undefined;
  for (const [before, after] of buffers) into.set(before, after);
  // The iterations that are left over are as they were.
  return made.flatMap((each) =>
    each.kind === 'for' && each.index === index ? [each] : (jammedIn(each, rows, keys) ?? [each]),
  );
}

/** `lane` stands in the body for the place of an iteration among those that are taken together. */
function jammedLoop(statement: Loop, way: Way, keys: Keys, lane?: Local): readonly Statement[] | undefined {
  const { from, to, order, body } = statement;
  const hasLoops = body.some((inner) => inner.kind === 'for');
  const isShort = !isLong(to, way) || lengthOf(body) > way.longestBody;
  if (order !== undefined || !isZero(from) || !hasLoops || isShort) return undefined;
  if (!way.calls && hasCalls(body)) return undefined;
  if (!way.sums && hasSums(body)) return undefined;
  return inBlocks(statement, way, keys, lane);
}

function inBlocks(statement: Loop, way: Way, keys: Keys, lane?: Local): readonly Statement[] | undefined {
  const { index, from, to, body } = statement;
  const effects = effectsOf(body);
  if (!isApart(body, lane === undefined ? [index] : [index, lane], effects)) return undefined;
  const together = new Together(index, effects, keys, way.longestRamp, lane);
  const blocks = blocksOf(to, way.width, from);
  let isPossible = true;
  const made = overBlocks(blocks, way.width, (steps) => {
    const copies = together.start(steps);
    const inside = together.list(body, copies, 0);
    isPossible = inside !== undefined && together.gain >= way.leastGain && together.shared >= way.leastShared;
    return [...copies.declarations, ...(inside ?? [])];
  });
  if (!isPossible) return undefined;
  const single = lane === undefined ? body : copiedList(body, new Map([[lane, integer(0)]]));
  if (blocks.rest === undefined) return [...blocks.before, made];
  const rest: Loop = { ...statement, from: blocks.rest, body: single };
  if (way.rest === undefined) return [...blocks.before, made, rest];
  const first = invented('rest', 'int');
  const inner = inBlocks({ ...rest, from: reference(first) }, way.rest, keys);
  return [
    ...blocks.before,
    made,
    ...(inner === undefined ? [rest] : [declare(first, blocks.rest), ...inner]),
  ];
}

/** Loops with fewer iterations are left alone, if it is known how many they have. */
const isLong = (to: Expression, { width }: Way): boolean =>
  to.kind !== 'literal' || Number(to.value) >= 2 * width;

/** Whether a sum grows in a loop of the list. */
function hasSums(statements: readonly Statement[]): boolean {
  const inner = statements.flatMap((statement) => (statement.kind === 'for' ? statement.body : []));
  return effectsOf(inner).increased.size > 0;
}

function lengthOf(statements: readonly Statement[]): number {
  let count = 0;
  visitStatements(statements, () => count++);
  return count;
}

/**
 * Whether iterations keep out of each other's way whatever their order: what they store, and whatever is both written and
 * read, has one of the locals that differ between them in one and the same place.
 */
function isApart(body: readonly Statement[], own: readonly Local[], effects: Effects): boolean {
  const axes = new Map<Buffer, ReadonlySet<number>>();
  const meet = (buffer: Buffer, indices: readonly Expression[]): void => {
    const here = new Set(
      indices.flatMap((each, axis) => (each.kind === 'local' && own.includes(each.local) ? [axis] : [])),
    );
    const before = axes.get(buffer);
    axes.set(buffer, before === undefined ? here : new Set([...before].filter((axis) => here.has(axis))));
  };
  const needsOwn = (buffer: Buffer): boolean =>
    effects.stored.has(buffer) || (effects.accumulated.has(buffer) && effects.loaded.has(buffer));
  visitStatements(body, (statement) => {
    if (statement.kind === 'fill') axes.set(statement.buffer, new Set());
    if (statement.kind === 'store' || statement.kind === 'accumulate')
      meet(statement.buffer, statement.indices);
    for (const root of expressionsOf(statement))
      visitExpression(root, (part) => {
        if (part.kind === 'load') meet(part.buffer, part.indices);
      });
  });
  return [...axes].every(([buffer, common]) => common.size > 0 || !needsOwn(buffer));
}
