// The engine of the interpreter. It favours being obviously right over speed, yet turns every statement into a closure
// once, so that loops do not look at the text again.

import { bug } from '../base/bug.ts';
import { print as printSize, type Polynomial } from '../base/polynomial.ts';
import { ops } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';
import { reduction } from './reduction.ts';
import { bool, nameOf } from './build.ts';
import type { Block, BuildStatement, ListStatement, LoopStatement, Operand, RowStatement, Scalar, SetStatement, Statement, Value } from './types.ts'; // prettier-ignore

/** What a value holds while a program runs: a scalar, or an array flat in row-major order with bools as 0 and 1. */
export type Cell = number | boolean | Float64Array;
type Run = () => void;

/** A place in an array: the extents of its axes. */
type Shape = readonly number[];

export class Machine {
  /** What each value holds now, by id; literals and extents have cells behind those. */
  readonly cells: Cell[] = [];
  readonly extentOf: (size: Polynomial) => number;
  readonly #round: (value: number) => number;
  readonly #stop: (value: number) => number;

  constructor(
    values: number,
    extentOf: (size: Polynomial) => number,
    round: (value: number) => number,
    stop = ops.stop.eval as (value: number) => number,
  ) {
    this.cells.length = values;
    this.cells.fill(0);
    this.extentOf = extentOf;
    this.#round = round;
    this.#stop = stop;
  }

  /** Gives an input its content. */
  enter(value: Value, content: Cell): void {
    const rounds = value.type.scalar === 'real';
    if (!rounds || typeof content === 'boolean') this.cells[value.id] = content;
    else this.cells[value.id] = typeof content === 'number' ? this.#round(content) : content.map(this.#round);
  }

  cellOf(operand: Operand): number {
    switch (operand.kind) {
      case 'value':
        return operand.id;
      case 'literal':
        return (
          this.cells.push(
            operand.type.scalar === 'real' ? this.#round(Number(operand.value)) : operand.value,
          ) - 1
        );
      case 'extent':
        return this.cells.push(this.extentOf(operand.size)) - 1;
    }
  }

  block(block: Block): Run {
    const steps = block.statements.map((statement) => this.#statement(statement));
    return () => {
      for (const step of steps) step();
    };
  }

  #statement(statement: Statement): Run {
    const { cells } = this;
    switch (statement.kind) {
      case 'op':
        return this.#op(statement.outs[0].id, ops[statement.op], statement.args);
      case 'read': {
        const out = statement.outs[0].id;
        const array = statement.array.id;
        const isBool = statement.array.type.scalar === 'bool';
        const place = this.#place(statement.array, statement.indices);
        return () => {
          const element = (cells[array] as Float64Array)[place()] ?? bug('a read past the end');
          cells[out] = isBool ? element !== 0 : element;
        };
      }
      case 'set':
      case 'row':
        return this.#part(statement);
      case 'loop':
        return this.#loop(statement);
      case 'rule': {
        const args = statement.args.map((arg) => this.cellOf(arg));
        const params = statement.params.map((param) => param.id);
        const body = this.block(statement.body);
        const results = statement.body.results.map((result) => this.cellOf(result));
        const outs = statement.outs.map((out) => out.id);
        return () => {
          params.forEach((param, i) => (cells[param] = cells[args[i] ?? 0] ?? 0));
          body();
          outs.forEach((out, i) => (cells[out] = cells[results[i] ?? 0] ?? 0));
        };
      }
      case 'list':
        return this.#list(statement);
      case 'build':
        return this.#build(statement);
      case 'reduce': {
        const reduce = reduction(statement.reducer, statement.outs.map((out) => this.#roundingOf(out.type.scalar))); // prettier-ignore
        const outs = statement.outs.map((out) => out.id);
        const body = this.block(statement.body);
        const results = statement.body.results.map((result) => this.cellOf(result));
        const range = this.#range(statement);
        return () => {
          const reducing = reduce();
          range((index) => {
            body();
            results.forEach((result, i) => reducing.take(cells[result] as number | boolean, index, i));
          });
          reducing.results().forEach((result, i) => (cells[outs[i] ?? bug('a lost out')] = result));
        };
      }
      case 'if': {
        const condition = this.cellOf(statement.condition);
        const outs = statement.outs.map((out) => out.id);
        const arms = [statement.then, statement.otherwise].map((block) => ({
          run: this.block(block),
          results: block.results.map((result) => this.cellOf(result)),
        }));
        return () => {
          const arm = arms[cells[condition] === true ? 0 : 1] ?? bug('a lost branch');
          arm.run();
          arm.results.forEach((result, i) => (cells[outs[i] ?? bug('a lost out')] = cells[result] ?? 0));
        };
      }
      case 'open': {
        const out = statement.outs[0].id;
        const length = this.#lengthOf(statement.outs[0].type.dims);
        const initial = statement.initial === undefined ? undefined : this.cellOf(statement.initial);
        return () => {
          const array = new Float64Array(length);
          if (initial !== undefined) store(array, 0, cells[initial]);
          cells[out] = array;
        };
      }
      case 'add': {
        const accumulator = statement.accumulator.id;
        const value = this.cellOf(statement.value);
        const place = this.#place(statement.accumulator, statement.indices);
        const round = this.#round;
        return () => {
          const array = cells[accumulator] as Float64Array;
          const at = place();
          array[at] = round((array[at] ?? bug('an add past the end')) + (cells[value] as number));
        };
      }
      case 'freeze': {
        const out = statement.outs[0].id;
        const accumulator = statement.accumulator.id;
        const isScalar = statement.accumulator.type.dims.length === 0;
        return () => {
          const array = cells[accumulator] as Float64Array;
          cells[out] = isScalar ? (array[0] ?? 0) : array;
        };
      }
      case 'for': {
        const body = this.block(statement.body);
        const range = this.#range(statement);
        return () => range(body);
      }
    }
  }

  #op(out: number, record: OpRecord, args: readonly Operand[]): Run {
    const { cells } = this;
    const evaluate = (record === ops.stop ? this.#stop : record.eval) as (
      ...args: readonly (Cell | undefined)[]
    ) => Cell;
    const round = this.#roundingOf(record.result) as (value: Cell) => Cell;
    const from = args.map((arg) => this.cellOf(arg));
    const [x = 0, y = 0] = from;
    switch (from.length) {
      case 1:
        return () => (cells[out] = round(evaluate(cells[x])));
      case 2:
        return () => (cells[out] = round(evaluate(cells[x], cells[y])));
      default:
        return () => (cells[out] = round(evaluate(...from.map((cell) => cells[cell]))));
    }
  }

  #list(statement: ListStatement): Run {
    const { cells } = this;
    const out = statement.outs[0].id;
    const length = this.#lengthOf(statement.outs[0].type.dims);
    const elements = statement.elements.map((element) => this.cellOf(element));
    const stride = length / elements.length;
    return () => {
      const array = new Float64Array(length);
      elements.forEach((element, i) => store(array, i * stride, cells[element]));
      cells[out] = array;
    };
  }

  #build(statement: BuildStatement): Run {
    const { cells } = this;
    const axes = statement.axes.map((axis) => axis.id);
    const extents = axes.map((_, k) =>
      this.extentOf(statement.outs[0]?.type.dims[k] ?? bug('a build lacks an axis')),
    );
    const body = this.block(statement.body);
    const results = statement.body.results.map((result) => this.cellOf(result));
    // Reverse mode puts zeros in place of the rows that a branch would have saved, and of those there may be none.
    const isFiller = statement.body.results.every(({ kind }) => kind === 'literal');
    const least = isFiller ? 0 : undefined;
    const outs = statement.outs.map(({ id, type }) => ({ id, length: this.#lengthOf(type.dims, least) }));
    const points = extents.reduce((product, extent) => product * Math.max(0, extent), 1);
    return () => {
      const arrays = outs.map(({ length }) => new Float64Array(length));
      for (let point = 0; point < points; point++) {
        let rest = point;
        for (let k = axes.length - 1; k >= 0; k--) {
          const extent = extents[k] ?? 1;
          cells[axes[k] ?? 0] = rest % extent;
          rest = Math.floor(rest / extent);
        }
        body();
        arrays.forEach((array, i) => store(array, (point * array.length) / points, cells[results[i] ?? 0]));
      }
      outs.forEach(({ id }, i) => (cells[id] = arrays[i] ?? 0));
    };
  }

  /** `set` and `row`: the elements of an array from some leading indices on. */
  #part(statement: SetStatement | RowStatement): Run {
    const { cells } = this;
    const out = statement.outs[0].id;
    const array = statement.array.id;
    // What is assigned to may begin as another array.
    const called = statement.kind === 'set' ? statement.outs[0] : statement.array;
    const place = this.#place(called, statement.indices);
    const length = this.#lengthOf(statement.array.type.dims.slice(statement.indices.length), 0);
    if (statement.kind === 'row') {
      return () => {
        const from = place() * length;
        cells[out] = (cells[array] as Float64Array).slice(from, from + length);
      };
    }
    const value = this.cellOf(statement.value);
    return () => {
      const changed = (cells[array] as Float64Array).slice();
      store(changed, place() * length, cells[value]);
      cells[out] = changed;
    };
  }

  #loop(statement: LoopStatement): Run {
    const { cells } = this;
    const { state, index, order } = statement;
    const [from, to] = [this.cellOf(statement.from), this.cellOf(statement.to)];
    const initial = state.map((carried) => this.cellOf(carried.initial));
    const body = this.block(statement.body);
    const results = statement.body.results.map((result) => this.cellOf(result));
    const outs = statement.outs.map((out) => out.id);
    // A range may end before it starts: then there are no rows, nor in the rows of a loop around this one.
    const histories = statement.outs.slice(state.length, results.length).map(({ type: { dims } }) => {
      const rows = this.#dimOf(dims[0] ?? bug('a history without rows'), 0);
      return { rows, rowLength: this.#lengthOf(dims.slice(1), 0) };
    });
    const { condition } = statement;
    const ask = condition === undefined ? undefined : this.block(condition);
    const answer = this.cellOf(condition?.results[0] ?? bool(true));
    const place = statement.outs[0]?.name ?? 'a loop';
    return () => {
      const first = cells[from] as number;
      const trips = Math.max(0, (cells[to] as number) - first);
      let current = initial.map((cell) => cells[cell] ?? 0);
      const arrays = histories.map(({ rows, rowLength }) => new Float64Array(rows * rowLength));
      const enter = (trip: number): void => {
        cells[index.id] = order === 'up' ? first + trip : first + trips - 1 - trip;
        state.forEach(({ value }, k) => (cells[value.id] = current[k] ?? 0));
      };
      const holds = (): boolean => {
        ask?.();
        return cells[answer] === true;
      };
      let trip = 0;
      for (; ; trip++) {
        enter(trip);
        if (ask !== undefined && !holds()) break;
        if (trip >= trips) {
          if (ask === undefined) break;
          throw new RangeError(`${place}: the condition still holds after ${trips} iterations`);
        }
        body();
        const row = (cells[index.id] as number) - first;
        arrays.forEach((array, k) => {
          const { rows, rowLength } = histories[k] ?? bug('a lost history');
          if (row >= rows) throw new RangeError(`${place}: iteration ${row} of at most ${rows}`);
          store(array, row * rowLength, cells[results[state.length + k] ?? 0]);
        });
        current = state.map((_, k) => cells[results[k] ?? 0] ?? 0);
      }
      for (const [k, id] of outs.entries()) cells[id] = current[k] ?? arrays[k - state.length] ?? trip;
    };
  }

  /** Calls a body with the index at each value of a range. */
  #range(statement: {
    readonly index: Value;
    readonly from: Operand;
    readonly to: Operand;
  }): (body: (index: number) => void) => void {
    const { cells } = this;
    const index = statement.index.id;
    const from = this.cellOf(statement.from);
    const to = this.cellOf(statement.to);
    return (body) => {
      const end = cells[to] as number;
      for (let i = cells[from] as number; i < end; i++) {
        cells[index] = i;
        body(i);
      }
    };
  }

  /** The flat offset of an element (of a row, in rows, when indices are left out), checked on every axis. */
  #place(array: Value, indices: readonly Operand[]): () => number {
    const { cells } = this;
    const name = nameOf(array);
    const shape: Shape = array.type.dims.slice(0, indices.length).map(this.extentOf);
    const from = indices.map((index) => this.cellOf(index));
    return () => {
      let offset = 0;
      for (let axis = 0; axis < shape.length; axis++) {
        const index = cells[from[axis] ?? 0] as number;
        const extent = shape[axis] ?? 0;
        // Written so that NaN is out of range.
        if (!(index >= 0 && index < extent)) {
          throw new RangeError(`index ${index} of ${name} must be in 0..${extent} (axis ${axis})`);
        }
        offset = offset * extent + index;
      }
      return offset;
    };
  }

  #roundingOf(scalar: Scalar): (value: number) => number {
    return scalar === 'real' ? this.#round : (value) => value;
  }

  #lengthOf(dims: readonly Polynomial[], least?: number): number {
    return dims.reduce((product, dim) => product * this.#dimOf(dim, least), 1);
  }

  /** An extent as the length of an axis: unlike the end of a range it may not be negative. */
  #dimOf(dim: Polynomial, least = Number.NEGATIVE_INFINITY): number {
    const extent = Math.max(least, this.extentOf(dim));
    if (extent >= 0 && Number.isSafeInteger(extent)) return extent;
    throw new RangeError(`an axis has extent ${printSize(dim)}, which is ${extent}`);
  }
}

/** Puts a scalar or a whole array at an offset. */
function store(array: Float64Array, offset: number, content: Cell | undefined): void {
  if (content instanceof Float64Array) array.set(content, offset);
  else array[offset] = Number(content);
}
