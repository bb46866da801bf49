// Stability before differentiation: expressions that overflow, cancel or have 0/0 in their derivative become primitives
// whose rules do not. The value is the same in exact arithmetic; in floating point it is the better one.

import { bug } from '../base/bug.ts';
import type { BlockBuilder } from '../ir/build.ts';
import type { Operand, OpStatement, Program, Statement, Value } from '../ir/types.ts';
import { cloneBlock } from '../ir/walk.ts';
import type { OpName } from '../ops/index.ts';
import { hintOf, rewrite, type Context } from './rewrite.ts';

export function stabilise(program: Program): Program {
  /** logSumExp of the same elements, for each sum of exponentials seen. */
  const logSums = new Map<number, Value>();
  return rewrite(program, (statement, context) => {
    if (statement.kind === 'reduce') {
      rememberLogSum(statement, context, logSums);
      return undefined;
    }
    if (statement.kind !== 'op') return undefined;
    const stable = new Stabiliser(context, logSums, statement).rewritten();
    return stable === undefined ? undefined : [stable];
  });
}

/** Beside Σ exp(e) puts logSumExp(e); whichever nobody uses is dead code. */
function rememberLogSum(
  statement: Statement & { readonly kind: 'reduce' },
  context: Context,
  logSums: Map<number, Value>,
): void {
  const [out] = statement.outs;
  const exponential = context.definitionOf(statement.body.results[0]);
  if (statement.reducer !== 'sum' || statement.outs.length !== 1 || out === undefined) return;
  if (exponential?.kind !== 'op' || exponential.op !== 'exp') return;
  const { b } = context;
  const index = b.fresh(statement.index.type, statement.index);
  const { block, substitution } = cloneBlock(
    statement.body,
    new Map([[statement.index.id, index]]),
    (value) => b.fresh(value.type, value),
  );
  const exponent = exponential.args[0] ?? bug('exp without an argument');
  const moved = exponent.kind === 'value' ? (substitution.get(exponent.id) ?? exponent) : exponent;
  const logSum = b.fresh(out.type);
  b.push({ ...statement, outs: [logSum], reducer: 'logSumExp', index, body: { ...block, results: [moved] } });
  logSums.set(out.id, logSum);
}

const idOf = (operand: Operand | undefined): number => (operand?.kind === 'value' ? operand.id : -1);

const isOne = (operand: Operand | undefined): boolean => operand?.kind === 'literal' && operand.value === 1;

class Stabiliser {
  readonly #context: Context;
  readonly #logSums: ReadonlyMap<number, Value>;
  readonly #statement: OpStatement;

  constructor(context: Context, logSums: ReadonlyMap<number, Value>, statement: OpStatement) {
    this.#context = context;
    this.#logSums = logSums;
    this.#statement = statement;
  }

  rewritten(): Operand | undefined {
    const [x, y] = this.#statement.args;
    switch (this.#statement.op) {
      case 'log':
        return this.#log(x);
      case 'log1p': {
        const exponent = this.#argumentOf(x, 'exp');
        return exponent === undefined ? undefined : this.#make('softplus', exponent);
      }
      case 'sub': {
        const exponent = isOne(y) ? this.#argumentOf(x, 'exp') : undefined;
        if (exponent !== undefined) return this.#make('expm1', exponent);
        const logit = isOne(x) ? this.#argumentOf(y, 'sigmoid') : undefined;
        return logit === undefined ? undefined : this.#make('sigmoid', this.#make('neg', logit));
      }
      case 'sqrt':
        return x !== undefined && this.#isSumOfSquares(x) ? this.#make('rootOfSquares', x) : undefined;
      case 'div':
        return this.#quotient(x, y);
      default:
        return undefined;
    }
  }

  #make(op: OpName, ...args: readonly Operand[]): Operand {
    return this.#context.b.op(op, args, hintOf(this.#statement));
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

  #log(x: Operand | undefined): Operand | undefined {
    const inner = this.#elementAt(x) ?? x;
    const logit = this.#argumentOf(inner, 'sigmoid');
    if (logit !== undefined) return this.#make('logSigmoid', logit);
    const exponent = this.#argumentOf(inner, 'exp');
    if (exponent !== undefined) return exponent;
    const weight = this.#made(inner, 'softmaxWeight');
    if (weight !== undefined) return this.#make('sub', ...weight.args);
    const logSum = this.#logSums.get(idOf(inner));
    if (logSum !== undefined) return logSum;
    const more = this.#plusOne(inner);
    if (more !== undefined) {
      const power = this.#argumentOf(more, 'exp');
      return power === undefined ? this.#make('log1p', more) : this.#make('softplus', power);
    }
    const difference = this.#made(inner, 'sub');
    if (difference?.args[1] !== undefined && isOne(difference.args[0])) {
      const other = this.#argumentOf(this.#elementAt(difference.args[1]), 'sigmoid');
      if (other !== undefined) return this.#make('logSigmoid', this.#make('neg', other));
      return this.#make('log1p', this.#make('neg', difference.args[1]));
    }
    return undefined;
  }

  #quotient(x: Operand | undefined, y: Operand | undefined): Operand | undefined {
    const other = this.#argumentOf(this.#plusOne(y), 'exp');
    const above = this.#argumentOf(x, 'exp');
    if (other !== undefined && above === other) return this.#make('sigmoid', other);
    if (other !== undefined && x !== undefined) {
      const logistic = this.#make('sigmoid', this.#make('neg', other));
      return isOne(x) ? logistic : this.#make('mul', x, logistic);
    }
    const logSum = this.#logSums.get(idOf(y));
    return above !== undefined && logSum !== undefined
      ? this.#make('softmaxWeight', above, logSum)
      : undefined;
  }

  /** `p[k]` of an array of probabilities: the element computed afresh, so that its logarithm can be taken stably. */
  #elementAt(operand: Operand | undefined): Operand | undefined {
    const read = this.#context.definitionOf(operand);
    if (read?.kind !== 'read' || !read.inRange) return undefined;
    const build = this.#context.definitionOf(read.array);
    if (build?.kind !== 'build' || build.axes.length !== read.indices.length) return undefined;
    const result = this.#context.definitionOf(build.body.results[build.outs.indexOf(read.array)]);
    if (result?.kind !== 'op' || !['sigmoid', 'softmaxWeight', 'exp'].includes(result.op)) return undefined;
    return inlineElement(this.#context.b, build, build.outs.indexOf(read.array), read.indices);
  }

  /** A size as a real: sizes are positive. */
  #isSize(operand: Operand | undefined): boolean {
    const size = this.#argumentOf(operand, 'toReal');
    return size?.kind === 'extent' && size.size.terms.every((term) => term.coefficient > 0);
  }

  #isSumOfSquares(operand: Operand, depth = 16): boolean {
    const statement = this.#context.definitionOf(operand);
    if (statement === undefined || depth === 0) return false;
    if (statement.kind === 'reduce') {
      const [element] = statement.body.results;
      return statement.reducer === 'sum' && element !== undefined && this.#isSumOfSquares(element, depth - 1);
    }
    if (statement.kind !== 'op') return false;
    const [a, b] = statement.args;
    const positive = (side: Operand | undefined): boolean =>
      (side?.kind === 'literal' && Number(side.value) > 0) || this.#isSize(side);
    const squares = (side: Operand | undefined): boolean =>
      side !== undefined && this.#isSumOfSquares(side, depth - 1);
    switch (statement.op) {
      case 'powi':
        return b?.kind === 'literal' && Number(b.value) >= 2 && Number(b.value) % 2 === 0;
      case 'mul':
        return a === b || (positive(a) && squares(b)) || (squares(a) && positive(b));
      case 'div':
        return squares(a) && positive(b);
      case 'add':
        return squares(a) && squares(b);
      default:
        return false;
    }
  }
}

/** Runs the body of a build at the given indices in `b` and yields element `which`. */
export function inlineElement(
  b: BlockBuilder,
  build: Statement & { readonly kind: 'build' },
  which: number,
  indices: readonly Operand[],
): Operand {
  const bindings = new Map(build.axes.map((axis, k) => [axis.id, indices[k] ?? bug('an index is missing')]));
  const { block } = cloneBlock(build.body, bindings, (value) => b.fresh(value.type, value));
  for (const inner of block.statements) b.push(inner);
  return block.results[which] ?? bug('an element is missing');
}
