// Gradients in C: a `tuned.c` beside `tuned.ts`, compiled by gcc for this machine. It times itself (see models/variant.h).

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { protocol, root } from '../harness.mjs';
import { cases } from '../models/index.mjs';

/** Without -ffast-math: C computes what it is told to, as JavaScript does. */
export const flags = ['-O3', '-march=native'];

const source = (folder) => join(root, 'bench/models', folder, 'tuned.c');
const binary = (folder) => join(root, 'dist/bench/models', folder, 'native');

/** The cases that there is C for. */
export const nativeCases = Object.keys(cases).filter((name) => existsSync(source(cases[name].folder)));

/** The first line of what gcc says of itself, or nothing where there is none. */
export function gccVersion() {
  const { status, stdout } = spawnSync('gcc', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

export function compileNative(folder) {
  mkdirSync(dirname(binary(folder)), { recursive: true });
  execFileSync('gcc', [...flags, '-o', binary(folder), source(folder), '-lm'], { stdio: 'inherit' });
}

/** The program as a variant: each `run` is a process. */
export function prepareNative(folder, sizes, { params, data }) {
  const input = Buffer.concat(Object.entries({ ...sizes, ...params, ...data }).map(record));
  const output = (...args) =>
    execFileSync(binary(folder), args, { input, encoding: 'utf8', maxBuffer: 1e9 }).trim();
  const gradient = Object.fromEntries(Object.keys(params).map((name) => [name, []]));
  const run = () => {
    const [loss, ...fields] = output()
      .split('\n')
      .map((line) => line.split(' '));
    for (const [name, ...values] of fields) gradient[name] = values.map(Number);
    return Number(loss[1]);
  };
  // A batch is a process: nothing is to be compiled, so it is warm as soon as it has its inputs in the caches.
  return { gradient, run, time: () => Number(output('time', 50, protocol.batch, 1)) };
}

/** A name of 16 bytes, how many values there are, and the values. */
function record([name, value]) {
  if (name.length > 15) throw new Error(`the name ${name} is too long for tuned.c`);
  const values = typeof value === 'number' ? [value] : value;
  const numbers = [Float64Array.of(values.length), Float64Array.from(values)];
  return Buffer.concat([
    Buffer.from(name.padEnd(16, '\0')),
    ...numbers.map(({ buffer }) => Buffer.from(buffer)),
  ]);
}
