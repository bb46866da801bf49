// One division where several numbers are divided by one: a / d and b / d are a r and b r with r = 1 / d. A division takes V8 four
// multiplications (cost.ts), and the processor does one at a time. A product is within 1.5 units in the last place of the quotient, which
// for a denominator below 6e-309 alone, whose reciprocal is infinite, it is not. x r may be something else than 1 for x = d; so
// quotients that decide anything (what is compared, rounded, has a sign taken, or a root: x r - 1 may have none) are left alone,
// as is what they are made of.

import { decides } from '../ops/index.ts';
import { decisiveIn, targetOf } from './decisive.ts';
import { apply, declare, invented, real, reference } from './make.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import {
  childrenOf,
  expressionsOf,
  mapChildren,
  mapExpressions,
  mapList,
  mapRegions,
  regionsOf,
  someExpression,
  visitStatements,
} from './walk.ts';

export function shareReciprocals(routine: Routine): Routine {
  if (!someExpression(routine.body, (part) => divisor(part) !== undefined)) return routine;
  const decisive = decisiveIn(routine.body, ({ op }) => decides(op));
  const isDecisive: Decides = (target) => target !== undefined && decisive.has(target);
  const body = shared(routine.body, isDecisive);
  return body === routine.body ? routine : { ...routine, body };
}

type Decides = (target: Local | Buffer | undefined) => boolean;

/** What an expression that is a quotient divides by, if that is a local that keeps its value. */
function divisor(expression: Expression): Local | undefined {
  if (expression.kind !== 'op' || expression.op !== 'div') return undefined;
  const [, by] = expression.args;
  return by?.kind === 'local' && !by.local.mutable ? by.local : undefined;
}

/** Outer lists first: what is shared there serves the regions inside. */
function shared(statements: readonly Statement[], isDecisive: Decides): readonly Statement[] {
  const found = divisionsIn(statements, isDecisive);
  const wanted = [...found].filter(([, { divisions }]) => divisions > 1);
  const list = wanted.length === 0 ? statements : withReciprocals(statements, new Map(wanted), isDecisive);
  return mapList(list, (statement) => {
    const regions = regionsOf(statement);
    const made = regions.map((region) => shared(region, isDecisive));
    let next = 0;
    return made.every((region, k) => region === regions[k])
      ? statement
      : mapRegions(statement, (region) => made[next++] ?? region);
  });
}

interface Found {
  /** The first statement of the list that divides by it, or has one in it that does. */
  readonly first: number;
  /** How many divisions always run; in a loop inside, each stands for several. */
  divisions: number;
}

function divisionsIn(statements: readonly Statement[], isDecisive: Decides): ReadonlyMap<Local, Found> {
  const found = new Map<Local, Found>();
  const note = (by: Local, first: number, weight: number): void => {
    const one = found.get(by) ?? { first, divisions: 0 };
    one.divisions += weight;
    found.set(by, one);
  };
  const look = (list: readonly Statement[], at: (k: number) => number, weight: number): void =>
    list.forEach((statement, k) => {
      visitQuotients(statement, isDecisive, (by, isCertain) => note(by, at(k), isCertain ? weight : 0));
      const inside = statement.kind === 'for' ? 2 * weight : 0;
      for (const region of regionsOf(statement)) look(region, () => at(k), inside);
    });
  look(statements, (k) => k, 1);
  // Nothing is known of a local before the list that declares it.
  for (const statement of statements) for (const by of declaredInside(statement)) found.delete(by);
  return found;
}

/** The locals that are declared in the regions of a statement. */
function declaredInside(statement: Statement): readonly Local[] {
  const declared: Local[] = [];
  for (const region of regionsOf(statement))
    visitStatements(region, (inner) => {
      if (inner.kind === 'declare') declared.push(inner.local);
    });
  return declared;
}

/** Calls `visit` for each quotient that may be a product, by what it divides, and whether it is always computed. */
function visitQuotients(
  statement: Statement,
  isDecisive: Decides,
  visit: (by: Local, isCertain: boolean) => void,
): void {
  if (isDecisive(targetOf(statement))) return;
  const look = (expression: Expression, isCertain: boolean): void => {
    if (expression.kind === 'op' && decides(expression.op)) return;
    const by = divisor(expression);
    if (by !== undefined) visit(by, isCertain);
    const isChoice =
      expression.kind === 'conditional' || (expression.kind === 'op' && lazy.has(expression.op));
    childrenOf(expression).forEach((child, k) => look(child, isCertain && !(isChoice && k > 0)));
  };
  for (const expression of expressionsOf(statement)) look(expression, true);
}

/** Ops that may be printed as choices: only what they choose is computed. */
const lazy: ReadonlySet<string> = new Set(['select', 'chain', 'and', 'or']);

function withReciprocals(
  statements: readonly Statement[],
  wanted: ReadonlyMap<Local, Found>,
  isDecisive: Decides,
): readonly Statement[] {
  const inverses = new Map(
    [...wanted].map(([by, { first }]) => [by, named(statements[first], by) ?? invented('inverse', 'real')]),
  );
  const replaced = (expression: Expression): Expression => {
    if (expression.kind === 'op' && decides(expression.op)) return expression;
    const inner = mapChildren(expression, replaced);
    const by = divisor(inner);
    const inverse = by && inverses.get(by);
    if (inverse === undefined || inner.kind !== 'op') return inner;
    const [numerator] = inner.args;
    const isOne = numerator?.kind === 'literal' && numerator.value === 1;
    return isOne || numerator === undefined
      ? reference(inverse)
      : apply('mul', numerator, reference(inverse));
  };
  const inStatement = (statement: Statement): Statement => {
    const isLeft = isDecisive(targetOf(statement)) || isReciprocal(statement, inverses);
    const own = isLeft ? statement : mapExpressions(statement, replaced);
    return mapRegions(own, (region) => region.map(inStatement));
  };
  return statements.flatMap((statement, k) => {
    const made = [...wanted]
      .filter(([by, { first }]) => first === k && named(statement, by) === undefined)
      .flatMap(([by]) => {
        const inverse = inverses.get(by);
        return inverse === undefined ? [] : [declare(inverse, apply('div', real(1), reference(by)))];
      });
    return [...made, inStatement(statement)];
  });
}

/** The local that a statement declares as a reciprocal. */
function named(statement: Statement | undefined, by: Local): Local | undefined {
  if (statement?.kind !== 'declare' || statement.local.mutable || statement.value === undefined)
    return undefined;
  const [numerator] = statement.value.kind === 'op' ? statement.value.args : [];
  const isOne = numerator?.kind === 'literal' && numerator.value === 1;
  return isOne && divisor(statement.value) === by ? statement.local : undefined;
}

const isReciprocal = (statement: Statement, inverses: ReadonlyMap<Local, Local>): boolean =>
  [...inverses].some(([by, inverse]) => named(statement, by) === inverse);
