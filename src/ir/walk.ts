// Walking the IR: what a statement uses, binds and contains, how to change that, and what follows from it (free values,
// effects, copies, counts). Every pass is written over these, so that a new kind of statement is added here once.

import { bug } from '../base/bug.ts';
import { ops, type OpName } from '../ops/index.ts';
import type { Block, Operand, Program, Statement, Value } from './types.ts';

/** The operands of the statement itself, arrays, accumulators, ranges and conditions included; not those of its blocks. */
export function operandsOf(statement: Statement): readonly Operand[] {
  switch (statement.kind) {
    case 'op':
    case 'rule':
      return statement.args;
    case 'read':
    case 'row':
      return [statement.array, ...statement.indices];
    case 'set':
      return [statement.array, ...statement.indices, statement.value];
    case 'list':
      return statement.elements;
    case 'loop':
      return [statement.from, statement.to, ...statement.state.map(({ initial }) => initial)];
    case 'reduce':
    case 'for':
      return [statement.from, statement.to];
    case 'if':
      return [statement.condition];
    case 'add':
      return [statement.accumulator, ...statement.indices, statement.value];
    case 'freeze':
      return [statement.accumulator];
    case 'open':
      return statement.initial === undefined ? [] : [statement.initial];
    case 'build':
      return [];
  }
}

/** Most statements have none. */
const noBlocks: readonly Block[] = [];

/** The blocks that the statement owns, in the order in which they are printed. */
export function blocksOf(statement: Statement): readonly Block[] {
  switch (statement.kind) {
    case 'build':
    case 'reduce':
    case 'for':
      return [statement.body];
    case 'if':
      return [statement.then, statement.otherwise];
    case 'loop':
      return statement.condition === undefined ? [statement.body] : [statement.condition, statement.body];
    case 'rule':
      return [statement.body, statement.derivative];
    case 'op':
    case 'read':
    case 'set':
    case 'row':
    case 'list':
    case 'open':
    case 'add':
    case 'freeze':
      return noBlocks;
  }
}

/** The values that the statement binds for its blocks: indices, and what a loop carries. */
export function boundBy(statement: Statement): readonly Value[] {
  switch (statement.kind) {
    case 'build':
      return statement.axes;
    case 'reduce':
    case 'for':
      return [statement.index];
    case 'loop':
      return [statement.index, ...statement.state.map(({ value }) => value)];
    case 'rule':
      return [...statement.params, ...statement.results, ...statement.adjoints];
    case 'op':
    case 'read':
    case 'set':
    case 'row':
    case 'list':
    case 'if':
    case 'open':
    case 'add':
    case 'freeze':
      return [];
  }
}

/** The statement with other operands; its blocks, outs and indices stay. An op whose operands stay is the same object. */
export function mapOperands(statement: Statement, f: (operand: Operand) => Operand): Statement {
  const value = (operand: Value): Value => {
    const mapped = f(operand);
    return mapped.kind === 'value'
      ? mapped
      : bug(`%${operand.id} stands where only a value can, and became a ${mapped.kind}`);
  };
  switch (statement.kind) {
    case 'op': {
      const { kind, outs, op } = statement;
      const args = statement.args.map(f);
      return args.every((arg, k) => arg === statement.args[k]) ? statement : { kind, outs, op, args };
    }
    case 'rule':
      return { ...statement, args: statement.args.map(f) };
    case 'read':
    case 'row':
      return { ...statement, array: value(statement.array), indices: statement.indices.map(f) };
    case 'set':
      return {
        ...statement,
        array: value(statement.array),
        indices: statement.indices.map(f),
        value: f(statement.value),
      };
    case 'loop':
      return {
        ...statement,
        from: f(statement.from),
        to: f(statement.to),
        state: statement.state.map((carried) => ({ ...carried, initial: f(carried.initial) })),
      };
    case 'list':
      return { ...statement, elements: statement.elements.map(f) };
    case 'reduce':
    case 'for':
      return { ...statement, from: f(statement.from), to: f(statement.to) };
    case 'if':
      return { ...statement, condition: f(statement.condition) };
    case 'add':
      return {
        ...statement,
        accumulator: value(statement.accumulator),
        indices: statement.indices.map(f),
        value: f(statement.value),
      };
    case 'freeze':
      return { ...statement, accumulator: value(statement.accumulator) };
    case 'open':
      return statement.initial === undefined ? statement : { ...statement, initial: f(statement.initial) };
    case 'build':
      return statement;
  }
}

/** The statement with other blocks; everything else stays. */
export function mapBlocks(statement: Statement, f: (block: Block) => Block): Statement {
  switch (statement.kind) {
    case 'build':
    case 'reduce':
    case 'for':
      return { ...statement, body: f(statement.body) };
    case 'if':
      return { ...statement, then: f(statement.then), otherwise: f(statement.otherwise) };
    case 'loop': {
      const { condition } = statement;
      const asked = condition === undefined ? {} : { condition: f(condition) };
      return { ...statement, ...asked, body: f(statement.body) };
    }
    case 'rule':
      return { ...statement, body: f(statement.body), derivative: f(statement.derivative) };
    case 'op':
    case 'read':
    case 'set':
    case 'row':
    case 'list':
    case 'open':
    case 'add':
    case 'freeze':
      return statement;
  }
}

/** The statement with other operands, at any depth. */
export function mapUses(statement: Statement, f: (operand: Operand) => Operand): Statement {
  return mapBlocks(mapOperands(statement, f), (block) => ({
    statements: block.statements.map((inner) => mapUses(inner, f)),
    results: block.results.map(f),
  }));
}

/** The statement with its outs and the indices of its regions replaced; uses of them are not touched. */
export function mapBound(statement: Statement, f: (value: Value) => Value): Statement {
  switch (statement.kind) {
    case 'op':
    case 'read':
    case 'set':
    case 'row':
    case 'list':
    case 'open':
    case 'freeze':
      return { ...statement, outs: [f(statement.outs[0])] };
    case 'loop':
      return {
        ...statement,
        outs: statement.outs.map(f),
        index: f(statement.index),
        state: statement.state.map((carried) => ({ ...carried, value: f(carried.value) })),
      };
    case 'rule':
      return {
        ...statement,
        outs: statement.outs.map(f),
        params: statement.params.map(f),
        results: statement.results.map(f),
        adjoints: statement.adjoints.map(f),
      };
    case 'build':
      return { ...statement, outs: statement.outs.map(f), axes: statement.axes.map(f) };
    case 'reduce':
      return { ...statement, outs: statement.outs.map(f), index: f(statement.index) };
    case 'if':
      return { ...statement, outs: statement.outs.map(f) };
    case 'for':
      return { ...statement, index: f(statement.index) };
    case 'add':
      return statement;
  }
}

/** Every statement of a block and of the blocks inside it, in printed order. */
export function* statementsOf(block: Block): Generator<Statement> {
  for (const statement of block.statements) {
    yield statement;
    for (const inner of blocksOf(statement)) yield* statementsOf(inner);
  }
}

/** Whether a statement of the block, or of one inside it, passes the test. */
export const someStatement = (block: Block, test: (statement: Statement) => boolean): boolean =>
  block.statements.some(
    (statement) => test(statement) || blocksOf(statement).some((inner) => someStatement(inner, test)),
  );

/** A block is immutable, so what is free in it can be remembered beside it. */
const freeValuesOfBlock = new WeakMap<Block, ReadonlyMap<number, Value>>();

/** The values that a block uses and does not bind, by id, in the order of their first use. */
export function freeValues(block: Block): ReadonlyMap<number, Value> {
  const known = freeValuesOfBlock.get(block);
  if (known !== undefined) return known;
  const free = new Map<number, Value>();
  const bound = new Set<number>();
  const use = (operand: Operand): void => {
    if (operand.kind === 'value' && !bound.has(operand.id)) free.set(operand.id, operand);
  };
  for (const statement of block.statements) {
    for (const value of freeValuesOfStatement(statement).values()) use(value);
    for (const out of statement.outs) bound.add(out.id);
  }
  block.results.forEach(use);
  freeValuesOfBlock.set(block, free);
  return free;
}

/** The values that a statement uses, those that its blocks take from outside included. */
export function freeValuesOfStatement(statement: Statement): ReadonlyMap<number, Value> {
  const free = new Map<number, Value>();
  for (const operand of operandsOf(statement)) if (operand.kind === 'value') free.set(operand.id, operand);
  const bound = new Set(boundBy(statement).map((value) => value.id));
  for (const block of blocksOf(statement)) {
    for (const [id, value] of freeValues(block)) if (!bound.has(id)) free.set(id, value);
  }
  return free;
}

const accumulatorsOfBlock = new WeakMap<Block, ReadonlySet<number>>();

/** Ids of the accumulators from outside the statement that it adds to or ends; of the one it opens, for `open`. */
export function accumulatorsOf(statement: Statement): ReadonlySet<number> {
  switch (statement.kind) {
    case 'open':
      return new Set([statement.outs[0].id]);
    case 'add':
    case 'freeze':
      return new Set([statement.accumulator.id]);
    case 'op':
    case 'read':
    case 'set':
    case 'row':
    case 'list':
    case 'build':
    case 'reduce':
    case 'if':
    case 'loop':
    case 'rule':
    case 'for':
      return new Set(blocksOf(statement).flatMap((block) => [...touchedIn(block)]));
  }
}

function touchedIn(block: Block): ReadonlySet<number> {
  const known = accumulatorsOfBlock.get(block);
  if (known !== undefined) return known;
  const touched = new Set<number>();
  for (const statement of block.statements) for (const id of accumulatorsOf(statement)) touched.add(id);
  for (const statement of block.statements)
    if (statement.kind === 'open') touched.delete(statement.outs[0].id);
  accumulatorsOfBlock.set(block, touched);
  return touched;
}

/**
 * Whether a statement does more than bind its outs: it opens, adds to or freezes an accumulator that lives outside it.
 * Such a statement may not be dropped, merged with its equal or moved across another that touches the same accumulator;
 * two that only add may change places.
 */
export function isEffect(statement: Statement): boolean {
  return accumulatorsOf(statement).size > 0;
}

/**
 * A copy of a block in which everything bound inside is fresh, so that it can stand beside the original. `fresh`
 * hands out the new values; the result knows what became of each old one.
 */
export function cloneBlock(
  block: Block,
  substitution: ReadonlyMap<number, Operand>,
  fresh: (value: Value) => Value,
): { readonly block: Block; readonly substitution: ReadonlyMap<number, Operand> } {
  const all = new Map(substitution);
  const use = (operand: Operand): Operand =>
    operand.kind === 'value' ? (all.get(operand.id) ?? operand) : operand;
  const bind = (value: Value): Value => {
    const copy = fresh(value);
    all.set(value.id, copy);
    return copy;
  };
  const copied = (inner: Block): Block => ({
    statements: inner.statements.map((statement) =>
      mapBlocks(mapBound(mapOperands(statement, use), bind), copied),
    ),
    results: inner.results.map(use),
  });
  return { block: copied(block), substitution: all };
}

/** Ops that yield a real without computing one. */
const movesOnly: ReadonlySet<OpName> = new Set<OpName>(['toReal', 'select']);

/**
 * How many operations on reals stand in the text of a program (not how often they run). Reads, conversions, choices
 * and work on ints and bools do not count.
 */
export function countOps(program: Program): number {
  let count = 0;
  for (const statement of statementsOf(program.body)) {
    if (statement.kind === 'op' && ops[statement.op].result === 'real' && !movesOnly.has(statement.op))
      count++;
  }
  return count;
}
