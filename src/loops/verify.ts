// The invariants of the loops form. Run after every pass, so that a broken pass is named at once.

import { bug } from '../base/bug.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { expressionsOf, regionsOf, visitExpression } from './walk.ts';

/** Throws a CompilerBug unless locals are declared once before use and in scope, and only writable things are written. */
export function verifyRoutine(routine: Routine, after: string): void {
  const fail = (message: string): never =>
    bug(`${routine.program.name} ${routine.kind} after ${after}: ${message}`);
  const scratch = new Set<Buffer>(routine.scratch);
  /** Whether each local declared so far is in scope. */
  const scope = new Map<Local, boolean>();

  function expression(root: Expression): void {
    visitExpression(root, (part) => {
      if (part.kind === 'local' && scope.get(part.local) !== true)
        fail(`${part.local.name} is used outside its scope`);
      if (part.kind === 'load') access(part.buffer, part.indices);
    });
  }

  function access(buffer: Buffer, offsets: readonly Expression[]): void {
    const { length } = buffer.dims;
    if (buffer.role === 'scratch' && !scratch.has(buffer))
      fail(`scratch ${buffer.name} is not in the workspace`);
    if (offsets.length !== length && (offsets.length !== 1 || length === 0)) {
      fail(`${buffer.name} has ${length} dims and is used with ${offsets.length} indices`);
    }
  }

  function writable(buffer: Buffer): void {
    if (buffer.role === 'param' || buffer.role === 'data' || buffer.role === 'direction') {
      fail(`${buffer.role} ${buffer.name} is written`);
    }
  }

  function enter(local: Local, added: Local[]): void {
    if (scope.has(local)) fail(`${local.name} is declared twice`);
    scope.set(local, true);
    added.push(local);
  }

  function statements(list: readonly Statement[], opened: readonly Local[] = [], isRepeated = false): void {
    const added = [...opened];
    for (const statement of list) {
      for (const part of expressionsOf(statement)) expression(part);
      switch (statement.kind) {
        case 'declare':
          if (!statement.local.mutable && statement.value === undefined)
            fail(`${statement.local.name} has no value`);
          enter(statement.local, added);
          break;
        case 'assign':
        case 'increase':
          if (scope.get(statement.local) !== true)
            fail(`${statement.local.name} is assigned outside its scope`);
          if (!statement.local.mutable) fail(`${statement.local.name} is constant and assigned`);
          break;
        case 'store':
        case 'accumulate':
          writable(statement.buffer);
          access(statement.buffer, statement.indices);
          break;
        case 'fill':
          writable(statement.buffer);
          break;
        case 'for': {
          const own: Local[] = [];
          enter(statement.index, own);
          if (statement.index.mutable) fail(`the index ${statement.index.name} is mutable`);
          statements(statement.body, own);
          break;
        }
        case 'while': {
          const leaves = statement.body.filter(({ kind }) => kind === 'leave').length;
          if (leaves !== 1) fail(`a while is left in ${leaves} places`);
          statements(statement.body, [], true);
          break;
        }
        case 'leave':
          if (!isRepeated) fail('there is nothing to leave');
          break;
        case 'call':
          if (routine.parts[statement.part] === undefined) fail(`there is no part ${statement.part}`);
          break;
        case 'if':
        case 'limit':
        case 'check':
        case 'section':
          break;
      }
      if (statement.kind === 'if') for (const region of regionsOf(statement)) statements(region);
    }
    for (const local of added) scope.set(local, false);
  }

  // Each part is a function of its own; several may declare the same local.
  for (const part of routine.parts) {
    statements(part.body);
    scope.clear();
  }
  // The result is read where the body ends, in the body's scope.
  const { body, result } = routine;
  statements(result === undefined ? body : [...body, { kind: 'fill', buffer: resultBuffer, value: result }]);
}

const resultBuffer: Buffer = { role: 'output', name: 'result', scalar: 'real', dims: [] };
