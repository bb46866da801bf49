// Blocks of the IR to statement lists: the walk that everything else in this folder serves.

import { bug } from '../../base/bug.ts';
import type { Block, BuildStatement, IfStatement, SetStatement, Statement as IrStatement, Value } from '../../ir/types.ts'; // prettier-ignore
import { effectsOf } from '../effects.ts';
import { apply, declare, integer, load, loop, reference, sizeOf, variable, zeroOf } from '../make.ts';
import type { Buffer, Expression, Local, Statement } from '../types.ts';
import { visitExpression } from '../walk.ts';
import {
  adjointName,
  checkIndices,
  clear,
  copy,
  isArray,
  placeArrays,
  placeOf,
  setAside,
  slice,
  type Goal,
} from './places.ts';
import { lowerLoop } from './loop.ts';
import { moveAll, type Copy, type Move } from './moves.ts';
import { Pending } from './pending.ts';
import { lowerReduce, rangeOf } from './reduce.ts';
import { bind, bindOp, cellFor, fitted, named, readsChanged, scalar, settlePending, withIndex, type Lowering } from './scalars.ts'; // prettier-ignore

/** Lowers a block. Returns an expression for each result whose goal is 'value'. */
export function lowerBlock(
  lowering: Lowering,
  block: Block,
  into: Statement[],
  goals: readonly Goal[],
): readonly (Expression | undefined)[] {
  const copies = placeArrays(lowering, block, goals);
  const around = lowering.pending;
  const declaredAround = lowering.declared.length;
  lowering.pending = new Pending();
  for (const statement of block.statements) {
    if (statement === lowering.adjointStart) into.push({ kind: 'section', title: 'adjoint' });
    if (!lowering.uses.live.has(statement)) continue;
    const own: Statement[] = [];
    lowerStatement(lowering, statement, own);
    settlePending(lowering, into, own, statement.outs);
    into.push(...own);
  }
  for (const { from, to } of copies) into.push(copy(placeOf(lowering, from), to));
  const results = block.results.map((result, k) => (goals[k] === 'value' ? scalar(lowering, result) : undefined)); // prettier-ignore
  lowering.pending = around;
  // What is declared here is out of scope behind it, also where a value behind it shares the place.
  for (const storage of lowering.declared.splice(declaredAround)) lowering.cells.delete(storage);
  return results;
}

function lowerStatement(lowering: Lowering, statement: IrStatement, into: Statement[]): void {
  switch (statement.kind) {
    case 'op':
      return bindOp(lowering, into, statement.outs[0], statement.op, statement.args);
    case 'read': {
      const place = placeOf(lowering, statement.array);
      let indices: readonly Expression[] = statement.indices.map((index) => scalar(lowering, index));
      if (lowering.checked && !statement.inRange)
        indices = checkIndices(lowering, into, statement.array, place, indices);
      const element = fitted(lowering, into, indices, (made) =>
        load(place.buffer, [...place.prefix, ...made]),
      );
      return bind(lowering, into, statement.outs[0], element);
    }
    case 'row': {
      const indices = statement.indices.map((index) => named(into, scalar(lowering, index)));
      lowering.places.set(statement.outs[0], slice(placeOf(lowering, statement.array), indices));
      return;
    }
    case 'set':
      return lowerSet(lowering, statement, into);
    case 'loop':
      return lowerLoop(lowering, statement, into, (block, inner, goals) =>
        lowerBlock(lowering, block, inner, goals),
      );
    case 'list': {
      const place = placeOf(lowering, statement.outs[0]);
      const stores = statement.elements.flatMap((element, k): readonly Store[] => {
        const { buffer, prefix: indices } = slice(place, [integer(k)]);
        if (isArray(element)) return [];
        return [{ kind: 'store', buffer, indices, value: scalar(lowering, element) }];
      });
      storeAll(into, stores);
      statement.elements.forEach((element, k) => {
        const { buffer, prefix: indices } = slice(place, [integer(k)]);
        if (element.kind !== 'value' || !isArray(element)) return;
        if (!isAt(lowering, element, buffer, indices)) {
          into.push(copy(placeOf(lowering, element), { buffer, prefix: indices }));
        }
      });
      return;
    }
    case 'build':
      return lowerBuild(lowering, statement, into);
    case 'reduce': {
      const { body, outs } = statement;
      const extremum = statement.reducer === 'max' || statement.reducer === 'min';
      const goals = body.results.map((_, k) => (extremum ? 'value' : goalOf(lowering, outs[k])));
      return lowerReduce(lowering, statement, into, (inner) => lowerBlock(lowering, body, inner, goals));
    }
    case 'if':
      return lowerIf(lowering, statement, into);
    case 'open': {
      const [accumulator] = statement.outs;
      const { initial } = statement;
      if (isArray(accumulator)) {
        const place = placeOf(lowering, accumulator);
        if (initial?.kind !== 'value') into.push(clear(place));
        else if (placeOf(lowering, initial) !== place) into.push(copy(placeOf(lowering, initial), place));
        return;
      }
      const local = variable(adjointName(accumulator, 'total'), accumulator.type.scalar);
      into.push(declare(local, initial === undefined ? zeroOf(local.scalar) : scalar(lowering, initial)));
      lowering.scalars.set(accumulator, reference(local));
      return;
    }
    case 'add': {
      const value = scalar(lowering, statement.value);
      if (!isArray(statement.accumulator)) {
        const total = scalar(lowering, statement.accumulator);
        if (total.kind !== 'local') return bug('a scalar accumulator is not a local');
        return void into.push({ kind: 'increase', local: total.local, value });
      }
      const place = placeOf(lowering, statement.accumulator);
      let indices: readonly Expression[] = statement.indices.map((index) => scalar(lowering, index));
      if (lowering.checked && !statement.inRange)
        indices = checkIndices(lowering, into, statement.accumulator, place, indices);
      into.push({ kind: 'accumulate', buffer: place.buffer, indices: [...place.prefix, ...indices], value });
      return;
    }
    case 'freeze': {
      const [out] = statement.outs;
      if (!isArray(out)) lowering.scalars.set(out, scalar(lowering, statement.accumulator));
      else if (placeOf(lowering, out) !== placeOf(lowering, statement.accumulator)) {
        into.push(copy(placeOf(lowering, statement.accumulator), placeOf(lowering, out)));
      }
      return;
    }
    case 'for': {
      const around = rangeOf(lowering, statement, into);
      return void into.push(around((inner) => void lowerBlock(lowering, statement.body, inner, [])));
    }
  }
}

/** The array with a part replaced. */
function lowerSet(lowering: Lowering, statement: SetStatement, into: Statement[]): void {
  const { array, value } = statement;
  const place = placeOf(lowering, statement.outs[0]);
  let indices: readonly Expression[] = statement.indices.map((index) => scalar(lowering, index));
  if (lowering.checked && !statement.inRange)
    indices = checkIndices(lowering, into, statement.outs[0], place, indices);
  const source = placeOf(lowering, array);
  const copied = source === place ? [] : [copy(source, place)];
  if (value.kind === 'value' && isArray(value)) {
    const target = slice(place, indices.map((index) => named(into, index))); // prettier-ignore
    let content = placeOf(lowering, value);
    if (copied.length > 0 && content.buffer === place.buffer) content = setAside(lowering, content, into);
    into.push(...copied, copy(content, target));
    return;
  }
  const effects = effectsOf(copied);
  const taken = (part: Expression): Expression => (readsChanged(part, effects) ? named(into, part) : part);
  const content = taken(scalar(lowering, value));
  const { buffer, prefix } = slice(place, indices.map(taken));
  into.push(...copied, { kind: 'store', buffer, indices: prefix, value: content });
}

/** True when the element of a list was computed in its slice. */
function isAt(lowering: Lowering, value: Value, buffer: Buffer, indices: readonly Expression[]): boolean {
  const place = placeOf(lowering, value);
  return (
    place.buffer === buffer &&
    place.prefix.length === indices.length &&
    place.prefix.every((index, k) => sameAtom(index, indices[k]))
  );
}

function sameAtom(a: Expression, b: Expression | undefined): boolean {
  if (a === b) return true;
  if (a.kind === 'local') return b?.kind === 'local' && a.local === b.local;
  return a.kind === 'literal' && b?.kind === 'literal' && a.value === b.value;
}

/** What a region owes the out of its statement. */
function goalOf(lowering: Lowering, out: Value | undefined): Goal {
  if (out === undefined || !lowering.uses.used.has(out)) return 'nothing';
  return isArray(out) ? placeOf(lowering, out) : 'value';
}

function lowerBuild(lowering: Lowering, { axes, body, outs }: BuildStatement, into: Statement[]): void {
  const dims = outs[0]?.type.dims ?? [];
  const nest = (indices: readonly Local[]): readonly Statement[] => {
    const [axis, dim] = [axes[indices.length], dims[indices.length]];
    if (axis === undefined || dim === undefined) return lowerElement(lowering, body, outs, indices);
    return withIndex(lowering, axis, (index) => {
      lowering.ranges.set(index, dim);
      return [loop(index, sizeOf(dim), nest([...indices, index]))];
    });
  };
  into.push(...nest([]));
}

/** The body of a build: each element goes to its place. */
function lowerElement(
  lowering: Lowering,
  body: Block,
  outs: readonly Value[],
  indices: readonly Local[],
): readonly Statement[] {
  const places = outs.map((out) =>
    lowering.uses.used.has(out) ? slice(placeOf(lowering, out), indices.map(reference)) : undefined,
  );
  const goals = outs.map((out, k): Goal => {
    const place = places[k];
    if (place === undefined) return 'nothing';
    return out.type.dims.length > indices.length ? place : 'value';
  });
  const statements: Statement[] = [];
  const stores = lowerBlock(lowering, body, statements, goals).flatMap((value, k): readonly Store[] => {
    const place = places[k];
    if (value === undefined || place === undefined) return [];
    return [{ kind: 'store', buffer: place.buffer, indices: place.prefix, value }];
  });
  storeAll(statements, stores);
  return statements;
}

type Store = Extract<Statement, { readonly kind: 'store' }>;

/** Stores all as if at once: a value that reads what an earlier store writes is computed first. */
function storeAll(into: Statement[], stores: readonly Store[]): void {
  const changed = new Set<Buffer>();
  const taken = stores.map((each) => {
    let isSpoilt = false;
    visitExpression(each.value, (part) => {
      if (part.kind === 'load' && changed.has(part.buffer)) isSpoilt = true;
    });
    changed.add(each.buffer);
    return isSpoilt ? { ...each, value: named(into, each.value) } : each;
  });
  into.push(...taken);
}

/**
 * A scalar that the branches change in place, or that one of them computes in statements, is a variable; the others are
 * conditional expressions.
 */
function lowerIf(lowering: Lowering, statement: IfStatement, into: Statement[]): void {
  const { uses, cells } = lowering;
  const wanted = statement.outs.filter((out) => uses.used.has(out));
  const goals = statement.outs.map((out): Goal =>
    uses.used.has(out) && !isArray(out) ? 'value' : 'nothing',
  );
  const condition = scalar(lowering, statement.condition);
  const variables = wanted.flatMap((out) =>
    isArray(out) ? [] : [cellFor(lowering, out, out.name ?? 'chosen')],
  );
  const branches = [statement.then, statement.otherwise].map((block) => {
    const made: Statement[] = [];
    const results = lowerBlock(lowering, block, made, goals);
    const copies = statement.outs.flatMap((out, k): readonly Copy[] => {
      const result = block.results[k];
      if (!isArray(out) || !uses.used.has(out) || result?.kind !== 'value') return [];
      const [from, to] = [placeOf(lowering, result), placeOf(lowering, out)];
      return from === to ? [] : [{ from, to }];
    });
    return { made, results: results.filter((value) => value !== undefined), copies };
  });
  const [then, otherwise] = branches;
  if (then === undefined || otherwise === undefined) return bug('a branch is missing');
  const isPlain = branches.every(({ made, copies }) => made.length + copies.length === 0);
  const [first] = wanted;
  const [variable] = variables;
  if (isPlain && first !== undefined && wanted.length === 1 && variable !== undefined) {
    const [[yes], [no]] = [then.results, otherwise.results];
    if (yes === undefined || no === undefined) return bug('an arm without a result');
    const chosen: Expression = { kind: 'conditional', condition, then: yes, otherwise: no };
    if (lowering.page.fits(chosen)) {
      const storage = lowering.storages.of(first);
      if (variable.isNew && storage !== undefined) cells.delete(storage);
      return bind(lowering, into, first, chosen);
    }
  }
  for (const { isNew, local } of variables) if (isNew) into.push({ kind: 'declare', local });
  const scalars = wanted.filter((out) => !isArray(out));
  scalars.forEach((out, k) => {
    const local = variables[k]?.local;
    if (local !== undefined) lowering.scalars.set(out, reference(local));
  });
  for (const { made, results, copies } of branches) {
    const moves = variables.flatMap(({ local }, k): readonly Move[] => {
      const value = results[k];
      return value === undefined ? [] : [{ local, value }];
    });
    moveAll(lowering, made, moves, copies);
  }
  const [yes, no] = [then.made, otherwise.made];
  if (yes.length > 0) into.push({ kind: 'if', condition, then: yes, otherwise: no });
  else if (no.length > 0) into.push({ kind: 'if', condition: negated(condition), then: no, otherwise: [] });
}

function negated(condition: Expression): Expression {
  const [inner] = condition.kind === 'op' && condition.op === 'not' ? condition.args : [];
  return inner ?? apply('not', condition);
}
