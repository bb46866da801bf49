// A small interpreter of the loops form, so that tests can hold every pass to the meaning of the program.

import { bindSizes } from '../../src/ir/bind.ts';
import { evaluate } from '../../src/base/polynomial.ts';
import type { Content, Inputs } from '../../src/ir/bind.ts';
import type { Buffer, Expression, Local, Routine, Statement } from '../../src/loops/types.ts';
import { ops } from '../../src/ops/index.ts';

type Scalar = number | boolean;

/** As the interpreter of the IR takes them. */
export interface Arguments {
  readonly sizes: Readonly<Record<string, number>>;
  readonly inputs: Inputs;
}

export interface Results {
  readonly result: Scalar | undefined;
  /** What was written for the caller: `gradient.w`, `output.p`. */
  readonly buffers: Readonly<Record<string, readonly Scalar[]>>;
}

/** Elements that nothing has written hold NaN, and reading outside an array throws: no pass may rely on either. */
export function run(routine: Routine, { sizes, inputs }: Arguments): Results {
  const locals = new Map<Local, Scalar>();
  const memory = new Map<Buffer, Scalar[]>();
  const written: Record<string, Scalar[]> = {};
  const sizeOf = bindSizes(routine.program, sizes);

  function contentOf({ role, name }: Buffer): Content | undefined {
    if (role === 'param') return inputs.params?.[name];
    if (role === 'data') return inputs.data?.[name];
    return role === 'direction' ? inputs.directions?.[name] : undefined;
  }

  function arrayOf(buffer: Buffer): Scalar[] {
    let array = memory.get(buffer);
    if (array === undefined) {
      const given = contentOf(buffer);
      const dims = buffer.dims.map((dim) => evaluate(dim, sizeOf));
      const length = Math.max(
        0,
        dims.reduce((product, dim) => product * dim, 1),
      );
      if (given === undefined) {
        array = Array.from({ length }, (): Scalar => NaN);
        if (buffer.role !== 'scratch') written[`${buffer.role}.${buffer.name}`] = array;
      } else {
        array = typeof given === 'object' ? Array.from(given) : [given];
        if (buffer.scalar === 'bool') array = array.map(Boolean);
      }
      if (array.length !== length)
        throw new Error(`${buffer.name} has ${array.length} elements, not ${length}`);
      memory.set(buffer, array);
    }
    return array;
  }

  function offsetOf(buffer: Buffer, indices: readonly Expression[]): number {
    const values = indices.map((index) => Number(valueOf(index)));
    let offset = values[0] ?? 0;
    if (values.length === buffer.dims.length) {
      offset = values.reduce((sum, value, axis) => {
        const extent = evaluate(buffer.dims[axis] ?? neverDim(), sizeOf);
        if (!(value >= 0 && value < extent))
          throw new Error(`index ${value} of ${buffer.name}, axis ${axis}`);
        return sum * extent + value;
      }, 0);
    }
    if (!Number.isInteger(offset) || offset < 0 || offset >= arrayOf(buffer).length) {
      throw new Error(`offset ${offset} of ${buffer.name}`);
    }
    return offset;
  }

  function valueOf(expression: Expression): Scalar {
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'extent':
        return evaluate(expression.size, sizeOf);
      case 'local': {
        const value = locals.get(expression.local);
        if (value === undefined) throw new Error(`local ${expression.local.name} is not set`);
        return value;
      }
      case 'op': {
        const evaluateOp = ops[expression.op].eval as (...args: Scalar[]) => Scalar;
        return evaluateOp(...expression.args.map(valueOf));
      }
      case 'conditional':
        return valueOf(valueOf(expression.condition) === true ? expression.then : expression.otherwise);
      case 'load':
        return arrayOf(expression.buffer)[offsetOf(expression.buffer, expression.indices)] ?? NaN;
    }
  }

  /** True when the loop around is to be left. */
  function execute(statements: readonly Statement[]): boolean {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'declare':
          locals.delete(statement.local);
          if (statement.value !== undefined) locals.set(statement.local, valueOf(statement.value));
          break;
        case 'assign':
          if (!statement.local.mutable) throw new Error(`assignment to const ${statement.local.name}`);
          locals.set(statement.local, valueOf(statement.value));
          break;
        case 'increase':
          if (!statement.local.mutable) throw new Error(`increase of const ${statement.local.name}`);
          locals.set(
            statement.local,
            Number(valueOf(reference(statement.local))) + Number(valueOf(statement.value)),
          );
          break;
        case 'store':
          arrayOf(statement.buffer)[offsetOf(statement.buffer, statement.indices)] = valueOf(statement.value);
          break;
        case 'accumulate': {
          const array = arrayOf(statement.buffer);
          const offset = offsetOf(statement.buffer, statement.indices);
          array[offset] = Number(array[offset]) + Number(valueOf(statement.value));
          break;
        }
        case 'fill':
          arrayOf(statement.buffer).fill(valueOf(statement.value));
          break;
        case 'for': {
          // Bounds are read again before every iteration, as in the emitted code.
          const from = (): number => Number(valueOf(statement.from));
          const to = (): number => Number(valueOf(statement.to));
          const step = (index: number): void => {
            locals.set(statement.index, index);
            execute(statement.body);
          };
          if (statement.order === 'down') for (let index = to() - 1; index >= from(); index--) step(index);
          else for (let index = from(); index < to(); index++) step(index);
          locals.delete(statement.index);
          break;
        }
        case 'while':
          while (!execute(statement.body));
          break;
        case 'leave':
          if (valueOf(statement.condition) === true) return true;
          break;
        case 'limit': {
          const trips = Number(valueOf(statement.trips));
          if (trips >= Number(valueOf(statement.most)))
            throw new RangeError(`${statement.name}: the condition still holds after ${trips} iterations`);
          break;
        }
        case 'if':
          execute(valueOf(statement.condition) === true ? statement.then : statement.otherwise);
          break;
        case 'check': {
          const index = Number(valueOf(statement.index));
          if (!(index >= 0 && index < evaluate(statement.extent, sizeOf))) {
            throw new RangeError(`${statement.array}: index ${index}, axis ${statement.axis}`);
          }
          break;
        }
        case 'section':
          break;
        case 'call':
          execute(routine.parts[statement.part]?.body ?? []);
          break;
      }
    }
    return false;
  }

  execute(routine.body);
  const result = routine.result === undefined ? undefined : valueOf(routine.result);
  return { result, buffers: written };
}

const reference = (local: Local): Expression => ({ kind: 'local', local });
const neverDim = (): never => {
  throw new Error('more indices than dims');
};
