// What running some statements reads and changes: the facts that decide what may move, merge or disappear.

import type { Buffer, Expression, Local, Statement } from './types.ts';
import { expressionsOf, visitExpression, visitStatements } from './walk.ts';

export interface Effects {
  /** Declared inside, loop indices included. */
  readonly declared: ReadonlySet<Local>;
  /** Locals that are read; those declared inside too. */
  readonly used: ReadonlySet<Local>;
  readonly assigned: ReadonlySet<Local>;
  readonly increased: ReadonlySet<Local>;
  readonly loaded: ReadonlySet<Buffer>;
  /** Stored to or filled. */
  readonly stored: ReadonlySet<Buffer>;
  readonly accumulated: ReadonlySet<Buffer>;
  /** Something in it may throw, or is a part or a heading: it stays where it is. */
  readonly fixed: boolean;
}

/** Most statements have none of most effects: sets are made when there is something to put into them. */
const empty: Set<never> = new Set();
const none = <T>(): Set<T> => empty;

const and = <T>(set: Set<T>, item: T): Set<T> => (set === empty ? new Set<T>() : set).add(item);

export function effectsOf(statements: readonly Statement[]): Effects {
  let declared = none<Local>();
  let used = none<Local>();
  let assigned = none<Local>();
  let increased = none<Local>();
  let loaded = none<Buffer>();
  let stored = none<Buffer>();
  let accumulated = none<Buffer>();
  let fixed = false;
  const look = (part: Expression): void => {
    if (part.kind === 'local') used = and(used, part.local);
    if (part.kind === 'load') loaded = and(loaded, part.buffer);
  };
  visitStatements(statements, (statement) => {
    for (const expression of expressionsOf(statement)) visitExpression(expression, look);
    switch (statement.kind) {
      case 'declare':
        declared = and(declared, statement.local);
        break;
      case 'for':
        declared = and(declared, statement.index);
        break;
      case 'assign':
        assigned = and(assigned, statement.local);
        break;
      case 'increase':
        increased = and(increased, statement.local);
        break;
      case 'store':
      case 'fill':
        stored = and(stored, statement.buffer);
        break;
      case 'accumulate':
        accumulated = and(accumulated, statement.buffer);
        break;
      case 'check':
      case 'leave':
      case 'limit':
      case 'section':
      case 'call':
        fixed = true;
        break;
      case 'if':
      case 'while':
        break;
    }
  });
  return { declared, used, assigned, increased, loaded, stored, accumulated, fixed };
}

export const changesLocal = (effects: Effects, local: Local): boolean =>
  effects.assigned.has(local) || effects.increased.has(local);

export const writes = (effects: Effects, buffer: Buffer): boolean =>
  effects.stored.has(buffer) || effects.accumulated.has(buffer);
