// Accumulators that need no memory: where every element is added to at a literal place, in the accumulator's own block or in
// branches of it, the adds become sums of values, and a branch yields what it contributes.

import { bug } from '../base/bug.ts';
import { asConstant } from '../base/polynomial.ts';
import { BlockBuilder, real } from '../ir/build.ts';
import type { AddStatement, Block, IfStatement, Operand, Program, Statement, Value } from '../ir/types.ts';
import { blocksOf, mapBlocks, mapOperands } from '../ir/walk.ts';

/** Elements of the largest array that is taken apart. */
const largest = 64;

export function sumAccumulators(program: Program): Program {
  const b = new BlockBuilder(program.nextId);
  const pass = new Pass(straightAccumulators(program.body));
  const results = pass.block(b, program.body, new Map());
  return { ...program, body: b.block(results), nextId: b.nextId };
}

/** What has been added so far to the elements of an accumulator, by their flat place. */
type Sums = Map<number, Operand>;
/** By the id of the accumulator: those that the statements at hand add to. */
type Contributions = Map<number, Sums>;

class Pass {
  readonly #straight: ReadonlySet<number>;
  readonly #substitution = new Map<number, Operand>();

  constructor(straight: ReadonlySet<number>) {
    this.#straight = straight;
  }

  /** Rewrites a block into `b`, collects its contributions, and yields its results. */
  block(b: BlockBuilder, block: Block, contributions: Contributions): readonly Operand[] {
    for (const before of block.statements)
      this.#statement(b, mapOperands(before, this.#resolve), contributions);
    return block.results.map(this.#resolve);
  }

  readonly #resolve = (operand: Operand): Operand =>
    operand.kind === 'value' ? (this.#substitution.get(operand.id) ?? operand) : operand;

  #statement(b: BlockBuilder, statement: Statement, contributions: Contributions): void {
    switch (statement.kind) {
      case 'open':
        if (!this.#straight.has(statement.outs[0].id)) b.push(statement);
        return;
      case 'add':
        if (this.#straight.has(statement.accumulator.id)) {
          contribute(b, contributions, statement.accumulator.id, placeOf(statement), statement.value);
        } else b.push(statement);
        return;
      case 'freeze': {
        const { accumulator, outs } = statement;
        if (!this.#straight.has(accumulator.id)) {
          b.push(statement);
          return;
        }
        const sums = contributions.get(accumulator.id);
        const sum = listOf(b, dimsOf(accumulator) ?? [], (place) => sums?.get(place) ?? real(0), outs[0]);
        this.#substitution.set(outs[0].id, sum);
        return;
      }
      case 'if':
        this.#branch(b, statement, contributions);
        return;
      default:
        b.push(mapBlocks(statement, (inner) => this.#apart(b, inner)));
    }
  }

  /** A region whose contributions are all to accumulators of its own. */
  #apart(b: BlockBuilder, block: Block): Block {
    const inner = b.nested();
    const results = this.block(inner, block, new Map());
    return inner.block(results);
  }

  #branch(b: BlockBuilder, statement: IfStatement, contributions: Contributions): void {
    const sides = [statement.then, statement.otherwise].map((block) => {
      const inner = b.nested();
      const found: Contributions = new Map();
      const own = openedIn(block);
      const results = this.block(inner, block, found);
      for (const id of own) found.delete(id);
      return { inner, found, results };
    });
    const [then, otherwise] = sides;
    if (then === undefined || otherwise === undefined) return bug('a branch without sides');
    const keys = new Map<string, readonly [number, number]>();
    for (const { found } of sides) {
      for (const [id, sums] of found)
        for (const place of sums.keys()) keys.set(`${id}:${place}`, [id, place]);
    }
    const places = [...keys.values()];
    const yielded = (side: (typeof sides)[number]): Block =>
      side.inner.block([
        ...side.results,
        ...places.map(([id, place]) => side.found.get(id)?.get(place) ?? real(0)),
      ]);
    const outs = places.map(([id, place]) => b.fresh((then.found.get(id)?.get(place) ?? otherwise.found.get(id)?.get(place) ?? real(0)).type)); // prettier-ignore
    b.push({
      ...statement,
      outs: [...statement.outs, ...outs],
      then: yielded(then),
      otherwise: yielded(otherwise),
    });
    places.forEach(([id, place], i) =>
      contribute(b, contributions, id, place, outs[i] ?? bug('an out is missing')),
    );
  }
}

function contribute(
  b: BlockBuilder,
  contributions: Contributions,
  id: number,
  place: number,
  value: Operand,
): void {
  let sums = contributions.get(id);
  if (sums === undefined) {
    sums = new Map();
    contributions.set(id, sums);
  }
  const before = sums.get(place);
  sums.set(place, before === undefined ? value : b.op('add', [before, value]));
}

const openedIn = (block: Block): readonly number[] =>
  block.statements.flatMap((statement) => (statement.kind === 'open' ? [statement.outs[0].id] : []));

const dimsOf = (value: Value): readonly number[] | undefined => {
  const dims = value.type.dims.map((dim) => asConstant(dim));
  return dims.some((dim) => dim === undefined) ? undefined : dims.map(Number);
};

function placeOf(statement: AddStatement): number {
  const dims = dimsOf(statement.accumulator) ?? bug('a list of unknown size');
  return statement.indices.reduce(
    (place, index, k) =>
      place * (dims[k] ?? bug('too many indices')) + (index.kind === 'literal' ? Number(index.value) : 0),
    0,
  );
}

function listOf(
  b: BlockBuilder,
  dims: readonly number[],
  element: (place: number) => Operand,
  hint: Value,
): Operand {
  const rows = (depth: number, place: number): Operand => {
    const size = dims[depth];
    if (size === undefined) return element(place);
    const elements = Array.from({ length: size }, (_, k) => rows(depth + 1, place * size + k));
    return b.list(elements, depth === 0 ? hint : {});
  };
  return rows(0, 0);
}

/** Ids of the accumulators (scalars and small arrays of fixed size) that are added to as said on top of this file. */
function straightAccumulators(block: Block, found = new Set<number>()): Set<number> {
  for (const statement of block.statements) {
    if (statement.kind !== 'open' || statement.initial !== undefined) continue;
    const dims = dimsOf(statement.outs[0]);
    const size = dims?.reduce((product, dim) => product * dim, 1) ?? 0;
    // The free params of a simplex of one element are none, and no list is empty.
    if (size > 0 && size <= largest) found.add(statement.outs[0].id);
  }
  dropOthers(block, found, true);
  for (const statement of block.statements) {
    for (const inner of blocksOf(statement)) straightAccumulators(inner, found);
  }
  return found;
}

/** Takes out what is added to inside loops, or at a place that is not a literal. */
function dropOthers(block: Block, found: Set<number>, isStraight: boolean): void {
  for (const statement of block.statements) {
    if (statement.kind === 'add') {
      const isKnown = statement.indices.every((index) => index.kind === 'literal');
      if (!isStraight || !isKnown) found.delete(statement.accumulator.id);
    }
    for (const inner of blocksOf(statement)) dropOthers(inner, found, isStraight && statement.kind === 'if');
  }
}
