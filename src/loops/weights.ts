// One exponential for each element of a log-sum-exp. The sum needs exp(x - shift), the gradient exp(x - logSumExp): the
// second is the first over the sum, so the first is kept in a row and the gradient multiplies. (An exponential costs as
// much as ten multiplications, and both loops run over the same elements.)

import { constant as size, type Polynomial } from '../base/polynomial.ts';
import { effectsOf, writes } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import { apply, declare, invented, isZero, load, real, reference } from './make.ts';
import { renameExpression } from './rename.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import {
  expressionsOf,
  mapExpression,
  mapExpressions,
  mapRegions,
  visitExpression,
  visitStatements,
} from './walk.ts';

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
}

export function keepExponentials(routine: Routine): Routine {
  const scratch = [...routine.scratch];
  const keys = keysFor();
  let kept = 0;
  const list = (statements: readonly Statement[]): readonly Statement[] => {
    let current: readonly Statement[] = statements.map((statement) => mapRegions(statement, list));
    for (const found of totalsOf(current)) {
      const row = keep(current, found, keys, `weights${kept === 0 ? '' : kept + 1}`);
      if (row === undefined) continue;
      kept++;
      scratch.push(row.buffer);
      current = row.statements;
    }
    return current;
  };
  const body = list(routine.body);
  return kept === 0 ? routine : { ...routine, body, scratch };
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
    return [{ total: statement.local, sum: sum.local, loop, adding, exponential, element, length }];
  });
}

function lengthOf({ from, to }: Loop): Polynomial | undefined {
  if (!isZero(from)) return undefined;
  return to.kind === 'extent' ? to.size : to.kind === 'literal' ? size(Number(to.value)) : undefined;
}

/** The list with the exponentials kept, if a later loop over the same range wants the weights of the same elements. */
function keep(
  statements: readonly Statement[],
  found: Total,
  keys: Keys,
  name: string,
): { readonly statements: readonly Statement[]; readonly buffer: Buffer } | undefined {
  const { total, sum, loop, element, exponential, length } = found;
  const start = statements.indexOf(loop);
  const at = statements.findIndex((one) => one.kind === 'declare' && one.local === total);
  const range = (one: Loop): string => `${keys.expression(one.from)}..${keys.expression(one.to)}`;
  const isWeight = (part: Expression, index: Local): boolean => {
    if (part.kind !== 'op' || part.op !== 'softmaxWeight') return false;
    const [of, by] = part.args;
    if (of === undefined || by?.kind !== 'local' || by.local !== total) return false;
    return keys.expression(renameExpression(of, new Map([[index, loop.index]]))) === keys.expression(element);
  };
  const users = statements.slice(at, at + farthest).filter((one, offset): one is Loop => {
    if (one.kind !== 'for' || range(one) !== range(loop)) return false;
    if (!contains(one, (part) => isWeight(part, one.index))) return false;
    return isSteady(element, loop, effectsOf(statements.slice(start, at + offset + 1)));
  });
  if (users.length === 0) return undefined;

  const buffer: Buffer = {
    role: 'scratch',
    name,
    scalar: 'real',
    dims: [length],
    invented: true,
  };
  const inverse = invented('inverse', 'real');
  const wanted = new Set<Statement>(users);
  const rewritten = statements.flatMap((one): readonly Statement[] => {
    if (one === loop) {
      const weight = invented('weight', 'real');
      const body = loop.body.flatMap((inner): readonly Statement[] =>
        inner !== found.adding
          ? [inner]
          : [
              declare(weight, exponential),
              { kind: 'store', buffer, indices: [reference(loop.index)], value: reference(weight) },
              { kind: 'increase', local: sum, value: reference(weight) },
            ],
      );
      return [{ ...loop, body }];
    }
    if (one.kind === 'declare' && one.local === total) {
      // Over nothing but -Infinity all weights are zero, and so is the sum.
      const value = apply(
        'select',
        apply('eq', reference(sum), real(0)),
        real(0),
        apply('div', real(1), reference(sum)),
      );
      return [one, declare(inverse, value)];
    }
    if (!wanted.has(one) || one.kind !== 'for') return [one];
    const weight = apply('mul', load(buffer, [reference(one.index)]), reference(inverse));
    return replaceIn([one], (part) => (isWeight(part, one.index) ? weight : part));
  });
  return { statements: rewritten, buffer };
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

function contains(statement: Statement, test: (part: Expression) => boolean): boolean {
  let found = false;
  visitStatements([statement], (inner) => {
    for (const root of expressionsOf(inner)) {
      visitExpression(root, (part) => {
        if (test(part)) found = true;
      });
    }
  });
  return found;
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
