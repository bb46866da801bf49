// Storage reuse: scratch arrays of equal type whose lives do not overlap share one. A life is counted in statements of
// the top level: an array that is used inside a loop lives as long as the whole loop runs. Arrays that the user named
// are left alone, for the reader's sake.

import { effectsOf } from './effects.ts';
import { declare, invented } from './make.ts';
import { replaceBuffers } from './rename.ts';
import type { Buffer, Routine, Statement } from './types.ts';

export function reuseStorage(routine: Routine): Routine {
  if (routine.scratch.length < 2) return routine;
  const lives = new Map<Buffer, { readonly first: number; last: number }>();
  const { body, result } = routine;
  const last: Statement[] = result === undefined ? [] : [declare(invented('result', 'real'), result)];
  [...body, ...last].forEach((statement, position) => {
    const { loaded, stored, accumulated } = effectsOf([statement]);
    for (const set of [loaded, stored, accumulated]) {
      for (const buffer of set) {
        const life = lives.get(buffer);
        if (life === undefined) lives.set(buffer, { first: position, last: position });
        else life.last = position;
      }
    }
  });
  const shared = new Map<Buffer, Buffer>();
  /** By type: arrays in use, and the position of the last use of what they hold now. */
  const pool = new Map<string, { readonly buffer: Buffer; until: number }[]>();
  const inOrder = routine.scratch.flatMap((buffer) => {
    const life = lives.get(buffer);
    return life === undefined || buffer.invented !== true ? [] : [{ buffer, ...life }];
  });
  inOrder.sort((a, b) => a.first - b.first);
  for (const { buffer, first, last } of inOrder) {
    const key = `${buffer.scalar} ${buffer.dims.map((dim) => dim.key).join()}`;
    const same = pool.get(key) ?? [];
    pool.set(key, same);
    const idle = same.find((one) => one.until < first);
    if (idle === undefined) same.push({ buffer, until: last });
    else {
      shared.set(buffer, idle.buffer);
      idle.until = last;
    }
  }
  return replaceBuffers(routine, shared);
}
