// Reductions: locals that a loop updates.

import { asPolynomial } from '../../ir/build.ts';
import type { Block, LoopStatement, ReduceStatement } from '../../ir/types.ts';
import { costOf } from '../cost.ts';
import { apply, declare, literal, load, real, reference, variable, zeroOf } from '../make.ts';
import type { Expression, Local, Statement } from '../types.ts';
import { scratchFor } from './places.ts';
import { bind, named, scalar, withIndex, type Lowering } from './scalars.ts';

/** Lowers the body into statements and returns its results; undefined where the out is not used. */
export type Body = (into: Statement[]) => readonly (Expression | undefined)[];

/** A loop over the range of a region, around what `body` makes. The same bounds serve several loops. */
export type Around = (body: (into: Statement[]) => void) => Statement;

export function lowerReduce(
  lowering: Lowering,
  statement: ReduceStatement,
  into: Statement[],
  body: Body,
): void {
  const around = rangeOf(lowering, statement, into);
  switch (statement.reducer) {
    case 'sum':
    case 'prod':
    case 'any':
    case 'all':
      return fold(lowering, statement, statement.reducer, into, around, body);
    case 'max':
    case 'min':
      return extremum(lowering, statement, into, around, body);
    case 'logSumExp':
      return logSumExp(lowering, statement, into, around, body);
  }
}

/** Binds the bounds to atoms and the index to a local, and returns what makes loops over the range. */
export function rangeOf(
  lowering: Lowering,
  statement: Pick<ReduceStatement, 'index' | 'from' | 'to'> & Partial<Pick<LoopStatement, 'order'>>,
  into: Statement[],
): Around {
  const from = named(into, scalar(lowering, statement.from), 'first');
  const to = named(into, scalar(lowering, statement.to), 'end');
  const size = asPolynomial(statement.to);
  return (body) =>
    withIndex(lowering, statement.index, (index) => {
      if (size !== undefined && from.kind === 'literal' && Number(from.value) >= 0)
        lowering.ranges.set(index, size);
      const inner: Statement[] = [];
      body(inner);
      const { order } = statement;
      return { kind: 'for', index, from, to, ...(order === undefined ? {} : { order }), body: inner };
    });
}

function fold(
  lowering: Lowering,
  { outs }: ReduceStatement,
  reducer: 'sum' | 'prod' | 'any' | 'all',
  into: Statement[],
  around: Around,
  body: Body,
): void {
  const locals = outs.map((out): Local | undefined => {
    if (!lowering.uses.used.has(out)) return undefined;
    const words = { sum: 'sum', prod: 'product', any: 'any', all: 'all' } as const;
    const local = variable(out.name ?? words[reducer], out.type.scalar);
    const starts = { sum: 0, prod: 1, any: false, all: true } as const;
    into.push(declare(local, literal(local.scalar, starts[reducer])));
    lowering.scalars.set(out, reference(local));
    return local;
  });
  into.push(
    around((inner) => {
      body(inner).forEach((value, k) => {
        const local = locals[k];
        if (value === undefined || local === undefined) return;
        if (reducer === 'sum') return void inner.push({ kind: 'increase', local, value });
        const op =
          reducer === 'any' ? 'or' : reducer === 'all' ? 'and' : local.scalar === 'int' ? 'imul' : 'mul';
        inner.push({ kind: 'assign', local, value: apply(op, reference(local), value) });
      });
    }),
  );
}

/** Without its position an extremum is one op; with it, a comparison that a NaN passes, but only the first one. */
function extremum(
  lowering: Lowering,
  statement: ReduceStatement,
  into: Statement[],
  around: Around,
  body: Body,
): void {
  const [out, position] = statement.outs;
  if (out === undefined) return;
  const greatest = statement.reducer === 'max';
  const best = variable(out.name ?? (greatest ? 'greatest' : 'least'), out.type.scalar);
  into.push(declare(best, literal(out.type.scalar, greatest ? -Infinity : Infinity)));
  lowering.scalars.set(out, reference(best));
  const isInt = out.type.scalar === 'int';
  if (position === undefined || !lowering.uses.used.has(position)) {
    const op = isInt ? (greatest ? 'imax' : 'imin') : greatest ? 'max' : 'min';
    into.push(
      around((inner) => {
        const [value] = body(inner);
        if (value !== undefined)
          inner.push({ kind: 'assign', local: best, value: apply(op, reference(best), value) });
      }),
    );
    return;
  }
  const at = variable(position.name ?? `${best.name}At`, 'int');
  into.push(declare(at, literal('int', -1)));
  lowering.scalars.set(position, reference(at));
  into.push(
    around((inner) => {
      const [result] = body(inner);
      if (result === undefined) return;
      const value = named(inner, result, 'candidate');
      const worse = apply(greatest ? 'le' : 'ge', value, reference(best));
      const better = isInt
        ? apply(greatest ? 'igt' : 'ilt', value, reference(best))
        : apply('and', apply('not', worse), apply('eq', reference(best), reference(best)));
      inner.push({
        kind: 'if',
        condition: better,
        then: [
          { kind: 'assign', local: best, value },
          { kind: 'assign', local: at, value: scalar(lowering, statement.index) },
        ],
        otherwise: [],
      });
    }),
  );
}

/**
 * Two passes: the greatest element, then the sum of exp(element - shift). The shift is the greatest element, or 0 when
 * that is not finite, which makes every special case come out right: log(0) over nothing or over -Infinity alone.
 */
function logSumExp(
  lowering: Lowering,
  statement: ReduceStatement,
  into: Statement[],
  around: Around,
  body: Body,
): void {
  const [out] = statement.outs;
  if (out === undefined) return;
  const greatest = variable('greatest', 'real');
  into.push(declare(greatest, real(-Infinity)));
  const size =
    statement.from.kind === 'literal' && statement.from.value === 0 ? asPolynomial(statement.to) : undefined;
  const row =
    size !== undefined && isCostly(statement.body)
      ? scratchFor(lowering, { scalar: 'real', dims: [size] }, 'terms')
      : undefined;
  const index = (): Expression => scalar(lowering, statement.index);
  into.push(
    around((inner) => {
      const [result] = body(inner);
      if (result === undefined) return;
      let value = result;
      if (row !== undefined) {
        value = named(inner, result, 'term');
        inner.push({ kind: 'store', buffer: row, indices: [index()], value });
      }
      inner.push({ kind: 'assign', local: greatest, value: apply('max', reference(greatest), value) });
    }),
  );
  const isFinite = apply('lt', apply('abs', reference(greatest)), real(Infinity));
  const shift = named(into, apply('select', isFinite, reference(greatest), real(0)), 'shift');
  const sum: Local = { ...variable('sum', 'real'), isTotal: true };
  into.push(declare(sum, zeroOf('real')));
  into.push(
    around((inner) => {
      const [value] = row === undefined ? body(inner) : [load(row, [index()])];
      if (value === undefined) return;
      inner.push({ kind: 'increase', local: sum, value: apply('exp', apply('sub', value, shift)) });
    }),
  );
  const total = apply('add', shift, apply('log', reference(sum)));
  bind(lowering, into, out, total);
}

/** Worth a store and a load rather than a second computation. */
function isCostly(block: Block): boolean {
  return block.statements.some(
    (statement) => statement.kind !== 'read' && !(statement.kind === 'op' && costOf(statement.op) === 1),
  );
}
