// One exponential for the logistic functions of one number. `sigmoid`, `logSigmoid` and `softplus` of x, and of -x, are all
// made of e = exp(-|x|), which cannot overflow; the gradient of a likelihood wants two of them at once:
//   sigmoid(x) = (x < 0 ? e : 1) / (1 + e), logSigmoid(x) = min(x, 0) - log1p(e), softplus(x) = max(x, 0) + log1p(e).

import { apply, declare, invented, real, reference } from './make.ts';
import type { Expression, Local, Routine, Statement } from './types.ts';
import {
  childrenOf,
  expressionsOf,
  mapExpression,
  mapExpressions,
  mapList,
  mapRegions,
  regionsOf,
  someExpression,
} from './walk.ts';

type Logistic = 'sigmoid' | 'logSigmoid' | 'softplus';

/** A logistic function of a constant, or of its negative. */
interface Member {
  readonly op: Logistic;
  readonly of: Local;
  readonly isNegated: boolean;
}

/** What a list and the regions inside want of one constant. */
interface Found {
  /** The first statement of the list that always computes one of them. */
  first: number;
  readonly members: Map<string, Member>;
}

export function shareLogistic(routine: Routine): Routine {
  if (!hasLogistic(routine)) return routine;
  const body = shared(routine.body);
  return body === routine.body ? routine : { ...routine, body };
}

/** Most routines have none, and are not looked at any further. */
const hasLogistic = (routine: Routine): boolean =>
  someExpression(routine.body, (part) => part.kind === 'op' && isLogistic(part.op));

const isLogistic = (op: string): op is Logistic =>
  op === 'sigmoid' || op === 'logSigmoid' || op === 'softplus';

/** Outer lists first: what is shared there serves the regions inside. */
function shared(statements: readonly Statement[]): readonly Statement[] {
  const here = [...wantedOf(statements)].filter(([, { members }]) => members.size > 1);
  const replaced = here.length === 0 ? statements : sharedHere(statements, new Map(here));
  return mapList(replaced, (statement) => {
    const regions = regionsOf(statement);
    if (regions.length === 0) return statement;
    const made = regions.map(shared);
    let next = 0;
    return made.every((region, k) => region === regions[k])
      ? statement
      : mapRegions(statement, (region) => made[next++] ?? region);
  });
}

function wantedOf(statements: readonly Statement[]): ReadonlyMap<Local, Found> {
  const wanted = new Map<Local, Found>();
  const visit = (expression: Expression, at: number, always: boolean): void => {
    const member = memberOf(expression);
    if (member !== undefined) {
      let found = wanted.get(member.of);
      // What only a branch computes may serve nobody after it.
      if (found === undefined && always) wanted.set(member.of, (found = { first: at, members: new Map() }));
      found?.members.set(`${member.op} ${member.isNegated}`, member);
    }
    const arms = expression.kind === 'conditional' ? 1 : Infinity;
    childrenOf(expression).forEach((child, k) => visit(child, at, always && k < arms));
  };
  const inside = (region: readonly Statement[], at: number): void => {
    for (const statement of region) {
      for (const expression of expressionsOf(statement)) visit(expression, at, false);
      for (const inner of regionsOf(statement)) inside(inner, at);
    }
  };
  statements.forEach((statement, at) => {
    for (const expression of expressionsOf(statement)) visit(expression, at, true);
    for (const region of regionsOf(statement)) inside(region, at);
  });
  return wanted;
}

function memberOf(expression: Expression): Member | undefined {
  if (expression.kind !== 'op') return undefined;
  const { op } = expression;
  if (!isLogistic(op)) return undefined;
  const [argument] = expression.args;
  const isNegated = argument?.kind === 'op' && argument.op === 'neg';
  const of = isNegated ? argument.args[0] : argument;
  return of?.kind === 'local' && !of.local.mutable ? { op, of: of.local, isNegated } : undefined;
}

/** What all members of one constant are made of. */
interface Parts {
  readonly x: Expression;
  readonly exponential: Expression;
  /** 1 + exp(-|x|) */
  readonly denominator: Expression;
  /** log(1 + exp(-|x|)) */
  readonly logarithm: Expression;
}

function sharedHere(
  statements: readonly Statement[],
  wanted: ReadonlyMap<Local, Found>,
): readonly Statement[] {
  /** Of those that have been computed where the rewriting is at. */
  const partsOf = new Map<Local, Parts>();
  const starts = new Map<number, { readonly declarations: Statement[]; readonly found: [Local, Parts][] }>();
  for (const [local, { first, members }] of wanted) {
    const start = starts.get(first) ?? { declarations: [], found: [] };
    starts.set(first, start);
    const name = (hint: string, value: Expression, uses: number): Expression => {
      if (uses < 2) return value;
      const constant = invented(hint, 'real');
      start.declarations.push(declare(constant, value));
      return reference(constant);
    };
    const x = reference(local);
    const sigmoids = [...members.values()].filter(({ op }) => op === 'sigmoid').length;
    const exponential = name('exponential', apply('exp', apply('neg', apply('abs', x))), members.size);
    const denominator = name('denominator', apply('add', real(1), exponential), sigmoids);
    const logarithm = name('logarithm', apply('log1p', exponential), members.size - sigmoids);
    start.found.push([local, { x, exponential, denominator, logarithm }]);
  }
  const replace = (expression: Expression): Expression => {
    const member = memberOf(expression);
    const parts = member === undefined ? undefined : partsOf.get(member.of);
    return member === undefined || parts === undefined ? expression : fromParts(member, parts);
  };
  const rewritten = (statement: Statement): Statement =>
    mapRegions(
      mapExpressions(statement, (root) => mapExpression(root, replace)),
      (region) => region.map(rewritten),
    );
  return statements.flatMap((statement, at) => {
    const start = starts.get(at);
    for (const [local, parts] of start?.found ?? []) partsOf.set(local, parts);
    return [...(start?.declarations ?? []), rewritten(statement)];
  });
}

function fromParts({ op, isNegated }: Member, { x, exponential, denominator, logarithm }: Parts): Expression {
  const zero = real(0);
  switch (op) {
    case 'sigmoid': {
      const isSmall = apply(isNegated ? 'gt' : 'lt', x, zero);
      return apply('div', apply('select', isSmall, exponential, real(1)), denominator);
    }
    case 'logSigmoid':
      return isNegated
        ? apply('sub', apply('neg', apply('max', x, zero)), logarithm)
        : apply('sub', apply('min', x, zero), logarithm);
    case 'softplus':
      return isNegated
        ? apply('sub', logarithm, apply('min', x, zero))
        : apply('add', apply('max', x, zero), logarithm);
  }
}
