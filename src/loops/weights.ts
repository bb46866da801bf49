// One exponential for each element of a log-sum-exp. The sum needs exp(x - shift), the gradient exp(x - logSumExp): the
// second is the first over the sum, so the first is kept in a row and the gradient multiplies. (An exponential costs as
// much as ten multiplications, and both loops run over the same elements.)

import { dropDead } from './dead.ts';
import { effectsOf, writes } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import type { Polynomial } from '../base/polynomial.ts';
import { apply, declare, invented, lengthOf, load, real, reference } from './make.ts';
import { renameExpression } from './rename.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapExpression, mapExpressions, mapRegions, visitExpression, someExpression } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/** Statements further apart than this are not compared, which keeps the pass linear. */
const farthest = 64;

/** `const total = shift + log(sum)` where a loop before it did `sum += exp(element - shift)`. */
interface Total {
  readonly total: Local;
  readonly sum: Local;
  readonly loop: Loop;
  /** The statement of the loop that adds to the sum. */
  readonly adding: Statement;
  readonly exponential: Expression;
  readonly element: Expression;
  readonly length: Polynomial;
  /** Of the declaration in its list. */
  readonly position: number;
}

export function keepExponentials(routine: Routine): Routine {
  const keys = keysFor();
  const rows: Buffer[] = [];
  const list = (statements: readonly Statement[]): readonly Statement[] => {
    const inner = statements.map((statement) => mapRegions(statement, list));
    const plans = totalsOf(inner).flatMap((total) => planFor(inner, total, keys, rows));
    return plans.length === 0 ? inner : carryOut(inner, plans);
  };
  const body = list(routine.body);
  if (rows.length === 0) return routine;
  // Where weights are kept, nobody may want the log-sum-exp.
  return dropDead({ ...routine, body, scratch: [...routine.scratch, ...rows] });
}

function totalsOf(statements: readonly Statement[]): readonly Total[] {
  return statements.flatMap((statement, position): readonly Total[] => {
    if (statement.kind !== 'declare' || statement.value?.kind !== 'op' || statement.value.op !== 'add')
      return [];
    const [shift, logarithm] = statement.value.args;
    const [sum] = logarithm?.kind === 'op' && logarithm.op === 'log' ? logarithm.args : [];
    if (shift?.kind !== 'local' || sum?.kind !== 'local') return [];
    const before = statements.slice(Math.max(0, position - farthest), position);
    const loop = before.find(
      (one): one is Loop => one.kind === 'for' && effectsOf([one]).increased.has(sum.local),
    );
    const length = loop === undefined ? undefined : lengthOf(loop);
    const adding = loop?.body.find((one) => one.kind === 'increase' && one.local === sum.local);
    if (loop === undefined || length === undefined || adding?.kind !== 'increase') return [];
    const exponential = adding.value;
    const [difference] = exponential.kind === 'op' && exponential.op === 'exp' ? exponential.args : [];
    const [element, by] = difference?.kind === 'op' && difference.op === 'sub' ? difference.args : [];
    if (element === undefined || by?.kind !== 'local' || by.local !== shift.local) return [];
    return [{ total: statement.local, sum: sum.local, loop, adding, exponential, element, length, position }];
  });
}

/** A total whose exponentials are kept in a row, for the loops that want weights of the same elements. */
interface Plan {
  readonly found: Total;
  readonly row: Buffer;
  /** One over the sum. */
  readonly inverse: Local;
  readonly users: ReadonlySet<Statement>;
  /** The part of a loop is the weight of the element at its index. */
  readonly isWeight: (part: Expression, loop: Loop) => boolean;
}

function planFor(
  statements: readonly Statement[],
  found: Total,
  keys: Keys,
  rows: Buffer[],
): readonly Plan[] {
  const { total, loop, element, position, length } = found;
  const range = (one: Loop): string => `${keys.expression(one.from)}..${keys.expression(one.to)}`;
  const isWeight = (part: Expression, { index, body }: Loop): boolean => {
    if (part.kind !== 'op' || part.op !== 'softmaxWeight') return false;
    const [given, by] = part.args;
    if (given === undefined || by?.kind !== 'local' || by.local !== total) return false;
    const of = meaning(given, body);
    return keys.expression(renameExpression(of, new Map([[index, loop.index]]))) === keys.expression(element);
  };
  const start = statements.indexOf(loop, Math.max(0, position - farthest));
  const users = statements.slice(position, position + farthest).filter((one, offset) => {
    if (one.kind !== 'for' || range(one) !== range(loop)) return false;
    if (!someExpression([one], (part) => isWeight(part, one))) return false;
    return isSteady(element, loop, effectsOf(statements.slice(start, position + offset + 1)));
  });
  if (users.length === 0) return [];
  const name = rows.length === 0 ? 'weights' : `weights${rows.length + 1}`;
  const row: Buffer = {
    role: 'scratch',
    name,
    scalar: 'real',
    dims: [length],
    invented: true,
    isRange: true,
  };
  rows.push(row);
  return [{ found, row, inverse: invented('inverse', 'real'), users: new Set(users), isWeight }];
}

/** What a constant that the list declares was made from. */
function meaning(expression: Expression, statements: readonly Statement[]): Expression {
  if (expression.kind !== 'local' || expression.local.mutable) return expression;
  const made = statements.find((one) => one.kind === 'declare' && one.local === expression.local);
  return (made?.kind === 'declare' ? made.value : undefined) ?? expression;
}

function carryOut(statements: readonly Statement[], plans: readonly Plan[]): readonly Statement[] {
  const byTotal = new Map(plans.map((plan) => [plan.found.total, plan]));
  const byAdding = new Map(plans.map((plan) => [plan.found.adding, plan]));
  return statements.flatMap((one): readonly Statement[] => {
    const ended = one.kind === 'declare' ? byTotal.get(one.local) : undefined;
    if (ended !== undefined) {
      const sum = reference(ended.found.sum);
      // Over nothing but -Infinity all weights are zero, and so is the sum.
      const value = apply('select', apply('eq', sum, real(0)), real(0), apply('div', real(1), sum));
      return [one, declare(ended.inverse, value)];
    }
    if (one.kind !== 'for') return [one];
    const body = one.body.flatMap((inner) => {
      const plan = byAdding.get(inner);
      return plan === undefined ? [inner] : keeping(plan, one.index);
    });
    const kept: Statement = { ...one, body };
    return plans
      .filter((plan) => plan.users.has(one))
      .reduce(
        (list: readonly Statement[], { row, inverse, isWeight }) => {
          const weight = apply('mul', load(row, [reference(one.index)]), reference(inverse));
          return replaceIn(list, (part) => (isWeight(part, one) ? weight : part));
        },
        [kept],
      );
  });
}

/** Instead of adding the exponential: keep it and add it. */
function keeping({ found, row }: Plan, index: Local): readonly Statement[] {
  const weight = invented('weight', 'real');
  return [
    declare(weight, found.exponential),
    { kind: 'store', buffer: row, indices: [reference(index)], value: reference(weight) },
    { kind: 'increase', local: found.sum, value: reference(weight) },
  ];
}

/** Evaluated in the later loop, the element would be what it was in the first. */
function isSteady(
  element: Expression,
  { index, body }: Loop,
  between: ReturnType<typeof effectsOf>,
): boolean {
  const inside = effectsOf(body).declared;
  let steady = true;
  visitExpression(element, (part) => {
    if (part.kind === 'local' && part.local !== index && (part.local.mutable || inside.has(part.local)))
      steady = false;
    if (part.kind === 'load' && writes(between, part.buffer)) steady = false;
  });
  return steady;
}

function replaceIn(
  statements: readonly Statement[],
  map: (part: Expression) => Expression,
): readonly Statement[] {
  return statements.map((statement) => {
    const mapped = mapExpressions(statement, (root) => mapExpression(root, map));
    return mapRegions(mapped, (region) => replaceIn(region, map));
  });
}
