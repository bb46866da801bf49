#!/usr/bin/env node
// The `nabla` command: connects run.ts with this process.

import { nodeFiles, type Io, type OutputStream } from './io.ts';
import { run } from './run.ts';
import { exitCodes, reasonOf } from './stop.ts';

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function output(stream: NodeJS.WriteStream): OutputStream {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has gone (`nabla show … | head`): there is nobody to tell, and nothing went wrong.
    if (error.code === 'EPIPE') process.exit(exitCodes.ok);
    if (stream !== process.stderr)
      process.stderr.write(`nabla: cannot write the output: ${reasonOf(error.code)}\n`);
    process.exit(exitCodes.usage);
  });
  return { isTTY: stream.isTTY === true, write: (text) => void stream.write(text) };
}

const io: Io = {
  stdin: readStdin,
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  environment: process.env,
  files: nodeFiles(process.cwd()),
};

// Not process.exit(): what was written to a pipe may still be on its way.
process.exitCode = await run(process.argv.slice(2), io);
