// Small arrays whose elements are all known by number are as many locals: V8 keeps those in registers, and an array of the
// workspace in memory. What an iteration has left is not carried on: an element is a local where it is stored to before
// anything else is done with it.

import { asConstant } from '../base/polynomial.ts';
import { accessesOf } from './accesses.ts';
import { declare, isZero, reference, zeroOf } from './make.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import {
  expressionsOf,
  mapExpression,
  mapExpressions,
  mapRegions,
  someExpression,
  visitExpression,
  visitStatements,
} from './walk.ts';

/** Arrays of more elements than this stay arrays: there are 16 registers. */
const most = 16;

type Write = Extract<Statement, { readonly kind: 'store' } | { readonly kind: 'accumulate' }>;

/** An element, and how the statements write it. */
interface Element {
  readonly local: Local;
  /** Where it is declared. */
  readonly first: Statement;
  /** A store of zero that an add follows. */
  readonly dropped: Statement | undefined;
  /** It is zero and stays it. */
  readonly isZero: boolean;
}

export function elementsAsLocals(routine: Routine): Routine {
  const candidates = new Set(routine.scratch.filter(isSmall));
  if (candidates.size === 0) return routine;
  const keys = touchedIn(routine, candidates);
  const accesses = accessesOf(routine);
  const elements = new Map<Buffer, ReadonlyMap<string, Element>>();
  for (const [buffer, own] of keys) {
    const home = accesses.get(buffer)?.around.at(-1)?.list;
    const found = home === undefined ? undefined : elementsOf(buffer, own, home);
    if (found !== undefined) elements.set(buffer, found);
  }
  if (elements.size === 0) return routine;

  const elementAt = (buffer: Buffer, indices: readonly Expression[]): Element | undefined =>
    elements.get(buffer)?.get(keyOf(indices) ?? '');
  const expression = (root: Expression): Expression =>
    mapExpression(root, (part) => {
      if (part.kind === 'op' && part.op === 'add') return sumOf(part);
      const element = part.kind === 'load' ? elementAt(part.buffer, part.indices) : undefined;
      if (element === undefined) return part;
      return element.isZero ? zeroOf(element.local.scalar) : reference(element.local);
    });
  const list = (statements: readonly Statement[]): readonly Statement[] =>
    statements.flatMap((statement): readonly Statement[] => {
      const mapped = mapRegions(mapExpressions(statement, expression), list);
      if (mapped.kind !== 'store' && mapped.kind !== 'accumulate') return [mapped];
      const element = elementAt(mapped.buffer, mapped.indices);
      if (element === undefined) return [mapped];
      const { local, first, dropped } = element;
      if (statement === dropped || element.isZero) return [];
      if (statement === first) return [declare(local, mapped.value)];
      return [{ kind: mapped.kind === 'store' ? 'assign' : 'increase', local, value: mapped.value }];
    });
  const scratch = routine.scratch.filter((buffer) => !elements.has(buffer));
  const { result } = routine;
  return { ...routine, body: list(routine.body), scratch, ...(result && { result: expression(result) }) };
}

/** Adding a zero may take the sign of another zero, and nothing else. */
function sumOf(sum: Extract<Expression, { readonly kind: 'op' }>): Expression {
  const [a, b] = sum.args;
  return (b && isZero(b) ? a : a && isZero(a) ? b : undefined) ?? sum;
}

function isSmall({ dims }: Buffer): boolean {
  const count = dims.reduce((product, dim) => product * (asConstant(dim) ?? Infinity), 1);
  return dims.length > 0 && count <= most;
}

/** Which element it is, if that is known. */
const keyOf = (indices: readonly Expression[]): string | undefined =>
  indices.every((index) => index.kind === 'literal')
    ? indices.map((index) => (index.kind === 'literal' ? String(index.value) : '')).join()
    : undefined;

/** The elements that each array is used by; arrays that are not always used by known ones are left out. */
function touchedIn(
  { body, result }: Routine,
  candidates: ReadonlySet<Buffer>,
): ReadonlyMap<Buffer, ReadonlyMap<string, readonly Expression[]>> {
  const touched = new Map(
    [...candidates].map((buffer) => [buffer, new Map<string, readonly Expression[]>()]),
  );
  const touch = (buffer: Buffer, indices: readonly Expression[]): void => {
    const key = keyOf(indices);
    if (key === undefined || indices.length !== buffer.dims.length) touched.delete(buffer);
    else touched.get(buffer)?.set(key, indices);
  };
  const look = (part: Expression): void => {
    if (part.kind === 'load') touch(part.buffer, part.indices);
  };
  visitStatements(body, (statement) => {
    for (const root of expressionsOf(statement)) visitExpression(root, look);
    if (statement.kind === 'store' || statement.kind === 'accumulate')
      touch(statement.buffer, statement.indices);
    if (statement.kind === 'fill') touched.delete(statement.buffer);
  });
  if (result !== undefined) visitExpression(result, look);
  return touched;
}

/** A local for each element, if each is stored to first in the list in which everything happens to the array. */
function elementsOf(
  buffer: Buffer,
  keys: ReadonlyMap<string, readonly Expression[]>,
  home: readonly Statement[],
): ReadonlyMap<string, Element> | undefined {
  const elements = new Map<string, Element>();
  for (const [key, indices] of keys) {
    const uses = home.filter((statement) => touches(statement, buffer, key));
    const [first, second] = uses;
    if (first === undefined || !isWrite(first, buffer, key) || first.kind !== 'store') return undefined;
    const startsAtAdd =
      second !== undefined &&
      isZero(first.value) &&
      isWrite(second, buffer, key) &&
      second.kind === 'accumulate';
    const writes = writesIn(home, buffer, key) - (startsAtAdd ? 1 : 0);
    const name = `${buffer.name}${indices.map((index) => (index.kind === 'literal' ? String(index.value) : '')).join('')}`;
    const local: Local = {
      name,
      scalar: buffer.scalar,
      mutable: writes > 1,
      ...(buffer.invented && { invented: true }),
    };
    elements.set(key, {
      local,
      first: startsAtAdd ? second : first,
      dropped: startsAtAdd ? first : undefined,
      isZero: writes === 1 && !startsAtAdd && isZero(first.value),
    });
  }
  return elements;
}

const loads = (statement: Statement, buffer: Buffer, key: string): boolean =>
  someExpression(
    [statement],
    (part) => part.kind === 'load' && part.buffer === buffer && keyOf(part.indices) === key,
  );

/** It writes the element, and does nothing else with it. */
const isWrite = (statement: Statement, buffer: Buffer, key: string): statement is Write =>
  (statement.kind === 'store' || statement.kind === 'accumulate') &&
  statement.buffer === buffer &&
  keyOf(statement.indices) === key &&
  !loads(statement, buffer, key);

const touches = (statement: Statement, buffer: Buffer, key: string): boolean =>
  loads(statement, buffer, key) || writesIn([statement], buffer, key) > 0;

function writesIn(statements: readonly Statement[], buffer: Buffer, key: string): number {
  let count = 0;
  visitStatements(statements, (one) => {
    if (
      (one.kind === 'store' || one.kind === 'accumulate') &&
      one.buffer === buffer &&
      keyOf(one.indices) === key
    )
      count++;
  });
  return count;
}
