// A program to a routine: inputs and outputs are bound to the caller's buffers, the body is lowered between them.

import { bug } from '../../base/bug.ts';
import type { Input, Output, Program } from '../../ir/types.ts';
import { constant, declare, load, reference } from '../make.ts';
import type { Buffer, Routine, Statement } from '../types.ts';
import { newPage } from '../text.ts';
import { lowerBlock } from './block.ts';
import { isArray, whole, type Goal } from './places.ts';
import { Pending } from './pending.ts';
import type { Lowering } from './scalars.ts';
import { storagesOf } from './storage.ts';
import { usesOf } from './uses.ts';

/** Which outputs of a program a routine of some kind delivers: one as its result, others in buffers. */
const delivered: Readonly<
  Record<
    Routine['kind'],
    { readonly result?: Output['role']; readonly buffers?: Buffer['role'] & Output['role'] }
  >
> = {
  loss: { result: 'loss' },
  gradient: { result: 'loss', buffers: 'gradient' },
  jvp: { result: 'tangent' },
  hvp: { result: 'tangent', buffers: 'hvp' },
  outputs: { buffers: 'output' },
  constrain: { buffers: 'output' },
  unconstrain: { buffers: 'output' },
};

/**
 * The routine as the program says it, with one index per dim. The buffers of the caller must not overlap each other:
 * a gradient is written while parameters are still read.
 */
export function lower(
  program: Program,
  kind: Routine['kind'],
  options: { readonly checked: boolean },
): Routine {
  const { result: resultRole, buffers: bufferRole } = delivered[kind];
  const { body } = program;
  const isWanted = ({ role }: Output): boolean => role === resultRole || role === bufferRole;
  const wanted = body.results.filter((_, k) => isWanted(program.outputs[k] ?? bug('a result is no output')));
  const uses = usesOf(body, wanted);
  const hasAdjoint = kind === 'gradient' || kind === 'hvp';
  const adjointStart = hasAdjoint
    ? body.statements.find((statement) => statement.kind === 'open' && uses.live.has(statement))
    : undefined;
  const returned = program.outputs.findIndex(({ role }) => role === resultRole);
  const result = body.results[returned];
  const lowering: Lowering = {
    uses,
    result:
      result === undefined || kind === 'loss'
        ? undefined
        : { value: result, name: kind === 'gradient' ? 'loss' : 'tangent' },
    checked: options.checked,
    adjointStart,
    scalars: new Map(),
    places: new Map(),
    storages: storagesOf(body, program.inputs.map(({ value }) => value), wanted, uses), // prettier-ignore
    cells: new Map(),
    declared: [],
    pending: new Pending(),
    scratch: [],
    indices: [],
    names: new Map(),
    ranges: new Map(),
    page: newPage(),
  };
  const into: Statement[] = [];
  for (const input of program.inputs) bindInput(lowering, input, into);
  if (adjointStart !== undefined) into.push({ kind: 'section', title: 'primal' });

  const buffers = program.outputs.map((output, k): Buffer | undefined => {
    const type = body.results[k]?.type;
    if (output.role !== bufferRole || type === undefined) return undefined;
    return { role: bufferRole, name: output.name, scalar: type.scalar, dims: type.dims };
  });
  const goals = program.outputs.map((output, k): Goal => {
    const buffer = buffers[k];
    if (buffer !== undefined && buffer.dims.length > 0) return whole(buffer);
    return isWanted(output) ? 'value' : 'nothing';
  });
  const results = lowerBlock(lowering, body, into, goals);
  results.forEach((value, k) => {
    const buffer = buffers[k];
    if (value !== undefined && buffer !== undefined) into.push({ kind: 'store', buffer, indices: [], value });
  });
  const routine = { kind, program, body: into, parts: [], scratch: lowering.scratch };
  const value = results[returned];
  return value === undefined ? routine : { ...routine, result: value };
}

function bindInput(lowering: Lowering, input: Input, into: Statement[]): void {
  const { role, name, value } = input;
  const buffer: Buffer = { role, name, scalar: value.type.scalar, dims: value.type.dims };
  if (isArray(value)) lowering.places.set(value, whole(buffer));
  else if (lowering.uses.used.has(value)) {
    const local = constant(
      role === 'direction' ? `${name}Direction` : (value.name ?? name),
      value.type.scalar,
    );
    into.push(declare(local, load(buffer, [])));
    lowering.scalars.set(value, reference(local));
  }
}
