// The largest of f(x[i]) for an f that never falls is f of the largest x[i]: a bias and a rectifier in front of pooling are
// computed for one of four places, forward and backward, and the array of what they yield is not needed at all.
//
// Rounding keeps the order, too, so the value is the same to the last bit (for exp and its like, almost). The place may be
// another where f maps different x to one number: there either is a place of the maximum, and that of the largest x is the one
// that f without rounding has. Where f is flat, as a rectifier below 0, its derivative is 0 at both. (An x that is
// not a number is the largest now, where a rectifier had made a 0 of it.)

import { runsCertainly } from '../ir/certain.ts';
import type { BlockBuilder } from '../ir/build.ts';
import { bug } from '../base/bug.ts';
import type { Block, BuildStatement, IfStatement, Operand, OpStatement, Program, ReadStatement, ReduceStatement, Statement, Value } from '../ir/types.ts'; // prettier-ignore
import { freeValuesOfStatement, mapUses } from '../ir/walk.ts';
import { ops } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';
import { isMovable } from './hoist.ts';
import { hintOf, rewrite, type Context } from './rewrite.ts';
import { copied, hasLoop, sliceOf } from './slice.ts';

type Extremum = ReduceStatement & { readonly reducer: 'max' | 'min' };

export function takeOutOfExtrema(program: Program): Program {
  return rewrite(
    program,
    (statement, context) => (isExtremum(statement) ? taken(statement, context) : undefined),
    isExtremum,
  );
}

const isExtremum = (statement: Statement): statement is Extremum =>
  statement.kind === 'reduce' && (statement.reducer === 'max' || statement.reducer === 'min');

function taken(extremum: Extremum, { b, definitionOf, usesOf }: Context): readonly Operand[] | undefined {
  const [, place] = extremum.outs;
  if (place === undefined || usesOf(place) > 0 || !runsCertainly(extremum)) return undefined;
  const seeds = [extremum.index.id];
  const found = stepsOf(extremum.body, varyingIn(extremum.body, seeds));
  const read = found.inner.kind === 'value' ? definitionIn(extremum.body, found.inner) : undefined;
  const array = read?.kind === 'read' && usesOf(read.array) === 1 ? definitionOf(read.array) : undefined;
  const inlined =
    read?.kind === 'read' && array?.kind === 'build'
      ? withElement(b, extremum.body, read, array, varyingIn(extremum.body, seeds))
      : undefined;
  const body = inlined ?? extremum.body;
  const { inner, steps } = inlined === undefined ? found : stepsOf(body, varyingIn(body, seeds));
  if (steps.length === 0) return undefined;
  const { from, to, index, reducer } = extremum;
  const outs = b.reduce(reducer, { from, to, name: index.name }, (into, at) => {
    const [value] = copied(into, body, [[index, at]], [inner]);
    return value ?? bug('the largest of nothing');
  });
  return [
    steps.reduceRight((value, step) => replay(b, body, step, value), outs[0] as Operand),
    outs[1] ?? place,
  ];
}

/** A statement that never falls in one of its operands, and the others do not change. */
interface Step {
  readonly statement: OpStatement | IfStatement;
  readonly of: Operand;
  /** What an `if` that yields either its operand or a number compares. */
  readonly comparison?: OpStatement;
}

/** What a body computes last without leaving the order of what it computes it from. */
function stepsOf(
  body: Block,
  varying: ReadonlySet<number>,
): { readonly steps: readonly Step[]; readonly inner: Operand } {
  const steps: Step[] = [];
  let [inner] = body.results;
  for (;;) {
    const statement = inner === undefined ? undefined : definitionIn(body, inner);
    const step = statement === undefined ? undefined : stepOf(statement, body, varying);
    if (step === undefined) break;
    steps.push(step);
    inner = step.of;
  }
  return { steps, inner: inner ?? bug('a maximum of nothing') };
}

function stepOf(statement: Statement, body: Block, varying: ReadonlySet<number>): Step | undefined {
  const isSteady = (operand: Operand | undefined): boolean =>
    operand !== undefined && (operand.kind !== 'value' || !varying.has(operand.id));
  if (statement.kind === 'if') return choiceOf(statement, body);
  if (statement.kind !== 'op') return undefined;
  const [x, y] = statement.args;
  if (x === undefined) return undefined;
  if ((ops[statement.op] as OpRecord).rises === true) return { statement, of: x };
  if (statement.op === 'sub') return isSteady(y) ? { statement, of: x } : undefined;
  if (statement.op !== 'add' || y === undefined) return undefined;
  if (isSteady(y)) return { statement, of: x };
  return isSteady(x) ? { statement, of: y } : undefined;
}

/** `x > 0 ? x : 0` and its like: x on one side of a number, and on the other a number that is not past it. */
function choiceOf(statement: IfStatement, body: Block): Step | undefined {
  const comparison = definitionIn(body, statement.condition);
  if (comparison?.kind !== 'op' || statement.outs.length !== 1) return undefined;
  const [x, bound] = comparison.args;
  const isAbove = comparison.op === 'gt' || comparison.op === 'ge';
  if (!isAbove && comparison.op !== 'lt' && comparison.op !== 'le') return undefined;
  if (x === undefined || bound?.kind !== 'literal') return undefined;
  const [then, otherwise] = [statement.then, statement.otherwise].map(({ results: [result] }) => result);
  const number = then === x ? otherwise : otherwise === x ? then : undefined;
  if (number?.kind !== 'literal') return undefined;
  // The number stands for what is below x, or for what is above.
  const isLow = isAbove === (then === x);
  const isInOrder = isLow ? Number(number.value) <= Number(bound.value) : Number(number.value) >= Number(bound.value); // prettier-ignore
  return isInOrder ? { statement, of: x, comparison } : undefined;
}

/** Does to `value` what a step does to its operand, outside of the body. */
function replay(b: BlockBuilder, body: Block, { statement, of, comparison }: Step, value: Operand): Operand {
  const outside = (operand: Operand): Operand =>
    operand === of ? value : (copied(b, body, [], [operand])[0] ?? bug('an operand got lost'));
  if (statement.kind === 'op') return b.op(statement.op, statement.args.map(outside), hintOf(statement));
  const condition = comparison && b.op(comparison.op, comparison.args.map(outside));
  const sides = [statement.then, statement.otherwise].map(({ results }) => results.map(outside));
  const [chosen] = b.branch(condition ?? statement.condition, () => sides[0] ?? [], () => sides[1] ?? [], hintOf(statement)); // prettier-ignore
  return chosen ?? bug('a choice without a value');
}

/** What depends on some values that are bound around a body, and what may not be computed outside of it. */
function varyingIn(body: Block, seeds: readonly number[]): ReadonlySet<number> {
  const varying = new Set(seeds);
  for (const statement of body.statements) {
    const varies = [...freeValuesOfStatement(statement).keys()].some((id) => varying.has(id));
    if (varies || !isMovable(statement)) for (const { id } of statement.outs) varying.add(id);
  }
  return varying;
}

/**
 * The body with what an element of the array is computed by in place of its read, where that is steps from an element of
 * another array. Nothing else reads the array.
 */
function withElement(
  b: BlockBuilder,
  body: Block,
  read: ReadStatement,
  array: BuildStatement,
  varying: ReadonlySet<number>,
): Block | undefined {
  const isVarying = (_: Value, k: number): boolean => {
    const index = read.indices[k];
    return index?.kind === 'value' && varying.has(index.id);
  };
  const seeds = array.axes.filter(isVarying).map(({ id }) => id);
  const { steps, inner } = stepsOf(array.body, varyingIn(array.body, seeds));
  const source = inner.kind === 'value' ? definitionIn(array.body, inner) : undefined;
  const isPlain = sliceOf(array.body, array.body.results).every((one) => !hasLoop(one) && isMovable(one));
  if (!read.inRange || steps.length === 0 || source?.kind !== 'read' || !isPlain) return undefined;
  if (array.axes.length !== read.indices.length) return undefined;
  const into = b.nested();
  let element: Operand = read.outs[0];
  const renamed = (operand: Operand): Operand => (operand === read.outs[0] ? element : operand);
  for (const statement of body.statements) {
    if (statement !== read) into.push(mapUses(statement, renamed));
    else {
      const bindings = array.axes.map((axis, k) => [axis, read.indices[k] ?? axis] as const);
      element = copied(into, array.body, bindings, array.body.results)[0] ?? bug('an element got lost');
    }
  }
  return into.block(body.results.map(renamed));
}

const definitionIn = (body: Block, value: Operand): Statement | undefined =>
  body.statements.find(({ outs }) => outs.some((out) => out === value));
