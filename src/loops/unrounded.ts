// Arithmetic is in double precision. An array of floats that is filled for the caller rounds what is put into it, so that what
// reads there would see another number than what takes it from a local: the maximum of an array would be none of its elements. Such an array
// gets one of doubles in the workspace, and is copied from it at the end.

import { bug } from '../base/bug.ts';
import { effectsOf } from './effects.ts';
import { declare, invented, load, loop, reference, sizeOf } from './make.ts';
import { replaceBuffers } from './rename.ts';
import type { Buffer, Expression, Routine, Statement } from './types.ts';

export function keepUnrounded(routine: Routine): Routine {
  const { body, result } = routine;
  const { loaded } = effectsOf(result === undefined ? body : [...body, declare(invented('result', 'real'), result)]); // prettier-ignore
  const doubles = new Map(
    [...loaded]
      .filter(isRounding)
      .map((buffer): [Buffer, Buffer] => [
        buffer,
        { ...buffer, role: 'scratch', name: `${withoutDots(buffer.name)}Doubles` },
      ]),
  );
  if (doubles.size === 0) return routine;
  const computed = replaceBuffers(routine, doubles);
  return {
    ...computed,
    body: [...computed.body, ...[...doubles].map(([to, from]) => copy(from, to))],
    scratch: [...computed.scratch, ...doubles.values()],
  };
}

/** A field of a record is called by its path; the array is in no record. */
const withoutDots = (name: string): string =>
  name.replace(/\.(.)/gu, (_, first: string) => first.toUpperCase());

/** Filled for the caller, with reals. */
const isRounding = ({ role, scalar, dims }: Buffer): boolean =>
  scalar === 'real' && dims.length > 0 && (role === 'gradient' || role === 'hvp' || role === 'output');

function copy(from: Buffer, to: Buffer): Statement {
  const indices = to.dims.map((_, k) => invented(`i${k === 0 ? '' : k}`, 'int'));
  const places: readonly Expression[] = indices.map(reference);
  const store: Statement = { kind: 'store', buffer: to, indices: places, value: load(from, places) };
  return indices.reduceRight<Statement>(
    (inner, index, k) => loop(index, sizeOf(to.dims[k] ?? bug('an axis without extent')), [inner]),
    store,
  );
}
