// Where values are not zero, as far as conditions on indices tell: what `passes/zeros.ts` knows of `j <= i ? a[i, j] : 0`.

import { asPolynomial } from '../ir/build.ts';
import * as polynomial from '../base/polynomial.ts';
import type { Polynomial } from '../base/polynomial.ts';
import type { Block, Operand, Statement, Value } from '../ir/types.ts';
import { blocksOf } from '../ir/walk.ts';

/** Polynomials in sizes and indices of which none is negative where a value is not zero; nothing, where it is always zero. */
export type Support = readonly Polynomial[] | undefined;

export const atom = (id: number): string => `%${id}`;
export const isAtom = (symbol: string): boolean => symbol.startsWith('%');
export const atomsOf = (p: Polynomial): readonly string[] => polynomial.symbolsOf(p).filter(isAtom);

/** Whether each fact holds wherever those of the other hold: it is one of them, or less than one by a constant. */
const follows = (fact: Polynomial, from: readonly Polynomial[]): boolean =>
  from.some((other) => (polynomial.asConstant(polynomial.subtract(fact, other)) ?? -1) >= 0);

/** The other facts: each is there once. */
const without = (facts: readonly Polynomial[], others: readonly Polynomial[]): readonly Polynomial[] =>
  others.filter((other) => facts.every(({ key }) => key !== other.key));

/** Where either is not zero. */
export function either(a: Support, b: Support): Support {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return [...a.filter((fact) => follows(fact, b)), ...without(a, b).filter((fact) => follows(fact, a))];
}

/** Where both are not zero; nowhere, where facts contradict each other. */
function both(a: Support, b: Support): Support {
  if (a === undefined || b === undefined) return undefined;
  const all = [...a, ...without(a, b)];
  return all.some((fact) => (polynomial.asConstant(fact) ?? 0) < 0) ? undefined : all;
}

/** Nothing is known. */
const none: readonly Polynomial[] = [];

const isRealZero = (operand: Operand): boolean =>
  operand.kind === 'literal' && operand.type.scalar === 'real' && operand.value === 0;

export class Supports {
  /** The indices that facts mention. */
  readonly indices = new Map<string, Value>();
  readonly #definitions: ReadonlyMap<number, Statement>;
  readonly #known = new Map<number, Support>();
  readonly #polynomials = new Map<number, Polynomial>();

  constructor(definitions: ReadonlyMap<number, Statement>) {
    this.#definitions = definitions;
  }

  /** Whether a statement yields a literal zero or something else, as a condition on ints says. */
  choosesZero(statement: Statement): boolean {
    if (statement.kind === 'if') {
      const { then, otherwise, condition } = statement;
      return [...then.results, ...otherwise.results].some(isRealZero) && this.#tells(condition);
    }
    if (statement.kind !== 'op' || statement.op !== 'select') return false;
    const [condition, ...arms] = statement.args;
    return condition !== undefined && arms.some(isRealZero) && this.#tells(condition);
  }

  #tells = (condition: Operand): boolean =>
    this.#facts(condition, true) !== none || this.#facts(condition, false) !== none;

  /** Looks at values in the order in which they are computed, so that those that they are made of are known. */
  note(block: Block): void {
    for (const statement of block.statements) {
      blocksOf(statement).forEach((inner) => this.note(inner));
      if (statement.kind === 'op' || statement.kind === 'read' || statement.kind === 'if')
        statement.outs.forEach((out) => this.of(out));
    }
  }

  of(operand: Operand | undefined): Support {
    if (operand?.kind !== 'value') return none;
    const { id } = operand;
    if (!this.#known.has(id)) this.#known.set(id, this.#ofValue(operand));
    return this.#known.get(id);
  }

  #ofValue(operand: Value): Support {
    const statement = this.#definitions.get(operand.id);
    switch (statement?.kind) {
      case 'op':
        return this.#ofOp(statement.op, statement.args);
      case 'if': {
        const out = statement.outs.findIndex((each) => each === operand);
        return either(
          this.#ofArm(statement.condition, true, statement.then.results[out]),
          this.#ofArm(statement.condition, false, statement.otherwise.results[out]),
        );
      }
      case 'read':
        return statement.inRange ? this.#ofElement(statement.array, statement.indices) : none;
      default:
        return none;
    }
  }

  #ofOp(op: string, args: readonly Operand[]): Support {
    const [a, b, c] = args;
    switch (op) {
      case 'neg':
        return this.of(a);
      case 'powi':
        return b?.kind === 'literal' && Number(b.value) > 0 ? this.of(a) : none;
      case 'mul':
        return both(this.of(a), this.of(b));
      case 'add':
      case 'sub':
        return either(this.of(a), this.of(b));
      case 'select':
        return a === undefined ? none : either(this.#ofArm(a, true, b), this.#ofArm(a, false, c));
      default:
        return none;
    }
  }

  #ofArm(condition: Operand, holds: boolean, result: Operand | undefined): Support {
    const isZero = result !== undefined && isRealZero(result);
    return both(this.#facts(condition, holds), isZero ? undefined : this.of(result));
  }

  #ofElement(array: Value, indices: readonly Operand[]): Support {
    const build = this.#definitions.get(array.id);
    const [first, ...rest] = indices;
    if (build?.kind === 'list' && first?.kind === 'literal') {
      const element = build.elements[Number(first.value)];
      return rest.length > 0 && element?.kind === 'value' ? this.#ofElement(element, rest) : this.of(element);
    }
    if (build?.kind !== 'build' || build.axes.length !== indices.length) return none;
    const support = this.of(build.body.results[build.outs.findIndex((each) => each === array)]);
    if (support === undefined) return undefined;
    const places = new Map(build.axes.map((axis, k) => [atom(axis.id), this.#affine(indices[k])] as const));
    // What else a fact mentions is known only inside the comprehension.
    const here = support
      .filter((fact) => atomsOf(fact).every((each) => places.has(each)))
      .map((fact) => polynomial.substitute(fact, (name) => places.get(name)));
    return both(here, []);
  }

  /** An int as a polynomial in sizes and indices; what is neither a sum, a difference nor a multiple counts as an index. */
  #affine(operand: Operand | undefined): Polynomial {
    if (operand === undefined) return polynomial.zero;
    const size = asPolynomial(operand);
    if (size !== undefined) return size;
    if (operand.kind !== 'value') return polynomial.zero;
    let found = this.#polynomials.get(operand.id);
    if (found === undefined) {
      found = this.#computed(operand);
      this.#polynomials.set(operand.id, found);
    }
    return found;
  }

  #computed(operand: Value): Polynomial {
    const statement = this.#definitions.get(operand.id);
    if (statement?.kind === 'op') {
      const [a, b] = statement.args;
      if (statement.op === 'iadd') return polynomial.add(this.#affine(a), this.#affine(b));
      if (statement.op === 'isub') return polynomial.subtract(this.#affine(a), this.#affine(b));
      if (statement.op === 'ineg') return polynomial.negate(this.#affine(a));
    }
    this.indices.set(atom(operand.id), operand);
    return polynomial.symbol(atom(operand.id));
  }

  /** What holds where a condition does, or where it does not. */
  #facts(condition: Operand, holds: boolean): Support {
    const statement = condition.kind === 'value' ? this.#definitions.get(condition.id) : undefined;
    if (statement?.kind !== 'op') return none;
    const [a, b] = statement.args;
    if (a === undefined) return none;
    const atLeast = (x: Operand | undefined, y: Operand | undefined, more = 0): Polynomial =>
      polynomial.subtract(polynomial.subtract(this.#affine(x), this.#affine(y)), polynomial.constant(more));
    switch (statement.op) {
      case 'ieq':
        return holds ? [atLeast(a, b), atLeast(b, a)] : none;
      case 'ine':
        return holds ? none : [atLeast(a, b), atLeast(b, a)];
      case 'ilt':
        return [holds ? atLeast(b, a, 1) : atLeast(a, b)];
      case 'ile':
        return [holds ? atLeast(b, a) : atLeast(a, b, 1)];
      case 'igt':
        return [holds ? atLeast(a, b, 1) : atLeast(b, a)];
      case 'ige':
        return [holds ? atLeast(a, b) : atLeast(b, a, 1)];
      case 'not':
        return this.#facts(a, !holds);
      case 'and':
        return holds && b !== undefined ? both(this.#facts(a, true), this.#facts(b, true)) : none;
      case 'or':
        return !holds && b !== undefined ? both(this.#facts(a, false), this.#facts(b, false)) : none;
      default:
        return none;
    }
  }
}
