// A loop that runs in order and adds the product of a column and a row to a matrix in each iteration (the backward pass of a
// recurrent net does, for its weights) goes through all of the matrix each time. The columns are kept instead, as long as the loop
// runs, beside the rows, which it saved; after it they are multiplied as two matrices, which block.ts makes fast.
//
// It adds up the same terms, from the other end. It takes no more memory than the rows where the matrix is square.

import { subtract } from '../base/polynomial.ts';
import { changesLocal, effectsOf, writes, type Effects } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import {
  apply,
  invented,
  isZero,
  load,
  loop as makeLoop,
  reference,
  scalarOf,
  sizeIn,
  sizeOf,
} from './make.ts';
import { substituted } from './rename.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapRegions, visitExpression } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;
type Accumulate = Extract<Statement, { readonly kind: 'accumulate' }>;

/** Rows of a known length below this are not worth the memory. */
const shortestRow = 8;

export function defer(routine: Routine): Routine {
  const scratch = [...routine.scratch];
  const keys = keysFor();
  const list = (statements: readonly Statement[]): readonly Statement[] =>
    statements.flatMap((statement) => {
      const inner = mapRegions(statement, list);
      return inner.kind === 'for' && inner.order !== undefined ? deferred(inner, keys, scratch) : [inner];
    });
  const body = list(routine.body);
  return scratch.length === routine.scratch.length ? routine : { ...routine, body, scratch };
}

/** The loop without the products, and the products after it. */
function deferred(loop: Loop, keys: Keys, scratch: Buffer[]): readonly Statement[] {
  const effects = effectsOf(loop.body);
  const after: Statement[] = [];
  const names = new Map<Local, Expression>();
  const body = loop.body.map((statement): Statement => {
    note(statement, names);
    if (statement.kind !== 'for' || statement.order !== undefined || !isZero(statement.from))
      return statement;
    return { ...statement, body: withoutProducts(statement, { loop, effects, names, keys, scratch, after }) };
  });
  return after.length === 0 ? [loop] : [{ ...loop, body }, ...after];
}

/** What the search goes through and collects. */
interface Search {
  readonly loop: Loop;
  readonly effects: Effects;
  /** What the constants of the loop stand for, so far. */
  readonly names: ReadonlyMap<Local, Expression>;
  readonly keys: Keys;
  readonly scratch: Buffer[];
  readonly after: Statement[];
}

/** The body of a loop over i without the loops over j that do nothing else, or with less in them. */
function withoutProducts(i: Loop, search: Search): readonly Statement[] {
  const names = new Map(search.names);
  return i.body.flatMap((statement): readonly Statement[] => {
    note(statement, names);
    if (statement.kind !== 'for' || statement.order !== undefined || !isZero(statement.from))
      return [statement];
    const kept: Statement[] = [];
    const inner = new Map(names);
    const body = statement.body.filter((each) => {
      note(each, inner);
      if (each.kind !== 'accumulate') return true;
      const column = deferProduct(each, i, statement, inner, search);
      if (column !== undefined) kept.push(column);
      return column === undefined;
    });
    return [...kept, { ...statement, body }];
  });
}

/** Plans the product for after the loop, and yields what keeps the column; undefined where it is no such product. */
function deferProduct(
  { buffer, indices, value }: Accumulate,
  i: Loop,
  j: Loop,
  names: ReadonlyMap<Local, Expression>,
  { loop, effects, keys, scratch, after }: Search,
): Statement | undefined {
  const height = sizeIn(i.to);
  const isShort = j.to.kind === 'literal' && Number(j.to.value) < shortestRow;
  if (height === undefined || sizeIn(j.to) === undefined || isShort) return undefined;
  if (effects.loaded.has(buffer) || effects.stored.has(buffer) || buffer.scalar !== 'real') return undefined;
  const isElement = indices.length === 2 && isLocal(indices[0], i.index) && isLocal(indices[1], j.index);
  if (!isElement || value.kind !== 'op' || value.op !== 'mul') return undefined;
  for (const [k, factor] of value.args.entries()) {
    const column = value.args[1 - k];
    const row = substituted(factor, names);
    if (column === undefined || !isRow(row, j, loop, keys) || writes(effects, row.buffer)) continue;
    if (mentions(column, j.index) || changes(j.body, column)) continue;
    const [rows] = row.buffer.dims;
    const [at] = row.indices;
    if (rows === undefined || at === undefined) continue;
    const columns: Buffer = {
      role: 'scratch',
      name: `${buffer.name}Columns`,
      scalar: 'real',
      dims: [rows, height],
      ...(row.buffer.isHistory && { isHistory: true }),
    };
    scratch.push(columns);
    after.push(product(buffer, { columns, rows: row.buffer }, { i, j, loop }));
    return { kind: 'store', buffer: columns, indices: [at, reference(i.index)], value: column };
  }
  return undefined;
}

/** `rows[t - from, j]`, with `t` the index of the loop that starts at `from`: a row that the loop saved. */
function isRow(
  factor: Expression,
  j: Loop,
  { index, from }: Loop,
  keys: Keys,
): factor is Extract<Expression, { readonly kind: 'load' }> {
  if (factor.kind !== 'load' || factor.buffer.isHistory !== true || factor.indices.length !== 2) return false;
  const [at, along] = factor.indices;
  if (at === undefined || !isLocal(along, j.index)) return false;
  if (isZero(from)) return isLocal(at, index);
  const [first, second] = at.kind === 'op' && at.op === 'isub' ? at.args : [];
  return isLocal(first, index) && second !== undefined && keys.expression(second) === keys.expression(from);
}

/** `for i, t, j: buffer[i, j] += columns[t, i] * rows[t, j]`, with `t` from 0. */
function product(
  buffer: Buffer,
  { columns, rows }: { readonly columns: Buffer; readonly rows: Buffer },
  { i, j, loop }: { readonly i: Loop; readonly j: Loop; readonly loop: Loop },
): Statement {
  const own = invented(i.index.name, 'int');
  const t = invented(loop.index.name, 'int');
  const along = invented(j.index.name, 'int');
  const [atI, atT, atJ] = [reference(own), reference(t), reference(along)];
  const value = apply('mul', load(columns, [atT, atI]), load(rows, [atT, atJ]));
  const add: Statement = { kind: 'accumulate', buffer, indices: [atI, atJ], value };
  return makeLoop(own, i.to, [makeLoop(t, trips(loop), [makeLoop(along, j.to, [add])])]);
}

function trips({ from, to }: Loop): Expression {
  if (isZero(from)) return to;
  const [first, last] = [sizeIn(from), sizeIn(to)];
  return first === undefined || last === undefined ? apply('isub', to, from) : sizeOf(subtract(last, first));
}

/** Notes what a constant stands for. */
function note(statement: Statement, names: Map<Local, Expression>): void {
  if (statement.kind !== 'declare' || statement.local.mutable || statement.value === undefined) return;
  // Only places and elements: what is longer is no factor of a product.
  const { value } = statement;
  if (value.kind === 'load' || scalarOf(value) === 'int')
    names.set(statement.local, substituted(value, names));
}

const isLocal = (expression: Expression | undefined, local: Local): boolean =>
  expression?.kind === 'local' && expression.local === local;

/** Whether the value of the expression may be another after the statements have run. */
function changes(statements: readonly Statement[], expression: Expression): boolean {
  const effects = effectsOf(statements);
  let found = false;
  visitExpression(expression, (part) => {
    if (part.kind === 'load') found ||= writes(effects, part.buffer);
    if (part.kind === 'local')
      found ||= changesLocal(effects, part.local) || effects.declared.has(part.local);
  });
  return found;
}

function mentions(expression: Expression, local: Local): boolean {
  let found = false;
  visitExpression(expression, (part) => {
    found ||= isLocal(part, local);
  });
  return found;
}
