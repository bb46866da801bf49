// Scalars while lowering: each becomes a const local, or is nested into the one expression that uses it as long as the
// line stays readable. IR values never change, so nesting moves no computation past a change of what it reads.

import { print } from '../../base/polynomial.ts';
import { bug } from '../../base/bug.ts';
import type { Operand, Statement as IrStatement, Value } from '../../ir/types.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import type { OpName } from '../../ops/index.ts';
import { apply, constant, declare, isAtom, literal, reference, scalarOf, sizeOf } from '../make.ts';
import { nameFor } from '../names.ts';
import type { Buffer, Expression, Local, Statement } from '../types.ts';
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
  readonly scratch: Buffer[];
  /** How many scratch buffers were given each name. */
  readonly names: Map<string, number>;
  /** Loop indices known to lie in 0 .. size. */
  readonly ranges: Map<Local, Polynomial>;
  readonly extents: WeakMap<Expression, TextExtent>;
}

/** Estimated shape of an expression on the page. */
interface TextExtent {
  readonly depth: number;
  readonly width: number;
}

const greatestDepth = 12;
const greatestWidth = 80;

const symbols = /^(?:i|b)?(?:add|sub|mul|div|neg|eq|ne|lt|le|gt|ge)$|^(?:and|or|not)$/;

function extentOf(lowering: Lowering, expression: Expression): TextExtent {
  const known = lowering.extents.get(expression);
  if (known !== undefined) return known;
  const around = (parts: readonly Expression[], text: number, between: number): TextExtent => {
    const inner = parts.map((part) => extentOf(lowering, part));
    const width = inner.reduce((sum, part) => sum + part.width + between, text);
    return { depth: 1 + Math.max(0, ...inner.map((part) => part.depth)), width };
  };
  const extent = ((): TextExtent => {
    switch (expression.kind) {
      case 'literal':
        return { depth: 0, width: String(expression.value).length };
      case 'extent':
        return { depth: 0, width: print(expression.size).length };
      case 'local':
        return { depth: 0, width: expression.local.name.length };
      case 'op':
        return symbols.test(expression.op)
          ? around(expression.args, 0, 2)
          : around(expression.args, 6 + expression.op.length, 2);
      case 'conditional':
        return around([expression.condition, expression.then, expression.otherwise], 2, 3);
      case 'load':
        return around(expression.indices, expression.buffer.name.length + 2, 3);
    }
  })();
  lowering.extents.set(expression, extent);
  return extent;
}

/** Declares a const local for an expression, unless it is an atom, and returns the reference. */
export function named(into: Statement[], expression: Expression, name = nameFor(expression)): Expression {
  if (isAtom(expression)) return expression;
  const local = constant(name, scalarOf(expression));
  into.push(declare(local, expression));
  return reference(local);
}

export function fits(lowering: Lowering, expression: Expression): boolean {
  const { depth, width } = extentOf(lowering, expression);
  return depth <= greatestDepth && width <= greatestWidth;
}

/** Builds an expression from parts; parts that make it too wide or too deep become locals first. */
export function fitted(
  lowering: Lowering,
  into: Statement[],
  parts: readonly Expression[],
  make: (parts: readonly Expression[]) => Expression,
): Expression {
  let current = parts;
  for (;;) {
    const made = make(current);
    if (fits(lowering, made)) return made;
    let widest: Expression | undefined;
    for (const part of current) {
      if (isAtom(part)) continue;
      if (widest === undefined || extentOf(lowering, part).width > extentOf(lowering, widest).width)
        widest = part;
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
      return lowering.scalars.get(operand) ?? bug(`value %${operand.id} is used before it is computed`);
  }
}

/** Gives a value its expression: nested where it is used, or a local of its own. */
export function bind(lowering: Lowering, into: Statement[], value: Value, expression: Expression): void {
  const name = value.name ?? (lowering.result?.value === value ? lowering.result.name : undefined);
  const nest = lowering.uses.once.has(value) && name === undefined;
  lowering.scalars.set(value, nest ? expression : named(into, expression, name));
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
    fitted(lowering, into, parts, (made) => apply(op, ...made)),
  );
}
