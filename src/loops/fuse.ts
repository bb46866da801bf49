// Fusion: loops over the same range become one loop, so that what the first computed for an element is at hand for the
// second. The loop over the data and the one of its adjoint are the case that matters. A later loop moves up to an
// earlier one together with the statements it needs; everything else between them stays behind.

import { effectsOf, writes, type Effects } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import { isProductNest } from './product.ts';
import { renameIn } from './rename.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { expressionsOf, mapRegions, visitExpression, visitStatements } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/** A statement of the list in hand, with what is known about it once somebody has asked. */
interface Item {
  readonly statement: Statement;
  readonly range: string | undefined;
  effects?: Effects;
}

/** Loops further apart than this are not compared, which keeps the pass linear. */
const farthest = 64;

export function fuse(routine: Routine): Routine {
  const body = fuseList(routine.body, keysFor());
  // A fused loop belongs to no section alone.
  const crossed = count(body) < count(routine.body);
  return { ...routine, body: crossed ? body.filter((statement) => statement.kind !== 'section') : body };
}

const count = (statements: readonly Statement[]): number =>
  statements.reduce((sum, statement) => sum + (statement.kind === 'for' ? 1 : 0), 0);

function fuseList(statements: readonly Statement[], keys: Keys): readonly Statement[] {
  const items: Item[] = [];
  for (const statement of statements) {
    const item: Item = { statement, range: rangeOf(statement, keys) };
    if (item.range === undefined || !fuseInto(items, item)) items.push(item);
  }
  return items.map(({ statement }) => mapRegions(statement, (region) => fuseList(region, keys)));
}

const rangeOf = (statement: Statement, keys: Keys): string | undefined =>
  statement.kind === 'for' && statement.order === undefined
    ? `${keys.expression(statement.from)}..${keys.expression(statement.to)}`
    : undefined;

const known = (item: Item): Effects => (item.effects ??= effectsOf([item.statement]));

/** Fuses the item with the earliest loop in sight that allows it: what is computed first is at hand for most. */
function fuseInto(items: Item[], item: Item): boolean {
  const end = items.length;
  for (let at = Math.max(0, end - farthest); at < end; at++) {
    const first = items[at];
    if (first === undefined || first.range !== item.range) continue;
    if (first.statement.kind !== 'for' || item.statement.kind !== 'for') continue;
    const between = items.slice(at + 1);
    // What follows need not run at all.
    if (between.some(({ statement }) => statement.kind === 'leave')) continue;
    const staying: Item[] = [];
    const moving: Item[] = [];
    for (const other of between) {
      const stays =
        other.statement.kind === 'section' || [first, ...staying].some((one) => mustPrecede(one, other));
      (stays ? staying : moving).push(other);
    }
    if (staying.some((one) => mustPrecede(one, item))) continue;
    if (!isWorthFusing(first, item) || !canFuse(first.statement, known(first), item.statement, known(item)))
      continue;
    const statement = joined(first.statement, item.statement);
    items.splice(at, items.length - at, ...moving, { statement, range: first.range }, ...staying);
    return true;
  }
  return false;
}

/** One loop with both bodies; its index is called as the user called one of the two. */
function joined(first: Loop, second: Loop): Loop {
  const index = first.index.invented === true ? second.index : first.index;
  const names = new Map([
    [first.index, index],
    [second.index, index],
  ]);
  return { ...first, index, body: [...renameIn(first.body, names), ...renameIn(second.body, names)] };
}

/** The two statements cannot change places. */
function mustPrecede(first: Item, second: Item): boolean {
  const a = known(first);
  const b = known(second);
  const changesWhatIsUsed = (x: Effects, y: Effects): boolean =>
    meets(x.assigned, y.used) || meets(x.increased, y.used) || meets(x.declared, y.used);
  const writesWhatIsLoaded = (x: Effects, y: Effects): boolean =>
    meets(x.stored, y.loaded) || meets(x.accumulated, y.loaded);
  const overwrites = (x: Effects, y: Effects): boolean =>
    meets(x.assigned, y.assigned) ||
    meets(x.assigned, y.increased) ||
    meets(x.declared, y.assigned) ||
    meets(x.declared, y.increased) ||
    meets(x.stored, y.stored) ||
    meets(x.stored, y.accumulated);
  return (
    changesWhatIsUsed(a, b) ||
    changesWhatIsUsed(b, a) ||
    writesWhatIsLoaded(a, b) ||
    writesWhatIsLoaded(b, a) ||
    overwrites(a, b) ||
    overwrites(b, a)
  );
}

function meets<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const item of small) if (large.has(item)) return true;
  return false;
}

/** They work on something in common. Products of matrices stay by themselves: they are fast only when tiled. */
function isWorthFusing(first: Item, second: Item): boolean {
  const [a, b] = [known(first), known(second)];
  const sets = [a.loaded, a.stored, a.accumulated];
  const others = [b.loaded, b.stored, b.accumulated];
  const related = sets.some((set) => others.some((other) => meets(set, other)));
  return related && !isProductNest(first.statement) && !isProductNest(second.statement);
}

/** Running iteration i of the second right after iteration i of the first changes nothing. */
function canFuse(first: Loop, a: Effects, second: Loop, b: Effects): boolean {
  const changed = (effects: Effects): ReadonlySet<Local> =>
    new Set([...effects.assigned, ...effects.increased]);
  if (meets(changed(a), b.used) || meets(changed(b), a.used)) return false;
  if (meets(a.assigned, changed(b)) || meets(b.assigned, changed(a))) return false;
  const shared = new Set<Buffer>();
  for (const buffer of [...a.stored, ...a.accumulated, ...a.loaded]) {
    const both = writes(b, buffer) || b.loaded.has(buffer);
    if (both && (writes(a, buffer) || writes(b, buffer))) shared.add(buffer);
  }
  for (const buffer of shared) {
    const onlyAdds = (effects: Effects): boolean =>
      !effects.stored.has(buffer) && !effects.loaded.has(buffer);
    if (onlyAdds(a) && onlyAdds(b)) continue;
    const axes = ownAxes(first, buffer);
    const others = ownAxes(second, buffer);
    if (!axes.some((axis) => others.includes(axis))) return false;
  }
  return true;
}

/** Axes of a buffer on which a loop touches nothing but the row of its own index. */
function ownAxes(loop: Loop, buffer: Buffer): readonly number[] {
  let axes = buffer.dims.map((_, axis) => axis);
  const access = (touched: Buffer, indices: readonly Expression[]): void => {
    if (touched !== buffer) return;
    axes = axes.filter((axis) => {
      const index = indices[axis];
      return index?.kind === 'local' && index.local === loop.index;
    });
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
