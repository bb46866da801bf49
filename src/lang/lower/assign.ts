// Assignments to IR: a name stands for its value from here on. Of a record the other fields stay; an array is one with a
// part replaced.

import { bug } from '../../base/bug.ts';
import type { Span } from '../../base/source.ts';
import type { BlockBuilder, Hint } from '../../ir/build.ts';
import type { Operand } from '../../ir/types.ts';
import { rootOf, type Assignment, type AssignmentOfSeveral, type Expression, type IndexExpression, type Target } from '../ast.ts'; // prettier-ignore
import { force, storedArray } from './array.ts';
import { arrayValue, symbolOf, valueOf, type Env, type Lowered, type Lowering } from './context.ts';
import { lowerExpression, lowerScalar } from './expression.ts';
import { polynomialOf } from './facts.ts';
import { inRange } from './read.ts';
import { fieldOf, joined, mapParts, operandsOf, partsOf, recordValue, store } from './record.ts';

export function lowerAssignment(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  { target, value, span }: Assignment,
): void {
  const hint = target.kind === 'name' ? { name: target.text, span } : {};
  const found = lowerExpression(l, env, b, value, hint);
  assignment(l, env, b, target, span)(found);
}

export function lowerSeveral(l: Lowering, env: Env, b: BlockBuilder, statement: AssignmentOfSeveral): void {
  const { targets, value, span } = statement;
  const found = lowerExpression(l, env, b, value);
  // Where they go is settled before the first of them changes.
  const assign = targets.map((target) => assignment(l, env, b, target, span));
  for (const [k, each] of assign.entries()) each(fieldOf(found, String(k)));
}

/** Works out the place, then waits for the value. */
function assignment(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  target: Target,
  span: Span,
): (value: Lowered) => void {
  const symbol = symbolOf(l, rootOf(target));
  const { fields, indexed } = pathOf(target);
  const old = fields.reduce(fieldOf, valueOf(env, symbol));
  const name = fields.reduce<string | undefined>(joined, symbol.name);
  const place = placeOf(l, env, b, indexed, old);
  return (value) => {
    const change = (part: Lowered): Lowered =>
      place === undefined
        ? store(l, b, value, { name, span })
        : withElement(l, b, part, place, value, { name, span });
    env.frame.bindings.set(symbol, replaced(valueOf(env, symbol), fields, change));
  };
}

/** The fields from the var down to what changes, and the reads of elements on the way, the outermost array first. */
function pathOf(target: Target): {
  readonly fields: readonly string[];
  readonly indexed: readonly IndexExpression[];
} {
  const fields: string[] = [];
  const indexed: IndexExpression[] = [];
  for (let at: Expression = target; at.kind === 'index' || at.kind === 'member'; at = at.base) {
    if (at.kind === 'index') indexed.unshift(at);
    else fields.unshift(at.name.text);
  }
  return { fields, indexed };
}

interface Place {
  readonly indices: readonly Operand[];
  readonly proved: boolean;
}

/** The indices of a target, whose slices are whole axes at its end. */
function placeOf(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  indexed: readonly IndexExpression[],
  old: Lowered,
): Place | undefined {
  if (indexed.length === 0) return undefined;
  const { dims } = arrayValue(partsOf(old)[0] ?? bug('a value without parts'));
  const indices: Operand[] = [];
  let proved = true;
  for (const e of indexed) {
    for (const item of e.items) {
      if (item.kind === 'slice') continue;
      const index = lowerScalar(l, env, b, item.index);
      const size = dims[indices.length] ?? bug('more indices than axes');
      proved = inRange(l, env, e, item, polynomialOf(l.facts, index), size) && proved;
      indices.push(index);
    }
  }
  return { indices, proved };
}

function withElement(
  l: Lowering,
  b: BlockBuilder,
  old: Lowered,
  { indices, proved }: Place,
  value: Lowered,
  hint: Hint,
): Lowered {
  const waiting = [...operandsOf(l, b, value)];
  return mapParts(old, (part, own) => {
    const array = force(l, b, arrayValue(part));
    const element = waiting.shift() ?? bug('a value with too few parts');
    return storedArray(l, b.set(array, indices, element, { ...own, inRange: proved }));
  }, hint); // prettier-ignore
}

/** A value with another in the place of one of its fields. */
function replaced(value: Lowered, path: readonly string[], change: (old: Lowered) => Lowered): Lowered {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  if (value.kind !== 'record') return bug('a field of what is no record');
  return recordValue(
    [...value.fields].map(([name, field]) => [name, name === first ? replaced(field, rest, change) : field]),
  );
}
