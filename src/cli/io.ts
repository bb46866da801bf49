// The world as the commands see it: streams, files, environment. main.ts passes the real one, tests pass their own.

import { rmSync } from 'node:fs';
import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

export interface OutputStream {
  readonly isTTY: boolean;
  readonly write: (text: string) => void;
}

/** File access; paths are as the user wrote them, relative to the working directory. Failures carry `code` as Node's do. */
export interface Files {
  readonly read: (path: string) => Promise<Uint8Array>;
  readonly kind: (path: string) => Promise<'file' | 'directory' | 'none'>;
  /** Paths of the files that match, relative to the working directory, sorted. */
  readonly glob: (pattern: string) => Promise<readonly string[]>;
  /** Where the path really leads, links followed; the path itself where nothing is there yet. */
  readonly resolve: (path: string) => Promise<string>;
  readonly makeDirectory: (path: string) => Promise<void>;
  /** Makes a new file, with the permissions of `like` if that exists. Fails if `path` exists. */
  readonly create: (path: string, text: string, like: string) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  /** Until the function that is returned is called: when the process is interrupted, these files are removed first. */
  readonly removeIfInterrupted: (paths: () => readonly string[]) => () => void;
}

export interface Io {
  readonly stdin: () => Promise<Uint8Array>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly files: Files;
}

/** The files of this machine below `directory`. */
export function nodeFiles(directory: string): Files {
  const at = (path: string): string => (isAbsolute(path) ? path : join(directory, path));
  return {
    read: (path) => readFile(at(path)),
    kind: async (path) => {
      const found = await orNothing(stat(at(path)));
      if (found === undefined) return 'none';
      return found.isDirectory() ? 'directory' : 'file';
    },
    glob: async (pattern) => {
      const { glob } = await import('tinyglobby');
      const found = await glob([pattern], {
        cwd: directory,
        absolute: isAbsolute(pattern),
        expandDirectories: false,
      });
      return found.sort();
    },
    resolve: async (path) => (await orNothing(realpath(at(path)))) ?? at(path),
    makeDirectory: (path) => makeDirectory(at(path)),
    create: async (path, text, like) => {
      const mode = (await orNothing(stat(at(like))))?.mode;
      const file = await open(at(path), 'wx', mode);
      try {
        await file.writeFile(text);
      } finally {
        await file.close();
      }
    },
    rename: (from, to) => rename(at(from), at(to)),
    remove: (path) => rm(at(path), { force: true }),
    removeIfInterrupted: (paths) =>
      beforeInterrupt(() => {
        for (const path of paths()) rmSync(at(path), { force: true });
      }),
  };
}

/** With those above it, one at a time: under `/proc`, Node's own `recursive` never comes back. */
async function makeDirectory(path: string): Promise<void> {
  if ((await orNothing(stat(path))) !== undefined) return;
  if (dirname(path) !== path) await makeDirectory(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    const madeMeanwhile = errorCode(error) === 'EEXIST' && (await orNothing(stat(path)))?.isDirectory();
    // The directory above is there: what does not exist is the right to make one in it.
    if (errorCode(error) === 'ENOENT')
      throw Object.assign(new Error('no directory can be made'), { code: 'EPERM' });
    if (madeMeanwhile !== true) throw error;
  }
}

/** While a signal has a listener it does not end a computation, hence not for the whole of a command. */
function beforeInterrupt(clean: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const release = (): void => {
    for (const signal of signals) process.off(signal, interrupted);
  };
  const interrupted = (signal: NodeJS.Signals): void => {
    release();
    clean();
    // Without a listener the signal ends the process as if there had never been one.
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, interrupted);
  return release;
}

async function orNothing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** `ENOENT` and its kin; undefined for any other exception. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
