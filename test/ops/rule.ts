// An evaluator of rule text for the tests of the ops table, independent of the compiler's parser and of both modes:
// it walks the text once and computes a value with its tangent. Calculus comes from the table's own rules.

import { ops, type OpName } from '../../src/ops/index.ts';
import type { OpRecord, ScalarName } from '../../src/ops/types.ts';

export type Scalar = number | boolean;

/** A value with its derivative in some direction. */
export interface Dual {
  readonly value: Scalar;
  readonly tangent: number;
}

export const constant = (value: Scalar): Dual => ({ value, tangent: 0 });

export const record = (op: OpName): OpRecord => ops[op];

/** The names of the real arguments. */
export const activeArgs = (op: OpName): readonly string[] =>
  Object.entries(record(op).args).flatMap(([name, type]) => (type === 'real' ? [name] : []));

export const evaluate = (op: OpName, args: readonly Scalar[]): Scalar =>
  record(op).eval(...(args as never[]));

/** Every tuple of the given values for the arguments of an op. */
export function tuples(
  op: OpName,
  values: Readonly<Record<ScalarName, readonly Scalar[]>>,
): readonly (readonly Scalar[])[] {
  const start: readonly (readonly Scalar[])[] = [[]];
  return Object.values(record(op).args).reduce(
    (all, type) => all.flatMap((tuple) => values[type].map((value) => [...tuple, value])),
    start,
  );
}

/** What the rule says for the partial by the argument of this name; 0 where it is flat. */
export function partial(op: OpName, argument: string, args: readonly Dual[]): Dual {
  const rule = record(op).d[argument];
  if (rule === undefined) throw new Error(`${op} has no rule for ${argument}`);
  if (rule === 'flat') return constant(0);
  const names = new Map(Object.keys(record(op).args).map((name, i) => [name, args[i] ?? constant(NaN)]));
  return new RuleText(rule, names.set('out', apply(op, args))).evaluate();
}

/** The op on duals. A tangent of zero adds nothing, not even an infinite partial. */
function apply(op: OpName, args: readonly Dual[]): Dual {
  const value = evaluate(op, args.map((arg) => arg.value)); // prettier-ignore
  if (record(op).result !== 'real') return constant(value);
  const values = args.map((arg) => constant(arg.value));
  const terms = Object.keys(record(op).args).map((name, i) => {
    const tangent = args[i]?.tangent ?? 0;
    return tangent === 0 ? 0 : tangent * Number(partial(op, name, values).value);
  });
  return { value, tangent: terms.reduce((sum, term) => sum + term, 0) };
}

const levels: readonly Readonly<Record<string, OpName>>[] = [
  { '||': 'or' },
  { '&&': 'and' },
  { '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' },
  { '+': 'add', '-': 'sub' },
  { '*': 'mul', '/': 'div' },
];

class RuleText {
  readonly #tokens: readonly string[];
  readonly #names: ReadonlyMap<string, Dual>;
  #next = 0;

  constructor(text: string, names: ReadonlyMap<string, Dual>) {
    this.#tokens = text.match(/\d[\d.]*(?:e-?\d+)?|\w+|[<>=!]=|&&|\|\||\S/g) ?? [];
    this.#names = names;
  }

  evaluate(): Dual {
    const result = this.#conditional();
    if (this.#next < this.#tokens.length) throw new Error(`unexpected ${this.#tokens[this.#next]}`);
    return result;
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#next] !== token) return false;
    this.#next++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw new Error(`expected ${token}, found ${this.#tokens[this.#next]}`);
  }

  #conditional(): Dual {
    const condition = this.#infix(0);
    if (!this.#accept('?')) return condition;
    const then = this.#conditional();
    this.#expect(':');
    const otherwise = this.#conditional();
    return condition.value === true ? then : otherwise;
  }

  #infix(level: number): Dual {
    const operators = levels[level];
    if (operators === undefined) return this.#prefix();
    let left = this.#infix(level + 1);
    for (;;) {
      const op = operators[this.#tokens[this.#next] ?? ''];
      if (op === undefined) return left;
      this.#next++;
      left = apply(op, [left, this.#infix(level + 1)]);
    }
  }

  #prefix(): Dual {
    if (this.#accept('-')) return apply('neg', [this.#prefix()]);
    if (this.#accept('!')) return apply('not', [this.#prefix()]);
    if (this.#accept('(')) {
      const inner = this.#conditional();
      this.#expect(')');
      return inner;
    }
    const token = this.#tokens[this.#next++] ?? 'nothing';
    if (/^\d/.test(token)) return constant(Number(token));
    if (!this.#accept('(')) {
      const value = this.#names.get(token);
      if (value === undefined) throw new Error(`${token} is neither an argument nor out`);
      return value;
    }
    const args = [this.#conditional()];
    while (this.#accept(',')) args.push(this.#conditional());
    this.#expect(')');
    if (!Object.hasOwn(ops, token)) throw new Error(`${token} is not an op`);
    if (args.length !== Object.keys(record(token as OpName).args).length)
      throw new Error(`${token} of ${args.length}`);
    return apply(token as OpName, args);
  }
}
