// Fusion: loops over the same range become one loop, so that what the first computed for an element is at hand for the
// second. The loop over the data and the one of its adjoint are the case that matters. A later loop moves up to an
// earlier one together with the statements it needs; everything else between them stays behind.

import { keysFor, type Keys } from './keys.ts';
import { isProductNest } from './product.ts';
import { renameIn } from './rename.ts';
import { areOpposed, meet, oppose, rename, touchAll, touchedBy, way, type Touched } from './touch.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { expressionsOf, mapRegions, regionsOf, visitExpression, visitStatements } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

type Axes = ReadonlyMap<Buffer, readonly number[]>;

/** A statement of the list in hand, with what is known about it once somebody has asked. */
interface Item {
  readonly statement: Statement;
  readonly range: string | undefined;
  readonly isApart: (statement: Statement) => boolean;
  touched?: Touched;
  staysApart?: boolean;
  branching?: Branching;
  axes?: Axes;
}

interface LoopItem extends Item {
  readonly statement: Loop;
}

/** Loops further apart than this are not compared, which keeps the pass linear. */
const farthest = 64;

export interface FuseOptions {
  /** Whether products of matrices stay by themselves, which are fast only when tiled. */
  readonly productsApart: boolean;
}

export function fuse(routine: Routine, { productsApart }: FuseOptions = { productsApart: true }): Routine {
  const body = fuseList(routine.body, keysFor(), productsApart ? isProductNest : () => false);
  // A fused loop belongs to no section alone.
  const crossed = count(body) < count(routine.body);
  return { ...routine, body: crossed ? body.filter((statement) => statement.kind !== 'section') : body };
}

const count = (statements: readonly Statement[]): number =>
  statements.reduce((sum, statement) => sum + (statement.kind === 'for' ? 1 : 0), 0);

/** `isApart`: it stays by itself. */
function fuseList(
  statements: readonly Statement[],
  keys: Keys,
  isApart: (statement: Statement) => boolean,
): readonly Statement[] {
  const items: Item[] = [];
  for (const statement of statements) {
    const item: Item = { statement, range: rangeOf(statement, keys), isApart };
    if (item.range === undefined || !isLoop(item) || !fuseInto(items, item)) items.push(item);
  }
  return items.map(({ statement }) => mapRegions(statement, (region) => fuseList(region, keys, isApart)));
}

const rangeOf = (statement: Statement, keys: Keys): string | undefined =>
  statement.kind === 'for' && statement.order === undefined
    ? `${keys.expression(statement.from)}..${keys.expression(statement.to)}`
    : undefined;

const touchedIn = (item: Item): Touched => (item.touched ??= touchedBy(item.statement));
const staysApart = (item: Item): boolean => (item.staysApart ??= item.isApart(item.statement));
const branchingIn = (item: Item): Branching => (item.branching ??= branchingOf(item.statement));
const axesIn = (item: LoopItem): Axes => (item.axes ??= ownAxes(item.statement));

const isLoop = (item: Item | undefined): item is LoopItem => item?.statement.kind === 'for';

/** Fuses the item with the earliest loop in sight that allows it: what is computed first is at hand for most. */
function fuseInto(items: Item[], item: LoopItem): boolean {
  for (const at of candidates(items, item)) {
    const first = items[at];
    if (!isLoop(first) || !canFuse(first, item)) continue;
    const staying: Item[] = [];
    const moving: Item[] = [];
    const passed = new Map(touchedIn(first));
    for (const other of items.slice(at + 1)) {
      const stays = other.statement.kind === 'section' || oppose(passed, touchedIn(other));
      (stays ? staying : moving).push(other);
      if (stays) touchAll(passed, touchedIn(other));
    }
    items.splice(at, items.length - at, ...moving, joined(first, item), ...staying);
    return true;
  }
  return false;
}

/** The places of the loops with which the item is worth fusing and up to which it can move, in order. */
function candidates(items: readonly Item[], item: Item): readonly number[] {
  const places: number[] = [];
  let earliest = Math.max(0, items.length - farthest);
  while (earliest < items.length && !isWorthFusing(items[earliest], item)) earliest++;
  // What must precede the item takes along what must precede that: what stands between a loop and those stays.
  const needed = new Map<Local | Buffer, number>();
  for (let at = items.length - 1; at >= earliest; at--) {
    const other = items[at];
    // What follows need not run at all.
    if (other === undefined || other.statement.kind === 'leave') break;
    const isNeeded = oppose(touchedIn(other), needed);
    if (!isNeeded && isWorthFusing(other, item)) places.push(at);
    if (isNeeded || oppose(touchedIn(other), touchedIn(item))) touchAll(needed, touchedIn(other));
  }
  return places.reverse();
}

/** One loop with both bodies; its index is called as the user called one of the two. */
function joined(first: LoopItem, second: LoopItem): Item {
  const index = first.statement.index.invented === true ? second.statement.index : first.statement.index;
  const loops = [first.statement, second.statement];
  const body = loops.flatMap((loop) =>
    loop.index === index ? loop.body : renameIn(loop.body, new Map([[loop.index, index]])),
  );
  const touched = new Map(touchedIn(first));
  touchAll(touched, touchedIn(second));
  for (const loop of loops) rename(touched, loop.index, index);
  const axes = commonAxes(axesIn(first), axesIn(second));
  return {
    statement: { ...first.statement, index, body },
    range: first.range,
    touched,
    isApart: first.isApart,
    staysApart: false,
    branching: {
      always: branchingIn(first).always || branchingIn(second).always,
      sometimes: branchingIn(first).sometimes || branchingIn(second).sometimes,
    },
    axes,
  };
}

/**
 * They work on something in common. Products of matrices stay by themselves: they are fast only when tiled. So do nests that
 * always run beside loops that run in some cases: only the former can be jammed.
 */
function isWorthFusing(first: Item | undefined, second: Item): boolean {
  if (first?.range === undefined || first.range !== second.range) return false;
  const isRelated = meet(touchedIn(first), touchedIn(second), (_, __, thing) => 'role' in thing);
  if (!isRelated || staysApart(first) || staysApart(second)) return false;
  const [one, other] = [branchingIn(first), branchingIn(second)];
  return !(one.sometimes && other.always) && !(one.always && other.sometimes);
}

/** Whether a loop has loops in it that run in some of its iterations, and loops that run in all. */
interface Branching {
  readonly always: boolean;
  readonly sometimes: boolean;
}

function branchingOf(statement: Statement): Branching {
  let always = false;
  let sometimes = false;
  const look = (statements: readonly Statement[], isBranch: boolean): void => {
    for (const inner of statements) {
      if (inner.kind === 'for' && isBranch) sometimes = true;
      else if (inner.kind === 'for') always = true;
      for (const region of regionsOf(inner)) look(region, isBranch || inner.kind === 'if');
    }
  };
  for (const region of regionsOf(statement)) look(region, false);
  return { always, sometimes };
}

/** Running iteration i of the second right after iteration i of the first changes nothing. */
const canFuse = (first: LoopItem, second: LoopItem): boolean =>
  !meet(touchedIn(first), touchedIn(second), (one, other, thing) => {
    if (!('role' in thing)) return areOpposed(one & ~way.declared, other & ~way.declared);
    if (!areOpposed(one, other)) return false;
    const [axes, others] = [axesIn(first).get(thing) ?? [], axesIn(second).get(thing) ?? []];
    return !axes.some((axis) => others.includes(axis));
  });

/** For each buffer, the axes on which a loop touches nothing but the row of its own index. */
function ownAxes(loop: Loop): Axes {
  const axes = new Map<Buffer, readonly number[]>();
  const access = (buffer: Buffer, indices: readonly Expression[]): void => {
    const before = axes.get(buffer) ?? buffer.dims.map((_, axis) => axis);
    const own = before.filter((axis) => {
      const index = indices[axis];
      return index?.kind === 'local' && index.local === loop.index;
    });
    axes.set(buffer, own);
  };
  visitStatements(loop.body, (statement) => {
    if (statement.kind === 'fill') access(statement.buffer, []);
    if (statement.kind === 'store' || statement.kind === 'accumulate')
      access(statement.buffer, statement.indices);
    for (const expression of expressionsOf(statement)) {
      visitExpression(expression, (part) => {
        if (part.kind === 'load') access(part.buffer, part.indices);
      });
    }
  });
  return axes;
}

function commonAxes(a: Axes, b: Axes): Axes {
  const both = new Map(a);
  for (const [buffer, own] of b) {
    const others = a.get(buffer);
    both.set(buffer, others === undefined ? own : own.filter((axis) => others.includes(axis)));
  }
  return both;
}
