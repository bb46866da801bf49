// Variables that are constants in turn: where every assignment stands in the list that declares one, each makes a constant of its own.
// Contraction leaves such variables behind; later passes ask for constants.

import { constant, declare, sumOf, reference } from './make.ts';
import type { Expression, Local, Routine, Statement } from './types.ts';
import { mapExpression, mapExpressions, mapRegions, regionsOf } from './walk.ts';

type Declare = Extract<Statement, { readonly kind: 'declare' }>;

/** What a variable is where the walk stands. */
type Now = Map<Local, Expression>;

export function settleVariables(routine: Routine): Routine {
  const settled = settledIn(routine.body);
  if (settled.size === 0) return routine;
  const now: Now = new Map();
  const current = (root: Expression): Expression =>
    mapExpression(root, (part) => (part.kind === 'local' ? (now.get(part.local) ?? part) : part));
  const made = (local: Local, value: Expression): readonly Statement[] => {
    if (value.kind === 'literal') {
      now.set(local, value);
      return [];
    }
    const version: Local = { ...constant(local.name, local.scalar), invented: true };
    now.set(local, reference(version));
    return [declare(version, value)];
  };
  const list = (statements: readonly Statement[]): readonly Statement[] =>
    statements.flatMap((old) => {
      const statement = mapRegions(mapExpressions(old, current), list);
      if (isNumber(statement)) return made(statement.local, statement.value);
      const isOwn = (statement.kind === 'declare' || statement.kind === 'assign' || statement.kind === 'increase') && settled.has(statement.local); // prettier-ignore
      if (!isOwn) return [statement];
      if (statement.kind !== 'increase') return statement.value ? made(statement.local, statement.value) : [];
      return made(statement.local, sumOf(current(reference(statement.local)), statement.value));
    });
  const body = list(routine.body);
  return { ...routine, body, ...(routine.result && { result: current(routine.result) }) };
}

/** A constant that another name was for. */
const isNumber = (s: Statement): s is Declare & { readonly value: Expression } =>
  s.kind === 'declare' && !s.local.mutable && s.value?.kind === 'literal';

/** The variables that are declared in a list, and assigned there alone. */
function settledIn(body: readonly Statement[]): ReadonlySet<Local> {
  const settled = new Set<Local>();
  const elsewhere = new Set<Local>();
  const look = (statements: readonly Statement[]): void => {
    const own = new Set<Local>();
    for (const statement of statements) {
      if (statement.kind === 'declare' && statement.local.mutable) own.add(statement.local);
      else if ((statement.kind === 'assign' || statement.kind === 'increase') && !own.has(statement.local)) elsewhere.add(statement.local); // prettier-ignore
      for (const region of regionsOf(statement)) look(region);
    }
    for (const local of own) settled.add(local);
  };
  look(body);
  for (const local of elsewhere) settled.delete(local);
  return settled;
}
