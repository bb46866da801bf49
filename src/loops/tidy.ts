// Statements as a person writes them: one `if` for neighbours with one condition, none with an empty first branch; a
// variable declared where it gets its first value; `+=`; a result that needs no name.

import { changesLocal, effectsOf, writes } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import { apply, declare } from './make.ts';
import type { Expression, Local, Routine, Statement } from './types.ts';
import { mapRegions, visitExpression } from './walk.ts';

type If = Extract<Statement, { readonly kind: 'if' }>;

export function tidy(routine: Routine): Routine {
  return withResultLast({ ...routine, body: tidied(routine.body, keysFor()) });
}

/** `const loss = sum / N; return loss` is `return sum / N`. */
function withResultLast(routine: Routine): Routine {
  const { body, result } = routine;
  const last = body.at(-1);
  return last?.kind === 'declare' && last.value && result?.kind === 'local' && result.local === last.local
    ? { ...routine, body: body.slice(0, -1), result: last.value }
    : routine;
}

function tidied(statements: readonly Statement[], keys: Keys): readonly Statement[] {
  return withBranchesMerged(withFirstValues(statements), keys).map((statement) => {
    const inner = mapRegions(statement, (region) => tidied(region, keys));
    if (inner.kind === 'assign') return asIncrease(inner);
    if (inner.kind !== 'if' || inner.then.length > 0 || inner.otherwise.length === 0) return inner;
    return { ...inner, condition: negated(inner.condition), then: inner.otherwise, otherwise: [] };
  });
}

/** `let x; x = 0` is `let x = 0`. */
function withFirstValues(statements: readonly Statement[]): readonly Statement[] {
  const open = new Map<Local, Statement>();
  const valued = new Set<Statement>();
  const list = statements.map((statement): Statement => {
    if (statement.kind === 'declare' && statement.value === undefined) {
      open.set(statement.local, statement);
      return statement;
    }
    const declared = statement.kind === 'assign' ? open.get(statement.local) : undefined;
    // Nothing that stands between mentions it: an assignment cannot read what has no value yet.
    if (statement.kind !== 'assign') open.clear();
    if (statement.kind !== 'assign' || declared === undefined) return statement;
    open.delete(statement.local);
    valued.add(declared);
    return declare(statement.local, statement.value);
  });
  return valued.size === 0 ? statements : list.filter((statement) => !valued.has(statement));
}

/** `x = x + y` is `x += y`. */
function asIncrease(statement: Extract<Statement, { readonly kind: 'assign' }>): Statement {
  const { local, value } = statement;
  const [first, second] = value.kind === 'op' && value.op === 'add' ? value.args : [];
  return first?.kind === 'local' && first.local === local && second !== undefined
    ? { kind: 'increase', local, value: second }
    : statement;
}

function withBranchesMerged(statements: readonly Statement[], keys: Keys): readonly Statement[] {
  const merged: Statement[] = [];
  /** Where the last `if` stands in `merged`, while only declarations without a value have come since. */
  let last = -1;
  for (const statement of statements) {
    const before = merged[last];
    if (statement.kind === 'if' && before?.kind === 'if' && isRepeated(before, statement, keys)) {
      const then = [...before.then, ...statement.then];
      const otherwise = [...before.otherwise, ...statement.otherwise];
      merged.splice(last, 1);
      last = merged.push({ ...before, then, otherwise }) - 1;
    } else {
      merged.push(statement);
      if (statement.kind === 'if') last = merged.length - 1;
      else if (statement.kind !== 'declare' || statement.value !== undefined) last = -1;
    }
  }
  return merged;
}

/** Whether the second has the condition of the first, which no branch of the first changes. */
function isRepeated(first: If, second: If, keys: Keys): boolean {
  if (keys.expression(first.condition) !== keys.expression(second.condition)) return false;
  const effects = effectsOf([...first.then, ...first.otherwise]);
  let changed = false;
  visitExpression(first.condition, (part) => {
    if (part.kind === 'local' && changesLocal(effects, part.local)) changed = true;
    if (part.kind === 'load' && writes(effects, part.buffer)) changed = true;
  });
  return !changed;
}

/** Order is not turned round: with NaN neither `x < y` nor `x >= y` holds. */
const opposite = {
  eq: 'ne',
  ne: 'eq',
  ieq: 'ine',
  ine: 'ieq',
  ilt: 'ige',
  ige: 'ilt',
  igt: 'ile',
  ile: 'igt',
} as const;

function negated(condition: Expression): Expression {
  if (condition.kind === 'op') {
    const [operand] = condition.args;
    if (condition.op === 'not' && operand !== undefined) return operand;
    const found = Object.entries(opposite).find(([op]) => op === condition.op);
    if (found) return apply(found[1], ...condition.args);
  }
  return apply('not', condition);
}
