// Which values may be no finite number at a point where params and data are: outside the domain of an op, at a point where it is
// singular, or where an exponential overflows. A partial made of one is nothing to multiply an adjoint of exactly zero by.

import type { Block, LoopStatement, Operand, OpStatement, Program, Statement } from '../ir/types.ts';
import type { OpName } from '../ops/index.ts';
import { singularityOf, type Definitions } from './regular.ts';

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
export const overflows = (op: OpName): boolean => ['exp', 'exp2', 'expm1', 'sinh', 'cosh'].includes(op);

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
      if (statement.outs[0].type.scalar !== 'real' || isFraction(statement, facts)) return;
      if (
        overflows(statement.op) ||
        singularityOf(statement.op, statement.args, facts.definitions) !== undefined
      )
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

/** Whether it is a weight, or a quotient by a sum of weights, of which the largest is 1. */
function isFraction(statement: OpStatement, { definitions, certain }: Facts): boolean {
  if (statement.op !== 'div') return isWeight(statement, definitions);
  const sum = sourceOf(statement.args[1], definitions);
  if (sum?.kind !== 'reduce' || sum.reducer !== 'sum' || !certain.has(sum)) return false;
  const term = sourceOf(sum.body.results[0], definitions);
  return term?.kind === 'op' && isWeight(term, definitions);
}

/** Whether it is the exponential of a difference from a maximum, or from a logSumExp, which does not overflow. */
function isWeight({ op, args }: OpStatement, definitions: Definitions): boolean {
  const exponent = op === 'exp' || op === 'exp2' ? sourceOf(args[0], definitions) : undefined;
  const isDifference = exponent?.kind === 'op' && exponent.op === 'sub';
  return op === 'softmaxWeight' || (isDifference && isMaximum(exponent.args[1], definitions));
}

function isMaximum(operand: Operand | undefined, definitions: Definitions): boolean {
  const source = sourceOf(operand, definitions);
  if (source?.kind === 'reduce') return source.reducer === 'max' || source.reducer === 'logSumExp';
  if (source?.kind !== 'op' || !['select', 'stop'].includes(source.op)) return false;
  return source.args.some((arg) => isMaximum(arg, definitions));
}

/** The statement that computes a value; of an element, that of the elements. */
function sourceOf(operand: Operand | undefined, definitions: Definitions): Statement | undefined {
  const statement = operand?.kind === 'value' ? definitions.get(operand.id) : undefined;
  if (statement?.kind === 'read' || statement?.kind === 'row') return sourceOf(statement.array, definitions);
  if (statement?.kind !== 'build') return statement;
  return sourceOf(statement.body.results[statement.outs.findIndex((out) => out === operand)], definitions);
}
