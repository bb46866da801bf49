// How much arithmetic there is in a function: in its text, which its docs tell, and in a call of it.

import { evaluate } from '../base/polynomial.ts';
import { ops, type OpName } from '../ops/index.ts';
import type { Expression, Local, Routine, Statement } from '../loops/types.ts';
import { childrenOf, expressionsOf, isChoice, visitExpression, visitStatements } from '../loops/walk.ts';

export interface Operations {
  /** Operations on reals; choices and conversions do not count. */
  readonly count: number;
  /** Whether some of them may run more than once. */
  readonly hasLoops: boolean;
}

export function operationsOf({ body, parts, result }: Routine): Operations {
  let count = 0;
  let hasLoops = false;
  for (const statements of [body, ...parts.map((part) => part.body)]) {
    visitStatements(statements, (statement) => {
      if (statement.kind === 'for' || statement.kind === 'while') hasLoops = true;
      count += ownOperations(statement);
    });
  }
  return { count: count + operationsIn(result), hasLoops };
}

/** Without what is in the regions of the statement. */
function ownOperations(statement: Statement, inside: (root: Expression) => number = operationsIn): number {
  const adds = statement.kind === 'increase' || statement.kind === 'accumulate' ? 1 : 0;
  return expressionsOf(statement).reduce((sum, root) => sum + inside(root), adds);
}

function operationsIn(root: Expression | undefined): number {
  let count = 0;
  if (root !== undefined)
    visitExpression(root, (e) => {
      if (e.kind === 'op' && isArithmetic(e.op)) count++;
    });
  return count;
}

function isArithmetic(op: OpName): boolean {
  const { result, ts } = ops[op];
  return result === 'real' && !('argument' in ts) && !('template' in ts && ts.precedence === '?:');
}

/** What ints and bools are, as far as sizes tell. */
type Known = ReadonlyMap<Local, number | boolean>;

/** Undefined where the op refuses its arguments, as a division by 0: then the call would end there. */
function evaluated(op: OpName, args: readonly unknown[]): number | boolean | undefined {
  try {
    return ops[op].eval(...(args as never[]));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Of a loop whose iterations differ, so many stand for all. */
const SAMPLES = 64;

/**
 * Operations of one call at these sizes. Of a choice that depends on more than sizes and indices, the longer arm counts. Undefined where
 * a loop runs as often as data or params say.
 */
export function operationsAt(routine: Routine, sizeOf: (name: string) => number): number | undefined {
  const { body, parts, result } = routine;

  const valueOf = (e: Expression, known: Known): number | boolean | undefined => {
    switch (e.kind) {
      case 'literal':
        return e.value;
      case 'extent':
        return evaluate(e.size, sizeOf);
      case 'local':
        return known.get(e.local);
      case 'conditional': {
        const condition = valueOf(e.condition, known);
        return condition === undefined
          ? undefined
          : valueOf(condition === true ? e.then : e.otherwise, known);
      }
      case 'load':
        return undefined;
      case 'op': {
        const args = e.args.map((arg) => valueOf(arg, known));
        return args.includes(undefined) ? undefined : evaluated(e.op, args);
      }
    }
  };

  /** Of choices, those of one arm. */
  const inExpression = (root: Expression, known: Known): number => {
    const [condition, ...arms] = childrenOf(root);
    if (condition === undefined) return 0;
    if (isChoice(root)) {
      const value = valueOf(condition, known);
      const counts = arms.map((arm) => inExpression(arm, known));
      const [then = 0, otherwise = 0] = counts;
      const most = value === undefined ? Math.max(then, otherwise) : value === true ? then : otherwise;
      return inExpression(condition, known) + most;
    }
    const own = root.kind === 'op' && isArithmetic(root.op) ? 1 : 0;
    return childrenOf(root).reduce((sum, child) => sum + inExpression(child, known), own);
  };

  const inList = (statements: readonly Statement[], outer: Known): number | undefined => {
    const known = new Map(outer);
    let count = 0;
    for (const statement of statements) {
      const more = inStatement(statement, known);
      if (more === undefined) return undefined;
      count += more;
    }
    return count;
  };

  const inStatement = (statement: Statement, known: Map<Local, number | boolean>): number | undefined => {
    const own = ownOperations(statement, (root) => inExpression(root, known));
    switch (statement.kind) {
      case 'while':
        return undefined;
      case 'for': {
        const [from, to] = [valueOf(statement.from, known), valueOf(statement.to, known)];
        if (typeof from !== 'number' || typeof to !== 'number') return undefined;
        const inBody = (value: number): number | undefined =>
          inList(statement.body, new Map(known).set(statement.index, value));
        const trips = Math.max(0, to - from);
        const inside = inIterations(inBody, from, trips, Math.min(trips, differs(statement) ? SAMPLES : 1));
        return inside === undefined ? undefined : own + inside;
      }
      case 'if': {
        const condition = valueOf(statement.condition, known);
        const arms = condition === undefined ? [true, false] : [condition];
        const counts = arms.map((arm) => inList(arm === true ? statement.then : statement.otherwise, known));
        return counts.reduce<number | undefined>(
          (most, count) =>
            most === undefined || count === undefined ? undefined : Math.max(most, own + count),
          0,
        );
      }
      case 'call': {
        const inside = inList(parts[statement.part]?.body ?? [], known);
        return inside === undefined ? undefined : own + inside;
      }
      case 'declare': {
        const { local, value } = statement;
        const found = local.mutable || local.scalar === 'real' || !value ? undefined : valueOf(value, known);
        if (found !== undefined) known.set(local, found);
        return own;
      }
      default:
        return own;
    }
  };

  const inBody = inList(body, new Map());
  return inBody === undefined
    ? undefined
    : inBody + (result === undefined ? 0 : inExpression(result, new Map()));
}

/** Whether iterations may take more operations than others: the index is in a bound, or in what a choice depends on. */
function differs({ index, body }: Statement & { readonly kind: 'for' }): boolean {
  const varying = new Set<Local>([index]);
  const varies = (root: Expression): boolean => {
    let found = false;
    visitExpression(root, (e) => {
      found ||= e.kind === 'local' && varying.has(e.local);
    });
    return found;
  };
  let does = false;
  visitStatements(body, (statement) => {
    if (statement.kind === 'declare' && statement.value && varies(statement.value))
      varying.add(statement.local);
    if (statement.kind === 'for') does ||= varies(statement.from) || varies(statement.to);
    if (statement.kind === 'if') does ||= varies(statement.condition);
    for (const root of expressionsOf(statement))
      visitExpression(root, (e) => {
        if (isChoice(e)) does ||= childrenOf(e).slice(0, 1).some(varies);
      });
  });
  return does;
}

/** Of so many iterations from `from` on. */
function inIterations(
  inBody: (index: number) => number | undefined,
  from: number,
  trips: number,
  samples: number,
): number | undefined {
  let sum = 0;
  for (let k = 0; k < samples; k++) {
    const count = inBody(from + Math.floor(((k + 0.5) * trips) / samples));
    if (count === undefined) return undefined;
    sum += count;
  }
  return samples === 0 ? 0 : Math.round((sum * trips) / samples);
}
