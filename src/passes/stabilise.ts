// Stability before differentiation: expressions that overflow, cancel or have 0/0 in their derivative become primitives
// whose rules do not. The value is the same in exact arithmetic; in floating point it is the better one.

import { bug } from '../base/bug.ts';
import { real } from '../ir/build.ts';
import type { Operand, OpStatement, Program, Statement } from '../ir/types.ts';
import type { OpName } from '../ops/index.ts';
import { isOne, isPure, isZero, type Exponential } from './exponential.ts';
import { Exponentials, isSize } from './exponentials.ts';
import { hintOf, rewrite, type Context } from './rewrite.ts';
import { copied } from './slice.ts';

export function stabilise(program: Program): Program {
  let exponentials: Exponentials | undefined;
  return rewrite(
    program,
    (statement, context) => {
      exponentials ??= new Exponentials(program, context.definitionOf);
      if (statement.kind === 'build') return exponentials.takeBuild(context.b, statement);
      const stable =
        statement.kind === 'op' ? new Stabiliser(context, exponentials, statement).rewritten() : undefined;
      if (stable !== undefined) return [stable];
      exponentials.take(context.b, statement);
      return undefined;
    },
    isConcerned,
  );
}

/** What overflows or cancels holds at least one of these. */
const concerned: ReadonlySet<OpName> = new Set(
  'exp sigmoid log log2 log10 log1p sqrt div'.split(' ') as readonly OpName[],
);

const isConcerned = (statement: Statement): boolean => statement.kind === 'op' && concerned.has(statement.op);

class Stabiliser {
  readonly #context: Context;
  readonly #exponentials: Exponentials;
  readonly #statement: OpStatement;

  constructor(context: Context, exponentials: Exponentials, statement: OpStatement) {
    this.#context = context;
    this.#exponentials = exponentials;
    this.#statement = statement;
  }

  rewritten(): Operand | undefined {
    const [x, y] = this.#statement.args;
    switch (this.#statement.op) {
      case 'log':
        return this.#log(x);
      case 'log2':
      case 'log10': {
        const known = this.#exponentials.of(x);
        const base = this.#statement.op === 'log2' ? Math.LOG2E : Math.LOG10E;
        return known && this.#make('mul', real(base), this.#logOf(known));
      }
      case 'log1p': {
        const known = this.#exponentials.of(x);
        return known && isPure(known) && !known.bounded ? this.#make('softplus', known.exponent) : undefined;
      }
      case 'sub': {
        const exponent = isOne(y) ? this.#argumentOf(x, 'exp') : undefined;
        if (exponent !== undefined) return this.#make('expm1', exponent);
        const logit = isOne(x) ? this.#argumentOf(y, 'sigmoid') : undefined;
        return logit === undefined ? undefined : this.#make('sigmoid', this.#make('neg', logit));
      }
      case 'sqrt':
        return this.#root(x);
      case 'div':
        return this.#quotient(x, y);
      default:
        return undefined;
    }
  }

  #make(op: OpName, ...args: readonly Operand[]): Operand {
    const { b } = this.#context;
    const value = b.op(op, args, hintOf(this.#statement));
    this.#exponentials.made(b, value);
    return value;
  }

  #made(operand: Operand | undefined, op: OpName): OpStatement | undefined {
    const statement = this.#context.definitionOf(operand);
    return statement?.kind === 'op' && statement.op === op ? statement : undefined;
  }

  #argumentOf(operand: Operand | undefined, op: OpName): Operand | undefined {
    return this.#made(operand, op)?.args[0];
  }

  /** e of `1 + e`, either way round. */
  #plusOne(operand: Operand | undefined): Operand | undefined {
    const sum = this.#made(operand, 'add');
    if (sum === undefined) return undefined;
    return isOne(sum.args[0]) ? sum.args[1] : isOne(sum.args[1]) ? sum.args[0] : undefined;
  }

  #root(x: Operand | undefined): Operand | undefined {
    if (x !== undefined && this.#isSumOfSquares(x)) return this.#make('rootOfSquares', x);
    // 0 - x is never -0, whose root is -0, and then the derivative is infinite with the wrong sign.
    const negative = this.#argumentOf(x, 'neg');
    return negative && this.#make('sqrt', this.#make('sub', real(0), negative));
  }

  #log(x: Operand | undefined): Operand | undefined {
    const difference = this.#made(x, 'sub');
    if (difference?.args[1] !== undefined && isOne(difference.args[0])) {
      const other = this.#argumentOf(this.#elementAt(difference.args[1]), 'sigmoid');
      if (other !== undefined) return this.#make('logSigmoid', this.#make('neg', other));
      return this.#make('log1p', this.#make('neg', difference.args[1]));
    }
    const known = this.#exponentials.of(x);
    if (known !== undefined) return this.#logOf(known);
    const more = this.#plusOne(x);
    if (more !== undefined) return this.#make('log1p', more);
    return undefined;
  }

  #logOf({ factor, exponent }: Exponential): Operand {
    return isOne(factor) ? exponent : this.#make('add', this.#make('log', factor), exponent);
  }

  #quotient(x: Operand | undefined, y: Operand | undefined): Operand | undefined {
    const below = this.#exponentials.of(y);
    if (x === undefined || y === undefined || below === undefined || below.bounded) return undefined;
    const above = this.#exponentials.of(x);
    if (above === undefined || above.bounded) {
      const reciprocal = this.#reciprocal(y, below);
      return isOne(x) ? reciprocal : this.#make('mul', x, reciprocal);
    }
    const weighted = isPure(above)
      ? undefined
      : this.#exponentials.sumOver(this.#context.b, this.#context.definitionOf(x), below.exponent);
    const quotient = weighted ?? this.#weight(above, below);
    return isPure(below) ? quotient : this.#make('div', quotient, below.factor);
  }

  /** x / exp(lse), where x is an exponential: of two terms, one in their sum is a logistic function. */
  #weight(above: Exponential, below: Exponential): Operand {
    const { factor, exponent } = above;
    const place = below.terms?.findIndex((term) => term === exponent) ?? -1;
    const isLogSum = this.#context.definitionOf(below.exponent)?.kind === 'reduce';
    const [mine, other] = [below.terms?.[place], below.terms?.[1 - place]];
    const weight =
      mine !== undefined && other !== undefined
        ? this.#make('sigmoid', this.#difference(mine, other))
        : isLogSum
          ? this.#make('softmaxWeight', exponent, below.exponent)
          : this.#make('exp', this.#difference(exponent, below.exponent));
    return isPure(above) ? weight : this.#make('mul', factor, weight);
  }

  #difference(x: Operand, y: Operand): Operand {
    return isZero(y) ? x : isZero(x) ? this.#make('neg', y) : this.#make('sub', x, y);
  }

  /** 1 / y, where y is an exponential. */
  #reciprocal(y: Operand, { factor, exponent, terms }: Exponential): Operand {
    const power = this.#made(y, 'powi');
    const base = this.#exponentials.of(power?.args[0]);
    if (power?.args[0] !== undefined && power.args[1] !== undefined && base !== undefined) {
      return this.#make('powi', this.#reciprocal(power.args[0], base), power.args[1]);
    }
    const [constant, other] = terms ?? [];
    if (constant?.kind === 'literal' && other !== undefined) {
      const logistic = this.#make('sigmoid', this.#difference(constant, other));
      return isZero(constant)
        ? logistic
        : this.#make('mul', real(Math.exp(-Number(constant.value))), logistic);
    }
    const inverse = this.#make('exp', this.#make('neg', exponent));
    return isOne(factor) ? inverse : this.#make('div', inverse, factor);
  }

  /** `p[k]` of an array of probabilities: the element computed afresh where that is a logistic function, so that log(1 - p) can be taken stably. */
  #elementAt(operand: Operand | undefined): Operand | undefined {
    const read = this.#context.definitionOf(operand);
    if (read?.kind !== 'read' || !read.inRange) return undefined;
    const build = this.#context.definitionOf(read.array);
    if (build?.kind !== 'build' || build.axes.length !== read.indices.length) return undefined;
    const result = this.#context.definitionOf(build.body.results[build.outs.indexOf(read.array)]);
    if (result?.kind !== 'op' || result.op !== 'sigmoid') return undefined;
    const bindings = build.axes.map(
      (axis, k) => [axis, read.indices[k] ?? bug('an index is missing')] as const,
    );
    return copied(this.#context.b, build.body, bindings, result.outs)[0];
  }

  /**
   * Whether a value is made from squares so that it is never negative, and smooth: where it is zero it is smallest, so that
   * the root of it is a kind of length.
   */
  #isSumOfSquares(operand: Operand | undefined, depth = 16): boolean {
    const statement = this.#context.definitionOf(operand);
    if (statement === undefined || depth === 0) return false;
    const squares = (side: Operand | undefined): boolean => this.#isSumOfSquares(side, depth - 1);
    const weight = (side: Operand | undefined): boolean =>
      (side?.kind === 'literal' && Number(side.value) >= 0) ||
      isSize(side, this.#context.definitionOf) ||
      squares(side);
    switch (statement.kind) {
      case 'reduce':
        return statement.reducer === 'sum' && squares(statement.body.results[0]);
      case 'if': {
        const results = [statement.then.results[0], statement.otherwise.results[0]];
        return results.some(squares) && results.every(weight);
      }
      case 'read': {
        const build = this.#context.definitionOf(statement.array);
        if (build?.kind !== 'build' || build.axes.length !== statement.indices.length) return false;
        return squares(build.body.results[build.outs.indexOf(statement.array)]);
      }
      case 'op':
        break;
      default:
        return false;
    }
    const [a, b] = statement.args;
    switch (statement.op) {
      case 'exp':
      case 'exp2':
      case 'sigmoid':
      case 'softplus':
        return true;
      case 'powi':
        return b?.kind === 'literal' && Number(b.value) >= 2 && Number(b.value) % 2 === 0;
      case 'mul':
        return a === b || (weight(a) && squares(b)) || (squares(a) && weight(b));
      case 'div':
        return squares(a) && weight(b);
      case 'add':
        return squares(a) && squares(b);
      default:
        return false;
    }
  }
}
