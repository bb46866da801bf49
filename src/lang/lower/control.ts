// `for`, `while` and `if`: the vars that their blocks assign become the state of a loop, or the outs of a branch.

import { bug } from '../../base/bug.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import type { Span } from '../../base/source.ts';
import { int, intType, real, type BlockBuilder } from '../../ir/build.ts';
import type { Block, Carried, Operand, Value } from '../../ir/types.ts';
import { rootOf, type Choice, type Clause, type Expression, type ForLoop, type Statement, type Target, type WhileLoop } from '../ast.ts'; // prettier-ignore
import type { Symbol } from '../check/scope.ts';
import { blocksOf } from '../check/statement.ts';
import { learnIndex, type LoopRange } from './array.ts';
import { isArray, isBound, openBlock, symbolOf, valueOf, withFacts, type Env, type Lowered, type Lowering, type Plain } from './context.ts'; // prettier-ignore
import { lowerScalar } from './expression.ts';
import { choose, polynomialOf, type Choice as Possible } from './facts.ts';
import { loweredValue, mapParts, partsOf } from './record.ts';
import { enter, rangeOf } from './reduce.ts';
import { addLoss, lowerStatements } from './statement.ts';

/** What goes through a loop or comes out of a branch. */
interface Changed {
  /** Vars from outside that are assigned inside, in the order of their declarations. */
  readonly vars: readonly Symbol[];
  readonly hasLoss: boolean;
}

function changedBy(l: Lowering, env: Env, blocks: readonly (readonly Statement[])[]): Changed {
  const vars = new Set<Symbol>();
  let hasLoss = false;
  const note = (target: Target): void => {
    const symbol = symbolOf(l, rootOf(target));
    if (isBound(env, symbol)) vars.add(symbol);
  };
  const pending = [...blocks];
  for (let statements = pending.pop(); statements !== undefined; statements = pending.pop()) {
    for (const statement of statements) {
      if (statement.kind === 'loss') hasLoss = true;
      if (statement.kind === 'assign') {
        note(statement.target);
      }
      if (statement.kind === 'assignSeveral') statement.targets.forEach(note);
      pending.push(...blocksOf(statement));
    }
  }
  const place = (symbol: Symbol): number => symbol.span?.start ?? 0;
  return { vars: [...vars].sort((a, b) => place(a) - place(b)), hasLoss };
}

/** Clauses one inside the other; of an outer loop the body is the inner one. */
export function lowerFor(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  statement: ForLoop,
  clauses: readonly Clause[],
): void {
  const [clause, ...rest] = clauses;
  if (clause === undefined) return lowerStatements(l, env, b, statement.body);
  const range = rangeOf(l, env, b, clause);
  const index = b.fresh(intType, { name: range.name, span: clause.name.span });
  learnIndex(l, index, polynomialOf(l.facts, range.from), polynomialOf(l.facts, range.to), env.known);
  const inside = enter(l, env, clause, range, index);
  lowerLoop(l, env, b, statement, { range, index, inside }, (body, where) =>
    lowerFor(l, where, body, statement, rest),
  );
}

export function lowerWhile(l: Lowering, env: Env, b: BlockBuilder, statement: WhileLoop): void {
  const range = { from: int(0), to: lowerScalar(l, env, b, statement.most) };
  const head = {
    range,
    index: b.fresh(intType, { span: statement.span }),
    inside: withFacts(env, []),
    condition: statement.condition,
  };
  lowerLoop(l, env, b, statement, head, (body, where) => lowerStatements(l, where, body, statement.body));
}

interface Head {
  readonly range: LoopRange;
  readonly index: Value;
  /** The scope of the body, without the state. */
  readonly inside: Env;
  readonly condition?: WhileLoop['condition'];
}

function lowerLoop(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  { body: statements, span }: ForLoop | WhileLoop,
  { range, index, inside, condition }: Head,
  lowerBody: (body: BlockBuilder, where: Env) => void,
): void {
  const changed = changedBy(l, env, [statements]);
  const carry = (initial: Operand, name: string): Carried => ({
    value: b.fresh(initial.type, { name, span }),
    initial,
  });
  const state = changed.vars.map((symbol) => {
    const parts: Carried[] = [];
    const begin = mapParts(valueOf(env, symbol), (part, { name = symbol.name }) => {
      const carried = carry(operandOf(part), name);
      parts.push(carried);
      return loweredValue(l, carried.value);
    }, { name: symbol.name }); // prettier-ignore
    return { symbol, begin, parts };
  });
  const loss = changed.hasLoss ? [carry(real(0), 'loss')] : [];
  const begin = state.map(({ symbol, begin: value }) => [symbol, value] as const);
  const asked = condition === undefined ? undefined : ask(l, openBlock(inside, begin), b, condition);
  // What the condition tells is told of the state that an iteration begins with.
  const where = openBlock(asked === undefined ? inside : withFacts(inside, asked.facts), begin);
  where.frame.loss = loss[0]?.value;
  const body = b.nested();
  deeper(l, () => lowerBody(body, where));
  const carried = [...state.flatMap(({ parts }) => parts), ...loss];
  const outs = carried.map(({ value }) => b.fresh(value.type, { name: value.name, span }));
  b.push({
    kind: 'loop',
    outs: asked === undefined ? outs : [...outs, b.fresh(intType)],
    index,
    from: range.from,
    to: range.to,
    order: 'up',
    state: carried,
    ...(asked === undefined ? {} : { condition: asked.block }),
    body: body.block(resultsOf(where, changed)),
  });
  take(l, env, b, changed, outs, span);
}

/** The condition of a loop as a block, and what holds where it does. */
function ask(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  condition: Expression,
): { readonly block: Block; readonly facts: readonly Polynomial[] } {
  const inner = b.nested();
  const answer = lowerScalar(l, env, inner, condition);
  return { block: inner.block([answer]), facts: l.facts.meanings.get(answer)?.whenTrue ?? [] };
}

export function lowerChoice(l: Lowering, env: Env, b: BlockBuilder, statement: Choice): void {
  const { span } = statement;
  const condition = lowerScalar(l, env, b, statement.condition);
  const meaning = l.facts.meanings.get(condition);
  const changed = changedBy(l, env, [statement.then, statement.otherwise]);
  const arm = (statements: readonly Statement[], facts: readonly Polynomial[] = []): Arm => {
    const where = openBlock(withFacts(env, facts));
    const body = b.nested();
    deeper(l, () => lowerStatements(l, where, body, statements));
    return { block: body.block(resultsOf(where, changed)), facts };
  };
  const then = arm(statement.then, meaning?.whenTrue);
  const otherwise = arm(statement.otherwise, meaning?.whenFalse);
  const names = [...changed.vars.flatMap((symbol) => namesOf(valueOf(env, symbol), symbol.name)), 'loss'];
  const outs = then.block.results.map(({ type }, k) => b.fresh(type, { name: names[k], span }));
  b.push({ kind: 'if', outs, condition, then: then.block, otherwise: otherwise.block });
  for (const [k, out] of outs.entries()) {
    if (out.type.scalar !== 'int' || out.type.dims.length > 0) continue;
    const valueIn = ({ block: { results }, facts }: Arm): Possible => ({
      value: polynomialOf(l.facts, results[k] ?? out),
      facts,
    });
    choose(l.facts, out, [valueIn(then), valueIn(otherwise)]);
  }
  take(l, env, b, changed, outs, span);
}

interface Arm {
  readonly block: Block;
  /** What holds in it. */
  readonly facts: readonly Polynomial[];
}

/** What a block leaves behind. */
const resultsOf = (where: Env, { vars, hasLoss }: Changed): readonly Operand[] => [
  ...vars.flatMap((symbol) => partsOf(valueOf(where, symbol)).map(operandOf)),
  ...(hasLoss ? [where.frame.loss ?? real(0)] : []),
];

/** Gives the vars the values that come out of a loop or a branch. */
function take(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  { vars, hasLoss }: Changed,
  outs: readonly Value[],
  span: Span,
): void {
  const waiting = [...outs];
  for (const symbol of vars) {
    const take = (): Plain => loweredValue(l, waiting.shift() ?? bug('a lost value'));
    env.frame.bindings.set(symbol, mapParts(valueOf(env, symbol), take));
  }
  if (hasLoss) addLoss(l, env, b, waiting[0] ?? bug('a lost loss'), span);
}

/** The names of the parts of a var. */
function namesOf(value: Lowered, name: string): readonly string[] {
  const names: string[] = [];
  mapParts(value, (part, hint) => {
    names.push(hint.name ?? name);
    return part;
  }, { name }); // prettier-ignore
  return names;
}

const operandOf = (value: Plain): Operand =>
  isArray(value) ? (value.stored ?? bug('a var that is not in memory')) : value;

/** Blocks take stack as expressions do. */
function deeper(l: Lowering, work: () => void): void {
  l.level++;
  work();
  l.level--;
}
