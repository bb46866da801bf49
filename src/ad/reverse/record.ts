// What a block that runs backwards needs of the way forward: each value is either saved (a loop yields it in a history, a
// branch as one more out) or computed again from what is there.

import type { Block, Operand, Statement, Value } from '../../ir/types.ts';
import { blocksOf, freeValues, freeValuesOfStatement, mapUses } from '../../ir/walk.ts';
import { isCostly } from '../cost.ts';
import type { Copy } from './sequential.ts';
import type { Sweep } from './sweep.ts';

/** How far back a chain of cheap statements is followed. */
const reach = 8;

/**
 * The adjoint of a copied region, completed with what it needs of the region's values. `save` is asked for each value
 * that must come from the way forward: it returns the statement that reads it back, or the value to use in its place.
 */
export function record(
  sweep: Sweep,
  copy: Copy,
  adjoint: Block,
  save: (value: Value) => Statement | Value,
): Block {
  const { saved, repeated } = decide(sweep, copy, adjoint);
  const statements: Statement[] = [];
  const substitution = new Map<number, Operand>();
  const recall = (value: Value): void => {
    if (!saved.has(value)) return;
    const from = readBack(sweep, copy, value) ?? save(value);
    if (from.kind === 'value') substitution.set(value.id, from);
    else statements.push(from);
  };
  copy.before.forEach(recall);
  for (const statement of copy.statements) {
    if (repeated.has(statement)) statements.push(sweep.reading(statement, copy.scope));
    else statement.outs.forEach(recall);
  }
  const whole = { statements: [...statements, ...adjoint.statements], results: adjoint.results };
  if (substitution.size === 0) return whole;
  const replaced = (operand: Operand): Operand =>
    operand.kind === 'value' ? (substitution.get(operand.id) ?? operand) : operand;
  return {
    statements: whole.statements.map((statement) => mapUses(statement, replaced)),
    results: whole.results.map(replaced),
  };
}

/** Reads a value from the array that it was put into, where nothing can have replaced it since. */
function readBack(sweep: Sweep, copy: Copy, value: Value): Statement | undefined {
  if (value.type.dims.length > 0) return undefined;
  const isInside = new Set(copy.statements.flatMap(({ outs }): readonly Value[] => outs));
  for (const statement of copy.statements) {
    if (statement.kind !== 'set' || statement.value !== value) continue;
    const [out] = statement.outs;
    const array = copy.ends.get(out.id);
    // An element that is written at most once still holds it at the end.
    if (array === undefined || !sweep.replaced.has(out.id)) continue;
    const { indices, inRange } = statement;
    if (indices.every((index) => index.kind !== 'value' || !isInside.has(index)))
      return { kind: 'read', outs: [value], array, indices, inRange };
  }
  return undefined;
}

function decide(
  sweep: Sweep,
  copy: Copy,
  adjoint: Block,
): { readonly saved: ReadonlySet<Value>; readonly repeated: ReadonlySet<Statement> } {
  const definitions = new Map<Value, Statement>();
  for (const statement of copy.statements) for (const out of statement.outs) definitions.set(out, statement);
  const before = new Set(copy.before);
  const isInside = (value: Value): boolean => before.has(value) || definitions.has(value);
  const needed = [...freeValues(adjoint).values()].filter(isInside);

  const saved = new Set<Value>();
  const repeated = new Set<Statement>();
  if (copy.checkpoints) runAgain(copy, needed, definitions, saved, repeated);
  for (const value of needed) {
    const statement = definitions.get(value);
    if (statement === undefined || !(isCheap(statement) || repeated.has(statement))) saved.add(value);
  }
  /** Whether the value will be there without saving more. */
  const isAtHand = (value: Value, depth: number): boolean => {
    if (saved.has(value) || !isInside(value)) return true;
    const statement = definitions.get(value);
    if (statement !== undefined && repeated.has(statement)) return true;
    if (statement === undefined || depth === 0 || !isCheap(statement)) return false;
    return sources(statement).every((source) => isAtHand(source, depth - 1) && !isOverwritten(source));
  };
  /** What the array held is there only while the sweep is at the statements that saw it so. */
  const isOverwritten = (value: Value): boolean => isInside(value) && sweep.versions.has(value.id);
  const repeat = (value: Value): void => {
    const statement = definitions.get(value);
    if (saved.has(value) || statement === undefined || repeated.has(statement)) return;
    repeated.add(statement);
    sources(statement).forEach(repeat);
  };
  for (const value of needed) {
    if (isAtHand(value, reach)) repeat(value);
    else saved.add(value);
  }
  return { saved, repeated };
}

/** What a segment of a long loop computed is computed again, from the state at its beginning. */
function runAgain(
  copy: Copy,
  needed: readonly Value[],
  definitions: ReadonlyMap<Value, Statement>,
  saved: Set<Value>,
  repeated: Set<Statement>,
): void {
  const before = new Set(copy.before);
  const want = (value: Value): void => {
    const statement = definitions.get(value);
    if (before.has(value)) saved.add(value);
    if (statement === undefined || repeated.has(statement)) return;
    repeated.add(statement);
    sources(statement).forEach(want);
  };
  needed.forEach(want);
}

const sources = (statement: Statement): readonly Value[] => [...freeValuesOfStatement(statement).values()];

/** Computing it again costs about as much as reading it back. */
function isCheap(statement: Statement): boolean {
  switch (statement.kind) {
    case 'op':
      return statement.outs[0].type.scalar !== 'real' || !isCostly(statement);
    case 'read':
    case 'row':
    case 'list':
      return true;
    case 'build':
      return blocksOf(statement).every((block) => block.statements.every(isCheap));
    default:
      return false;
  }
}
