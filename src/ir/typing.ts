// The type rules of IR statements, for verify.ts: what each kind takes and what its outs are.

import { constant } from '../base/polynomial.ts';
import { ops } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';
import { arrayType, boolType, intType, realType, sameType, scalarType } from './build.ts';
import { printOperand, printType } from './print.ts';
import type {
  Block,
  LoopStatement,
  Operand,
  OpStatement,
  ReduceStatement,
  RuleStatement,
  Scalar,
  Statement,
  Type,
  Value,
} from './types.ts';

/** What is wrong with the types of a statement, or undefined. Its blocks are looked at only for what they yield. */
export function typeFault(statement: Statement): string | undefined {
  return statement.kind === 'op' ? opFault(statement) : firstFault(faultsOf(statement));
}

/** Most statements are ops, so theirs are looked at without a generator. */
function opFault({ op, args, outs }: OpStatement): string | undefined {
  const record: OpRecord | undefined = ops[op];
  if (record === undefined) return `there is no op ${String(op)}`;
  const types = argTypesOf(record);
  let fault = count(args, types.length, 'arguments');
  for (let i = 0; i < types.length && fault === undefined; i++) fault = typed(args[i], types[i] ?? realType);
  return fault ?? typed(outs[0], scalarType(record.result));
}

const argTypes = new WeakMap<OpRecord, readonly Type[]>();

function argTypesOf(record: OpRecord): readonly Type[] {
  let types = argTypes.get(record);
  if (types === undefined) argTypes.set(record, (types = Object.values(record.args).map(scalarType)));
  return types;
}

/** The rules are generators of faults, which are looked at in order until there is one. */
type Faults = Generator<string | undefined>;

function firstFault(faults: Faults): string | undefined {
  for (const fault of faults) if (fault !== undefined) return fault;
  return undefined;
}

function* faultsOf(statement: Exclude<Statement, OpStatement>): Faults {
  switch (statement.kind) {
    case 'read': {
      const { scalar, dims } = statement.array.type;
      if (dims.length === 0) yield `${printOperand(statement.array)} is no array`;
      yield* place(statement.indices, dims.length);
      yield typed(statement.outs[0], scalarType(scalar));
      return;
    }
    case 'set': {
      const { scalar, dims } = statement.array.type;
      if (dims.length === 0) yield `${printOperand(statement.array)} is no array`;
      yield* place(statement.indices, Math.min(dims.length, Math.max(1, statement.indices.length)));
      yield typed(statement.value, arrayType(scalar, dims.slice(statement.indices.length)));
      yield typed(statement.outs[0], statement.array.type);
      return;
    }
    case 'row': {
      const { scalar, dims } = statement.array.type;
      const { length } = statement.indices;
      if (length === 0 || length >= dims.length) yield `${length} indices make no row of ${dims.length} dims`;
      yield* place(statement.indices, length);
      yield typed(statement.outs[0], arrayType(scalar, dims.slice(length)));
      return;
    }
    case 'loop':
      return yield* loop(statement);
    case 'rule':
      return yield* rule(statement);
    case 'list': {
      const [first] = statement.elements;
      if (first === undefined) return yield 'an empty list';
      for (const element of statement.elements) yield typed(element, first.type);
      yield typed(
        statement.outs[0],
        arrayType(first.type.scalar, [constant(statement.elements.length), ...first.type.dims]),
      );
      return;
    }
    case 'build':
      return yield* build(statement.outs, statement.axes, statement.body);
    case 'reduce':
      return yield* reduce(statement);
    case 'if':
      yield typed(statement.condition, boolType);
      for (const block of [statement.then, statement.otherwise]) {
        yield count(block.results, statement.outs.length, 'results');
        for (const [i, out] of statement.outs.entries()) yield typed(block.results[i], out.type);
      }
      return;
    case 'open':
      if (statement.outs[0].type.scalar !== 'real') yield 'an accumulator must be real';
      yield typed(statement.initial, statement.outs[0].type);
      return;
    case 'add':
      yield* place(statement.indices, statement.accumulator.type.dims.length);
      yield typed(statement.value, scalarType(statement.accumulator.type.scalar));
      return;
    case 'freeze':
      yield typed(statement.outs[0], statement.accumulator.type);
      return;
    case 'for':
      yield* range(statement);
      yield typed(statement.index, intType);
      yield count(statement.body.results, 0, 'results');
      return;
  }
}

function* build(outs: readonly Value[], axes: readonly Value[], body: Block): Faults {
  if (outs.length === 0) yield 'a build without outs';
  if (axes.length === 0) yield 'a build without axes';
  for (const axis of axes) yield typed(axis, intType);
  yield count(body.results, outs.length, 'results');
  const extents = outs[0]?.type.dims.slice(0, axes.length) ?? [];
  if (extents.length < axes.length) yield `${axes.length} axes, but the out has ${extents.length} dims`;
  for (const [i, out] of outs.entries()) {
    const element = body.results[i]?.type;
    if (element !== undefined) yield typed(out, arrayType(element.scalar, [...extents, ...element.dims]));
  }
}

function* loop({ outs, index, from, to, state, condition, body }: LoopStatement): Faults {
  yield* range({ from, to });
  yield typed(index, intType);
  if (condition !== undefined) {
    yield count(condition.results, 1, 'results');
    yield typed(condition.results[0], boolType);
    yield typed(outs.at(-1), intType);
  }
  yield count(outs, body.results.length + (condition === undefined ? 0 : 1), 'outs');
  if (body.results.length < state.length) yield count(body.results, state.length, 'results');
  for (const [i, { value, initial }] of state.entries()) {
    yield typed(initial, value.type);
    yield typed(body.results[i], value.type);
    yield typed(outs[i], value.type);
  }
  for (let i = state.length; i < body.results.length; i++) {
    const row = body.results[i]?.type;
    const out = outs[i]?.type;
    const [rows] = out?.dims ?? [];
    if (row === undefined || out === undefined) continue;
    if (rows === undefined) yield `the history ${printOperand(outs[i] ?? index)} is no array`;
    else yield typed(outs[i], arrayType(row.scalar, [rows, ...row.dims]));
  }
}

function* rule({ outs, args, params, results, adjoints, form, body, derivative }: RuleStatement): Faults {
  yield count(args, params.length, 'arguments');
  for (const [i, param] of params.entries()) yield typed(args[i], param.type);
  yield count(body.results, outs.length, 'results');
  yield count(results, outs.length, 'results of the derivative');
  yield count(adjoints, form === 'adjoint' ? outs.length : 0, 'adjoints');
  for (const [i, out] of outs.entries()) {
    yield typed(body.results[i], out.type);
    yield typed(results[i], out.type);
    yield typed(adjoints[i], out.type);
  }
  if (form === 'partials') yield count(outs, 1, 'outs');
  const wanted = params.filter((param) => param.type.scalar === 'real');
  yield count(derivative.results, wanted.length, 'results of the derivative');
  for (const [i, param] of wanted.entries()) yield typed(derivative.results[i], param.type);
}

function* reduce(statement: ReduceStatement): Faults {
  const { reducer, outs, body, index } = statement;
  yield* range(statement);
  yield typed(index, intType);
  switch (reducer) {
    case 'sum':
      if (outs.length === 0) yield 'a sum without outs';
      yield count(body.results, outs.length, 'results');
      for (const result of body.results) yield scalar(result, ['real', 'int']);
      break;
    case 'prod':
    case 'max':
    case 'min':
      yield scalar(body.results[0], ['real', 'int']);
      break;
    case 'logSumExp':
      yield scalar(body.results[0], ['real']);
      break;
    case 'any':
    case 'all':
      yield scalar(body.results[0], ['bool']);
      break;
  }
  if (reducer !== 'sum') {
    const hasPosition = reducer === 'max' || reducer === 'min';
    yield count(body.results, 1, 'results');
    yield count(outs, hasPosition ? 2 : 1, 'outs');
    if (hasPosition) yield typed(outs[1], intType);
  }
  for (const [i, result] of body.results.entries()) yield typed(outs[i], result.type);
}

function* place(indices: readonly Operand[], rank: number): Faults {
  yield count(indices, rank, 'indices');
  for (const index of indices) yield typed(index, intType);
}

function* range(statement: { readonly from: Operand; readonly to: Operand }): Faults {
  yield typed(statement.from, intType);
  yield typed(statement.to, intType);
}

function count(found: readonly unknown[], wanted: number, what: string): string | undefined {
  return found.length === wanted ? undefined : `${found.length} ${what} where there must be ${wanted}`;
}

function typed(operand: Operand | undefined, type: Type): string | undefined {
  if (operand === undefined || sameType(operand.type, type)) return undefined;
  return `${printOperand(operand)} is ${printType(operand.type)}, not ${printType(type)}`;
}

function scalar(operand: Operand | undefined, allowed: readonly Scalar[]): string | undefined {
  if (operand === undefined) return undefined;
  const { scalar: found, dims } = operand.type;
  if (dims.length === 0 && allowed.includes(found)) return undefined;
  return `${printOperand(operand)} is ${printType(operand.type)}, not ${allowed.join(' or ')}`;
}
