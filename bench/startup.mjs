// What a run of the command costs: node bench/startup.mjs

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report, root, spread, table } from './harness.mjs';

const ROUNDS = 9;

const folder = mkdtempSync(join(tmpdir(), 'nabla-startup-'));
const wrong = join(folder, 'wrong.nabla');
writeFileSync(wrong, 'model Wrong {\n  param x: real\n  loss x + y\n}\n');

const command = join(root, 'dist/src/cli/main.js');
const digits = join(root, 'examples/digits/digits.nabla');
const runs = [
  { name: 'node, nothing to do', args: ['-e', '0'], status: 0 },
  { name: 'nabla --help', args: [command, '--help'], status: 0 },
  { name: 'nabla build, an error', args: [command, 'build', wrong, '-o', folder], status: 1 },
  { name: 'nabla build digits', args: [command, 'build', digits, '-o', folder], status: 0 },
  { name: 'nabla build digits --no-format', args: [command, 'build', digits, '-o', folder, '--no-format'], status: 0 }, // prettier-ignore
];

/** The process writes its own CPU time to a pipe when it ends. */
const reportCpu = `data:text/javascript,import { writeSync } from 'node:fs';
process.on('exit', () => { const { user, system } = process.cpuUsage(); writeSync(3, String(user + system)); });`;

/** Wall and CPU time of one run in milliseconds. */
function runOnce({ name, args, status }) {
  const start = performance.now();
  const child = spawnSync(process.execPath, ['--import', reportCpu, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  const wall = performance.now() - start;
  if (child.status !== status) throw new Error(`${name} ended with ${child.status}: ${child.stderr}`);
  return { wall, cpu: Number(child.output[3]) / 1e3 };
}

try {
  const results = runs.map(() => []);
  for (let round = 0; round < ROUNDS; round++) runs.forEach((run, i) => results[i].push(runOnce(run)));
  const rows = runs.map(({ name }, i) => ({
    command: name,
    'CPU, ms': spread(results[i].map(({ cpu }) => cpu)),
    'wall, ms': spread(results[i].map(({ wall }) => wall)),
  }));
  const note = `Medians of ${ROUNDS} runs in turn; quartiles in brackets.`;
  report('startup', `${table(rows)}\n\n${note}`, {
    runs: runs.map(({ name }, i) => ({ name, results: results[i] })),
  });
} finally {
  rmSync(folder, { recursive: true });
}
