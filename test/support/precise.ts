// The meaning of a program in exact sums and products and functions good to 40 digits: an interpreter of the IR on the numbers of
// fixed.ts. It is there to measure how far results in doubles are off, so it knows the ops of the models that are measured.

import { evaluate } from '../../src/base/polynomial.ts';
import { bindSizes } from '../../src/ir/bind.ts';
import type { Block, Operand, Program, Statement, Value } from '../../src/ir/types.ts';
import { ops, type OpName } from '../../src/ops/index.ts';
import type { Arguments } from '../loops/run.ts';
import { cos, divide, double, exp, fixed, lgamma, log, multiply, one, sigmoid, sin, sqrt, tanh } from './fixed.ts'; // prettier-ignore

/** A real is a bigint, an int a number. */
type Scalar = bigint | number | boolean;
type Cell = Scalar | Scalar[];

/** What yields a real or compares reals; all other ops are on ints and bools. */
const real: Partial<Record<OpName, (...args: readonly bigint[]) => bigint | boolean>> = {
  add: (a = 0n, b = 0n) => a + b,
  sub: (a = 0n, b = 0n) => a - b,
  mul: (a = 0n, b = 0n) => multiply(a, b),
  div: (a = 0n, b = 0n) => divide(a, b),
  neg: (a = 0n) => -a,
  abs: (a = 0n) => (a < 0n ? -a : a),
  max: (a = 0n, b = 0n) => (a > b ? a : b),
  min: (a = 0n, b = 0n) => (a < b ? a : b),
  exp: (a = 0n) => exp(a),
  log: (a = 0n) => log(a),
  sqrt: (a = 0n) => sqrt(a),
  sin: (a = 0n) => sin(a),
  cos: (a = 0n) => cos(a),
  tanh: (a = 0n) => tanh(a),
  sigmoid: (a = 0n) => sigmoid(a),
  logSigmoid: (a = 0n) => log(sigmoid(a)),
  lgamma: (a = 0n) => lgamma(a),
  rootOfSquares: (a = 0n) => sqrt(a),
  softmaxWeight: (a = 0n, total = 0n) => exp(a - total),
  chain: (g = 0n, partial = 0n) => (g === 0n ? 0n : multiply(g, partial)),
  lt: (a = 0n, b = 0n) => a < b,
  le: (a = 0n, b = 0n) => a <= b,
  gt: (a = 0n, b = 0n) => a > b,
  ge: (a = 0n, b = 0n) => a >= b,
  eq: (a = 0n, b = 0n) => a === b,
  ne: (a = 0n, b = 0n) => a !== b,
};

function computed(op: OpName, args: readonly Scalar[]): Scalar {
  const [a, b, c] = args;
  if (op === 'toReal') return fixed(Number(a));
  if (op === 'select') return (a === true ? b : c) ?? NaN;
  if (op === 'powi') {
    let power = one;
    for (let k = 0; k < Math.abs(Number(b)); k++) power = multiply(power, a as bigint);
    return Number(b) < 0 ? divide(one, power) : power;
  }
  const rule = real[op];
  if (rule !== undefined) return rule(...(args as readonly bigint[]));
  if (args.some((arg) => typeof arg === 'bigint') || ops[op].result === 'real')
    throw new Error(`${op} is not known to 40 digits`);
  return (ops[op].eval as (...args: readonly Scalar[]) => Scalar)(...args);
}

/** What the program yields, in the nearest doubles: `loss`, `gradient.w`. */
export function precisely(
  program: Program,
  { sizes, inputs }: Arguments,
): Readonly<Record<string, readonly number[]>> {
  const cells = new Map<Value, Cell>();
  const sizeOf = bindSizes(program, sizes);
  const lengthOf = ({ type: { dims } }: Value, from = 0): number =>
    dims.slice(from).reduce((product, dim) => product * evaluate(dim, sizeOf), 1);

  function cell(operand: Operand | undefined): Cell {
    if (operand?.kind === 'value') {
      const found = cells.get(operand);
      if (found === undefined) throw new Error(`%${operand.id} has no value`);
      return found;
    }
    if (operand?.kind === 'extent') return evaluate(operand.size, sizeOf);
    if (operand === undefined) throw new Error('an operand is missing');
    return operand.type.scalar === 'real' ? fixed(Number(operand.value)) : operand.value;
  }
  const scalar = (operand: Operand | undefined): Scalar => cell(operand) as Scalar;
  const array = (operand: Operand | undefined): Scalar[] => cell(operand) as Scalar[];
  const zero = ({ type }: Value): Scalar => (type.scalar === 'real' ? 0n : type.scalar === 'int' ? 0 : false);

  function offset(of: Value, indices: readonly Operand[]): number {
    return indices.reduce((sum, index, axis) => {
      const dim = of.type.dims[axis];
      return sum * (dim === undefined ? 0 : evaluate(dim, sizeOf)) + Number(scalar(index));
    }, 0);
  }

  function put(into: Scalar[], at: number, content: Cell): void {
    if (!Array.isArray(content)) into[at] = content;
    else for (let i = 0; i < content.length; i++) into[at + i] = content[i] ?? NaN;
  }

  function run(block: Block): readonly Cell[] {
    for (const statement of block.statements) step(statement);
    return block.results.map(cell);
  }

  function each(
    statement: { readonly index: Value; readonly from: Operand; readonly to: Operand },
    body: Block,
  ) {
    const rows: (readonly Cell[])[] = [];
    for (let i = Number(scalar(statement.from)); i < Number(scalar(statement.to)); i++) {
      cells.set(statement.index, i);
      rows.push(run(body));
    }
    return rows;
  }

  function step(statement: Statement): void {
    const [out] = statement.outs;
    const set = (value: Cell): void => void (out !== undefined && cells.set(out, value));
    switch (statement.kind) {
      case 'op':
        return set(computed(statement.op, statement.args.map(scalar)));
      case 'read':
        return set(array(statement.array)[offset(statement.array, statement.indices)] ?? NaN);
      case 'row': {
        const length = lengthOf(statement.array, statement.indices.length);
        const at = offset(statement.array, statement.indices) * length;
        return set(array(statement.array).slice(at, at + length));
      }
      case 'set': {
        const changed = array(statement.array).slice();
        const length = lengthOf(statement.array, statement.indices.length);
        put(changed, offset(statement.array, statement.indices) * length, cell(statement.value));
        return set(changed);
      }
      case 'list':
        return set(statement.elements.flatMap((element) => cell(element)));
      case 'build': {
        const extents = statement.axes.map((_, k) => {
          const dim = out?.type.dims[k];
          return dim === undefined ? 0 : evaluate(dim, sizeOf);
        });
        const arrays = statement.outs.map((): Scalar[] => []);
        const visit = (axis: number): void => {
          const index = statement.axes[axis];
          if (index === undefined) {
            run(statement.body).forEach((result, i) => arrays[i]?.push(...[result].flat()));
            return;
          }
          for (let i = 0; i < (extents[axis] ?? 0); i++) {
            cells.set(index, i);
            visit(axis + 1);
          }
        };
        visit(0);
        statement.outs.forEach((each, i) => cells.set(each, arrays[i] ?? []));
        return;
      }
      case 'reduce': {
        const rows = each(statement, statement.body) as readonly (readonly bigint[])[];
        if (statement.reducer === 'sum' && statement.outs.every(({ type }) => type.scalar === 'real')) {
          statement.outs.forEach((sum, i) =>
            cells.set(
              sum,
              rows.reduce((total, row) => total + (row[i] ?? 0n), 0n),
            ),
          );
          return;
        }
        if (statement.reducer !== 'logSumExp')
          throw new Error(`${statement.reducer} is not known to 40 digits`);
        return set(log(rows.reduce((total, [x = 0n]) => total + exp(x), 0n)));
      }
      case 'if': {
        const results = run(scalar(statement.condition) === true ? statement.then : statement.otherwise);
        statement.outs.forEach((each, i) => cells.set(each, results[i] ?? NaN));
        return;
      }
      case 'open': {
        const initial = statement.initial === undefined ? undefined : [cell(statement.initial)].flat();
        const filled =
          initial ?? Array.from({ length: lengthOf(statement.outs[0]) }, () => zero(statement.outs[0]));
        return set(filled.slice());
      }
      case 'add': {
        const into = array(statement.accumulator);
        const at = offset(statement.accumulator, statement.indices);
        into[at] = (into[at] as bigint) + (scalar(statement.value) as bigint);
        return;
      }
      case 'freeze': {
        const content = array(statement.accumulator);
        return set(statement.accumulator.type.dims.length === 0 ? (content[0] ?? NaN) : content);
      }
      case 'for':
        each(statement, statement.body);
        return;
      case 'loop': {
        if (statement.condition !== undefined)
          throw new Error('loops with conditions are not known to 40 digits');
        const { state, index, order } = statement;
        const [from, to] = [Number(scalar(statement.from)), Number(scalar(statement.to))];
        let current = state.map(({ initial }) => cell(initial));
        const histories = statement.outs
          .slice(state.length)
          .map((history) => Array.from({ length: lengthOf(history) }, () => zero(history)));
        for (let trip = 0; trip < to - from; trip++) {
          const row = order === 'up' ? trip : to - from - 1 - trip;
          cells.set(index, from + row);
          state.forEach(({ value }, k) => cells.set(value, current[k] ?? NaN));
          const results = run(statement.body);
          current = results.slice(0, state.length);
          results.slice(state.length).forEach((result, k) => {
            put(histories[k] ?? [], row * [result].flat().length, result);
          });
        }
        statement.outs.forEach((each, k) =>
          cells.set(each, current[k] ?? histories[k - state.length] ?? NaN),
        );
        return;
      }
      case 'rule':
        throw new Error('rules are not known to 40 digits');
    }
  }

  for (const { role, name, value } of program.inputs) {
    const given = (role === 'param' ? inputs.params : inputs.data)?.[name];
    const content = (typeof given === 'object' ? Array.from(given) : [given]).map((each): Scalar =>
      value.type.scalar === 'real'
        ? fixed(Number(each))
        : value.type.scalar === 'int'
          ? Number(each)
          : each === true,
    );
    cells.set(value, value.type.dims.length === 0 ? (content[0] ?? NaN) : content);
  }
  const results = run(program.body);
  return Object.fromEntries(
    program.outputs.map(({ role, name }, i) => [
      role === 'loss' ? 'loss' : `${role}.${name}`,
      [results[i] ?? NaN].flat().map((each) => (typeof each === 'bigint' ? double(each) : Number(each))),
    ]),
  );
}
