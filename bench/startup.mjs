// What the command costs before it does anything useful: node bench/startup.mjs

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, report, root, spread, table } from './harness.mjs';

const ROUNDS = 9;

const folder = mkdtempSync(join(tmpdir(), 'nabla-startup-'));
const wrong = join(folder, 'wrong.nabla');
writeFileSync(wrong, 'model Wrong {\n  param x: real\n  loss x + y\n}\n');
const digits = join(root, 'examples/digits/digits.nabla');

const commands = [
  { name: 'nothing (node -e 0)', args: ['-e', '0'], status: 0 },
  { name: 'nabla --help', args: ['--help'], status: 0 },
  { name: 'nabla build, one error', args: ['build', wrong, '--out-dir', folder], status: 1 },
  { name: 'nabla build digits', args: ['build', digits, '--out-dir', folder], status: 0 },
].filter(({ args }) => !args.includes(digits) || existsSync(digits));

/** Wall and CPU time of one run in milliseconds. The child's CPU time is what the children of this process add up to. */
function runOnce({ name, args, status }) {
  const script = args[0] === '-e' ? [] : [join(root, 'dist/src/cli/main.js')];
  const cpuBefore = childrenCpu();
  const start = performance.now();
  const result = spawnSync(process.execPath, [...script, ...args], { encoding: 'utf8' });
  const wall = performance.now() - start;
  if (result.status !== status) throw new Error(`${name} ended with ${result.status}: ${result.stderr}`);
  return { wall, cpu: childrenCpu() - cpuBefore };
}
