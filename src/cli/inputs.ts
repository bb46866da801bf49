// Which models a command works on: arguments become texts. Files, globs, or `-` for standard input.

import type { Io } from './io.ts';
import { exitCodes, orStop, Stop } from './stop.ts';

/** A model file as text. `path` is what messages print and, unless `piped`, where the text came from. */
export interface InputFile {
  readonly path: string;
  readonly text: string;
  readonly piped: boolean;
}

/** The name of what comes from standard input, when `--stdin-path` does not give one. */
const defaultStdinPath = 'stdin.nabla';

export async function readInputs(
  io: Io,
  args: readonly string[],
  stdinPath?: string,
): Promise<readonly InputFile[]> {
  if (stdinPath !== undefined && !args.includes('-')) {
    throw new Stop('--stdin-path names what is read from standard input: give `-` as the file');
  }
  const inputs: InputFile[] = [];
  for (const path of await expand(io, args)) {
    const piped = path === '-';
    const bytes = piped ? await io.stdin() : await orStop('read', path, io.files.read(path));
    const name = piped ? (stdinPath ?? defaultStdinPath) : path;
    inputs.push({ path: name, text: decode(name, bytes), piped });
  }
  return inputs;
}

/** Globs become the files that match; a file that is named twice counts once. */
async function expand(io: Io, args: readonly string[]): Promise<readonly string[]> {
  const found = new Map<string, string>();
  for (const arg of args) {
    const paths = arg === '-' ? ['-'] : await matches(io, arg);
    for (const path of paths) {
      const identity = path === '-' ? path : await io.files.resolve(path);
      if (!found.has(identity)) found.set(identity, path);
    }
  }
  return [...found.values()];
}

async function matches(io: Io, arg: string): Promise<readonly string[]> {
  const kind = await orStop('read', arg, io.files.kind(arg));
  if (kind === 'file') return [arg];
  if (kind === 'directory') {
    const below = arg === '.' ? '' : `${arg.replace(/[/\\]+$/, '')}/`;
    throw new Stop(`${arg} is a directory: for the models in it say '${below}**/*.nabla'`);
  }
  if (!/[*?[\]{}]/.test(arg)) throw new Stop(`cannot read ${arg}: it does not exist`);
  const paths = await io.files.glob(arg);
  if (paths.length === 0) throw new Stop(`no file matches '${arg}'`);
  return paths;
}

/** Text of a file, which must be UTF-8. */
export function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const message = `${path} is not UTF-8 text (${firstBadByte(bytes)}): save it in UTF-8, or check that it is a model`;
    throw new Stop(message, exitCodes.findings);
  }
}

/** Where the text stops being UTF-8, for the message: the longest prefix that decodes, found by bisection. */
function firstBadByte(bytes: Uint8Array): string {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    // `stream` accepts a character that is cut in two at the end.
    if (decodes(bytes.subarray(0, middle), true)) good = middle;
    else bad = middle;
  }
  const line = bytes.subarray(0, good).reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 1);
  return `byte ${good}, line ${line}`;
}

function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
