// What a loop over observations computes of a camera that the data name, as `cams[obs_cam[n]]`, and of nothing else of the
// observation, it computes again for each that names the same. Where there are more observations than cameras, a loop over
// cameras computes it once, and its adjoint, which is added up over the observations first, goes back through it once.
//
// A camera that nobody names contributes nothing, as before: `seen` says which are named, and the others are not computed.
// How many cameras there are is the range of the int data, and may be a size, as the length of the loop: then it is known
// in the call, and `versions.ts` makes two programs of one.

import { isCostly } from '../ad/cost.ts';
import { asConstant, type Polynomial } from '../base/polynomial.ts';
import { arrayType, asPolynomial, bool, BlockBuilder, extent, int, real, zeros } from '../ir/build.ts';
import type { Block, Operand, Program, ReadStatement, Statement, Value } from '../ir/types.ts';
import { cloneBlock, freeValuesOfStatement, mapBlocks, statementsOf } from '../ir/walk.ts';
import { bug } from '../base/bug.ts';
import { dropDead } from './dead.ts';
import { coefficientIn, shorterForms } from './forms.ts';
import { isMovable } from './hoist.ts';
import { sliceOf } from './slice.ts';

/** What pays where `trips > 2 * rows`. */
export interface Repeated {
  readonly trips: Polynomial;
  readonly rows: Polynomial;
}

export interface Gathered {
  readonly program: Program;
  /** It pays where all of these hold; they depend on sizes that are not known here. */
  readonly where: readonly Repeated[];
}

/** The program with loops over what its data name, if there is something to compute in them. */
export function gather(program: Program): Gathered | undefined {
  const rowsOf = new Map(
    program.inputs.flatMap(({ role, value, range }) =>
      role === 'data' && range !== undefined && asConstant(range.from) === 0
        ? [[value.id, range.to] as const]
        : [],
    ),
  );
  if (rowsOf.size === 0) return undefined;
  const b = new BlockBuilder(program.nextId);
  const where = new Map<string, Repeated>();
  let isChanged = false;
  for (const before of program.body.statements) {
    let statement = before;
    const repeated = iterationsOf(statement);
    for (const read of repeated?.body.statements ?? []) {
      if (repeated === undefined || read.kind !== 'read') continue;
      const rows = rowsOf.get(read.array.id);
      const { index, trips } = repeated;
      if (rows === undefined || !read.indices.every((i) => i === index || i.kind === 'literal')) continue;
      const [most, least] = [asConstant(trips), asConstant(rows)];
      const isKnown = most !== undefined && least !== undefined;
      if (isKnown && most <= 2 * least) continue;
      const gathered = iterationsOf(statement);
      const body = gathered && withTable(b, { ...gathered, name: read, rows });
      if (body === undefined) continue;
      statement = mapBlocks(statement, () => body);
      isChanged = true;
      if (!isKnown) where.set(`${trips.key} > ${rows.key}`, { trips, rows });
    }
    b.push(statement);
  }
  if (!isChanged) return undefined;
  const made = { ...program, body: b.block(program.body.results), nextId: b.nextId };
  return { program: dropDead(made), where: [...where.values()] };
}

/** Iterations over one index from 0, in any order. */
interface Iterations {
  readonly index: Value;
  readonly trips: Polynomial;
  readonly body: Block;
}

function iterationsOf(statement: Statement): Iterations | undefined {
  if (statement.kind === 'build') {
    const [index, ...others] = statement.axes;
    const trips = statement.outs[0]?.type.dims[0];
    return index === undefined || trips === undefined || others.length > 0
      ? undefined
      : { index, trips, body: statement.body };
  }
  if (statement.kind !== 'reduce') return undefined;
  const { index, from, to, body } = statement;
  const [first, trips] = [asPolynomial(from), asPolynomial(to)];
  return first?.terms.length === 0 && trips !== undefined ? { index, trips, body } : undefined;
}

interface Named extends Iterations {
  /** Which row an iteration takes. */
  readonly name: ReadStatement;
  readonly rows: Polynomial;
}

/** The body of a loop that reads what can be computed of a row alone; what computes it goes to `b`. */
function withTable(b: BlockBuilder, { index, trips, body: given, name, rows }: Named): Block | undefined {
  const [row] = name.outs;
  const inside = new Set([index.id, ...given.statements.flatMap(({ outs }) => outs.map(({ id }) => id))]);
  const own = new Set([row.id]);
  for (const statement of given.statements) {
    const free = [...freeValuesOfStatement(statement).keys()];
    const isOwn = free.every((id) => own.has(id) || !inside.has(id)) && free.some((id) => own.has(id));
    if (isOwn && isMovable(statement)) for (const { id } of statement.outs) own.add(id);
  }
  const isOwn = (operand: Operand): boolean =>
    operand.kind !== 'value' || own.has(operand.id) || !inside.has(operand.id);
  const isRow = ({ outs: [out] }: Statement): boolean => out !== undefined && out !== row && own.has(out.id);

  const body = withForms(b, given, isOwn, own);
  const ofRow = body.statements.filter(isRow);
  const needed = sliceOf(body, body.results).filter((statement) => !isRow(statement));
  const used = new Map(
    [
      ...needed.flatMap((statement) => [...freeValuesOfStatement(statement).values()]),
      ...body.results,
    ].flatMap((value) =>
      value.kind === 'value' && value !== row && own.has(value.id) ? [[value.id, value]] : [],
    ),
  );
  const sourcesOf = (...values: readonly Value[]): readonly Statement[] =>
    sliceOf({ statements: ofRow, results: values }, values);
  const tabled = [...used.values()].filter(
    (value) => value.type.scalar === 'real' && value.type.dims.length === 0 && costOf(sourcesOf(value)) > 2,
  );
  const computed = sourcesOf(...tabled);
  if (costOf(computed) < worthALoop) return undefined;

  const seen = seenIn(b, index, trips, name, rows);
  const table = b.build(
    [rows],
    (inner, [axis = row]) =>
      inner.list(
        inner.branch(
          inner.read(seen, [axis]),
          (then) => {
            const part = { statements: computed, results: tabled };
            const { block } = cloneBlock(part, new Map([[row.id, axis]]), (value) =>
              then.fresh(value.type, value),
            );
            for (const statement of block.statements) then.push(statement);
            return block.results;
          },
          () => tabled.map(() => real(0)),
        ),
      ),
    { name: 'table' },
  );
  const reads = tabled.map((out, k): Statement => ({
    kind: 'read',
    outs: [out],
    array: table,
    indices: [row, int(k)],
    inRange: true,
  }));
  const isTabled = new Set(tabled.map(({ id }) => id));
  const rest = [...used.values()].filter(({ id }) => !isTabled.has(id));
  const kept = new Set([...needed, ...sourcesOf(...rest)]);
  const statements = body.statements.flatMap((statement) =>
    statement === name ? [statement, ...reads] : kept.has(statement) ? [statement] : [],
  );
  return { ...body, statements };
}

/** The body with shorter forms, whose coefficients are own values as well. */
function withForms(
  b: BlockBuilder,
  body: Block,
  isOwn: (operand: Operand) => boolean,
  own: Set<number>,
): Block {
  const forms = new Map(shorterForms(body, isOwn).map((form) => [form.out, form]));
  if (forms.size === 0) return body;
  const before = b.nested();
  const make = coefficientIn(before);
  const statements: Statement[] = [];
  for (const statement of body.statements) {
    const [out] = statement.outs;
    const form = out === undefined ? undefined : forms.get(out);
    if (form === undefined) {
      statements.push(statement);
      continue;
    }
    const inner = b.nested();
    const known = before.block().statements.length;
    const products = form.terms.map(([number, c]) => [make(c), number] as const);
    const made = before.block().statements.slice(known);
    for (const { outs } of made) for (const { id } of outs) own.add(id);
    const [first, ...others] = products.map((product) => inner.op('mul', product));
    const sum = others.slice(0, -1).reduce((total, term) => inner.op('add', [total, term]), first ?? bug('a form of nothing')); // prettier-ignore
    const last = others.at(-1) ?? bug('a form of one number');
    statements.push(...made, ...inner.block().statements, {
      kind: 'op',
      outs: [form.out],
      op: 'add',
      args: [sum, last],
    });
  }
  return { ...body, statements };
}

/** Which rows some iteration takes. */
function seenIn(
  b: BlockBuilder,
  index: Value,
  trips: Polynomial,
  name: ReadStatement,
  rows: Polynomial,
): Value {
  const none = zeros(b, arrayType('bool', [rows]));
  const range = { from: int(0), to: extent(trips), name: index.name };
  const [seen] = b.loop(range, [{ value: none, name: 'seen' }], (inner, n, [before]) => {
    const at = name.indices.map((i) => (i === index ? n : i));
    return [inner.set(before ?? bug('a loop without state'), [inner.read(name.array, at)], bool(true))];
  });
  return seen ?? bug('a loop without state');
}

/** Three functions: a version of its own takes as much text as the program has. */
const worthALoop = 30;

/** About what statements cost, in multiplications. Reads of memory that would be read in any case are free. */
function costOf(statements: readonly Statement[]): number {
  let cost = 0;
  for (const statement of statementsOf({ statements, results: [] })) {
    if (statement.kind !== 'op') continue;
    cost += statement.op === 'div' ? 4 : statement.op !== 'powi' && isCostly(statement) ? 10 : 1;
  }
  return cost;
}
