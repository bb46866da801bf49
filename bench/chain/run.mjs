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
import { chains } from './chains.mjs';
import { chart } from './chart.mjs';

/** Operations of the gradients that are compiled, and of those that are run as well. */
const SIZES = [100, 1_000, 10_000, 30_000, 100_000];
const RUNS = { calls: [10_000, 100_000], products: [20_000, 100_000] };
const ROUNDS = 5;
const RUN_ROUNDS = 3;

/** What the project has set itself, beside what is measured of it. */
const GOALS = { compile: { 10_000: 1_000 }, products: { 20_000: 0.4, 100_000: 0.8 } };

const stages = ['parse', 'check', 'prepare', 'reverse', 'optimise', 'loops', 'emit'];

/** At least so many operations. */
const statementsFor = (kind, operations) => Math.ceil(operations / chains[kind].operations) + 1;

/** CPU time of each stage, and the emitted text. The prelude is parsed and checked with the model, as in use. */
async function compileInStages(kind, n) {
  const text = chains[kind].source(n);
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

async function measureCompile({ kind, n }) {
  const { times, emitted } = await compileInStages(kind, n);
  return { ...times, operations: operationsOf(emitted), bytes: emitted.length };
}

/** As the emitted documentation says it. */
const operationsOf = (emitted) => Number(/([\d,]+) operations/.exec(emitted)[1].replaceAll(',', ''));

/** Nanoseconds for an operation of the emitted gradient, once V8 has optimised all its parts. */
async function measureRun({ kind, n }) {
  const { emitted } = await compileInStages(kind, n);
  const module = await loadEmitted(emitted);
  const gradient = { x: 0, y: 0 };
  const ws = module.chainWorkspace();
  const call = () => module.chainLossAndGradient(chains[kind].point, gradient, ws);
  checkGradient(kind, n, { loss: call(), ...gradient });
  const operations = operationsOf(emitted);
  return { operations, time: (timeCalls(call, { warmUp: 2_000 + 5 * n }) * 1e6) / operations };
}

function checkGradient(kind, n, found) {
  const expected = chains[kind].reference(n);
  const isNear = (key) => Math.abs(found[key] - expected[key]) <= 1e-10 * Math.abs(expected[key]);
  if (!Object.keys(expected).every(isNear))
    throw new Error(`${kind}, n = ${n}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}

function main() {
  const compiled = measureInTurn(
    import.meta.url,
    SIZES.map((size) => ({ what: 'compile', kind: 'calls', n: statementsFor('calls', size) })),
    ROUNDS,
  );
  const runs = Object.entries(RUNS).flatMap(([kind, sizes]) => sizes.map((size) => ({ kind, size })));
  const ran = measureInTurn(
    import.meta.url,
    runs.map(({ kind, size }) => ({ what: 'run', kind, n: statementsFor(kind, size) })),
    RUN_ROUNDS,
  );
  const sizes = SIZES.map((size, i) => {
    const processes = compiled[i];
    const of = (time) => processes.map(time);
    const times = Object.fromEntries(stages.map((stage) => [stage, median(of((one) => one[stage]))]));
    const total = of((one) => stages.reduce((sum, stage) => sum + one[stage], 0));
    const { operations, bytes } = processes[0];
    return { size, n: statementsFor('calls', size), operations, bytes, total, times };
  });
  const run = runs.map(({ kind, size }, i) => {
    const { operations } = ran[i][0];
    return { kind, size, operations, nanoseconds: ran[i].map(({ time }) => time) };
  });
  const note = `CPU time in ms of compiling the gradient of a chain of statements, unformatted: medians of ${ROUNDS} processes for each length, in turn; quartiles of the total in brackets. Run times: ${RUN_ROUNDS} processes.`;
  const parts = [table(sizes.map(compileRow)), '![The times of compiling](chain.svg)', table([...sizes.flatMap(compileGoal), ...run.map(runRow)]), note]; // prettier-ignore
  report('chain', parts.join('\n\n'), { sizes, run }, chart(seriesOf(sizes)));
}

const compileRow = ({ n, operations, bytes, total, times }) => ({
  statements: n,
  operations,
  ...Object.fromEntries(stages.map((stage) => [stage, times[stage].toFixed(0)])),
  total: spread(total),
  'bytes per statement': (bytes / n).toFixed(0),
});

/** A row where there is a goal for this size. */
function compileGoal({ size, operations, total }) {
  const goal = GOALS.compile[size];
  return goal === undefined ? [] : [{ what: `compile ${counted(operations)} operations`, measured: `${spread(total)} ms`, goal: `${counted(goal)} ms` }]; // prettier-ignore
}

function runRow({ kind, size, operations, nanoseconds }) {
  const goal = GOALS[kind]?.[size];
  return {
    what: `run ${counted(operations)} operations, ${kind === 'calls' ? 'calls of sin among them' : 'products and sums'}`,
    measured: `${spread(nanoseconds)} ns each`,
    goal: goal === undefined ? '' : `${goal} ns`,
  };
}

const counted = (value) => value.toLocaleString('en');

const seriesOf = (sizes) => ({
  total: sizes.map(({ operations, total }) => ({ operations, time: median(total) })),
  ...Object.fromEntries(
    stages.map((stage) => [
      stage,
      sizes.map(({ operations, times }) => ({ operations, time: times[stage] })),
    ]),
  ),
});

const argument = measuring();
if (argument === undefined) main();
else found(await (argument.what === 'run' ? measureRun : measureCompile)(argument));
