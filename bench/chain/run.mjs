// The cost of compiling is linear in the length of a program, and so is the cost of what is emitted:
// node bench/chain/run.mjs

import { emitTypeScript, optimise, parse, check, prelude, prepare, prepareReverse, reverse, toRoutine } from '../../dist/src/index.js'; // prettier-ignore
import { loadEmitted } from '../../dist/src/gradcheck/emitted.js';
import { cpuTime, found, measureInTurn, measuring, median, report, table, timeCalls } from '../harness.mjs';

const SIZES = [10, 100, 1_000, 3_000, 10_000];
const TIMED = [1_000, 10_000];
const ROUNDS = 5;

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
  const { file, library } = done('parse', { ...parse({ path: 'chain.nabla', text }), library: prelude() });
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

async function measureSize(n) {
  const { times, emitted } = await compileInStages(n);
  const operations = Number(/([\d,]+) operations/.exec(emitted)[1].replaceAll(',', ''));
  const result = { ...times, operations, bytes: emitted.length };
  if (!TIMED.includes(n)) return result;

  const module = await loadEmitted(emitted);
  const params = { x: 0.3, y: 0.1 };
  const gradient = { x: 0, y: 0 };
  const ws = module.chainWorkspace();
  const call = () => module.chainLossAndGradient(params, gradient, ws);
  checkGradient(n, call(), gradient);
  return { ...result, perOperation: (timeCalls(call) * 1e6) / operations };
}

/** The same chain by a loop, with its derivatives carried along. */
function checkGradient(n, loss, gradient) {
  let [t, dx, dy] = [0.3, 1, 0];
  for (let i = 0; i < n; i++) {
    const partial = Math.cos(t) * t + Math.sin(t);
    [t, dx, dy] = [Math.sin(t) * t + 0.1, partial * dx, partial * dy + 1];
  }
  const isNear = (a, b) => Math.abs(a - b) <= 1e-10 * Math.max(1, Math.abs(b));
  if (!(isNear(loss, t) && isNear(gradient.x, dx) && isNear(gradient.y, dy)))
    throw new Error(`wrong gradient for n = ${n}: ${[loss, gradient.x, gradient.y]}, not ${[t, dx, dy]}`);
}

function main() {
  const results = measureInTurn(import.meta.url, SIZES, ROUNDS);
  const sizes = SIZES.map((n, i) => {
    const runs = results[i];
    const of = (key) => median(runs.map((run) => run[key]));
    const times = Object.fromEntries(stages.map((stage) => [stage, of(stage)]));
    const total = median(runs.map((run) => stages.reduce((sum, stage) => sum + run[stage], 0)));
    const { operations, bytes, perOperation } = runs[0];
    return { n, ...times, total, operations, bytes, ...(perOperation && { perOperation: of('perOperation') }) };
  });
  const rows = sizes.map(({ n, total, operations, bytes, perOperation, ...times }) => ({
    statements: n,
    ...Object.fromEntries(stages.map((stage) => [stage, times[stage].toFixed(0)])),
    'total, ms': total.toFixed(0),
    'ms per 1,000': ((total / n) * 1000).toFixed(0),
    operations,
    bytes,
    'bytes per statement': (bytes / n).toFixed(0),
    'run, ns per operation': perOperation?.toFixed(2) ?? '',
  }));
  const note = `CPU time in ms of compiling the gradient of a chain of statements, unformatted: medians of ${ROUNDS} fresh processes.`;
  report('chain', `${table(rows)}\n\n${note}`, { sizes });
}

const argument = measuring();
if (argument === undefined) main();
else found(await measureSize(argument));
