// What the benchmarks share: each measurement in a process of its own, CPU time, medians, and tables of results.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once as nextEvent } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The middle one. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The first quartile, the median and the third quartile. */
export function quartiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round((sorted.length - 1) * share)];
  return [at(0.25), median(values), at(0.75)];
}

/** The median and the first and third quartile, as text. */
export function spread(values) {
  const [first, middle, third] = quartiles(values).map(rounded);
  return `${middle} (${first}–${third})`;
}

/** With three digits, and no exponent. */
export const rounded = (value) => String(Number(value.toPrecision(3)));

/** User CPU time of this process in milliseconds: other processes on the machine do not count. */
export const cpuTime = () => process.cpuUsage().user / 1e3;

/** The arguments of a measuring process, or nothing in the process that starts them. */
export const measuring = () => (process.argv[2] === '--measure' ? JSON.parse(process.argv[3]) : undefined);

/** Ends a measuring process with what it found. */
export const found = (result) => process.stdout.write(JSON.stringify(result));

/** Runs the benchmark's own script again to measure one thing in a fresh process. */
export function measure(script, argument, flags = []) {
  const [command, ...rest] = measuringCommand(script, argument, flags);
  return JSON.parse(execFileSync(command, rest, { encoding: 'utf8', maxBuffer: 1e8 }));
}

const measuringCommand = (script, argument, flags = []) => [
  ...pinned(),
  process.execPath,
  ...flags,
  fileURLToPath(script),
  '--measure',
  JSON.stringify(argument),
];

/** What to put before a command that is to stay on one core, the last one, where the system can do that. */
const pinned = once(() => {
  const prefix = ['taskset', '-c', String(cpus().length - 1)];
  const { status } = spawnSync(prefix[0], [...prefix.slice(1), 'true'], { stdio: 'ignore' });
  return status === 0 ? prefix : [];
});

function once(make) {
  let made;
  return () => (made ??= make());
}

/** Measures each argument `rounds` times, in turn, so that a change of the machine's speed meets all alike. */
export function measureInTurn(script, args, rounds, flags) {
  const results = args.map(() => []);
  for (let round = 0; round < rounds; round++) {
    args.forEach((argument, i) => results[i].push(measure(script, argument, flags)));
  }
  return results;
}

/**
 * Measures each argument in `rounds` processes, batch by batch in turn: neighbours on the machine slow it down for
 * seconds, which the processes of a round then share. `script` is to call `serveBatches`.
 */
export async function measureTogether(script, args, rounds) {
  const results = args.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const running = [];
    for (const argument of args) running.push(await started(script, argument));
    const times = args.map(() => []);
    for (let batch = 0; batch < protocol.batches; batch++) {
      for (const [i, one] of running.entries()) times[i].push(await one.batch());
    }
    await Promise.all(running.map((one) => one.end()));
    times.forEach((batches, i) => results[i].push(median(batches)));
  }
  return results;
}

/** A measuring process that has warmed up, and waits to be asked for a batch. */
async function started(script, argument) {
  const [command, ...rest] = measuringCommand(script, argument);
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = nextEvent(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`a measuring process has ended: ${JSON.stringify(argument)}`);
    return value;
  };
  await line();
  return {
    batch: () => {
      child.stdin.write('\n');
      return line().then(Number);
    },
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** In a measuring process: a batch for each line that it is sent, from when it says that it is ready. */
export async function serveBatches(batch) {
  process.stdout.write('ready\n');
  for await (const _ of createInterface({ input: process.stdin })) process.stdout.write(`${batch()}\n`);
}

/** How calls are timed: in batches of at least so many milliseconds, after a warm-up of so many. */
export const protocol = { warmUp: 1_000, batch: 50, batches: 7 };

/** CPU time of one call in milliseconds: the median of the batches. */
export function timeCalls(call, chosen = {}) {
  const { batches } = { ...protocol, ...chosen };
  const batch = warmedUp(call, chosen);
  return median(Array.from({ length: batches }, batch));
}

/** Calls until the engine has compiled what is called; returns what times a batch, in milliseconds for one call. */
export function warmedUp(call, chosen = {}) {
  const { warmUp, batch } = { ...protocol, ...chosen };
  // What nobody uses need not be computed.
  let returned = 0;
  const repeat = (f, times) => {
    for (let i = 0; i < times; i++) returned += f();
  };
  // Where many functions were called V8 inlines none of them, so that how much of its budget for inlining this loop
  // leaves makes no difference to what is timed.
  for (const other of [() => 0, () => 1, () => 2, () => 3, () => 4]) repeat(other, 10);
  const batchOf = (calls) => {
    const start = cpuTime();
    repeat(call, calls);
    return cpuTime() - start;
  };
  const warm = cpuTime() + warmUp;
  while (cpuTime() < warm) batchOf(1);
  let calls = 1;
  while (batchOf(calls) < batch) calls *= 2;
  return () => {
    const time = batchOf(calls) / calls;
    if (Number.isNaN(returned)) throw new Error('a call returned NaN');
    return time;
  };
}

/** A Markdown table from rows of objects with equal keys; the keys are the heads. */
export function table(rows) {
  const heads = Object.keys(rows[0]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = heads.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(heads), line(rule), ...rows.map((row) => line(heads.map((head) => row[head])))].join('\n');
}

/** Prints the report, and writes it with the numbers behind it, and a chart if there is one, to `results/`. */
export function report(name, markdown, numbers, svg) {
  const machine = { node: process.version, cpu: cpus()[0].model };
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify({ machine, ...numbers }, null, 2)}\n`);
  writeFileSync(new URL(`${name}.md`, folder), `${markdown}\n\nNode ${machine.node}, ${machine.cpu}.\n`);
  if (svg !== undefined) writeFileSync(new URL(`${name}.svg`, folder), svg);
  console.log(markdown);
}
