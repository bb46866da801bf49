// Emitted gradients against the emitted loss and against gradients written by hand:
// node bench/gradient/run.mjs [--rounds 7] [model or start of its name …]

import { parseArgs } from 'node:util';
import { measuring, report, spread, table } from '../harness.mjs';
import { cases } from '../models/index.mjs';
import { checkAgreement } from './agree.mjs';
import { chart } from './chart.mjs';
import { chosen, microseconds, ratios, serveVariant, timeInTurn } from './times.mjs';
import { compileModel, variants } from './variants.mjs';

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '7' } },
  });
  const rounds = Number(values.rounds);
  const names = chosen(positionals, Object.keys(cases));
  await Promise.all(names.map(compileModel));
  const differences = {};
  for (const name of names) differences[name] = await checkAgreement(name);

  const results = {};
  for (const name of names) {
    results[name] = {
      sizes: cases[name].sizes,
      difference: differences[name],
      milliseconds: await timeInTurn(import.meta.url, name, variants, rounds),
    };
  }
  const rows = Object.entries(results).map(([name, result]) => row(name, result));
  const note =
    `Median CPU time of ${rounds} processes for each variant, batch by batch in turn; quartiles in brackets. ` +
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

const ratiosOf = ({ loss, emitted, plain, tuned }) => ({
  'gradient / loss': ratios(emitted, loss),
  'emitted / plain': ratios(emitted, plain),
  'emitted / tuned': ratios(emitted, tuned),
});

const ratiosByModel = (results) =>
  Object.fromEntries(
    Object.entries(results).map(([name, { milliseconds }]) => [name, ratiosOf(milliseconds)]),
  );

function row(name, { difference, milliseconds }) {
  return {
    model: name,
    ...mapped(milliseconds, ([variant, times]) => [`${variant}, µs`, microseconds(times)]),
    ...mapped(ratiosOf(milliseconds), ([head, values]) => [head, spread(values)]),
    difference: difference.toExponential(0),
  };
}

const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(change));

const argument = measuring();
if (argument === undefined) await main();
else await serveVariant(argument);
