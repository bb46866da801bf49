// Emitted gradients and the tuned ones in TypeScript against the same algorithm in C:
// node bench/native/run.mjs [--rounds 7] [model or start of its name …]

import { parseArgs } from 'node:util';
import { checkAgreement } from '../gradient/agree.mjs';
import { chosen, microseconds, ratios, serveVariant, timeInTurn } from '../gradient/times.mjs';
import { compileModel } from '../gradient/variants.mjs';
import { measuring, report, spread, table } from '../harness.mjs';
import { cases } from '../models/index.mjs';
import { compileNative, flags, gccVersion, nativeCases } from './gcc.mjs';

const variants = ['emitted', 'tuned', 'native'];

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '7' } },
  });
  const rounds = Number(values.rounds);
  const gcc = gccVersion();
  if (gcc === undefined) {
    console.log('There is no gcc on this machine, so nothing was measured.');
    return;
  }
  const names = chosen(positionals, nativeCases);
  await Promise.all(names.map(compileModel));
  for (const folder of new Set(names.map((name) => cases[name].folder))) compileNative(folder);
  const results = {};
  for (const name of names) {
    const difference = await checkAgreement(name, ['tuned', 'native']);
    const milliseconds = await timeInTurn(import.meta.url, name, variants, rounds);
    results[name] = { sizes: cases[name].sizes, difference, milliseconds };
  }
  const rows = Object.entries(results).map(([name, result]) => row(name, result));
  const note =
    `Median CPU time of ${rounds} processes for each variant, batch by batch in turn; quartiles in brackets. ` +
    'C is tuned.ts in C. All agree to 1e-10; the last column is by how much they differ.';
  // What is not the whole suite does not replace its results.
  const file = names.length === nativeCases.length ? 'native' : 'native-chosen';
  report(file, `${table(rows)}\n\n${note}\n\n${gcc}, ${flags.join(' ')}.`, { gcc, flags, results });
}

function row(name, { difference, milliseconds: { emitted, tuned, native } }) {
  return {
    model: name,
    'emitted, µs': microseconds(emitted),
    'tuned, µs': microseconds(tuned),
    'C, µs': microseconds(native),
    'emitted / C': spread(ratios(emitted, native)),
    'tuned / C': spread(ratios(tuned, native)),
    difference: difference.toExponential(0),
  };
}

const argument = measuring();
if (argument === undefined) await main();
else await serveVariant(argument);
