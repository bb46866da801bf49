// Blocks of the IR to statement lists: the walk that everything else in this folder serves.

import { bug } from '../../base/bug.ts';
import type { Block, BuildStatement, IfStatement, SetStatement, Statement as IrStatement, Value } from '../../ir/types.ts'; // prettier-ignore
import { declare, integer, load, loop, reference, scalarOf, sizeOf, variable, zeroOf } from '../make.ts';
import type { Buffer, Expression, Local, Statement } from '../types.ts';
import {
  adjointName,
  checkIndices,
  clear,
  copy,
  isArray,
  placeArrays,
  placeOf,
  slice,
  type Goal,
} from './places.ts';
import { lowerLoop } from './loop.ts';
import { lowerReduce, rangeOf } from './reduce.ts';
import { bind, bindOp, fitted, named, scalar, withIndex, type Lowering } from './scalars.ts';

/** Lowers a block. Returns an expression for each result whose goal is 'value'. */
export function lowerBlock(
  lowering: Lowering,
  block: Block,
  into: Statement[],
  goals: readonly Goal[],
): readonly (Expression | undefined)[] {
  const copies = placeArrays(lowering, block, goals);
  for (const statement of block.statements) {
    if (statement === lowering.adjointStart) into.push({ kind: 'section', title: 'adjoint' });
    if (lowering.uses.live.has(statement)) lowerStatement(lowering, statement, into);
  }
  for (const { from, to } of copies) into.push(copy(placeOf(lowering, from), to));
  return block.results.map((result, k) => (goals[k] === 'value' ? scalar(lowering, result) : undefined));
}

function lowerStatement(lowering: Lowering, statement: IrStatement, into: Statement[]): void {
  switch (statement.kind) {
    case 'op':
      return bindOp(lowering, into, statement.outs[0], statement.op, statement.args);
    case 'read': {
      const place = placeOf(lowering, statement.array);
      let indices: readonly Expression[] = statement.indices.map((index) => scalar(lowering, index));
      if (lowering.checked && !statement.inRange) indices = checkIndices(lowering, into, place, indices);
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
      statement.elements.forEach((element, k) => {
        const { buffer, prefix: indices } = slice(place, [integer(k)]);
        if (element.kind !== 'value' || !isArray(element))
          into.push({ kind: 'store', buffer, indices, value: scalar(lowering, element) });
        else if (!isAt(lowering, element, buffer, indices)) {
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
        if (initial?.kind === 'value') into.push(copy(placeOf(lowering, initial), place));
        else into.push(clear(place));
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
      if (lowering.checked && !statement.inRange) indices = checkIndices(lowering, into, place, indices);
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
  if (lowering.checked && !statement.inRange) indices = checkIndices(lowering, into, place, indices);
  into.push(copy(placeOf(lowering, array), place));
  const { buffer, prefix } = slice(place, indices);
  if (value.kind === 'value' && isArray(value)) into.push(copy(placeOf(lowering, value), { buffer, prefix }));
  else into.push({ kind: 'store', buffer, indices: prefix, value: scalar(lowering, value) });
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
  lowerBlock(lowering, body, statements, goals).forEach((value, k) => {
    const place = places[k];
    if (value === undefined || place === undefined) return;
    statements.push({ kind: 'store', buffer: place.buffer, indices: place.prefix, value });
  });
  return statements;
}

function lowerIf(lowering: Lowering, statement: IfStatement, into: Statement[]): void {
  const goals = statement.outs.map((out) => goalOf(lowering, out));
  const condition = scalar(lowering, statement.condition);
  const then: Statement[] = [];
  const otherwise: Statement[] = [];
  const thenResults = lowerBlock(lowering, statement.then, then, goals);
  const otherwiseResults = lowerBlock(lowering, statement.otherwise, otherwise, goals);
  const wanted = statement.outs.filter((_, k) => goals[k] === 'value');
  const arraysToo = goals.some((goal) => goal !== 'value' && goal !== 'nothing');
  const [first] = wanted;
  if (
    then.length === 0 &&
    otherwise.length === 0 &&
    first !== undefined &&
    wanted.length === 1 &&
    !arraysToo
  ) {
    const k = statement.outs.indexOf(first);
    const [yes, no] = [thenResults[k], otherwiseResults[k]];
    if (yes === undefined || no === undefined) return bug('an arm without a result');
    const chosen: Expression = { kind: 'conditional', condition, then: yes, otherwise: no };
    if (lowering.page.fits(chosen)) return bind(lowering, into, first, chosen);
  }
  statement.outs.forEach((out, k) => {
    const [yes, no] = [thenResults[k], otherwiseResults[k]];
    if (yes === undefined || no === undefined) return;
    const local = variable(out.name ?? 'chosen', scalarOf(yes));
    into.push({ kind: 'declare', local });
    then.push({ kind: 'assign', local, value: yes });
    otherwise.push({ kind: 'assign', local, value: no });
    lowering.scalars.set(out, reference(local));
  });
  if (then.length > 0 || otherwise.length > 0) into.push({ kind: 'if', condition, then, otherwise });
}
