// Which values may be no finite number at a point where params and data are: outside the domain of an op, at a point where it is
// singular, or where an exponential overflows. A partial made of one is nothing to multiply an adjoint of exactly zero by.

import { bug } from '../base/bug.ts';
import { equal } from '../base/polynomial.ts';
import { asPolynomial } from '../ir/build.ts';
import type {
  Block,
  LoopStatement,
  Operand,
  OpStatement,
  Program,
  ReduceStatement,
  Statement,
} from '../ir/types.ts';
import { ops, type OpName } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';
import { singularityOf, sourceOf, type Definitions } from './regular.ts';

/** What is known of a program. */
export interface Facts {
  readonly definitions: Definitions;
  /** Statements whose regions run whenever they do. */
  readonly certain: ReadonlySet<Statement>;
}

/** Their ids; an array is one of them if an element is. */
export function infiniteValues(program: Program, facts: Facts): Set<number> {
  const infinite = new Set<number>();
  markBlock(program.body, infinite, facts);
  return infinite;
}

export const isInfinite = (operand: Operand, infinite: ReadonlySet<number>): boolean =>
  operand.kind === 'value'
    ? infinite.has(operand.id)
    : operand.kind === 'literal' && !Number.isFinite(Number(operand.value));

/** Ops whose value, and partial, is infinite for arguments that are not even large. */
export const overflows = (op: OpName): boolean => (ops[op] as OpRecord).range === 'overflows';

function markBlock(block: Block, infinite: Set<number>, facts: Facts): void {
  for (const statement of block.statements) markStatement(statement, infinite, facts);
}

function markStatement(statement: Statement, infinite: Set<number>, facts: Facts): void {
  const mark = (id: number | undefined, ...sources: readonly (Operand | undefined)[]): void => {
    if (id === undefined) return;
    if (sources.some((source) => source !== undefined && isInfinite(source, infinite))) infinite.add(id);
  };
  const [out] = statement.outs;
  switch (statement.kind) {
    case 'op':
      if (statement.outs[0].type.scalar !== 'real' || isWeight(statement, facts.definitions)) return;
      if (overflows(statement.op) || (isSingular(statement, facts) && !isByWeights(statement, facts)))
        infinite.add(statement.outs[0].id);
      return mark(out?.id, ...statement.args);
    case 'read':
    case 'row':
      return mark(out?.id, statement.array);
    case 'set':
      return mark(out?.id, statement.array, statement.value);
    case 'list':
      return mark(out?.id, ...statement.elements);
    case 'build':
      markBlock(statement.body, infinite, facts);
      statement.outs.forEach(({ id }, i) => mark(id, statement.body.results[i]));
      return;
    case 'reduce':
      markBlock(statement.body, infinite, facts);
      statement.outs.forEach(({ id }, i) => mark(id, statement.body.results[i]));
      // Over nothing, a maximum is infinite.
      if (['max', 'min', 'logSumExp'].includes(statement.reducer) && !facts.certain.has(statement))
        for (const { id } of statement.outs) infinite.add(id);
      return;
    case 'if':
      markBlock(statement.then, infinite, facts);
      markBlock(statement.otherwise, infinite, facts);
      statement.outs.forEach(({ id }, i) =>
        mark(id, statement.then.results[i], statement.otherwise.results[i]),
      );
      return;
    case 'loop':
      return markLoop(statement, infinite, facts);
    case 'rule':
      statement.params.forEach(({ id }, i) => mark(id, statement.args[i]));
      markBlock(statement.body, infinite, facts);
      statement.outs.forEach(({ id }, i) => mark(id, statement.body.results[i]));
      return;
    case 'open':
      return mark(out?.id, statement.initial);
    case 'add':
      return mark(statement.accumulator.id, statement.value);
    case 'freeze':
      return mark(out?.id, statement.accumulator);
    case 'for':
      return markBlock(statement.body, infinite, facts);
  }
}

/** What an iteration leaves is what the next one finds: repeated until nothing is added. */
function markLoop({ state, body, outs }: LoopStatement, infinite: Set<number>, facts: Facts): void {
  const mark = (id: number | undefined, source: Operand | undefined): void => {
    if (id !== undefined && source !== undefined && isInfinite(source, infinite)) infinite.add(id);
  };
  for (const { value, initial } of state) mark(value.id, initial);
  for (let before = -1; before !== infinite.size;) {
    before = infinite.size;
    markBlock(body, infinite, facts);
    state.forEach(({ value }, k) => mark(value.id, body.results[k]));
  }
  state.forEach(({ value }, k) => mark(outs[k]?.id, value));
  for (let k = state.length; k < body.results.length; k++) mark(outs[k]?.id, body.results[k]);
}

const isSingular = ({ op, args }: OpStatement, { definitions }: Facts): boolean =>
  singularityOf(op, args, definitions) !== undefined;

/** Whether it is a quotient by a sum of weights, of which the largest is 1. */
function isByWeights({ op, args }: OpStatement, { definitions, certain }: Facts): boolean {
  const sum = op === 'div' ? sourceOf(args[1], definitions) : undefined;
  if (sum?.kind !== 'reduce' || sum.reducer !== 'sum' || !certain.has(sum)) return false;
  const term = sourceOf(sum.body.results[0], definitions);
  return term?.kind === 'op' && isWeight(term, definitions);
}

/** Whether it is the exponential of a difference from a maximum, or from a logSumExp, of what it is one of. */
function isWeight({ op, args }: OpStatement, definitions: Definitions): boolean {
  if (op === 'softmaxWeight') return true;
  const exponent = op === 'exp' || op === 'exp2' ? sourceOf(args[0], definitions) : undefined;
  const [element, greatest] = exponent?.kind === 'op' && exponent.op === 'sub' ? exponent.args : [];
  if (element === undefined || greatest === undefined) return false;
  return isAmong(element, greatest, definitions, new Map());
}

/** What stands for the indices of a maximum in one of its elements. */
type Bound = Map<number, Operand>;

/** Whether the second is the maximum of what the first is one of. */
function isAmong(element: Operand, greatest: Operand, definitions: Definitions, bound: Bound): boolean {
  const source = definitionOf(greatest, definitions);
  switch (source?.kind) {
    case 'read': {
      const build = definitionOf(source.array, definitions);
      if (build?.kind !== 'build') return false;
      const inside = build.body.results[build.outs.findIndex((out) => out === source.array)];
      if (inside === undefined || build.axes.length !== source.indices.length) return false;
      build.axes.forEach(({ id }, k) => bound.set(id, source.indices[k] ?? bug('a lost index')));
      return isAmong(element, inside, definitions, bound);
    }
    case 'op':
      if (source.op !== 'select' && source.op !== 'stop') return false;
      return source.args.some((arg) => isAmong(element, arg, definitions, new Map(bound)));
    case 'reduce': {
      const [any] = source.body.results;
      if ((source.reducer !== 'max' && source.reducer !== 'logSumExp') || any === undefined) return false;
      return isAlike(element, any, source, definitions, bound);
    }
    default:
      return false;
  }
}

/** Whether the first is what a reduction has for the second at some index of its range. */
function isAlike(
  element: Operand,
  any: Operand,
  reduce: ReduceStatement,
  definitions: Definitions,
  bound: Bound,
): boolean {
  if (isSame(element, any, bound)) return true;
  const [one, other] = [definitionOf(element, definitions), definitionOf(any, definitions)];
  if (one?.kind === 'op' && other?.kind === 'op')
    return (
      one.op === other.op &&
      one.args.every((arg, k) => {
        const by = other.args[k];
        return by !== undefined && isAlike(arg, by, reduce, definitions, bound);
      })
    );
  if (one?.kind !== 'read' || other?.kind !== 'read' || one.array !== other.array) return false;
  const { index, from, to } = reduce;
  return other.indices.every((place, axis) => {
    const own = one.indices[axis];
    if (own === undefined) return false;
    // Where it runs over a whole axis, every index that can be read is one of it.
    const dim = other.array.type.dims[axis];
    const end = asPolynomial(to);
    const isWhole = from.kind === 'literal' && from.value === 0 && dim && end && equal(dim, end);
    if (place.kind === 'value' && place.id === index.id && !bound.has(place.id) && isWhole)
      bound.set(place.id, own);
    return isSame(own, place, bound);
  });
}

function isSame(one: Operand, other: Operand, bound: Bound): boolean {
  const by = (other.kind === 'value' ? bound.get(other.id) : undefined) ?? other;
  if (one.kind === 'value' || by.kind === 'value') return one === by;
  return one.kind === 'literal' && by.kind === 'literal' && one.value === by.value;
}

const definitionOf = (operand: Operand | undefined, definitions: Definitions): Statement | undefined =>
  operand?.kind === 'value' ? definitions.get(operand.id) : undefined;
