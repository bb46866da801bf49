// What is known of values that are made from exponentials: each is a factor times exp(an exponent), and neither of the two
// overflows where the value does. Sums take the largest exponent out, branches and arrays pass it on. stabilise.ts asks
// where a logarithm is taken and where something is divided.

import { activeValues } from '../ad/activity.ts';
import { bug } from '../base/bug.ts';
import { asPolynomial, int, real, type BlockBuilder } from '../ir/build.ts';
import type { Block, BuildStatement, Operand, OpStatement, Program, Statement, Value } from '../ir/types.ts';
import {
  constantOf, exponentialOf, isOne, isPure, isZero, lessOne, negated, one, plus, powerOf, productOf, shiftBy, shifted, sumOf, times, withParts, type Exponential,
} from './exponential.ts'; // prettier-ignore
import { copied, hasLoop, sliceOf, storeInArrays, type Bindings } from './slice.ts';
import { wantedIn } from './wanted.ts';

type Reduction = Statement & { readonly kind: 'reduce' };
type Branch = Statement & { readonly kind: 'if' };

/** An array whose elements are exponentials: `element` is in terms of the body of the build. */
interface Elements {
  readonly build: BuildStatement;
  readonly element: Exponential;
}

export class Exponentials {
  /** Values of which somebody may ask; nothing is built for others. */
  readonly #wanted: Set<number>;
  readonly #known = new Map<number, Exponential>();
  readonly #arrays = new Map<number, Elements>();
  readonly #definitionOf: (operand: Operand | undefined) => Statement | undefined;

  readonly #active: ReadonlySet<number>;
  /** Values from here on are not of the program, so nobody knows whether they are active. */
  readonly #firstNew: number;

  constructor(program: Program, definitionOf: (operand: Operand | undefined) => Statement | undefined) {
    this.#active = activeValues(program);
    this.#firstNew = program.nextId;
    this.#wanted = wantedIn(program);
    this.#definitionOf = definitionOf;
  }

  of(operand: Operand | undefined): Exponential | undefined {
    return operand?.kind === 'value' ? this.#known.get(operand.id) : undefined;
  }

  /** Takes in an op that a rewriting made. */
  made(b: BlockBuilder, value: Value): void {
    this.#wanted.add(value.id);
    const statement = this.#definitionOf(value);
    if (statement !== undefined) this.take(b, statement);
  }

  /** Takes in a statement; what it takes to know its exponent is put beside it, and is dead code if nobody asks. */
  take(b: BlockBuilder, statement: Statement): void {
    if (!statement.outs.some((out) => this.#wanted.has(out.id))) return;
    const [out] = statement.outs;
    const found = this.#find(b, statement);
    if (out !== undefined && found !== undefined) this.#known.set(out.id, found);
  }

  #find(b: BlockBuilder, statement: Statement): Exponential | undefined {
    switch (statement.kind) {
      case 'op':
        return this.#op(b, statement);
      case 'read':
        return this.#read(b, statement);
      case 'reduce':
        return this.#reduction(b, statement);
      case 'if':
        return this.#branch(b, statement);
      default:
        return undefined;
    }
  }

  // ---- ops

  #op(b: BlockBuilder, { op, args }: OpStatement): Exponential | undefined {
    const [x, y] = args;
    if (x === undefined) return undefined;
    const [left, right] = [this.of(x), this.of(y)];
    switch (op) {
      case 'exp':
        return exponentialOf(x);
      case 'exp2':
        return exponentialOf(b.op('mul', [real(Math.LN2), x]));
      case 'expm1':
        return lessOne(b, x);
      case 'sigmoid':
        return exponentialOf(b.op('logSigmoid', [x]), true);
      case 'softmaxWeight':
        return exponentialOf(b.op('sub', args), true);
      case 'neg':
        return left && negated(b, left);
      case 'mul':
        if (left === undefined) return right && this.#scaled(b, right, x);
        return right === undefined ? y && this.#scaled(b, left, y) : productOf(b, left, right);
      case 'div':
        return left && y && right === undefined ? this.#divided(b, left, y) : undefined;
      case 'add':
        return y && this.#add(b, x, y);
      case 'sub':
        return right && this.#subtract(b, x, right);
      case 'powi':
        return left && y && powerOf(b, left, y);
      case 'sqrt':
      case 'rootOfSquares':
        return left && isPure(left)
          ? withParts(left, { factor: one, exponent: b.op('mul', [real(0.5), left.exponent]) })
          : undefined;
      default:
        return undefined;
    }
  }

  #subtract(b: BlockBuilder, x: Operand, right: Exponential): Exponential | undefined {
    const left = this.of(x);
    if (left !== undefined) return sumOf(b, left, negated(b, right));
    return isOne(x) && isPure(right) && !right.bounded ? negated(b, lessOne(b, right.exponent)) : undefined;
  }

  #scaled(b: BlockBuilder, of: Exponential, factor: Operand): Exponential {
    const { exponent } = of;
    const logarithm = this.#logOfConstant(b, factor);
    if (logarithm !== undefined)
      return withParts(of, { factor: of.factor, exponent: plus(b, logarithm, exponent) });
    const varies = of.varies || this.#varies(factor);
    return { factor: times(b, factor, of.factor), exponent, varies, bounded: of.bounded };
  }

  #divided(b: BlockBuilder, of: Exponential, divisor: Operand): Exponential {
    const { exponent } = of;
    const logarithm = this.#logOfConstant(b, divisor);
    if (logarithm !== undefined)
      return withParts(of, { factor: of.factor, exponent: b.op('sub', [exponent, logarithm]) });
    const varies = of.varies || this.#varies(divisor);
    return { factor: b.op('div', [of.factor, divisor]), exponent, varies, bounded: of.bounded };
  }

  /** Whether a value may depend on a parameter. */
  #varies(operand: Operand): boolean {
    if (operand.kind !== 'value') return false;
    return operand.id >= this.#firstNew || this.#active.has(operand.id);
  }

  /** The logarithm of a positive literal, or of a size. */
  #logOfConstant(b: BlockBuilder, operand: Operand): Operand | undefined {
    if (operand.kind === 'literal') {
      return Number(operand.value) > 0 ? real(Math.log(Number(operand.value))) : undefined;
    }
    return isSize(operand, this.#definitionOf) ? b.op('log', [operand]) : undefined;
  }

  #add(b: BlockBuilder, x: Operand, y: Operand): Exponential | undefined {
    const [left, right] = [this.of(x), this.of(y)];
    if (left !== undefined && right !== undefined) return sumOf(b, left, right);
    const [known, other] = left === undefined ? [right, x] : [left, y];
    if (known === undefined || known.bounded || !isPure(known) || other.kind !== 'literal') return undefined;
    const constant = Number(other.value) > 0 ? constantOf(other) : undefined;
    return constant && sumOf(b, constant, known);
  }

  // ---- reductions and branches

  #reduction(b: BlockBuilder, sum: Reduction): Exponential | undefined {
    const element = this.of(sum.body.results[0]);
    if (sum.outs.length !== 1 || element === undefined) return undefined;
    const range = { from: sum.from, to: sum.to, name: sum.index.name };
    const over = (
      reducer: 'logSumExp' | 'max' | 'sum',
      of: (inner: BlockBuilder, found: Exponential) => Operand,
    ) => {
      const [out] = b.reduce(reducer, range, (inner, index) =>
        of(inner, copyOf(inner, sum.body, [[sum.index, index]], element)),
      );
      return out ?? bug('a reduction without a value');
    };
    if (sum.reducer === 'prod' && isPure(element)) {
      return exponentialOf(
        over('sum', (_, { exponent }) => exponent),
        element.bounded,
      );
    }
    if (sum.reducer !== 'sum' || element.bounded) return undefined;
    if (isPure(element)) return exponentialOf(over('logSumExp', (_, { exponent }) => exponent));
    const { varies } = element;
    if (sliceOf(sum.body, [element.exponent]).length === 0) {
      const { exponent } = element;
      return { factor: over('sum', (_, { factor }) => factor), exponent, varies, bounded: false };
    }
    const exponent = shiftBy(b, varies, (of) => over('max', of));
    const factor = over('sum', (inner, term) => shifted(inner, term, exponent));
    return { factor, exponent, varies, bounded: false };
  }

  /**
   * A sum over what has this exponent: the sum of its factors, each with its weight. The weights are an array, so that sums
   * of the same weights with other factors share them.
   */
  sumOver(b: BlockBuilder, sum: Statement | undefined, exponent: Operand): Operand | undefined {
    if (sum?.kind !== 'reduce' || sum.reducer !== 'sum') return undefined;
    const element = this.of(sum.body.results[0]);
    const size = asPolynomial(sum.to);
    if (element === undefined || size === undefined || !isZero(sum.from)) return undefined;
    const { index } = sum;
    const weights = b.build(
      [size],
      (inner, [at = index]) => {
        const [mine = exponent] = copied(inner, sum.body, [[index, at]], [element.exponent]);
        return inner.op('softmaxWeight', [mine, exponent]);
      },
      { indexNames: [index.name] },
    );
    const [out] = b.reduce('sum', { from: sum.from, to: sum.to, name: index.name }, (inner, at) => {
      const [factor = one] = copied(inner, sum.body, [[index, at]], [element.factor]);
      return times(inner, factor, inner.read(weights, [at]));
    });
    return out;
  }

  #branch(b: BlockBuilder, branch: Branch): Exponential | undefined {
    const results = [branch.then.results[0], branch.otherwise.results[0]];
    if (branch.outs.length !== 1) return undefined;
    const [then, otherwise] = results.map((result) => this.of(result) ?? constantOf(result));
    if (then === undefined || otherwise === undefined) return undefined;
    const found = results.flatMap((result) => this.of(result) ?? []);
    if (found.length === 0) return undefined;
    const pure = isPure(then) && isPure(otherwise);
    const yields =
      (block: Block, { factor, exponent }: Exponential) =>
      (inner: BlockBuilder) =>
        copied(inner, block, [], pure ? [exponent] : [exponent, factor]);
    const [exponent, factor = one] = b.branch(
      branch.condition,
      yields(branch.then, then),
      yields(branch.otherwise, otherwise),
    );
    if (exponent === undefined) return undefined;
    const varies = then.varies || otherwise.varies;
    return { factor, exponent, varies, bounded: found.every(({ bounded }) => bounded) };
  }

  // ---- arrays

  /** Remembers the elements of a build; sums in them are put into arrays before, so that a read computes none again. */
  takeBuild(b: BlockBuilder, before: BuildStatement): readonly Operand[] | undefined {
    const elements = before.outs.map((out, i) => {
      const isElement = this.#wanted.has(out.id) && out.type.dims.length === before.axes.length;
      return isElement ? this.of(before.body.results[i]) : undefined;
    });
    const parts = elements.flatMap((element) => (element ? [element.factor, element.exponent] : []));
    const sums = sliceOf(before.body, parts).filter(hasLoop);
    if (parts.length === 0 || sums.some((sum) => sum.outs.some((out) => out.type.dims.length > 0)))
      return undefined;
    const body = storeInArrays(b, before, sums);
    const build = { ...before, body, outs: before.outs.map((out) => b.fresh(out.type, out)) };
    if (sums.length > 0) b.push(build);
    const outs = sums.length > 0 ? build.outs : before.outs;
    elements.forEach((element, i) => {
      const out = outs[i];
      if (element !== undefined && out !== undefined) this.#arrays.set(out.id, { build, element });
    });
    return sums.length > 0 ? outs : undefined;
  }

  #read(b: BlockBuilder, read: Statement & { readonly kind: 'read' }): Exponential | undefined {
    const found = this.#arrays.get(read.array.id);
    if (found === undefined || !read.inRange) return undefined;
    const bindings = found.build.axes.map((axis, k) => [axis, read.indices[k] ?? int(0)] as const);
    return copyOf(b, found.build.body, bindings, found.element);
  }
}

/** A size as a real: sizes are positive. */
export function isSize(
  operand: Operand | undefined,
  definitionOf: (operand: Operand | undefined) => Statement | undefined,
): boolean {
  const made = definitionOf(operand);
  const size = made?.kind === 'op' && made.op === 'toReal' ? made.args[0] : undefined;
  return size?.kind === 'extent' && size.size.terms.every((term) => term.coefficient > 0);
}

/** What `element` is for the body run again in `b`, its indices replaced. */
function copyOf(b: BlockBuilder, body: Block, bindings: Bindings, element: Exponential): Exponential {
  const [exponent, factor] = copied(b, body, bindings, [element.exponent, element.factor]);
  if (exponent === undefined || factor === undefined) return bug('a part of an exponential is missing');
  return withParts(element, { factor, exponent });
}
