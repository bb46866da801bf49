// What models import, read from files: those of the project only, unless more is allowed.

import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { Load, Loaded } from '../lang/modules.ts';
import { decode, type InputFile } from './inputs.ts';
import type { Io } from './io.ts';
import { orStop } from './stop.ts';

export interface ImportOptions {
  /** Read files outside of the project, too. */
  readonly allowOutside?: boolean;
}

/** Reads what a model imports, each file once. `imported` collects where they really lie. */
export function reader(
  io: Io,
  input: InputFile,
  { allowOutside = false }: ImportOptions,
  imported: Set<string> = new Set(),
): Load {
  let root: Promise<string> | undefined;
  const texts = new Map<string, Promise<Loaded>>();

  async function read(path: string): Promise<Loaded> {
    const kind = await orStop('read', path, io.files.kind(path));
    if (kind === 'none') return undefined;
    if (kind === 'directory') return { refused: 'it is a folder' };
    const place = await orStop('read', path, io.files.resolve(path));
    const project = await (root ??= projectOf(io, input.path));
    if (!allowOutside && !isBelow(project, place)) {
      const shown = relative(await io.files.resolve('.'), project) || '.';
      return { refused: `it is not below \`${shown}\`, the folder of the project (see --allow-outside)` };
    }
    imported.add(place);
    return decode(path, await orStop('read', path, io.files.read(path)));
  }

  return (path) => {
    const text = texts.get(path) ?? read(path);
    texts.set(path, text);
    return text;
  };
}

/** The folder of the nearest package.json; without one the working directory, or that of a model outside of it. */
async function projectOf(io: Io, path: string): Promise<string> {
  const start = await io.files.resolve(dirname(path));
  for (let folder = start; ; folder = dirname(folder)) {
    if ((await io.files.kind(join(folder, 'package.json'))) === 'file') return folder;
    if (dirname(folder) === folder) break;
  }
  const working = await io.files.resolve('.');
  return start === working || isBelow(working, start) ? working : start;
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
