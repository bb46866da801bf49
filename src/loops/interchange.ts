// Sums of several products, as a convolution has for the places of its kernel, along rows of memory. As written, each element is
// summed up before the next, and goes through all channels. Here the elements of a row get what one channel gives them, one after
// the other, before the next channel: the factors that a row has in common are constants of the inner loop, and it runs
// along memory. Terms are added in the order in which they were.

import { changesLocal, effectsOf, writes } from './effects.ts';
import { apply, declare, isZero, lengthOf, load, real, reference, scalarOf } from './make.ts';
import { copiedList, substituted } from './rename.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapRegions, visitExpression } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/** Fewer products than this have too little in common to go through a row for each channel. */
const fewestProducts = 4;
/** More factors than these do not stay in registers. */
const mostProducts = 16;
/** Rows of a known length below this are not worth the change. */
const shortestRow = 8;

export function interchange(routine: Routine): Routine {
  const scratch = [...routine.scratch];
  const list = (statements: readonly Statement[]): readonly Statement[] =>
    statements.flatMap((statement) => {
      const rows = statement.kind === 'for' ? alongRows(statement, scratch) : undefined;
      return rows ?? [mapRegions(statement, list)];
    });
  const body = list(routine.body);
  return scratch.length === routine.scratch.length ? routine : { ...routine, body, scratch };
}

/** What the body of a loop over elements consists of. */
interface Parts {
  /** Places that it computes first. */
  readonly places: readonly Statement[];
  readonly sum: Local;
  readonly channels: Loop;
  /** What is done with the sum. */
  readonly rest: readonly Statement[];
}

function partsOf({ body }: Loop): Parts | undefined {
  const start = body.findIndex(({ kind }) => (kind !== 'declare' ? true : false));
  const channels = body[start];
  const first = body[start - 1];
  if (channels?.kind !== 'for' || channels.order !== undefined || first?.kind !== 'declare') return undefined;
  const { local: sum, value } = first;
  if (!sum.mutable || sum.scalar !== 'real' || value === undefined || !isZero(value)) return undefined;
  const places = body.slice(0, start - 1);
  const arePlain = places.every(
    (each) =>
      each.kind === 'declare' && !each.local.mutable && each.value !== undefined && isPlace(each.value),
  );
  return arePlain ? { places, sum, channels, rest: body.slice(start + 1) } : undefined;
}

/** Integers that cost next to nothing, so that they may be computed twice. */
function isPlace(value: Expression): boolean {
  let isPlain = scalarOf(value) === 'int';
  visitExpression(value, (part) => {
    if (part.kind === 'load' || (part.kind === 'op' && !/^i(?:add|sub|mul|neg)$/.test(part.op)))
      isPlain = false;
  });
  return isPlain;
}

/** The loop as three: one that clears a row of sums, one over channels around a loop along the row, one for the rest. */
function alongRows(loop: Loop, scratch: Buffer[]): readonly Statement[] | undefined {
  const { index, to, order } = loop;
  const parts = partsOf(loop);
  const size = lengthOf(loop);
  const isShort = to.kind === 'literal' && Number(to.value) < shortestRow;
  if (parts === undefined || size === undefined || isShort || order !== undefined) return undefined;
  const { places, sum, channels, rest } = parts;
  const last = channels.body.at(-1);
  const named = channels.body.slice(0, -1);
  if (last?.kind !== 'increase' || last.local !== sum) return undefined;
  const names = new Map<Local, Expression>();
  for (const each of [...places, ...named]) {
    if (each.kind !== 'declare' || each.local.mutable || each.value === undefined) return undefined;
    names.set(each.local, substituted(each.value, names));
  }
  // The places are not yet there where the loop over channels begins now.
  const range = { from: substituted(channels.from, names), to: substituted(channels.to, names) };
  if (mentions(range.from, index) || mentions(range.to, index)) return undefined;
  const products = productsOf(substituted(last.value, names));
  if (products === undefined || products.length < fewestProducts || products.length > mostProducts)
    return undefined;
  if (!products.every((product) => isAlong(product, index))) return undefined;
  const after = effectsOf(rest);
  const before = effectsOf([channels]);
  if (after.fixed || changesLocal(after, sum) || [...before.loaded].some((buffer) => writes(after, buffer)))
    return undefined;

  const sums: Buffer = {
    role: 'scratch',
    name: 'sums',
    scalar: 'real',
    dims: [size],
    invented: true,
    isRange: true,
  };
  scratch.push(sums);
  const over = (body: (at: Expression, names: Map<Local, Expression>) => readonly Statement[]): Statement => {
    const own: Local = { ...index };
    return { ...loop, index: own, body: body(reference(own), new Map([[index, reference(own)]])) };
  };
  const cleared = over((at) => [{ kind: 'store', buffer: sums, indices: [at], value: real(0) }]);
  const added = over((_, here) => {
    const value = apply('add', load(sums, [reference(index)]), last.value);
    const store: Statement = { kind: 'store', buffer: sums, indices: [reference(index)], value };
    return copiedList([...places, ...named, store], here);
  });
  const finished = over((at, here) => {
    const result: Local = { ...sum, mutable: false };
    const inner = copiedList([...places, ...rest], here.set(sum, reference(result)));
    return [declare(result, load(sums, [at])), ...inner];
  });
  return [cleared, { ...channels, ...range, body: [added] }, finished];
}

/** The products that are added up; undefined where something else is. */
function productsOf(value: Expression): readonly Expression[] | undefined {
  if (value.kind !== 'op') return undefined;
  if (value.op === 'mul') return [value];
  const [a, b] = value.args;
  if (value.op !== 'add' || a === undefined || b === undefined) return undefined;
  const [left, right] = [productsOf(a), productsOf(b)];
  return left && right && [...left, ...right];
}

/** One factor is an element of a row along which the index runs, perhaps shifted; the others do not depend on the index. */
function isAlong(product: Expression, index: Local): boolean {
  const [row, ...others] = factorsOf(product).filter((factor) => mentions(factor, index));
  if (row?.kind !== 'load' || others.length > 0) return false;
  const last = row.indices.at(-1);
  return (
    last !== undefined &&
    isShifted(last, index) &&
    !row.indices.slice(0, -1).some((each) => mentions(each, index))
  );
}

function isShifted(place: Expression, index: Local): boolean {
  if (place.kind === 'local') return place.local === index;
  if (place.kind !== 'op') return false;
  const [a, b] = place.args;
  if (a === undefined || b === undefined) return false;
  if (place.op === 'iadd')
    return (isShifted(a, index) && !mentions(b, index)) || (isShifted(b, index) && !mentions(a, index));
  return place.op === 'isub' && isShifted(a, index) && !mentions(b, index);
}

const factorsOf = (value: Expression): readonly Expression[] =>
  value.kind === 'op' && value.op === 'mul' ? value.args.flatMap(factorsOf) : [value];

function mentions(expression: Expression, local: Local): boolean {
  let found = false;
  visitExpression(expression, (part) => {
    found ||= part.kind === 'local' && part.local === local;
  });
  return found;
}
