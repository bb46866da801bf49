// A small array that a loop replaces as a whole, `s = [a, b]`, is carried as so many scalars: no memory, no copies.

import { bug } from '../base/bug.ts';
import { asConstant } from '../base/polynomial.ts';
import { int, scalarType, type BlockBuilder } from '../ir/build.ts';
import type { Block, LoopStatement, Operand, Program, Value } from '../ir/types.ts';
import { mapUses } from '../ir/walk.ts';
import { rewrite, type Context } from './rewrite.ts';

/** Elements of the largest array that is taken apart. */
const largest = 16;

export function scalariseState(program: Program): Program {
  return rewrite(
    program,
    (statement, context) => (statement.kind === 'loop' ? takeApart(statement, context) : undefined),
    ({ kind }) => kind === 'loop',
  );
}

/** An array of the state as its elements, in row-major order: at the start of an iteration, and after the loop. */
interface Parts {
  readonly value: Value;
  readonly initial: Operand;
  readonly out: Value;
  readonly dims: readonly number[];
  readonly next: readonly Operand[];
  readonly inside: readonly Value[];
  readonly outside: readonly Value[];
}

function takeApart(loop: LoopStatement, context: Context): readonly Operand[] | undefined {
  const { state, outs, body, condition } = loop;
  const { b } = context;
  const count = condition === undefined ? [] : outs.slice(-1);
  if (outs.length > state.length + count.length) return undefined;
  const all = state.map((_, k) => partsOf(loop, k, context));
  const taken = all.filter((parts) => parts !== undefined);
  if (taken.length === 0) return undefined;

  const each = <T>(whole: (k: number) => T, part: (parts: Parts) => readonly T[]): readonly T[] =>
    all.flatMap((parts, k) => (parts === undefined ? [whole(k)] : part(parts)));
  const carried = each(
    (k) => state[k] ?? bug('a lost state'),
    ({ initial, dims, inside }) =>
      inside.map((value, place) => ({ value, initial: elementAt(b, initial, dims, place) })),
  );
  const results = each(
    (k) => body.results[k] ?? bug('a lost result'),
    ({ next }) => next,
  );
  const finals = each(
    (k) => outs[k] ?? bug('a lost out'),
    ({ outside }) => outside,
  );
  const within = (block: Block, yielded: readonly Operand[]): Block => {
    const opening = b.nested();
    const lists = new Map(taken.map(({ value, inside, dims }) => [value, listOf(opening, inside, dims, value)])); // prettier-ignore
    const use = (operand: Operand): Operand =>
      operand.kind === 'value' ? (lists.get(operand) ?? operand) : operand;
    const statements = block.statements.map((statement) => mapUses(statement, use));
    return { statements: [...opening.block().statements, ...statements], results: yielded.map(use) };
  };
  b.push({
    ...loop,
    outs: [...finals, ...count],
    state: carried,
    ...(condition === undefined ? {} : { condition: within(condition, condition.results) }),
    body: within(body, results),
  });
  const whole = all.map((parts, k) =>
    parts === undefined ? (outs[k] ?? bug('a lost out')) : listOf(b, parts.outside, parts.dims, parts.out),
  );
  return [...whole, ...count];
}

/** Undefined for what is no array, too large, or not made of its elements in each iteration. */
function partsOf({ state, outs, body }: LoopStatement, k: number, context: Context): Parts | undefined {
  const [carried, out] = [state[k], outs[k]];
  if (carried === undefined || out === undefined) return undefined;
  const { value, initial } = carried;
  const dims = value.type.dims.map((dim) => asConstant(dim) ?? Infinity);
  const size = dims.reduce((product, dim) => product * dim, 1);
  const next =
    dims.length > 0 && size <= largest ? elementsOf(body.results[k], dims.length, context) : undefined;
  if (next === undefined) return undefined;
  const fresh = (of: Value): readonly Value[] =>
    next.map((_, place) =>
      context.b.fresh(scalarType(of.type.scalar), {
        name: of.name === undefined ? undefined : `${of.name}${place}`,
        span: of.span,
      }),
    );
  return { value, initial, out, dims, next, inside: fresh(value), outside: fresh(out) };
}

/** The elements of a list (of lists …), in row-major order. */
function elementsOf(
  array: Operand | undefined,
  rank: number,
  context: Context,
): readonly Operand[] | undefined {
  if (rank === 0) return array === undefined ? undefined : [array];
  const list = context.definitionOf(array);
  if (list?.kind !== 'list') return undefined;
  const elements = list.elements.map((element) => elementsOf(element, rank - 1, context));
  return elements.every((element) => element !== undefined) ? elements.flat() : undefined;
}

function elementAt(b: BlockBuilder, array: Operand, dims: readonly number[], place: number): Operand {
  if (array.kind !== 'value') return bug('an array is a literal');
  let rest = place;
  const indices = dims.toReversed().map((dim) => {
    const index = int(rest % dim);
    rest = Math.floor(rest / dim);
    return index;
  });
  return b.read(array, indices.reverse());
}

function listOf(b: BlockBuilder, elements: readonly Operand[], dims: readonly number[], hint: Value): Value {
  const [size, ...rest] = dims;
  if (size === undefined || rest.length === 0) return b.list(elements, hint);
  const stride = elements.length / size;
  const rows = Array.from({ length: size }, (_, k) =>
    listOf(b, elements.slice(k * stride, (k + 1) * stride), rest, { ...hint }),
  );
  return b.list(rows, hint);
}
