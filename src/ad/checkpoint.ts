// Cuts long loops into segments before they are differentiated. The adjoint of the last segment reads what the way forward
// saved; each one before it is run again from its first state, saves, and is then taken backwards. With about √T segments of
// √T iterations that takes memory for 2√T iterations instead of T, and each iteration runs at most once more.

import {
  add,
  asConstant,
  constant,
  multiply,
  subtract,
  symbol,
  zero,
  type Polynomial,
} from '../base/polynomial.ts';
import { asPolynomial, BlockBuilder, extent, intType } from '../ir/build.ts';
import { derivedSize } from '../ir/derived.ts';
import type { Block, DerivedSize, LoopStatement, Program, Size, Type, Value } from '../ir/types.ts';
import { cloneBlock, mapBlocks } from '../ir/walk.ts';
import { definitionsOf, type Definitions } from './regular.ts';
import { rootOf } from './updates.ts';

/**
 * `none`: every iteration is saved. A number: segments of so many iterations. `auto`: √T segments, for loops that would
 * save much (ir/derived.ts says how much) in arrays of more than a few elements.
 */
export type Checkpoint = 'auto' | 'none' | number;

/** Elements of an array that a loop may save in each iteration without being worth checkpoints. */
const smallArray = 16;

export function checkpoint(program: Program, option: Checkpoint): Program {
  if (option === 'none') return program;
  const b = new BlockBuilder(program.nextId);
  const sizes = new DerivedSizes(program.sizes);
  const definitions = definitionsOf(program);
  const visit = (into: BlockBuilder, block: Block): Block => {
    for (const statement of block.statements) {
      if (statement.kind === 'if') into.push(mapBlocks(statement, (inner) => visit(into.nested(), inner)));
      else if (statement.kind === 'loop' && (option !== 'auto' || savedBy(statement, definitions) !== zero))
        cut(into, statement, option, sizes, definitions);
      else into.push(statement);
    }
    return into.block(block.results);
  };
  const body = visit(b, program.body);
  return { ...program, sizes: sizes.all(), body, nextId: b.nextId };
}

/**
 * Elements of the large arrays that an iteration makes and that its adjoint may want. Of arrays that are updated element by
 * element only what is replaced is saved.
 */
function savedBy({ body, state }: LoopStatement, definitions: Definitions): Polynomial {
  const isLarge = ({ dims }: Type): boolean =>
    dims.length > 0 && !((asConstant(dims.reduce(multiply)) ?? Infinity) <= smallArray);
  const replaced = state.filter(({ value }, k) => {
    const next = body.results[k];
    return next !== undefined && rootOf(next, definitions) !== value;
  });
  const made = body.statements
    .flatMap(({ outs }): readonly Value[] => outs)
    .filter((out) => rootOf(out, definitions) === out);
  return [...replaced.map(({ value }) => value), ...made]
    .filter(({ type }) => isLarge(type))
    .reduce((sum, { type }) => add(sum, type.dims.reduce(multiply)), zero);
}

function cut(
  b: BlockBuilder,
  loop: LoopStatement,
  option: 'auto' | number,
  sizes: DerivedSizes,
  definitions: Definitions,
): void {
  const { from, to, index, state, body, outs, order, condition } = loop;
  const [first, last] = [asPolynomial(from), asPolynomial(to)];
  const isPlain = order === 'up' && condition === undefined && outs.length === state.length;
  if (!isPlain || first === undefined || last === undefined) return b.push(loop);
  const trips = subtract(last, first);
  const length =
    option === 'auto'
      ? sizes.get({ rule: 'length', trips, row: savedBy(loop, definitions) })
      : constant(option);
  const earlier = sizes.get({ rule: 'earlier', trips, length });
  if (asConstant(earlier) === 0) return b.push(loop);

  const initial = state.map(({ value, initial: before }) => ({ value: before, name: value.name }));
  const fresh = (type: Type, name: string | undefined) => b.fresh(type, { name });
  const segment = fresh(intType, 'segment');
  const begun = state.map(({ value, initial: before }) => ({
    value: fresh(value.type, value.name),
    initial: before,
  }));
  const inner = b.nested();
  const start = inner.op('iadd', [inner.op('imul', [segment, extent(length)]), from]);
  const end = inner.op('iadd', [start, extent(length)]);
  const copy = cloneBlock({ statements: [{ ...loop, outs: state.map(({ value }) => value) }], results: [] }, new Map(), (value) => b.fresh(value.type, value)); // prettier-ignore
  const [segmentLoop] = copy.block.statements;
  if (segmentLoop?.kind !== 'loop') return b.push(loop);
  inner.push({
    ...segmentLoop,
    from: start,
    to: end,
    state: segmentLoop.state.map((carried, k) => ({
      ...carried,
      initial: begun[k]?.value ?? carried.initial,
    })),
  });
  const middle = initial.map(({ value, name }) => fresh(value.type, name));
  b.push({
    kind: 'loop',
    outs: middle,
    index: segment,
    from: extent(constant(0)),
    to: extent(earlier),
    order: 'up',
    state: begun,
    body: inner.block(segmentLoop.outs),
    checkpoints: true,
  });
  b.push({
    ...loop,
    index,
    from: extent(add(first, multiply(earlier, length))),
    state: state.map((carried, k) => ({ ...carried, initial: middle[k] ?? carried.initial })),
    body,
  });
}

/** The sizes of a program, and those that follow from them. */
class DerivedSizes {
  readonly #sizes: Size[];

  constructor(sizes: readonly Size[]) {
    this.#sizes = [...sizes];
  }

  all(): readonly Size[] {
    return this.#sizes;
  }

  /** The derived size as a polynomial. */
  get(derived: DerivedSize): Polynomial {
    const values = [derived.trips, derived.rule === 'earlier' ? derived.length : derived.row];
    if (values.every((size) => asConstant(size) !== undefined))
      return constant(derivedSize(derived, (size) => asConstant(size) ?? NaN));
    const key = keyOf(derived);
    const same = this.#sizes.find((size) => size.derived !== undefined && keyOf(size.derived) === key);
    if (same !== undefined) return symbol(same.name);
    const name = this.#unused(derived.rule === 'length' ? 'segmentLength' : 'earlierSegments');
    this.#sizes.push({ name, derived });
    return symbol(name);
  }

  #unused(name: string): string {
    const isTaken = (candidate: string): boolean => this.#sizes.some((size) => size.name === candidate);
    let candidate = name;
    for (let k = 2; isTaken(candidate); k++) candidate = `${name}${k}`;
    return candidate;
  }
}

const keyOf = (derived: DerivedSize): string =>
  `${derived.rule} ${derived.trips.key} by ${(derived.rule === 'earlier' ? derived.length : derived.row).key}`;
