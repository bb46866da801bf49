// Takes linear maps out of sums: Σₙ Qᵀ gₙ = Qᵀ Σₙ gₙ. A loop over points that multiplies something of each point by a matrix that
// is the same for all of them, only to add the products up, adds up what is multiplied instead; the matrix comes after the loop, once.
//
// What it looks for is what reverse mode makes of `z = Q @ (x[n] - mean)`: inside the loop an accumulator A gets products s · q, and
// goes, maybe with a sign or another factor, to accumulators from outside the loop. Neither q, nor where anything is added, nor those
// factors depend on the point, and s is the same along one of the loops around the product: otherwise nothing is saved. Sums are
// taken in another order, and no op but products, signs and what q and the ranges are made of moves, none of them out of a branch.

import { runsCertainly } from '../ir/certain.ts';
import { asPolynomial, BlockBuilder } from '../ir/build.ts';
import type { AddStatement, Block, ForStatement, Operand, OpStatement, Program, Statement, Value } from '../ir/types.ts'; // prettier-ignore
import { accumulatorsOf, blocksOf, cloneBlock, freeValuesOfStatement, mapBlocks } from '../ir/walk.ts';
import { isMovable } from './hoist.ts';

export function factorLinear(program: Program): Program {
  const b = new BlockBuilder(program.nextId);
  const body = factoredIn(program.body, b);
  return body === program.body ? program : { ...program, body, nextId: b.nextId };
}

function factoredIn(block: Block, b: BlockBuilder): Block {
  if (!block.statements.some((statement) => blocksOf(statement).length > 0)) return block;
  let changed = false;
  const statements = block.statements.flatMap((before): readonly Statement[] => {
    let around: readonly [readonly Statement[], ForStatement, readonly Statement[]] | undefined;
    let [start, end]: [readonly Statement[], readonly Statement[]] = [[], []];
    let statement = before;
    while (statement.kind === 'for' && (around = factored(statement, b)) !== undefined) {
      start = [...start, ...around[0]];
      statement = around[1];
      end = [...around[2], ...end];
    }
    const inner = mapBlocks(statement, (body) => factoredIn(body, b));
    changed ||= inner !== before;
    return [...start, inner, ...end];
  });
  return changed ? { ...block, statements } : block;
}

/** What there is to take out of a loop. */
interface Linear {
  readonly loop: ForStatement;
  /** The loops between it and the block in which A is opened. */
  readonly path: readonly ForStatement[];
  readonly accumulator: Value;
  /** The loops from there to the product, the product, and what is not the matrix in it. */
  readonly nest: readonly ForStatement[];
  readonly product: OpStatement;
  readonly factor: Value;
  /** How many loops of the nest the factor changes with. */
  readonly depth: number;
  /** What leaves the loop, and what of the loop is needed there, too. */
  readonly moved: ReadonlySet<Statement>;
  readonly needed: ReadonlySet<Statement>;
}

function factored(
  loop: ForStatement,
  b: BlockBuilder,
): readonly [readonly Statement[], ForStatement, readonly Statement[]] | undefined {
  const map = mapIn(loop);
  if (map === undefined) return undefined;
  const { path, nest, depth, moved, factor } = map;
  const used = indicesUsed([...map.needed, ...map.moved]);
  const kept = [...path.filter(({ index }) => used.has(index.id)), ...nest.slice(0, depth)];
  const extents = kept.flatMap(({ to }) => {
    const extent = asPolynomial(to);
    return extent === undefined ? [] : [extent];
  });
  const builder = b.nested();
  const total = builder.open({ scalar: 'real', dims: extents }, { name: factor.name });
  const sum = b.fresh(total.type, factor);
  const places = kept.map(({ index }) => index);
  const add: Statement = { kind: 'add', outs: [], accumulator: total, indices: places, value: factor, inRange: true }; // prettier-ignore
  const element = places.length === 0 ? sum : b.fresh(factor.type, factor);
  const read: Statement = { kind: 'read', outs: [element], array: sum, indices: places, inRange: true };
  const after = afterwards(map, used, element === sum ? [] : [read], element);
  const { block } = cloneBlock(after, new Map(), (value) => b.fresh(value.type, value));
  const at = nest[depth];
  const within = (body: Block): Block => ({
    ...body,
    statements: body.statements.flatMap((statement): readonly Statement[] => {
      if (moved.has(statement)) return [];
      const inner = statement.kind === 'for' ? mapBlocks(statement, within) : statement;
      return statement === at ? [add, inner] : [inner];
    }),
  });
  return [
    builder.block().statements,
    { ...loop, body: within(loop.body) },
    [{ kind: 'freeze', outs: [sum], accumulator: total }, ...block.statements],
  ];
}

/** The part of the loop that is to run once, with what replaces the factor, and what reads that. */
function afterwards(
  { loop, path, nest, depth, product, factor, moved, needed }: Linear,
  used: ReadonlySet<number>,
  read: readonly Statement[],
  element: Value,
): Block {
  const home = depth === 0 ? nest[0] : undefined;
  const part = (block: Block): readonly Statement[] =>
    block.statements.flatMap((statement): readonly Statement[] => {
      if (statement === product) {
        const args = product.args.map((arg) => (arg === factor ? element : arg));
        return [{ ...product, args }];
      }
      if (statement.kind === 'for') {
        const inside = part(statement.body);
        if (inside.length === 0) return [];
        if (path.includes(statement) && !used.has(statement.index.id)) return inside;
        const start = depth > 0 && statement === nest[depth - 1] ? read : [];
        const made = { ...statement, body: { statements: [...start, ...inside], results: [] } };
        return statement === home ? [...read, made] : [made];
      }
      return moved.has(statement) || needed.has(statement) ? [statement] : [];
    });
  return { statements: part(loop.body), results: [] };
}

function indicesUsed(statements: Iterable<Statement>): ReadonlySet<number> {
  const used = new Set<number>();
  for (const statement of statements) for (const id of freeValuesOfStatement(statement).keys()) used.add(id);
  return used;
}

function mapIn(loop: ForStatement): Linear | undefined {
  if (!runsCertainly(loop)) return undefined;
  const inside = new Inside(loop);
  const visit = (block: Block, path: readonly ForStatement[]): Linear | undefined => {
    for (const statement of block.statements) {
      const found =
        statement.kind === 'open' && statement.initial === undefined
          ? mapOf(loop, path, block, statement, inside)
          : statement.kind === 'for' && !inside.varies(statement.index)
            ? visit(statement.body, [...path, statement])
            : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(loop.body, []);
}

/** What there is inside a loop, and what of it differs between iterations. */
class Inside {
  readonly #definitions = new Map<number, Statement | undefined>();
  readonly #varying = new Set<number>();

  constructor(loop: ForStatement) {
    this.#bind(loop.index, undefined, true);
    this.#visit(loop.body);
  }

  /** Bound in the loop. */
  has = ({ id }: Value): boolean => this.#definitions.has(id);
  varies = (operand: Operand): boolean => operand.kind === 'value' && this.#varying.has(operand.id);
  definitionOf = (operand: Operand): Statement | undefined =>
    operand.kind === 'value' ? this.#definitions.get(operand.id) : undefined;

  /** Adds the statements that compute an operand; false where they may not run elsewhere. */
  needs(operand: Operand, into: Set<Statement>): boolean {
    if (operand.kind !== 'value' || !this.has(operand)) return true;
    if (this.varies(operand)) return false;
    const statement = this.definitionOf(operand);
    if (statement === undefined || into.has(statement)) return true;
    if (!isMovable(statement)) return false;
    into.add(statement);
    return [...freeValuesOfStatement(statement).values()].every((value) => this.needs(value, into));
  }

  #bind({ id }: Value, statement: Statement | undefined, varies: boolean): void {
    this.#definitions.set(id, statement);
    if (varies) this.#varying.add(id);
  }

  #visit(block: Block): void {
    for (const statement of block.statements) {
      if (statement.kind === 'for') {
        this.#bind(statement.index, undefined, this.varies(statement.from) || this.varies(statement.to));
        this.#visit(statement.body);
        continue;
      }
      const isAccumulator = statement.kind === 'open' || statement.kind === 'freeze';
      const varies = isAccumulator || [...freeValuesOfStatement(statement).values()].some(this.varies);
      for (const out of statement.outs) this.#bind(out, statement, varies);
    }
  }
}

function mapOf(
  loop: ForStatement,
  path: readonly ForStatement[],
  block: Block,
  open: Statement,
  inside: Inside,
): Linear | undefined {
  const [accumulator] = open.outs;
  if (accumulator === undefined) return undefined;
  const touching = block.statements.filter(
    (each) => each !== open && accumulatorsOf(each).has(accumulator.id),
  );
  const [outer, freeze, ...more] = touching;
  if (outer?.kind !== 'for' || freeze?.kind !== 'freeze' || more.length > 0) return undefined;
  const found = onlyAdd(outer, accumulator);
  if (found === undefined) return undefined;
  const { nest, add } = found;
  const product = inside.definitionOf(add.value);
  if (product?.kind !== 'op' || product.op !== 'mul') return undefined;
  const [factor, ...others] = product.args.filter(inside.varies);
  if (factor?.kind !== 'value' || others.length > 0) return undefined;
  const depth = nest.findIndex(({ body }) => bindsDeep(body, factor));
  const kept = depth < 0 ? 0 : depth + 1;
  const innermost = nest.at(-1);
  const isOnce = innermost?.body.statements.includes(product) === true && kept < nest.length;
  if (!isOnce || ![...path, ...nest.slice(0, kept)].every(isRectangular)) return undefined;
  const needed = new Set<Statement>();
  const moved = new Set<Statement>([open, add, freeze]);
  const operands = [
    ...path.flatMap(({ from, to }) => [from, to]),
    ...nest.flatMap(({ from, to }) => [from, to]),
    ...product.args.filter((arg) => arg !== factor),
    ...add.indices,
  ];
  if (!operands.every((operand) => inside.needs(operand, needed))) return undefined;
  if (!uses(block, freeze.outs[0], inside, moved, needed)) return undefined;
  return { loop, path, accumulator, nest, product, factor, depth: kept, moved, needed };
}

const isRectangular = ({ from, to }: ForStatement): boolean =>
  from.kind === 'literal' && from.value === 0 && asPolynomial(to) !== undefined;

/** Whether the block or a loop in it binds a value. */
function bindsDeep(block: Block, value: Value): boolean {
  return block.statements.some(
    (statement) =>
      statement.outs.some((out) => out === value) ||
      (statement.kind === 'for' && (statement.index === value || bindsDeep(statement.body, value))),
  );
}

/** The only add to an accumulator, if it stands in loops only, each in the one before. */
function onlyAdd(
  outer: ForStatement,
  accumulator: Value,
): { readonly nest: readonly ForStatement[]; readonly add: AddStatement } | undefined {
  const nest = [outer];
  for (;;) {
    const touching: readonly Statement[] =
      nest.at(-1)?.body.statements.filter((each) => accumulatorsOf(each).has(accumulator.id)) ?? [];
    const [inner, ...more] = touching;
    if (more.length > 0) return undefined;
    if (inner?.kind === 'add') return { nest, add: inner };
    if (inner?.kind !== 'for') return undefined;
    nest.push(inner);
  }
}

/** Whether all that is made of the sum goes, multiplied by what does not vary, to accumulators from outside: notes what that takes. */
function uses(
  block: Block,
  sum: Value,
  inside: Inside,
  moved: Set<Statement>,
  needed: Set<Statement>,
): boolean {
  const linear = new Set<Value>([sum]);
  const isLinear = (operand: Operand): boolean => operand.kind === 'value' && linear.has(operand);
  const fixed = (operands: readonly Operand[]): boolean =>
    operands.every((operand) => !isLinear(operand) && inside.needs(operand, needed));
  const visit = ({ statements }: Block): boolean =>
    statements.every((statement) => {
      if (![...freeValuesOfStatement(statement).values()].some((value) => linear.has(value))) return true;
      if (statement.kind === 'for') return fixed([statement.from, statement.to]) && visit(statement.body);
      if (statement.kind === 'read') {
        if (!fixed(statement.indices) || !statement.inRange) return false;
      } else if (statement.kind === 'op' && (statement.op === 'neg' || statement.op === 'mul')) {
        const others = statement.args.filter((arg) => !isLinear(arg));
        if (others.length !== statement.args.length - 1 || !fixed(others)) return false;
      } else if (statement.kind === 'add') {
        if (!isLinear(statement.value) || !fixed(statement.indices) || !statement.inRange) return false;
        if (inside.has(statement.accumulator)) return false;
      } else return false;
      moved.add(statement);
      statement.outs.forEach((out) => linear.add(out));
      return true;
    });
  return visit(block);
}
