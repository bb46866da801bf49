// The frame of every local rewriting pass: walks a program once, hands each statement (operands already rewritten) to a
// function, and puts what that returns in place of the statement's values.

import { BlockBuilder, type Hint } from '../ir/build.ts';
import type { Block, Operand, Program, Statement, Value } from '../ir/types.ts';
import { blocksOf, mapBlocks, mapOperands, operandsOf, someStatement } from '../ir/walk.ts';

export interface Context {
  /** Where replacements are built: the block of the statement. */
  readonly b: BlockBuilder;
  /** The statement that defines a value, after rewriting. */
  readonly definitionOf: (operand: Operand | undefined) => Statement | undefined;
  /** How often a value is used, as far as is known: by what the pass has not seen yet, and by what was there before. */
  readonly usesOf: (value: Value) => number;
  /** Whether a block yields it: then it is needed as it is. */
  readonly isYielded: (value: Value) => boolean;
}

/**
 * Returns the operands that replace the statement's outs, or undefined to keep the statement. Its regions have been
 * rewritten already.
 */
export type Rule = (statement: Statement, context: Context) => readonly Operand[] | undefined;

/**
 * The same program where the rule changes nothing. A rule that only ever starts from few kinds of statements names them with
 * `isConcerned`: a program without one is not walked.
 */
export function rewrite(
  program: Program,
  rule: Rule,
  isConcerned: (statement: Statement) => boolean = () => true,
): Program {
  if (!someStatement(program.body, isConcerned)) return program;
  // By the ids of values, which are dense.
  const definitions: (Statement | undefined)[] = Array.from({ length: program.nextId });
  const substitution = new Map<number, Operand>();
  const uses = Array.from({ length: program.nextId }, () => 0);
  countUses(program.body, uses);
  const definitionOf = (operand: Operand | undefined): Statement | undefined =>
    operand?.kind === 'value' ? definitions[operand.id] : undefined;
  const usesOf = (value: Value): number => uses[value.id] ?? 0;
  let yielded: Set<number> | undefined;
  const isYielded = (value: Value): boolean => {
    if (yielded === undefined) {
      yielded = yieldedIn(program.body);
      for (const [id, by] of substitution) if (yielded.has(id) && by.kind === 'value') yielded.add(by.id);
    }
    return yielded.has(value.id);
  };
  const isReplaced = (operand: Operand): boolean => operand.kind === 'value' && substitution.has(operand.id);
  const rewritten = (operand: Operand): Operand =>
    operand.kind === 'value' ? (substitution.get(operand.id) ?? operand) : operand;
  let replaced = false;
  /** What replaces a value is used where the value was. */
  const replace = (out: Value, by: Operand): void => {
    substitution.set(out.id, by);
    if (by.kind !== 'value') return;
    uses[by.id] = usesOf(by) + usesOf(out);
    if (yielded?.has(out.id)) yielded.add(by.id);
  };

  const into = (b: BlockBuilder, block: Block): Block => {
    const context: Context = { b, definitionOf, usesOf, isYielded };
    for (const before of block.statements) {
      const moved = operandsOf(before).some(isReplaced) ? mapOperands(before, rewritten) : before;
      const statement = mapBlocks(moved, (inner) => into(b.nested(), inner));
      const replacement = rule(statement, context);
      if (replacement === undefined) b.push(statement);
      else {
        replaced = true;
        before.outs.forEach((out, i) => replace(out, replacement[i] ?? out));
      }
    }
    return b.block(block.results.map(rewritten));
  };
  const b = new BlockBuilder(program.nextId, (statement) => {
    for (const out of statement.outs) definitions[out.id] = statement;
  });
  const body = into(b, program.body);
  return replaced || b.nextId > program.nextId ? { ...program, body, nextId: b.nextId } : program;
}

/** Adds up the uses of every value, those in results and nested regions included. */
function countUses(block: Block, uses: number[]): void {
  const count = (operand: Operand): void => {
    if (operand.kind === 'value') uses[operand.id] = (uses[operand.id] ?? 0) + 1;
  };
  for (const statement of block.statements) {
    operandsOf(statement).forEach(count);
    blocksOf(statement).forEach((inner) => countUses(inner, uses));
  }
  block.results.forEach(count);
}

/** The user's name and place of what a statement defines, for what replaces it. */
export function hintOf(statement: Statement): Hint {
  const [out] = statement.outs;
  return { name: out?.name, span: out?.span };
}

function yieldedIn(body: Block): Set<number> {
  const found = new Set<number>();
  const visit = ({ statements, results }: Block): void => {
    for (const result of results) if (result.kind === 'value') found.add(result.id);
    for (const statement of statements) blocksOf(statement).forEach(visit);
  };
  visit(body);
  return found;
}
