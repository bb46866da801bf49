// The steps of exp, log1p, tanh, sin and cos in place of calls. V8 writes small functions out where they are called, but only up to 920 bytes
// of its code in one caller, which is five exponentials at most; a call beyond that passes its numbers in objects, and takes as
// long as one of Math, or twice as long. So where loops of a function hold more calls than that, each becomes a declaration of its own,
// which the emitter prints as the steps: measured, a fifth to a quarter less time for networks with tanh and for LSTMs. What
// a branch may leave out stays a call.
//
// Outside of loops the steps would be much text for what runs once. There calls beyond that number are of Math, which take and return
// plain numbers: 12 to 18 ns for an exponential or a sine where calls of ours take 19 to 30, as long for the others, and no objects to collect.

import { ops, type OpName } from '../ops/index.ts';
import type { Maths, OpRecord } from '../ops/types.ts';
import { apply, declare, invented, isAtom, real, reference } from './make.ts';
import { nameFor } from './names.ts';
import type { Expression, Routine, Statement } from './types.ts';
import {
  childrenOf,
  expressionsOf,
  mapChildren,
  mapExpressions,
  mapList,
  mapRegions,
  regionsOf,
} from './walk.ts';

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
type Step = (op: OpName, ...x: readonly Expression[]) => Expression;

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

const calls: ReadonlySet<string> = new Set(
  Object.keys(ops).filter((op) => hasSteps(op as OpName) || Object.hasOwn(meanings, op)),
);

export function expand(routine: Routine, { math = 'fast' }: { readonly math?: Maths | undefined }): Routine {
  if (math === 'exact') return routine;
  const code = expandedCode(routine);
  const parts = mapList(routine.parts, expandedCode);
  return parts === routine.parts ? code : { ...code, parts };
}

/** The code of one function. */
interface Code {
  readonly body: readonly Statement[];
  readonly result?: Expression;
}

function expandedCode<C extends Code>(code: C): C {
  const lengths = { inLoops: 0, outside: code.result === undefined ? 0 : lengthIn(code.result) };
  addLengths(code.body, 'outside', lengths);
  const isLooped = lengths.inLoops > leftToV8;
  const isLong = lengths.outside > leftToV8;
  if (!isLooped && !isLong) return code;
  const body = isLooped ? expanded(code.body, false) : code.body;
  if (!isLong) return { ...code, body };
  const before: Statement[] = [];
  const result = code.result && withoutCalls(code.result, before, 'math');
  return { ...code, body: [...withMath(body), ...before], ...(result && { result }) };
}

/** Adds up how long calls are, in loops and outside of them. */
function addLengths(
  statements: readonly Statement[],
  where: 'inLoops' | 'outside',
  lengths: Record<typeof where, number>,
): void {
  for (const statement of statements) {
    for (const expression of expressionsOf(statement)) lengths[where] += lengthIn(expression);
    for (const region of regionsOf(statement))
      addLengths(region, isLoop(statement) ? 'inLoops' : where, lengths);
  }
}

/** Calls outside of loops are of Math; what they are made of has names before them. */
const withMath = (statements: readonly Statement[]): readonly Statement[] =>
  statements.flatMap((statement) => {
    if (isLoop(statement)) return [statement];
    const before: Statement[] = [];
    const own = mapExpressions(statement, (expression) => withoutCalls(expression, before, 'math'));
    return [...before, mapRegions(own, withMath)];
  });

const callOfMath: Step = (op, ...args) => ({ kind: 'op', op, args, math: 'exact' });

/** The same for what may not be evaluated, and has no names before it. */
function ofMath(expression: Expression): Expression {
  const inside = mapChildren(expression, ofMath);
  if (inside.kind !== 'op') return inside;
  const { op, args } = inside;
  const [x = real(NaN), y = real(NaN)] = args;
  if (hasSteps(op)) return callOfMath(op, x);
  const meaning = args.every(isAtom) ? meanings[op] : undefined;
  return meaning === undefined ? inside : meaning(callOfMath, x, y);
}

const isLoop = ({ kind }: Statement): boolean => kind === 'for' || kind === 'while';

/** Of the calls that are always evaluated. */
function lengthIn(expression: Expression): number {
  let length = expression.kind === 'op' && calls.has(expression.op) ? lengthOf(expression.op) : 0;
  for (const child of alwaysEvaluated(expression)) length += lengthIn(child);
  return length;
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
    const own = mapExpressions(inside, (expression) => withoutCalls(expression, before, 'steps'));
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

/** The expression, with what it called in declarations before it, step by step; or with calls of Math. */
function withoutCalls(expression: Expression, before: Statement[], how: 'steps' | 'math'): Expression {
  if (childrenOf(expression).length === 0) return expression;
  if (how === 'steps' && lengthIn(expression) === 0) return expression;
  const inner = (part: Expression): Expression => withoutCalls(part, before, how);
  const skippable = (part: Expression): Expression => (how === 'math' ? ofMath(part) : part);
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
      return {
        ...expression,
        condition: inner(expression.condition),
        then: skippable(expression.then),
        otherwise: skippable(expression.otherwise),
      };
    case 'load':
      return { ...expression, indices: expression.indices.map(inner) };
    case 'op': {
      const { op } = expression;
      const always = alwaysEvaluated(expression).length;
      const args = expression.args.map((arg, k) => (k < always ? inner(arg) : skippable(arg)));
      const stepByStep: Step = (called, ...of) => {
        const value = apply(called, ...of.map(named));
        const local = invented(nameFor(value), 'real');
        before.push({ kind: 'declare', local, value, isExpanded: true });
        return reference(local);
      };
      const step = how === 'math' ? callOfMath : stepByStep;
      const meaning = meanings[op];
      if (meaning !== undefined) {
        const [x = real(NaN), y = real(NaN)] = args.map(named);
        return meaning(step, x, y);
      }
      return hasSteps(op) ? step(op, ...args) : { ...expression, args };
    }
  }
}
