// How a command ends early, and the exit codes of every command.

import { errorCode } from './io.ts';

export const exitCodes = {
  ok: 0,
  /** The models have errors, a gradient is wrong, or an emitted file is stale. */
  findings: 1,
  /** The command cannot be carried out as it was given: an unknown option, a file that is not there. */
  usage: 2,
  /** The compiler itself is wrong (EX_SOFTWARE of sysexits.h). */
  bug: 70,
} as const;

/** Thrown when a command cannot go on because of what the user gave. run.ts prints the message and returns the code. */
export class Stop extends Error {
  override readonly name = 'Stop';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is a file, not a directory',
  EISDIR: 'it is a directory',
  EEXIST: 'something of that name is in the way',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links go round in a circle',
  EMFILE: 'too many files are open',
};

/** An error code of the operating system in words. */
export const reasonOf = (code: string | undefined): string => reasons[code ?? ''] ?? code ?? 'unknown error';

/** Carries out file work; a failure of the file system becomes a message such as `cannot read a.nabla: permission denied`. */
export async function orStop<T>(action: string, path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new Stop(`cannot ${action} ${path}: ${reasonOf(code)}`);
  }
}
