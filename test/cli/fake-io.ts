// The world for commands under test: real files in a directory of their own, streams that remember.

import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeFiles, type Files, type Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';

export interface Ending {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  readonly directory: string;
  readonly write: (path: string, text: string | Uint8Array) => Promise<void>;
  readonly read: (path: string) => Promise<string>;
  /** Every file, sorted, with `/` between folders. */
  readonly list: () => Promise<readonly string[]>;
  readonly nabla: (args: readonly string[], given?: Given) => Promise<Ending>;
}

interface Given {
  readonly stdin?: string;
  readonly environment?: Io['environment'];
  readonly isTTY?: boolean;
  /** Instead of the real file access. */
  readonly files?: (real: Files) => Partial<Files>;
}

export async function withWorld(
  files: Readonly<Record<string, string>>,
  body: (world: World) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'nabla-test-'));
  const write: World['write'] = async (path, text) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  };
  try {
    for (const [path, text] of Object.entries(files)) await write(path, text);
    await body({
      directory,
      write,
      read: (path) => readFile(join(directory, path), 'utf8'),
      list: async () => {
        const entries = await readdir(directory, { recursive: true, withFileTypes: true });
        const paths = entries
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name));
        return paths.map((path) => path.slice(directory.length + 1).replaceAll('\\', '/')).sort();
      },
      nabla: (args, given = {}) => runWith(directory, args, given),
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function runWith(directory: string, args: readonly string[], given: Given): Promise<Ending> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: given.isTTY ?? false,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const real = nodeFiles(directory);
  const io: Io = {
    stdin: async () => new TextEncoder().encode(given.stdin ?? ''),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    environment: given.environment ?? {},
    files: { ...real, ...given.files?.(real) },
  };
  return { exitCode: await run(args, io), ...written };
}
