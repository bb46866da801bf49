// Dead code of the loops form: locals that nothing reads, scratch arrays that nothing loads any more, regions left empty or never run.

import { effectsOf } from './effects.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { expressionsOf, mapRegions, visitExpression, visitStatements } from './walk.ts';

export function dropDead(routine: Routine): Routine {
  let current = routine;
  // What a dead statement reads may be dead after it; chains of constants die in one round.
  for (let before; current !== before;) {
    before = current;
    current = round(current);
  }
  if (routine.scratch.length === 0) return current;
  const { loaded, stored, accumulated } = effectsOf(current.body);
  const scratch = current.scratch.filter((one) => loaded.has(one) || stored.has(one) || accumulated.has(one));
  return { ...current, scratch };
}

/** The condition is known not to hold. */
function leavesAtOnce([first]: readonly Statement[]): boolean {
  if (first?.kind !== 'leave') return false;
  const { condition } = first;
  const [asked] = condition.kind === 'op' && condition.op === 'not' ? condition.args : [];
  return asked?.kind === 'literal'
    ? asked.value === false
    : condition.kind === 'literal' && condition.value === true;
}

/** The same routine where nothing is dead. */
function round(routine: Routine): Routine {
  const needed = new Set<Local>();
  /** By the statement of the top level that the walk has come to, and by those behind it. */
  const loaded = new Set<Buffer>();
  const need = (expression: Expression): void =>
    visitExpression(expression, (part) => {
      if (part.kind === 'local') needed.add(part.local);
      if (part.kind === 'load') loaded.add(part.buffer);
    });
  // A variable is needed if something else than its own updates reads it: found before the walk, since loops go round.
  visitStatements(routine.body, (statement) => {
    for (const expression of expressionsOf(statement)) {
      visitExpression(expression, (part) => {
        if (part.kind !== 'local' || !part.local.mutable) return;
        if (statement.kind === 'assign' && statement.local === part.local) return;
        needed.add(part.local);
      });
    }
  });
  if (routine.result !== undefined) need(routine.result);

  const addLoads = (statement: Statement): void =>
    visitStatements([statement], (one) => {
      for (const expression of expressionsOf(one))
        visitExpression(expression, (part) => {
          if (part.kind === 'load') loaded.add(part.buffer);
        });
    });

  const isDead = (statement: Statement): boolean => {
    switch (statement.kind) {
      case 'declare':
      case 'assign':
      case 'increase':
        return !needed.has(statement.local);
      case 'store':
      case 'accumulate':
      case 'fill':
        return statement.buffer.role === 'scratch' && !loaded.has(statement.buffer);
      case 'for':
        return statement.body.length === 0;
      case 'if':
        return statement.then.length === 0 && statement.otherwise.length === 0;
      case 'while':
        return leavesAtOnce(statement.body);
      case 'leave':
      case 'limit':
      case 'check':
      case 'section':
      case 'call':
        return false;
    }
  };

  let dropped = false;
  function list(statements: readonly Statement[]): readonly Statement[] {
    const kept: Statement[] = [];
    for (let position = statements.length - 1; position >= 0; position--) {
      const statement = statements[position];
      if (statement === undefined) continue;
      if (statements === routine.body) addLoads(statement);
      const inner = mapRegions(statement, list);
      if (isDead(inner)) {
        dropped = true;
        continue;
      }
      for (const expression of expressionsOf(inner)) need(expression);
      kept.push(inner);
    }
    return kept.reverse();
  }
  const body = list(routine.body);
  return dropped ? { ...routine, body } : routine;
}
