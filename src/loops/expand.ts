// The steps of exp, log1p, tanh, sin and cos in place of calls. V8 writes small functions out where they are called, but only up to 920 bytes
// of its code in one caller, which is five exponentials at most; a call beyond that passes its numbers in objects, and takes as
// long as one of Math. So where loops of a function hold more calls than that, each becomes a declaration of its own,
// which the emitter prints as the steps: measured, a fifth to a quarter less time for networks with tanh and for LSTMs. What
// a branch may leave out stays a call.

import { ops, type OpName } from '../ops/index.ts';
import type { Maths, OpRecord } from '../ops/types.ts';
import { apply, declare, invented, isAtom, real, reference } from './make.ts';
import { nameFor } from './names.ts';
import type { Expression, Routine, Statement } from './types.ts';
import { childrenOf, expressionsOf, mapExpressions, mapList, mapRegions, regionsOf } from './walk.ts';

/** In bytes of V8's code: how much is left to V8, which has other functions to write out, too; and what a call comes to. */
const leftToV8 = 700;
const lengths: Partial<Record<OpName, number>> = {
  exp: 180,
  exp2: 180,
  log1p: 190,
  tanh: 140,
  sin: 190,
  cos: 190,
  softplus: 400,
  logSigmoid: 400,
};
const lengthOf = (op: OpName): number => lengths[op] ?? 200;

/** An op whose steps are written out, and what it comes to. */
type Step = (op: OpName, x: Expression) => Expression;

/** Functions that are made of exp, for arguments that may be repeated. */
const meanings: Partial<Record<OpName, (step: Step, x: Expression, y: Expression) => Expression>> = {
  sigmoid: (step, x) => apply('div', real(1), apply('add', real(1), step('exp', apply('neg', x)))),
  softplus: (step, x) => apply('add', apply('max', x, real(0)), logarithm(step, x)),
  logSigmoid: (step, x) => apply('sub', apply('min', x, real(0)), logarithm(step, x)),
  softmaxWeight: (step, x, total) =>
    apply('select', apply('eq', x, real(-Infinity)), real(0), step('exp', apply('sub', x, total))),
};
const logarithm = (step: Step, x: Expression): Expression =>
  step('log1p', step('exp', apply('neg', apply('abs', x))));

const hasSteps = (op: OpName): boolean => {
  const { fast }: OpRecord = ops[op];
  return fast !== undefined && 'helper' in fast && fast.steps !== undefined;
};

export function expand(routine: Routine, { math = 'fast' }: { readonly math?: Maths | undefined }): Routine {
  if (math === 'exact') return routine;
  const body = expandedCode(routine.body);
  const parts = mapList(routine.parts, (part) => {
    const inside = expandedCode(part.body);
    return inside === part.body ? part : { ...part, body: inside };
  });
  return body === routine.body && parts === routine.parts ? routine : { ...routine, body, parts };
}

const expandedCode = (statements: readonly Statement[]): readonly Statement[] =>
  lengthOfCalls(statements, false) > leftToV8 ? expanded(statements, false) : statements;

function lengthOfCalls(statements: readonly Statement[], isLooped: boolean): number {
  let length = 0;
  for (const statement of statements) {
    if (isLooped) for (const expression of expressionsOf(statement)) length += lengthIn(expression);
    for (const region of regionsOf(statement)) length += lengthOfCalls(region, isLooped || isLoop(statement));
  }
  return length;
}

const isLoop = ({ kind }: Statement): boolean => kind === 'for' || kind === 'while';

function lengthIn(expression: Expression): number {
  const isCall =
    expression.kind === 'op' && (hasSteps(expression.op) || meanings[expression.op] !== undefined);
  return alwaysEvaluated(expression).reduce(
    (sum, child) => sum + lengthIn(child),
    isCall ? lengthOf(expression.op) : 0,
  );
}

const lazy: ReadonlySet<string> = new Set(['select', 'iselect', 'bselect', 'and', 'or']);

function alwaysEvaluated(expression: Expression): readonly Expression[] {
  const isLazy = expression.kind === 'conditional' || (expression.kind === 'op' && lazy.has(expression.op));
  return isLazy ? childrenOf(expression).slice(0, 1) : childrenOf(expression);
}

function expanded(statements: readonly Statement[], isLooped: boolean): readonly Statement[] {
  return statements.flatMap((statement) => {
    const inside = mapRegions(statement, (region) => expanded(region, isLooped || isLoop(statement)));
    if (!isLooped || isLoop(statement)) return [inside];
    const before: Statement[] = [];
    const own = mapExpressions(inside, (expression) => withoutCalls(expression, before));
    const last = before.at(-1);
    // A declaration of nothing else takes the steps itself.
    if (
      own.kind === 'declare' &&
      last?.kind === 'declare' &&
      own.value?.kind === 'local' &&
      own.value.local === last.local
    )
      return [...before.slice(0, -1), { ...last, local: own.local }];
    return [...before, own];
  });
}

/** The expression, with what it called in declarations before it. */
function withoutCalls(expression: Expression, before: Statement[]): Expression {
  if (lengthIn(expression) === 0) return expression;
  const named = (value: Expression): Expression => {
    if (isAtom(value)) return value;
    const local = invented(nameFor(value), 'real');
    before.push(declare(local, value));
    return reference(local);
  };
  switch (expression.kind) {
    case 'literal':
    case 'extent':
    case 'local':
      return expression;
    case 'conditional':
      return { ...expression, condition: withoutCalls(expression.condition, before) };
    case 'load':
      return { ...expression, indices: expression.indices.map((index) => withoutCalls(index, before)) };
    case 'op': {
      const { op } = expression;
      const always = alwaysEvaluated(expression).length;
      const args = expression.args.map((arg, k) => (k < always ? withoutCalls(arg, before) : arg));
      const stepByStep = (called: OpName, ...of: readonly Expression[]): Expression => {
        const value = apply(called, ...of.map(named));
        const local = invented(nameFor(value), 'real');
        before.push({ kind: 'declare', local, value, isExpanded: true });
        return reference(local);
      };
      const meaning = meanings[op];
      if (meaning !== undefined) {
        const [x = real(NaN), y = real(NaN)] = args.map(named);
        return meaning(stepByStep, x, y);
      }
      return hasSteps(op) ? stepByStep(op, ...args) : { ...expression, args };
    }
  }
}
