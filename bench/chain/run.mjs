// The cost of compiling is linear in the length of a program, and so is the cost of what is emitted:
// node bench/chain/run.mjs

import { emitTypeScript, optimise, parse, check, preludeFor, prepare, prepareReverse, reverse, toRoutine } from '../../dist/src/index.js'; // prettier-ignore
import { loadEmitted } from '../../dist/src/gradcheck/emitted.js';
import {
  cpuTime,
  found,
  measureInTurn,
  measuring,
  median,
  report,
  spread,
  table,
  timeCalls,
} from '../harness.mjs';

const SIZES = [10, 100, 1_000, 3_000, 10_000];
const TIMED = [1_000, 10_000];
const ROUNDS = 5;
const TIMED_ROUNDS = 3;

/** Near a fixed point of t -> sin(t) * t + y where the derivative is almost 1: no adjoint vanishes or overflows. */
const point = { x: 0.5, y: 0.262 };

const stages = ['parse', 'check', 'prepare', 'reverse', 'optimise', 'loops', 'emit'];

/** Every statement needs the one before it, twice. */
function chain(n) {
  const statements = Array.from({ length: n }, (_, i) => `  let t${i + 1} = sin(t${i}) * t${i} + y`);
  return `model Chain {\n  param x: real, y: real\n  let t0 = x\n${statements.join('\n')}\n  loss t${n}\n}\n`;
}

/** CPU time of each stage, and the emitted text. The prelude is parsed and checked with the model, as in use. */
async function compileInStages(n) {
  const text = chain(n);
  const times = {};
  let last = cpuTime();
  const done = (stage, result) => {
    const now = cpuTime();
    times[stage] = now - last;
    last = now;
    return result;
  };
  const { file, library } = done('parse', {
    ...parse({ path: 'chain.nabla', text }),
    library: preludeFor(text),
  });
  const { programs } = done('check', check(file, library));
  const primal = done('prepare', prepareReverse(prepare(programs[0])));
  const reversed = done('reverse', reverse(primal));
  const program = done('optimise', optimise(reversed));
  const routine = done('loops', toRoutine(program, 'gradient', { checked: true }));
  const models = [{ program: programs[0], routines: [routine] }];
  const options = { sourcePath: 'chain.nabla', precision: 'f64', checked: true };
  const emitted = done('emit', await emitTypeScript(models, options));
  return { times, emitted };
}

async function measureCompile(n) {
  const { times, emitted } = await compileInStages(n);
  return { ...times, operations: operationsOf(emitted), bytes: emitted.length };
}

/** As the emitted documentation says it. */
const operationsOf = (emitted) => Number(/([\d,]+) operations/.exec(emitted)[1].replaceAll(',', ''));

/** Nanoseconds for an operation of the emitted gradient, once V8 has optimised all its parts. */
async function measureRun(n) {
  const { emitted } = await compileInStages(n);
  const module = await loadEmitted(emitted);
  const gradient = { x: 0, y: 0 };
  const ws = module.chainWorkspace();
  const call = () => module.chainLossAndGradient(point, gradient, ws);
  checkGradient(n, call(), gradient);
  return (timeCalls(call, { warmUp: 2_000 + 2 * n }) * 1e6) / operationsOf(emitted);
}

/** The same chain by a loop, with its derivatives carried along. */
function checkGradient(n, loss, gradient) {
  let [t, dx, dy] = [point.x, 1, 0];
  for (let i = 0; i < n; i++) {
    const partial = Math.cos(t) * t + Math.sin(t);
    [t, dx, dy] = [Math.sin(t) * t + point.y, partial * dx, partial * dy + 1];
  }
  const isNear = (a, b) => Math.abs(a - b) <= 1e-10 * Math.abs(b);
  if (!(isNear(loss, t) && isNear(gradient.x, dx) && isNear(gradient.y, dy)))
    throw new Error(`wrong gradient for n = ${n}: ${[loss, gradient.x, gradient.y]}, not ${[t, dx, dy]}`);
}

function main() {
  const compiled = measureInTurn(import.meta.url, SIZES.map((n) => ({ what: 'compile', n })), ROUNDS); // prettier-ignore
  const ran = measureInTurn(import.meta.url, TIMED.map((n) => ({ what: 'run', n })), TIMED_ROUNDS); // prettier-ignore
  const sizes = SIZES.map((n, i) => {
    const runs = compiled[i];
    const times = Object.fromEntries(stages.map((stage) => [stage, median(runs.map((run) => run[stage]))]));
    const total = median(runs.map((run) => stages.reduce((sum, stage) => sum + run[stage], 0)));
    const { operations, bytes } = runs[0];
    return { n, times, total, operations, bytes, run: ran[TIMED.indexOf(n)] };
  });
  const rows = sizes.map(({ n, times, total, operations, bytes, run }) => ({
    statements: n,
    ...Object.fromEntries(stages.map((stage) => [stage, times[stage].toFixed(0)])),
    total: total.toFixed(0),
    operations,
    bytes,
    'bytes per statement': (bytes / n).toFixed(0),
    'run, ns per operation': run === undefined ? '' : spread(run),
  }));
  const note = `CPU time in ms of compiling the gradient of a chain of statements, unformatted: medians of ${ROUNDS} processes for each length, in turn. Run time: ${TIMED_ROUNDS} processes.`;
  report('chain', `${table(rows)}\n\n${note}`, { sizes });
}

const argument = measuring();
if (argument === undefined) main();
else found(await (argument.what === 'run' ? measureRun : measureCompile)(argument.n));
