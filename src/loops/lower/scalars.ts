// Scalars while lowering: each becomes a const local, or is nested into the one expression that uses it as long as the
// line stays readable. Where a statement changes something in place, what waits to be nested and reads it is computed first.

import { bug } from '../../base/bug.ts';
import type { Operand, Statement as IrStatement, Value } from '../../ir/types.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { uncheckedOp, type OpName } from '../../ops/index.ts';
import { changesLocal, effectsOf, writes, type Effects } from '../effects.ts';
import {
  apply,
  constant,
  declare,
  invented,
  isAtom,
  literal,
  reference,
  scalarOf,
  sizeOf,
  variable,
} from '../make.ts';
import { nameFor } from '../names.ts';
import type { Buffer, Expression, Local, Statement } from '../types.ts';
import type { Page } from '../text.ts';
import { visitExpression } from '../walk.ts';
import type { Pending } from './pending.ts';
import type { Storage, Storages } from './storage.ts';
import type { Uses } from './uses.ts';

/** Where an array lives: a buffer, or the slice of one at some leading indices. */
export interface Place {
  readonly buffer: Buffer;
  readonly prefix: readonly Expression[];
}

/** What is known while one program is lowered. */
export interface Lowering {
  readonly uses: Uses;
  /** Emit checks for indices that are not proved in range. */
  readonly checked: boolean;
  /** Before this statement the adjoint begins. */
  readonly adjointStart: IrStatement | undefined;
  /** The value that the routine returns, and what to call it; it is computed where the program computes it. */
  readonly result: { readonly value: Operand; readonly name: string } | undefined;
  readonly scalars: Map<Value, Expression>;
  readonly places: Map<Value, Place>;
  /** Which values share a place. */
  readonly storages: Storages;
  /** The variables of scalars that loops and branches change. */
  readonly cells: Map<Storage, Local>;
  /** Whose cells were declared in the blocks around, in order. */
  readonly declared: Storage[];
  /** Of the block in hand. */
  pending: Pending;
  readonly scratch: Buffer[];
  /** Names of the indices of the loops around. */
  readonly indices: string[];
  /** How many scratch buffers were given each name. */
  readonly names: Map<string, number>;
  /** Loop indices known to lie in 0 .. size. */
  readonly ranges: Map<Local, Polynomial>;
  readonly page: Page;
}

/** Declares a const local for an expression, unless it is an atom, and returns the reference. */
export function named(into: Statement[], expression: Expression, name?: string): Expression {
  if (isAtom(expression)) return expression;
  const scalar = scalarOf(expression);
  const local = name === undefined ? invented(nameFor(expression), scalar) : constant(name, scalar);
  into.push(declare(local, expression));
  return reference(local);
}

const letters = ['i', 'j', 'k', 'l', 'm'];

/** Binds the index of a region to a local while `body` lowers what stands in the loop. */
export function withIndex<T>(lowering: Lowering, value: Value, body: (index: Local) => T): T {
  const { indices, scalars } = lowering;
  const name = value.name ?? letters.find((letter) => !indices.includes(letter)) ?? 'i';
  const index = value.name === undefined ? invented(name, 'int') : constant(name, 'int');
  scalars.set(value, reference(index));
  indices.push(name);
  const result = body(index);
  indices.pop();
  return result;
}

/** Builds an expression from parts; parts that make it too wide or too deep become locals first. */
export function fitted(
  lowering: Lowering,
  into: Statement[],
  parts: readonly Expression[],
  make: (parts: readonly Expression[]) => Expression,
): Expression {
  const { page } = lowering;
  let current = parts;
  for (;;) {
    const made = make(current);
    if (page.fits(made)) return made;
    let widest: Expression | undefined;
    for (const part of current) {
      if (isAtom(part)) continue;
      if (widest === undefined || page.shapeOf(part).width > page.shapeOf(widest).width) widest = part;
    }
    if (widest === undefined) return made;
    const chosen = widest;
    const local = named(into, chosen);
    current = current.map((part) => (part === chosen ? local : part));
  }
}

/** The expression for an operand. */
export function scalar(lowering: Lowering, operand: Operand): Expression {
  switch (operand.kind) {
    case 'literal':
      return literal(operand.type.scalar, operand.value);
    case 'extent':
      return sizeOf(operand.size);
    case 'value':
      lowering.pending.take(operand);
      return lowering.scalars.get(operand) ?? bug(`value %${operand.id} is used before it is computed`);
  }
}

/** Computes now what waits to be nested and reads something that the statements, which make `outs`, change. */
export function settlePending(
  lowering: Lowering,
  into: Statement[],
  statements: readonly Statement[],
  outs: readonly Value[],
): void {
  const { pending, scalars } = lowering;
  // A declaration changes nothing.
  if (pending.isEmpty || statements.every(({ kind }) => kind === 'declare')) return;
  for (const [value, expression] of pending.changedBy(effectsOf(statements))) {
    if (outs.includes(value)) continue;
    pending.take(value);
    scalars.set(value, named(into, expression));
  }
}

/** Evaluated after the effects, the expression may be something else than before. */
export function readsChanged(expression: Expression, effects: Effects): boolean {
  let found = false;
  visitExpression(expression, (part) => {
    if (part.kind === 'load') found ||= writes(effects, part.buffer);
    if (part.kind === 'local') found ||= changesLocal(effects, part.local);
  });
  return found;
}

/** The variable that a scalar of a loop or of branches lives in; `isNew`: nobody has declared it yet. */
export interface Cell {
  readonly local: Local;
  readonly isNew: boolean;
}

export function cellFor(lowering: Lowering, value: Value, name: string): Cell {
  const storage = lowering.storages.of(value);
  const known = storage === undefined ? undefined : lowering.cells.get(storage);
  if (known !== undefined) return { local: known, isNew: false };
  const local = variable(name, value.type.scalar);
  if (storage !== undefined) {
    lowering.cells.set(storage, local);
    lowering.declared.push(storage);
  }
  return { local, isNew: true };
}

/** Gives a value its expression: nested where it is used, or a local of its own. */
export function bind(lowering: Lowering, into: Statement[], value: Value, expression: Expression): void {
  const name = value.name ?? (lowering.result?.value === value ? lowering.result.name : undefined);
  const nest = lowering.uses.once.has(value) && name === undefined;
  lowering.scalars.set(value, nest ? expression : named(into, expression, name));
  if (nest && !isAtom(expression)) lowering.pending.wait(value, expression);
}

export function bindOp(
  lowering: Lowering,
  into: Statement[],
  out: Value,
  op: OpName,
  args: readonly Operand[],
): void {
  const parts = args.map((arg) => scalar(lowering, arg));
  bind(
    lowering,
    into,
    out,
    fitted(lowering, into, parts, (made) => apply(lowering.checked ? op : uncheckedOp(op), ...made)),
  );
}
