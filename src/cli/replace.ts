// Replacing files all or nothing: every new text is first written beside its target, then all are renamed into place.
// A rename within a directory is atomic, so that no reader ever sees half a file.

import { basename, dirname, join } from 'node:path';
import type { Files } from './io.ts';
import { orStop } from './stop.ts';

export interface Replacement {
  readonly path: string;
  readonly text: string;
}

export async function replaceFiles(files: Files, replacements: readonly Replacement[]): Promise<void> {
  const staged: { readonly temporary: string; readonly target: string; readonly path: string }[] = [];
  const release = files.removeIfInterrupted(() => staged.map(({ temporary }) => temporary));
  try {
    for (const { path, text } of replacements) {
      await orStop('make the directory of', path, files.makeDirectory(dirname(path)));
      // A link stays a link: what it leads to is replaced.
      const target = await orStop('write', path, files.resolve(path));
      const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
      staged.push({ temporary, target, path });
      await orStop('write', path, files.create(temporary, text, target));
    }
    for (const { temporary, target, path } of staged)
      await orStop('write', path, files.rename(temporary, target));
  } catch (error) {
    for (const { temporary } of staged) await files.remove(temporary);
    throw error;
  } finally {
    release();
  }
}
