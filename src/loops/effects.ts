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

export function effectsOf(statements: readonly Statement[]): Effects {
  const declared = new Set<Local>();
  const used = new Set<Local>();
  const assigned = new Set<Local>();
  const increased = new Set<Local>();
  const loaded = new Set<Buffer>();
  const stored = new Set<Buffer>();
  const accumulated = new Set<Buffer>();
  let fixed = false;
  const look = (part: Expression): void => {
    if (part.kind === 'local') used.add(part.local);
    if (part.kind === 'load') loaded.add(part.buffer);
  };
  visitStatements(statements, (statement) => {
    for (const expression of expressionsOf(statement)) visitExpression(expression, look);
    switch (statement.kind) {
      case 'declare':
        declared.add(statement.local);
        break;
      case 'for':
        declared.add(statement.index);
        break;
      case 'assign':
        assigned.add(statement.local);
        break;
      case 'increase':
        increased.add(statement.local);
        break;
      case 'store':
      case 'fill':
        stored.add(statement.buffer);
        break;
      case 'accumulate':
        accumulated.add(statement.buffer);
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
