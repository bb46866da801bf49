// The one mistake that only differentiation finds, for commands that differentiate by themselves.

import { UnboundedLoop } from '../ad/unbounded.ts';
import { unbounded } from '../compile.ts';
import type { File } from '../lang/ast.ts';
import type { Io } from './io.ts';
import { renderAll, summary, usesColor } from './report.ts';

/** What `work` yields; where a loop of the file has no bound, the user is told, and there is nothing. */
export async function orFindings<T>(
  file: File,
  path: string,
  io: Io,
  work: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (problem) {
    if (!(problem instanceof UnboundedLoop)) throw problem;
    const found = [{ path, diagnostics: [unbounded(problem, file)] }];
    io.stderr.write(`${renderAll(found, 'pretty', usesColor(io, io.stderr))}${summary(found)}\n`);
    return undefined;
  }
}
