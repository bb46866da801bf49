// Contraction: a scratch array of which every iteration of a loop touches only its own row needs only one row; when no
// dim is left, it is a local.

import { accessesOf } from './accesses.ts';
import { sumOf, reference, variable } from './make.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapExpression, mapExpressions, mapRegions } from './walk.ts';

export function contract(routine: Routine): Routine {
  if (routine.scratch.length === 0) return routine;
  const accesses = accessesOf(routine);
  const replaced = new Map<Buffer, { readonly buffer: Buffer; readonly kept: readonly number[] }>();
  const locals = new Map<Buffer, Local>();
  const born = new Map<readonly Statement[], Local[]>();
  for (const buffer of routine.scratch) {
    const access = accesses.get(buffer);
    if (access === undefined) continue;
    const loops = new Set(access.around.flatMap(({ loop }) => (loop === undefined ? [] : [loop.index])));
    const kept = buffer.dims.flatMap((_, axis) => {
      const index = access.indices[axis];
      return index !== undefined && loops.has(index) ? [] : [axis];
    });
    if (kept.length === buffer.dims.length) continue;
    const dims = kept.flatMap((axis) => buffer.dims[axis] ?? []);
    replaced.set(buffer, { buffer: { ...buffer, dims }, kept });
    const home = access.around.at(-1)?.list;
    if (dims.length > 0 || home === undefined) continue;
    const local = variable(buffer.name, buffer.scalar);
    locals.set(buffer, local);
    born.set(home, [...(born.get(home) ?? []), local]);
  }
  if (replaced.size === 0) return routine;

  const smaller = (
    buffer: Buffer,
    indices: readonly Expression[],
  ): { buffer: Buffer; indices: readonly Expression[] } => {
    const found = replaced.get(buffer);
    if (found === undefined) return { buffer, indices };
    return { buffer: found.buffer, indices: found.kept.flatMap((axis) => indices[axis] ?? []) };
  };
  const expression = (root: Expression): Expression =>
    mapExpression(root, (part) => {
      if (part.kind !== 'load') return part;
      const local = locals.get(part.buffer);
      return local === undefined ? { kind: 'load', ...smaller(part.buffer, part.indices) } : reference(local);
    });
  const list = (statements: readonly Statement[]): readonly Statement[] => [
    ...(born.get(statements) ?? []).map((local): Statement => ({ kind: 'declare', local })),
    ...statements.map((statement) => {
      const mapped = mapRegions(mapExpressions(statement, expression), () => []);
      if (mapped.kind === 'for' && statement.kind === 'for') return { ...mapped, body: list(statement.body) };
      if (statement.kind === 'while') return { ...statement, body: list(statement.body) };
      if (mapped.kind === 'if' && statement.kind === 'if') {
        return { ...mapped, then: list(statement.then), otherwise: list(statement.otherwise) };
      }
      if (mapped.kind !== 'store' && mapped.kind !== 'accumulate') return mapped;
      const local = locals.get(mapped.buffer);
      if (local === undefined) return { ...mapped, ...smaller(mapped.buffer, mapped.indices) };
      const value = mapped.kind === 'store' ? mapped.value : sumOf(reference(local), mapped.value);
      return { kind: 'assign', local, value } satisfies Statement;
    }),
  ];
  const scratch = routine.scratch.flatMap((buffer) =>
    locals.has(buffer) ? [] : [replaced.get(buffer)?.buffer ?? buffer],
  );
  return { ...routine, body: list(routine.body), scratch };
}
