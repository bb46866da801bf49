// Scratch that is private to an iteration: arrays that each iteration of a loop fills before it looks at them, and that nothing
// outside the loop touches. Iterations that run side by side each get one of their own, at a lane: one more index, in front.

import { constant as size } from '../base/polynomial.ts';
import { invented, isZero, loop, reference, sizeOf } from './make.ts';
import type { Buffer, Expression, Local, Statement } from './types.ts';
import { expressionsOf, mapExpression, mapExpressions, mapRegions, visitExpression, visitStatements } from './walk.ts'; // prettier-ignore

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/** How often buffers are touched. */
export type Touches = ReadonlyMap<Buffer, number>;

export function touchesOf(statements: readonly Statement[], result?: Expression): Touches {
  const touches = new Map<Buffer, number>();
  const touch = (buffer: Buffer): void => void touches.set(buffer, (touches.get(buffer) ?? 0) + 1);
  const look = (part: Expression): void => {
    if (part.kind === 'load') touch(part.buffer);
  };
  visitStatements(statements, (statement) => {
    if (statement.kind === 'store' || statement.kind === 'accumulate' || statement.kind === 'fill')
      touch(statement.buffer);
    for (const root of expressionsOf(statement)) visitExpression(root, look);
  });
  if (result !== undefined) visitExpression(result, look);
  return touches;
}

/** The buffers that are private to the iterations of a loop in a routine that touches them so often. */
export function privateTo(statement: Loop, everywhere: Touches): readonly Buffer[] {
  return [...touchesOf(statement.body)].flatMap(([buffer, count]) =>
    buffer.role === 'scratch' && everywhere.get(buffer) === count && isFilledFirst(statement.body, buffer)
      ? [buffer]
      : [],
  );
}

function isFilledFirst(body: readonly Statement[], buffer: Buffer): boolean {
  let isFirst = true;
  /** Whether all of the buffer is set after the statements. */
  const visit = (statements: readonly Statement[], before: boolean): boolean => {
    let isSet = before;
    for (const statement of statements) {
      if (isSet) return true;
      if (looksAt(statement, buffer)) isFirst = false;
      if (sets(statement, buffer, [])) {
        isSet = true;
        // What it is made of is looked at before all of it is there.
        visitStatements([statement], (inner) => (isFirst &&= !looksAt(inner, buffer)));
        continue;
      }
      // What is set in a branch or in the iterations of a loop is set there.
      mapRegions(statement, (region) => {
        visit(region, false);
        return region;
      });
    }
    return isSet;
  };
  visit(body, false);
  return isFirst;
}

/** Whether the statement itself, not what stands inside it, uses what the buffer holds. */
function looksAt(statement: Statement, buffer: Buffer): boolean {
  let looks = statement.kind === 'accumulate' && statement.buffer === buffer;
  for (const root of expressionsOf(statement)) {
    visitExpression(root, (part) => {
      looks ||= part.kind === 'load' && part.buffer === buffer;
    });
  }
  return looks;
}

/** Whether the statement, in these loops, sets every element. */
function sets(statement: Statement, buffer: Buffer, loops: readonly Loop[]): boolean {
  if (statement.kind === 'fill') return statement.buffer === buffer;
  if (statement.kind === 'for')
    return statement.body.some((inner) => sets(inner, buffer, [...loops, statement]));
  if (statement.kind !== 'store' || statement.buffer !== buffer) return false;
  const own = statement.indices.map((index) =>
    loops.find((each) => index.kind === 'local' && index.local === each.index),
  );
  return (
    new Set(own).size === own.length &&
    own.every((each, axis) => each !== undefined && isWhole(each, buffer, axis)) &&
    // A loop that may not run at all sets nothing.
    loops.every((each) => own.includes(each))
  );
}

function isWhole({ from, to }: Loop, { dims }: Buffer, axis: number): boolean {
  const dim = dims[axis];
  if (dim === undefined || !isZero(from)) return false;
  const extent = sizeOf(dim);
  return to.kind === 'extent'
    ? extent.kind === 'extent' && extent.size.key === to.size.key
    : to.kind === 'literal' && extent.kind === 'literal' && to.value === extent.value;
}

export interface Lanes {
  readonly body: readonly Statement[];
  /** What took the place of which buffer. */
  readonly buffers: ReadonlyMap<Buffer, Buffer>;
}

/** The body with `count` of each of the buffers, of which it uses the one at `lane`. */
export function inLanes(
  body: readonly Statement[],
  buffers: readonly Buffer[],
  lane: Local,
  count: number,
): Lanes {
  const made = new Map(
    buffers.map((buffer) => [buffer, { ...buffer, dims: [size(count), ...buffer.dims] }] as const),
  );
  const expression = (root: Expression): Expression =>
    mapExpression(root, (part) => {
      const own = part.kind === 'load' ? made.get(part.buffer) : undefined;
      if (part.kind !== 'load' || own === undefined) return part;
      return { ...part, buffer: own, indices: [reference(lane), ...part.indices] };
    });
  const list = (statements: readonly Statement[]): readonly Statement[] =>
    statements.map((statement) => {
      const mapped = mapExpressions(statement, expression);
      if (mapped.kind !== 'store' && mapped.kind !== 'accumulate' && mapped.kind !== 'fill')
        return mapRegions(mapped, list);
      const own = made.get(mapped.buffer);
      if (own === undefined) return mapped;
      if (mapped.kind !== 'fill')
        return { ...mapped, buffer: own, indices: [reference(lane), ...mapped.indices] };
      const indices = mapped.buffer.dims.map(() => invented('i', 'int'));
      const { value } = mapped;
      const store: Statement = { kind: 'store', buffer: own, indices: [lane, ...indices].map(reference), value }; // prettier-ignore
      return indices.reduceRight<Statement>(
        (inner, index, axis) => loop(index, sizeOf(mapped.buffer.dims[axis] ?? size(0)), [inner]),
        store,
      );
    });
  return { body: list(body), buffers: made };
}
