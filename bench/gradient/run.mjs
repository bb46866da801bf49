// Emitted gradients against the emitted loss and against gradients written by hand:
// node bench/gradient/run.mjs [--rounds 7] [model or start of its name …]

import { parseArgs } from 'node:util';
import { found, measureInTurn, measuring, median, report, spread, table, timeCalls } from '../harness.mjs';
import { cases } from '../models/index.mjs';
import { checkAgreement } from './agree.mjs';
import { chart } from './chart.mjs';
import { compileModel, prepare, variants } from './variants.mjs';

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '7' } },
  });
  const rounds = Number(values.rounds);
  const names = chosen(positionals);
  await Promise.all(names.map(compileModel));
  const differences = {};
  for (const name of names) differences[name] = await checkAgreement(name);

  const results = {};
  for (const name of names) {
    const args = variants.map((variant) => ({ name, variant }));
    const times = measureInTurn(import.meta.url, args, rounds);
    results[name] = {
      sizes: cases[name].sizes,
      difference: differences[name],
      milliseconds: Object.fromEntries(variants.map((variant, i) => [variant, times[i]])),
    };
    process.stderr.write(
      `${name}: ${variants.map((v, i) => `${v} ${median(times[i]).toPrecision(3)}`).join(', ')} ms\n`,
    );
  }
  const rows = Object.entries(results).map(([name, result]) => row(name, result));
  const note =
    `Median CPU time of ${rounds} processes for each variant, in turn; quartiles in brackets. ` +
    'All variants agree to 1e-10; the last column is by how much they differ.';
  // What is not the whole suite does not replace its results.
  const file = names.length === Object.keys(cases).length ? 'gradient' : 'gradient-chosen';
  report(
    file,
    `${table(rows)}\n\n${note}\n\n![The ratios](${file}.svg)`,
    { results },
    chart(ratiosByModel(results)),
  );
}

/** All models, or those that are named, by their names or by how these begin. */
function chosen(asked) {
  const all = Object.keys(cases);
  if (asked.length === 0) return all;
  const named = asked.flatMap((name) => {
    const found = name in cases ? [name] : all.filter((other) => other.startsWith(name));
    if (found.length === 0) throw new Error(`no model ${name}; there are ${all.join(', ')}`);
    return found;
  });
  return all.filter((name) => named.includes(name));
}

/** Round by round, so that a change of the machine's speed between rounds falls out. */
const ratios = ({ loss, emitted, plain, tuned }) => {
  const each = (a, b) => a.map((value, i) => value / b[i]);
  return {
    'gradient / loss': each(emitted, loss),
    'emitted / plain': each(emitted, plain),
    'emitted / tuned': each(emitted, tuned),
  };
};

const ratiosByModel = (results) =>
  Object.fromEntries(Object.entries(results).map(([name, { milliseconds }]) => [name, ratios(milliseconds)]));

function row(name, { difference, milliseconds }) {
  return {
    model: name,
    ...mapped(milliseconds, ([variant, times]) => [
      `${variant}, µs`,
      spread(times.map((time) => 1e3 * time)),
    ]),
    ...mapped(ratios(milliseconds), ([head, values]) => [head, spread(values)]),
    difference: difference.toExponential(0),
  };
}

const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(change));

const argument = measuring();
if (argument === undefined) await main();
else found(timeCalls((await prepare(argument.name, argument.variant)).run));
