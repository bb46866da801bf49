// Constants that only the compiler named and that only the next statement uses go back into that statement: sharing and
// merging leave such names behind. Nothing is moved past a statement that changes anything.

import { newPage, type Page } from './text.ts';
import type { Expression, Local, Routine, Statement } from './types.ts';
import {
  expressionsOf,
  mapExpression,
  mapExpressions,
  mapRegions,
  visitExpression,
  visitStatements,
} from './walk.ts';

export function nest(routine: Routine): Routine {
  const uses = new Map<Local, number>();
  const count = (root: Expression): void =>
    visitExpression(root, (part) => {
      if (part.kind === 'local') uses.set(part.local, (uses.get(part.local) ?? 0) + 1);
    });
  visitStatements(routine.body, (statement) => expressionsOf(statement).forEach(count));
  if (routine.result !== undefined) count(routine.result);
  return { ...routine, body: nestList(routine.body, uses, newPage()) };
}

function nestList(
  statements: readonly Statement[],
  uses: ReadonlyMap<Local, number>,
  page: Page,
): readonly Statement[] {
  const into: Statement[] = [];
  /** Declarations that wait for their only user; nothing but declarations has come since. */
  const waiting = new Map<Local, Extract<Statement, { readonly kind: 'declare' }>>();
  for (const old of statements) {
    const inner = mapRegions(old, (region) => nestList(region, uses, page));
    const statement = inner.kind === 'for' || waiting.size === 0 ? inner : filled(inner, waiting, page);
    if (statement.kind !== 'declare') {
      into.push(...waiting.values(), statement);
      waiting.clear();
    } else if (isPassing(statement, uses)) waiting.set(statement.local, statement);
    else {
      into.push(...needed(statement, waiting), statement);
    }
  }
  into.push(...waiting.values());
  return into;
}

const isPassing = (
  { local, value }: Extract<Statement, { readonly kind: 'declare' }>,
  uses: ReadonlyMap<Local, number>,
): boolean => local.invented === true && !local.mutable && value !== undefined && uses.get(local) === 1;

/** The statement with the waiting values that it uses in their places, unless a line would become too long. */
function filled(
  statement: Statement,
  waiting: Map<Local, Extract<Statement, { readonly kind: 'declare' }>>,
  page: Page,
): Statement {
  return mapExpressions(statement, (root) => {
    const used: Local[] = [];
    const nested = mapExpression(root, (part) => {
      const value = part.kind === 'local' ? waiting.get(part.local)?.value : undefined;
      if (part.kind !== 'local' || value === undefined) return part;
      used.push(part.local);
      return value;
    });
    if (used.length === 0 || !page.fits(nested)) return root;
    for (const local of used) waiting.delete(local);
    return nested;
  });
}

/** The waiting declarations that a declaration still refers to go before it. */
function needed(
  statement: Statement,
  waiting: Map<Local, Extract<Statement, { readonly kind: 'declare' }>>,
): readonly Statement[] {
  if (waiting.size === 0) return [];
  const all = [...waiting.values()];
  const refers = expressionsOf(statement).some((root) => {
    let found = false;
    visitExpression(root, (part) => {
      if (part.kind === 'local' && waiting.has(part.local)) found = true;
    });
    return found;
  });
  if (!refers) return [];
  waiting.clear();
  return all;
}
