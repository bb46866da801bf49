// Random programs of sequential loops, branches and arrays with parts replaced, as IR. What shares a place with what is
// decided by how values are used, so these use old and new values of everything, in any order, at any depth.

import { symbol, type Polynomial } from '../../src/base/polynomial.ts';
import {
  arrayType,
  BlockBuilder,
  extent,
  int,
  intType,
  real,
  realType,
  sameType,
} from '../../src/ir/build.ts';
import type { Block, Input, LoopStatement, Operand, Program, Type, Value } from '../../src/ir/types.ts';
import { Choices, numbersFrom } from '../random/choices.ts';

const [N, T] = [symbol('N'), symbol('T')];
const vector = arrayType('real', [N]);
const matrix = arrayType('real', [N, N]);
const rows = arrayType('real', [T, N]);
const series = arrayType('real', [T]);
const types = [realType, vector, matrix, rows, series] as const;

/** What may be used at a point. */
interface Scope {
  readonly values: readonly Value[];
  /** Indices, with the extents that they are below. */
  readonly indices: readonly { readonly value: Operand; readonly below: Polynomial }[];
  readonly depth: number;
}

export function randomProgram(seed: number, length = 400): Program {
  const next = numbersFrom(seed);
  const choices = new Choices(Array.from({ length }, () => Math.floor(next() * 0x10000)));
  const builder = new BlockBuilder(0);
  const inputs = types.map((type, i): Input => {
    const name = 'axAXp'[i] ?? '';
    return { role: i % 2 === 0 ? 'param' : 'data', name, value: builder.fresh(type, { name }) };
  });
  const start: Scope = { values: inputs.map(({ value }) => value), indices: [], depth: 0 };
  const { values } = statements(choices, builder, start, 7);
  const results = [...new Set(values.slice(inputs.length).filter(() => choices.chance(0.5)))];
  return {
    name: 'P',
    sizes: [{ name: 'N' }, { name: 'T' }],
    inputs,
    body: builder.block(results),
    outputs: results.map((_, i) => ({ role: 'output', name: `r${i}` })),
    nextId: builder.nextId,
  };
}

function statements(choices: Choices, builder: BlockBuilder, scope: Scope, count: number): Scope {
  let current = scope;
  for (let k = 0; k < count; k++)
    current = { ...current, values: [...current.values, ...statement(choices, builder, current)] };
  return current;
}

function statement(choices: Choices, builder: BlockBuilder, scope: Scope): readonly Value[] {
  const deep = scope.depth < 3 ? 1 : 0;
  const make = choices.weighted([
    [3, scalar],
    [4, set],
    [2, build],
    [1, row],
    [3 * deep, branch],
    [5 * deep, loop],
    [2 * deep, accumulate],
    [1, list],
  ]);
  return make(choices, builder, scope);
}

/** A value of the type: mostly one of the latest. */
function pick(choices: Choices, { values }: Scope, type: Type): Value {
  const fit = values.filter((value) => sameType(value.type, type)).reverse();
  const [first] = fit;
  if (first === undefined) throw new Error('every type has an input');
  return choices.chance(0.3)
    ? (fit[choices.below(fit.length)] ?? first)
    : (fit[choices.below(Math.min(3, fit.length))] ?? first);
}

/** An index below an extent, of the loops around or the first or last one. */
function index(choices: Choices, builder: BlockBuilder, { indices }: Scope, below: Polynomial): Operand {
  const fit = indices.filter((each) => each.below.key === below.key);
  const found = fit[choices.below(fit.length + 1)];
  if (found !== undefined) return found.value;
  return choices.chance(0.5) ? int(0) : builder.op('isub', [extent(below), int(1)]);
}

function element(choices: Choices, builder: BlockBuilder, scope: Scope): Value {
  const array = pick(choices, scope, choices.pick([vector, matrix, rows, series]));
  return builder.read(
    array,
    array.type.dims.map((dim) => index(choices, builder, scope, dim)),
    { inRange: choices.chance(0.5) },
  );
}

/** Of modest size, and never exactly on the edge of a comparison. */
function scalar(choices: Choices, builder: BlockBuilder, scope: Scope): readonly [Value] {
  const [a, b] = [0, 1].map(() =>
    choices.chance(0.6) ? element(choices, builder, scope) : pick(choices, scope, realType),
  );
  if (a === undefined || b === undefined) throw new Error('two');
  const both = choices.pick([
    () => builder.op('sub', [a, b]),
    () => builder.op('mul', [a, b]),
    () => builder.op('add', [a, builder.op('mul', [b, real(0.3)])]),
  ])();
  return [choices.chance(0.7) ? builder.op('sin', [both]) : both];
}

function set(choices: Choices, builder: BlockBuilder, scope: Scope): readonly [Value] {
  const array = pick(choices, scope, choices.pick([vector, matrix, rows, series]));
  const whole = array.type.dims.length === 2 && choices.chance(0.4);
  const [value] = whole ? [pick(choices, scope, vector)] : scalar(choices, builder, scope);
  const indices = array.type.dims.slice(0, whole ? 1 : 2).map((dim) => index(choices, builder, scope, dim));
  return [builder.set(array, indices, value, { inRange: choices.chance(0.5) })];
}

function build(choices: Choices, builder: BlockBuilder, scope: Scope): readonly Value[] {
  const { dims } = choices.pick([vector, matrix, rows, series]);
  const axes = dims.map(() => builder.fresh(intType));
  const body = builder.nested();
  const inner = {
    ...scope,
    depth: scope.depth + 1,
    indices: [...scope.indices, ...axes.map((value, k) => ({ value, below: dims[k] ?? N }))],
  };
  const [result] = scalar(choices, body, choices.chance(0.2) ? statements(choices, body, inner, 2) : inner);
  const results = choices.chance(0.2) ? [result, element(choices, body, inner)] : [result];
  const outs = results.map(() => builder.fresh(arrayType('real', dims)));
  builder.push({ kind: 'build', outs, axes, body: body.block(results) });
  return outs;
}

function row(choices: Choices, builder: BlockBuilder, scope: Scope): readonly [Value] {
  const array = pick(choices, scope, choices.pick([matrix, rows]));
  return [builder.row(array, [index(choices, builder, scope, array.type.dims[0] ?? N)])];
}

/** A list is no type of these; its elements are read. */
function list(choices: Choices, builder: BlockBuilder, scope: Scope): readonly [Value] {
  const array = builder.list([pick(choices, scope, vector), pick(choices, scope, vector)]);
  return [builder.read(array, [int(choices.below(2)), index(choices, builder, scope, N)])];
}

function condition(choices: Choices, builder: BlockBuilder, scope: Scope): Value {
  return builder.op('gt', [scalar(choices, builder, scope)[0], real(0.0137)]);
}

function branch(choices: Choices, builder: BlockBuilder, scope: Scope): readonly Value[] {
  const results = [0, 1].slice(choices.below(2)).map(() => choices.pick(types));
  const asked = condition(choices, builder, scope);
  const inside = (body: BlockBuilder): readonly Operand[] => {
    const inner = statements(choices, body, { ...scope, depth: scope.depth + 1 }, choices.below(3));
    return results.map((type) => pick(choices, inner, type));
  };
  return builder.branch(asked, inside, inside);
}

function loop(choices: Choices, builder: BlockBuilder, scope: Scope): readonly Value[] {
  const carriedTypes = Array.from({ length: 1 + choices.below(3) }, () => choices.pick(types));
  const state = carriedTypes.map((type) => ({
    initial: pick(choices, scope, type),
    value: builder.fresh(type),
  }));
  const counter = builder.fresh(intType);
  const below = choices.pick([T, N]);
  const isWhile = choices.chance(0.2);
  const from = isWhile || choices.chance(0.7) ? 0 : 1;
  const isLong = below === T && from === 0 && !isWhile;
  const inner: Scope = {
    values: [...scope.values, ...state.map(({ value }) => value)],
    indices: [...scope.indices, { value: counter, below }],
    depth: scope.depth + 1,
  };
  const body = builder.nested();
  const within = statements(choices, body, inner, 1 + choices.below(4));
  const next = carriedTypes.map((type) => pick(choices, within, type));
  const histories = isLong ? [realType, vector].filter(() => choices.chance(0.4)) : [];
  const noted = histories.map((type) => pick(choices, within, type));
  const outs = [
    ...carriedTypes.map((type) => builder.fresh(type)),
    ...histories.map((type) => builder.fresh(arrayType('real', [T, ...type.dims]))),
  ];
  const statementOf: LoopStatement = {
    kind: 'loop',
    outs,
    index: counter,
    from: int(from),
    to: choices.chance(0.8) ? extent(below) : shorter(choices, builder, scope, below),
    order: choices.chance(0.3) ? 'down' : 'up',
    state,
    body: body.block([...next, ...noted]),
  };
  // A history is whole only where every iteration runs.
  if (histories.length > 0) {
    builder.push({ ...statementOf, to: extent(below) });
    return outs;
  }
  if (!isWhile) {
    builder.push(statementOf);
    return outs;
  }
  const trips = builder.fresh(intType);
  builder.push({
    ...statementOf,
    outs: [...outs, trips],
    to: extent(below),
    order: 'up',
    condition: asked(choices, builder, inner, counter, below),
  });
  return outs;
}

/** Holds while the index is below the extent, unless something else ends the loop before. */
function asked(
  choices: Choices,
  builder: BlockBuilder,
  scope: Scope,
  counter: Value,
  below: Polynomial,
): Block {
  const block = builder.nested();
  const isInside = block.op('ilt', [counter, block.op('isub', [extent(below), int(1)])]);
  const outer = { ...scope, indices: scope.indices.slice(0, -1) };
  const more = choices.chance(0.5) ? block.op('and', [isInside, condition(choices, block, outer)]) : isInside;
  return block.block([more]);
}

/** An end that depends on an index around, where there is one. */
function shorter(choices: Choices, builder: BlockBuilder, scope: Scope, below: Polynomial): Operand {
  return index(choices, builder, scope, below);
}

function accumulate(choices: Choices, builder: BlockBuilder, scope: Scope): readonly [Value] {
  const type = choices.pick([vector, matrix, rows, series, realType]);
  const start = choices.chance(0.7) ? { initial: pick(choices, scope, type) } : {};
  const accumulator = builder.open(type, start);
  const add = (body: BlockBuilder, around: Scope): void =>
    body.add(
      accumulator,
      type.dims.map((dim) => index(choices, body, around, dim)),
      scalar(choices, body, around)[0],
      choices.chance(0.5),
    );
  if (choices.chance(0.5)) add(builder, scope);
  const below = choices.pick([N, T]);
  if (choices.chance(0.7))
    builder.forEach({ from: int(0), to: extent(below) }, (body, value) =>
      add(body, { ...scope, indices: [...scope.indices, { value, below }] }),
    );
  if (choices.chance(0.3)) add(builder, scope);
  return [builder.freeze(accumulator)];
}
