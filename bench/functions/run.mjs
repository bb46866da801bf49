// What elementary functions cost in emitted code, by tables and of `Math`: node bench/functions/run.mjs

import { compile } from '../../dist/src/index.js';
import { loadEmitted } from '../../dist/src/gradcheck/emitted.js';
import { found, measureInTurn, measuring, report, spread, table, timeCalls } from '../harness.mjs';

const ROUNDS = 3;
/** So many that a processor does not learn from call to call which branches they take. */
const N = 65_536;
/** In calls with few values. */
const WARM_UP = 20_000;
const calls = Object.fromEntries(
  ['exp', 'exp2', 'tanh', 'sigmoid', 'softplus', 'logSigmoid', 'sin', 'cos'].map((name) => [
    name,
    `${name}(x[n])`,
  ]),
);
/** What is added up, by the name of its row. */
const functions = {
  ...calls,
  'log1p of |x|': 'log1p(abs(x[n]))',
  'sin and cos of one angle': 'sin(x[n]) * cos(x[n])',
};
const maths = ['fast', 'exact'];

/** Nanoseconds for one of N values between -4 and 4, which are added up. */
async function measureFunction({ name, math }) {
  const source = `model F {\n  dim N\n  param x: real[N]\n  loss sum(${functions[name]} for n in N)\n}\n`;
  const { files } = await compile(source, { math, emit: ['loss'] });
  const module = await loadEmitted(files[0].text);
  // Multiples of the golden ratio lie evenly, and in no order that a processor could foresee.
  const x = Float64Array.from({ length: N }, (_, i) => 8 * ((i * 0.6180339887498949) % 1) - 4);
  // Of a function whose first call is long V8 compiles the middle of the loop, and for a thousand calls nothing else; the sum that
  // is carried through is then an object. So it is called with few values first.
  const few = x.slice(0, 16);
  for (let i = 0; i < WARM_UP; i++) module.fLoss({ x: few }, { N: few.length });
  return (timeCalls(() => module.fLoss({ x }, { N })) * 1e6) / N;
}

function main() {
  const cases = Object.keys(functions).flatMap((name) => maths.map((math) => ({ name, math })));
  const times = measureInTurn(import.meta.url, cases, ROUNDS);
  const results = cases.map((each, i) => ({ ...each, nanoseconds: times[i] }));
  const of = (name, math) => results.find((each) => each.name === name && each.math === math).nanoseconds;
  const rows = Object.keys(functions).map((name) => {
    const [fast, exact] = maths.map((math) => of(name, math));
    return {
      function: name,
      'by tables, ns': spread(fast),
      'of Math, ns': spread(exact),
      'Math / tables': spread(exact.map((time, round) => time / fast[round])),
    };
  });
  const note = `CPU time for one value in a sum over ${N} values between -4 and 4; medians of ${ROUNDS} processes for each, in turn; quartiles in brackets.`;
  report('functions', `${table(rows)}\n\n${note}`, { results });
}

const argument = measuring();
if (argument === undefined) main();
else found(await measureFunction(argument));
