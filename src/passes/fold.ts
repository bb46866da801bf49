// Folds constants and applies identities that are exact in IEEE arithmetic, or that change no more than the last bit of
// a product by a constant. Nothing here assumes that a value is finite: `0*x`, `x-x` and `x/x` stay.

import { add as addSizes, multiply as multiplySizes, subtract as subtractSizes } from '../base/polynomial.ts';
import { asPolynomial, bool, extent, int, real } from '../ir/build.ts';
import type { Literal, Operand, OpStatement, Program, Statement } from '../ir/types.ts';
import { ops, uncheckedOp, type OpName } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';
import { hintOf, rewrite, type Context } from './rewrite.ts';

export function fold(program: Program): Program {
  return rewrite(program, (statement, context) => {
    switch (statement.kind) {
      case 'op': {
        const folded = new Folder(context, statement).simplify(statement.op, statement.args);
        return folded === undefined ? undefined : [folded];
      }
      case 'if':
        return foldBranch(statement, context);
      default:
        return undefined;
    }
  });
}

/** A branch on a literal is the branch taken. */
function foldBranch(
  statement: Statement & { readonly kind: 'if' },
  context: Context,
): readonly Operand[] | undefined {
  if (statement.condition.kind !== 'literal') return undefined;
  const taken = statement.condition.value === true ? statement.then : statement.otherwise;
  for (const inner of taken.statements) context.b.push(inner);
  return taken.results;
}

type Real = number | undefined;

const literalOf = (operand: Operand | undefined): Literal | undefined =>
  operand?.kind === 'literal' ? operand : undefined;
const numberOf = (operand: Operand | undefined): Real => {
  const literal = literalOf(operand);
  return typeof literal?.value === 'number' ? literal.value : undefined;
};

/** Multiplying by it is exact, short of overflow and underflow. */
function isPowerOfTwo(value: number): boolean {
  const size = Math.abs(value);
  if (size < 2 ** -500 || size > 2 ** 500) return false;
  return Number.isInteger(Math.log2(size)) && 2 ** Math.round(Math.log2(size)) === size;
}

/** The value, unless the op fails there: that is left to happen when the program runs, if it does. */
function evaluated(record: OpRecord, args: readonly unknown[]): number | boolean | undefined {
  try {
    return (record.eval as (...args: readonly unknown[]) => number | boolean)(...args);
  } catch (problem) {
    if (problem instanceof RangeError && record.unchecked !== undefined) return undefined;
    throw problem;
  }
}

/** Simplifies one op; what it makes is simplified in turn. */
class Folder {
  readonly #context: Context;
  readonly #statement: Statement;

  constructor(context: Context, statement: Statement) {
    this.#context = context;
    this.#statement = statement;
  }

  /** A simpler operand, or undefined when the op should stay as it is. */
  simplify(op: OpName, args: readonly Operand[]): Operand | undefined {
    return this.#constant(op, args) ?? this.#identity(op, args);
  }

  /** The op, simplified if possible. */
  #make(op: OpName, ...args: readonly Operand[]): Operand {
    return this.simplify(op, args) ?? this.#context.b.op(op, args, hintOf(this.#statement));
  }

  #constant(op: OpName, args: readonly Operand[]): Operand | undefined {
    if (!args.every((arg) => arg.kind === 'literal')) return undefined;
    const values = args.map((arg) => arg.value);
    const record: OpRecord = ops[op];
    const value = evaluated(record, values);
    if (value === undefined) return undefined;
    if (record.result === 'bool') return bool(value === true);
    if (record.result === 'real') return real(Number(value));
    return Number.isSafeInteger(value) ? int(Number(value)) : undefined;
  }

  /** The op that made an operand, if it is `op`; `single` asks that nothing else uses it. */
  #made(operand: Operand | undefined, op: OpName, single = false): OpStatement | undefined {
    const statement = this.#context.definitionOf(operand);
    if (statement?.kind !== 'op' || statement.op !== op) return undefined;
    return single && this.#context.usesOf(statement.outs[0]) > 1 ? undefined : statement;
  }

  /**
   * The negation that made a factor: its product is the negative of another, which costs a sum nothing. Also where it has other
   * uses, unless one of these keeps it as it is.
   */
  #negated(factor: Operand): OpStatement | undefined {
    const made = this.#made(factor, 'neg');
    return made !== undefined && this.#context.isYielded(made.outs[0]) ? undefined : made;
  }

  #identity(op: OpName, args: readonly Operand[]): Operand | undefined {
    const x = args[0];
    const y = args[1];
    if (x === undefined) return undefined;
    switch (op) {
      case 'neg': {
        const inner = this.#made(x, 'neg');
        if (inner !== undefined) return inner.args[0];
        const difference = this.#made(x, 'sub', true);
        if (difference !== undefined) return this.#make('sub', ...[...difference.args].reverse());
        const scaled = this.#made(x, 'mul', true);
        const factor = numberOf(scaled?.args[0]);
        if (scaled?.args[1] !== undefined && factor !== undefined) {
          return this.#make('mul', real(-factor), scaled.args[1]);
        }
        return undefined;
      }
      case 'add':
        return y === undefined ? undefined : this.#add(x, y);
      case 'sub': {
        if (numberOf(y) === 0 && !Object.is(numberOf(y), -0)) return x;
        const negated = this.#made(y, 'neg');
        if (negated?.args[0] !== undefined) return this.#make('add', x, negated.args[0]);
        const scaled = this.#made(y, 'mul', true);
        const factor = numberOf(scaled?.args[0]);
        const first = this.#made(x, 'neg', true)?.args[0];
        // -a - b is -(a + b), of which a sum takes the sign.
        if (scaled?.args[1] === undefined || factor === undefined)
          return first && y && this.#make('neg', this.#make('add', first, y));
        if (factor < 0) return this.#make('add', x, this.#make('mul', real(-factor), scaled.args[1]));
        // -a - c·b is (-c)·b - a, one operation less.
        return first && this.#make('sub', this.#make('mul', real(-factor), scaled.args[1]), first);
      }
      case 'mul':
        return y === undefined ? undefined : this.#multiply(x, y);
      case 'div':
        return y === undefined ? undefined : this.#divide(x, y);
      case 'chain': {
        if (numberOf(x) === 0 || numberOf(y) === 0) return real(0);
        const known = numberOf(x) ?? numberOf(y);
        return known === undefined || y === undefined ? undefined : this.#make('mul', x, y);
      }
      case 'powi':
        return numberOf(y) === 1 ? x : numberOf(y) === 0 ? real(1) : undefined;
      case 'pow': {
        const exponent = numberOf(y);
        if (exponent === 0.5) return this.#make('sqrt', x);
        return exponent !== undefined && Number.isInteger(exponent) && Math.abs(exponent) < 2 ** 31
          ? this.#make('powi', x, int(exponent))
          : undefined;
      }
      case 'max':
      case 'min':
        return x === y ? x : undefined;
      case 'select':
      case 'iselect':
      case 'bselect': {
        const z = args[2];
        if (literalOf(x) !== undefined) return literalOf(x)?.value === true ? y : z;
        return y !== undefined && (y === z || sameLiteral(y, z)) ? y : undefined;
      }
      case 'not':
        return this.#made(x, 'not')?.args[0];
      case 'and':
      case 'or': {
        const stop = op === 'or';
        for (const [side, other] of [
          [x, y],
          [y, x],
        ] as const) {
          const known = literalOf(side)?.value;
          if (known !== undefined) return known === stop ? bool(stop) : other;
        }
        return x === y ? x : undefined;
      }
      case 'idivChecked':
      case 'imodChecked':
        return y === undefined || (numberOf(y) ?? 0) === 0 ? undefined : this.#make(uncheckedOp(op), x, y);
      case 'iadd':
      case 'isub':
      case 'imul':
        return y === undefined ? undefined : foldSizes(op, x, y);
      default:
        return undefined;
    }
  }

  #add(x: Operand, y: Operand): Operand | undefined {
    const right = this.#made(y, 'neg');
    if (right?.args[0] !== undefined) return this.#make('sub', x, right.args[0]);
    const left = this.#made(x, 'neg');
    if (left?.args[0] !== undefined) return this.#make('sub', y, left.args[0]);
    const scaled = this.#made(y, 'mul', true);
    const factor = numberOf(scaled?.args[0]);
    if (scaled?.args[1] !== undefined && factor !== undefined && factor < 0) {
      return this.#make('sub', x, this.#make('mul', real(-factor), scaled.args[1]));
    }
    return undefined;
  }

  #multiply(x: Operand, y: Operand): Operand | undefined {
    // Constants stand on the left.
    if (numberOf(x) === undefined && numberOf(y) !== undefined) return this.#make('mul', y, x);
    const factor = numberOf(x);
    if (factor === 1) return y;
    if (factor === -1) return this.#make('neg', y);
    const leftNegated = this.#negated(x);
    const rightNegated = this.#negated(y);
    if (factor !== undefined) {
      if (rightNegated?.args[0] !== undefined) return this.#make('mul', real(-factor), rightNegated.args[0]);
      const inner = this.#made(y, 'mul', true);
      const innerFactor = numberOf(inner?.args[0]);
      if (inner?.args[1] === undefined || innerFactor === undefined) return undefined;
      const exact = isPowerOfTwo(factor) || isPowerOfTwo(innerFactor);
      return exact ? this.#make('mul', real(factor * innerFactor), inner.args[1]) : undefined;
    }
    if (leftNegated?.args[0] !== undefined)
      return this.#make('neg', this.#make('mul', leftNegated.args[0], y));
    if (rightNegated?.args[0] !== undefined)
      return this.#make('neg', this.#make('mul', x, rightNegated.args[0]));
    return this.#timesReciprocal(y, x) ?? this.#timesReciprocal(x, y);
  }

  #timesReciprocal(x: Operand, y: Operand): Operand | undefined {
    const reciprocal = this.#made(y, 'div', true);
    if (reciprocal?.args[1] === undefined || numberOf(reciprocal.args[0]) !== 1) return undefined;
    return this.#make('div', x, reciprocal.args[1]);
  }

  #divide(x: Operand, y: Operand): Operand | undefined {
    const divisor = numberOf(y);
    if (divisor === 1) return x;
    if (divisor !== undefined && isPowerOfTwo(divisor)) return this.#make('mul', real(1 / divisor), x);
    const above = this.#negated(x);
    if (above?.args[0] !== undefined) return this.#make('neg', this.#make('div', above.args[0], y));
    const below = this.#negated(y);
    if (below?.args[0] !== undefined) return this.#make('neg', this.#make('div', x, below.args[0]));
    return undefined;
  }
}

function sameLiteral(a: Operand, b: Operand | undefined): boolean {
  return a.kind === 'literal' && b?.kind === 'literal' && Object.is(a.value, b.value);
}

/** Int arithmetic on sizes and literals stays a polynomial, so that equal extents look equal. */
function foldSizes(op: 'iadd' | 'isub' | 'imul', x: Operand, y: Operand): Operand | undefined {
  const [left, right] = [numberOf(x), numberOf(y)];
  if (op === 'imul' && left === 1) return y;
  if (op === 'imul' && right === 1) return x;
  if (op === 'imul' && (left === 0 || right === 0)) return int(0);
  if (op === 'iadd' && left === 0) return y;
  if (op !== 'imul' && right === 0) return x;
  const [a, b] = [asPolynomial(x), asPolynomial(y)];
  if (a === undefined || b === undefined) return undefined;
  const combine = { iadd: addSizes, isub: subtractSizes, imul: multiplySizes }[op];
  return extent(combine(a, b));
}
